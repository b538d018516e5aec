"""What a visitor can do beside calling: write by SMS and WhatsApp, move the clock, take credit and portal away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import Client, TestResponse

from backend_client import Unavailable
from bot.windows import WIB
from loket import demo, sim
from loket.app import Gateways
from loket.config import read_config, read_environment
from loket.pages import create_pages
from loket.scenario.script import read
from loket.simulator.clock import CannotJump, DemoClock
from loket.simulator.stage import Stage, assemble
from loket.work import Worker, worker_of
from store.migrate import migrate
from store.schema import registrations
from store.seal import generate_keys

PHONE = "+6281234567890"
USER = "ID.45666281234567890"
NIK = "3510994508670009"
CALL = ("", "1", "1", "1", "1", NIK)  # Language, greeting, register, consent, NIK.


@dataclass
class Theatre:
    """A demo without its made-up days, and its vendors' side."""

    stage: Stage
    http: Client
    worker: Worker

    def ask(self, path: str, **asked: Any) -> TestResponse:
        return self.http.post(f"/simulator/{path}", json=asked)

    def jump(self, to: str, **more: Any) -> Any:
        answer = self.ask("jump", to=to, phones=[PHONE], **more)
        assert answer.status_code == 200, answer.text
        self.worker.run_due()
        return answer.get_json()

    def call(self, *typed: str, session: str = "s1") -> str:
        said = ""
        for n in range(len(typed)):
            said = self.post(
                "/ussd/africastalking/demo",
                sessionId=session, phoneNumber=PHONE, networkCode="99999", serviceCode="*123*456#",
                text="*".join(typed[1 : n + 1]),
            ).text  # fmt: skip
        return said

    def drop(self, session: str = "s1") -> None:
        self.post("/ussd/africastalking/demo/events", sessionId=session, phoneNumber=PHONE, networkCode="99999",
                  serviceCode="*123*456#", status="Incomplete", input="", date="2026-11-20 05:00:00", cost="0",
                  durationInMillis="1", hopsCount="1", lastAppResponse="")  # fmt: skip

    def sms(self, text: str, id: str = "m1") -> None:
        at = self.stage.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        sent = self.post("/sms/africastalking/demo", date=at, id=id, text=text, to="99123", **{"from": PHONE})
        assert sent.status_code == 200
        self.worker.run_due()

    def chat(self, **done: str) -> TestResponse:
        signed = self.ask("whatsapp", **done).get_json()
        headers = {"X-Hub-Signature-256": signed["signature"]}
        sent = self.http.post(signed["path"], data=signed["body"], content_type="application/json", headers=headers)
        self.worker.run_due()
        return sent

    def got(self, query: str = "phone=%2B6281234567890") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(f"/simulator/messages?{query}").get_json()
        return found

    def post(self, path: str, **form: str) -> TestResponse:
        return self.http.post(path, data=form)


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Theatre]:
    config = tmp_path / "config.yml"
    demo.write_config(config)
    generate_keys(tmp_path / "keys.json")
    values = {f"LOKET_{name}": value for name, value in demo.variables(tmp_path).items()}
    environment = replace(read_environment(values), embedded=False, cloudapi_app_secrets=("word-of-meta",))
    stage = assemble(read_config(config), environment)
    migrate(stage.service.database)
    app = Gateways(stage.service, create_pages(stage.service, stage))
    yield Theatre(stage, Client(app), worker_of(stage.service, stage.lines))
    stage.service.database.close()


def test_the_clock_goes_forward_only_and_a_restart_goes_on_from_there(tmp_path: Path) -> None:
    real = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
    clock = DemoClock(tmp_path / "clock", lambda: real)
    clock.jump(real + timedelta(hours=5))
    assert clock() == real + timedelta(hours=5)
    for wrong in (real, clock(), clock() + timedelta(days=367)):
        with pytest.raises(CannotJump):
            clock.jump(wrong)
    assert DemoClock(tmp_path / "clock", lambda: real)() == clock()
    (tmp_path / "clock").write_text("yesterday")
    assert DemoClock(tmp_path / "clock", lambda: real)() == real


def test_a_fresh_demo_forgets_the_time() -> None:
    assert "clock" in demo.OWN_FILES


@pytest.mark.parametrize(("to", "hour"), [("night", 21), ("morning", 8), ("window_over", 9)])
def test_a_jump_goes_to_that_hour_of_the_regency(theatre: Theatre, to: str, hour: int) -> None:
    before = theatre.stage.clock()
    shown = theatre.jump(to)
    there = datetime.fromisoformat(shown["now"]).astimezone(WIB)
    assert (there.hour, there.minute) == (hour, 0)
    assert there > before
    if to == "window_over":
        assert there.date() == theatre.stage.service.config.windows["3510"].closes + timedelta(days=1)
        assert "ditutup" in theatre.call(*CALL, "SITI", "KEMIREN", "1")  # Nobody can register any more.


