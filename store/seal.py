"""Personal data at rest: sealed with AES-256-GCM, found again by keyed hashes."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
NONCE = 12
KEY = 32
LOOK_S = 1.0  # Between two looks at the key file.
INDEXES = ("nik", "kk", "phone", "whatsapp", "inbox", "tries", "cookie")


class SealError(Exception):
    """The root of what can go wrong with keys and sealed data."""


class KeysMissing(SealError):
    """There is no usable key file."""


class Tampered(SealError):
    """A sealed value does not belong where it stands, or its key is not known."""


class Sealer:
    """Seals and opens values, and makes blind indexes. Safe to share between threads."""

    def __init__(self, data_keys: Mapping[int, bytes], root: bytes, file: "KeyFile | None" = None) -> None:
        """`file`: where the keys came from, so that keys which are added while the process runs are used."""
        self._index_keys = {kind: _derive(root, kind) for kind in INDEXES}
        self._file = file
        self._looked = monotonic()
        self._use(data_keys)

    def refresh(self) -> None:
        """Take up what has changed in the key file, if the last look is a while ago. For each turn, job and page."""
        now = monotonic()
        if now - self._looked > LOOK_S:
            self._looked = now
            self._read_again()

    def seal(self, place: str, row: str, plain: bytes) -> bytes:
        """`place` is table.column, `row` the row's name: a value moved elsewhere does not open."""
        nonce = os.urandom(NONCE)
        head, cipher = self._current
        return head + nonce + cipher.encrypt(nonce, plain, f"{place}|{row}".encode())

    def open(self, place: str, row: str, sealed: bytes) -> bytes:
        """Raises Tampered."""
        try:
            cipher = self._ciphers.get(sealed[1]) or self._later(sealed[1])
            return cipher.decrypt(sealed[2 : 2 + NONCE], sealed[2 + NONCE :], f"{place}|{row}".encode())
        except (InvalidTag, KeyError, IndexError, ValueError) as error:
            raise Tampered(place) from error

    def index(self, kind: str, value: str) -> bytes:
        """A stable pseudonym of 32 bytes: equal for equal values, useless without the key."""
        return hmac.digest(self._index_keys[kind], value.encode(), "sha256")

    def mark(self, kind: str, value: str, size: int = 32) -> bytes:
        """A keyed mark of what only has to be told apart from others, such as a message: quicker than an index."""
        return hashlib.blake2b(value.encode(), key=self._index_keys[kind], digest_size=size).digest()

    def secret(self, purpose: str) -> bytes:
        """A key for one purpose outside the database, such as signing cookies."""
        return self._index_keys[purpose]

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value is sealed with the newest key."""
        return sealed[:2] == self._current[0]

    def _use(self, data_keys: Mapping[int, bytes]) -> None:
        if not data_keys or any(len(key) != KEY for key in data_keys.values()):
            raise KeysMissing("keys of 32 bytes are needed")
        ciphers = {kid: AESGCM(key) for kid, key in data_keys.items()}
        newest = max(ciphers)
        self._ciphers = ciphers
        self._current = (bytes((VERSION, newest)), ciphers[newest])

    def _later(self, kid: int) -> AESGCM:
        """Another process has sealed with a key that is newer than what we know."""
        self._read_again()
        return self._ciphers[kid]

    def _read_again(self) -> None:
        if self._file is not None and (keys := self._file.changed()) is not None:
            self._use(keys)


def _derive(root: bytes, kind: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=f"loket/index/{kind}/v1".encode()).derive(root)


class KeyFile:
    """The file that the keys live in, and whether it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = -1

    def changed(self) -> dict[int, bytes] | None:
        """The data keys, if the file is not the one that was read last."""
        try:
            stamp = self._path.stat().st_mtime_ns
        except OSError:  # What we have read is still good; a new process will refuse to start.
            return None
        if stamp == self._seen:
            return None
        data_keys, _ = self.read()
        self._seen = stamp
        return data_keys

    def read(self) -> tuple[dict[int, bytes], bytes]:
        """Data keys by number, and the root of the indexes. Raises KeysMissing."""
        path = self._path
        try:
            mode = path.stat().st_mode
            document = json.loads(path.read_text())
            data_keys = {int(kid): base64.b64decode(key) for kid, key in document["data"].items()}
            root = base64.b64decode(document["root"])
        except FileNotFoundError:
            raise KeysMissing(f"no key file at {path}; make one with: loket keys generate") from None
        except (ValueError, KeyError, AttributeError, TypeError):
            raise KeysMissing(f"{path} is not a key file") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeysMissing(f"{path} can be read by others; set it to mode 0400")
        if len(root) != KEY:
            raise KeysMissing(f"{path} has no root key of 32 bytes")
        return data_keys, root


def load_keys(path: Path) -> Sealer:
    """Raises KeysMissing where the file is absent, readable by others, or not a key file."""
    file = KeyFile(path)
    data_keys, root = file.read()
    file.changed()
    return Sealer(data_keys, root, file)


def generate_keys(path: Path) -> None:
    """A new key file of mode 0600; an existing one is never overwritten (FileExistsError)."""
    document = {"data": {"1": _fresh()}, "root": _fresh()}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())


def add_data_key(path: Path) -> int:
    """A new data key in the file, atomically; its number. What is sealed from now on uses it."""
    document = json.loads(path.read_text())
    kid = max(int(k) for k in document["data"]) + 1
    document["data"][str(kid)] = _fresh()
    _replace(path, document)
    return kid


def drop_data_keys(path: Path, keep: int) -> None:
    """Only this data key is left in the file: nothing sealed with another can be opened any more."""
    document = json.loads(path.read_text())
    document["data"] = {str(keep): document["data"][str(keep)]}
    _replace(path, document)


def _replace(path: Path, document: object) -> None:
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(KEY)).decode()
