"""Staff passwords: slow to guess, and as slow for a login that does not exist."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_AT_ONCE = BoundedSemaphore(4)  # Hashes at one time in a process: a burst of sign-ins must not take all memory.
_NOBODY = _HASHER.hash("nobody has this password, but it takes as long to find out")


def hash_password(password: str) -> str:
    """The hash to keep: argon2id, 2 passes, 19 MiB, about 20 ms."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is right. `kept` is None for an unknown login: the answer is no, after the same work."""
    try:
        with _AT_ONCE:
            right = _HASHER.verify(kept or _NOBODY, password)
    except (Argon2Error, InvalidHashError):
        return False
    return right and kept is not None
