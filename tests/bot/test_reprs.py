"""What is shown of the values on the turn's way, in a log or a traceback, tells nobody who called or what was typed."""

from datetime import UTC, datetime

import pytest

from bot.conversation import Do, Goto, Lookup
from bot.dialogue import Lost, Repeat, Typed
from bot.effects import CompleteRegistration
from bot.engine import Turn
from bot.identity import Reference
from bot.messages import Channel, Inbound, Page, Reply, SessionEvent, Text
from bot.session import Dialogue, Entry, Kind, Session, Talk
from bot.wire import Request

NIK, PHONE, NAME = "3510994101870001", "+6281234500001", "SITI AMINAH"
REF = Reference.of(b"ref")
PAGE = Page(f"{NAME}, NIK {NIK}")
KEEP = CompleteRegistration(REF, "kk", NIK)
TALK = Talk("register", (Entry(Kind.ANSWER, "nik", NIK, 1),))
DIALOGUE = Dialogue("africastalking", "ATUid_1", f"1*{NIK}", PAGE)
SESSION = Session(talk=TALK, dialogue=DIALOGUE, unread=(PAGE,))
CALL = Inbound(f"1|{PHONE}|{NIK}", Channel.USSD, "africastalking", PHONE, NIK, SessionEvent.RESUME,
               datetime(2026, 11, 20, tzinfo=UTC), "ATUid_1", f"1*{NIK}")  # fmt: skip
LOOKUP = Lookup("registered", NIK)


@pytest.mark.parametrize(
    "value",
    [
        CALL,
        Request("POST", f"/ussd/x/{NIK}", NIK, {}, f"{NIK}{PHONE}".encode()),
        Typed(NIK),
        Lost((NIK,), restart=False),
        Repeat(PAGE),
        TALK,
        DIALOGUE,
        SESSION,
        LOOKUP,
        Do("keep.kk", KEEP, NIK),
        Text("reg.done", {"name": NAME, "nik": NIK}),
        Reply(PAGE.body),
        PAGE,
        Goto("status", (("nik", NIK),)),
        Turn(SESSION, PAGE, (KEEP,), needs=LOOKUP),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_repr_holds_nothing_of_a_person(value: object) -> None:
    shown = repr(value)
    assert not [secret for secret in (NIK, PHONE, NAME) if secret in shown]
