"""Two feature phones in a browser, for whoever wants to dial without a SIM card. Served in the demo only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, render_template, request

from bot import gsm7
from bot.messages import Channel
from bot.windows import WIB
from loket.simulator.metas import USER
from loket.simulator.words import LANGUAGES, WORDS
from store.messages import Posted
from ussd.africastalking import SHAPES
from whatsapp.buttons import shown

if TYPE_CHECKING:
    from loket.simulator.stage import Stage

MessagesOf = Callable[[str, str], Sequence[Posted]]  # A number or a name, and its kind: phone or whatsapp.

PHONES = ("+6281234567890", "+6281398765432")
LINE_SECONDS, WARN_SECONDS = 180, 150  # How long operators keep a session, and when a person should hurry.
POLL_SECONDS = 2
SMS_PATH, SMS_TO = "/sms/africastalking/demo", "99123"
JUMPS = ("night", "morning", "tomorrow", "day_before_visit", "objection_over", "window_over")

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
    stage: "Stage | None" = None,
) -> Blueprint:
    """The simulator, at /simulator. `messages_of`: what was sent to somebody. `code`: what people dial.
    `limit`: septets of a screen. `desk_frame`: the desk lets itself be framed by this site. `stage`: what can be
    done here beside calling; without it people can do nothing else."""
    bp = Blueprint("simulator", __name__, template_folder="templates", static_folder="static", url_prefix="/simulator")
    setup = {**_setup(ussd_path, code, limit), "staged": stage is not None}
    page = partial(_page, code=code, desk_url=desk_url, desk_frame=desk_frame, staged=stage is not None)
    bp.add_url_rule("", "phones", page, methods=["GET"])
    bp.add_url_rule("/setup.json", "setup", lambda: jsonify(setup), methods=["GET"])
    bp.add_url_rule("/messages", "messages", partial(_messages, messages_of), methods=["GET"])
    if stage is not None:
        from loket.simulator.routes import add

        add(bp, stage)
    bp.after_request(partial(_guard, policy=_CSP + ("'self'" if desk_frame else "'none'")))
    return bp


def _page(code: str, desk_url: str, desk_frame: bool, staged: bool) -> str:
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
        staged=staged,
        jumps=JUMPS,
        sms_to=SMS_TO,
    )


def _setup(ussd_path: str, code: str, limit: int) -> Mapping[str, Any]:
    """What the script on the page has to know; letters and words are written down in one place only."""
    return {
        "ussdPath": ussd_path,
        "smsPath": SMS_PATH,
        "smsTo": SMS_TO,
        "zone": {"name": WIB.tzname(None), "minutes": WIB.utcoffset(None).seconds // 60},
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
    phone, user = request.args.get("phone", ""), request.args.get("user", "")
    if user and not USER.fullmatch(user):
        return Response("user: two capitals, a point and digits\n", 400, mimetype="text/plain")
    if not user and not SHAPES["phoneNumber"].fullmatch(phone):
        return Response("phone: + and 10 to 15 digits, the + written as %2B\n", 400, mimetype="text/plain")
    posted = messages_of(user, "whatsapp") if user else messages_of(phone, "phone")
    return jsonify([_shown(one) for one in posted])


def _shown(posted: Posted) -> Mapping[str, Any]:
    """One message; of WhatsApp's also as it is shown there, with what can be pressed."""
    sent_at = datetime.fromtimestamp(posted.at / 1000, UTC)
    told = {"channel": posted.channel, "body": posted.body, "sent_at": sent_at.isoformat(timespec="milliseconds")}
    if posted.channel != Channel.WHATSAPP:
        return told
    kind, body, choices = shown(posted.body, posted.choices)
    rows = [{"id": choice.key, "title": choice.label, "detail": choice.detail} for choice in choices]
    return told | {"shown": {"kind": kind.name.lower(), "body": body, "choices": rows}}


def _guard(response: Response, policy: str) -> Response:
    """Give a page its headers: nothing from elsewhere, no script or style written into the page."""
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = policy
    return response
