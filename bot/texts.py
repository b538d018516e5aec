"""The catalogue: every sentence that a person may read, by name and language, filled with values, and proved to fit."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Any

import yaml

from bot import gsm7
from bot.messages import Choice, Reply, Text, Value

BASE = "id"  # Indonesian stands in where another language lacks a sentence.

Parts = tuple[
    tuple[str, str, int], ...
]  # A literal, the placeholder behind it ("" at the end), its room in characters.


class CatalogueError(LookupError):
    """A sentence that is not there or cannot be read. It names the sentence, never a person's words."""


class MissingValueError(CatalogueError):
    """A sentence was asked for without a value that it needs."""


@dataclass(frozen=True, slots=True)
class _Blank:
    """An option whose label has placeholders; it is left out where one of them is empty."""

    key: str
    label: Parts


@dataclass(frozen=True, slots=True)
class _Sentence:
    id: str
    language: str
    source: str
    reviewed: str
    body: Parts
    options: tuple[Choice | _Blank, ...]

    @property
    def placeholders(self) -> set[str]:
        return set(_PLACEHOLDER.findall(self.source))


_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_OPTION = re.compile(r"(\d{1,2}) (\S.*)")


class Catalogue:
    """All sentences of all languages, parsed once; what is asked of it never changes it."""

    def __init__(self, texts: Mapping[str, str], placeholders: str, constants: Mapping[str, str] | None = None) -> None:
        """`texts`: the YAML of each language, Indonesian among them; `placeholders`: the longest value of each, too.

        `constants`: placeholders that have one value for the life of the process, such as the number to dial.
        """
        self._constants = constants or {}
        self._longest: dict[str, str] = _yaml(placeholders)
        self._own = {language: dict(self._sentences(language, source)) for language, source in texts.items()}
        if BASE not in self._own:
            raise CatalogueError(f"no texts in {BASE}")
        self._shown = {language: self._own[BASE] | own for language, own in self._own.items()}
        self._more = {
            language: Choice("9", shown["nav.more"].source) if "nav.more" in shown else Reply("").more
            for language, shown in self._shown.items()
        }
        self.languages = tuple(texts)

    def has(self, language: str, id: str) -> bool:
        """Whether the language has this sentence of its own."""
        return id in self._own.get(language, {})

    def standing_in(self, language: str) -> list[str]:
        """The sentences that are shown in Indonesian to people of this language."""
        return sorted(self._own[BASE].keys() - self._own[language].keys())

    def unreviewed(self, language: str) -> list[str]:
        """The sentences of this language that no native reader has approved yet."""
        return sorted(id for id, sentence in self._own[language].items() if sentence.reviewed != "true")

    def reply(self, language: str, text: Text, ends: bool = False) -> Reply:
        """The sentence with its options apart; an option with a missing or empty value is left out.

        MissingValueError if the sentence itself lacks a value. A string longer than its room is cut and ends in "..".
        """
        sentence = self._sentence(language, text.id)
        values = text.values
        options = tuple(
            option if isinstance(option, Choice) else Choice(option.key, self._fill(sentence, option.label, values))
            for option in sentence.options
            if isinstance(option, Choice) or all(values.get(name) for _, name, _ in option.label if name)
        )
        return Reply(self._fill(sentence, sentence.body, values), options, ends, self._more[sentence.language])

    def line(self, language: str, text: Text) -> str:
        """The sentence as one string, options and all: for messages, labels, and values within another sentence."""
        sentence = self._sentence(language, text.id)
        body = self._fill(sentence, sentence.body, text.values)
        if not sentence.options:
            return body
        options = self.reply(language, text).choices
        return "\n".join([body, *(f"{choice.key} {choice.label}" for choice in options)])

    def wording(self, language: str, id: str) -> str:
        """The sentence as it was written, with its places left blank: what somebody has agreed to."""
        return self._sentence(language, id).source

    def value(self, language: str, text: Text, name: str) -> str:
        """One of a sentence's values, as it stands in the sentence; empty where there is none."""
        value = text.values.get(name)
        return "" if value is None else self._written(language, value, len(self._longest.get(name, "")) or 160)

    def complaints(self) -> list[str]:
        """What is wrong with the texts, a line each, read at start and by `loket check`; empty when all is well."""
        return [
            f"{language} {id}: {complaint}"
            for language, own in self._own.items()
            for id, sentence in own.items()
            for judge in (self._compared, self._measured, _worded)
            for complaint in judge(sentence)
        ]

    def _sentences(self, language: str, source: str) -> Iterator[tuple[str, _Sentence]]:
        for id, entry in _yaml(source).items():
            if not isinstance(entry, dict) or entry.keys() != {"text", "reviewed"}:
                raise CatalogueError(f"{language} {id}: a sentence is `text` and `reviewed`")
            lines = entry["text"].split("\n")
            end = len(lines)
            while end and _OPTION.fullmatch(lines[end - 1]):
                end -= 1
            options = tuple(self._option(line) for line in lines[end:])
            body = self._parts("\n".join(lines[:end]))
            yield id, _Sentence(id, language, entry["text"], entry["reviewed"], body, options)

    def _option(self, line: str) -> Choice | _Blank:
        key, label = line.split(" ", 1)
        return _Blank(key, self._parts(label)) if _PLACEHOLDER.search(label) else Choice(key, label)

    def _parts(self, source: str) -> Parts:
        for constant, value in self._constants.items():
            source = source.replace(f"{{{constant}}}", value)
        pieces = [*_PLACEHOLDER.split(source), ""]  # literal, name, literal, name, …, literal, no name
        return tuple(
            (literal, name, len(self._longest.get(name, "")) or 160)
            for literal, name in zip(pieces[::2], pieces[1::2], strict=True)
        )

    def _sentence(self, language: str, id: str) -> _Sentence:
        try:
            return self._shown.get(language, self._shown[BASE])[id]
        except KeyError:
            raise CatalogueError(f"no sentence {id}") from None

    def _fill(self, sentence: _Sentence, parts: Parts, values: Mapping[str, Value]) -> str:
        filled = [""]
        for literal, name, room in parts:
            filled.append(literal.removeprefix(".") if filled[-1].endswith("..") else literal)
            if name:
                value = values.get(name)
                if value is None:
                    raise MissingValueError(f"{sentence.id} lacks a value for {name}")
                filled.append(self._written(sentence.language, value, room))
        return "".join(filled)

    def _written(self, language: str, value: Value, room: int) -> str:
        """The value in words: a string on one line and within its room, a date in the language's words."""
        match value:
            case str():
                if not value.isprintable():
                    value = "".join(letter if letter.isprintable() else " " for letter in value)
                return value if len(value) <= room else value[: room - 2].rstrip() + ".."
            case Text():
                return self.line(language, value)
            case date():
                weekday = self._sentence(language, "date.weekdays").source.split()[value.weekday()]
                month = self._sentence(language, "date.months").source.split()[value.month - 1]
                return self.line(language, Text("date.form", {"weekday": weekday, "day": value.day, "month": month}))
            case int():
                return str(value)

    def _compared(self, sentence: _Sentence) -> Iterator[str]:
        """How it differs from the Indonesian sentence, and from the form that every sentence has."""
        if sentence.reviewed not in {"true", "false"}:
            yield "`reviewed` is true or false"
        if len(sentence.source.split()) != _WORDS.get(sentence.id, len(sentence.source.split())):
            yield f"not {_WORDS[sentence.id]} words"
        base = self._own[BASE].get(sentence.id)
        if base is None:
            yield f"not in {BASE}"
            return
        if base.placeholders != sentence.placeholders:
            yield f"other placeholders than {BASE}: {sorted(base.placeholders ^ sentence.placeholders)}"
        if [option.key for option in base.options] != [option.key for option in sentence.options]:
            yield f"other option numbers than {BASE}"

    def _measured(self, sentence: _Sentence) -> Iterator[str]:
        """Whether it fits with the longest values that may stand in it."""
        yield from (f"no longest value for {name}" for name in sorted(sentence.placeholders - self._longest.keys()))
        longest = self.line(sentence.language, self._longest_text(sentence))
        kind, limit = _kind(sentence.id)
        if kind is _Kind.SCREEN:
            limit = QUESTION if sentence.options else SCREEN
        countable = all(letter in gsm7.BASIC for letter in longest)
        if kind is not _Kind.ALOUD and not countable:
            yield "a letter outside the basic GSM alphabet"
        if len(longest) > limit:
            yield f"{len(longest)} characters with the longest values, {limit} fit"

    def _longest_text(self, sentence: _Sentence) -> Text:
        return Text(sentence.id, {name: self.worst(sentence.language, name) for name in sentence.placeholders})

    def worst(self, language: str, name: str) -> Value:
        """The longest that may stand for a placeholder: its longest value, or the longest sentence used as one."""
        candidates: list[Value] = [self._longest.get(name, "?")]
        for id in self._shown[language] if name in _STANDS_FOR else ():
            if id.startswith(_STANDS_FOR[name]) and _kind(id)[0] is _Kind.LABEL:
                candidates.append(self._longest_text(self._sentence(language, id)))
        return max(candidates, key=lambda value: len(self._written(language, value, 160)))


