"""Two feature phones in a browser, for whoever wants to dial without a SIM card. Served in the demo only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from bot import gsm7
from loket.simulator.words import LANGUAGES, WORDS
from store.messages import Posted
from ussd.africastalking import SHAPES

MessagesOf = Callable[[str], Sequence[Posted]]

PHONES = ("+6281234567890", "+6281398765432")
LINE_SECONDS, WARN_SECONDS = 180, 150  # How long operators keep a session, and when a person should hurry.
POLL_SECONDS = 2

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; frame-src "
)


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up person to register: what the sandbox registry does with the number, as a word of WORDS."""

    nik: str
    name: str
    fate: str


# Nobody's number begins with 351099. The births: 5 August 1967 (a woman: day + 40), the same of a man, 12 July 1980.
PERSONAS = (
    Persona("3510994508670009", "SITI", "fate_eligible"),
    Persona("3510994508670014", "TUTIK", "fate_paid"),
    Persona("3510990508670010", "BUDI", "fate_not_eligible"),
    Persona("3510995207800004", "WATI", "fate_unknown"),
)


def blueprint(
    messages_of: MessagesOf,
    ussd_path: str = "/ussd/africastalking/demo",
    code: str = "*123*456#",
    desk_url: str = "/desk/",
    *,
    desk_frame: bool = False,
    limit: int = 160,
) -> Blueprint:
    """The simulator, at /simulator. `messages_of`: what was sent to an E.164 number. `code`: what people dial.
    `limit`: septets of a screen. `desk_frame`: the desk lets itself be framed by this site."""
    bp = Blueprint("simulator", __name__, template_folder="templates", static_folder="static", url_prefix="/simulator")
    setup = _setup(ussd_path, code, limit)
    page = partial(_page, code=code, desk_url=desk_url, desk_frame=desk_frame)
    bp.add_url_rule("", "phones", page, methods=["GET"])
    bp.add_url_rule("/setup.json", "setup", lambda: jsonify(setup), methods=["GET"])
    bp.add_url_rule("/messages", "messages", partial(_messages, messages_of), methods=["GET"])
    bp.after_request(partial(_guard, policy=_CSP + ("'self'" if desk_frame else "'none'")))
    return bp


def _page(code: str, desk_url: str, desk_frame: bool) -> str:
    language = request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    return render_template(
        "simulator/phones.html",
        words={key: dict(zip(LANGUAGES, said, strict=True))[language] for key, said in WORDS.items()},
        language=language,
        phones=PHONES,
        personas=PERSONAS,
        code=code,
        desk_url=desk_url,
        desk_frame=desk_frame,
    )


def _setup(ussd_path: str, code: str, limit: int) -> Mapping[str, Any]:
    """What the script on the page has to know; letters and words are written down in one place only."""
    return {
        "ussdPath": ussd_path,
        "code": code,
        "limit": limit,
        "lineSeconds": LINE_SECONDS,
        "warnSeconds": WARN_SECONDS,
        "pollSeconds": POLL_SECONDS,
        "basic": gsm7.BASIC,
        "extension": gsm7.EXTENSION,
        "words": {language: {key: said[i] for key, said in WORDS.items()} for i, language in enumerate(LANGUAGES)},
    }


def _messages(messages_of: MessagesOf) -> Response:
    phone = request.args.get("phone", "")
    if not SHAPES["phoneNumber"].fullmatch(phone):
        return Response("phone: + and 10 to 15 digits, the + written as %2B\n", 400, mimetype="text/plain")
    return jsonify([_shown(posted) for posted in messages_of(phone)])


def _shown(posted: Posted) -> Mapping[str, str]:
    sent_at = datetime.fromtimestamp(posted.at / 1000, UTC)
    return {"channel": posted.channel, "body": posted.body, "sent_at": sent_at.isoformat(timespec="milliseconds")}


def _guard(response: Response, policy: str) -> Response:
    """Give a page its headers: nothing from elsewhere, no script or style written into the page."""
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = policy
    return response
