"""What both phones of the page did, as a scenario that `loket scenario run` plays again."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request

from loket.scenario.record import Recorder, written
from loket.scenario.script import NAMELESS

MOST = 500  # Things that the page remembers.
PHONES = ("me", "neighbour")


def scenario() -> Response | tuple[Response, int]:
    """The file, of a JSON list of what happened: {on, path, body, answer}, or {on, message} for an SMS that came."""
    asked = request.get_json(silent=True) if request.mimetype == "application/json" else None
    if not isinstance(asked, list) or not 0 < len(asked) <= MOST or not all(map(_is_one, asked)):
        return jsonify(why=f"a JSON list of 1 to {MOST} things that happened"), 400
    try:
        return Response(recorded(asked), mimetype="application/yaml")
    except ValueError as error:
        return jsonify(why=str(error)), 400


def recorded(happened: Sequence[Mapping[str, str]]) -> str:
    """Each phone's own steps, in the order in which they happened. ValueError where one of them is no request."""
    steps: list[dict[str, Any]] = []
    phones = {name: Recorder(steps, name) for name in PHONES}
    for one in happened:
        phone = phones[one["on"]]
        if "message" in one:
            phone.got(one["message"])
        elif one["path"].startswith(("/ussd/", "/sms/", "/whatsapp/")):
            phone.heard(one["path"], one["body"], one["answer"])
    without = {name: NAMELESS for name, phone in phones.items() if phone.nameless}
    return written(steps, "Recorded in the simulator", without)


def _is_one(thing: Any) -> bool:
    names = thing.keys() if isinstance(thing, dict) else set()
    known = names in ({"on", "message"}, {"on", "path", "body", "answer"})
    return known and thing["on"] in PHONES and all(isinstance(value, str) for value in thing.values())