# A screen is 160 septets with the gateway's "CON " or "END "; a question, put again, must also fit behind `err.prefix`.
SCREEN = 160 - len("CON ")
QUESTION = SCREEN - 18


class _Kind(Enum):
    SCREEN = auto()
    MESSAGE = auto()
    LABEL = auto()
    ALOUD = auto()  # WhatsApp, voice and paper: any letters.


# What a sentence is follows from its name: the first row that matches. With the limit in characters.
_KINDS = tuple(
    (re.compile(pattern), kind, limit)
    for pattern, kind, limit in (
        (r"(evt|sms|ag)\.", _Kind.MESSAGE, 160),
        (r"reason\.explain\.", _Kind.SCREEN, SCREEN),
        (r"reason\.", _Kind.LABEL, 40),
        (r"status\.(label\.|as_of$)", _Kind.LABEL, 24),
        (r"date\.", _Kind.LABEL, 60),
        (r"place\.", _Kind.LABEL, 28),
        (r"err\.prefix$", _Kind.LABEL, 18),
        (r"(about|sex|slot|field|nav|name|unknown|prog|meant)\.|lang\.name$", _Kind.LABEL, 24),
        (r"wa\.(btn|list)\.", _Kind.ALOUD, 20),
        (r"wa\.row\..*\.desc$", _Kind.ALOUD, 72),
        (r"wa\.row\.", _Kind.ALOUD, 24),
        (r"wa\.", _Kind.ALOUD, 1024),
        (r"(voice|slip)\.", _Kind.ALOUD, 300),
        (r"", _Kind.SCREEN, SCREEN),
    )
)

