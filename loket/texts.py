"""Reads the texts from their files, so that the catalogue itself stays free of files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.texts import BASE, Catalogue

DATA = Path(__file__).resolve().parent.parent / "data"


def load(languages: Sequence[str] = (), data: Path = DATA, constants: Mapping[str, str] | None = None) -> Catalogue:
    """The catalogue of these languages, or of every file found. Indonesian is always among them."""
    files = {file.stem: file for file in sorted((data / "texts").glob("*.yml"))}
    wanted = languages or sorted(files, key=lambda language: (language != BASE, language))
    if missing := {BASE, *wanted} - files.keys():
        raise FileNotFoundError(f"no texts in {data / 'texts'} for: {', '.join(sorted(missing))}")
    texts = {language: files[language].read_text("utf-8") for language in dict.fromkeys([*wanted, BASE])}
    return Catalogue(texts, (data / "placeholders.yml").read_text("utf-8"), constants)
