"""The privacy ring: canary people go through everything that exists, and nothing of them is found anywhere in the open.

Messages go to a vendor on loopback: the console gateway shows them by design, and is for development.
"""

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from support.callers import FORM, NUMBER, Handset, Wire, callback
from support.canaries import forms, written
from support.canary_people import (
    ACCUSATION,
    BAD_NIKS,
    BIRTHS,
    CANARIES,
    DEAD,
    HELPER,
    KK,
    LANDMARK,
    NAMES,
    NEW_PHONE,
    NIKS,
    NOTE,
    OTHER_PHONE,
    PASSWORD,
    PHONES,
    RESOLD,
    SCANNER,
    SECRETS,
    STAFF,
    UNSENDABLE,
    WITNESS,
    WRITER,
)  # fmt: skip
from support.clerk import Clerk
from support.correspondents import VISIT, correspond
from support.databases import DATABASES
from support.doors import doors, jasmin_message
from support.neighbours import neighbours
from support.opened import opened
from support.server import PATH, TOKEN, VILLAGE, Installation, Running, until
from support.understanding import understand

from handoff.desk.passwords import hash_password
from handoff.routing import Role
from loket.config import ROOT, Period
from loket.service import now
from nlu.embedded import Embedded
from store.agents import Agent
from store.commands import StaffPhones
from store.database import Database
from store.helpers import Helpers
from store.schema import metadata
from store.seal import load_keys

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("servers")]


__all__ = ["understand"]


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, understand: Embedded, tmp_path: Path) -> Iterator[Installation]:
    with neighbours() as near, doors(refused=f"+62{UNSENDABLE}") as opened:
        installation = Installation(tmp_path, DATABASES[request.param](), near, doors=opened, changes=changes())
        agent = Agent("a1", "agen", "Ratna", Role.AGENT, "351009", (VILLAGE,), ("id",), 50, hash_password(PASSWORD))
        installation.hire(agent)
        yield installation
        installation.close()


def changes() -> dict[str, object]:
    """Decisions and money come within the test; and one regency's period has not begun."""
    today = now().date()
    opens = {"3510": Period(today - timedelta(days=20), today + timedelta(days=20)),
             "6471": Period(today + timedelta(days=9), today + timedelta(days=40))}  # fmt: skip
    return {"windows": opens, "follow_seconds": 1, "payments_seconds": 1}


def test_nothing_of_anybody_is_found_in_the_open(
    place: Installation, record_property: Callable[[str, object], None]
) -> None:
    server = place.start().ready()
    with Wire(place.port) as wire:
        live(place, server, wire)
        suggested = of_suggestions(place)
        served = {"metrics": wire.send("GET", "/metrics")[1], "readyz": wire.send("GET", "/readyz")[1]}
    places = {**served, **suggested, **of_processes(server), **of_tables(place)}
    server.kill()
    places |= of_files(place)
    logs = place.logs.read_bytes()
    assert b"turn failed" in logs  # What could have been told was there to be told.
    assert b"job not done" in logs
    began = perf_counter()
    assert [leak for leak in SCANNER.leaks(places) if not allowed(leak)] == []
    figures = {
        "canaries": len(CANARIES),
        "forms of each, at most": sum(1 for _ in forms(NIKS[0])),
        "places": len(places),
        "kilobytes": sum(map(len, places.values())) // 1024,
        "seconds": round(perf_counter() - began, 2),
    }
    for name, value in figures.items():
        record_property(name, value)
    print(f"{place.url.get_backend_name()}: " + ", ".join(f"{n}: {v}" for n, v in figures.items()))  # noqa: T201  Its report.


def allowed(leak: str) -> bool:
    """The operator's own secrets are in the environment of the processes; nothing of a person is allowed anywhere."""
    where, _, what = leak.partition(": ")
    return where.startswith("environment of") and what.partition(",")[0] in SECRETS


