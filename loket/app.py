"""The web process: the calls of gateways first, on a path of their own, and pages for people behind them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec
from msgspec.structs import replace

from bot.messages import Attachment, Channel, Inbound, Page, SessionEvent, Text
from bot.run import Fit, LostItsWay
from bot.windows import zone
from bot.wire import Request, Response, refusal
from loket import log, metrics, outside, work
from loket.config import read_config, read_environment
from loket.dialled import Dialled, connections
from loket.pages import create_pages
from loket.receipts import Receipts
from loket.service import Service, compose
from sms.gateway import MessageGateway, Receipt
from sms.gateway import serve as serve_messages
from sms.segments import answers
from store.dialogues import Dialogues
from store.receipts import EarlyReceipts
from store.untaken import UntakenMessages
from ussd.gateway import BODY, serve
from voice.gateway import Missed, VoiceGateway
from voice.gateway import serve as serve_voice
from whatsapp.buttons import fit as fit_whatsapp

if TYPE_CHECKING:
    from loket.simulator.stage import Stage

STATUS = {200: "200 OK", 400: "400 Bad Request", 403: "403 Forbidden", 404: "404 Not Found",
          405: "405 Method Not Allowed", 413: "413 Content Too Large", 415: "415 Unsupported Media Type",
          503: "503 Service Unavailable"}  # fmt: skip
VOICE = "voice"
CHANNELS = frozenset(channel.value for channel in Channel) | {VOICE}
LATEST = timedelta(days=7)  # So late vendors still bring what they could not before.
OFTEN = 5  # So often a message is asked for again that cannot be taken; then it is put aside.
AGAIN = timedelta(minutes=5)  # When a person is asked to dial again after a failure.
logger = log.get("loket.app")


class Gateways:
    """A plain WSGI callable in front of the pages: Flask would take longer than the turn itself."""

    def __init__(self, service: Service, pages: WSGIApplication) -> None:
        self._service = service
        self._pages = pages
        self._dialogues = Dialogues(service.database, service.sealer)
        self._ussd = connections(service.config, service.environment, self._dialogues, service.clock)
        lines = outside.lines(service.config, service.environment, service.clock)
        self._messaging: Mapping[tuple[str, str], MessageGateway] = {
            (channel.value, name): gateway for (channel, name), gateway in lines.gateways.items()
        }
        self._receipts = Receipts(service.messages, EarlyReceipts(service.database))
        self._untaken, self._failed_before = UntakenMessages(service.database, service.sealer), False
        self._voice: Mapping[str, VoiceGateway] = {
            name: outside.voice_gateway(name, service.environment) for name in service.config.voice
        }
        self._answers = {Channel.SMS: answers(), Channel.WHATSAPP: fit_whatsapp()}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        channel, _, rest = path[1:].partition("/")
        if channel not in CHANNELS:
            return self._pages(environ, start)
        response = self._guarded(channel, rest.partition("/")[0], environ)
        headers = [("Content-Type", response.content_type), ("Content-Length", str(len(response.body)))]
        headers += response.headers.items()
        start(STATUS[response.status], headers)
        return (response.body,)

    def _guarded(self, channel: str, name: str, environ: WSGIEnvironment) -> Response:
        """The rim of the request: a vendor sends again what could not be kept."""
        try:
            return self._answered(channel, name, environ)
        except Exception as error:
            logger.error("request failed", channel=channel, **log.failure(error))
            return refusal(503, "not now")

    def _answered(self, channel: str, name: str, environ: WSGIEnvironment) -> Response:
        messaging = self._messaging.get((channel, name))
        # In any case: where nobody reads the body, the server hangs up on the sender.
        request = _request(environ, messaging.most if messaging else BODY)
        if channel == "ussd" and (found := self._ussd.get(name)):
            active = partial(self._active, name)
            return serve(found.gateway, partial(self._on_screen, found), request, found.admit, active)
        if channel == VOICE and (rung := self._voice.get(name)):
            request = replace(request, headers=_headers(environ))
            return serve_voice(rung, self.missed, request, self._service.clock())
        if messaging:
            request = replace(request, headers=_headers(environ))
            keep, lose = partial(self._keep, messaging.name), partial(_lose, messaging.name)
            return serve_messages(messaging, self.accept, keep, request, self._stop, lose)
        return refusal(404, "not found")

    def _on_screen(self, dialled: Dialled, inbound: Inbound) -> Page | None:
        began = perf_counter()
        page = self.answer(inbound, dialled.fit(inbound))
        if perf_counter() - began > dialled.screen_of(inbound).reply:
            metrics.LATE_TURNS.labels(inbound.gateway).inc()
        return page

    def _active(self, gateway: str, dialogue: str) -> bool:
        """Whether somebody can still answer in this dialogue."""
        phone = self._dialogues.caller(gateway, dialogue)
        known = self._service.sessions.load(phone).session.dialogue if phone else None
        return known is not None and (known.gateway, known.id) == (gateway, dialogue) and not known.page.ends

    def _keep(self, gateway: str, receipt: Receipt) -> None:
        """A receipt that comes late or twice changes nothing; what WhatsApp could not deliver after all goes by SMS."""
        if self._receipts.keep(gateway, receipt, self._service.clock()):
            self._service.wake()

    def _stop(self, number: str) -> None:
        self._service.messages.stopped(number, self._service.clock())

    def accept(self, inbound: Inbound) -> bool:
        """The rim of the turn by message, whose answer leaves by the outbox. False: the vendor has to send it again.

        What failed is kept from the first time on. Where it fails however often it comes, it is put aside for people.
        """
        try:
            self._taken(inbound)
        except Exception as error:
            self._failed(inbound, error)
            return self._put_aside(inbound)
        if self._failed_before:  # It may have been this one.
            self._untaken.taken(inbound)
        return True

    def _put_aside(self, inbound: Inbound) -> bool:
        """Whether it has failed often enough; never while the database is away, which is no fault of the message."""
        try:
            tries = self._untaken.failed(inbound, self._service.clock())
        except Exception as error:
            logger.error("message not kept", gateway=inbound.gateway, **log.failure(error))
            return False
        self._failed_before = True
        if tries == OFTEN:
            metrics.UNTAKEN.labels(inbound.gateway).inc()
            logger.error("message put aside", gateway=inbound.gateway)
        return tries >= OFTEN

    def _taken(self, inbound: Inbound) -> None:
        began = perf_counter()
        inbound = msgspec.structs.replace(inbound, received_at=_plausible(inbound.received_at, self._service.clock()))
        metrics.count_turn(inbound, self._service.desk.accept(inbound, self._answers[inbound.channel]), began)

    def _failed(self, inbound: Inbound, error: Exception) -> None:
        self._service.database.drop_driver()
        metrics.FAILED_TURNS.labels(inbound.channel, inbound.gateway).inc()
        logger.error("turn failed", channel=inbound.channel, gateway=inbound.gateway, **log.failure(error))

    def missed(self, call: Missed) -> None:
        """Somebody rang once: they get a message, and are called back."""
        inbound = Inbound(call.call, Channel.SMS, f"voice.{call.gateway}", call.caller, "", SessionEvent.NEW,
                          call.rang_at, attachment=Attachment.CALL)  # fmt: skip
        self._taken(inbound)

    def answer(self, inbound: Inbound, fitted: Fit) -> Page | None:
        """The rim of the turn: whatever goes wrong, the person gets a sentence and what they typed before is kept."""
        began = perf_counter()
        try:
            page, turn = self._service.desk.answer(inbound, fitted)
        except Exception as error:
            self._failed(inbound, error)
            return self._apology(error, fitted)
        metrics.count_turn(inbound, turn, began)
        return page

    def _apology(self, error: Exception, fitted: Fit) -> Page:
        """Nothing of this turn was kept, and the sentence does not say that it was."""
        service = self._service
        again = service.clock().astimezone(zone(service.config.home)) + AGAIN
        sentence = "err.unknown" if isinstance(error, LostItsWay) else "err.not_saved"
        values = {"time": f"{again:%H.%M}", "err": "E-1000"}
        reply = service.catalogue.reply("id", Text(sentence, values), ends=True)
        return fitted(reply)[0]


def _lose(gateway: str, unread: int) -> None:
    logger.warning("part of a request makes no sense", gateway=gateway, parts=unread)


def _plausible(written: datetime, now: datetime) -> datetime:
    """When a message came, as far as its vendor can be believed: an instant to come would outlast locks and limits."""
    return written if now - LATEST <= written <= now else now


def _request(environ: WSGIEnvironment, most: int) -> Request:
    headers = {"content-type": environ.get("CONTENT_TYPE", "")}
    if encoding := environ.get("HTTP_CONTENT_ENCODING"):
        headers["content-encoding"] = encoding
    return Request(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        headers,
        _body(environ, most),
        environ.get("REMOTE_ADDR", ""),
    )


def _headers(environ: WSGIEnvironment) -> Mapping[str, str]:
    """All of them, for vendors that sign: a turn by USSD does without."""
    named = {k[5:].replace("_", "-").lower(): str(v) for k, v in environ.items() if k.startswith("HTTP_")}
    return named | {"content-type": environ.get("CONTENT_TYPE", "")}


def _body(environ: WSGIEnvironment, most: int) -> bytes:
    """The body, or one byte more than is allowed where it is longer: nobody makes us read the rest."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not length and environ["REQUEST_METHOD"] == "GET":
        found: bytes = environ["wsgi.input"].read(most + 1)
        return found
    wanted = int(length) if length.isdecimal() and len(length) < 8 else most + 1
    body: bytes = environ["wsgi.input"].read(min(wanted, most + 1))
    return body if wanted <= most else body.ljust(most + 1)


def create() -> Gateways:
    """The application of one web process, from its environment: what granian and gunicorn load."""
    log.configure()
    environment = read_environment()
    config = read_config(environment.config)
    if environment.demo:
        from loket.simulator.stage import assemble

        return staged(assemble(config, environment))
    service = compose(config, environment)
    work.start(service)
    return Gateways(service, create_pages(service))


def staged(stage: "Stage") -> Gateways:
    """The same for a demo, whose clock can be moved and whose neighbours can be away."""
    work.start(stage.service, stage.lines)
    return Gateways(stage.service, create_pages(stage.service, stage))
