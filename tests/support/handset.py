"""A phone at the office's own desk: every turn is a transaction on a real database, as in the process."""

from support.office import Office

from bot.messages import Channel, Inbound, SessionEvent
from ussd.page import fit


class Handset:
    """One phone, on Africa's Talking's form of a dialogue."""

    calls = 0

    def __init__(self, office: Office, phone: str) -> None:
        self.office, self.phone = office, phone
        self.hang_up()

    def hang_up(self) -> "Handset":
        Handset.calls += 1
        self.dialogue, self.typed = f"call {Handset.calls}", ""
        return self

    def say(self, *inputs: str) -> str:
        body = ""
        for text in inputs:
            self.typed = f"{self.typed}*{text}" if self.typed else text
            body = self._send(SessionEvent.RESUME)
        return body

    def dial(self) -> str:
        """The screen after the language, if this phone has never called."""
        self.hang_up()
        body = self._send(SessionEvent.NEW)
        return self.say("1", "1") if body.startswith("Pilih bahasa") else body

    def _send(self, event: SessionEvent) -> str:
        now = self.office.clock()
        inbound = Inbound(f"{self.dialogue}{self.typed}", Channel.USSD, "africastalking", self.phone,
                          self.typed.rpartition("*")[2], event, now, self.dialogue, self.typed)  # fmt: skip
        page, _ = self.office.service.desk.answer(inbound, fit(160))
        assert page is not None
        return page.body
