"""Writes a diagram as SVG: words that can be selected and searched, and nothing that is loaded from elsewhere."""

from collections.abc import Iterator
from datetime import date
from html import escape

from loket.draw.chart import Chart
from loket.draw.layout import HEAD, LINE, PAD, WIDE, Layout, Placed, layout

TITLE, LEGEND, MARGIN = 70, 46, 30
STYLE = """
text { font: 11px "DejaVu Sans", Verdana, sans-serif; fill: #1a1a1a }
.title { font-size: 24px; font-weight: bold } .about { font-size: 13px; fill: #555 }
.box { fill: #fff; stroke: #4a5568; stroke-width: 1.2 } .end { fill: #eef7ee; stroke: #2f7d32; stroke-width: 2 }
.entry { stroke: #1a4fa0; stroke-width: 2.6 }
.head { fill: #6b7280; font-size: 9.5px } .number { font-weight: bold; fill: #1a4fa0; font-size: 11px }
.option { font-weight: bold } .typed { font-style: italic; fill: #374151 } .note { fill: #8a6d00; font-size: 10px }
.lookup { fill: #1a4fa0; font-size: 10px } .effect { fill: #b3261e; font-size: 10px; font-weight: bold }
.arrow { fill: none; stroke: #64748b; stroke-width: 1.1; marker-end: url(#tip) }
.led { text-anchor: end }
.to { fill: #1a4fa0; font-size: 10px; font-weight: bold } .away { fill: #6b21a8; font-size: 10px; font-weight: bold }
"""
WORDS = {
    "id": {
        "looks_up": "Dicari:", "causes": "Dicatat:", "typed": "diketik", "complaints": "Kalimat bila salah ketik:",
        "of": "Kalimat per", "language": "bahasa", "legend": "Keterangan",
        "question": "layar pertanyaan", "first": "layar pertama", "end": "layar akhir, sambungan ditutup",
        "wrong": "salah:", "to": "ke layar bernomor itu", "away": "ke layanan lain",
        "back": "0 Kembali dan 00 Menu ada di mana-mana dan tidak digambar.",
    },
    "en": {
        "looks_up": "Looks up:", "causes": "Causes:", "typed": "typed", "complaints": "Sentences for a wrong answer:",
        "of": "Texts of", "language": "language", "legend": "Legend",
        "question": "a question's screen", "first": "the first screen", "end": "an end: the line is closed",
        "wrong": "wrong:", "to": "to the screen of that number",
        "away": "to another service",
        "back": "0 Back and 00 Menu lead back from anywhere and are not drawn.",
    },
}  # fmt: skip


def svg(chart: Chart, texts_of: date) -> str:
    """One flow on one sheet, A3 or any other: it scales. `texts_of`: the day of the newest text."""
    words = WORDS.get(chart.language, WORDS["en" if chart.language == "en" else "id"])
    plan = layout(chart, words)
    wide, high = max(plan.wide, 1150) + 2 * MARGIN, plan.high + TITLE + LEGEND + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'lang="{chart.language}">',
        f"<title>{escape(chart.flow)}, {chart.language}</title><style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#64748b"/></marker></defs>',
        f'<rect width="{wide}" height="{high}" fill="#fafafa"/>',
        _text(MARGIN, MARGIN + 20, f"Loket: {chart.flow}", "title"),
        _text(
            MARGIN, MARGIN + 42, f"{words['of']} {texts_of.isoformat()}, {words['language']} {chart.language}", "about"
        ),
        f'<g transform="translate({MARGIN} {MARGIN + TITLE})">',
        *_arrows(plan),
        *(part for placed in plan.placed.values() for part in _box(placed)),
        "</g>",
        f'<g transform="translate({MARGIN} {high - LEGEND})">',
        *_legend(words),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(placed: Placed) -> Iterator[str]:
    box, x, y = placed.box, placed.x, placed.y
    kind = "box end" if box.ends else "box entry" if box.number == 1 else "box"
    yield f'<rect class="{kind}" x="{x}" y="{y}" width="{WIDE}" height="{placed.high}" rx="{9 if box.ends else 3}"/>'
    yield _text(x + PAD, y + 13, str(box.number), "number")
    yield _text(x + PAD + 22, y + 13, box.sentence, "head")
    for n, row in enumerate(placed.rows):
        base = y + HEAD + LINE * n + LINE - 3
        yield _text(x + PAD, base, row.text, row.style)
        led = " ".join(_span(style, text) for style, text in (("to", row.to), ("away", row.away)) if text)
        if led:
            yield f'<text class="led" x="{x + WIDE - PAD}" y="{base}">{led}</text>'


def _span(style: str, text: str) -> str:
    return f'<tspan class="{style}">{escape(text)}</tspan>'


def _arrows(plan: Layout) -> Iterator[str]:
    """A line to a box in the next column; elsewhere its number must do, for lines across the sheet would hide it."""
    for placed in plan.placed.values():
        for place, arrow in enumerate(placed.box.arrows):
            x, y = placed.port(place)
            for target in (plan.placed[box.number] for box in arrow.boxes):
                if not _is_near(placed, target):
                    continue
                end = target.y + 9
                bend = (target.x - x) // 2
                yield f'<path class="arrow" d="M{x} {y} C{x + bend} {y} {target.x - bend} {end} {target.x} {end}"/>'


def _is_near(placed: Placed, target: Placed) -> bool:
    """In the next column of the same band, and behind this one."""
    later = target.box.depth > placed.box.depth
    return later and target.band == placed.band and 0 < target.x - placed.x <= WIDE * 1.5


def _legend(words: dict[str, str]) -> Iterator[str]:
    yield _text(0, 14, words["legend"], "number")
    x = 90
    for kind, name in (("box entry", "first"), ("box", "question"), ("box end", "end")):
        yield f'<rect class="{kind}" x="{x}" y="3" width="20" height="14" rx="{7 if kind.endswith("end") else 2}"/>'
        yield _text(x + 26, 14, words[name], "")
        x += 44 + len(words[name]) * 7
    for mark, kind, name in (("→12", "to", "to"), ("»status", "away", "away")):
        yield _text(x, 14, mark, kind)
        yield _text(x + len(mark) * 8 + 6, 14, words[name], "")
        x += 34 + (len(mark) + len(words[name])) * 7
    yield _text(90, 34, f"{words['looks_up']} …", "lookup")
    yield _text(190, 34, f"{words['causes']} …", "effect")
    yield _text(290, 34, words["back"], "")


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" xml:space="preserve">{escape(text)}</text>'
