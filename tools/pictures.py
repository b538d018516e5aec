"""Makes the README's pictures from a demo of its own: a phone, the ticket at the desk, and the status afterwards."""

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which
from urllib.error import URLError
from urllib.request import urlopen

import click
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright

from loket.config import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
READY_SECONDS, SMS_SECONDS = 60, 30
NIK, NAME, VILLAGE = "3510994508670009", "SITI", "KEMIREN"
TO_CONFIRM = ("1", "1", "1", "1", NIK, NAME, VILLAGE, "1")  # Language, greeting, register, consent, and who it is.
SAVE, ENOUGH, STATUS = "1", "2", "2"


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "pictures", show_default=True)
@click.option("--url", help="A running demo that has never seen the first phone; without it one is started.")
def main(out: Path, url: str | None) -> None:
    """Make the pictures anew."""
    path = next((found for name in BROWSERS if (found := which(name))), None)
    if path is None:
        raise click.ClickException(f"Pictures need one of {', '.join(BROWSERS)}.")
    out.mkdir(parents=True, exist_ok=True)
    with _demo(url) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            for name in _pictures(browser, address, out):
                click.echo(f"{out / name} {(out / name).stat().st_size // 1024} KB")
        finally:
            browser.close()


def _pictures(browser: Browser, url: str, out: Path) -> Iterator[str]:
    """One registration from the first call to the decision, looked at on the way."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="Asia/Jakarta")
    page = context.new_page()
    page.goto(f"{url}/simulator")
    page.wait_for_selector("html[data-ready]")
    phone, desk = page.locator("#phone-1"), page.frame_locator("#desk iframe")
    _call(phone, *TO_CONFIRM)
    yield _phone(page, phone, out / "phone.png")
    _answer(phone, SAVE)
    _answer(phone, ENOUGH, over=True)
    _sms(phone, "Agen datang")

    ticket = _plan_the_visit(desk)
    number = re.search(r"nomor kunjungan (\d+)", _sms(phone, "nomor kunjungan"))
    page.evaluate("document.querySelector('#phone-1').scrollIntoView({behavior: 'instant'})")
    page.screenshot(path=out / "simulator.png")
    yield "simulator.png"
    small = context.new_page()
    small.set_viewport_size({"width": 390, "height": 760})
    small.goto(f"{url}{ticket}")
    small.screenshot(path=out / "ticket.png")
    yield "ticket.png"
    small.close()

    desk.get_by_role("link", name="Selesai").click()
    desk.get_by_text("Terverifikasi wajah").click()
    desk.get_by_label("Nomor kunjungan").fill(number[1] if number else "")
    desk.get_by_role("button", name="Simpan hasil").click()
    _sms(phone, "hasil penilaian")
    _call(phone, STATUS, NIK[-4:])
    yield _phone(page, phone, out / "status.png")


def _plan_the_visit(desk: FrameLocator) -> str:
    """Sign in as the village's agent, take what the phone has asked for, and say when. The address of the ticket."""
    desk.get_by_label("Nama masuk").fill("agen")
    desk.get_by_label("Kata sandi").fill("demo")
    desk.get_by_role("button", name="Masuk").click()
    desk.get_by_role("link", name="Saya").wait_for()
    card = desk.locator(".card", has_text=f"…{NIK[-4:]}").filter(has_text=NAME.title())
    if card.count() == 0:
        desk.get_by_role("link", name="Ambil").click()
    address = card.get_by_role("link").first.get_attribute("href") or ""
    card.get_by_role("link").first.click()
    desk.get_by_text("Nomor tiket").wait_for()
    take = desk.get_by_role("button", name="Ambil tugas ini")
    if take.count():
        take.click()
    desk.get_by_role("link", name="Jadwalkan").click()
    for group in ("Hari", "Waktu", "Tempat"):
        desk.get_by_role("group", name=group).locator("label").nth(1).click()
    desk.get_by_role("button", name="Simpan jadwal").click()
    expect(desk.locator(".badge")).to_be_visible()
    return address


def _sms(phone: Locator, holds: str) -> str:
    """Wait until a message with these words has come; its text."""
    message = phone.locator("[data-messages] li", has_text=holds).first
    expect(message).to_be_visible(timeout=SMS_SECONDS * 1000)
    return message.text_content() or ""


def _call(phone: Locator, *answers: str) -> None:
    if phone.get_attribute("data-state") == "over":
        phone.get_by_role("button", name="Right soft key").click()
    phone.get_by_role("button", name="Call", exact=True).click()
    _answer(phone, *answers)


def _answer(phone: Locator, *answers: str, over: bool = False) -> None:
    for answer in answers:
        expect(phone).to_have_attribute("data-state", "talk")
        before = phone.locator("[data-text]").text_content() or ""
        phone.locator("[data-input]").fill(answer)
        phone.get_by_role("button", name="Call", exact=True).click()
        expect(phone.locator("[data-text]")).not_to_have_text(before)
        expect(phone).to_have_attribute("data-state", "over" if over else "talk")


def _phone(page: Page, phone: Locator, path: Path) -> str:
    """The handset alone, with the shadow it throws."""
    handset = phone.locator(".handset")
    handset.scroll_into_view_if_needed()
    box = handset.bounding_box()
    if box is None:
        raise click.ClickException("The page shows no phone.")
    page.mouse.move(0, 0)
    page.screenshot(
        path=path,
        caret="hide",
        clip={"x": box["x"] - 16, "y": box["y"] - 8, "width": box["width"] + 32, "height": box["height"] + 20},
    )
    return path.name


@contextmanager
def _demo(url: str | None) -> Iterator[str]:
    """The demo to look at: a running one, or one of our own in a folder that goes away with it."""
    if url:
        yield url.rstrip("/")
        return
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "loket", "demo", "--port", str(port), "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  Our own command.
        try:
            _wait(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(f"{url}/healthz"):  # noqa: S310  Our own address.
                return
        except URLError:
            time.sleep(0.1)
    raise click.ClickException("The demo does not start. Try: make run")


if __name__ == "__main__":
    main()