# Placeholders that may be filled with a sentence, and how the names of those sentences begin.
_STANDS_FOR = {
    "reason": "reason.",
    "slot": "slot.",
    "place": "place.",
    "status": "status.label.",
    "sex": "sex.",
    "need": "field.",
    "name": "name.",
    "desa": "unknown.",
    "village": "unknown.",
    "dob": "unknown.",
    "kk": "unknown.",
    "prog": "prog.",
    "about": "about.",
    "choice1": "meant.",
    "choice2": "meant.",
    "choice3": "meant.",
}
_WORDS = {"date.weekdays": 7, "date.months": 12}
LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]+\.(com|id|net|org|info|ly|me)\b", re.IGNORECASE)
_CODE = re.compile(r"\b(kode|codes?)\b", re.IGNORECASE)  # People are taught never to tell anyone one.
_SECRET = re.compile(r"\b(PIN|OTP)\b")
_ASKED = re.compile(
    r"\b(ketik|type|balas|bales|reply|kirim|kerem|send|text)\b[^.\n]*\b(PIN|OTP|sandi|password)\b", re.IGNORECASE
)


def _kind(id: str) -> tuple[_Kind, int]:
    return next((kind, limit) for pattern, kind, limit in _KINDS if pattern.match(id))


def _worded(sentence: _Sentence) -> Iterator[str]:
    """What no sentence may say, and how a message to a citizen begins."""
    kind, _ = _kind(sentence.id)
    if LINK.search(sentence.source):
        yield "a link"
    if _CODE.search(sentence.source) or (kind is _Kind.MESSAGE and _SECRET.search(sentence.source)):
        yield "speaks of a code, a PIN or an OTP"
    if _ASKED.search(sentence.source):
        yield "asks for a secret"
    if kind is _Kind.MESSAGE and not sentence.id.startswith("ag.") and not sentence.source.startswith("Loket"):
        yield 'does not begin with "Loket"'


def _yaml(source: str) -> dict[str, Any]:
    """Every scalar a string, because `no` and `on` are words here."""
    read = yaml.load(source, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506  It makes strings only.
    if not isinstance(read, dict):
        raise CatalogueError("a file of texts is a list of names, each with its text")
    return read
