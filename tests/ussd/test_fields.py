"""Fields of a request, in whatever it came: nothing that is not well-formed gets in, and no entity is expanded."""

import pytest

from bot.wire import Request
from ussd.fields import read

LAUGHS = b'<!DOCTYPE page [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><page><data>&b;</data></page>'
FILE = b'<!DOCTYPE page [<!ENTITY a SYSTEM "file:///etc/passwd">]><page><data>&a;</data></page>'


def request(body: bytes = b"", query: str = "") -> Request:
    return Request("POST", "/", query, {"content-type": "application/x-www-form-urlencoded"}, body)


@pytest.mark.parametrize(
    ("reads", "body", "found"),
    [
        ("form", b"a=1&b=%C3%B1", {"a": "1", "b": "ñ"}),
        (
            "json",
            b'{"a": 1, "b": "x", "c": true, "d": null, "e": [1], "f": 0.50}',
            {"a": "1", "b": "x", "c": "true", "f": "0.50"},
        ),
        ("json", b'{"a": {"b": {"c": "x"}}, "d": "y"}', {"a.b.c": "x", "d": "y"}),
        ("json", b"", {}),
        ("xml", b"<p><a>1</a><b> &lt;x&gt; </b><c/></p>", {"a": "1", "b": " <x> ", "c": ""}),
        ("xml", b'<?xml version="1.0" encoding="ISO-8859-1"?><p><a>\xf1</a></p>', {"a": "ñ"}),
        ("xml", b"<p><a><b>1</b><c>2</c></a></p>", {"a.b": "1", "a.c": "2"}),
        ("xml", b"<p><a><![CDATA[<1>]]></a></p>", {"a": "<1>"}),
    ],
)
def test_fields_by_the_vendors_names(reads: str, body: bytes, found: dict[str, str]) -> None:
    assert read(request(body), reads, "utf-8") == found


def test_what_stands_in_the_address_belongs_to_it() -> None:
    assert read(request(b'{"a": "1"}', "b=2"), "json", "utf-8") == {"a": "1", "b": "2"}
    assert read(request(query="a=%F1"), "query", "iso-8859-1") == {"a": "ñ"}
    with pytest.raises(ValueError, match="a field occurs twice"):
        read(request(b'{"a": "1"}', "a=2"), "json", "utf-8")


@pytest.mark.parametrize(
    ("reads", "body", "why"),
    [
        ("form", b"", "not a well-formed form"),
        ("form", b"a=1&a=2", "a field occurs twice"),
        ("form", b"a=%FF", "not a well-formed form"),
        ("json", b"[]", "not a JSON object"),
        ("json", b"{", "not well-formed JSON"),
        ("json", b'{"a": "\xff"}', "not well-formed JSON"),
        ("json", b'{"a": 1, "a": 2}', "a field occurs twice"),
        ("json", b"[" * 8000, "not well-formed JSON"),
        ("json", b'{"a":' * 20 + b"1" + b"}" * 20, "too deep"),
        ("xml", b"", "not well-formed XML"),
        ("xml", b"<p><a>1</a>", "not well-formed XML"),
        ("xml", b"<p><a>1</a><a>2</a></p>", "a field occurs twice"),
        ("xml", b"<p>" * 20 + b"</p>" * 20, "too much XML"),
        ("xml", b"<p>" + b"".join(b"<a%d>1</a%d>" % (n, n) for n in range(100)) + b"</p>", "too much XML"),
        ("xml", LAUGHS, "no document type"),
        ("xml", FILE, "no document type"),
        ("xml", b"<!DOCTYPE page SYSTEM 'http://127.0.0.1/x.dtd'><page/>", "no document type"),
        ("xml", b"<p>&nothing;</p>", "not well-formed XML"),
        ("xml", b'<?xml version="1.0" encoding="utf-7"?><p/>', "XML in UTF-8 only"),
        ("xml", b'\xef\xbb\xbf<?xml version="1.0" encoding="no-such"?><p/>', "not well-formed XML"),
        ("xml", b"<p>\x00</p>", "not well-formed XML"),
    ],
)
def test_what_is_not_well_formed_is_refused_without_a_quotation(reads: str, body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}$"):
        read(request(body), reads, "utf-8")
