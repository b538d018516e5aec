"""The jobs about changes of data: report one to the portal, and hear what became of it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from backend_client import Change, ChangeStatus, Portal
from bot.identity import Reference
from bot.messages import Text, Value
from bot.updates import LABELS, Kind, State
from bot.windows import local_day
from store.outbox import Dead, Done, Job, Result, Retry
from store.registrations import Registrations
from store.updates import Filed, Update

KEPT_HERE = frozenset({"witness", "witness_phone"})  # Who confirmed a death is nobody's business but ours.
FOLLOWS = timedelta(days=14)  # From the change to the aid's own data.
LOOK_INTO = timedelta(days=7)
WAITING = Retry("waits_for_submission")


class UpdateJobs:
    """Handlers of portal.update and portal.updated. `look`: the time between two questions what became of a change."""

    def __init__(
        self,
        portal: Portal,
        filed: Filed,
        registrations: Registrations,
        clock: Callable[[], datetime],
        look: timedelta,
        home: str,
    ) -> None:
        self._portal = portal
        self._filed = filed
        self._registrations = registrations
        self._clock = clock
        self._look = look
        self._home = home

    def report(self, job: Job) -> Result:
        """The change goes to the portal once its registration is there. A disputed one goes nowhere."""
        known = self._filed.of(job.subject)
        if known is None:
            return Dead("no_update")
        if known.update_id or known.state is State.DISPUTED:
            return Done()
        if not known.intent_id:
            return WAITING
        change = Change(
            known.ref, known.intent_id, known.kind.value, detail(known), known.channel, known.language,
            datetime.fromtimestamp(known.created_at / 1000, UTC),
        )  # fmt: skip
        # Under another intent it is another call: the portal may have lost the first one.
        update_id = self._portal.change(change, f"{job.key}:{known.intent_id[:8]}")
        self._filed.filed(known, update_id, self._clock(), self._look)
        return Done()

    def follow(self, job: Job) -> Result:
        """Ask until it is applied or refused; whoever reported it hears of either, once."""
        known = self._filed.of(job.subject)
        if known is None:
            return Dead("no_update")
        if not known.update_id:  # It was lost there, and is on its way again.
            return WAITING
        now = self._clock()
        today = local_day(now, self._home)
        values: dict[str, Value] = {"obj": Reference(known.ref).shown, "need": Text(LABELS[known.kind])}
        match self._portal.changed(known.update_id):
            case ChangeStatus.APPLIED:
                told = Text("evt.data_done", values | {"date": today + FOLLOWS})
                self._filed.moved(known, State.APPLIED, told, now)
                return Done()
            case ChangeStatus.REJECTED:
                told = Text("evt.data_rejected", values | {"date": today + LOOK_INTO})
                self._filed.moved(known, State.REJECTED, told, now, due=today + LOOK_INTO)
                return Done()
            case ChangeStatus.REVISION:
                self._filed.moved(known, State.REVISION, None, now, due=today + LOOK_INTO)
            case ChangeStatus.APPROVED:
                self._filed.moved(known, State.APPROVED, None, now)
            case ChangeStatus.DRAFT | ChangeStatus.PENDING:
                pass
        return Retry("undecided", after=self._look.total_seconds())

    def lost(self, job: Job) -> None:
        """The portal has lost the intent, or the change itself: what it lost goes out again."""
        known = self._filed.of(job.subject)
        if known is None:
            return
        if job.kind == "portal.updated":
            self._filed.report_again(known, self._clock())
        elif known.registration and (registration := self._registrations.of(known.registration)):
            self._registrations.submit_again(registration, self._clock())


def detail(known: Update) -> Mapping[str, str]:
    """What was said, in the portal's words: without what only we had to know."""
    told = {name: value for name, value in known.details.items() if value and name not in KEPT_HERE}
    return told | {"confirmed_by": known.confirmed_by} if known.kind is Kind.DEATH else told
