"""Who lives and works in the made-up Banyuwangi: the same people in every demo, and none of them is anybody."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.areas import Gazetteer, Village
from handoff.routing import Role
from store.agents import CANNOT_SIGN_IN, Agent

REGENCY, DISTRICT, OFFICE = "3510", "351015", "351016"
OWN_VILLAGES = ("35.10.15.2004", "35.10.15.2005", "35.10.15.2010")  # Kemiren, where the pilot began, and two near it.
BADGE = "2401"  # The demo agent's card.
AREA = "351099"  # No district has this number, so nobody has a NIK that begins with it.
MORE_HANDS = 25  # Agents beside those who are needed so that every village has one.
DAYS = timedelta(hours=68)
PAIRED = 0.18  # Of the villages: so many share an agent with the next one.

WOMEN = ("Siti", "Sri", "Dewi", "Umi", "Rina", "Yuli", "Tutik", "Endang", "Halimah", "Sumiati", "Khotimah", "Wiwik")
MEN = ("Budi", "Agus", "Sukarman", "Slamet", "Imam", "Hadi", "Wahyu", "Joko", "Misnadi", "Bambang", "Hasan", "Suparno")
FAMILY = (
    "Aminah", "Wahyuni", "Lestari", "Kulsum", "Astutik", "Handayani", "Rahayu", "Nuraini", "Marlina", "Susilowati",
    "Santoso", "Riyanto", "Widodo", "Nugroho", "Prasetyo", "Irawan", "Basri", "Utomo", "Wijaya", "Saputra",
)  # fmt: skip
LANDMARKS = ("utara musala", "dekat pasar", "RT02/01 timur sungai", "belakang balai desa", "depan SDN 1", "gang melati")


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who dialled. `typed`: what was typed, screen by screen, until the receipt and after it."""

    phone: str = field(repr=False)
    village: str
    at: datetime  # When the call began; aware UTC.
    typed: tuple[str, ...] = field(repr=False)


def staff(areas: Gazetteer, dice: random.Random, password_hash: str) -> list[Agent]:
    """About two hundred agents, a coordinator for each district, and Dinas Sosial. Three of them can sign in."""
    own = Agent(
        _id(dice), "agen", "Ratna Wulandari", Role.AGENT, DISTRICT, OWN_VILLAGES, ("id", "jv"), 60, password_hash, BADGE
    )
    office = Agent(_id(dice), "dinas", "Arif Budiman", Role.DINAS, OFFICE, (), ("id", "jv", "mad"), 500, password_hash)
    people = [own, office]
    for district in areas.districts(REGENCY):
        login, word = (
            ("koordinator", password_hash) if district.code == DISTRICT else (f"k{district.code}", CANNOT_SIGN_IN)
        )
        people.append(
            Agent(_id(dice), login, _name(dice), Role.COORDINATOR, district.code, (), ("id", "jv", "mad"), 100, word)
        )
    for n, places in enumerate(_beats(areas, dice)):
        languages = dice.choice((("id", "jv"), ("id", "jv"), ("id", "mad"), ("id", "jv", "mad"), ("id",)))
        codes, home = tuple(place.code for place in places), places[0].district_code
        capacity = dice.randrange(50, 101, 5)
        people.append(Agent(_id(dice), f"a{n:03}", _name(dice), Role.AGENT, home, codes, languages, capacity))
    return people


def citizens(areas: Gazetteer, dice: random.Random, now: datetime) -> Iterator[Citizen]:
    """Sixty calls of the last three days: some in the demo agent's villages, some in the district, some anywhere."""
    places = [place for known in areas.districts(REGENCY) for place in areas.villages(known.code)]
    near = [place for place in places if place.code in OWN_VILLAGES]
    around = [place for place in places if place.district_code == DISTRICT and place not in near]
    beyond = [place for place in places if place.district_code != DISTRICT]
    homes: list[tuple[float, Village | None]] = []  # Each kind of caller spread over the whole time.
    for kind, count in ((near, 12), (around, 12), (beyond, 34), ([None], 2)):
        homes += [((n + dice.random()) / count, dice.choice(kind)) for n in range(count)]
    homes.sort(key=lambda item: item[0])
    for n, (when, home) in enumerate(homes):
        phone = f"+62812000{10_000 + 37 * n:05}"
        at = now - timedelta(hours=2) - (1 - when) * DAYS
        yield Citizen(phone, home.code if home else "", at, _typed(areas, dice, n, home))


def _typed(areas: Gazetteer, dice: random.Random, n: int, home: Village | None) -> tuple[str, ...]:
    """A registration as people type it: language, greeting, menu, consent, NIK, name, village, yes, details."""
    woman = dice.random() < 0.6
    language = dice.choice("1122223")
    family = dice.random() < 0.2
    consent = ("2", "1") if family else ("1",)
    nik = _nik(dice, n, woman)
    name = _name(dice, woman)
    details = _details(dice) if dice.random() < 0.7 else ("2",)
    return (language, "1", "1", *consent, nik, name, *_village(areas, home), "1", *details)


def _village(areas: Gazetteer, home: Village | None) -> tuple[str, ...]:
    """Its letters, and its number in the list that is found."""
    if home is None:
        return ("1",)
    place = areas.search(home.name.lower(), near=AREA).index(home)
    return (home.name, *("9" for _ in range(place // 4)), str(place % 4 + 1))


def _details(dice: random.Random) -> tuple[str, ...]:
    """No KK at hand; this phone, own or shared; then time, place, needs and landmark, and all of it sent."""
    place = dice.choice("1223")
    needs = () if place == "3" else (dice.choice("1112"),)
    return ("1", "1", "1", dice.choice("112"), dice.choice("1234"), place, *needs, dice.choice(LANDMARKS), "1")


def _nik(dice: random.Random, n: int, woman: bool) -> str:
    day = dice.randrange(1, 29) + 40 * woman
    return f"{AREA}{day:02}{dice.randrange(1, 13):02}{dice.randrange(40, 100):02}{1001 + 7 * n:04}"


def _beats(areas: Gazetteer, dice: random.Random) -> Iterator[Sequence[Village]]:
    """Who goes where: every village but the demo agent's has somebody, and some have more."""
    places = [[v for v in areas.villages(d.code) if v.code not in OWN_VILLAGES] for d in areas.districts(REGENCY)]
    for known in places:
        left = list(known)
        while left:
            size = 2 if dice.random() < PAIRED else 1
            yield left[:size]
            del left[:size]
    for _ in range(MORE_HANDS):
        yield dice.sample(dice.choice(places), 3)


def _name(dice: random.Random, woman: bool | None = None) -> str:
    """Two names that go together; the lists of second names are women's first and men's after them."""
    woman = dice.random() < 0.5 if woman is None else woman
    half = len(FAMILY) // 2
    return f"{dice.choice(WOMEN if woman else MEN)} {dice.choice(FAMILY[:half] if woman else FAMILY[half:])}"


def _id(dice: random.Random) -> str:
    return f"{dice.getrandbits(128):032x}"
