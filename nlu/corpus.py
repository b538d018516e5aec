"""The examples that both engines learn from: data/nlu, in Rasa's training format, one file for each way of writing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parent.parent / "data" / "nlu"
SENTENCES = DATA.parent / "languages"  # <language>.txt: everyday sentences, a line each.
MIXED = (
    "mixed"  # A file of this name holds more than one language in a message: nothing about languages is learnt from it.
)

_MARKED = re.compile(r"\[([^\]]+)\]\(([a-z_]+)\)")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that an example names, and where: first character, and the one behind the last."""

    entity: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """`style` is the file's name; what stands before its first `_` is the language."""

    text: str
    intent: str
    style: str
    named: tuple[Named, ...] = ()

    @property
    def language(self) -> str:
        return self.style.partition("_")[0]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All examples, in the order of the files' names, and the closed lists of entities: value -> what is written."""

    examples: tuple[Example, ...]
    synonyms: dict[str, tuple[str, ...]]
    lookups: dict[str, tuple[str, ...]]

    @property
    def intents(self) -> tuple[str, ...]:
        return tuple(sorted({example.intent for example in self.examples}))

    @property
    def styles(self) -> tuple[str, ...]:
        return tuple(sorted({example.style for example in self.examples}))


@cache
def load(folder: Path = DATA) -> Corpus:
    """ValueError, with the file's name, where it is not in the format."""
    examples: list[Example] = []
    synonyms: dict[str, tuple[str, ...]] = {}
    lookups: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        for item in _items(path):
            match item:
                case {"intent": str(intent), "examples": str(lines)}:
                    examples += (_example(line, intent, path.stem) for line in _lines(path, lines))
                case {"synonym": str(value), "examples": str(lines)}:
                    synonyms[value] = tuple(_lines(path, lines))
                case {"lookup": str(entity), "examples": str(lines)}:
                    lookups[entity] = tuple(_lines(path, lines))
                case _:
                    raise ValueError(f"{path.name}: an item that is neither intent, synonym nor lookup: {list(item)}")
    return Corpus(tuple(examples), synonyms, lookups)


def _items(path: Path) -> list[dict[str, str]]:
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506  It knows strings only.
    if not isinstance(loaded, dict) or not isinstance(loaded.get("nlu"), list):
        raise ValueError(f"{path.name}: Rasa's training format begins with `nlu:`")
    items: list[dict[str, str]] = loaded["nlu"]
    return items


def _lines(path: Path, block: str) -> Iterator[str]:
    for line in filter(None, map(str.strip, block.splitlines())):
        if not line.startswith("- "):
            raise ValueError(f"{path.name}: an example is a line that begins with a dash: {line[:20]}")
        yield line[2:].strip()


def _example(line: str, intent: str, style: str) -> Example:
    named: list[Named] = []
    text = ""
    end = 0
    for found in _MARKED.finditer(line):
        text += line[end : found.start()]
        named.append(Named(found[2], found[1], len(text), len(text) + len(found[1])))
        text += found[1]
        end = found.end()
    return Example(text + line[end:], intent, style, tuple(named))
