"""Sends one message: on WhatsApp in free words or by an approved template, else by SMS."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from bot import notices
from bot.messages import Channel, Choice, Reply, Text
from bot.texts import BASE, Catalogue
from loket.outside import Lines
from loket.receipts import Receipts
from loket.service import carried
from sms.gateway import ELSEWHERE, OPTED_OUT, WINDOW_CLOSED, MessageGateway, Outbound, SendFailed
from sms.segments import fit
from store.database import ms
from store.messages import AGAIN, QUEUED, Letter, Messages
from store.outbox import Dead, Done, Job, Passed, Result, Retry
from store.receipts import EarlyReceipts

WINDOW = timedelta(hours=24)  # After somebody's last message, in which WhatsApp takes free words to them.
# The menu's rows of a list say below each service what it is for.
MENU = "service"
ROWS = {
    "1": "register",
    "2": "status",
    "3": "visit",
    "4": "money",
    "5": "data",
    "6": "object",
    "7": "report",
    "8": "help",
}


class Sending:
    """The handler of every message. After a crash between gateway and row it goes out twice: no vendor takes a key."""

    def __init__(self, lines: Lines, messages: Messages, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._lines = lines
        self._messages = messages
        self._catalogue = catalogue
        self._clock = clock
        self._receipts = Receipts(messages, EarlyReceipts(messages.database))
        self._one_segment = fit()

    def send(self, job: Job) -> Result:
        letter = self._messages.letter(job.subject)
        if letter is None:
            return Dead("no_message")
        if letter.delivery not in (QUEUED, AGAIN):
            return Done()
        if letter.channel is Channel.WHATSAPP:
            return self._by_whatsapp(letter, job)
        gateway = self._lines.out(letter.channel, letter.gateway)
        if gateway is None:
            return Dead("no_gateway")
        return self._hand(gateway, letter, job, self._plain(letter))

    def _by_whatsapp(self, letter: Letter, job: Job) -> Result:
        """Free words where they may be sent; else the template that says the same; else SMS."""
        gateway = self._lines.out(letter.channel, letter.gateway)
        if gateway is None:
            return self._by_sms(letter, job, "no_gateway")
        result: Result = Dead(WINDOW_CLOSED)
        if ms(self._clock() - WINDOW) < letter.wrote_at:
            result = self._hand(gateway, letter, job, self._free(letter))
        if result == Dead(WINDOW_CLOSED) and (templated := self._templated(gateway, letter)):
            result = self._hand(gateway, letter, job, templated)
        match result:
            case Dead(code) if code in ELSEWHERE:
                return self._by_sms(letter, job, code)
            case _:
                return result

    def _by_sms(self, letter: Letter, job: Job, why: str) -> Result:
        """The same by SMS; `why` it ends here where the contact has shown no number."""
        gateway = self._lines.out(Channel.SMS, "")
        moved = self._messages.fall_back(letter.id) if gateway else None
        if gateway is None or moved is None:
            return Dead(why)
        return self._hand(gateway, moved, job, self._plain(moved))

    def _hand(self, gateway: MessageGateway, letter: Letter, job: Job, message: Outbound) -> Result:
        if (kind := carried(gateway.name)) != job.kind:  # The configuration has changed since, or the channel has.
            return Passed(kind)
        try:
            sent = gateway.send(message)
        except SendFailed as error:
            if error.code == OPTED_OUT:
                self._messages.opted_out(letter.contact, self._clock())
            return Retry(error.code, failure=not error.away) if error.again else Dead(error.code)
        self._messages.sent(letter.id, gateway.name, sent.provider_id, self._clock())
        self._receipts.overtaken(gateway.name, sent.provider_id, self._clock())
        return Done()

    def _plain(self, letter: Letter) -> Outbound:
        """One SMS. What was made for WhatsApp may be longer than that."""
        (page,) = self._one_segment(Reply(letter.words.body, ends=True))
        return Outbound(letter.id, letter.words.to, page.body, letter.channel, language=letter.language)

    def _free(self, letter: Letter) -> Outbound:
        words = letter.words
        opens = Text("wa.list.button" if letter.sentence == MENU else "wa.list.choose")
        label = self._catalogue.line(letter.language, opens) if words.choices else ""
        choices = self._choices(letter)
        return Outbound(
            letter.id, words.to, words.body, letter.channel, choices, letter.language, label, asked_at=letter.asked_at
        )

    def _choices(self, letter: Letter) -> tuple[Choice, ...]:
        if letter.sentence != MENU:
            return letter.words.choices
        return tuple(
            msgspec.structs.replace(choice, detail=self._detail(letter.language, choice.key))
            for choice in letter.words.choices
        )

    def _detail(self, language: str, key: str) -> str:
        return self._catalogue.line(language, Text(f"wa.row.{ROWS[key]}.desc")) if key in ROWS else ""

    def _templated(self, gateway: MessageGateway, letter: Letter) -> Outbound | None:
        """The template in the person's language; in Indonesian only where nothing else would reach them."""
        template = notices.template(letter.sentence)
        if template is None or len(letter.words.values) != len(template.values):
            return None
        approved = self._lines.templates.get(gateway.name, {}).get(template.name, {})
        spoken = (letter.language,) if letter.words.to.startswith("+") else (letter.language, BASE)
        language = next((language for language in spoken if approved.get(language)), None)
        if language is None:
            return None
        free = replace(self._free(letter), choices=(), list_label="")
        return replace(free, language=language, template=approved[language], values=letter.words.values)
