"""What staff may send to the desk, and the reason beside the field where it cannot be used."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, PasswordField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from handoff.desk import words
from handoff.desk.ports import AgentLoad, Card, Detail, Filters, Village
from handoff.tickets import ENDS, HORIZON_DAYS, OUTCOMES, VERIFIED, Place, Slot, Status, over

_LARGEST_VERSION = 2**31 - 1
_ALL = SelectChoice("", words.ALL)


def _version(_form: FlaskForm, field: Field) -> None:
    text = field.data or ""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= _LARGEST_VERSION):
        raise ValidationError(words.STALE_FORM)


def _visit_number(_form: FlaskForm, field: Field) -> None:
    text = field.data
    if text and not (text.isascii() and text.isdecimal() and len(text) == 3):
        raise ValidationError(words.NUMBER_FORM)


def _readable(_form: FlaskForm, field: Field) -> None:
    if not all(sign.isprintable() or sign in "\n\t" for sign in field.data):
        raise ValidationError(words.NOTE_SIGNS)


def _trimmed(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _digits(text: str | None) -> str:
    """People read a number out in groups; the gaps are not part of it."""
    return "".join((text or "").split())


def _options(labels: Mapping[Any, str], keys: Sequence[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(key.value, labels[key]) for key in keys]


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF brings no types.
    login = StringField(
        filters=[_trimmed], validators=[InputRequired(words.LOGIN_MISSING), Length(max=64, message=words.WRONG_SIGN_IN)]
    )
    password = PasswordField(
        validators=[InputRequired(words.PASSWORD_MISSING), Length(max=256, message=words.WRONG_SIGN_IN)]
    )


class MoveForm(FlaskForm):  # type: ignore[misc]
    """A button: nothing but the version that the person saw."""

    version = HiddenField(validators=[_version])


class ScheduleForm(FlaskForm):  # type: ignore[misc]
    over: Collection[tuple[str, str]] = ()  # The day and the slots of today that have passed.
    version = HiddenField(validators=[_version])
    day = RadioField(validators=[InputRequired(words.CHOOSE_DAY)], validate_choice=False)
    slot = RadioField(
        # An appointment has an hour: "any time" is only a wish.
        choices=_options(words.SLOTS, [slot for slot in Slot if slot is not Slot.ANY]),
        validators=[InputRequired(words.CHOOSE_SLOT)],
        validate_choice=False,
    )
    place = RadioField(
        choices=_options(words.PLACES, list(Place)),
        validators=[InputRequired(words.CHOOSE_PLACE)],
        validate_choice=False,
    )

    def validate_day(self, field: Field) -> None:
        _listed(field, words.CHOOSE_DAY)

    def validate_slot(self, field: Field) -> None:
        _listed(field, words.CHOOSE_SLOT)
        if (self.day.data, field.data) in self.over:
            raise ValidationError(words.SLOT_OVER)

    def validate_place(self, field: Field) -> None:
        _listed(field, words.CHOOSE_PLACE)


class OutcomeForm(FlaskForm):  # type: ignore[misc]
    version = HiddenField(validators=[_version])
    outcome = RadioField(validators=[InputRequired(words.CHOOSE_OUTCOME)], validate_choice=False)
    visit_number = StringField(filters=[_digits], validators=[_visit_number])
    note = TextAreaField(filters=[_trimmed], validators=[Length(max=200, message=words.NOTE_LONG), _readable])

    def validate_outcome(self, field: Field) -> None:
        _listed(field, words.CHOOSE_OUTCOME)


class ReassignForm(FlaskForm):  # type: ignore[misc]
    version = HiddenField(validators=[_version])
    agent = SelectField(validators=[InputRequired(words.CHOOSE_AGENT)], validate_choice=False)

    def validate_agent(self, field: Field) -> None:
        _listed(field, words.CHOOSE_AGENT)


class FilterForm(FlaskForm):  # type: ignore[misc]
    """Comes by GET and changes nothing, so it needs no token."""

    class Meta:
        csrf = False

    status = SelectField(choices=[_ALL, *_options(words.STATUSES, list(Status))], validate_choice=False)
    village = SelectField(validate_choice=False)
    agent = SelectField(validate_choice=False)
    page = HiddenField(default="1")

    def validate_status(self, field: Field) -> None:
        _listed(field, words.CHOOSE_LISTED)

    def validate_village(self, field: Field) -> None:
        _listed(field, words.CHOOSE_LISTED)

    def validate_agent(self, field: Field) -> None:
        _listed(field, words.CHOOSE_LISTED)

    def validate_page(self, field: Field) -> None:
        text = field.data or "1"
        if not (text.isascii() and text.isdecimal() and 1 <= len(text) <= 4 and int(text)):
            raise ValidationError(words.CHOOSE_LISTED)


def _listed(field: Field, reason: str) -> None:
    """WTForms' own check says it in English."""
    if (field.data or "") not in {choice.value for choice in field.choices}:
        raise ValidationError(reason)


def schedule_form(card: Card, now: datetime) -> ScheduleForm:
    """The form for a visit, filled with the present visit or with what the citizen wished. `now`: the agent's time."""
    form = ScheduleForm(
        data={
            "version": str(card.version),
            "day": card.day.isoformat() if card.day else None,
            "slot": card.slot or card.slot_wish,
            "place": card.place or card.place_wish,
        }
    )
    today = now.date()
    form.over = {(today.isoformat(), slot.value) for slot in ENDS if over(today, slot, now)}
    first = 1 if len(form.over) == len(ENDS) else 0
    days = [today + timedelta(days=n) for n in range(first, HORIZON_DAYS)]
    form.day.choices = [SelectChoice(day.isoformat(), words.long_date(day)) for day in days]
    return form


def outcome_form(card: Card) -> OutcomeForm:
    """The form that ends a ticket, with the outcomes of its topic; verified ones only where a visit is planned."""
    form = OutcomeForm(data={"version": str(card.version)})
    form.outcome.choices = _options(words.OUTCOMES, [o for o in OUTCOMES[card.topic] if card.day or o not in VERIFIED])
    return form


def reassign_form(detail: Detail, agents: Sequence[AgentLoad]) -> ReassignForm:
    """The form that gives a ticket to someone else who is on duty and may have it."""
    form = ReassignForm(data={"version": str(detail.card.version)})
    form.agent.choices = [
        SelectChoice(
            a.agent_id, f"{a.name} · {a.open}/{a.capacity} · {', '.join(a.villages[:2]) or words.ROLES[a.role]}"
        )
        for a in agents
        if not a.absent and a.agent_id != detail.agent_id and a.agent_id not in detail.barred
    ]
    return form


def filter_form(villages: Sequence[Village], agents: Sequence[AgentLoad], args: Any) -> FilterForm:
    """The filters of the district's list."""
    form = FilterForm(args)
    form.village.choices = [_ALL, *(SelectChoice(v.code, f"{v.name}, {v.district_name}") for v in villages)]
    form.agent.choices = [_ALL, *(SelectChoice(a.agent_id, a.name) for a in agents)]
    return form


def filters_of(form: FilterForm) -> Filters:
    """The filters of a valid form."""
    return Filters(
        Status(form.status.data) if form.status.data else None,
        form.village.data or "",
        form.agent.data or "",
        int(form.page.data or 1),
    )


def stale(form: FlaskForm) -> bool:
    """Whether the form's token or version is not one of this session: the page must be sent again."""
    return "csrf_token" in form.errors or "version" in form.errors
