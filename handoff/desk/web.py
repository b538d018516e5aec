"""The desk as a Flask blueprint: its routes, its cookie, its refusals."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, g
from flask.blueprints import BlueprintSetupState
from flask_login import LoginManager
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from handoff.desk import context, district, guard, pages, signin, words
from handoff.desk.forms import MoveForm
from handoff.desk.pages import refusal
from handoff.desk.ports import Conflict, NotFound, StaffDirectory, TicketDesk, TooMany
from handoff.routing import Role
from handoff.tickets import Move, NotAllowed, Slot

WIB = timezone(timedelta(hours=7))
_VIEW = ("GET",)
_FORM = ("GET", "POST")
_MOVE = ("POST",)

# Address, name, view, methods. Everything but the sign-in page is behind the guard; nothing is changed by GET.
ROUTES: tuple[tuple[str, str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("/", "today", pages.today, _VIEW),
    ("/available", "available", pages.available, _VIEW),
    ("/me", "me", pages.me, _VIEW),
    ("/tickets/<ticket_id>", "ticket", pages.ticket, _VIEW),
    ("/tickets/<ticket_id>/take", "take", pages.take, _MOVE),
    ("/tickets/<ticket_id>/schedule", "schedule", pages.schedule, _FORM),
    ("/tickets/<ticket_id>/outcome", "outcome", pages.outcome, _FORM),
    ("/tickets/<ticket_id>/set-off", "set_off", pages.set_off, _MOVE),
    ("/tickets/<ticket_id>/not-met", "not_met", pages.not_met, _MOVE),
    ("/tickets/<ticket_id>/give-back", "give_back", pages.give_back, _MOVE),
    ("/tickets/<ticket_id>/reassign", "reassign", district.reassign, _FORM),
    ("/district", "district", district.listing, _VIEW),
    ("/agents", "agents", district.agents, _VIEW),
    ("/sign-in", "sign_in", signin.sign_in, _FORM),
    ("/sign-out", "sign_out", signin.sign_out, _MOVE),
)


def blueprint(
    desk: TicketDesk,
    staff: StaffDirectory,
    clock: Callable[[], datetime],
    zone: Callable[[str], tzinfo] = lambda _district: WIB,
    *,
    secure: bool = True,
    framed: bool = False,
) -> Blueprint:
    """The desk. The app needs a SECRET_KEY. Only a demo on loopback is not `secure`, or `framed` by its own pages."""
    bp = Blueprint("desk", __name__, template_folder="templates", static_folder="static", url_prefix="/desk")
    for rule, name, view, methods in ROUTES:
        bp.add_url_rule(rule, name, view, methods=methods)
    bp.add_url_rule("/<path:_rest>", "unknown", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    bp.before_request(guard.before)
    bp.after_request(partial(guard.after, secure=secure, framed=framed))
    _refusals(bp)
    bp.context_processor(_words)
    bp.record_once(partial(_prepare, here=context.Context(desk, staff, clock, zone), secure=secure))
    return bp


def unknown(_rest: str) -> Response:
    """What is not a page of the desk, or not by this method, looks as what is not yours."""
    raise NotFound


def _prepare(state: BlueprintSetupState, *, here: context.Context, secure: bool) -> None:
    app = state.app
    app.extensions[context.KEY] = here
    app.config.update(
        SESSION_COOKIE_NAME="__Host-loket" if secure else "loket",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # A token lives as long as the session, which ends soon enough.
    )
    login = LoginManager(app)
    login.session_protection = None  # A phone on the move changes its address; the token is what counts.
    login.user_loader(lambda token: signin.load(here.staff, token, here.clock()))


def _refusals(bp: Blueprint) -> None:
    bp.register_error_handler(NotFound, lambda _: refusal(404))
    bp.register_error_handler(TooMany, lambda _: refusal(429))
    bp.register_error_handler(NotAllowed, lambda error: refusal(409, words.REASONS[error.reason]))
    bp.register_error_handler(Conflict, lambda error: refusal(409, words.changed(error.by, context.local(error.at))))
    bp.register_error_handler(HTTPException, lambda error: refusal(error.code or 500))


def _words() -> dict[str, Any]:
    """What all templates may use."""
    member = g.get("member")
    return {
        "w": words,
        "member": member,
        "today_is": context.today() if member else None,
        "local": context.local,
        "Move": Move,
        "Role": Role,
        "Slot": Slot,
        "button": lambda: MoveForm(formdata=None),
        "style": _STYLE,
    }


# The style sheet's address changes with its contents, so that a browser may keep it for a year.
_STYLE = sha256((Path(__file__).parent / "static" / "desk.css").read_bytes()).hexdigest()[:12]