def test_what_is_no_jump_is_refused_with_a_reason(theatre: Theatre) -> None:
    for to in ("day_before_visit", "objection_over"):
        answer = theatre.ask("jump", to=to, phones=[PHONE])
        assert (answer.status_code, set(answer.get_json())) == (409, {"word"})
    assert theatre.ask("jump", to="hours", hours=0).get_json() == {"word": "jump_hours"}
    assert theatre.ask("jump", to="hours", hours=True).get_json() == {"word": "jump_hours"}
    assert theatre.ask("jump", to="yesterday").status_code == 400
    assert theatre.ask("jump", to=["night"]).status_code == 400
    assert theatre.ask("jump", to="night", phones=["0812"]).status_code == 400
    assert theatre.ask("trouble", name="rain", on=True).status_code == 400
    assert theatre.ask("whatsapp", kind="text", text="halo").status_code == 400
    assert theatre.http.post("/simulator/jump", data={"to": "night"}).status_code == 415
    assert theatre.http.post("/simulator/jump", data="[]", content_type="application/json").status_code == 400
    assert theatre.stage.clock.ahead == timedelta()


def test_tomorrow_brings_the_reminder_of_a_draft_once(theatre: Theatre) -> None:
    theatre.call(*CALL)
    theatre.drop()
    theatre.jump("hours", hours=1)
    (dropped,) = theatre.got()
    assert "1" in dropped["body"]
    theatre.jump("tomorrow")
    bodies = [message["body"] for message in theatre.got()]
    assert len(bodies) == 2
    assert bodies[0] != bodies[1]
    theatre.jump("tomorrow")
    assert [message["body"] for message in theatre.got()] == bodies


def test_in_the_quiet_hours_nobody_is_disturbed(theatre: Theatre) -> None:
    theatre.call(*CALL)
    theatre.drop()
    theatre.jump("night")
    theatre.jump("hours", hours=24)  # The reminder is due, at nine in the evening.
    known = len(theatre.got())
    state = theatre.http.get("/simulator/stage.json").get_json()
    assert state["waiting"] == 1
    assert state["next"].endswith("08:00+07:00")
    theatre.jump("morning")
    assert len(theatre.got()) == known + 1


def test_without_credit_an_answer_waits_and_comes_once(theatre: Theatre) -> None:
    assert theatre.ask("trouble", name="no_credit", on=True).get_json()["no_credit"] is True
    theatre.sms("status")
    assert theatre.got() == []
    assert theatre.http.get("/simulator/stage.json").get_json()["waiting"] == 1
    theatre.jump("hours", hours=1)
    assert theatre.got() == []
    theatre.ask("trouble", name="no_credit", on=False)
    theatre.jump("hours", hours=1)
    theatre.jump("hours", hours=1)
    assert len(theatre.got()) == 1


def test_the_portal_goes_away_and_comes_back(theatre: Theatre) -> None:
    portal = theatre.stage.service.portal()
    theatre.ask("trouble", name="portal_away", on=True)
    with pytest.raises(Unavailable):
        portal.find(NIK, "1")
    said = theatre.call(*CALL, "SITI", "KEMIREN", "1", "1", "2")
    assert re.search(r"\d{4}-\d{4}-\d{4}", said)
    assert theatre.ask("trouble", name="portal_away", on=False).get_json()["portal_away"] is False


def test_whatsapp_is_answered_with_what_can_be_pressed(theatre: Theatre) -> None:
    person = {"from": PHONE, "user": USER}
    assert theatre.chat(**person, kind="text", text="halo").status_code == 200
    (menu,) = theatre.got()
    assert menu["channel"] == "whatsapp"
    assert menu["shown"]["kind"] in ("list", "buttons")
    first = menu["shown"]["choices"][0]
    assert first["title"] not in menu["shown"]["body"]
    theatre.chat(**person, kind=f"{menu['shown']['kind'].removesuffix('s')}_reply", id=first["id"], text=first["title"])
    assert len(theatre.got()) == 2


def test_somebody_without_a_number_is_answered_by_name(theatre: Theatre) -> None:
    theatre.chat(user=USER, kind="text", text="halo")
    assert theatre.got() == []
    assert len(theatre.got(f"user={USER}")) == 1
    assert theatre.http.get("/simulator/messages?user=siti").status_code == 400


def test_a_photo_is_refused_and_a_voice_note_and_a_place_are_answered(theatre: Theatre) -> None:
    for n, kind in enumerate(("image", "audio", "location"), 1):
        assert theatre.chat(**{"from": PHONE}, kind=kind).status_code == 200
        assert len(theatre.got()) == n
    assert "hapus" in theatre.got()[0]["body"]


