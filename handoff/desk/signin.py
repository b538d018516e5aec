"""Who is at the desk: sign-in with a password, sessions that end when they should, sign-out that ends them at once."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from flask import flash, g, make_response, redirect, render_template, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from handoff.desk import passwords, words
from handoff.desk.context import here, typed_note
from handoff.desk.forms import MoveForm, SignInForm, stale
from handoff.desk.ports import StaffDirectory, StaffMember, StaffSession

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
_TOUCH_EVERY = timedelta(seconds=30)  # A write for every page would buy nothing.


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What Flask-Login asks of a user. The cookie holds the random token, the database its digest only."""

    member: StaffMember
    token: str = field(repr=False)
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """The name Flask-Login gives to what it keeps in the cookie."""
        return self.token


def load(staff: StaffDirectory, token: str, now: datetime) -> SignedIn | None:
    """The staff member of a session that has neither idled, nor run out, nor been ended; now: aware UTC."""
    digest = digest_of(token)
    kept = staff.session(digest)
    if kept is None:
        return None
    member = staff.by_id(kept.staff_id)
    gone = member is None or not member.active or member.session_epoch != kept.epoch
    if member is None or gone or now - kept.seen_at > IDLE or now - kept.started_at > LONGEST:
        staff.end_session(digest)
        return None
    if now - kept.seen_at >= _TOUCH_EVERY:
        staff.touch_session(digest, now)
    return SignedIn(member, token)


def digest_of(token: str) -> str:
    """What is kept of a token: of 256 random bits a plain hash gives nothing away."""
    return sha256(token.encode()).hexdigest()


def sign_in() -> Response:
    """Masuk: show the form, or try it."""
    form = SignInForm()
    if form.is_submitted():
        return _try(form)
    if current_user.is_authenticated:
        return redirect(url_for("desk.today"))
    return page(form, 200)


def _try(form: SignInForm) -> Response:
    if not form.validate():
        return page(form, 400, words.STALE_FORM if stale(form) else "")
    desk, now, login = here(), here().clock(), form.login.data.casefold()
    if desk.staff.too_many(login, now):
        return page(form, 429, words.TOO_MANY_SIGN_INS)
    member = desk.staff.by_login(login)
    known = member if member is not None and member.active else None
    if not passwords.matches(known.password_hash if known else None, form.password.data) or known is None:
        desk.staff.note_failure(login, now)
        return page(form, 401, words.WRONG_SIGN_IN)
    desk.staff.clear_failures(login)
    _begin(known, now)
    return redirect(url_for("desk.today"), 303)


def _begin(member: StaffMember, now: datetime) -> None:
    """A session with a new id: whatever the browser brought from before is worth nothing."""
    if current_user.is_authenticated:
        here().staff.end_session(digest_of(current_user.token))
    session.clear()
    token = secrets.token_urlsafe(32)
    here().staff.start_session(StaffSession(digest_of(token), member.id, member.session_epoch, now, now))
    login_user(SignedIn(member, token))


def sign_out() -> Response:
    """Keluar: end this session and say so."""
    form = MoveForm(data={"version": "0"})
    if not form.validate_on_submit():
        flash(words.STALE_FORM)
        return redirect(url_for("desk.me"), 303)
    here().staff.end_session(digest_of(current_user.token))
    logout_user()
    session.clear()
    g.pop("member", None)
    response = page(SignInForm(formdata=None), 200, words.SIGNED_OUT)
    # Not "storage": what an agent entered without a network waits there until it is sent.
    response.headers["Clear-Site-Data"] = '"cache", "cookies"'
    return response


def page(form: FlaskForm, status: int, notice: str = "") -> Response:
    """The sign-in page."""
    return make_response(render_template("desk/sign_in.html", form=form, notice=notice, note=typed_note()), status)
