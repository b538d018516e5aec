"""The worker: claims jobs, runs their handlers, settles them; what goes wrong in one of them ends here."""

import signal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from bot.windows import local_day
from loket import distributed, log, metrics, outside
from loket.config import read_config, read_environment
from loket.jobs import Handler, handlers
from loket.service import Clock, Service, compose
from loket.sweep import sweep
from store.outbox import ANYBODYS, DONE, Bury, Dead, Done, Job, Lane, Outbox, Passed, Result, Retry
from store.quarantine import Quarantine

T = TypeVar("T")

PAUSE = 1.0  # Seconds at most until due work is noticed that nobody rang for.
SWEEP_EVERY = 60.0
# Waits that are nobody's fault and no news.
ROUTINE = frozenset({"undecided", "waits_for_submission", "watching", "later", "talking"})
logger = log.get("loket.work")


class Worker:
    """Does jobs one by one. `wake`: called after each, for it may have left work to others. `refresh`: before each."""

    def __init__(
        self,
        outbox: Outbox,
        handlers: Mapping[str, Handler],
        bury: Bury,
        clock: Clock,
        crash: Callable[[str], None] = lambda point: None,
        wake: Callable[[], None] = lambda: None,
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        self._outbox = outbox
        self._handlers = handlers
        self._bury = bury
        self._clock = clock
        self._crash = crash
        self._wake = wake
        self._refresh = refresh
        self._bells = {lane: Event() for lane in ANYBODYS}

    def run_due(self, lane: Lane | None = None) -> int:
        """Do everything that is due, and what comes of it; how many jobs that were."""
        done = 0
        while jobs := self._outbox.claim(self._clock(), lane=lane):
            for job in jobs:
                self._run(job)
                done += 1
        return done

    def run_one(self, id: int) -> bool:
        """Do this job if it is due and nobody else has it. Where even that fails, its lease runs out."""
        return guarded("claim", lambda: self._run_claimed(id), lambda _: False)

    def run_next(self, lane: Lane) -> bool:
        """Do one job of a lane, if any is due."""
        return guarded("claim", lambda: self._run_claimed(lane=lane), lambda _: False)

    def ring(self) -> None:
        """There may be work."""
        for bell in self._bells.values():
            bell.set()

    def serve(self, stop: Event, sweep: Callable[[datetime], None]) -> None:
        """Work until told to stop: a thread for each lane, and the sweeps in this one."""
        lanes = [
            Thread(target=self._serve_lane, args=(lane, stop), name=f"work-{lane.name.lower()}") for lane in ANYBODYS
        ]
        for thread in lanes:
            thread.daemon = True
            thread.start()
        sweep_until(stop, sweep, self._clock)
        self.ring()
        for thread in lanes:
            thread.join()

    def _run_claimed(self, id: int | None = None, lane: Lane | None = None) -> bool:
        jobs = self._outbox.claim(self._clock(), job=id, lane=lane)
        for job in jobs:
            self._run(job)
        return bool(jobs)

    def _serve_lane(self, lane: Lane, stop: Event) -> None:
        while not stop.is_set():
            guarded("look", lambda: self._outbox.due(self._clock(), 1, lane) and self.run_due(lane), lambda _: 0)
            self._bells[lane].wait(PAUSE)
            self._bells[lane].clear()

    def _run(self, job: Job) -> None:
        self._crash("claimed")
        result = self._handled(job)
        self._crash("handled")
        state = self._outbox.settle(job, result, self._clock(), self._bury)
        self._crash("settled")
        kind = job.kind if job.kind in self._handlers else "unknown"
        metrics.JOBS.labels(kind, _outcome(state, result)).inc()
        if not isinstance(result, Done | Passed) and result.error not in ROUTINE:
            logger.info("job not done", job=job.id, kind=kind, attempt=job.attempt, why=result.error, state=state)
        self._wake()

    def _handled(self, job: Job) -> Result:
        handler = self._handlers.get(job.kind)
        if handler is None:
            return Dead("unknown_kind")
        return guarded(job.kind, lambda: self._fresh(handler, job), _failed)

    def _fresh(self, handler: Handler, job: Job) -> Result:
        self._refresh()
        return handler(job)


def guarded(what: str, act: Callable[[], T], otherwise: Callable[[Exception], T]) -> T:
    """The rim of the jobs: nothing that goes wrong behind it ends the worker. An error's text is never written down."""
    try:
        return act()
    except Exception as error:
        logger.error("failed", what=what, **log.failure(error))
        return otherwise(error)


def _failed(error: Exception) -> Result:
    """Tried again; a database that is away is no fault of the job."""
    away = isinstance(error, OperationalError | InterfaceError)
    return Retry(type(error).__name__, failure=not away)


def _outcome(state: str | None, result: Result) -> str:
    """A label of a closed set."""
    match state:
        case None:
            return "lost"
        case "due" if isinstance(result, Passed):
            return "passed"
        case "due":
            return "failed" if isinstance(result, Retry) and result.failure else "waits"
        case _:
            return "done" if state == DONE else "dead"


def sweep_until(stop: Event, sweep: Callable[[datetime], None], clock: Clock) -> None:
    """Sweep at once and then once a minute, until told to stop."""
    while not stop.is_set():
        guarded("sweep", lambda: sweep(clock()), lambda _: None)
        stop.wait(SWEEP_EVERY)


Between = Callable[[outside.Lines], outside.Lines]


def worker_of(service: Service, between: Between = lambda lines: lines) -> Worker:
    """The worker of a process, with the systems outside that its configuration names, and what stands between."""
    portal = service.portal()
    lines = between(outside.lines(service.config, service.environment, service.clock))
    return build(service, handlers(service, portal, lines))


def build(service: Service, known: Mapping[str, Handler]) -> Worker:
    days = timedelta(days=service.config.callback_days)
    home = service.config.home
    quarantine = Quarantine(service.messages, home, lambda now: local_day(now, home) + days)
    return Worker(
        service.outbox, known, quarantine.bury, service.clock, service.crash, service.wake, service.sealer.refresh
    )


def start(service: Service, between: Between = lambda lines: lines) -> None:
    """What a web process does beside its pages: all jobs where it is told to, else the call to those who do them."""
    if service.environment.embedded:
        worker = worker_of(service, between)
        service.wake.bells.append(worker.ring)
        _background(worker.serve, Event(), lambda now: sweep(service, now))
        if "smpp" in service.config.sms:
            from loket import smpp  # Which needs this module.

            smpp.start(service)
    elif service.environment.broker_url:
        _background(_publisher(service).serve, Event())


def main() -> None:
    """The worker process: until SIGTERM or SIGINT, and then the job in hand."""
    log.configure()
    environment = read_environment()
    service = compose(read_config(environment.config), environment)
    worker, stop = worker_of(service), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if environment.broker_url:
        _background(_publisher(service).serve, stop)
        with distributed.consuming(environment.broker_url, worker.run_one, environment.broker_queue):
            sweep_until(stop, lambda now: sweep(service, now), service.clock)
    else:
        service.wake.bells.append(worker.ring)
        worker.serve(stop, lambda now: sweep(service, now))
    service.database.close()


def _publisher(service: Service) -> distributed.Publisher:
    environment = service.environment
    publisher = distributed.Publisher(environment.broker_url, service.outbox, service.clock, environment.broker_queue)
    service.wake.bells.append(publisher.ring)
    return publisher


def _background(target: Callable[..., None], *args: object) -> None:
    Thread(target=target, args=args, daemon=True).start()
