"""People who exist in tests alone, and every way in which something of theirs could be written down somewhere."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

GROUP = re.compile(r"\d{1,4}")


@dataclass(frozen=True, slots=True)
class Canary:
    """One secret and what to call it in a report, which must not repeat it."""

    name: str
    secret: str = field(repr=False)


def forms(secret: str) -> Iterator[tuple[str, bytes, bool]]:
    """Ways to write a secret: what it is called, the bytes to look for, whether capital letters matter."""
    plain = secret.encode()
    yield "plain", plain, False
    yield "reversed", plain[::-1], False
    yield "url-encoded", quote_plus(secret).encode(), False
    yield "url-encoded, every sign", "".join(f"%{byte:02x}" for byte in plain).encode(), False
    yield "hex", plain.hex().encode(), False
    yield "utf-16", secret.encode("utf-16-le"), False
    if secret.isdecimal():
        for mark in " .-/":
            yield f"in fours by {mark!r}", mark.join(GROUP.findall(secret)).encode(), False
    for shift in range(3):
        yield f"base64, shifted by {shift}", _base64(plain, shift), True
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, plain, usedforsecurity=False)
        yield f"{name} as hex", digest.hexdigest().encode(), False
        yield f"{name} as bytes", digest.digest(), True
        yield f"{name} as base64", base64.b64encode(digest.digest()).rstrip(b"="), True


def _base64(plain: bytes, shift: int) -> bytes:
    """The signs that are the same wherever the secret stands `shift` bytes behind a multiple of three."""
    signs = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
    end = len(signs) if (shift + len(plain)) % 3 == 0 else len(signs) - 1
    return signs[(shift * 8 + 5) // 6 : end]


class Scanner:
    """Looks for canaries in bytes."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._needles: dict[bytes, tuple[str, str, bool]] = {}
        for canary in canaries:
            for form, needle, exact in forms(canary.secret):
                self._needles.setdefault(needle if exact else needle.lower(), (canary.name, form, exact))
        assert min(map(len, self._needles)) >= 8, "a canary as short as that sings by chance"

    def leaks(self, places: Mapping[str, bytes]) -> list[str]:
        """Where something was found, and what kind of thing; never the thing itself."""
        found = []
        for place, hay in places.items():
            low = hay.lower()
            for needle, (name, form, exact) in self._needles.items():
                if needle in (hay if exact else low):
                    found.append(f"{place}: {name}, {form}")
        return found


def written(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A table's rows with every column as it is, and blobs also as their bytes."""
    parts = []
    for row in rows:
        for value in row.values():
            parts.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
    return b"\n".join(parts)
