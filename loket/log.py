"""Logs that cannot hold personal data: an event's name, and fields that come from closed sets or are counts."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

LONG_NUMBER = re.compile(r"\d(?:[ .\-/\u200b]?\d){8,}")
MASK = "[number]"
MOMENT = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d [0-2]\d")  # As other libraries write it, up to the first colon.


def configure() -> None:
    """JSON lines on stderr for us and for every library; a last filter masks what looks like a NIK or a phone."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _traceless,
                structlog.processors.JSONRenderer(),
                _masked,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("werkzeug", "pika", "alembic", "dramatiq"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def get(name: str) -> Any:
    return structlog.get_logger(name)


def failure(error: BaseException) -> dict[str, str]:
    """What may be said of an exception: its class and the place, never its text, which may quote what was typed."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{last.tb_frame.f_globals.get('__name__', '?')}:{last.tb_lineno}" if last else "?"
    return {"error": type(error).__name__, "at": place}


def _traceless(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Tracebacks show values; the class and the place of an error have to do."""
    info = event.pop("exc_info", None)
    record = event.pop("_record", None)
    error = info[1] if isinstance(info, tuple) else getattr(record, "exc_info", None)
    return {**event, **failure(error)} if isinstance(error, BaseException) else event


def _masked(_logger: Any, _method: str, line: Any) -> str:
    return LONG_NUMBER.sub(_mask, line)


def _mask(found: re.Match[str]) -> str:
    """A date and an hour are no number of a person. Of a NIK in groups the whole would have to look like one."""
    return found[0] if MOMENT.fullmatch(found[0]) else MASK
