"""What stands before and behind every page: who may pass, where a form may come from, what a browser may do."""

from urllib.parse import urlsplit

from flask import abort, g, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from handoff.desk import signin, words
from handoff.desk.forms import SignInForm

PUBLIC = frozenset({"desk.static", "desk.sign_in"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LARGEST_BODY = 16 * 1024

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_CSP = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "


def before() -> Response | None:
    """Let nothing unsafe in from another site, and nobody in who is not signed in."""
    request.max_content_length = _LARGEST_BODY
    if request.method not in _SAFE and not _own_page():
        abort(403)
    if request.endpoint in PUBLIC:
        return None
    if current_user.is_authenticated:
        g.member = current_user.member
        return None
    return signin.page(SignInForm(formdata=None), 401, _why_out())


def _why_out() -> str:
    if request.method not in _SAFE:
        return words.NOT_KEPT
    return words.SESSION_OVER if "_user_id" in session else ""


def _own_page() -> bool:
    """Whether a form comes from the desk. Under no-referrer a browser may send a null origin, but names the site."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def after(response: Response, *, secure: bool, framed: bool) -> Response:
    """Give a page its headers. The pages have no script and no inline style, so the policy needs no exception."""
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = _CSP + ("'self'" if framed else "'none'")
    if secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    kept = request.endpoint == "desk.static" and response.status_code == 200
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-store"
    return response
