"""From a page to the bytes that an aggregator wants."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from bot.wire import Response
from ussd.form import ANSWERS, PLACEHOLDER, Answer, Body


def write(answer: Answer, body: Body, values: Mapping[str, str], charset: str, ends: bool = False) -> Response:
    """`body` with the values in the places that it keeps for them."""
    headers = answer.headers | answer.headers_at_end if ends else answer.headers
    kind = answer.type or f"{ANSWERS[answer.writes]}; charset={charset}"
    text = "" if body == "" else _written(answer, body, values)
    return Response(200, kind, text.encode(charset, "replace"), headers)


def _written(answer: Answer, body: Body, values: Mapping[str, str]) -> str:
    if isinstance(body, str):
        return _filled(body, {name: _safe(answer, value) for name, value in values.items()})
    lines = {name: value.replace("\n", answer.newline) for name, value in values.items()}
    filled = _each(body, lines)
    if answer.writes == "form":
        return urlencode(filled)
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))


def _safe(answer: Answer, value: str) -> str:
    if answer.writes == "xml":
        value = escape(value, {'"': "&quot;"})
    if answer.pipes:
        value = value.replace("|", "/")
    return value.replace("\n", answer.newline)


def _each(body: Any, values: Mapping[str, str]) -> Any:
    match body:
        case str():
            return _filled(body, values)
        case dict():
            return {name: _each(value, values) for name, value in body.items()}
        case list():
            return [_each(value, values) for value in body]
        case _:
            return body


def _filled(template: str, values: Mapping[str, str]) -> str:
    """In one pass: what a value holds is never taken for a placeholder."""
    return PLACEHOLDER.sub(lambda found: values[found.group(1)], template)
