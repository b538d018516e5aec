"""The handlers of all jobs by kind: plain functions from a job to how it went, the same for every worker."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from backend_client import OUTAGES, Portal
from bot.texts import Catalogue
from handoff.routing import Why
from loket.drafts import Reminders
from loket.objection_jobs import ObjectionJobs
from loket.outside import Lines
from loket.payments import PaymentJobs
from loket.portal_jobs import PortalJobs, outside
from loket.privacy_jobs import PrivacyJobs
from loket.sending import Sending
from loket.service import Service
from loket.update_jobs import UpdateJobs
from store import withdrawals
from store.agent_news import AgentNews
from store.assignments import Assignments
from store.database import ms
from store.erasure import Erasure
from store.messages import Messages
from store.objection_progress import Objections
from store.outages import Outages
from store.outbox import Done, Job, Result, Retry
from store.payments import Payments
from store.registrations import Registrations
from store.subject_requests import SubjectRequests
from store.updates import Filed

Handler = Callable[[Job], Result]

LONG = timedelta(hours=1)  # Who waited less for an outage to end has hardly noticed it.
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
        partial(withdrawals.fulfil, service.database, service.sealer, service.messages),
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
    news = AgentNews(service.database, service.sealer, service.messages, service.areas)
    held = partial(after_outage, Outages(service.database, service.messages).over, service.clock)
    return {
        "portal.update": held(outside(changes.report, changes.lost)),
        "portal.updated": outside(changes.follow, changes.lost),
        "portal.submit": held(outside(told.submit, told.lost)),
        "portal.amend": outside(told.amend, told.lost),
        "portal.complete": outside(told.complete, told.lost),
        "portal.follow": outside(told.follow, told.lost),
        "portal.withdraw": outside(rights.withdraw, told.lost),
        "portal.forget": outside(rights.forget, told.lost),
        "privacy.withdraw": rights.leave,
        "privacy.erase": rights.erase,
        "portal.payments": outside(paid.watch, told.lost),
        "portal.objection": held(outside(objecting.submit, objecting.lost)),
        "portal.objection_follow": outside(objecting.follow, objecting.lost),
        "portal.objection_undo": outside(objecting.withdraw, objecting.lost),
        "message.send": partial(send, lines, service.messages, service.catalogue, service.clock),
        "draft.remind": reminders.remind,
        "handoff.tell": partial(tell, news, service.clock),
        "handoff.assign": partial(assign, Assignments(service.database, service.messages), service.clock),
    }


def after_outage(
    over: Callable[[str, str, datetime], None], clock: Callable[[], datetime], handler: Handler
) -> Handler:
    """A handler that calls `over` where its job has got through after the other side was long away."""

    def run(job: Job) -> Result:
        result = handler(job)
        if isinstance(result, Done) and job.error in OUTAGES and ms(clock() - LONG) >= job.since:
            over(job.kind, job.subject, clock())
        return result

    return run


def send(lines: Lines, messages: Messages, catalogue: Catalogue, clock: Callable[[], datetime], job: Job) -> Result:
    """One message, by whoever carries it."""
    return Sending(lines, messages, catalogue, clock).send(job)


def assign(assignments: Assignments, clock: Callable[[], datetime], job: Job) -> Result:
    """Somebody for an open ticket; it stays open where nobody has room, and is tried again."""
    if assignments.assign(job.subject, clock()) is Why.NOBODY:
        return Retry("nobody_has_room", after=LOOK_AGAIN.total_seconds())
    return Done()


def tell(news: AgentNews, clock: Callable[[], datetime], job: Job) -> Result:
    """A member of staff hears of what was given to them."""
    news.tell(job.subject, clock())
    return Done()
