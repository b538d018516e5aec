"""The handlers of all jobs by kind: plain functions from a job to how it went, the same for every worker."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from backend_client import Portal
from handoff.routing import Why
from loket.drafts import Reminders
from loket.objection_jobs import ObjectionJobs
from loket.outside import Lines
from loket.payments import PaymentJobs
from loket.portal_jobs import PortalJobs, outside
from loket.privacy_jobs import PrivacyJobs
from loket.service import Service, carried
from loket.update_jobs import UpdateJobs
from sms.gateway import Outbound, SendFailed
from store.assignments import Assignments
from store.erasure import Erasure
from store.messages import QUEUED, Messages
from store.objection_progress import Objections
from store.outbox import Dead, Done, Job, Passed, Result, Retry
from store.payments import Payments
from store.registrations import Registrations
from store.subject_requests import SubjectRequests
from store.updates import Filed

Handler = Callable[[Job], Result]

LOOK_AGAIN = timedelta(minutes=15)  # Where nobody has room for a ticket.


def handlers(service: Service, portal: Portal, lines: Lines) -> Mapping[str, Handler]:
    """Every kind of job that this house writes."""
    registrations = Registrations(service.database, service.sealer, service.messages)
    look = timedelta(seconds=service.config.follow_seconds)
    told = PortalJobs(portal, registrations, service.sealer, service.catalogue, service.clock, look)
    rights = PrivacyJobs(
        portal,
        registrations,
        SubjectRequests(service.database),
        Erasure(service.database, service.sealer),
        service.clock,
    )
    kept = Payments(service.database, service.messages)
    every, days = (timedelta(seconds=service.config.payments_seconds), timedelta(days=service.config.callback_days))
    paid = PaymentJobs(portal, registrations, kept, service.clock, every, days)
    filed = Filed(service.database, service.sealer, service.messages)
    changes = UpdateJobs(portal, filed, registrations, service.clock, look, service.config.home)
    world = service.engine.world
    reminders = Reminders(
        service.database, service.sessions, service.messages, world.windows, world.home, service.clock
    )
    objections = Objections(service.database, service.sealer, service.messages)
    objecting = ObjectionJobs(portal, objections, service.clock, look, told.reason, told.lost)
    return {
        "portal.update": outside(changes.report, changes.lost),
        "portal.updated": outside(changes.follow, changes.lost),
        "portal.submit": outside(told.submit, told.lost),
        "portal.amend": outside(told.amend, told.lost),
        "portal.complete": outside(told.complete, told.lost),
        "portal.follow": outside(told.follow, told.lost),
        "portal.withdraw": outside(rights.withdraw, told.lost),
        "portal.forget": outside(rights.forget, told.lost),
        "privacy.erase": rights.erase,
        "portal.payments": outside(paid.watch, told.lost),
        "portal.objection": outside(objecting.submit, objecting.lost),
        "portal.objection_follow": outside(objecting.follow, objecting.lost),
        "message.send": partial(send, lines, service.messages, service.clock),
        "draft.remind": reminders.remind,
        "handoff.assign": partial(assign, Assignments(service.database, service.messages), service.clock),
    }


def send(lines: Lines, messages: Messages, clock: Callable[[], datetime], job: Job) -> Result:
    """One message. After a crash between gateway and row it goes out twice: no vendor of SMS takes a key."""
    letter = messages.letter(job.subject)
    if letter is None:
        return Dead("no_message")
    if letter.delivery != QUEUED:
        return Done()
    gateway = lines.out(letter.channel, letter.gateway)
    if gateway is None:
        return Dead("no_gateway")
    if (kind := carried(gateway.name)) != job.kind:  # The configuration has changed since, or the channel has.
        return Passed(kind)
    words = letter.words
    try:
        sent = gateway.send(Outbound(letter.id, words.to, words.body, letter.channel, words.choices))
    except SendFailed as error:
        return Retry(error.code, failure=not error.away) if error.again else Dead(error.code)
    messages.sent(letter.id, gateway.name, sent.provider_id, clock())
    return Done()


def assign(assignments: Assignments, clock: Callable[[], datetime], job: Job) -> Result:
    """Somebody for an open ticket; it stays open where nobody has room, and is tried again."""
    if assignments.assign(job.subject, clock()) is Why.NOBODY:
        return Retry("nobody_has_room", after=LOOK_AGAIN.total_seconds())
    return Done()
