"""The jobs of people's rights: withdraw at the portal, forget a person here, and have the portal forget them too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from backend_client import Portal, Refused, SubjectRequest
from store.erasure import Erasure
from store.ledger import OPEN
from store.outbox import Dead, Done, Job, Result, Retry
from store.registrations import Registration, Registrations
from store.subject_requests import SubjectRequests

NOT_FOUND = "not_found"
LAST_HOURS = timedelta(hours=6)  # Of the clock: behind them nothing is waited for.
ASK_AGAIN_S = 600.0


class PrivacyJobs:
    """Handlers of privacy.withdraw, privacy.erase, portal.withdraw and portal.forget."""

    def __init__(
        self,
        portal: Portal,
        registrations: Registrations,
        requests: SubjectRequests,
        erasure: Erasure,
        leave: Callable[[str, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._portal = portal
        self._registrations = registrations
        self._requests = requests
        self._erasure = erasure
        self._leave = leave
        self._clock = clock

    def leave(self, job: Job) -> Result:
        """The day in which a withdrawal could be undone is over."""
        self._leave(job.subject, self._clock())
        return Done()

    def withdraw(self, job: Job) -> Result:
        """The intent and the consent. What never reached the portal needs no withdrawing there."""
        known = self._registrations.of(job.subject)
        if known is None:
            return Dead("no_registration")
        if intent_id := known.intent_id or self._found(known):
            _unless_unknown(partial(self._portal.withdraw, intent_id, known.consent_id, job.key))
        self._requests.settle("withdraw", known.ref, self._clock())
        return Done()

    def erase(self, job: Job) -> Result:
        """Everything here. What is on its way to the portal is waited for, or nobody could call it back there."""
        request = self._requests.of(job.subject)
        if request is None:
            return Dead("no_request")
        if request.state != OPEN:
            return Done()
        now = self._clock()
        if now < request.due_at - LAST_HOURS and self._erasure.on_its_way(request.contact, request.case):
            return Retry("waits_for_submission", after=ASK_AGAIN_S)
        self._erasure.fulfil(request.id, now)
        return Done()

    def forget(self, job: Job) -> Result:
        """The portal is asked to delete what it has of a registration that is erased here."""
        known = self._registrations.of(job.subject)
        if known is None:
            return Dead("no_registration")
        request = self._requests.deletion_of(known.contact, known.ref)
        if known.intent_id and request is not None:
            asked = SubjectRequest("delete", request.ref, known.intent_id, request.due_at)
            _unless_unknown(partial(self._portal.request_right, asked, job.key))
        self._erasure.forgotten(known.id, self._clock())
        return Done()

    def _found(self, known: Registration) -> str | None:
        """The intent that the portal took, where its answer was lost on the way."""
        if not known.sent or not known.person.nik:
            return None
        intent_id = self._portal.find(known.person.nik, known.ref)
        if intent_id:
            self._registrations.found(known.id, intent_id)
        return intent_id


def _unless_unknown(call: Callable[[], None]) -> None:
    """What the portal does not have is withdrawn and deleted there already."""
    try:
        call()
    except Refused as error:
        if error.code != NOT_FOUND:
            raise
