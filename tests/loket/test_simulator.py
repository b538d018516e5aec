"""The simulator's routes through Flask, and the terminal's phone against the same line."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click import ClickException, command
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from support.browser import served
from support.line import Line

import loket.simulator
from bot import gsm7
from loket import sim
from loket.simulator import PERSONAS
from loket.simulator.words import LANGUAGES, WORDS

PHONE = "+6281234567890"
PATH = "/ussd/africastalking/demo"
STATIC = Path(loket.simulator.__file__).parent / "static"


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def app(line: Line) -> Flask:
    return line.app()


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def _page(client: FlaskClient, language: str = "en") -> str:
    return client.get("/simulator", headers={"Accept-Language": language}).get_data(as_text=True)


def test_the_page_allows_nothing_from_elsewhere_and_nothing_written_into_it(client: FlaskClient) -> None:
    answer = client.get("/simulator")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-src 'none'" in policy
    assert not re.search("unsafe|http|data:|[*]", policy)
    for tag, attributes in Elements(answer.get_data(as_text=True)).found:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#"))


@pytest.mark.parametrize("name", ["page.css", "handset.css", "icon.svg", "simulator.js", "line.js"])
def test_its_files_stand_beside_it_and_fetch_nothing_from_elsewhere(client: FlaskClient, name: str) -> None:
    with client.get(f"/simulator/static/{name}") as answer:
        assert answer.status_code == 200
        assert not re.search(rb"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", answer.data)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_everything_that_can_be_used_has_a_name(client: FlaskClient) -> None:
    html = _page(client)
    assert html.count('class="phone ') == 2
    for tag, attributes in Elements(html).found:
        if tag in ("input", "iframe") and attributes.get("type") not in ("checkbox", "tel"):
            assert attributes.get("aria-label") or attributes.get("title")
        if tag == "button":
            assert {"aria-label", "data-word", "data-key"} & attributes.keys()


def test_it_speaks_the_visitors_language(client: FlaskClient) -> None:
    assert "Coba dalam dua menit" in _page(client, "id-ID,id;q=0.9")
    assert "Try it in two minutes" in _page(client, "en-GB")
    assert "Try it in two minutes" in _page(client, "fr")


def test_every_word_on_the_page_and_in_its_scripts_can_be_said(line: Line) -> None:
    client = line.app(stage=object()).test_client()  # A page shows what a stage can do before it asks it for anything.
    setup = client.get("/simulator/setup.json").get_json()
    assert setup["words"].keys() == set(LANGUAGES)
    scripts = "".join(path.read_text() for path in STATIC.glob("*.js"))
    used = set(re.findall(r'data-(?:word|label)="(\w+)"', _page(client)))
    used |= set(re.findall(r'(?:word: |say\(|word = )"(\w+)"', scripts))
    used |= set(re.findall(r'"([a-z]+_[a-z_]+)"', scripts))  # Only words are written in this way there.
    used |= {f"sent_{kind}" for kind in ("image", "audio", "location")}
    used |= {f"{fault}_{state}" for fault in ("credit", "portal") for state in ("on", "off")}
    assert used <= WORDS.keys()
    assert {word for word in WORDS if word not in used and f'"{word}"' not in scripts} == {
        "no_script",
        "desk_window",
    }  # No phone without scripts, no window beside a frame.


def test_a_word_says_the_same_in_both_languages() -> None:
    for english, indonesian in WORDS.values():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", indonesian))


def test_the_browser_counts_by_the_servers_alphabet(client: FlaskClient) -> None:
    setup = client.get("/simulator/setup.json").get_json()
    assert (setup["basic"], setup["extension"]) == (gsm7.BASIC, gsm7.EXTENSION)
    assert (setup["ussdPath"], setup["code"], setup["limit"]) == (PATH, "*123*456#", 160)


def test_a_number_is_told_its_own_messages_with_their_time(client: FlaskClient, line: Line) -> None:
    line.post(PHONE, "Loket: SITI terdaftar.")
    answer = client.get("/simulator/messages", query_string={"phone": PHONE})
    assert answer.get_json() == [
        {"channel": "sms", "body": "Loket: SITI terdaftar.", "sent_at": "2026-11-20T05:00:00.000+00:00"}
    ]
    assert client.get("/simulator/messages", query_string={"phone": "+6281398765432"}).get_json() == []


@pytest.mark.parametrize("query", ["", "phone=", "phone=081234567890", "phone=+6281234567890", "phone=%2B62x"])
def test_a_bad_number_is_refused_with_a_reason(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/simulator/messages?{query}")
    assert answer.status_code == 400
    assert "the + written as %2B" in answer.get_data(as_text=True)
    assert "6281234567890" not in answer.get_data(as_text=True)


def test_nothing_is_changed_here(client: FlaskClient) -> None:
    for path in ("/simulator", "/simulator/messages", "/simulator/setup.json"):
        assert client.post(path).status_code == 405


def test_the_desk_stands_beside_the_phones_only_where_it_lets_itself_be_framed(line: Line) -> None:
    framed = line.app(desk_frame=True).test_client().get("/simulator")
    assert "frame-src 'self'" in framed.headers["Content-Security-Policy"]
    assert '<iframe src="/desk/"' in framed.get_data(as_text=True)
    assert "<iframe" not in line.app().test_client().get("/simulator").get_data(as_text=True)


def test_the_people_offered_are_made_up() -> None:
    assert {one.nik[:6] for one in PERSONAS} <= {"351099", "647199"}
    assert all(one.fate in WORDS for one in PERSONAS)


class Terminal:
    """A phone in the terminal, keyed from a list; what it shows, whole."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.time = 0.0

    def fetch(self, method: str, path: str, body: str) -> tuple[int, str]:
        form = "application/x-www-form-urlencoded" if body else None
        answer = self.client.open(path, method=method, data=body, content_type=form)
        return answer.status_code, answer.get_data(as_text=True)

    def key(self, *lines: str, path: str = PATH) -> str:
        shown: list[str] = []
        sim.run(self.fetch, path, PHONE, sim.CODE, self._typed(lines), shown.append, lambda: self.time)
        return "\n".join(shown)

    def _typed(self, lines: tuple[str, ...]) -> Iterator[str]:
        for text in lines:
            if text.startswith("wait "):
                self.time += float(text[5:])
            else:
                yield text


