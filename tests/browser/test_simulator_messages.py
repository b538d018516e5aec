"""The whole demo in a real browser: SMS, WhatsApp, lost lines and a clock that can be moved, on a running server."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from support.browser import chromium
from support.callers import Wire
from support.server import until

from loket.bench.servers import free_port
from loket.config import ROOT
from loket.scenario.script import read

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("simulator-messages")]

NIK = "35109945086{:05}"  # A woman's, born on 5 August 1967 or so, and no area's.
TO_NAME = ("1", "1", "1", "1")  # Language, greeting, register, consent: the next page asks for the NIK.
SOON = 15_000  # Milliseconds until an answer has come by the outbox and the page has looked.


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """`loket demo`, as visitors start it."""
    port, folder = free_port(), tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "loket", "demo", "--port", str(port), "--dir", str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
        try:
            with Wire(port) as wire:
                until(lambda: _ready(wire), (folder / "log").read_text(), 60)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ready(wire: Wire) -> bool:
    try:
        return wire.send("GET", "/readyz")[0] == 200
    except OSError:
        return False


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{url}/simulator")
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()
    assert wrong == []


def test_a_registration_in_one_sms_is_agreed_to_by_another(page: Page) -> None:
    phone = _phone(page, "+6281255500001")
    _write(phone, f"DAFTAR#{NIK.format(10001)}#SITI#KEMIREN")
    expect(_received(phone)).to_contain_text("YA", timeout=SOON)
    expect(_received(phone)).not_to_contain_text(NIK.format(10001))
    _write(phone, "YA")
    expect(_received(phone)).to_contain_text(re.compile(r"\d{4}-\d{4}-\d{4}"), timeout=SOON)
    expect(phone.locator("[data-messages] li.mine")).to_have_count(2)


def test_what_was_begun_by_a_call_goes_on_by_sms_and_on_whatsapp(page: Page) -> None:
    phone = _phone(page, "+6281255500002")
    _call(phone, *TO_NAME, NIK.format(10002))
    _key(phone, "Hang up")
    expect(_received(phone)).to_contain_text("Balas 1 untuk lanjut", timeout=SOON)
    _write(phone, "1")
    expect(_received(phone)).to_contain_text("4 angka terakhir", timeout=SOON)  # The phone may be anybody's.
    _write(phone, NIK.format(10002)[-4:])
    expect(_received(phone)).to_contain_text(re.compile("nama", re.IGNORECASE), timeout=SOON)
    _chat(phone, "SITI")
    expect(_said(phone)).to_contain_text("desa", timeout=SOON)


def test_a_button_goes_as_its_id(page: Page) -> None:
    phone = _phone(page, "+6281255500003")
    _chat(phone, "halo")
    expect(_said(phone)).to_have_count(1, timeout=SOON)
    phone.locator(".rows summary").last.click()
    with page.expect_request("**/whatsapp/cloudapi") as sent:
        phone.locator(".rows .press").first.click()
    body = sent.value.post_data_json
    (message,) = body["entry"][0]["changes"][0]["value"]["messages"]
    assert message["interactive"]["list_reply"]["id"] == "1"
    expect(phone.locator("[data-bubbles] .mine")).to_have_count(2)
    expect(phone.locator("[data-bubbles] .theirs")).to_have_count(2, timeout=SOON)


def test_a_photo_is_refused(page: Page) -> None:
    phone = _phone(page, "+6281255500004")
    phone.get_by_role("tab", name="WhatsApp").click()
    _key(phone, "Photo")
    expect(_said(phone)).to_contain_text("hapus", timeout=SOON)


def test_somebody_with_a_user_name_only_is_answered(page: Page) -> None:
    phone = _phone(page, "+6281255500005")
    phone.get_by_role("tab", name="WhatsApp").click()
    phone.get_by_label("no phone number").check()
    with page.expect_request("**/whatsapp/cloudapi") as sent:
        _chat(phone, "halo")
    (message,) = sent.value.post_data_json["entry"][0]["changes"][0]["value"]["messages"]
    assert "from" not in message
    expect(_said(phone)).to_have_count(1, timeout=SOON)


def test_a_repeated_message_counts_once(page: Page) -> None:
    phone = _phone(page, "+6281255500006")
    _write(phone, "INFO")
    expect(_received(phone)).to_have_count(1, timeout=SOON)
    _key(phone, "Gateway repeats")
    expect(phone.locator("[data-note]")).to_contain_text("counts once")
    _write(phone, "STATUS")
    expect(phone.locator("[data-messages] li:not(.mine)")).to_have_count(2, timeout=SOON)


def test_late_and_swapped_callbacks_change_nothing(page: Page) -> None:
    phone = _phone(page, "+6281255500007")
    _call(phone, *TO_NAME, NIK.format(10007))
    shown = phone.locator("[data-text]").text_content() or ""
    _key(phone, "Late callback")
    expect(phone.locator("[data-note]")).to_contain_text("it got its answer of then")
    expect(phone.locator("[data-text]")).to_have_text(shown)
    _key(phone, "Wrong order")
    expect(phone.locator("[data-note]")).to_contain_text("only then the report")
    _type(phone, NIK.format(10007)[-4:])
    expect(phone.locator("[data-text]")).to_have_text(shown)


def test_everything_by_keyboard(page: Page) -> None:
    phone = _phone(page, "+6281255500008")
    phone.get_by_role("tab", name="SMS").focus()
    page.keyboard.press("ArrowRight")
    expect(phone.get_by_role("tab", name="WhatsApp")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(phone.get_by_label("WhatsApp message")).to_be_focused()
    page.keyboard.type("halo")
    page.keyboard.press("Enter")
    expect(_said(phone)).to_have_count(1, timeout=SOON)


def test_no_credit_makes_an_answer_wait(page: Page) -> None:
    phone = _phone(page, "+6281255500009")
    _key(page.locator("[data-stage]"), "SMS credit")
    expect(page.locator("[data-stage-note]")).to_contain_text("No credit")
    _write(phone, "INFO")
    expect(page.locator("[data-waiting]")).to_contain_text("wait until", timeout=SOON)
    expect(_received(phone)).to_have_count(0)
    _key(page.locator("[data-stage]"), "SMS credit")
    expect(_received(phone)).to_have_count(1, timeout=40_000)


def test_after_a_lost_line_an_sms_comes_and_tomorrow_a_reminder_and_1_goes_on(page: Page) -> None:
    phone, clock = _phone(page, "+6281255500010"), page.locator("[data-stage]")
    _call(phone, *TO_NAME, NIK.format(10010))
    phone.get_by_label("gateway reports the end").check()
    _key(phone, "Line drops")
    expect(phone.locator("[data-note]")).to_contain_text("reported the end")
    expect(_received(phone)).to_contain_text("Balas 1 untuk lanjut", timeout=SOON)
    clock.get_by_label("hours ahead").fill("1")
    _key(clock, "Jump")
    _key(clock, "tomorrow")
    expect(page.locator("[data-stage-note]")).to_contain_text("WIB now")
    expect(phone.locator("[data-messages] li")).to_have_count(2, timeout=SOON)  # The lost line, and the reminder.
    _write(phone, "1")
    expect(_received(phone)).to_contain_text("4 angka terakhir", timeout=SOON)
    _write(phone, NIK.format(10010)[-4:])
    expect(_received(phone)).to_contain_text("nama", timeout=SOON)


def test_what_happened_is_saved_as_a_scenario(page: Page) -> None:
    stage = page.locator("[data-stage]")
    _key(stage, "Save as a scenario")
    expect(page.locator("[data-stage-note]")).to_contain_text("Nothing has happened")
    phone = _phone(page, "+6281255500011")
    _call(phone, "1", "1")
    _write(phone, "INFO")
    expect(_received(phone)).to_have_count(1, timeout=SOON)
    with page.expect_download() as saved:
        _key(stage, "Save as a scenario")
    scenario = read(saved.value.path())
    assert [step.dial is not None for step in scenario.steps[:3]] == [True, False, False]
    assert "INFO" in [step.write for step in scenario.steps]
    assert any(step.wait for step in scenario.steps)


def test_the_page_fits_a_phone(browser: Browser, url: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="id-ID")
    page = context.new_page()
    page.goto(f"{url}/simulator")
    page.wait_for_selector("html[data-ready]")
    for tab in page.get_by_role("tab", name="WhatsApp").all():
        tab.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for key in page.locator("button:visible").all():
        box = key.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 360
    context.close()


def _phone(page: Page, number: str) -> Locator:
    phone = page.locator("#phone-1")
    phone.locator("[data-number]").fill(number)
    expect(phone.locator("[data-messages] li")).to_have_count(0)
    return phone


def _key(root: Locator, name: str) -> None:
    root.get_by_role("button", name=name, exact=True).click()


def _call(phone: Locator, *answers: str) -> None:
    _key(phone, "Call")
    expect(phone).to_have_attribute("data-state", "talk")
    for answer in answers:
        _type(phone, answer)


def _type(phone: Locator, answer: str) -> None:
    before = phone.locator("[data-text]").text_content() or ""
    phone.locator("[data-input]").fill(answer)
    phone.locator("[data-input]").press("Enter")
    expect(phone.locator("[data-text]")).not_to_have_text(before)
    expect(phone).to_have_attribute("data-state", "talk")


def _write(phone: Locator, text: str) -> None:
    phone.get_by_role("tab", name="SMS").click()
    field = phone.get_by_label("SMS to 99123")
    field.fill(text)
    field.press("Enter")
    expect(field).to_have_value("")


def _chat(phone: Locator, text: str) -> None:
    phone.get_by_role("tab", name="WhatsApp").click()
    field = phone.get_by_label("WhatsApp message")
    field.fill(text)
    field.press("Enter")
    expect(field).to_have_value("")


def _received(phone: Locator) -> Locator:
    """The newest SMS that came."""
    return phone.locator("[data-messages] li:not(.mine)").first


def _said(phone: Locator) -> Locator:
    """What Loket said last on WhatsApp."""
    return phone.locator("[data-bubbles] .theirs").last
