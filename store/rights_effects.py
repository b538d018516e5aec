"""What people have asked about their own data, as rows: their requests, and what follows at once."""

from typing import assert_never

from sqlalchemy import bindparam, literal_column, select, update

from bot.effects import AskRight, ChooseMessages, KeepRegistration, RejectCase, RightsEffect, WithdrawRegistration
from bot.identity import Reference
from bot.messages import Text
from handoff.tickets import LIVE, Topic
from store.database import ms
from store.ledger import DONE, GRACE, HELD, OPEN, note_consent, note_event, note_request
from store.messages import Messages
from store.opening import Cause, open_ticket
from store.outbox import enqueue
from store.prepared import Executor
from store.schema import contacts, subject_requests, tickets
from store.seal import Sealer
from store.withdrawals import Withdrawals

NOT_ME = "not_me"

_CHOOSE = update(contacts).where(contacts.c.id == bindparam("contact")).values(opted_out_at=bindparam("since"))
_VERIFICATIONS = select(tickets.c.id, tickets.c.district, tickets.c.status).where(
    tickets.c.case_ref == bindparam("number"), tickets.c.topic == bindparam("kind")
)
_PLACE = select(tickets.c.village, tickets.c.district).where(
    tickets.c.case_ref == bindparam("number"), tickets.c.topic == bindparam("kind")
)
_HOLD = (
    update(subject_requests)
    .where(
        subject_requests.c.contact_id == bindparam("contact"),
        subject_requests.c.kind == bindparam("deletion"),
        subject_requests.c.state == bindparam("before"),
        subject_requests.c.case_ref.in_([bindparam("number"), literal_column("''")]),
    )
    .values(state=bindparam("held"))
)


class RightsEffects:
    """Turns what people ask by right into rows."""

    def __init__(self, sealer: Sealer, messages: Messages) -> None:
        self._sealer = sealer
        self._messages = messages
        self._withdrawals = Withdrawals(sealer, messages)

    def apply(self, connection: Executor, effect: RightsEffect, cause: Cause) -> None:
        match effect:
            case ChooseMessages(ref, wanted, consent):
                since = None if wanted else ms(cause.now)
                connection.execute(_CHOOSE, {"contact": cause.contact, "since": since})
                note_consent(connection, str(ref), consent, cause)
                note_request(connection, cause, ref, "start" if wanted else "stop", state=DONE)
            case AskRight():
                self._ask(connection, effect, cause)
            case WithdrawRegistration():
                self._withdrawals.ask(connection, effect, cause)
            case KeepRegistration():
                self._withdrawals.kept(connection, effect, cause)
            case RejectCase():
                self._reject(connection, effect, cause)
            case _ as never:
                assert_never(never)

    def _ask(self, connection: Executor, effect: AskRight, cause: Cause) -> None:
        state = DONE if effect.right == "see" else OPEN
        id = note_request(connection, cause, effect.ref, effect.right, effect.case, effect.about, state)
        if effect.right == "correct":
            self._correct(connection, effect, cause)
        if effect.right == "delete":
            enqueue(connection, f"erase:{id}", "privacy.erase", id, cause.now, cause.now + GRACE)
            if effect.case:
                told = Text("evt.delete_asked", {"ref": Reference(effect.case).shown, "date": effect.due})
                key = f"delete_asked:{id}"
                self._messages.post(connection, cause.contact, told, key, effect.case, cause.now, asked=True)

    def _reject(self, connection: Executor, effect: RejectCase, cause: Cause) -> None:
        """Nobody of the village looks into it: who visits there may be who registered. The coordinator does."""
        about = {"number": effect.case, "kind": Topic.FACE_VERIFICATION.value}
        visiting = connection.execute(_VERIFICATIONS, about).fetchall()
        district = visiting[0][1] if visiting else effect.district
        given = {"case_ref": effect.case, "about": NOT_ME, "village": "", "district": district}
        open_ticket(connection, cause, effect.ref, Topic.QUESTION, due=effect.due.isoformat(), **given)
        for ticket, _, status in visiting:
            if status in LIVE:  # Whoever is about to go there has to know.
                note_event(connection, ticket, NOT_ME, cause.now, NOT_ME)
        held = {"number": effect.case, "contact": cause.contact, "deletion": "delete", "before": OPEN, "held": HELD}
        connection.execute(_HOLD, held)
        self._withdrawals.keep(connection, effect.case, None, cause)  # Nothing is lost: it can be asked for again.

    def _correct(self, connection: Executor, effect: AskRight, cause: Cause) -> None:
        about = {"number": effect.case, "kind": Topic.FACE_VERIFICATION.value}
        village, district = connection.execute(_PLACE, about).fetchone() or ("", effect.district)
        given = {"case_ref": effect.case, "about": effect.about, "village": village, "district": district}
        open_ticket(connection, cause, effect.ref, Topic.DATA_UPDATE, due=effect.due.isoformat(), **given)
