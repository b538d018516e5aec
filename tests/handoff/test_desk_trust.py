"""What the desk refuses, and to whom: sign-in, sessions, forms from elsewhere, others' tickets, hostile words."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from desk_fake import NOON, TODAY, VISIT_NUMBER, WORD, Browser, House, Record, scheduled
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

import handoff.desk
from handoff.desk.passwords import hash_password, matches
from handoff.desk.web import ROUTES, blueprint
from handoff.tickets import Outcome, Status, Topic

DESK = Path(handoff.desk.__file__).parent
PLAN = {"day": TODAY.isoformat(), "slot": "midday", "place": "hall"}
DONE = {"outcome": "moved", "visit_number": VISIT_NUMBER, "note": "catatan"}
MOVES = {
    "take": {}, "schedule": PLAN, "outcome": DONE, "not-met": {}, "give-back": {}, "reassign": {"agent": "s-sari"},
}  # fmt: skip


@pytest.fixture
def house() -> House:
    return House()


# Sign-in and sessions.


def test_a_wrong_word_and_an_unknown_login_look_alike(house: House) -> None:
    browser = house.browser()
    token = browser.token()
    pages = [
        browser.post("/desk/sign-in", {"login": login, "password": "salah"}, token=token) for login in ("budi", "buda")
    ]
    assert {page.status_code for page in pages} == {401}
    first, second = (re.sub('(?<=name="csrf_token" type="hidden" value=")[^"]*', "", page.text) for page in pages)
    assert first.replace("budi", "buda") == second  # The token is of the second in which the page was made.


def test_guessing_is_stopped_for_known_and_unknown_logins(house: House) -> None:
    browser = house.browser()
    for login in ("budi", "nobody"):
        for _ in range(5):
            assert browser.sign_in(login, "salah").status_code == 401
        assert browser.sign_in(login).status_code == 429
    house.clock.forward(minutes=16)
    assert browser.sign_in("budi").status_code == 303


def test_a_login_is_read_without_capitals_and_spaces(house: House) -> None:
    assert house.browser().sign_in(" Budi ").status_code == 303


def test_a_dismissed_agent_cannot_enter_and_is_out_at_once(house: House) -> None:
    inside = house.browser("budi")
    house.staff.members["s-budi"] = replace(house.agent, active=False)
    assert inside.get("/desk/").status_code == 401
    assert house.browser().sign_in("budi").status_code == 401
    assert house.staff.sessions == {}


def test_a_new_epoch_ends_all_sessions(house: House) -> None:
    inside = house.browser("budi")
    house.staff.members["s-budi"] = replace(house.agent, session_epoch=1)
    assert inside.get("/desk/").status_code == 401


def test_fifteen_idle_minutes_end_a_session_and_work_prolongs_it(house: House) -> None:
    inside = house.browser("budi")
    for _ in range(3):
        house.clock.forward(minutes=14)
        assert inside.get("/desk/").status_code == 200
    house.clock.forward(minutes=15, seconds=1)
    page = inside.get("/desk/")
    assert page.status_code == 401
    assert "Sesi Anda sudah berakhir." in page.text


def test_eight_hours_end_a_session_however_busy(house: House) -> None:
    inside = house.browser("budi")
    for _ in range(48):
        house.clock.forward(minutes=10)
        assert inside.get("/desk/").status_code == 200
    house.clock.forward(minutes=1)
    assert inside.get("/desk/").status_code == 401


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("__Host-loket", domain="loket.test")
    assert found is not None
    return found.value


def test_signing_in_gives_a_new_id_and_signing_out_kills_it(house: House) -> None:
    browser = house.browser()
    browser.get("/desk/sign-in")
    before = cookie(browser)
    browser.sign_in("budi")
    stolen = cookie(browser)
    assert stolen != before
    out = browser.post("/desk/sign-out", {"version": "0"})
    assert out.headers["Clear-Site-Data"] == '"cache", "cookies"'
    assert house.staff.sessions == {}
    thief = house.browser()
    thief.client.set_cookie("__Host-loket", stolen, domain="loket.test", secure=True)
    assert thief.get("/desk/").status_code == 401


def test_signing_in_again_ends_the_earlier_session_of_that_browser(house: House) -> None:
    browser = house.browser("budi")
    assert browser.sign_in("sari").status_code == 303
    assert [kept.staff_id for kept in house.staff.sessions.values()] == ["s-sari"]


def test_what_is_kept_of_a_session_does_not_open_it(house: House) -> None:
    house.browser("budi")
    (digest,) = house.staff.sessions
    with house.app.test_client() as client:
        with client.session_transaction(base_url="https://loket.test") as forged:
            forged["_user_id"] = digest
        assert client.get("/desk/", base_url="https://loket.test").status_code == 401


def test_the_cookie_is_for_this_host_and_no_script(house: House) -> None:
    kept = house.browser("budi").client.get_cookie("__Host-loket", domain="loket.test")
    assert kept is not None
    assert (kept.secure, kept.http_only, kept.same_site, kept.path, kept.domain) == (
        True,
        True,
        "Lax",
        "/",
        "loket.test",
    )
    assert kept.origin_only
    assert kept.expires is None


def test_the_demo_on_loopback_does_without_https(house: House) -> None:
    app = Flask("demo")
    app.config.update(SECRET_KEY="only for tests")
    app.register_blueprint(blueprint(house.desk, house.staff, house.clock, secure=False, framed=True))
    page = app.test_client().get("/desk/sign-in")
    assert page.headers["Set-Cookie"].startswith("loket=")
    assert "Secure" not in page.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in page.headers
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


def test_passwords_are_kept_slow() -> None:
    kept = hash_password(WORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(kept, WORD)
    assert not matches(kept, WORD + " ")
    assert not matches(None, "nobody has this password, but it takes as long to find out")
    assert not matches("not a hash", WORD)


# Forms from elsewhere.


def paths(rule: str) -> str:
    return "/desk" + rule.replace("<ticket_id>", "t1")


POSTS = [paths(rule) for rule, _, _, methods in ROUTES if "POST" in methods]
EVERYTHING = {**PLAN, **DONE, "version": "1", "agent": "s-sari", "login": "budi", "password": WORD}


def test_every_route_of_the_desk_is_in_the_table(house: House) -> None:
    kept = {rule.rule for rule in house.app.url_map.iter_rules() if rule.rule.startswith("/desk")}
    assert kept == {"/desk" + rule for rule, _, _, _ in ROUTES} | {"/desk/static/<path:filename>", "/desk/<path:_rest>"}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("how", ["no token", "wrong token", "cross-site", "same-site", "no origin", "other origin"])
def test_nothing_unsafe_comes_from_elsewhere(house: House, path: str, how: str) -> None:
    record = house.desk.add("t1", **({} if "take" in path else scheduled()))
    browser = house.browser("koordinator" if "reassign" in path else "budi")
    sessions = dict(house.staff.sessions)
    match how:
        case "no token" | "wrong token":
            answer = browser.post(path, EVERYTHING, token="" if how == "no token" else "x" + browser.token())
        case "cross-site" | "same-site":
            answer = browser.post(path, EVERYTHING, site=how)
        case _:
            headers = {"Origin": "https://evil.test"} if how == "other origin" else {}
            sent = {**EVERYTHING, "csrf_token": browser.token()}
            answer = browser.client.post(path, data=sent, headers=headers, base_url="https://loket.test")
    assert answer.status_code in ({400, 303} if "sign-out" in path and "token" in how else {400, 403})
    assert record.ticket.version == 1
    assert house.staff.sessions == sessions


def test_an_older_browser_names_its_origin(house: House) -> None:
    house.desk.add("t1")
    browser = house.browser("budi")
    answer = browser.client.post(
        "/desk/tickets/t1/take",
        data={"version": "1", "csrf_token": browser.token()},
        headers={"Origin": "https://loket.test"},
        base_url="https://loket.test",
    )
    assert answer.status_code == 303


def test_another_persons_token_is_worth_nothing(house: House) -> None:
    record = house.desk.add("t1")
    token = house.browser("sari").token()
    assert house.browser("budi").post("/desk/tickets/t1/take", {"version": "1"}, token=token).status_code == 400
    assert record.ticket.version == 1


@pytest.mark.parametrize("login", ["budi", "koordinator", "dinas"])
def test_nothing_is_changed_by_get(house: House, login: str) -> None:
    for name, about in (("t1", {}), ("t2", scheduled())):
        house.desk.add(name, **about)
    browser = house.browser(login)
    for rule, _, _, methods in ROUTES:
        for name in ("t1", "t2"):
            answer = browser.get("/desk" + rule.replace("<ticket_id>", name) + "?version=1&outcome=moved&agent=s-sari")
            assert "GET" in methods or answer.status_code == 404
    assert {record.ticket.version for record in house.desk.records.values()} == {1}
    assert len(house.staff.sessions) == 1


# Other people's tickets.

OBJECTS = {
    "open": {},
    "open elsewhere": {"village": "3510992002"},
    "assigned": {"status": Status.ASSIGNED, "agent_id": "s-budi"},
    "scheduled": scheduled(),
    "resolved": {**scheduled(), "status": Status.RESOLVED, "outcome": Outcome.MOVED},
    "cancelled": {"status": Status.CANCELLED},
    "report": {"topic": Topic.REPORT},
    "report assigned": {"topic": Topic.REPORT, "status": Status.ASSIGNED, "agent_id": "s-koordinator"},
    "report of coordinator": {"topic": Topic.REPORT, "accused": frozenset({"s-koordinator"})},
    "report of dinas": {"topic": Topic.REPORT, "accused": frozenset({"s-dinas"})},
    "report of its holder": {
        "topic": Topic.REPORT,
        "accused": frozenset({"s-koordinator"}),
        "status": Status.ASSIGNED,
        "agent_id": "s-koordinator",
    },
    "other district": {"village": "3510982001"},
    "random": None,
}
LIVE = ("open", "open elsewhere", "assigned", "scheduled")
REPORTS = ("report", "report assigned", "report of coordinator", "report of its holder")
ENDED = {"resolved": "get", "cancelled": "get"}
MINE = "get outcome give-back"
# Who may do what with what; whatever is not here is not found. LATE: the person's own move, but it follows no more.
POLICY: dict[str | None, dict[str, str]] = {
    None: {},
    "budi": {
        "open": "get take", "open elsewhere": "get take", "assigned": f"{MINE} schedule",
        "scheduled": f"{MINE} schedule not-met", "resolved": "get",
    },
    "sari": {"open elsewhere": "get take"},
    "koordinator": {
        **dict.fromkeys(LIVE, "get reassign"), **ENDED, "report assigned": f"{MINE} schedule",
    },
    "tetangga": {"other district": "get reassign"},
    "dinas": {
        **dict.fromkeys((*LIVE, *REPORTS, "other district"), "get reassign"), **ENDED,
    },
}  # fmt: skip
LATE = {
    ("budi", "assigned", "not-met"),
    *(("budi", "resolved", move) for move in ("schedule", "outcome", "not-met", "give-back")),
    *(("koordinator", what, "reassign") for what in ENDED),
    *(("dinas", what, "reassign") for what in ENDED),
    ("koordinator", "report assigned", "not-met"),
}


def attempt(house: House, login: str | None, what: str, verb: str) -> tuple[int, Record | None]:
    about = OBJECTS[what]
    record = None if about is None else house.desk.add("t1", **about)
    browser = house.browser(login)
    if verb == "get":
        return browser.get("/desk/tickets/t1").status_code, record
    sent = {"version": "1", **MOVES[verb]}
    if verb == "reassign" and (login == "tetangga" or what.startswith("report")):
        sent["agent"] = "s-tetangga"
    return browser.post(f"/desk/tickets/t1/{verb}", sent, token=browser.token() if login else "").status_code, record


@pytest.mark.parametrize("login", POLICY)
@pytest.mark.parametrize("what", OBJECTS)
def test_only_ones_own_tickets_exist(login: str | None, what: str) -> None:
    for verb in ("get", *MOVES):
        status, record = attempt(House(), login, what, verb)
        if login is None:
            expected = 401
        elif verb in POLICY[login].get(what, "").split():
            expected = 200 if verb == "get" else 303
        else:
            expected = 409 if (login, what, verb) in LATE else 404
        assert (verb, status) == (verb, expected)
        if record is not None:
            assert record.ticket.version == (2 if status == 303 else 1)


@pytest.mark.parametrize("login", ["budi", "koordinator", "dinas"])
def test_whom_a_report_is_about_finds_it_nowhere(house: House, login: str) -> None:
    """Not in a list, not by a filter, not by its address, not even in their own hands; as if there were none."""
    accused = house.staff.by_login(login)
    assert accused is not None
    for status, holder in ((Status.OPEN, None), (Status.ASSIGNED, accused.id), (Status.RESOLVED, accused.id)):
        house.desk.add(f"t-{status}", topic=Topic.REPORT, status=status, agent_id=holder, name="Rahasia",
                       accused=frozenset({accused.id}))  # fmt: skip
    browser = house.browser(login)
    lists = ["", "available", "me", "district", *(f"district?status={status}" for status in Status)]
    for path in (*lists, f"district?agent={accused.id}", "district?village=3510992001"):
        assert "Rahasia" not in browser.get(f"/desk/{path}").text
    nothing = browser.get("/desk/tickets/none")
    for status in (Status.OPEN, Status.ASSIGNED, Status.RESOLVED):
        for form in ("", "/outcome", "/schedule", "/reassign"):
            answer = browser.get(f"/desk/tickets/t-{status}{form}")
            assert (answer.status_code, answer.text) == (404, nothing.text)


def test_a_report_is_passed_on_only_outside_the_line_of_whom_it_is_about(house: House) -> None:
    house.desk.add("t1", topic=Topic.REPORT, accused=frozenset({"s-budi"}))
    dinas = house.browser("dinas")
    form = dinas.get("/desk/tickets/t1/reassign").text
    offered = {id for id in house.staff.members if f'value="{id}"' in form}
    assert offered == {"s-tetangga", "s-dinas"}
    for id in ("s-budi", "s-sari", "s-koordinator"):
        assert dinas.post("/desk/tickets/t1/reassign", {"version": "1", "agent": id}).status_code == 400
    assert dinas.post("/desk/tickets/t1/reassign", {"version": "1", "agent": "s-tetangga"}).status_code == 303


def test_the_words_of_a_report_are_shown_as_text(house: House) -> None:
    house.desk.add("t1", topic=Topic.REPORT, status=Status.ASSIGNED, agent_id="s-dinas", said=("<b>Rp50.000</b>",))
    page = house.browser("dinas").get("/desk/tickets/t1").text
    assert "&lt;b&gt;Rp50.000&lt;/b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize("verb", ["schedule", "outcome", "reassign"])
def test_forms_open_only_for_those_who_may_send_them(house: House, verb: str) -> None:
    house.desk.add("t1", **scheduled())
    seen = {login: house.browser(login).get(f"/desk/tickets/t1/{verb}").status_code for login in POLICY if login}
    may = {"koordinator", "dinas"} if verb == "reassign" else {"budi"}
    assert seen == {login: 200 if login in may else 404 for login in seen}


def test_all_that_is_not_yours_looks_the_same(house: House) -> None:
    house.desk.add("t1", village="3510992001")
    house.desk.add("t2", village="3510992001", **{**scheduled(), "status": Status.RESOLVED, "outcome": Outcome.MOVED})
    sari = house.browser("sari")
    asked = (
        "tickets/t1",
        "tickets/t2",
        "tickets/none",
        "tickets/t1/schedule",
        "district",
        "agents",
        "no/such/page",
        "static/none.css",
    )
    pages = [sari.get(f"/desk/{path}") for path in asked]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages[:-1]}) == 1
    assert all(dict(page.headers) == dict(pages[0].headers) for page in pages[:-1])


@pytest.mark.parametrize("path", ["/desk/", "/desk/district", "/desk/tickets/t1", "/desk/no/such/page"])
def test_a_stranger_meets_the_sign_in_page_everywhere(house: House, path: str) -> None:
    house.desk.add("t1")
    page = house.browser().get(path)
    assert page.status_code == 401
    assert 'name="password"' in page.text
    assert "Siti" not in page.text


# Headers, hostile words, nonsense.

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/sign-in", "/desk/none", "/desk/tickets/t1", "/desk/static/desk.css", "/desk/static/none"]
)
@pytest.mark.parametrize("login", [None, "budi"])
def test_every_answer_carries_the_headers(house: House, path: str, login: str | None) -> None:
    house.desk.add("t1")
    with house.browser(login).get(path) as page:
        headers = page.headers
    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["Cache-Control"] == ("public, max-age=31536000, immutable" if path.endswith(".css") else "no-store")


def test_a_body_that_is_too_large_is_refused_politely(house: House) -> None:
    house.desk.add("t1", **scheduled())
    answer = house.browser("budi").post("/desk/tickets/t1/outcome", {"version": "1", "note": "x" * 20_000})
    assert answer.status_code == 413
    assert "terlalu panjang" in answer.text
    assert answer.headers["Content-Security-Policy"] == CSP


def test_a_failure_inside_is_answered_politely(house: House) -> None:
    budi = house.browser("budi")
    del house.desk.records  # The database, so to speak.
    house.app.config["PROPAGATE_EXCEPTIONS"] = False
    house.app.logger.disabled = True
    page = budi.get("/desk/")
    assert page.status_code == 500
    assert "Maaf, ada gangguan" in page.text
    assert page.headers["Content-Security-Policy"] == CSP


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, *(name for name, _ in attrs)))


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</textarea><script>1</script>",
    "</title><script>1</script>",
    "{{ 7*7 }}",
    "{% raw %}",
    "javascript:alert(1)",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "<a href=//evil.test>",
    "<form action=//evil.test>",
    "<base href=//evil.test>",
    "<style>*{}</style>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_others_are_text(words: str) -> None:
    def pages(name: str) -> list[str]:
        house = House()
        record = house.desk.add(
            "t1", name=name, landmark=name, nik4=name, channel=name, language=name, phone=name, **scheduled()
        )
        record.events[0] = replace(record.events[0], by=name, note=name)
        house.staff.members["s-sari"] = replace(house.other, name=name)
        budi, boss = house.browser("budi"), house.browser("koordinator")
        bad = {"version": "1", "outcome": name, "visit_number": name, "note": name}
        shown = [
            budi.get(f"/desk/{path}").text for path in ("", "tickets/t1", "tickets/t1/outcome", "tickets/t1/schedule")
        ]
        shown += [boss.get(f"/desk/{path}").text for path in ("district", "agents", "tickets/t1/reassign")]
        shown += [
            budi.post("/desk/tickets/t1/outcome", bad).text,
            budi.post("/desk/tickets/t1/not-met", {"version": name}).text,
        ]
        return [*shown, house.browser().sign_in(name).text, house.browser().post("/desk/x", {"note": name}).text]

    for hostile, plain in zip(pages(words), pages("Siti A."), strict=True):
        assert Skeleton(hostile).parts == Skeleton(plain).parts
        assert ("Siti A." in plain) <= (escape(words) in hostile)


nonsense = st.dictionaries(
    st.sampled_from(
        ["version", "day", "slot", "place", "outcome", "visit_number", "note", "agent", "login", "password", "page"]
    ),
    st.text(max_size=300)
    | st.sampled_from(["1", "moved", "morning", "hall", TODAY.isoformat(), "-1", "1e9", "\u0661"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*POSTS, "/desk/district", "/desk/tickets/%00", "/desk/tickets/a%2fb"]), nonsense)
def test_nonsense_is_never_a_failure(path: str, sent: dict[str, str]) -> None:
    house = HOUSE
    browser = house.browser("koordinator" if "reassign" in path else "budi")
    house.desk.records.clear()
    house.desk.add("t1", **scheduled())
    assert browser.post(path, sent).status_code < 500
    answer = house.browser("koordinator").client.get("/desk/district", query_string=sent, base_url="https://loket.test")
    assert answer.status_code < 500


HOUSE = House()


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    for template in (DESK / "templates" / "desk").glob("*.html"):
        text = template.read_text()
        for banned in ("<script", "style=", "<style", "|safe", "javascript:", " on", "http://", "https://"):
            assert banned not in text.replace(" on-", ""), (template.name, banned)


def test_the_style_sheet_is_light() -> None:
    assert len(gzip.compress((DESK / "static" / "desk.css").read_bytes())) <= 6 * 1024


def test_a_hundred_tickets_are_a_light_page(house: House) -> None:
    for n in range(100):
        house.desk.add(f"{n:022}", **scheduled(TODAY + timedelta(days=n % 10)))
    page = house.browser("budi").get("/desk/").data
    assert len(gzip.compress(page)) <= 40 * 1024
    assert house.clock.now == NOON
