"""What a talk has caused, as rows: one arm for each effect, in the turn's own transaction."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, assert_never

import msgspec
from sqlalchemy import bindparam, select, update

from bot.effects import (
    AddToObjection,
    AnswerInquiry,
    AskRight,
    Assisted,
    AwaitWindow,
    ChangeVisit,
    ChooseMessages,
    CompleteRegistration,
    ContactAgreed,
    Effect,
    FileObjection,
    FileReport,
    FileUpdate,
    FinishRegistration,
    HeardOfVisit,
    KeepDraft,
    KeepRegistration,
    LineDropped,
    MoveTicket,
    NotUnderstood,
    OpenTicket,
    ProvePhone,
    RejectCase,
    RenewRegistration,
    ResendNumbers,
    SpeakLanguage,
    SubmitRegistration,
    WithdrawObjection,
    WithdrawRegistration,
)
from bot.identity import Reference
from bot.messages import Channel, Text
from bot.stages import Stage
from store import unclear
from store.answers import Answers
from store.cases import Details, Person
from store.citizen_visits import CitizenVisits
from store.commands import Commands
from store.database import ms
from store.details import PLACE as DETAILS
from store.details import complete
from store.drafts import job_of, remind
from store.helpers import ASSISTED
from store.ledger import note_consent
from store.messages import Messages
from store.objections import add_to_objection, file_objection
from store.objections import withdraw as withdraw_objection
from store.opening import Cause as Cause
from store.opening import new_reference, open_ticket, place_of
from store.outbox import enqueue, hasten
from store.people import contact_of, new_contact
from store.phones import Phones
from store.prepared import Executor, into
from store.renewals import renew
from store.reports import file_report
from store.rights_effects import RightsEffects
from store.schema import audit, contacts, disputes, registrations, waiting
from store.seal import Sealer
from store.updates import Updates

_AUDIT = into(audit)
VISIT = "face_verification"
AMENDABLE = timedelta(minutes=10)  # So long after its receipt a registration waits for what may still be added.

_SPEAK = update(contacts).where(contacts.c.id == bindparam("contact")).values(language=bindparam("spoken"))
_AGREE = update(contacts).where(contacts.c.id == bindparam("contact")).values(own_phone=bindparam("own"))
_FIRST = select(registrations.c.id, registrations.c.ref, registrations.c.contact_id, registrations.c.sealed).where(
    registrations.c.period == bindparam("period"), registrations.c.nik_idx == bindparam("nik_idx")
)
_REGISTER, _DISPUTE, _WAIT = into(registrations), into(disputes), into(waiting, ignore_known=True)
_LATEST = (
    select(registrations.c.village, registrations.c.district)
    .where(registrations.c.contact_id == bindparam("contact"))
    .order_by(registrations.c.accepted_at.desc())
)
_MINE = {
    table.name: select(table.c.id, table.c.ref, table.c.visit_by, table.c.sealed).where(
        table.c.contact_id == bindparam("contact")
    )
    for table in (registrations, disputes)
}


class Effects:
    """Turns effects into rows."""

    def __init__(
        self,
        sealer: Sealer,
        messages: Messages,
        visits: CitizenVisits,
        commands: Commands,
        period: Callable[[str], str],
    ) -> None:
        """`period`: the name of the registration period that a regency is in; one person registers once in it."""
        self._sealer = sealer
        self._messages = messages
        self._visits = visits
        self._commands = commands
        self._period = period
        self._rights = RightsEffects(sealer, messages)
        self._updates = Updates(sealer, messages)
        self._phones = Phones(sealer, messages)
        self._answers = Answers(sealer, messages)

    def apply(self, connection: Executor, effect: Effect, cause: Cause) -> None:  # noqa: C901  One arm for each effect.
        match effect:
            case SpeakLanguage(language):
                connection.execute(_SPEAK, {"contact": cause.contact, "spoken": language})
            case KeepDraft(begun):
                remind(connection, cause.contact, begun, cause.now)
            case LineDropped(begun):
                hasten(connection, job_of(cause.contact, begun), cause.now)
            case SubmitRegistration():
                self._submit(connection, effect, cause)
            case CompleteRegistration(ref, name, value):
                self._complete(connection, str(ref), cause, {name: value})
            case ContactAgreed(ref, own_phone, phone):
                connection.execute(_AGREE, {"contact": cause.contact, "own": int(own_phone)})
                self._complete(connection, str(ref), cause, {"phone": str(phone) if phone else ""})
            case FinishRegistration(ref):
                hasten(connection, f"submit:{ref}", cause.now)
            case OpenTicket():
                self._open(connection, effect, cause)
            case FileObjection():
                file_objection(connection, self._sealer, self._messages, effect, cause)
            case AddToObjection():
                add_to_objection(connection, self._sealer, effect)
            case WithdrawObjection():
                withdraw_objection(connection, effect, cause)
            case FileReport():
                file_report(connection, self._sealer, effect, cause)
            case ChangeVisit():
                self._visits.change(connection, effect, cause)
            case HeardOfVisit():
                self._visits.heard(connection, effect, cause)
            case AwaitWindow(regency):
                connection.execute(_WAIT, {"contact_id": cause.contact, "regency": regency, "at": ms(cause.now)})
            case ResendNumbers():
                self._resend(connection, cause)
            case RenewRegistration():
                renew(connection, self._sealer, self._messages, effect, cause, self._period(effect.regency))
            case ChooseMessages() | AskRight() | WithdrawRegistration() | KeepRegistration() | RejectCase():
                self._rights.apply(connection, effect, cause)
            case FileUpdate():
                self._updates.file(connection, effect, cause)
            case ProvePhone():
                self._phones.send(connection, effect, cause)
            case AnswerInquiry():
                self._answers.take(connection, effect, cause)
            case MoveTicket():
                self._commands.move(connection, effect, cause)
            case NotUnderstood():
                unclear.keep(connection, self._sealer, effect)
            case _ as never:
                assert_never(never)

    def _submit(self, connection: Executor, effect: SubmitRegistration, cause: Cause) -> None:
        """A registration; or a dispute, where somebody else has registered this NIK: the page is the same."""
        if effect.assisted:
            cause = self._for_somebody(connection, effect.assisted, str(effect.ref), cause)
        period, idx = self._period(effect.regency), self._sealer.index("nik", str(effect.nik))
        first = connection.execute(_FIRST, {"period": period, "nik_idx": idx}).fetchone()
        stated = effect.birth_date.isoformat() if effect.birth_date else ""
        person = Person(str(effect.nik), str(effect.name or ""), stated)
        if first is None:
            self._register(connection, effect, cause, person, period, idx)
        else:
            self._dispute(connection, effect, cause, person, first)
        note_consent(connection, str(effect.ref), effect.consent, cause)
        open_ticket(
            connection,
            cause,
            new_reference(),
            VISIT,
            case_ref=str(effect.ref),
            about="" if first is None else "dispute",
            village=effect.village,
            district=_district(effect),
            due=effect.visit_by.isoformat(),
        )
        if cause.channel != Channel.USSD and not effect.assisted:
            return  # The answer to the message says it.
        values = {"name": person.name or Text("name.unknown"), "ref": effect.ref.shown, "date": effect.visit_by}
        told = Text("evt.registered", values)
        key = f"registered:{effect.ref}"
        self._messages.post(connection, cause.contact, told, key, str(effect.ref), cause.now, asked=True)

    def _for_somebody(self, connection: Executor, assisted: Assisted, ref: str, cause: Cause) -> Cause:
        """What a helper registers belongs to the person: their phone hears of it, and the helper's never does."""
        seen = {"at": ms(cause.now), "actor": assisted.helper, "verb": ASSISTED, "subject": ref}
        connection.execute(_AUDIT, seen)
        phone = str(assisted.phone) if assisted.phone else ""
        contact = contact_of(connection, self._sealer, phone, cause) if phone else new_contact(connection, cause)
        return replace(cause, contact=contact)

    def _register(
        self, connection: Executor, effect: SubmitRegistration, cause: Cause, person: Person, period: str, idx: bytes
    ) -> None:
        id, now = uuid.uuid4().hex, ms(cause.now)
        values = {
            "id": id,
            "ref": str(effect.ref),
            "period": period,
            "nik_idx": idx,
            "contact_id": cause.contact,
            "stage": Stage.RECEIVED.value,
            "stage_at": now,
            "village": effect.village,
            "district": _district(effect),
            "regency": effect.regency,
            "language": cause.language,
            "channel": cause.channel,
            "filled_by": effect.filled_by.value,
            "notes": " ".join(effect.notes),
            "visit_by": effect.visit_by.isoformat(),
            "sealed": self._sealer.seal("registrations.sealed", id, msgspec.json.encode(person)),
            "sealed_details": self._via(id, effect.assisted.via) if effect.assisted else None,
            "helper_id": effect.assisted.helper if effect.assisted else None,
            "sealed_intent": None,
            "kk_idx": None,
            "intent_id": None,
            "reason": "",
            "programme": "",
            "object_until": "",
            "renewed": 0,
            "accepted_at": now,
            "erased_at": None,
        }
        connection.execute(_REGISTER, values)
        enqueue(connection, f"submit:{effect.ref}", "portal.submit", id, cause.now, cause.now + AMENDABLE)

    def _via(self, id: str, via: str) -> bytes | None:
        """Through whom an agent finds somebody who has no phone."""
        return self._sealer.seal(DETAILS, id, msgspec.json.encode(Details(via=via))) if via else None

    def _dispute(
        self, connection: Executor, effect: SubmitRegistration, cause: Cause, person: Person, first: Sequence[Any]
    ) -> None:
        """The contact that registered this NIK hears that another phone did so too; people look into it."""
        registration, ref, owner, sealed = first
        id = uuid.uuid4().hex
        values = {
            "id": id,
            "ref": str(effect.ref),
            "registration_id": registration,
            "contact_id": cause.contact,
            "stage": Stage.RECEIVED.value,
            "visit_by": effect.visit_by.isoformat(),
            "sealed": self._sealer.seal("disputes.sealed", id, msgspec.json.encode(person)),
            "accepted_at": ms(cause.now),
            "erased_at": None,
        }
        connection.execute(_DISPUTE, values)
        if owner == cause.contact:  # An old draft: nobody else has used this NIK.
            return
        known = _person(self._sealer, "registrations", registration, sealed)
        name = known.name or Text("name.unknown")
        # Under the owner's own number: with the other one and the NIK that both know, they could read that case.
        told = Text("evt.registered_by_other", {"name": name, "hp4": cause.sender[-4:], "ref": Reference(ref).shown})
        self._messages.post(connection, owner, told, f"by_other:{effect.ref}", ref, cause.now)

    def _complete(self, connection: Executor, ref: str, cause: Cause, changes: Mapping[str, str]) -> None:
        complete(connection, self._sealer, ref, cause.contact, changes, cause.now)

    def _open(self, connection: Executor, effect: OpenTicket, cause: Cause) -> None:
        village, district = effect.village, effect.district
        # Who has registered is known to an agent; but calls come from the one number that people are told.
        if not village and effect.topic != "callback":
            known = place_of(connection, effect.case)
            latest = None if known[1] else connection.execute(_LATEST, {"contact": cause.contact}).fetchone()
            village, district = known if known[1] else latest or (village, district)
        open_ticket(
            connection,
            cause,
            effect.ref,
            effect.topic,
            case_ref=effect.case,
            about=effect.about,
            village=village,
            district=district,
            due=effect.due.isoformat(),
            slot=effect.slot,
        )

    def _resend(self, connection: Executor, cause: Cause) -> None:
        """The numbers of this contact's registrations, to the phone that they were registered with; once a day."""
        for table, mine in _MINE.items():
            for id, ref, visit_by, sealed in connection.execute(mine, {"contact": cause.contact}).fetchall():
                name = _person(self._sealer, table, id, sealed).name or Text("name.unknown")
                values = {"name": name, "ref": Reference(ref).shown, "date": date.fromisoformat(visit_by)}
                key = f"resend:{ref}:{cause.now:%Y%m%d}"
                told = Text("evt.registered", values)
                self._messages.post(connection, cause.contact, told, key, ref, cause.now, asked=True)


def _person(sealer: Sealer, table: str, id: str, sealed: bytes) -> Person:
    return msgspec.json.decode(sealer.open(f"{table}.sealed", id, bytes(sealed)), type=Person)


def _district(effect: SubmitRegistration) -> str:
    """The district that answers for the person: the village's, else the NIK's if it lies in the same regency."""
    if effect.village:
        return effect.village.replace(".", "")[:6]
    return effect.nik.area if effect.nik.regency == effect.regency else effect.regency
