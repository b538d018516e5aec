"""The jobs that speak with the portal: submit a registration, amend it, tell of the visit, hear of the decision."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from backend_client import Intent, Portal, Progress, Refused, Unavailable
from bot.identity import Reference
from bot.messages import Text, Value
from bot.stages import CLOSED, OF_PORTAL, Stage
from bot.texts import BASE, Catalogue, MissingValueError
from bot.windows import local_day
from handoff.tickets import VERIFIED
from loket.intents import changing, intent
from store.outbox import Dead, Done, Job, Result, Retry, backoff
from store.registrations import Registration, Registrations
from store.seal import Sealer

USUALLY = timedelta(days=14)  # From the visit to the decision.
OTHER_REASON = "other"
# On these ends nobody waits for word: the person has left the way, or has died.
UNTOLD = frozenset({Stage.WITHDRAWN, Stage.WITH_FAMILY})
WAITING = Retry("waits_for_submission")
LEAVING = Retry("may_be_withdrawn", after=600.0)
NOT_FOUND = "not_found"


class PortalJobs:
    """Handlers of the kinds portal.*. `look`: the time between two questions whether the portal has decided."""

    def __init__(
        self,
        portal: Portal,
        registrations: Registrations,
        sealer: Sealer,
        catalogue: Catalogue,
        clock: Callable[[], datetime],
        look: timedelta,
    ) -> None:
        self._portal = portal
        self._registrations = registrations
        self._sealer = sealer
        self._catalogue = catalogue
        self._clock = clock
        self._look = look

    def submit(self, job: Job) -> Result:
        """The registration becomes an intent. Each repeat sends what was sent first, or the key would stand for two."""
        known = self._registrations.of(job.subject)
        if known is None:
            return Dead("no_registration")
        if known.intent_id or known.stage is Stage.WITHDRAWN or not known.person.nik:  # Refused or erased meanwhile.
            return Done()
        if known.leaving and not known.sent:  # Nothing more is passed on of somebody who may be about to leave.
            return LEAVING
        first = self._registrations.keep_intent(known.id, msgspec.json.encode(intent(known)))
        sent = msgspec.json.decode(first, type=Intent)
        answer = self._portal.submit(sent, job.key)

        def stale(now: Registration) -> bool:
            return any(getattr(sent, name) != value for name, value in changing(now).items())

        self._registrations.submitted(known.id, answer.intent_id, stale, self._clock())
        return Done()

    def amend(self, job: Job) -> Result:
        """What is known now goes out, whatever it was when the job was written."""
        known = self._registrations.of(job.subject)
        if known is None:
            return Dead("no_registration")
        if known.stage is Stage.WITHDRAWN or not known.person.nik:
            return Done()
        if not known.intent_id:
            return WAITING
        changes = changing(known)
        # Other changes are another call: under its old key the portal would refuse them.
        mark = self._sealer.index("inbox", f"{job.key}|{msgspec.json.encode(changes).decode()}").hex()[:16]
        self._portal.amend(known.intent_id, changes, f"{job.key}:{mark}")
        return Done()

    def complete(self, job: Job) -> Result:
        """The visit has ended: the portal hears how, and after a verification the person hears that it is deciding."""
        found = self._registrations.of_ticket(job.subject)
        if found is None:
            return Dead("no_ticket")
        known, outcome = found
        if known is None or not known.person.nik:  # A dispute: people decide whose registration counts. Or erased.
            return Done()
        if not known.intent_id:
            return WAITING
        self._portal.complete(known.intent_id, outcome, job.key)
        if outcome in VERIFIED:
            now = self._clock()
            day = local_day(now, known.regency) + USUALLY
            told = Text("evt.submitted", _named(known) | {"date": day})
            self._registrations.processing(known, told, now, self._look)
        return Done()

    def follow(self, job: Job) -> Result:
        """Ask until the portal has decided."""
        asked = self._registrations.of(job.subject)
        if asked is None:
            return Dead("no_registration")
        if asked.stage is Stage.WITHDRAWN or not asked.person.nik:
            return Done()
        if not asked.intent_id:
            return WAITING
        progress = self._portal.follow(asked.intent_id)
        stage = OF_PORTAL[progress.status]
        if stage not in CLOSED:
            self._missing(asked, stage, progress)
            return Retry("undecided", after=self._look.total_seconds())
        known = self._registrations.of(job.subject) or asked  # The phone may have been called shared meanwhile.
        reason = self.reason(progress.reason_codes) if stage is Stage.NOT_ELIGIBLE else ""
        until = progress.objection_until.isoformat() if progress.objection_until else ""
        programme = progress.programme or ""
        told = None if stage in UNTOLD else _decision(known, stage, progress, reason)
        self._registrations.decided(
            known, stage, told, self._clock(), reason=reason, programme=programme, object_until=until
        )
        return Done()

    def _missing(self, known: Registration, stage: Stage, progress: Progress) -> None:
        """The portal cannot decide without more data, or now it can after all."""
        if stage is Stage.NEED_DATA:
            until = progress.data_until or local_day(self._clock(), known.regency) + USUALLY
            need = _need([code for code in progress.missing if self._sayable(f"field.{code}")])
            told = Text("evt.need_data", {"ref": Reference(known.ref).shown, "need": need, "date": until})
            self._registrations.lacking(known, told, f"need_data:{known.ref}:{progress.data_until}", self._clock())
        elif known.stage is Stage.NEED_DATA and stage is Stage.PROCESSING:
            self._registrations.lacking(known, None, "", self._clock())

    def lost(self, job: Job) -> None:
        """The portal has lost the intent that a job is about, by a restore or a restart: submit it again."""
        of_ticket = self._registrations.of_ticket(job.subject) if job.kind == "portal.complete" else None
        known = of_ticket[0] if of_ticket else self._registrations.of(job.subject)
        if known is not None:
            self._registrations.submit_again(known, self._clock())

    def reason(self, codes: tuple[str, ...]) -> str:
        """The first reason that can be said as it is; where there is none, people are sent to somebody who knows."""
        return next((code for code in codes if self._sayable(f"reason.{code}")), OTHER_REASON)

    def _sayable(self, sentence: str) -> bool:
        """Whether there is such a sentence, and one that needs no figures: the contract has none."""
        try:
            return self._catalogue.has(BASE, sentence) and bool(self._catalogue.line(BASE, Text(sentence)))
        except MissingValueError:
            return False


def outside(handler: Callable[[Job], Result], lost: Callable[[Job], None]) -> Callable[[Job], Result]:
    """Turns the portal's two kinds of failure into results: again later, counted or not, and never.

    `lost`: called where the portal does not know an intent that it took before; the job then waits for it.
    """

    def run(job: Job) -> Result:
        try:
            return handler(job)
        except Unavailable as error:
            wait = max(error.retry_after or 0.0, backoff(job.attempt))
            return Retry(error.code, after=wait, failure=not error.away)
        except Refused as error:
            if error.code != NOT_FOUND:
                return Dead(error.code)
            lost(job)
            return Retry("portal_lost_it", failure=True)

    return run


def _decision(known: Registration, stage: Stage, progress: Progress, reason: str) -> Text:
    """The decision in words for a phone that is its owner's own; everybody else is asked to look it up."""
    if known.own_phone:
        match stage:
            case Stage.ELIGIBLE if progress.programme:
                return Text("evt.eligible", _named(known) | {"prog": progress.programme})
            case Stage.WAITLIST:
                return Text("evt.waitlist", _named(known))
            case Stage.NOT_ELIGIBLE if progress.objection_until:
                last = progress.objection_until
                return Text("evt.not_eligible", _named(known) | {"reason": Text(f"reason.{reason}"), "date": last})
            case _:
                pass
    return Text("evt.decision_private", {"ref": Reference(known.ref).shown})


def _need(codes: list[str]) -> Text:
    """One thing or two in words; for more, and for what has no word, the papers that hold them all."""
    match codes:
        case [one]:
            return Text(f"field.{one}")
        case [one, other]:
            return Text("field.and", {"first": Text(f"field.{one}"), "rest": Text(f"field.{other}")})
        case _:
            return Text("field.papers")


def _named(known: Registration) -> dict[str, Value]:
    return {"ref": Reference(known.ref).shown, "name": known.person.name or Text("name.unknown")}
