"""The tables of docs/words.md, for the tests that hold the code to them."""

from loket.config import ROOT

WORDS = (ROOT / "docs" / "words.md").read_text("utf-8")


def rows(title: str) -> set[tuple[str, ...]]:
    """The rows of the table under a heading, without its head."""
    lines = WORDS.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0].splitlines()
    table = [line for line in lines if line.startswith("|")][2:]
    return {tuple(cell.strip(" `") for cell in line.strip("|").split("|")) for line in table}
