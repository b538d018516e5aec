"""What follows from a vendor's receipt: the delivery moves forward, another way is tried, or the same way once more."""

from datetime import datetime, timedelta

from sms.gateway import ELSEWHERE, OPTED_OUT, Delivery, Receipt
from store.messages import Messages
from store.receipts import EarlyReceipts

# A phone that was off or out of reach: it may be there later (Twilio's 30003 and 30008).
ONCE_MORE = frozenset({"unreachable", "undelivered"})
LATER = timedelta(minutes=30)


class Receipts:
    """Takes receipts, in any order and any number."""

    def __init__(self, messages: Messages, early: EarlyReceipts) -> None:
        self._messages = messages
        self._early = early

    def keep(self, gateway: str, receipt: Receipt, now: datetime) -> bool:
        """Whether there is work now. What is about a row that is not there yet is kept until it is written."""
        if not self._messages.known(gateway, receipt.provider_id):
            name = self._messages.called(receipt.provider_id)
            self._early.keep(gateway, name, receipt.delivery, receipt.reason, now)
            # The row may have been written in between, and its writer has looked for receipts before this one was kept.
            return self._messages.known(gateway, receipt.provider_id) and self.overtaken(
                gateway, receipt.provider_id, now
            )
        return self._apply(gateway, receipt, now)

    def overtaken(self, gateway: str, provider_id: str, now: datetime) -> bool:
        """Apply what came before the row of this message was written."""
        found = self._early.take(gateway, self._messages.called(provider_id))
        return found is not None and self._apply(gateway, Receipt(provider_id, Delivery(found[0]), found[1]), now)

    def _apply(self, gateway: str, receipt: Receipt, now: datetime) -> bool:
        if receipt.reason in ELSEWHERE and self._messages.elsewhere(gateway, receipt.provider_id, now):
            return True
        if receipt.reason == OPTED_OUT and (contact := self._messages.contact_of(gateway, receipt.provider_id)):
            self._messages.opted_out(contact, now)
        again = receipt.reason in ONCE_MORE and receipt.delivery is Delivery.TEMPORARY_FAILURE
        if again and self._messages.once_more(gateway, receipt.provider_id, now + LATER):
            return False
        self._messages.delivered(gateway, receipt.provider_id, receipt.delivery)
        return False
