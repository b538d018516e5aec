"""What every page of the desk works with: the ports, the clock, and who is asking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from flask import current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from handoff.desk.ports import Actor, StaffDirectory, StaffMember, TicketDesk

KEY = "loket.desk"


@dataclass(frozen=True, slots=True)
class Context:
    desk: TicketDesk
    staff: StaffDirectory
    clock: Callable[[], datetime]  # Aware, UTC.
    zone: Callable[[str], tzinfo]  # The time zone of a district, by its code.


def here() -> Context:
    """The context of the app that serves this request."""
    context: Context = current_app.extensions[KEY]
    return context


def actor() -> Actor:
    """Who asks; only behind the guard, which lets nobody else through."""
    member: StaffMember = g.member
    return member.actor


def local(at: datetime) -> datetime:
    """A time in the zone of the one who asks."""
    return at.astimezone(here().zone(actor().district))


def now() -> datetime:
    """The time where the one who asks is."""
    return local(here().clock())


def today() -> date:
    """The day where the one who asks is."""
    return now().date()


def typed_note() -> str:
    """The note in a form that could not be kept, so that the page that refuses it can show it to be copied."""
    try:
        return request.form.get("note", "")
    except RequestEntityTooLarge:
        return ""
