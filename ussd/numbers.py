"""Phone numbers and service codes, as aggregators write them."""

import re

HOME = "62"
_PHONE = re.compile(r"(\+|00)?([0-9]{9,15})")
_E164 = re.compile(r"[1-9][0-9]{9,14}")
_CODE = re.compile(r"[*#]*([0-9]+(?:[*#]+[0-9]+)*)[*#]*")


def international(phone: str) -> str:
    """E.164 from +62812…, 62812…, 0062812…, 0812… and 812…; other countries' numbers in international form.

    ValueError: it is none of these.
    """
    found = _PHONE.fullmatch(phone)
    if not found:
        raise ValueError("not a phone number")
    sign, digits = found.groups()
    if sign is None and digits.startswith("0"):
        digits = HOME + digits[1:]
    elif sign is None and digits.startswith("8") and len(digits) <= 12:
        digits = HOME + digits
    if not _E164.fullmatch(digits) or digits.startswith(HOME + "0") or not _fits_home(digits):
        raise ValueError("not a phone number")
    return f"+{digits}"


def _fits_home(digits: str) -> bool:
    return not digits.startswith(HOME) or 9 <= len(digits) - len(HOME) <= 12


def bare(code: str) -> str:
    """A service code without its marks: 123*456 for *123*456#. Nothing where it is none."""
    found = _CODE.fullmatch(code.strip())
    return re.sub(r"[*#]+", "*", found.group(1)) if found else ""


def tail(dialled: str, code: str) -> str | None:
    """What was dialled behind the service's bare code: 1 for *123*456*1#. None: it does not begin with the code."""
    digits = bare(dialled)
    if not code or not digits:
        return None
    if digits == code:
        return ""
    return digits[len(code) + 1 :] if digits.startswith(f"{code}*") else None