def live(place: Installation, server: Running, wire: Wire) -> None:
    """Everything that Loket can do, and much that people and machines do wrong."""
    register_at_a_broken_portal(wire)
    until(lambda: "fault" in errors(place, "portal.submit"), "the portal never broke")
    place.near.away(on=True)
    first = register_with_everything(wire)
    until(lambda: {"away", "open"} & errors(place, "portal.submit"), "the portal was never away")
    place.near.away(on=False)
    dispute(wire)
    ask_for_status(wire, first)
    use_rights(wire)
    hostile(wire)
    desk(place, wire, first)
    use_services(wire)
    write(wire)
    hire(place)
    correspond(place, wire)
    until(lambda: place.rows("payments"), "the money was never told of")
    with broken_table(place):
        page = Handset(wire, PATH, f"+62{PHONES[3]}").dial()
        assert page.startswith("END")
        assert report(wire, PHONES[0]) == 503  # The vendor repeats it.
        letter = jasmin_message(f"+62{RESOLD}", f"DAFTAR#{NIKS[7]}#{NAMES[5]}#KEMBIRITAN")
        assert letter.at(wire)[0] == 503  # This one it never brings again.
    assert report(wire, PHONES[0]) == 200
    if place.url.get_backend_name() == "postgresql":
        cut_connections(place)
    Handset(wire, PATH, f"+62{PHONES[0]}").dial()


def register_with_everything(wire: Wire) -> str:
    phone = Handset(wire, PATH, f"+62{PHONES[0]}")
    phone.dial("1", "1", "1", "1")
    for bad in BAD_NIKS[:2]:
        phone.say(bad)
    page = phone.say(NIKS[0], NAMES[0], "kem", "1", "1")
    (number,) = NUMBER.findall(page)
    phone.say("1", NIKS[0], KK, "2", "12345", f"0{OTHER_PHONE}", "1", "1", "1", LANDMARK)
    assert "Cek data" in phone.screen
    assert "Tercatat" in phone.say("1")
    return str(number)


def register_at_a_broken_portal(wire: Wire) -> None:
    """The sandbox's persona 0019 is refused with a 500 each time."""
    phone = Handset(wire, PATH, f"+62{PHONES[1]}")
    assert "Tercatat" in phone.dial("1", "1", "1", "1", NIKS[1], NAMES[1], "kem", "1", "1", "2")


def dispute(wire: Wire) -> None:
    phone = Handset(wire, PATH, f"+62{PHONES[2]}")
    page = phone.dial("1", "1", "1", "1", NIKS[0], NAMES[2], "kem", "1", "1", "2")
    assert "Tercatat" in page
    phone.dial("1", "1", NIKS[0])
    draft = Handset(wire, PATH, f"+62{PHONES[3]}")
    draft.dial("1", "1", "1", "1", NIKS[2], NAMES[2])
    draft.dial("1", NIKS[2][-4:])


def ask_for_status(wire: Wire, number: str) -> None:
    own, stranger = Handset(wire, PATH, f"+62{PHONES[0]}"), Handset(wire, PATH, f"+62{PHONES[3]}")
    own.dial("2", NIKS[0][-4:])
    stranger.dial("2", number, NIKS[0][-4:])
    for _ in range(4):
        stranger.dial("2", number, "0000")


def use_rights(wire: Wire) -> None:
    """What is kept, is it genuine, correct, stop: by the draft's phone and by the one that registered."""
    own, draft = Handset(wire, PATH, f"+62{PHONES[0]}"), Handset(wire, PATH, f"+62{PHONES[3]}")
    own.dial("8", "4", "1", NIKS[0][-4:])
    own.dial("8", "4", "3", "1", NIKS[0][-4:])
    own.dial("8", "5", "1")
    draft.dial("00", "8", "7", "2", NIKS[0])


def use_services(wire: Wire) -> None:
    """A report, a birth, a death with a witness, another phone: by the phone that registered somebody."""
    own, nik4 = Handset(wire, PATH, f"+62{PHONES[0]}"), NIKS[0][-4:]
    assert "bertemu Anda. Benar?" in own.dial()
    own.say("1")
    assert "Laporan" in own.dial("7", "1", "2", "1", ACCUSATION)
    assert own.dial("5", "1", nik4, "15112026", "1").startswith("END")
    own.dial("5", "2", nik4, "1", DEAD[0], DEAD[1], "10112026", "2", "2", f"0{WITNESS}", "1")
    own.dial("5", "5", nik4, "1", f"0{NEW_PHONE}", "1111")
    own.dial("4", "1", nik4)
    own.dial("3", "3", "4821")
    witness = Handset(wire, PATH, f"+62{WITNESS}")
    witness.dial("1", "1", "1")


