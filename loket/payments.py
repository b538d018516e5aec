"""Payments: asked for in a turn, within its deadline; and asked again and again for those who are to be told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from backend_client import BackendError, Portal, Refused
from bot.identity import Reference
from bot.messages import Text, Value
from bot.payments import Event, Payment, said
from bot.stages import Stage
from bot.windows import local_day
from loket import log
from loket.portal_jobs import NOT_FOUND, WAITING
from store.outbox import Done, Job, Result, Retry
from store.payments import Payments
from store.registrations import Registration, Registrations

DEADLINE = 2.0  # Seconds that a turn waits for the portal; the operator waits little longer for the turn.
AT_ONCE = 8  # Questions of as many turns; who comes when all of them wait is told that the portal is away.
PRIVATE = "evt.decision_private"
# What each sentence cannot do without, beside programme and amount.
SENTENCES = {
    Event.READY: ("evt.pay_ready", "date"),
    Event.REMINDER: ("evt.pay_reminder", "date"),
    Event.LAST_DAY: ("evt.pay_last_day", "date"),
    Event.COLLECTED: ("evt.pay_collected", "date"),
    Event.FAILED: ("evt.pay_failed", ""),
    Event.STOPPED: ("evt.pay_stopped", "date"),
}
logger = log.get("loket.payments")


class Asking:
    """Asks the portal within a turn. The answer that comes too late is dropped, and the turn goes on without it."""

    def __init__(self, portal: Callable[[], Portal], deadline: float = DEADLINE) -> None:
        self._portal = portal
        self._deadline = deadline
        self._threads: ThreadPoolExecutor | None = None

    def ask(self, nik: str, ref: str) -> Any:
        """Plain JSON for the journal; None where the portal is away or too slow. Nobody known there: no payments."""
        threads = self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, "asking")
        asked = threads.submit(self._ask, nik, ref)
        try:
            return asked.result(self._deadline)
        except TooLate:
            asked.cancel()
            return None

    def _ask(self, nik: str, ref: str) -> Any:
        try:
            return msgspec.to_builtins([ours(each) for each in self._portal().payments(nik, ref)])
        except Refused as error:
            if error.code == NOT_FOUND:
                return []
            logger.warning("portal refused", what="payments", why=error.code)
        except BackendError as error:
            logger.info("portal away", what="payments", why=error.code)
        return None


class PaymentJobs:
    """The handler of portal.payments. `every`: the time between two questions; `help_days`: until somebody helps."""

    def __init__(
        self,
        portal: Portal,
        registrations: Registrations,
        payments: Payments,
        clock: Callable[[], datetime],
        every: timedelta,
        help_days: timedelta,
    ) -> None:
        self._portal = portal
        self._registrations = registrations
        self._payments = payments
        self._clock = clock
        self._every = every
        self._help_days = help_days

    def watch(self, job: Job) -> Result:
        """Ask for one person's payments, tell what is new, and come again."""
        known = self._registrations.of(job.subject)
        if known is None or not known.person.nik or known.stage is not Stage.ELIGIBLE:
            return Done()  # Erased, or on another way: there is nobody to tell any more.
        if not known.intent_id:
            return WAITING
        found = [ours(each) for each in self._portal.payments(known.person.nik, known.ref)]
        now = self._clock()
        due = local_day(now, known.regency) + self._help_days
        asked = self._registrations.of(job.subject) or known  # The phone may have been called shared meanwhile.
        self._payments.seen(asked, found, partial(worded, asked, due), due, now)
        return Retry("watching", after=self._every.total_seconds())


def worded(known: Registration, due: Any, event: Event, payment: Payment) -> Text:
    """Programme and amount for a phone that is its owner's own; everybody else is asked to look it up."""
    sentence, needed = SENTENCES[event]
    name: Value = known.person.name or Text("name.unknown")
    values = said(payment, name) | {"ref": Reference(known.ref).shown}
    if event is Event.FAILED:
        values["date"] = due
    if not known.own_phone or (needed and needed not in values):
        return Text(PRIVATE, {"ref": Reference(known.ref).shown})
    return Text(sentence, values)


def ours(payment: Any) -> Payment:
    """The portal's payment in the words of the talk."""
    fields = asdict(payment)
    del fields["channel"]
    return Payment(**fields | {"status": str(payment.status)})
