"""One digit in answer to a question: what each answer brings about."""

from datetime import timedelta
from typing import assert_never

from sqlalchemy import bindparam, update

from bot.effects import AnswerInquiry, FileReport
from bot.inquiries import NOT_ME, RIGHT, Subject
from bot.updates import State
from bot.visits import Heard
from bot.windows import local_day
from handoff.tickets import Topic
from store import inquiries
from store.database import ms
from store.deaths import Deaths
from store.details import complete
from store.messages import Messages
from store.opening import Cause, new_reference, open_ticket, place_of
from store.phones import Phones
from store.prepared import Executor, into
from store.reports import file_report
from store.schema import ticket_events, updates
from store.seal import Sealer
from store.ticket_history import CITIZEN, HEARD
from store.withdrawals import Withdrawals

LOOK = timedelta(days=2)
TAKEN_BACK = "phone_disputed"
PROBLEM_OF_VISIT = "visit_problem"

_EVENT = into(ticket_events)

_STATE = (
    update(updates)
    .where(updates.c.id == bindparam("row"))
    .values(state=bindparam("now_state"), changed_at=bindparam("at"))
)


class Answers:
    """Takes the first answer to each question; a second one changes nothing."""

    def __init__(self, sealer: Sealer, messages: Messages) -> None:
        self._sealer = sealer
        self._deaths = Deaths(sealer, messages)
        self._phones = Phones(sealer, messages)
        self._withdrawals = Withdrawals(sealer, messages)

    def take(self, connection: Executor, effect: AnswerInquiry, cause: Cause) -> None:  # noqa: C901  One arm for each.
        taken = inquiries.take(connection, effect.inquiry, cause.contact, effect.answer, cause.now)
        if taken is None:
            return
        kind, ref, about = taken
        match Subject(kind):
            case Subject.DEATH | Subject.ALIVE:
                self._deaths.take(connection, about, effect.answer, cause)
            case Subject.PHONE:
                if effect.answer == NOT_ME:
                    self._take_back(connection, ref, about, cause)
            case Subject.QUARTERLY:
                checked = {"checked": effect.answer, "checked_on": cause.now.date().isoformat()}
                complete(connection, self._sealer, ref, cause.contact, checked, cause.now)
            case Subject.VISITED if effect.answer == RIGHT:
                heard = {"ticket_id": about, "at": ms(cause.now), "actor": CITIZEN, "what": HEARD}
                connection.execute(_EVENT, heard | {"detail": Heard.MET.value, "channel": cause.channel})
            case Subject.VISITED:
                self._problem(connection, ref, cause)
            case Subject.MISSED:
                complete(connection, self._sealer, ref, cause.contact, {"slot": effect.answer}, cause.now)
            case Subject.SURVEY:  # The answer itself is all.
                pass
            case Subject.WITHDRAWAL:
                self._withdrawals.answered(connection, ref, cause)
            case _ as never:
                assert_never(never)

    def _problem(self, connection: Executor, ref: str, cause: Cause) -> None:
        """What was wrong with a visit is a report: nobody who had the case in hand ever sees that there is one."""
        _, district = place_of(connection, ref)
        if district:
            due = local_day(cause.now, district[:4]) + LOOK
            told = FileReport(new_reference(), PROBLEM_OF_VISIT, False, district, due)
            file_report(connection, self._sealer, told, cause)

    def _take_back(self, connection: Executor, ref: str, about: str, cause: Cause) -> None:
        """Somebody else has changed the phone: it is the old one again, and people look into it."""
        self._phones.give_back(connection, ref, cause.contact, cause.now)
        connection.execute(_STATE, {"row": about, "now_state": State.DISPUTED.value, "at": ms(cause.now)})
        _, district = place_of(connection, ref)
        if district:
            due = local_day(cause.now, district[:4]) + LOOK
            told = {"case_ref": ref, "about": TAKEN_BACK, "village": "", "district": district, "due": due.isoformat()}
            open_ticket(connection, cause, new_reference(), Topic.QUESTION, **told)
