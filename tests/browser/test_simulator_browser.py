"""The simulator in a real browser, calling the real gateway: keys, screen, clock, troubles, inbox, small screens."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from support.browser import chromium, served
from support.line import Line

pytestmark = pytest.mark.ring

PATH = "/ussd/africastalking/demo"
NIK = "3510994508670009"
TO_NAME = ("1", "1", "1", "1", NIK)  # Language, greeting, register, consent, NIK: the next page asks for the name.


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def url(line: Line) -> Iterator[str]:
    with served(line.app()) as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    yield from _opened(browser, url, width=1280)


@pytest.fixture
def small(browser: Browser, url: str) -> Iterator[Page]:
    yield from _opened(browser, url, width=360)


def _opened(browser: Browser, url: str, width: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.clock.install()
    page.goto(f"{url}/simulator")
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()
    assert wrong == []


def test_a_dial_shows_the_first_page_as_the_gateway_gave_it(page: Page, line: Line) -> None:
    phone = _phone(page)
    _key(phone, "Call")
    _expect_page(phone, "Pilih bahasa / pilih basa:\n1 Bahasa Indonesia\n2 Basa Jawa\n3 Bhasa Madura\n4 English")
    path, body = line.requests[-1]
    form = {name: value for name, (value,) in parse_qs(body, keep_blank_values=True).items()}
    assert re.fullmatch(r"ATUid_[0-9a-f]{32}", form.pop("sessionId"))
    assert path == PATH
    assert form == {"phoneNumber": "+6281234567890", "networkCode": "99999", "serviceCode": "*123*456#", "text": ""}


def test_answers_travel_as_one_growing_text(page: Page, line: Line) -> None:
    _answer(_dialled(page), "1", "1")
    assert [parse_qs(body).get("text") for _, body in line.requests] == [None, ["1"], ["1*1"]]


def test_a_name_is_keyed_in_letter_by_letter(page: Page, line: Line) -> None:
    phone = _dialled(page)
    _answer(phone, *TO_NAME)
    _press(phone, "#", *"7777", *"444", *"8", *"444")
    expect(phone.locator("[data-input]")).to_have_value("SITI")
    _key(phone, "Call")
    expect(phone.locator("[data-text]")).to_contain_text("nama desa")
    assert line.requests[-1][1].endswith("*SITI")


def test_the_same_key_after_a_pause_begins_a_new_letter(page: Page) -> None:
    phone = _dialled(page)
    _press(phone, "#", "2")
    expect(phone.locator("[data-taps] b")).to_have_text("A")
    page.clock.run_for(1100)
    expect(phone.locator("[data-taps]")).to_be_hidden()
    _press(phone, "2", "2")
    expect(phone.locator("[data-input]")).to_have_value("AB")


def test_a_long_press_writes_the_digit(page: Page) -> None:
    phone = _dialled(page)
    _press(phone, "#", "2")
    phone.locator('[data-key="7"]').hover()
    page.mouse.down()
    page.clock.run_for(700)
    page.mouse.up()
    expect(phone.locator("[data-input]")).to_have_value("A7")


def test_the_counter_counts_what_the_operator_counts(page: Page) -> None:
    phone = _dialled(page)
    _answer(phone, "1", "1")
    said = phone.locator("[data-text]").text_content() or ""
    expect(phone.locator("[data-septets]")).to_have_text(f"{len('CON ' + said)}/160 septets")


def test_everything_goes_by_keyboard(page: Page) -> None:
    phone = _phone(page)
    phone.locator("[data-input]").focus()
    page.keyboard.press("Enter")
    expect(phone).to_have_attribute("data-state", "talk")
    expect(phone.locator("[data-input]")).to_be_editable()
    phone.locator("[data-input]").focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(phone.locator("[data-text]")).to_contain_text("1 Lanjut")
    phone.locator("[data-input]").focus()
    page.keyboard.press("Escape")
    expect(phone.locator("[data-text]")).to_have_text("Call ended.")
    page.keyboard.press("Enter")
    expect(phone).to_have_attribute("data-state", "idle")
    expect(phone.locator("[data-input]")).to_be_focused()


def test_a_lost_line_is_told_to_nobody_and_redial_finds_the_answers(page: Page, line: Line) -> None:
    phone = _dialled(page)
    _answer(phone, *TO_NAME)
    calls = len(line.requests)
    _key(phone, "Line drops")
    expect(phone.locator("[data-text]")).to_have_text("No signal. The call is lost.")
    assert len(line.requests) == calls
    _key(phone, "Redial")
    expect(phone.locator("[data-text]")).to_contain_text("belum selesai")
    _answer(phone, NIK[-4:])
    sessions = {parse_qs(body)["sessionId"][0] for _, body in line.requests}
    assert len(sessions) == 2


def test_a_gateway_that_notices_reports_the_end(page: Page, line: Line) -> None:
    phone = _dialled(page)
    phone.get_by_label("gateway reports the end").check()
    with page.expect_response(f"**{PATH}/events") as told:
        _key(phone, "Line drops")
    assert told.value.status == 200
    form = parse_qs(line.requests[-1][1])
    assert form["status"] == ["Incomplete"]
    assert form["lastAppResponse"][0].startswith("CON Pilih bahasa")


def test_a_repeat_is_sent_byte_for_byte_and_answered_alike(page: Page, line: Line) -> None:
    phone = _dialled(page)
    _answer(phone, "1", "1")
    shown = phone.locator("[data-text]").text_content()
    _key(phone, "Gateway repeats")
    expect(phone.locator("[data-note]")).to_have_text("Sent again byte for byte; the answer is the same.")
    assert line.requests[-1] == line.requests[-2]
    expect(phone.locator("[data-text]")).to_have_text(str(shown))


def test_a_repeat_that_is_answered_otherwise_is_shown(page: Page, line: Line) -> None:
    phone = _dialled(page)
    _answer(phone, *TO_NAME)
    line.sessions.clear()  # A line that forgot the talk asks for consent again.
    _key(phone, "Gateway repeats")
    expect(phone.locator("[data-note]")).to_have_text("Sent again byte for byte, but the ANSWER DIFFERS.")


def test_the_operator_warns_and_closes_the_line(page: Page, line: Line) -> None:
    phone = _dialled(page)
    page.clock.run_for(151_000)
    expect(phone.locator("[data-warning]")).to_have_text("The line closes in 30 s.")
    with page.expect_response(f"**{PATH}/events"):
        page.clock.run_for(30_000)
    expect(phone.locator("[data-text]")).to_have_text("The operator has closed the line after 180 seconds.")
    assert parse_qs(line.requests[-1][1])["status"] == ["Incomplete"]


def test_an_sms_arrives_while_one_looks(page: Page, line: Line) -> None:
    phone = _phone(page)
    expect(phone.locator("[data-empty]")).to_have_text("No messages yet.")
    line.post("+6281234567890", "Loket: SITI terdaftar.")
    page.clock.run_for(2100)
    expect(phone.locator("[data-messages] li.new .said")).to_have_text("Loket: SITI terdaftar.")
    expect(phone.locator("[data-sms-idle]")).to_have_text("1 new SMS")
    expect(phone.locator("[data-sms]")).to_be_visible()
    _key(phone, "Right soft key")
    expect(phone.locator("[data-inbox]")).to_be_focused()
    expect(phone.locator("[data-sms]")).to_be_hidden()
    expect(_phone(page, 2).locator("[data-messages] li")).to_have_count(0)


def test_a_wrong_number_is_said_and_not_called(page: Page, line: Line) -> None:
    phone = _phone(page)
    phone.locator("[data-number]").fill("0812")
    _key(phone, "Call")
    expect(phone.locator("[data-note]")).to_have_text("A number has + and 10 to 15 digits.")
    assert line.requests == []


def test_a_code_of_others_is_refused_and_a_tail_goes_along(page: Page, line: Line) -> None:
    phone = _phone(page)
    phone.locator("[data-input]").fill("*100#")
    _key(phone, "Call")
    expect(phone.locator("[data-text]")).to_contain_text("The operator knows only *123*456#")
    _key(phone, "Right soft key")
    phone.locator("[data-input]").fill("*123*456*1*2#")
    _key(phone, "Call")
    expect(phone).to_have_attribute("data-state", "talk")
    assert parse_qs(line.requests[-1][1])["text"] == ["1*2"]


def test_a_made_up_person_is_typed_into_the_phone_used_last(page: Page) -> None:
    phone = _phone(page, 2)
    _key(phone, "Call")
    expect(phone).to_have_attribute("data-state", "talk")
    page.get_by_role("button", name="Type the NIK of SITI into the phone used last").click()
    expect(phone.locator("[data-input]")).to_have_value(NIK)


def test_a_server_that_is_away_looks_like_a_lost_network(browser: Browser, line: Line) -> None:
    with served(line.app(ussd_path="/nowhere")) as url:
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{url}/simulator")
        page.wait_for_selector("html[data-ready]")
        phone = _phone(page)
        _key(phone, "Call")
        expect(phone.locator("[data-text]")).to_have_text("Connection problem or invalid code.")
        expect(phone.locator("[data-note]")).to_contain_text("The gateway answered 404")
        context.close()


def test_what_went_over_the_wire_can_be_sent_by_hand(page: Page, line: Line) -> None:
    phone = _dialled(page)
    phone.locator("summary").click()
    sent = phone.locator("[data-exchanges] pre.sent")
    expect(sent).to_have_text(line.requests[-1][1])
    curl = phone.locator("[data-exchanges] button").get_attribute("data-copy") or ""
    assert curl.startswith(f"curl --data-raw '{line.requests[-1][1]}' 'http://127.0.0.1:")
    assert curl.endswith(f"{PATH}'")


def test_the_page_changes_its_language_and_not_the_talk(page: Page) -> None:
    phone = _dialled(page)
    before = phone.locator("[data-text]").text_content()
    page.get_by_role("button", name="Indonesia", exact=True).click()
    expect(phone.get_by_role("heading", name="HP 1")).to_be_visible()
    expect(phone.get_by_role("button", name="Sinyal putus")).to_be_visible()
    expect(phone.locator("[data-text]")).to_have_text(str(before))


def test_a_small_screen_scrolls_in_one_direction_only(small: Page) -> None:
    _answer(_dialled(small), "1")
    _phone(small).locator("summary").click()
    assert small.evaluate("document.documentElement.scrollWidth") == 360
    for key in small.locator(".phone button:visible").all():
        box = key.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_the_made_up_people_stay_in_reach(page: Page) -> None:
    page.evaluate("scrollTo({top: 9999, behavior: 'instant'})")
    expect(page.get_by_role("button", name="Copy the NIK of BUDI")).to_be_in_viewport()


def test_nothing_moves_for_those_who_asked_for_it(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('.bar')).transitionDuration") in ("0s", "1e-05s")


def _phone(page: Page, n: int = 1) -> Locator:
    return page.locator(f"#phone-{n}")


def _key(phone: Locator, name: str) -> None:
    phone.get_by_role("button", name=name, exact=True).click()


def _press(phone: Locator, *keys: str) -> None:
    for key in keys:
        phone.locator(f'[data-key="{key}"]').click()


def _dialled(page: Page) -> Locator:
    phone = _phone(page)
    _key(phone, "Call")
    expect(phone).to_have_attribute("data-state", "talk")
    return phone


def _answer(phone: Locator, *answers: str) -> None:
    """Type these one after the other, as a person with a keyboard does."""
    for answer in answers:
        before = phone.locator("[data-text]").text_content() or ""
        phone.locator("[data-input]").fill(answer)
        phone.locator("[data-input]").press("Enter")
        expect(phone.locator("[data-text]")).not_to_have_text(before)
        expect(phone).to_have_attribute("data-state", "talk")


def _expect_page(phone: Locator, text: str) -> None:
    expect(phone).to_have_attribute("data-state", "talk")
    assert phone.locator("[data-text]").text_content() == text
