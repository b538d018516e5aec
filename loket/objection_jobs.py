"""The jobs about objections: hand one to the portal, hear how it stands, and tell what it has come to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from backend_client import Objected, Objection, Portal, Progress, Refused
from bot.filed import OPEN, Standing
from bot.identity import Reference
from bot.messages import Text, Value
from bot.stages import CLOSED, DECIDED, LABELS, OF_PORTAL, Stage
from store.objection_progress import Objecting, Objections
from store.outbox import Dead, Done, Job, Result, Retry

WAITING = Retry("waits_for_submission")
WINDOW_CLOSED, NOT_FOUND, FINAL = "window_closed", "not_found", "final"
ACCEPTED = frozenset({Standing.UPHELD, Standing.PARTIALLY_UPHELD})


class ObjectionJobs:
    """Handlers of portal.objection and portal.objection_follow, _withdraw. `look`: the time between two questions.

    `reason`: the first of the portal's reasons that can be said; `lost`: submits a registration again.
    """

    def __init__(
        self,
        portal: Portal,
        objections: Objections,
        clock: Callable[[], datetime],
        look: timedelta,
        reason: Callable[[tuple[str, ...]], str],
        lost: Callable[[Job], None],
    ) -> None:
        self._portal = portal
        self._objections = objections
        self._clock = clock
        self._look = look
        self._reason = reason
        self._lost = lost

    def submit(self, job: Job) -> Result:
        known = self._objections.of(job.subject)
        if known is None:
            return Dead("no_objection")
        # An earlier try may have reached the portal, and its answer got lost: what was withdrawn is called back there.
        lost = known.standing is Standing.WITHDRAWN and job.attempt > 1
        waits = known.standing in OPEN and known.stage is Stage.OBJECTED
        if known.portal_id or not (waits or lost):
            return Done()  # Who has withdrawn meanwhile goes nowhere.
        if not known.intent_id:
            return WAITING
        objection = Objection(known.intent_id, known.ground, known.channel, known.language, known.statement)
        try:
            answer = self._portal.object_to(objection, job.key)
        except Refused as error:
            if error.code == NOT_FOUND:
                raise
            if lost:
                return Done()
            if error.code == WINDOW_CLOSED:
                return self._decided(known, known.intent_id, Standing.EXPIRED, "")
            return self._refused(known, known.intent_id, error.code)
        standing = Standing(answer.status)
        first = standing if standing in OPEN else Standing.SUBMITTED  # What it has come to is told by the next look.
        self._objections.submitted(known, answer.objection_id, first, self._clock(), self._look)
        return Done()

    def follow(self, job: Job) -> Result:
        """Ask until there is an answer; what changes on the way is told too, where the person has to do something."""
        known = self._objections.of(job.subject)
        if known is None:
            return Dead("no_objection")
        if known.standing not in OPEN or known.stage is not Stage.OBJECTED:
            return Done()
        if not (known.portal_id and known.intent_id):
            return WAITING
        answer = self._portal.follow_objection(known.portal_id)
        standing = Standing(answer.status)
        if standing not in OPEN:
            return self._decided(known, known.intent_id, standing, self._reason(answer.reason_codes))
        if standing is not known.standing:
            told = _needed(known, answer) if standing is Standing.NEEDS_EVIDENCE else None
            self._objections.moved(known, standing, told, self._clock())
        return Retry("undecided", after=self._look.total_seconds())

    def withdraw(self, job: Job) -> Result:
        """The owner does not object any more. What never reached the portal needs no withdrawing there."""
        known = self._objections.of(job.subject)
        if known is None:
            return Dead("no_objection")
        if not (known.portal_id and known.intent_id):
            return Done()  # Where its answer is still on its way, that will call it back.
        try:
            self._portal.withdraw_objection(known.portal_id, job.key)
        except Refused as error:
            if error.code not in (NOT_FOUND, FINAL):
                raise
        progress = self._portal.follow(known.intent_id)
        if (stage := OF_PORTAL[progress.status]) in DECIDED:
            self._objections.back(known, stage, self._clock())
        return Done()

    def lost(self, job: Job) -> None:
        """The portal has lost the objection, or the registration that it is about: both go out once more."""
        known = self._objections.of(job.subject)
        if known is None:
            return
        if job.kind == "portal.objection":
            self._lost(replace(job, kind="portal.submit", subject=known.registration_id))
        else:
            self._objections.submit_again(known, self._clock())

    def _refused(self, known: Objecting, intent_id: str, code: str) -> Result:
        """The portal will never take it. The person hears so in plain words, and people get a ticket."""
        progress = self._portal.follow(intent_id)
        stage = OF_PORTAL[progress.status]
        stage = stage if stage in DECIDED else Stage.NOT_ELIGIBLE if known.refused else Stage.FINAL
        told = Text("evt.news_private", {"ref": Reference(known.case).shown})
        self._objections.refused(known, stage, told, self._clock())
        return Dead(code)

    def _decided(self, known: Objecting, intent_id: str, standing: Standing, reason: str) -> Result:
        """The case stands where the portal says that it does now."""
        progress = self._portal.follow(intent_id)
        stage = OF_PORTAL[progress.status]
        if stage not in CLOSED:
            return Retry("undecided", after=self._look.total_seconds())
        why = reason if standing is Standing.REJECTED else self._reason(progress.reason_codes)
        more = _columns(progress, stage, why)
        told = _told(known, standing, stage, why)
        self._objections.decided(known, standing, stage, told, self._clock(), **more)
        return Done()


def _columns(progress: Progress, stage: Stage, reason: str) -> dict[str, str]:
    """What the case keeps of the answer. What is final has no day to object any more."""
    refused = stage is Stage.NOT_ELIGIBLE
    until = progress.objection_until.isoformat() if progress.objection_until and refused else ""
    return {"reason": reason if refused else "", "programme": progress.programme or "", "object_until": until}


def _needed(known: Objecting, answer: Objected) -> Text:
    """Where to bring what is missing, and until when."""
    if not known.own_phone:
        return Text("evt.news_private", {"ref": Reference(known.case).shown})
    until = answer.window_closes_on or known.answer_by
    return Text("evt.obj_needs_evidence", {"obj": Reference(known.ref).shown, "date": until})


def _told(known: Objecting, standing: Standing, stage: Stage, reason: str) -> Text | None:
    """The answer in words for a phone that is its owner's own; everybody else is asked to look it up."""
    if standing is Standing.WITHDRAWN:  # They know it: they did so.
        return None
    values: dict[str, Value] = {"obj": Reference(known.ref).shown}
    if known.own_phone and standing in ACCEPTED:
        name, status = known.name or Text("name.unknown"), Text(LABELS[stage])
        return Text("evt.obj_accepted", values | {"name": name, "status": status})
    if known.own_phone and standing is Standing.REJECTED:
        return Text("evt.obj_rejected", values | {"reason": Text(f"reason.{reason}")})
    return Text("evt.decision_private", {"ref": Reference(known.case).shown})
