"""Takes what a line brought into the conversation: whole, or after a while what there is of it."""

from datetime import datetime
from time import perf_counter

from bot.messages import Channel, Inbound, SessionEvent
from loket import log, metrics
from loket.service import Service
from sms.segments import answers
from store.heard import Heard, Whole

BATCH = 100
logger = log.get("loket.heard")


def take(service: Service, whole: Whole, payload: bytes) -> None:
    """Accept a message under the name that it has whenever it is brought."""
    from sms.smpp_texts import decoded  # Which needs the library that only a bind needs.

    began, part = perf_counter(), whole.part
    text = decoded(payload, part.coding)
    inbound = Inbound(
        whole.id, Channel.SMS, part.gateway, part.sender, text, SessionEvent.RESUME, service.clock()
    )  # fmt: skip
    metrics.count_turn(inbound, service.desk.accept(inbound, answers()), began)


def take_overdue(service: Service, now: datetime) -> None:
    """A part of a long message can get lost on the way: the person gets an answer to the rest of it."""
    heard = Heard(service.database, service.sealer)
    for whole in heard.overdue(now, BATCH):
        try:
            if whole.part.reference is not None and whole.payload is not None:
                take(service, whole, whole.payload)
        except Exception as error:  # It waits; the others, and all that the clock brings about, do not wait for it.
            logger.error("message not taken", gateway=whole.part.gateway, **log.failure(error))
        else:
            heard.confirm([whole.mark])
