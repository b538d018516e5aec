"""The desk as a browser uses it: pages, links, and forms with what is hidden in them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

from loket.scenario import Failed
from loket.scenario.script import Desk

TIMEOUT = 20  # Seconds.
FIRST = "first"  # The first of the round buttons, whatever it is today.


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)  # The values of its round buttons, in their order.
    words: str = ""  # Its buttons'.


class _Page(HTMLParser):
    """Links and forms of a page, and the words that a person reads on it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._form: Form | None = None
        self._link = self._button = self._hidden = ""
        self.feed(source)

    @property
    def text(self) -> str:
        return "\n".join(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "a":
                self._link = given.get("href", "")
            case "form":
                self._form = Form(given.get("action", ""))
                self.forms.append(self._form)
            case "input" | "button" | "select" | "textarea" if self._form is not None:
                self._button = tag if tag == "button" else ""
                kind = given.get("type", "text")
                if kind == "radio":
                    self._form.offered.setdefault(given.get("name", ""), []).append(given.get("value", ""))
                on = kind not in ("radio", "checkbox", "submit") or "checked" in given
                if "name" in given and tag == "input" and on:
                    self._form.fields[given["name"]] = given.get("value", "")
            case "script" | "style":
                self._hidden = tag
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "a":
                self._link = ""
            case "form":
                self._form = None
            case "button":
                self._button = ""
            case "script" | "style":
                self._hidden = ""
            case _:
                pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words or self._hidden:
            return
        self._words.append(words)
        if self._link:
            self.links.setdefault(words, self._link)
        if self._button and self._form is not None:
            self._form.words += words


class Browser:
    """One person at the desk, with the cookies that a sign-in leaves."""

    def __init__(self, url: str) -> None:
        self._http, self._url = requests.Session(), url
        self._at, self._page = url, _Page("")

    @property
    def text(self) -> str:
        return self._page.text

    def do(self, desk: Desk) -> str:
        """The words of the page that this leads to. Failed where there is no such link or form, or an error."""
        if desk.open is not None:
            return self._get(desk.open)
        if desk.follow is not None:
            links = [
                href for words, href in self._page.links.items() if desk.follow in (words, href) or desk.follow in words
            ]
            if not links:
                raise Failed("there is no such link", desk.follow, "\n".join(self._page.links))
            return self._get(links[0])
        return self._press(desk.press or "", desk.fill)

    def close(self) -> None:
        self._http.close()

    def _press(self, wanted: str, fill: dict[str, str]) -> str:
        forms = [form for form in self._page.forms if wanted in form.words or wanted in form.action]
        if not forms:
            raise Failed("there is no such button", wanted, "\n".join(form.words for form in self._page.forms))
        form = forms[0]
        address = urljoin(self._at, form.action)
        first = {name: form.offered[name][0] for name, value in fill.items() if value == FIRST and name in form.offered}
        return self._shown(
            self._http.post(
                address,
                data=form.fields | fill | first,
                headers={"Referer": self._at, "Origin": self._url, "Sec-Fetch-Site": "same-origin"},
                timeout=TIMEOUT,
            )
        )

    def _get(self, path: str) -> str:
        return self._shown(self._http.get(urljoin(self._at, path), timeout=TIMEOUT))

    def _shown(self, answer: requests.Response) -> str:
        self._at, self._page = answer.url, _Page(answer.text)
        if answer.status_code >= 400 and answer.status_code != 401:  # That is the page to sign in on.
            raise Failed("the desk refuses", "a page", f"HTTP {answer.status_code}\n{self.text}")
        return self.text
