"""The GSM 03.38 alphabet: how much of a screen or a message a text takes, and what stands for letters that it lacks."""

import re
import unicodedata

# The default alphabet in the order of its codes 0x00 to 0x7F. 0x1B only leads to the extension table.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"  # Each is sent behind an escape and takes two septets.

# The second septet of each letter of the extension table.
_ESCAPED = dict(zip(EXTENSION, (0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65), strict=True))
_ESCAPE = 0x1B
_CODES = {letter: bytes((code,)) for code, letter in enumerate(BASIC) if code != _ESCAPE} | {
    letter: bytes((_ESCAPE, code)) for letter, code in _ESCAPED.items()
}
_OF_ESCAPED = {code: letter for letter, code in _ESCAPED.items()}

_LETTERS = BASIC.replace("\x1b", "") + EXTENSION
_OUTSIDE = re.compile(f"[^{re.escape(_LETTERS)}]")
_TWICE = re.compile(f"[{re.escape(EXTENSION)}]")
_NOT_PLAIN = re.compile(f"[^{re.escape(_LETTERS)}]|[\\r\\f]")  # Carriage returns and form feeds belong on no screen.

_LOOKALIKES = {
    letter: like
    for like, letters in {
        "'": "\u2018\u2019\u201a\u201b\u2032\u00b4\u0060\u02bc\u02bb\u02c8",
        '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
        "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
        "*": "\u2022\u00b7",
        "x": "\u00d7",
        "/": "\u2044\u2215",
        "...": "\u2026",
        " ": "\t\v\f\r",
    }.items()
    for letter in letters
}


def septets(text: str) -> int:
    """How many septets the text takes. ValueError, naming the place and not the text, if a letter is outside."""
    if outside := _OUTSIDE.search(text):
        raise ValueError(f"letter {outside.start()} is outside GSM 03.38")
    return len(text) + len(_TWICE.findall(text))


def fits(text: str, limit: int = 160) -> bool:
    """Whether the text is of this alphabet and takes at most `limit` septets."""
    return _OUTSIDE.search(text) is None and septets(text) <= limit


def cut(text: str, limit: int) -> str:
    """The longest beginning of the text that takes at most `limit` septets; never half of an escaped letter."""
    taken = 0
    for place, letter in enumerate(text):
        taken += septets(letter)
        if taken > limit:
            return text[:place]
    return text


def encode(text: str) -> bytes:
    """One octet a septet, as SMPP carries them. ValueError, naming the place and not the text, if one is outside."""
    septets(text)
    return b"".join(map(_CODES.__getitem__, text))


def decode(octets: bytes) -> str:
    """The text of such octets. What no alphabet has is a "?"; an escape before an unknown code is a space."""
    letters, codes = [], iter(octets)
    for code in codes:
        if code == _ESCAPE:
            letters.append(_OF_ESCAPED.get(next(codes, -1), " "))
        else:
            letters.append(BASIC[code] if code < len(BASIC) else "?")
    return "".join(letters)


def plain(text: str) -> str:
    """The text with a look-alike for each letter outside, "?" where there is none: countable afterwards."""
    if _NOT_PLAIN.search(text) is None:
        return text
    return _NOT_PLAIN.sub(_lookalike, unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def _lookalike(found: re.Match[str]) -> str:
    letter = found.group()
    if letter in _LOOKALIKES:
        return _LOOKALIKES[letter]
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:  # Accents left alone and zero-width signs: nothing to see.
        return ""
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return "?" if _NOT_PLAIN.search(bare) or not bare else bare
