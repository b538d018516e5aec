"""Descriptions by name: the file of a style, with what config.yml says in its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ussd.form import Form, form

FOLDER = Path(__file__).resolve().parent.parent / "data" / "gateways"


def styles() -> list[str]:
    """Every style that is described."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def described(style: str, changes: Mapping[str, Any]) -> Form:
    """A style's form of a call with `changes`, key by key; null takes a key away. ValueError names what is wrong."""
    document: Any = {}
    if style:
        if style not in styles():
            raise ValueError(f"style: there is no data/gateways/{style}.yml; there are {', '.join(styles())}")
        document = yaml.load((FOLDER / f"{style}.yml").read_text("utf-8"), Loader=yaml.SafeLoader)
    try:
        return form(_changed(document, changes))
    except (msgspec.ValidationError, ValueError) as error:
        raise ValueError(f"form: {error}") from None


def _changed(before: Any, changes: Any) -> Any:
    if not isinstance(before, dict) or not isinstance(changes, Mapping):
        return changes
    merged = before | {name: _changed(before.get(name), value) for name, value in changes.items()}
    return {name: value for name, value in merged.items() if value is not None or name not in changes}
