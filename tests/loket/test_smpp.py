"""Messages by SMPP through a real SMSC on loopback, the real database and the real conversation, both ways."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from prometheus_client import REGISTRY
from sqlalchemy import insert, select
from support.databases import Factory, each_database, sqlite_url
from support.office import PHONE, SEALER, Clock
from support.server import until
from support.smsc import (
    ENQUIRE_LINK,
    PASSWORD,
    QUEUE_FULL,
    SUBMIT_SM,
    SYSTEM_ID,
    THROTTLED,
    UNBIND,
    Smsc,
    Verdict,
    deliver_body,
    pdu,
    receipt,
    tlv,
)

from bot import gsm7
from bot.messages import Channel, Inbound, SessionEvent
from loket.config import ROOT, Environment, Line, read_config
from loket.service import compose, now
from loket.smpp import Holder
from loket.sweep import sweep
from loket.work import worker_of
from sms.bind import Bind
from sms.segments import answers
from store.database import Database
from store.erasure import Erasure
from store.schema import metadata, subject_requests
from store.subject_requests import OPEN

__all__ = ["each_database"]

FROM = PHONE.removeprefix("+")
QUICK = Bind(
    sender="99123", sender_ton=3, answer_seconds=5, enquire_seconds=30, confirm_seconds=0.05, first_wait=0.01,
    longest_wait=0.05,
)  # fmt: skip


@dataclass
class Desk:
    """The process that holds the bind, in this one; more than one of them is more than one start of it."""

    database: Database
    smsc: Smsc
    clock: Clock
    bind: Bind = QUICK
    error: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        url = self.database.url.render_as_string(hide_password=False)
        shipped = read_config(ROOT / "config.yml")
        config = msgspec.structs.replace(shipped, sms={"smpp": Line(two_way=True, bind=self.bind)})
        environment = Environment(
            database_url=url,
            smpp_address=f"127.0.0.1:{self.smsc.port}",
            smpp_system_id=SYSTEM_ID,
            smpp_password=PASSWORD,
        )
        self.service = compose(config, environment, self.clock, SEALER)
        self.stop = Event()
        self._thread = Thread(target=self._hold)

    def _hold(self) -> None:
        try:
            Holder(self.service).hold(self.stop)
        except Exception as error:
            self.error.append(error)

    def start(self) -> "Desk":
        self._thread.start()
        return self

    def close(self) -> None:
        self.stop.set()
        if self._thread.ident:
            self._thread.join(15)
            assert not self._thread.is_alive()
        self.service.database.close()

    def write(self, text: str = "1", id: str = "1", sender: str = PHONE) -> None:
        """A turn in another process: its answer waits in the outbox."""
        inbound = Inbound(id, Channel.SMS, "smpp", sender, text, SessionEvent.RESUME, self.clock())
        self.service.desk.accept(inbound, answers())

    def later(self, **time: float) -> None:
        self.clock.wait(**time)
        self.service.wake()

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.service.database.read() as connection:
            return [dict(row) for row in connection.execute(select(metadata.tables[table])).mappings()]

    def delivery(self, state: str, place: int = 0) -> None:
        until(lambda: self.rows("messages")[place]["delivery"] == state, f"it never was {state}")


Make = Callable[..., Desk]


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    smsc = Smsc().open()
    yield smsc
    smsc.close()


@pytest.fixture
def make(each_database: Factory, smsc: Smsc) -> Iterator[Make]:
    yield from starting(each_database, smsc)


@pytest.fixture
def make_one(smsc: Smsc) -> Iterator[Make]:
    """Where the database makes no difference."""
    url = sqlite_url()
    yield from starting(lambda: Database(url), smsc)


def starting(open_database: Factory, smsc: Smsc) -> Iterator[Make]:
    made: list[Desk] = []
    clock = Clock()

    def start(**more: Any) -> Desk:
        made.append(Desk(open_database(), smsc, clock, **more).start())
        return made[-1]

    yield start
    for desk in made:
        desk.close()


def test_a_message_goes_out_as_one_segment_and_its_receipt_comes(make: Make, smsc: Smsc) -> None:
    desk = make()
    smsc.bound()
    desk.write()
    [submit] = smsc.taken(1)
    assert (submit.source, submit.source_ton, submit.source_npi) == ("99123", 3, 0)
    assert (submit.to, submit.to_ton, submit.to_npi) == (FROM, 1, 1)
    assert (submit.esm_class, submit.data_coding, submit.registered_delivery) == (0, 0, 1)
    assert gsm7.decode(submit.octets).startswith("Loket")
    assert len(submit.octets) <= 160
    desk.delivery("sending")
    assert smsc.receipt(submit.id, "DELIVRD") == 0
    desk.delivery("delivered")
    assert smsc.receipt(submit.id, "EXPIRED") == 0
    assert desk.rows("messages")[0]["delivery"] == "delivered"
    assert {row["state"] for row in desk.rows("outbox")} == {"done"}


@pytest.mark.parametrize(
    ("stat", "delivery"),
    [
        ("DELIVRD", "delivered"),
        ("UNDELIV", "permanent_failure"),
        ("EXPIRED", "temporary_failure"),
        ("REJECTD", "permanent_failure"),
        ("DELETED", "technical_failure"),
        ("ACCEPTD", "sending"),
        ("NOVELTY", "sending"),
    ],
)
def test_what_a_receipt_says(make_one: Make, smsc: Smsc, stat: str, delivery: str) -> None:
    desk = make_one()
    smsc.bound()
    desk.write()
    smsc.taken(1)
    desk.delivery("sending")
    assert smsc.receipt("m1", stat) == 0
    assert desk.rows("messages")[0]["delivery"] == delivery


def test_a_receipt_overtakes_the_answer(make: Make, smsc: Smsc) -> None:
    smsc.verdicts.append(Verdict(first="DELIVRD"))
    desk = make()
    smsc.bound()
    desk.write()
    smsc.taken(1)
    desk.delivery("delivered")
    assert smsc.status(1) == 0


def test_a_receipt_of_a_message_that_nobody_knows_is_thanked_for(make_one: Make, smsc: Smsc) -> None:
    make_one()
    assert smsc.bound().receipt("other", "DELIVRD") == 0


def test_a_receipt_in_parameters_alone(make_one: Make, smsc: Smsc) -> None:
    desk = make_one()
    smsc.bound()
    desk.write()
    smsc.taken(1)
    desk.delivery("sending")
    assert smsc.deliver(FROM, b"", tlvs=tlv(0x001E, b"m1\0") + tlv(0x0427, b"\x05")) == 0
    assert desk.rows("messages")[0]["delivery"] == "permanent_failure"


@pytest.mark.parametrize(("ids", "given", "reported"), [("decimal", "00001F4A", "8010"), ("hexadecimal", "31", "1f")])
def test_receipts_write_the_name_in_another_base(
    make_one: Make, smsc: Smsc, ids: str, given: str, reported: str
) -> None:
    smsc.name = lambda number: given
    desk = make_one(bind=msgspec.structs.replace(QUICK, receipt_ids=ids))
    smsc.bound()
    desk.write()
    smsc.taken(1)
    desk.delivery("sending")
    assert smsc.receipt(reported, "DELIVRD") == 0
    assert desk.rows("messages")[0]["delivery"] == "delivered"


@pytest.mark.parametrize("status", [THROTTLED, QUEUE_FULL])
def test_an_smsc_that_wants_less_gets_it_later(make_one: Make, smsc: Smsc, status: int) -> None:
    smsc.verdicts.extend([Verdict(status), Verdict(status)])
    desk = make_one()
    smsc.bound()
    desk.write()
    for count in (1, 2):
        smsc.taken(count)
        until(lambda: desk.rows("outbox")[0]["leased_until"] == 0, "it is still being sent")
        desk.later(minutes=1)
    smsc.taken(3)
    desk.delivery("sending")
    assert desk.rows("outbox")[0]["failures"] == 0


def test_a_number_that_is_none_is_not_tried_again(make_one: Make, smsc: Smsc) -> None:
    smsc.verdicts.append(Verdict(0x0B))
    desk = make_one()
    smsc.bound()
    desk.write()
    desk.delivery("permanent_failure")
    assert desk.rows("outbox")[0]["error"] == "invalid_number"


def test_the_smsc_is_away_at_the_start_and_in_the_middle(make: Make, smsc: Smsc) -> None:
    smsc.close()
    desk = make()
    desk.write()
    assert desk.rows("outbox")[0]["attempt"] == 0
    smsc.open().taken(1)
    desk.delivery("sending")
    smsc.close()
    until(lambda: REGISTRY.get_sample_value("loket_smpp_bound") == 0, "it does not notice")
    desk.write("2", id="2")
    smsc.open().bound(2)
    smsc.taken(2)
    desk.delivery("sending", 1)
    assert len(smsc.submits) == 2


def test_the_line_drops_before_the_answer(make: Make, smsc: Smsc) -> None:
    smsc.verdicts.append(Verdict(hang_up=True))
    desk = make()
    smsc.bound()
    desk.write()
    smsc.taken(1)
    smsc.bound(2)
    until(lambda: desk.rows("outbox")[0]["error"] == "connection", "it does not know")
    desk.later(minutes=1)
    smsc.taken(2)
    desk.delivery("sending")
    assert len(smsc.submits) == 2


def test_a_late_answer_spares_the_second_message(make: Make, smsc: Smsc) -> None:
    smsc.verdicts.append(Verdict(silent=True))
    desk = make(bind=msgspec.structs.replace(QUICK, answer_seconds=0.2))
    smsc.bound()
    desk.write()
    until(lambda: desk.rows("outbox")[0]["error"] == "timeout", "it waits for ever")
    smsc.answer_now()
    desk.delivery("sending")
    desk.later(minutes=1)
    until(lambda: desk.rows("outbox")[0]["state"] == "done", "it is never done")
    assert len(smsc.submits) == 1


def test_an_answer_by_message_to_a_message(make: Make, smsc: Smsc) -> None:
    make()
    assert smsc.bound().deliver(FROM, b"1") == 0
    [submit] = smsc.taken(1)
    assert submit.to == FROM
    assert gsm7.decode(submit.octets).startswith("Loket")


def test_the_same_words_again_are_another_answer(make: Make, smsc: Smsc) -> None:
    """What was thanked for, and the thanks have arrived: whoever writes the same once more means it."""
    desk = make()
    smsc.bound()
    for count in (1, 2, 3):
        assert smsc.deliver(FROM, b"1") == 0
        smsc.taken(count)
        until(lambda: desk.rows("heard") == [], "it never makes sure")
    assert len(desk.rows("inbox")) == 3


def test_what_needs_no_answer_is_made_sure_of_too(make: Make, smsc: Smsc) -> None:
    smsc.verdicts.append(Verdict(silent=True))
    desk = make()
    smsc.bound()
    desk.write("1", sender="+6281200000002")
    smsc.taken(1)
    assert smsc.deliver(FROM, b"1") == 0
    until(lambda: desk.rows("heard") == [], "it never makes sure")
    assert smsc.enquiries
    smsc.answer_now()


def test_a_message_that_comes_again_is_answered_once(make: Make, smsc: Smsc) -> None:
    """The line broke before the SMSC had read our thanks, and it brings the message again."""
    desk = make(bind=msgspec.structs.replace(QUICK, confirm_seconds=600, sender=""))
    smsc.bound()
    smsc.verdicts.append(Verdict(hang_up=True))
    assert smsc.deliver(FROM, b"1") == 0
    smsc.taken(1)
    smsc.bound(2)
    assert smsc.deliver(FROM, b"1") == 0
    assert len(desk.rows("messages")) == 1
    assert len(desk.rows("inbox")) == 1


@pytest.mark.parametrize("how", ["8 bits", "16 bits", "sar"])
def test_parts_are_one_message_even_across_a_restart(make: Make, smsc: Smsc, how: str) -> None:
    first = make()
    words = gsm7.encode("1" + " " * 200 + "€")
    halves = {1: words[:100], 2: words[100:]}

    def part(number: int) -> dict[str, Any]:
        match how:
            case "8 bits":
                return {"payload": bytes((5, 0, 3, 7, 2, number)) + halves[number], "esm_class": 0x40}
            case "16 bits":
                return {"payload": bytes((6, 8, 4, 1, 7, 2, number)) + halves[number], "esm_class": 0x40}
        sar = tlv(0x020C, b"\x01\x07") + tlv(0x020E, b"\x02") + tlv(0x020F, bytes((number,)))
        return {"payload": halves[number], "tlvs": sar}

    assert smsc.bound().deliver(FROM, **part(2)) == 0
    assert first.rows("messages") == []
    first.close()
    second = make()
    assert smsc.bound(2).deliver(FROM, **part(1)) == 0
    smsc.taken(1)
    assert len(second.rows("messages")) == 1
    until(lambda: second.rows("heard") == [], "parts are kept for ever")


def test_a_long_message_in_a_parameter(make_one: Make, smsc: Smsc) -> None:
    make_one()
    assert smsc.bound().deliver(FROM, b"", tlvs=tlv(0x0424, b"1" + b" " * 300)) == 0
    assert smsc.taken(1)


@pytest.mark.parametrize(
    ("octets", "coding"), [(b"1", 0), (b"1", 1), (b"1", 3), ("1".encode("utf-16-be"), 8), (b"1", 0xF1)]
)
def test_alphabets(make_one: Make, smsc: Smsc, octets: bytes, coding: int) -> None:
    desk = make_one()
    assert smsc.bound().deliver(FROM, octets, coding=coding) == 0
    smsc.taken(1)
    assert desk.rows("events")[0]["what"] != ""


def test_strangers_are_not_answered(make_one: Make, smsc: Smsc) -> None:
    desk = make_one()
    assert smsc.bound().deliver("TELKOMSEL", b"Promo", ton=5) == 0
    assert smsc.deliver("3355", b"Promo", ton=3) == 0
    assert desk.rows("messages") == []


def test_numbers_as_they_are_written_at_home(make_one: Make, smsc: Smsc) -> None:
    make_one()
    assert smsc.bound().deliver("0" + FROM.removeprefix("62"), b"1", ton=2) == 0
    assert smsc.taken(1)[0].to == FROM


def test_nothing_that_comes_ends_the_bind(make_one: Make, smsc: Smsc) -> None:
    make_one()
    smsc.bound()
    unknown = tlv(0x1400, b"new") + tlv(0x0501, b"\x02")
    assert smsc.deliver(FROM, b"1", tlvs=unknown) == 0x66  # A dialogue of USSD, which nobody takes from a bind yet.
    assert smsc.deliver(FROM, b"1", tlvs=tlv(0x1400, b"new")) == 0
    assert smsc.deliver(FROM, b"1", tlvs=b"\x00\x1e\x00\x40m") == 0xC0
    assert smsc.deliver(FROM, b"\x00", coding=4) == 0x65
    assert smsc.deliver(FROM, b"\x40\x00\x03", esm_class=0x40) == 0x65
    assert smsc.deliver(FROM, b"\x05\x00\x03\x01\x02\x03x", esm_class=0x40) == 0x65
    assert smsc.deliver(FROM, b"no name", esm_class=0x04) == 0x65
    assert smsc.status(smsc.request(0x05, deliver_body(FROM, b"1")[:-3])) == 0x02
    assert smsc.status(smsc.request(0x103, b"data_sm")) == 0x03
    assert smsc.status(smsc.request(0x15)) == 0
    smsc.send(pdu(0x80000000 | SUBMIT_SM, 0, 99, b"nobody asked\0"))
    smsc.send(pdu(0x102, 0, 1, b"alert"))
    assert smsc.deliver(FROM, b"2") == 0
    assert smsc.binds == 1


@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 64, b"\xff" * 64], ids=["http", "zeros", "ones"]
)
def test_after_garbage_the_bind_is_taken_up_again(make_one: Make, smsc: Smsc, garbage: bytes) -> None:
    make_one()
    smsc.bound().send(garbage)
    smsc.bound(2)
    assert smsc.deliver(FROM, b"1") == 0


def test_an_smsc_that_is_asked_and_says_nothing_is_left(make_one: Make, smsc: Smsc) -> None:
    smsc.mute = True
    make_one(bind=msgspec.structs.replace(QUICK, enquire_seconds=0.05, answer_seconds=0.1))
    smsc.bound(2)


def test_an_smsc_that_says_goodbye_is_bound_to_again(make_one: Make, smsc: Smsc) -> None:
    make_one()
    assert smsc.bound().status(smsc.request(UNBIND)) == 0
    smsc.bound(2)


def test_what_is_being_sent_gets_its_answer_before_the_goodbye(make: Make, smsc: Smsc) -> None:
    smsc.verdicts.append(Verdict(silent=True))
    desk = make()
    smsc.bound()
    desk.write()
    smsc.taken(1)
    desk.stop.set()
    for _ in range(3):  # Each brings the listener to look around.
        assert smsc.status(smsc.request(ENQUIRE_LINK)) == 0
    assert smsc.unbinds == 0
    smsc.answer_now()
    smsc.until(lambda: smsc.unbinds == 1, "no goodbye")
    desk.delivery("sending")
    assert desk.error == []


def test_as_many_wait_for_answers_as_the_window_has(make: Make, smsc: Smsc) -> None:
    smsc.verdicts.extend([Verdict(silent=True)] * 3)
    desk = make(bind=msgspec.structs.replace(QUICK, window=3))
    smsc.bound()
    for number in range(5):
        desk.write(str(number), id=str(number))
    desk.service.wake()
    smsc.taken(3)
    assert sum(row["leased_until"] > 0 for row in desk.rows("outbox")) == 3
    smsc.answer_now()
    smsc.taken(5)


def test_a_database_that_is_away_has_the_message_brought_again(make: Make, smsc: Smsc) -> None:
    desk = make()
    smsc.bound()
    with desk.service.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE heard RENAME TO away")
    assert smsc.deliver(FROM, b"1") == 0x64
    with desk.service.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO heard")
    assert smsc.deliver(FROM, b"1") == 0
    assert smsc.taken(1)


def test_nothing_personal_is_in_any_line(make_one: Make, smsc: Smsc, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    desk = make_one()
    smsc.bound().deliver(FROM, b"NIK 3510990508670009 SITI", tlvs=tlv(0x1400, b"x"))
    smsc.taken(1)
    desk.delivery("sending")
    smsc.receipt("m1", "DELIVRD")
    smsc.deliver(FROM, receipt("m1", "DELIVRD"), esm_class=0x40)
    assert FROM[2:] not in caplog.text
    assert "SITI" not in caplog.text
    assert "3510990508670009" not in caplog.text


def test_nobody_else_sends_it(make: Make, smsc: Smsc) -> None:
    smsc.close()
    desk = make()
    desk.write()
    worker = worker_of(desk.service)
    assert worker.run_due() == 0
    assert desk.service.outbox.due(desk.clock()) == []
    assert desk.rows("outbox")[0]["kind"] == "message.smpp"


def test_a_message_of_another_time_is_handed_over(make: Make, smsc: Smsc) -> None:
    """config.yml has changed: what waits goes by what is there now, in both directions."""
    desk = make()
    smsc.bound()
    smsc.close()
    until(lambda: REGISTRY.get_sample_value("loket_smpp_bound") == 0, "it does not notice")
    desk.write()
    desk.service.outbox.hand_over("message.smpp", "message.send")
    assert worker_of(desk.service).run_due() == 1
    assert desk.rows("outbox")[0]["kind"] == "message.smpp"
    desk.service.config.sms.clear()
    sweep(desk.service, desk.clock())
    assert desk.rows("outbox")[0]["kind"] == "message.send"


def test_parts_of_another_message_with_the_same_reference(make: Make, smsc: Smsc) -> None:
    """A phone counts to 256 and begins again, and one of the old parts never came."""
    desk = make()
    smsc.bound()
    head = [bytes((5, 0, 3, 7, 2, number)) for number in (1, 2)]
    assert smsc.deliver(FROM, head[0] + b"lost half ", esm_class=0x40) == 0
    assert smsc.deliver(FROM, head[0] + b"1", esm_class=0x40) == 0
    assert smsc.deliver(FROM, head[0] + b"1", esm_class=0x40) == 0
    assert desk.rows("inbox") == []
    assert smsc.deliver(FROM, head[1] + b" ", esm_class=0x40) == 0
    smsc.taken(1)
    assert len(desk.rows("inbox")) == 1


def test_what_there_is_of_a_message_is_answered_when_the_rest_never_comes(make: Make, smsc: Smsc) -> None:
    desk = make()
    smsc.bound()
    for number, words in ((3, b" "), (1, b"1")):
        assert smsc.deliver(FROM, bytes((5, 0, 3, 7, 3, number)) + words, esm_class=0x40) == 0
    sweep(desk.service, desk.clock())
    assert desk.rows("inbox") == []
    desk.later(minutes=11)
    sweep(desk.service, desk.clock())
    [submit] = smsc.taken(1)
    assert submit.to == FROM
    sweep(desk.service, desk.clock())
    assert (len(desk.rows("inbox")), desk.rows("heard")) == (1, [])


def test_parts_do_not_outlive_an_erasure(make: Make, smsc: Smsc) -> None:
    desk = make()
    assert smsc.bound().deliver(FROM, b"1") == 0
    smsc.taken(1)
    assert smsc.deliver(FROM, bytes((5, 0, 3, 7, 2, 1)) + b"half", esm_class=0x40) == 0
    until(lambda: len(desk.rows("heard")) == 1, "what was thanked for stays")
    asked = {"id": "r" * 32, "ref": "1" * 12, "contact_id": desk.rows("contacts")[0]["id"], "kind": "delete",
             "channel": "sms", "state": OPEN, "asked_at": 0, "due_at": 0}  # fmt: skip
    with desk.service.database.write() as connection:
        connection.execute(insert(subject_requests).values(asked))
    Erasure(desk.service.database, desk.service.sealer).fulfil(asked["id"], desk.clock())
    assert desk.rows("heard") == []


def test_over_tls(make_one: Make, smsc: Smsc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smsc.close()
    smsc.tls = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    smsc.open()
    make_one(bind=msgspec.structs.replace(QUICK, tls=True))
    assert smsc.bound().deliver(FROM, b"1") == 0
    assert smsc.taken(1)


def certificate(folder: Path) -> ssl.SSLContext:
    """Of an SMSC on loopback, by its own word."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smsc")])
    until_then = now() + timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(until_then)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
