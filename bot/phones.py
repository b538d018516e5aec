"""Which mobile number somebody means: the new one, where an old one stands beside it."""

from collections.abc import Sequence
from typing import Final

from bot.digits import Run, runs

LONGEST: Final = 12  # Digits behind the country's 62.
_NEW: Final = frozenset(
    str.split("baru br bru anyar enggal new sekarang skrg skg saiki samangken samangkin now aktif dipakai dipake")
)
_OLD: Final = frozenset(
    str.split(
        "lama lawas lambe old dulu dulunya mbiyen biyen previous dari from mati hilang ilang hangus rusak "
        "kadaluarsa nonaktif expired dead lost bekas sebelumnya"
    )
)
_DEAD: Final = frozenset(str.split("mati hilang ilang hangus rusak nonaktif expired lost bukan dudu banne sanes not"))
_NOT: Final = frozenset(str.split("gak ga tidak tdk nggak ndak ora mboten not no longer udah sudah wis ta"))
_CHANGED: Final = frozenset(
    str.split("ganti diganti gnti jadi dadi dados ke menjadi to ubah diubah pindah > becomes change changed into")
)
_BREAKS: Final = frozenset(",;/.&|")


def national(text: str, longest: int = LONGEST) -> str:
    """The digits behind +62, of the one mobile number that is meant. ValueError: there is none, or which is unclear."""
    found = [run for run in runs(text) if len(run.digits) > 4 and len(run.digits) != 16]  # A NIK may stand beside it.
    if not found or any(run.alien for run in found):
        raise ValueError("no phone number")
    numbers = [_national(run, longest) for run in found]
    if len(set(numbers)) == 1:
        if _says(_DEAD, (*found[0].before[-4:], *found[-1].behind[:4])):
            raise ValueError("a phone that is gone")
        return numbers[0]
    return numbers[_meant(found)]


def _national(run: Run, longest: int) -> str:
    digits = run.digits
    if (run.plus or digits.startswith("00")) and not digits.lstrip("0").startswith("62"):
        raise ValueError("a number of another country")
    digits = digits.lstrip("0").removeprefix("62").lstrip("0")
    if not 9 <= len(digits) <= longest or digits[0] != "8" or digits[1] in "04":  # No operator has 80 or 84.
        raise ValueError("no mobile number of this country")
    return digits


def _meant(found: Sequence[Run]) -> int:
    """The place of the new number among several. ValueError: nothing says which it is."""
    first = _says(_NEW | _OLD, found[0].before)
    standing = [_standing(run.before[::-1]) if first else _standing(_own(run.behind)) for run in found]
    new = [n for n, stands in enumerate(standing) if stands == "new"]
    left = [n for n, stands in enumerate(standing) if stands != "old"]
    if len(new) == 1:
        return new[0]
    if not new and len(left) == 1:
        return left[0]
    if len(found) == 2 and not any(standing) and _says(_CHANGED, found[1].before):
        return 1
    if len(found) == 2 and standing == ["old", "old"] and _says(_CHANGED, found[1].before[-1:]):  # "dari … ke …"
        return 1
    raise ValueError("two phone numbers")


def _own(words: Sequence[str]) -> Sequence[str]:
    """The words behind a number that are about it: up to the next comma or stop."""
    at = next((n for n, word in enumerate(words) if word in _BREAKS and n), len(words))
    return words[:at]


def _standing(words: Sequence[str]) -> str:
    """What the nearest of the words says of a number."""
    for n, word in enumerate(words):
        if word in _OLD:
            return "old"
        if word in _NEW:
            return "old" if _NOT.intersection(words[max(0, n - 2) : n + 3]) - {"udah", "sudah", "wis"} else "new"
    return ""


def _says(known: frozenset[str], words: Sequence[str]) -> bool:
    return any(word in known for word in words)