def test_the_terminal_shows_a_screen_and_what_it_takes(app: Flask) -> None:
    shown = Terminal(app).key()
    assert "┌──────────────────────────────────┐\n│ Pilih bahasa / pilih basa:       │\n" in shown
    assert "\n  86/160 · 0 s" in shown


def test_the_terminal_keeps_talking_until_it_quits(app: Flask, line: Line) -> None:
    shown = Terminal(app).key("1", "1", "", ":quit", "1")
    assert "Loket Perlinsos (gratis)" in shown
    assert [path for path, _ in line.requests] == [PATH] * 3 + [f"{PATH}/events"]
    assert line.requests[2][1].endswith("text=1*1")
    assert "status=Incomplete" in line.requests[-1][1]


def test_the_terminals_line_drops_and_redials(app: Flask, line: Line) -> None:
    shown = Terminal(app).key(":drop", "1", ":redial")
    assert "The line is gone." in shown
    assert "No call is open." in shown
    sessions = [re.findall("ATUid_[0-9a-f]{32}", body)[0] for _, body in line.requests]
    assert sessions[0] != sessions[1] == sessions[2]


def test_the_terminals_gateway_repeats(app: Flask, line: Line) -> None:
    assert "Sent again: the answer is the same." in Terminal(app).key("1", ":repeat", ":drop")
    assert line.requests[-1] == line.requests[-2]
    assert line.requests[-1][1].endswith("text=1")


def test_the_terminals_operator_closes_the_line(app: Flask) -> None:
    assert "The operator has closed the line after 180 s." in Terminal(app).key("wait 179", "1", "wait 1", "1")


def test_the_terminal_reads_its_sms(app: Flask, line: Line) -> None:
    assert "No messages yet." in Terminal(app).key(":sms")
    line.post(PHONE, "Loket: SITI terdaftar.")
    assert "sms  Loket: SITI terdaftar." in Terminal(app).key(":sms")


def test_the_terminal_dials_into_a_menu_and_knows_one_code(app: Flask, line: Line) -> None:
    shown = Terminal(app).key(":call *123*456*1*1#", ":call *100#", ":what", ":hang")
    assert line.requests[1][1].endswith("text=1*1")
    assert "! the operator knows only *123*456# here" in shown
    assert "No command :what." in shown
    assert shown.endswith("Call ended.")


def test_the_terminal_says_what_the_gateway_answered(app: Flask) -> None:
    assert "! the gateway answered 404" in Terminal(app).key(path="/ussd/africastalking/wrong")


def test_the_terminal_talks_to_a_running_server(app: Flask, line: Line) -> None:
    @command()
    def phone() -> None:
        sim.main(url)

    line.post(PHONE, "Loket: SITI terdaftar.")
    with served(app) as url:
        result = CliRunner().invoke(phone, input="1\n1\n:sms\n")
    assert result.exit_code == 0
    assert "> " not in result.output
    assert "Loket Perlinsos (gratis)" in result.output
    assert "sms  Loket: SITI terdaftar." in result.output


def test_without_a_server_the_terminal_says_how_to_start_one() -> None:
    with pytest.raises(ClickException, match="Start one with: make run"):
        sim.main("http://127.0.0.1:9")
