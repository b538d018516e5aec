"""The same jobs done by many machines: the outbox keeps the truth, RabbitMQ only says which row to look at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from loket import log
from store.outbox import LEASE, Outbox

ACTOR = "run_job"
THREADS = 8
LOOK_EVERY = 2.0  # Seconds at most until what nobody rang for, or what was lost, is published.
AT_ONCE = 500
AGAIN = timedelta(seconds=10)  # So long a published row is left to the queue before it is published again.
logger = log.get("loket.distributed")


class Publisher:
    """Publishes the ids of due rows. What it forgets or publishes twice does no harm: a row is claimed once."""

    def __init__(self, url: str, outbox: Outbox, clock: Callable[[], datetime], queue: str) -> None:
        self._broker = _broker(url)
        self._outbox = outbox
        self._clock = clock
        self._queue = queue
        self._bell = Event()
        self._published: dict[int, datetime] = {}

    def ring(self) -> None:
        """There may be work. It only sets a flag: a turn does not wait for the broker."""
        self._bell.set()

    def serve(self, stop: Event) -> None:
        """Publish until told to stop, whenever it rings, and every two seconds what was missed."""
        while not stop.is_set():
            self.publish_due()
            self._bell.wait(LOOK_EVERY)
            self._bell.clear()
        self.close()

    def close(self) -> None:
        """End the connections of the broker."""
        self._broker.close()

    def publish_due(self) -> int:
        """How many rows were published. Nothing is lost where broker or database are away: the next look repeats it."""
        from dramatiq import Message
        from dramatiq.errors import DramatiqError
        from pika.exceptions import AMQPError

        now = self._clock()
        self._published = {id: at for id, at in self._published.items() if now - at < AGAIN}
        count = 0
        try:
            for id in self._outbox.due(now, AT_ONCE + len(self._published)):
                if id not in self._published:
                    self._broker.enqueue(Message(self._queue, ACTOR, (id,), {}, {}))
                    self._published[id] = now
                    count += 1
        except (DramatiqError, AMQPError, OSError, SQLAlchemyError) as error:
            logger.warning("not published", **log.failure(error))
        return count


@contextmanager
def consuming(url: str, run_job: Callable[[int], Any], queue: str, threads: int = THREADS) -> Iterator[None]:
    """Do what is published until the end of the block. Dramatiq repeats nothing by itself: the outbox does that."""
    import dramatiq

    broker = _broker(url)

    def act(id: int) -> None:
        run_job(id)

    dramatiq.actor(actor_name=ACTOR, queue_name=queue, broker=broker)(act)
    worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=threads)
    worker.start()
    try:
        yield
    finally:
        worker.stop(timeout=int(LEASE.total_seconds() * 1000))
        broker.close()


def _broker(url: str) -> Any:
    """Without Dramatiq's middleware: retries, time limits and results are the outbox's."""
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    return RabbitmqBroker(url=url, middleware=[], confirm_delivery=True)
