"""What the page asks of the stage: the time, a jump, a trouble, and an event of WhatsApp as Meta would sign it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify, request

from loket.simulator.clock import CannotJump
from loket.simulator.recording import scenario
from loket.simulator.stage import JUMPS, Stage
from ussd.africastalking import SHAPES

HOURS = 24 * 90  # Of one jump.
Answered = tuple[Response, int]


def add(bp: Blueprint, stage: Stage) -> None:
    """The routes of a page whose service stands on a stage."""
    bp.add_url_rule("/stage.json", "stage", lambda: jsonify(_shown(stage)), methods=["GET"])
    bp.add_url_rule("/scenario", "scenario", scenario, methods=["POST"])
    for name, act in (("jump", _jump), ("trouble", _trouble), ("whatsapp", _whatsapp)):
        bp.add_url_rule(f"/{name}", name, partial(_asked, act, stage), methods=["POST"])


def _asked(act: Callable[[Stage, Mapping[str, Any]], Response], stage: Stage) -> Response | Answered:
    """JSON only: a page from elsewhere cannot send it without asking first, and is not answered then."""
    if request.mimetype != "application/json":
        return jsonify(why="application/json only"), 415
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        return jsonify(why="not a JSON object"), 400
    try:
        return act(stage, asked)
    except CannotJump as error:
        return jsonify(word=str(error)), 409
    except ValueError as error:
        return jsonify(why=str(error)), 400


def _jump(stage: Stage, asked: Mapping[str, Any]) -> Response:
    to, hours, phones = asked.get("to"), asked.get("hours", 0), asked.get("phones", [])
    if not isinstance(to, str) or (to != "hours" and to not in JUMPS):
        raise ValueError(f"to: hours or {', '.join(JUMPS)}")
    if to == "hours" and not (type(hours) is int and 1 <= hours <= HOURS):
        raise CannotJump("jump_hours")
    if not isinstance(phones, list) or not all(isinstance(one, str) and _is_phone(one) for one in phones):
        raise ValueError("phones: numbers with + and 10 to 15 digits")
    due = stage.jump(to, hours if to == "hours" else 0, phones[:8])
    return jsonify(_shown(stage) | {"due": due})


def _trouble(stage: Stage, asked: Mapping[str, Any]) -> Response:
    name, on = asked.get("name"), asked.get("on")
    if not isinstance(name, str) or not isinstance(on, bool):
        raise ValueError("name: a trouble; on: true or false")
    stage.trouble(name, on)
    return jsonify(_shown(stage))


def _whatsapp(stage: Stage, asked: Mapping[str, Any]) -> Response:
    signed = stage.metas.event(asked, stage.clock())
    return jsonify(path=signed.path, body=signed.body, signature=signed.signature)


def _shown(stage: Stage) -> dict[str, Any]:
    state = stage.now()
    return {
        "now": state.now.isoformat(timespec="milliseconds"),
        "ahead_ms": round(state.ahead.total_seconds() * 1000),
        "waiting": state.waiting,
        "next": state.next.isoformat(timespec="minutes") if state.next else None,
        "no_credit": state.troubles.no_credit,
        "portal_away": state.troubles.portal_away,
    }


def _is_phone(text: str) -> bool:
    return bool(SHAPES["phoneNumber"].fullmatch(text))
