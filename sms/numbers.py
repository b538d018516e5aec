"""Phone numbers as aggregators write them, and as they want them written."""

import re

HOME = "62"
_WRITTEN = re.compile(r"[+ ]?([0-9]{8,15})")  # A plus that was not escaped in a form arrives as a space.


def international(written: str, name: str) -> str:
    """E.164 from +62812…, 62812…, 0062812…, 0812… and 812…. ValueError names the field, never the number."""
    found = _WRITTEN.fullmatch(written)
    digits = found[1] if found else ""
    if digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0"):
        digits = HOME + digits[1:]
    elif digits.startswith("8") and len(digits) <= 12 and written[0] not in "+ ":
        digits = HOME + digits
    if not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise ValueError(f"not a phone number in field {name!r}")
    return f"+{digits}"


def written(number: str, form: str) -> str:
    """An E.164 number as the vendor wants it: bare, with a plus, or as people at home write it."""
    match form:
        case "bare":
            return number.removeprefix("+")
        case "local" if number.startswith(f"+{HOME}"):
            return f"0{number.removeprefix(f'+{HOME}')}"
        case "local":
            return number.removeprefix("+")
        case _:
            return number