def test_what_the_page_did_not_sign_is_not_metas(theatre: Theatre) -> None:
    signed = theatre.ask("whatsapp", **{"from": PHONE, "kind": "text", "text": "halo"}).get_json()
    body = signed["body"].replace("halo", "hola")
    headers = {"X-Hub-Signature-256": signed["signature"]}
    answer = theatre.http.post(signed["path"], data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 403
    assert "word-of-meta" not in theatre.http.get("/simulator").text + theatre.http.get("/simulator/setup.json").text


def test_the_terminal_writes_and_moves_the_clock(theatre: Theatre) -> None:
    def fetch(method: str, path: str, body: str) -> tuple[int, str]:
        kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
        answer = theatre.http.open(path, method=method, data=body, content_type=kind)
        theatre.worker.run_due()
        return answer.status_code, answer.text

    shown: list[str] = []
    typed = (":sms STATUS", ":sms", ":jump 30", ":jump yesterday", ":jump day_before_visit", ":jump tomorrow")
    sim.run(fetch, "/ussd/africastalking/demo", PHONE, sim.CODE, typed, shown.append)
    assert shown[2] == "Sent. :sms shows what comes back."
    assert "sms  Loket:" in shown[3]
    assert shown[4].startswith("It is ")
    assert shown[5].startswith("! to: hours or night")
    assert shown[6] == "! No later visit is planned for these phones. Plan one at the desk."
    assert theatre.stage.clock.ahead > timedelta(hours=47)


def test_what_happened_becomes_a_scenario(theatre: Theatre, tmp_path: Path) -> None:
    def turn(on: str, text: str, answer: str, session: str = "s1") -> dict[str, str]:
        body = f"sessionId={session}&phoneNumber=%2B62812&networkCode=99999&serviceCode=x&text={text}"
        return {"on": on, "path": "/ussd/africastalking/demo", "body": body, "answer": answer}

    happened = [
        turn("me", "", "CON Pilih bahasa"),
        turn("neighbour", "", "CON Halo", "s2"),
        turn("me", NIK, f"CON NIK ..{NIK[-4:]}"),
        {"on": "me", "path": "/sms/africastalking/demo", "body": f"text=DAFTAR%23{NIK}%23SITI", "answer": ""},
        {"on": "me", "message": "Loket: SITI terdaftar."},
    ]
    answer = theatre.http.post("/simulator/scenario", json=happened)
    assert answer.status_code == 200
    assert NIK not in answer.text
    (tmp_path / "scenario.yml").write_text(answer.text)
    steps = read(tmp_path / "scenario.yml").steps
    assert [step.on for step in steps] == ["me", "neighbour", "me", "me", "me"]
    assert (steps[0].dial, steps[1].dial, steps[2].type) == ("", "", "${nik}")
    assert steps[2].expect is not None
    assert steps[2].expect.contains == ["NIK ..${nik4}"]
    assert steps[3].write == "DAFTAR#${nik}#SITI"
    assert steps[4].wait is not None
    assert steps[4].wait.contains == ["Loket: SITI terdaftar."]
    no_event = {"on": "me", "path": "/whatsapp/cloudapi", "body": "{}", "answer": ""}
    for wrong in (
        [],
        [{"on": "somebody", "message": "x"}],
        [{"on": "me"}],
        {"on": "me"},
        [{"on": "me", "message": 1}],
        [no_event],
    ):
        assert theatre.http.post("/simulator/scenario", json=wrong).status_code == 400


def test_what_is_done_on_whatsapp_becomes_steps(theatre: Theatre, tmp_path: Path) -> None:
    def done(**event: str) -> dict[str, str]:
        body = theatre.ask("whatsapp", **event).get_json()["body"]
        return {"on": "me", "path": "/whatsapp/cloudapi", "body": body, "answer": ""}

    person = {"user": "ID.4566000000000001"}
    happened = [
        done(kind="text", text=f"DAFTAR#{NIK}#SITI", **person),
        {"on": "me", "message": "Sebelum mulai"},
        done(kind="list_reply", id="1", text="Setuju", **person),
        done(kind="image", **person),
    ]
    happened.append(happened[-1])
    answer = theatre.http.post("/simulator/scenario", json=happened)
    assert NIK not in answer.text
    (tmp_path / "scenario.yml").write_text(answer.text)
    scenario = read(tmp_path / "scenario.yml")
    assert scenario.phones == {"me": "none"}
    written, came, pressed, photo, again = scenario.steps
    assert (written.write, written.by) == ("DAFTAR#${nik}#SITI", "whatsapp/cloudapi")
    assert came.wait is not None
    assert (pressed.press, photo.attach, again.repeat) == ("1", "image", 1)


def test_the_end_of_objections_is_the_day_after_the_last_one(theatre: Theatre) -> None:
    theatre.call(*CALL, "SITI", "KEMIREN", "1", "1", "2")
    until = theatre.stage.clock().astimezone(WIB).date() + timedelta(days=10)
    with theatre.stage.service.database.write() as connection:
        connection.execute(update(registrations).values(object_until=until.isoformat()))
    there = datetime.fromisoformat(theatre.jump("objection_over")["now"]).astimezone(WIB)
    assert (there.date(), there.hour) == (until + timedelta(days=1), 9)
    assert theatre.ask("jump", to="objection_over", phones=[PHONE]).get_json() == {"word": "jump_no_refusal"}