def write(wire: Wire) -> None:
    """By SMS: a registration in one message, its words in the wrong places, keywords with people's data behind them."""
    for count, words in enumerate(
        (
            f"anu pak {NAMES[3].lower()} begitu lho ya 0{PHONES[1]}",  # Nobody understands these.
            f"nama saya {NAMES[2]} {NAMES[1]} kok begini kenapa {KK} {PHONES[0]}",
            f"mbah {NAMES[4].title()} piye to yo, {BIRTHS[0]}, {NAMES[4]}",
            f"DAFTAR#{NIKS[2]}#{KK}#{NAMES[2]}#KEMBIRITAN",
            "YA",
            f"CEK {NIKS[2]}",
            f"LAPOR {NAMES[2]} {ACCUSATION}",
            f"{NAMES[0]} {NIKS[0]} {KK}",
            f"SANGGAH {NAMES[1]}",
            f"AGEN {NIKS[1]}",
            "STOP",
        )
    ):
        fields = {"date": f"{now():%Y-%m-%d %H:%M:%S}", "from": f"+62{WRITER}", "id": f"ATXid_w{count}", "text": words,
                  "to": "99123"}  # fmt: skip
        assert wire.post_form(f"/sms/africastalking/{TOKEN}", fields)[0] == 200


def hire(place: Installation) -> None:
    database = Database(place.url)
    sealer = load_keys(place.folder / "keys.json")
    Helpers(database, sealer).add(HELPER, "3510", f"+62{WRITER}", "", now())
    assert StaffPhones(database, sealer).set("agen", f"+62{STAFF}", now())
    database.close()


def hostile(wire: Wire) -> None:
    """People's data where none belongs: every refusal is silent about it."""
    fields = callback("ATUid_h", f"+62{PHONES[0]}", [NIKS[0], NAMES[0]])
    good = urlencode(fields).encode()
    form = {"Content-Type": FORM}
    for path, body, headers in (
        (f"/ussd/africastalking/wrong-{NIKS[0]}", good, form),
        (f"/ussd/{NIKS[0]}/{TOKEN}", good, form),
        (f"{PATH}?text={NIKS[0]}&name={NAMES[0]}", good[:-3] + b"%FF", form),
        (PATH, good, {"Content-Type": f"application/json; nik={NIKS[0]}", "X-Person": NAMES[0]}),
        (PATH, good + b"%00", form),
        (PATH, good.replace(b"%2B62", b"+62"), form),
        (PATH, good + b"&text=" + NIKS[1].encode(), form),
        (PATH, good + b"x" * 9000, form),
        (f"{PATH}/events", good, form),
        (f"/{NIKS[0]}", good, form),
        (f"/desk/tickets/{NIKS[0]}?name={NAMES[0]}", None, {}),
        (f"/healthz?nik={NIKS[0]}", None, {}),
    ):
        status, answer = wire.send("POST" if body else "GET", path, body, headers)
        assert status < 500
        assert NIKS[0].encode() not in answer
    phone = Handset(wire, PATH, f"+62{PHONES[3]}")
    for typed in (f"'; DROP TABLE {NAMES[0]};--", "{0.__class__}" + NIKS[0], f"%n%s{KK}", f"${{{NIKS[1]}}}", "٣" * 16):
        phone.dial(typed, "1", typed)


def desk(place: Installation, wire: Wire, number: str) -> None:
    """An agent signs in, not at once; opens a ticket, plans a visit and ends it."""
    until(lambda: not errors(place, "handoff.assign") and assigned(place), "nobody was assigned")
    clerk = Clerk(wire, place.port)
    clerk.fill("/desk/sign-in", login=NIKS[0], password=KK)
    assert clerk.fill("/desk/sign-in", login="agen", password=PASSWORD) == 303
    assert NAMES[0].title() in clerk.get("/desk/")
    ref = number.replace("-", "")
    mine = {"case_ref": ref, "topic": "face_verification"}
    (ticket,) = [row["id"] for row in place.rows("tickets") if mine.items() <= row.items()]
    page = f"/desk/tickets/{ticket}"
    assert NAMES[0].title() in clerk.get(page)
    day = clerk.get(f"{page}/schedule").split('name="day"')[-1]  # The last: this morning may have passed.
    day = day.partition('value="')[2].partition('"')[0]
    assert clerk.fill(f"{page}/schedule", day=day, slot="morning", place="home") == 303
    until(lambda: told(place, "nomor kunjungan"), "the visit number was never sent")
    (visit,) = VISIT.findall(told(place, "nomor kunjungan")[-1])
    assert clerk.fill(f"{page}/outcome", outcome="verified_face", visit_number=visit, note=NOTE) == 303
    assert NOTE in clerk.get(page)


def told(place: Installation, words: str) -> list[str]:
    """What was sent by SMS with these words in it."""
    return [body for _, body in place.near.vendor.sent if words in body]


def assigned(place: Installation) -> bool:
    return {row["status"] for row in place.rows("tickets") if row["topic"] == "face_verification"} == {"assigned"}


