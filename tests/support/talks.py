"""Whole conversations as files that anybody can read: played, recorded, compared.

    @ dial              what happens to the line
    > 1                 what the person types
    s> DAFTAR           what the person writes by SMS, and w> by WhatsApp
    < Pilih:            what the screen says; [end] where the line is closed
    ! OpenTicket …      what it caused
    # …                 for the reader

Those in Indonesian are written; `python -m support.talks --record` writes down the answers, and the same talk in every
other language.
"""

import dataclasses
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from support.phone import Phone, engine

from bot.agent_check import Shown, Standing
from bot.effects import Assisted, Consent, Effect, KeepDraft
from bot.identity import Reference
from bot.inquiries import Inquiry, Subject
from bot.meaning import Entity, Meaning, Outcome
from bot.messages import Attachment, Channel
from bot.payments import Payment
from bot.privacy import LastSent
from bot.session import Session
from bot.stages import Case, Stage
from bot.tasks import Task, When
from bot.windows import zone
from loket.config import Period

FOLDER = Path(__file__).resolve().parent.parent / "talks"
LANGUAGES = ("id", "en", "jv", "mad")  # The written one first.
WRITTEN = {"s>": Channel.SMS, "w>": Channel.WHATSAPP}
CHOICE = {"id": "1", "jv": "2", "mad": "3", "en": "4"}  # On the screen of languages.
VISIT = {
    "agent": "BUDI SANTOSO",
    "agent_number": "4821",
    "visit_number": "735",
    "day": date(2026, 11, 24),
    "slot": "midday",
    "place": "hall",
    "village": "Kembiritan",
}
KNOWN: dict[Stage, dict[str, Any]] = {
    Stage.ASSIGNED: {"agent": "BUDI SANTOSO"},
    Stage.SCHEDULED: VISIT,
    Stage.VERIFIED: {"agent": "BUDI SANTOSO"},
    Stage.PROCESSING: {"agent": "BUDI SANTOSO"},
    Stage.ELIGIBLE: {"programme": "Sembako"},
    Stage.NOT_ELIGIBLE: {"reason": "income_above", "until": date(2026, 12, 20)},
    Stage.OBJECTED: {
        "until": date(2026, 12, 20),
        "objection": "154437001442",
        "standing": "submitted",
        "answer_by": date(2026, 12, 18),
    },
}


class BadTalk(ValueError):
    """A line that is neither typed, nor said, nor a known direction."""


