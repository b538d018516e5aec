"""A flow as boxes and arrows: one box for each question or end, with its words, and where each of its lines leads."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from bot.messages import Channel, Page, Reply
from bot.run import OPENING, STUCK, Engine
from bot.screen import BACK
from loket.graph import TYPED, Graph, Way
from loket.rehearse import Place, Step

Key = tuple[str, str]  # A question's key and its sentence: what a person would call the same screen.
WAY_BACK = frozenset({BACK, "00"})


@dataclass(slots=True)
class Arrow:
    """What one line of a box, or what is typed there, leads to: a box of this chart, or another flow."""

    key: str  # The digit; empty for what is typed.
    label: str
    wrong: bool = False  # A line of a complaint.
    boxes: list["Box"] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Box:
    """One screen. `effects`, `lookups`: what happens on the way to it."""

    number: int
    asked: str
    sentence: str
    body: str
    arrows: list[Arrow]
    ends: bool
    effects: list[str] = field(default_factory=list)
    lookups: list[str] = field(default_factory=list)
    complaints: int = 0  # Sentences for what cannot be used.
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    flow: str
    language: str
    boxes: list[Box]


def chart(graph: Graph, flow: str, language: str, engine: Engine) -> Chart:
    """The boxes in the order in which a person comes to them. `graph`: of one channel."""
    places = [place for place in graph.places if place.flow == flow]
    ways = list(graph.ways.values())
    questions = _questions(ways, flow)
    first = {_key(place): place for place in reversed(places) if not place.missed}
    boxes: dict[Key, Box] = {}
    for key in _order(ways, flow, first, questions):
        place = first[key]
        reply = _said(graph.first[place], engine, language)
        same = [each for each in places if _key(each) == key]
        labels = dict(chain(*(_choices(graph.first[each], engine, language) for each in reversed(same))))
        arrows = [Arrow(digit, label) for digit, label in sorted(labels.items(), key=_back_last)]
        boxes[key] = Box(len(boxes) + 1, place.asked, place.sentence, reply.body, arrows, place.ends)
    for key, sentence in dict.fromkeys((questions[place], place.sentence) for place in places if place in questions):
        boxes[key].complaints += sentence != key[1]
    _link(ways, flow, boxes, questions)
    return Chart(flow, language, list(boxes.values()))


def _questions(ways: list[Way], flow: str) -> dict[Place, Key]:
    """Of each screen that complains the question that it is about."""
    found: dict[Place, Key] = {}
    for way in ways:
        if way.after.missed and not way.before.missed and way.before.flow == way.after.flow == flow:
            found.setdefault(way.after, _key(way.before))
    return found


def _asked(place: Place) -> str:
    """The screens of a list are one: pick0, pick1."""
    return place.asked.rstrip("0123456789")


def _key(place: Place) -> Key:
    return _asked(place), place.sentence


def _ends(key: Key) -> bool:
    return not key[0]


def _back_last(option: tuple[str, str]) -> tuple[bool, str]:
    return option[0] in WAY_BACK, option[0]


def _order(ways: list[Way], flow: str, first: dict[Key, Place], questions: dict[Place, Key]) -> Iterator[Key]:
    """Breadth first from where the flow is entered; then what a "0" or a wrong answer leads to."""
    on: dict[Key, list[Key]] = {}
    aside: dict[Key, list[Key]] = {}
    starts = []
    for way in ways:
        if way.after.flow != flow or way.after.missed:
            continue
        if way.before.flow == flow:
            straight = way.key not in WAY_BACK and not way.before.missed
            before = questions.get(way.before, _key(way.before))
            (on if straight else aside).setdefault(before, []).append(_key(way.after))
        elif way.before.flow == OPENING or flow in (OPENING, STUCK):
            starts.append(_key(way.after))
    seen: dict[Key, None] = {}
    left = deque([key for key in dict.fromkeys(starts) if key in first] or sorted(first, key=_ends)[:1])
    while left:
        key = left.popleft()
        if key in first and key not in seen:
            seen[key] = None
            left.extend(on.get(key, ()))
        if not left:
            left.extend(after for known in list(seen) for after in aside.get(known, ()) if after not in seen)
    yield from seen
    yield from (key for key in first if key not in seen)


def _said(step: Step, engine: Engine, language: str) -> Reply:
    """The screen in this language, as it was seen in the rehearsal."""
    said = [step.reply]

    def fit(reply: Reply) -> list[Page]:
        said.append(reply)
        return [Page("", ends=reply.ends)]

    if step.taken.session.language and "SpeakLanguage" not in step.effects:
        step.taken.again(engine, language, fit)
    return said[-1]


def _choices(step: Step, engine: Engine, language: str) -> Iterator[tuple[str, str]]:
    yield from ((choice.key, choice.label) for choice in _said(step, engine, language).choices)


def _link(ways: list[Way], flow: str, boxes: dict[Key, Box], questions: dict[Place, Key]) -> None:
    """Where each line leads, and what happens on the way."""
    for way in ways:
        if way.after.missed or way.after.flow == STUCK != flow:
            continue
        target = boxes.get(_key(way.after)) if way.after.flow == flow else None
        if target and way.key not in WAY_BACK:
            target.effects += [name for name in map(_words, way.effects) if name not in target.effects]
            target.lookups += [name for name in way.lookups if name not in target.lookups]
        strays = way.channel is not Channel.USSD and way.key == TYPED and way.after.flow != flow
        if way.before.flow != flow or strays:  # By message, keywords lead away from anywhere.
            continue
        box = boxes.get(questions.get(way.before, _key(way.before)))
        own = box and way.before.sentence != box.sentence  # A complaint with lines of its own.
        if box and (not way.before.missed or (own and way.key not in (TYPED, *WAY_BACK))):
            _lead(_arrow(box, way, wrong=way.before.missed), way.after.flow, target, box)
    _count(list(boxes.values()))


def _count(boxes: list[Box]) -> None:
    """How many answers lead to each box."""
    depths: dict[int, int] = {}
    for box in boxes:
        box.depth = depths.setdefault(box.number, 0)
        for arrow in box.arrows:
            for target in arrow.boxes:
                depths.setdefault(target.number, box.depth + 1)


def _arrow(box: Box, way: Way, wrong: bool) -> Arrow:
    found = next((arrow for arrow in box.arrows if (arrow.key, arrow.wrong) == (way.key, wrong)), None)
    if found is None:
        found = Arrow(way.key, way.label if way.key else "", wrong)
        box.arrows.append(found)
    return found


def _lead(arrow: Arrow, flow: str, target: Box | None, box: Box) -> None:
    """To a box, or to another flow. The way back is drawn only where it leads on, as in a "0" that means no."""
    if target is None:
        if flow not in arrow.flows:
            arrow.flows.append(flow)
    elif target not in arrow.boxes and target is not box and (arrow.key not in WAY_BACK or target.number > box.number):
        arrow.boxes.append(target)


def _words(effect: str) -> str:
    """An effect's name as words: OpenTicket is "open ticket"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", effect).lower()