def errors(place: Installation, kind: str) -> set[str]:
    return {row["error"] for row in place.rows("outbox") if row["kind"] == kind and row["error"]}


@contextmanager
def broken_table(place: Installation) -> Iterator[None]:
    """For a while every turn fails in the middle of its writing, and so does a report of the vendor's."""
    database = Database(place.url)
    for old, new in (("{}", "{}_away"), ("{}_away", "{}")):
        with database.write() as connection:
            for table in ("events", "messages"):
                connection.execute(text(f"ALTER TABLE {old.format(table)} RENAME TO {new.format(table)}"))
        if old == "{}":
            yield
    database.close()


def report(wire: Wire, phone: str) -> int:
    """What became of an SMS, in Africa's Talking's form."""
    fields = {"id": "ATXid_1", "status": "Success", "phoneNumber": f"+62{phone}", "networkCode": "51010"}
    return wire.post_form(f"/sms/africastalking/{TOKEN}/receipts", fields)[0]


def cut_connections(place: Installation) -> None:
    database = Database(place.url)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    with database.read() as connection:
        assert connection.execute(text(others), {"name": place.url.database}).all()
    database.close()


def of_processes(server: Running) -> dict[str, bytes]:
    found = {}
    for pid in server.family():
        found[f"arguments of {pid}"] = Path(f"/proc/{pid}/cmdline").read_bytes()
        found[f"environment of {pid}"] = Path(f"/proc/{pid}/environ").read_bytes()
    return found


def of_tables(place: Installation) -> dict[str, bytes]:
    """Every column of every row, sealed or not."""
    rows = {name: place.rows(name) for name in metadata.tables}
    empty = {name for name, found in rows.items() if not found}
    assert not empty, f"nothing to look at in {empty}"
    return {f"table {name}": written(found) for name, found in rows.items()}


def of_suggestions(place: Installation) -> dict[str, bytes]:
    """What was not understood, with its seals opened, and as those read it who extend the examples."""
    database = Database(place.url)
    kept = opened(database, load_keys(place.folder / "keys.json"))["unclear"]
    database.close()
    assert b"begitu lho ya" in kept
    command = [sys.executable, "-m", "loket", "nlu", "suggest", "--json"]
    found = subprocess.run(  # noqa: S603  Our own interpreter.
        command, env=os.environ | place.environment(), cwd=ROOT, capture_output=True, check=True
    )
    assert b'"messages"' in found.stdout
    return {"unclear, opened": kept, "suggestions": found.stdout, "suggestions' stderr": found.stderr}


def of_files(place: Installation) -> dict[str, bytes]:
    """All files that the installation has, the database and its log among them, and their names."""
    folders = {place.folder, *([Path(place.url.database or "").parent] if place.url.host is None else [])}
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    names = {"names of files": "\n".join(map(str, files)).encode()}
    return names | {f"file {path.name}": path.read_bytes() for path in files}


@pytest.mark.parametrize("form", [name for name, _, _ in forms(NIKS[0])])
def test_the_scanner_finds_what_is_planted(form: str) -> None:
    """Alone, and in the middle of something else."""
    needle = next(needle for name, needle, _ in forms(NIKS[0]) if name == form)
    clean = b'{"event": "turn failed", "at": "store.sessions:117"}\n' * 50
    assert SCANNER.leaks({"log": clean}) == []
    assert SCANNER.leaks({"log": clean + needle + clean}) != []


@pytest.mark.parametrize("before", ["", "x", "xy", "nik=", "a longer beginning "])
def test_the_scanner_finds_what_was_encoded_with_something_else(before: str) -> None:
    sentence = f"{before}{NIKS[1]} {NAMES[1]}".encode()
    found = SCANNER.leaks({"b64": base64.b64encode(sentence), "hex": sentence.hex().upper().encode()})
    kinds = {leak.partition(",")[0] for leak in found}
    assert kinds == {"b64: NIK 1", "b64: name 1", "hex: NIK 1", "hex: name 1"}


def test_the_scanner_finds_an_unkeyed_hash_in_a_column() -> None:
    digest = hashlib.sha256(NIKS[2].encode()).digest()
    assert SCANNER.leaks({"table": written([{"id": 1, "idx": digest}])}) == ["table: NIK 2, sha256 as bytes"]


def test_the_scanner_finds_a_name_whatever_its_letters() -> None:
    assert SCANNER.leaks({"log": f"for {NAMES[0].title()}".encode()}) == ["log: name 0, plain"]