class Player:
    """Plays the lines of a talk to a phone that speaks one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.phone = Phone(session=Session(language=language))

    def play(self, line: str) -> Iterator[str]:
        """What comes of one line: screens and effects."""
        pages, effects = len(self.phone.pages), len(self.phone.effects)
        kind, _, rest = line.partition(" ")
        if kind == ">":
            self.phone.say(rest)
        elif kind in WRITTEN:
            self.phone.write(rest, WRITTEN[kind])
        elif kind == "@":
            self._direct(rest)
        else:
            raise BadTalk(line)
        for page in self.phone.pages[pages:]:
            yield from (f"< {said}" for said in page.body.split("\n"))
            if page.ends:
                yield "< [end]"
        caused = (effect for effect in self.phone.effects[effects:] if not isinstance(effect, KeepDraft))
        yield from (f"! {written(effect)}" for effect in caused)

    def _direct(self, direction: str) -> None:
        for pattern, name in _DIRECTIONS:
            found = re.fullmatch(pattern, direction)
            if found:
                getattr(self, f"_{name}")(*found.groups(default=""))
                return
        raise BadTalk(direction)

    def _dial(self, tail: str) -> None:
        self.phone.dial(tail)

    def _newcomer(self) -> None:
        self.phone.session = Session()

    def _choose_language(self) -> None:
        self.phone.say(CHOICE[self.language])

    def _hang_up(self) -> None:
        self.phone.hang_up()

    def _attach(self, what: str, text: str, channel: str) -> None:
        self.phone.write(text, Channel(channel), Attachment(what))

    def _wait(self, count: str, unit: str) -> None:
        self.phone.wait(**{f"{unit}s": int(count)})

    def _at(self, when: str, regency: str) -> None:
        self.phone.now = datetime.fromisoformat(when).replace(tzinfo=zone(regency)).astimezone(UTC)

    def _repeat(self) -> None:
        self.phone.send(self.phone.transcript)

    def _send(self, transcript: str) -> None:
        self.phone.send(transcript)

    def _lose(self) -> None:
        self.phone.lose()

    def _no_number(self) -> None:
        self.phone.book.nameless = True

    def _owner(self, whose: str) -> None:
        self.phone.book.own_phone = whose == "own"

    def _case(self, whose: str, stage: str, ref: str, nik4: str, name: str) -> None:
        book, ref = self.phone.book, ref.replace("-", "")
        shown = Case(str(Reference(ref)), name, Stage(stage), date(2026, 12, 4), **KNOWN.get(Stage(stage), {}))
        cases = book.others if whose == "elsewhere" else book.mine
        cases[:] = [*(case for case in cases if case.ref != ref), shown]
        book.nik4[ref] = nik4
        book.visits.pop(ref, None)
        book.asked[:] = [asked for asked in book.asked if (asked.id, asked.ref) != ("withdrawal", ref)]

    def _agent(self, number: str, standing: str, village: str, name: str) -> None:
        self.phone.book.agents[number] = Shown(Standing(standing), name, village)

    def _agent_changes(self, day: str) -> None:
        """While the person is choosing."""
        book = self.phone.book
        ref = book.mine[-1].ref
        seen = book.visit(ref)
        assert seen is not None
        book.visits[ref] = replace(seen, version=seen.version + 1, day=date.fromisoformat(day))

    def _sent(self, about: str, ref: str) -> None:
        at = int((self.phone.now - timedelta(hours=2)).timestamp())
        self.phone.book.sent[ref.replace("-", "")] = LastSent(at, about)

    def _pays(self, status: str, ref: str, programme: str, more: str) -> None:
        """`more`: amount, place, last day, day, reason, last day to object; each as name=value."""
        values = dict(part.split("=") for part in more.split())
        days = {name: date.fromisoformat(values[name]) for name in ("until", "on", "object_until") if name in values}
        amount = int(values["amount"]) if "amount" in values else None
        place, reason = values.get("place", "").replace("_", " "), values.get("reason", "")
        paid = Payment(programme, status, "2026-4", amount, place, reason=reason, **days)
        kept = self.phone.book.payments.setdefault(ref.replace("-", ""), [])
        assert kept is not None
        kept[:] = [*(each for each in kept if each.programme != programme), paid]

    def _portal(self, state: str) -> None:
        for ref in list(self.phone.book.nik4):
            if state == "away":
                self.phone.book.payments[ref] = None
            else:
                self.phone.book.payments.pop(ref, None)

    def _helper(self, number: str, count: str) -> None:
        self.phone.book.helpers[number] = f"helper {number}"
        self.phone.book.assisted = int(count or 0)

    def _asked(self, about: str, ref: str, who: str) -> None:
        at = int(self.phone.now.timestamp())
        self.phone.book.asked.append(Inquiry(f"asked {about}", Subject(about), ref.replace("-", ""), who, at))

    def _stands(self, standing: str) -> None:
        """What has become of the objection about the first case."""
        first, *others = self.phone.book.mine
        self.phone.book.mine[:] = [replace(first, standing=standing), *others]

    def _objection_refused(self) -> None:
        """By the portal, for good."""
        first, *others = self.phone.book.mine
        refused = replace(first, objection="154437001442", standing="refused", answer_by=date(2026, 12, 18))
        self.phone.book.mine[:] = [refused, *others]

    def _staff(self) -> None:
        self.phone.book.staff = True

    def _task(self, ref: str, when: str, village: str, name: str) -> None:
        day = self.phone.now.date() if when == When.TODAY else None
        due, number = date(2026, 12, 4) if when != When.LATE else date(2026, 11, 18), ref.replace("-", "")
        verification = name != "question"
        slot = "midday" if day else ""
        shown = Task(number, str(Reference(number)), 1, village, due, When(when), verification, name, day, slot,
                     agent_number="4821" if day else "")  # fmt: skip
        self.phone.book.tasks.append(shown)

    def _colleague(self, ref: str, village: str) -> None:
        self.phone.book.taken[ref.replace("-", "")] = village

    def _refused(self, *outcomes: str) -> None:
        self.phone.book.outcomes += outcomes[0].split()

    def _means(self, outcome: str, intents: str, language: str, entities: str) -> None:
        """What is understood of what is written from now on: the intents, the likeliest first."""
        if outcome == "nothing":
            self.phone.book.understand = lambda text: None
            return
        top = tuple((intent, 0.9 - n / 5) for n, intent in enumerate(intents.split()))
        named = tuple(Entity(*part.split("=")) for part in entities.split())
        meaning = Meaning(language or self.language, *top[0], top, Outcome(outcome), named)
        self.phone.book.understand = lambda text: meaning

    def _windows(self, regency: str, opens: str, closes: str) -> None:
        period = Period(date.fromisoformat(opens), date.fromisoformat(closes))
        self.phone.engine = engine(windows={regency: period})

    def _page(self, limit: str) -> None:
        self.phone.limit = int(limit)


_DIRECTIONS = (
    (r"means (nothing|act|offer|fallback)((?: [a-z_]+)*)(?:, in ([a-z]+))?((?: [a-z_]+=\S+)*)", "means"),
    (r"dial(?: (\S+))?", "dial"),
    (r"newcomer", "newcomer"),
    (r"choose language", "choose_language"),
    (r"hang up", "hang_up"),
    (r"(photo|voice|location|other)(?: at (\S+))? by (sms|whatsapp)", "attach"),
    (r"wait (\d+) (minute|hour|day)s?", "wait"),
    (r"at (\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?) in (\d{4})", "at"),
    (r"repeat", "repeat"),
    (r"send (\S*)", "send"),
    (r"lose what was kept", "lose"),
    (r"(own|shared) phone", "owner"),
    (r"no number", "no_number"),
    (r"(case|elsewhere) (\w+) ([\d-]+) nik (\d{4})(?: (.+))?", "case"),
    (r"agent (\d{4}) (elsewhere|here)(?: in (\S+) (.+))?", "agent"),
    (r"the agent moves the visit to (\S+)", "agent_changes"),
    (r"sent about (\w+) ([\d-]+)", "sent"),
    (r"payment (\w+) ([\d-]+) (\w+)(?: (.+))?", "pays"),
    (r"the portal is (away|back)", "portal"),
    (r"helper (\d{4})(?: with (\d+) today)?", "helper"),
    (r"asked (death|alive|phone|quarterly|visited|missed|survey) ([\d-]+)(?: (.+))?", "asked"),
    (r"objection stands at (\w+)", "stands"),
    (r"objection was refused", "objection_refused"),
    (r"phone of an agent", "staff"),
    (r"task ([\d-]+) (late|today|unplanned|later|open) in (\S+) (.+)", "task"),
    (r"a colleague has ([\d-]+) in (\S+)", "colleague"),
    (r"the desk will say (.+)", "refused"),
    (r"only window (\d{4}) (\S+) to (\S+)", "windows"),
    (r"page (\d+)", "page"),
)


def written(effect: Effect) -> str:
    """An effect on one line. The people in talks are made up, so nothing has to be hidden."""
    fields = ((f.name, getattr(effect, f.name)) for f in dataclasses.fields(effect))
    return " ".join([type(effect).__name__, *(f"{name}={_value(value)}" for name, value in fields if value)])


def _value(value: Any) -> str:
    match value:
        case Assisted():
            return "/".join(filter(None, (value.helper, str(value.phone or ""), value.via)))
        case Consent():
            return f"{value.sentence}/{value.language}/{value.answer}"
        case Reference():
            return value.shown
        case tuple():
            return ",".join(value)
    return str(value)


def script(talk: str) -> list[str]:
    """A talk without what was answered in it."""
    return [line for line in talk.splitlines() if not line.startswith(("< ", "! "))]


def played(lines: list[str], language: str) -> str:
    """The talk with its answers, in this language."""
    player, talk = Player(language), []
    for number, line in enumerate(lines, 1):
        talk.append(line)
        if line and not line.startswith("#"):
            try:
                talk += player.play(line)
            except Exception as error:
                error.add_note(f"line {number} of the script: {line}")
                raise
    return "\n".join(talk) + "\n"


def names() -> list[str]:
    return sorted(path.name.removesuffix(".id.txt") for path in FOLDER.glob("*.id.txt"))


def path(name: str, language: str) -> Path:
    return FOLDER / f"{name}.{language}.txt"


def record() -> None:
    """Write every talk anew, in every language."""
    for name in names():
        lines = script(path(name, LANGUAGES[0]).read_text("utf-8"))
        for language in LANGUAGES:
            path(name, language).write_text(played(lines, language), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--record"]:
        sys.exit("usage: python -m support.talks --record")
    record()
