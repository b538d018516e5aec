"""Meta's errors in our words: for this message, for this number, or for us."""

from collections.abc import Mapping
from typing import NamedTuple

from sms.gateway import Delivery


class Fault(NamedTuple):
    """Our name for an error, whether the same message may go through later, and what it is in a receipt."""

    code: str
    again: bool
    delivery: Delivery


_OURS, _THEIRS, _NOW = Delivery.TECHNICAL_FAILURE, Delivery.PERMANENT_FAILURE, Delivery.TEMPORARY_FAILURE
_BUSY = Fault("busy", True, _NOW)
_LATER = Fault("vendor_error", True, _NOW)
_UNAUTHORISED = Fault("unauthorised", False, _OURS)
_TEMPLATE = Fault("template_rejected", False, _OURS)

FAULTS: Mapping[int, Fault] = {
    **dict.fromkeys((4, 80007, 130429, 131048, 131056, 133016), _BUSY),
    **dict.fromkeys((1, 2, 131000, 131016, 131053, 131057), _LATER),
    **dict.fromkeys((0, 3, 10, 190, 131005, 131031), _UNAUTHORISED),
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016, 132068, 132069), _TEMPLATE),
    100: Fault("refused", False, _OURS),
    130472: Fault("not_on_whatsapp", False, _THEIRS),  # Chosen for an experiment in which nothing reaches them.
    131008: Fault("refused", False, _OURS),
    131009: Fault("refused", False, _OURS),
    131021: Fault("refused", False, _THEIRS),
    131026: Fault("not_on_whatsapp", False, _THEIRS),
    131030: Fault("refused", False, _OURS),
    131042: Fault("no_credit", True, _OURS),
    131045: Fault("sender_rejected", False, _OURS),
    131047: Fault("window_closed", False, _THEIRS),
    131049: Fault("limited", False, _THEIRS),
    131050: Fault("opted_out", False, _THEIRS),
    131051: Fault("refused", False, _OURS),
    133010: Fault("sender_rejected", False, _OURS),
}
