"""Whether a request has the contract's form: the fields of an intent, of an amendment and of an outcome."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from backend_client.sandbox.personas import SYNTHETIC_AREAS
from backend_client.sandbox.problem import Problem

Check = Callable[[Any], bool]


def _pattern(expression: str) -> Check:
    compiled = re.compile(expression, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _text(longest: int) -> Check:
    return lambda value: isinstance(value, str) and 0 < len(value) <= longest


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _day(value: Any) -> bool:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


def _instant(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _group(checks: Mapping[str, Check]) -> Check:
    return lambda value: isinstance(value, dict) and all(name in checks and checks[name](value[name]) for name in value)


# Set once, with the intent.
FIXED: dict[str, Check] = {
    "nik": _pattern(r"[0-9]{16}"),
    "offline_ref": _pattern(r"[0-9]{4,20}"),
    "channel": _pattern(r"ussd|sms|whatsapp|agent"),
    "consent_id": _text(80),
    "captured_at": _instant,
}
OPEN: dict[str, Check] = {
    "contact": _group({"time": _text(40), "by": _text(40), "language": _pattern(r"id|en|jv|osi|mad")}),
    "filled_by": _group({"who": _pattern(r"self|family_present|family_absent|agent"), "assistant_name": _text(120)}),
    "kk": _pattern(r"[0-9]{16}"),
    "name": _text(120),
    "birth_date": _day,
    "sex": _pattern(r"[LP]"),
    "village_code": _pattern(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}"),
    "address_note": _text(200),
    "rt": _pattern(r"[0-9]{1,3}"),
    "rw": _pattern(r"[0-9]{1,3}"),
    "phone_e164": _pattern(r"\+[0-9]{8,15}"),
    "phone_is_own": _flag,
    "visit": _group({"mode": _pattern(r"home|desa|agent"), "days": _texts, "part": _text(40), "needs": _texts}),
    "has_smartphone": _flag,
    "has_ikd": _pattern(r"none|yes|unknown"),
    "bank_book": _flag,
    "refresh": _group({"answer": _pattern(r"same|changed"), "on": _day}),
}
# A change of data: what each kind tells. A name or a number of somebody who has died is theirs to keep or leave out.
_PAPER = _pattern(r"yes|no|certificate|letter|none")
_DETAILS: dict[str, dict[str, Check]] = {
    "member_birth": {"date": _day, "paper": _PAPER},
    "member_death": {
        "nik": _pattern(r"[0-9]{16}"),
        "name": _text(120),
        "date": _day,
        "relation": _pattern(r"spouse|child|parent|neighbour"),
        "confirmed_by": _pattern(r"witness|agent"),
    },
    "move_out": {
        "where": _pattern(r"village|district|regency|abroad"),
        "village": _pattern(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}"),
        "paper": _PAPER,
    },
    "move_in": {"village": _pattern(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}"), "paper": _PAPER},
    "marriage": {"date": _day, "paper": _PAPER},
    "divorce": {"date": _day, "paper": _PAPER},
}
CHANGE: dict[str, Check] = {
    "intent_id": _text(64),
    "kind": lambda value: value in _DETAILS,
    "detail": lambda value: isinstance(value, dict),
    "offline_ref": _pattern(r"[0-9]{12}"),
    "channel": _pattern(r"ussd|sms|whatsapp|agent"),
    "language": _pattern(r"id|en|jv|osi|mad"),
    "reported_at": _instant,
}
OBJECTION: dict[str, Check] = {
    "intent_or_application_id": _text(80),
    "kind": _pattern(r"self|about_other"),
    "reason_code": _pattern(r"[a-z_]{1,40}"),
    "statement": _text(500),
    "evidence_note": _text(200),
    "contact": OPEN["contact"],
}
REQUIRED = (*FIXED, "contact", "filled_by")


def check_intent(body: Mapping[str, Any]) -> None:
    """Raise a problem that names each wrong field; and refuse everyone who might be a real person."""
    missing = [(f"/{name}", "missing") for name in REQUIRED if name not in body]
    _complain(missing + _wrong(body, FIXED | OPEN))
    if body["nik"][:6] not in SYNTHETIC_AREAS:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not_synthetic", (("/nik", "not_synthetic"),))


def check_changes(body: Mapping[str, Any]) -> None:
    """Raise a problem where an amendment changes nothing, or what is fixed, or has the wrong form."""
    if not body:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no_change")
    _complain([(f"/{name}", "fixed") for name in body if name in FIXED])
    _complain(_wrong(body, OPEN))


WITHDRAWAL = {"reason": _text(80), "consent_withdrawn": _flag}
RIGHT: dict[str, Check] = {
    "kind": _pattern(r"access|correct|delete|restrict"),
    "request_ref": _pattern(r"[0-9]{4,20}"),
    "intent_id": _text(80),
    "due_at": _instant,
}


def check_withdrawal(body: Mapping[str, Any]) -> None:
    _complain(_wrong(body, WITHDRAWAL))


def check_right(body: Mapping[str, Any]) -> None:
    missing = [(f"/{name}", "missing") for name in RIGHT if name not in body]
    _complain(missing + _wrong(body, RIGHT))


def check_change(body: Mapping[str, Any]) -> None:
    """Raise a problem that names each wrong field of a change of data."""
    _complain([(f"/{name}", "missing") for name in CHANGE if name not in body] + _wrong(body, CHANGE))
    wrong = _wrong(body["detail"], _DETAILS[body["kind"]])
    _complain([(f"/detail{pointer}", code) for pointer, code in wrong])


def check_objection(body: Mapping[str, Any]) -> None:
    """Raise a problem that names each wrong field of an objection."""
    needed = ("intent_or_application_id", "kind", "reason_code", "contact")
    _complain([(f"/{name}", "missing") for name in needed if name not in body] + _wrong(body, OBJECTION))


def _wrong(body: Mapping[str, Any], checks: Mapping[str, Check]) -> list[tuple[str, str]]:
    unknown = [("/", "unknown_field")] if any(name not in checks for name in body) else []
    return unknown + [(f"/{name}", "form") for name in body if name in checks and not checks[name](body[name])]


def _complain(errors: list[tuple[str, str]]) -> None:
    if errors:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", tuple(errors))
