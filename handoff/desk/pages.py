"""The agent's pages: the day, what can be taken, a ticket, and the moves on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from handoff.desk import words
from handoff.desk.agenda import agenda
from handoff.desk.context import actor, here, local, now, typed_note
from handoff.desk.context import today as this_day
from handoff.desk.forms import MoveForm, OutcomeForm, ScheduleForm, outcome_form, schedule_form, stale
from handoff.desk.ports import Conflict, Detail, NotFound, WrongNumber
from handoff.routing import Role
from handoff.tickets import HandoffError, Move, NotAllowed, Outcome, Place, Reason, Slot, Topic


def refusal(status: int, advice: str = "") -> Response:
    """A polite page with what to do now."""
    heading, usual = words.ERRORS.get(status, words.ERRORS[400 if status < 500 else 500])
    page = render_template("desk/refusal.html", heading=heading, advice=advice or usual, note=typed_note())
    return make_response(page, status)


def today() -> str:
    """Hari ini: the own tickets around today."""
    cards = here().desk.today(actor(), this_day())
    return render_template("desk/today.html", agenda=agenda(cards, this_day()))


def available() -> str:
    """Ambil: what the actor may take."""
    return render_template("desk/available.html", cards=here().desk.available(actor()))


def me() -> str:
    """Saya: the own load, and the way out."""
    own = next((load for load in here().desk.agents_of(actor()) if load.agent_id == actor().id), None)
    return render_template("desk/me.html", load=own)


def ticket(ticket_id: str) -> str:
    """One ticket with what may be done about it."""
    return render_template("desk/ticket.html", ticket=here().desk.ticket(actor(), ticket_id))


def take(ticket_id: str) -> Response:
    """Take an open ticket; who comes too late is told so."""
    try:
        return _press(Move.TAKE, ticket_id, here().desk.take)
    except NotFound:
        return refusal(404, words.TAKEN)


def set_off(ticket_id: str) -> Response:
    """Berangkat: the citizen hears who is coming, and by which number the agent is known."""
    return _press(Move.SET_OFF, ticket_id, here().desk.set_off)


def not_met(ticket_id: str) -> Response:
    """Nobody was there."""
    return _press(Move.NOT_MET, ticket_id, here().desk.not_met)


def give_back(ticket_id: str) -> Response:
    """Give the ticket back."""
    return _press(Move.GIVE_BACK, ticket_id, here().desk.give_back, then="desk.today")


def _press(move: Move, ticket_id: str, make: Callable[..., None], then: str = "desk.ticket") -> Response:
    """A move that is only a button."""
    form = MoveForm()
    if not form.validate():
        detail = here().desk.ticket(actor(), ticket_id)
        return make_response(render_template("desk/ticket.html", ticket=detail, notice=words.STALE_FORM), 400)
    make(actor(), ticket_id, int(form.version.data))
    flash(words.SAVED[move])
    return redirect(url_for(then, ticket_id=ticket_id) if then == "desk.ticket" else url_for(then), 303)


def schedule(ticket_id: str) -> Response:
    """Jadwalkan: plan a visit."""
    detail = opened(ticket_id, Move.SCHEDULE)
    form = schedule_form(detail.card, now())

    def make(form: ScheduleForm) -> None:
        day, slot, place = date.fromisoformat(form.day.data), Slot(form.slot.data), Place(form.place.data)
        here().desk.schedule(actor(), ticket_id, day, slot, place, int(form.version.data))

    return fill(Filling(Move.SCHEDULE, "desk/schedule.html", detail, form), make)


def outcome(ticket_id: str) -> Response:
    """Selesai: end the ticket."""
    detail = opened(ticket_id, Move.RESOLVE)
    form = outcome_form(detail.card)

    def make(form: OutcomeForm) -> None:
        ends, number, note = Outcome(form.outcome.data), form.visit_number.data, form.note.data
        try:
            here().desk.outcome(actor(), ticket_id, ends, number, note, int(form.version.data))
        except WrongNumber as wrong:
            form.visit_number.errors = [words.wrong_number(wrong.left)]
            raise

    return fill(Filling(Move.RESOLVE, "desk/outcome.html", detail, form), make)


def opened(ticket_id: str, move: Move) -> Detail:
    """The ticket, if the move is the actor's. One that comes too late may be sent: its refusal keeps the entries."""
    detail = here().desk.ticket(actor(), ticket_id)
    if move in detail.moves:
        return detail
    late = _oversees(detail) if move is Move.ASSIGN else detail.agent_id == actor().id
    if not late:
        raise NotFound
    if request.method != "POST":
        raise NotAllowed(Reason.STATUS)
    return detail


def _oversees(detail: Detail) -> bool:
    """Whether passing the ticket on has been the actor's to do; a report is Dinas Sosial's alone."""
    return actor().role is Role.DINAS or (actor().role is Role.COORDINATOR and detail.card.topic is not Topic.REPORT)


@dataclass(frozen=True, slots=True)
class Filling:
    """A form that is being filled in for a move on a ticket."""

    move: Move
    template: str
    ticket: Detail
    form: FlaskForm

    def page(self, status: int, notice: str = "") -> Response:
        """The form with what was typed. Only who was told of another's change sends it again over that change."""
        if status == 409 or "version" in self.form.errors:
            self.form.version.data = str(self.ticket.card.version)
        return make_response(render_template(self.template, ticket=self.ticket, form=self.form, notice=notice), status)


def fill(filling: Filling, make: Callable[..., None]) -> Response:
    """Show the form, or make its move. Whatever refuses the move, the person's entries stay on the page."""
    form = filling.form
    if not form.is_submitted():
        return filling.page(200)
    if not form.validate():
        return filling.page(400, words.STALE_FORM if stale(form) else "")
    try:
        make(form)
    except WrongNumber:
        return filling.page(400)
    except (NotAllowed, Conflict) as refused:
        return filling.page(409, _why(refused))
    flash(words.SAVED[filling.move])
    return redirect(url_for("desk.ticket", ticket_id=filling.ticket.card.id), 303)


def _why(refused: HandoffError) -> str:
    match refused:
        case NotAllowed(reason=reason):
            return words.REASONS[reason]
        case Conflict(by=by, at=at):
            return f"{words.changed(by, local(at))} {words.STILL_HERE}"
        case _:
            raise refused
