"""Where each box of a diagram stands: columns by how many answers lead there, in bands that make a sheet of it."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.screen import BACK
from loket.draw.chart import Arrow, Box, Chart

LETTERS = 38  # Of a line in a box.
WIDE, GAP, ACROSS = 268, 16, 70  # Of a box, between boxes, and between columns.
BOLD, SMALL = 7.8, 7  # Of a letter of a label, and of what it leads to, in the widest words.
LINE, HEAD, FOOT, PAD = 14, 18, 8, 8
TO = ("→", "»")
SHEET = 420 / 297  # A3, lying.


@dataclass(slots=True)
class Row:
    """One line of a box. `port`: the digit that it is about, or "type"."""

    text: str
    style: str
    port: int = -1  # The arrow's place in the box; -1: none begins here.
    to: str = ""  # The boxes that it leads to, and the flows: at the end of the line.
    away: str = ""


@dataclass(slots=True)
class Placed:
    box: Box
    rows: list[Row]
    band: int = 0
    x: int = 0
    y: int = 0

    @property
    def high(self) -> int:
        return HEAD + LINE * len(self.rows) + FOOT

    def port(self, arrow: int) -> tuple[int, int]:
        """Where an arrow begins."""
        row = max(n for n, row in enumerate(self.rows) if row.port == arrow)
        return self.x + WIDE, self.y + HEAD + LINE * row + LINE // 2


@dataclass(frozen=True, slots=True)
class Layout:
    placed: dict[int, Placed] = field(default_factory=dict)
    wide: int = 0
    high: int = 0


def layout(chart: Chart, words: dict[str, str]) -> Layout:
    """Of all numbers and heights of columns those that fill a sheet with the largest letters."""
    placed = [Placed(box, rows(box, words)) for box in chart.boxes]
    tries = [_in_bands(placed, columns, high) for columns in range(3, 13) for high in range(500, 3001, 250)]
    return min(tries, key=lambda each: max(each.wide, each.high * SHEET))


def _in_bands(boxes: list[Placed], columns: int, most: int) -> Layout:
    placed: dict[int, Placed] = {}
    top, wide, high = 0, 0, 0
    stacks = list(_stacks(boxes, most))
    for band in range(0, len(stacks), columns):
        for column, stack in enumerate(stacks[band : band + columns]):
            x, y = column * (WIDE + ACROSS), top
            for each in stack:
                placed[each.box.number] = Placed(each.box, each.rows, band, x, y)
                y += each.high + GAP
            wide, high = max(wide, x + WIDE), max(high, y)
        top = high + GAP
    return Layout(placed, wide, high)


def _stacks(boxes: list[Placed], most: int) -> Iterator[list[Placed]]:
    """The boxes that so many answers lead to stand in one column, or in several where they are many."""
    for depth in sorted({each.box.depth for each in boxes}):
        stack: list[Placed] = []
        for each in (each for each in boxes if each.box.depth == depth):
            if stack and sum(one.high + GAP for one in stack) + each.high > most:
                yield stack
                stack = []
            stack.append(each)
        yield stack


def rows(box: Box, words: dict[str, str]) -> list[Row]:
    """What is written in a box, line by line."""
    found = (
        [Row(text, "lookup") for text in _wrapped(f"{words['looks_up']} {', '.join(box.lookups)}")]
        if box.lookups
        else []
    )
    found += (
        [Row(text, "effect") for text in _wrapped(f"{words['causes']} {', '.join(box.effects)}")] if box.effects else []
    )
    found += [Row(text, "said") for line in box.body.split("\n") for text in _wrapped(line)]
    for place, arrow in enumerate(box.arrows):
        label = f"{arrow.key} {arrow.label}" if arrow.key else f"[{words['typed']}]"
        label = f"{words['wrong']} {label}" if arrow.wrong else label
        style = "note" if arrow.wrong else "option" if arrow.key else "typed"
        found += _led([Row(text, style, place) for text in _wrapped(label)], arrow)
    if box.complaints:
        found.append(Row(f"{words['complaints']} {box.complaints}", "note"))
    return found


def _led(label: list[Row], arrow: Arrow) -> list[Row]:
    """Where a line leads: at its end where there is room, else on lines of its own; nothing stands between boxes."""
    to = f"→{_ranges(sorted(box.number for box in arrow.boxes))}" if arrow.boxes else ""
    away = " ".join(f"»{flow}" for flow in arrow.flows if arrow.key != BACK)
    last = label[-1]
    if BOLD * len(last.text) + SMALL * len(f"  {to} {away}") <= WIDE - 2 * PAD:
        last.to, last.away = to, away
        return label
    return label + [
        Row(f"   {text}", style) for style, led in (("to", to), ("away", away)) if led for text in _wrapped(led)
    ]


def _ranges(numbers: list[int]) -> str:
    """2-7, 9: numbers that follow each other are one range."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, LETTERS - 3 if text[:1] in TO else LETTERS, break_on_hyphens=False) or [""]
