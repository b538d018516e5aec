"""What a rehearsal saw as one picture: places, ways between them, what they cause, and what is wrong with the whole."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.messages import Channel
from bot.run import HOME, MORE, OPENING, STUCK
from bot.screen import BACK
from loket.rehearse import Place, Step

LEVELS = 3  # Menus from the main one on, until something is asked for or told.
NO_LEVEL = frozenset({BACK, HOME, MORE})
TYPED = ""  # Stands for whatever was typed in words.


@dataclass(slots=True)
class Way:
    """From one place to another. `key`: the digit on the screen, or TYPED."""

    before: Place
    key: str
    after: Place
    label: str = ""
    channel: Channel = Channel.USSD
    effects: dict[str, None] = field(default_factory=dict)
    lookups: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Graph:
    """Places and ways in the order in which they were found; of each place the step that came there first."""

    places: dict[Place, None] = field(default_factory=dict)
    first: dict[Place, Step] = field(default_factory=dict)
    ways: dict[tuple[Place, str, Place], Way] = field(default_factory=dict)

    def add(self, step: Step) -> bool:
        """Whether nobody was there before."""
        new = step.after not in self.places
        if new:
            self.places[step.after], self.first[step.after] = None, step
        if step.before is not None and step.typed and not step.before.ends:  # To call again is no way through a talk.
            key = step.typed if step.offered else TYPED
            way = self.ways.setdefault(
                (step.before, key, step.after), Way(step.before, key, step.after, step.label, step.taken.channel)
            )
            way.effects |= dict.fromkeys(step.effects)
            way.lookups |= dict.fromkeys(step.lookups)
        return new

    def join(self, other: "Graph") -> None:
        """What was seen there, behind what was seen here."""
        self.places |= {place: None for place in other.places if place not in self.places}
        self.first |= {place: step for place, step in other.first.items() if place not in self.first}
        for key, way in other.ways.items():
            mine = self.ways.setdefault(key, way)
            mine.effects |= way.effects
            mine.lookups |= way.lookups

    @property
    def dialled(self) -> list[Way]:
        """By message, keywords lead away from anywhere: what is wrong with a talk shows on the line."""
        return [way for way in self.ways.values() if way.channel is Channel.USSD]

    def faults(self) -> Iterator[str]:
        """Lines that lead nowhere, places that nobody gets away from, and menus behind too many menus."""
        for way in self.ways.values():
            if way.key != TYPED and way.after.missed:
                yield f"{way.before}: the line {way.key} leads nowhere ({way.before.sentence})"
        alive, circles = self._alive(), self._circles()
        stuck = (place for place in self.places if not place.missed and (place not in alive or place in circles))
        yield from (f"{place}: a dead end ({place.sentence})" for place in stuck)
        for place, level in self._levels().items():
            if level > LEVELS:
                yield f"{place}: menu level {level} ({place.sentence})"

    def _alive(self) -> set[Place]:
        """From where an end or the main menu can be come to, without giving three wrong answers."""
        into: dict[Place, list[Place]] = defaultdict(list)
        for way in self.ways.values():
            if not way.before.missed and way.after.flow != STUCK:
                into[way.after].append(way.before)
        alive = {place for place in self.places if place.ends or place.flow == OPENING}
        left = deque(alive)
        while left:
            for place in into[left.popleft()]:
                if place not in alive:
                    alive.add(place)
                    left.append(place)
        return alive

    def _circles(self) -> set[Place]:
        """Questions that offer more than the way back, and yet only that leads anywhere."""
        on = [way for way in self.dialled if way.key != BACK and not way.after.missed and way.after != way.before]
        away, dialled = {way.before for way in on}, {way.before for way in self.dialled}
        return {place for place in dialled if set(place.keys) - {BACK} and place not in away}

    def _levels(self) -> dict[Place, int]:
        """How many menus deep each menu lies: one where nothing but digits counts and they lead to different places."""
        on: dict[Place, dict[str, Place]] = defaultdict(dict)
        typed = set()
        for way in self.dialled:
            if way.after.missed or way.before.missed:
                continue
            if way.key == TYPED:
                typed.add(way.before)
            elif way.key not in NO_LEVEL:
                on[way.before].setdefault(way.key, way.after)
        menus = {place: len(set(ways.values())) > 1 for place, ways in on.items() if place not in typed}
        levels = {place: 1 for place in menus if place.flow == OPENING}
        left = deque(levels)
        while left:
            place = left.popleft()
            for after in on[place].values():
                if menus.get(after) and after not in levels:
                    levels[after] = levels[place] + 1
                    left.append(after)
        return levels
