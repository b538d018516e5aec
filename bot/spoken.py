"""Numbers that are written as words, in Indonesian, Javanese, Madurese and English: "tujuh belas", "pitulas", "nol"."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final


class _Place(IntEnum):
    """What a word does to a number, the smallest last."""

    THOUSAND = 1000
    HUNDRED = 100
    TEN = 10
    TEENS = 2  # From 10 on, as one word.
    UNIT = 1


_UNITS: Final = (
    "nol kosong zero oh nul",
    "satu satuu sat siji setunggal setunggil settong sittong saebuk one",
    "dua duwa dhuwa dhuwak duwak loro kalih due two",
    "tiga telu tello tellok tellu tiga' tigo three",
    "empat ampat papat sekawan sakawan empa empak four",
    "lima gangsal lema five",
    "enam anam enem nem ennem six",
    "tujuh tuju pitu petto pettok pettu seven",
    "delapan lapan wolu ballu balluk dlapan eight",
    "sembilan songo sanga sangang sangak nine",
)
_TEENS: Final = {
    10: "sepuluh sepuloh sedasa sapolo ten",
    11: "sebelas sewelas saballas eleven eleventh",
    12: "rolas kalihwelas twelve twelfth",
    13: "telulas thirteen thirteenth",
    14: "patbelas fourteen fourteenth",
    15: "limalas gangsalwelas fifteen fifteenth",
    16: "nembelas sixteen sixteenth",
    17: "pitulas seventeen seventeenth",
    18: "wolulas eighteen eighteenth",
    19: "sangalas songolas nineteen nineteenth",
    21: "selikur",
    22: "rolikur",
    23: "telulikur",
    24: "patlikur",
    25: "selawe",
    26: "nemlikur",
    27: "pitulikur",
    28: "wolulikur",
    29: "sangalikur songolikur",
}
_TENS: Final = {
    20: "twenty twentieth rongpuluh dupolo duapolo",
    30: "thirty thirtieth telungpuluh tellopolo tellongpolo",
    40: "forty fourty patangpuluh empakpolo",
    50: "fifty seket saeket",
    60: "sixty sewidak suwidak sabidak sabidhak",
    70: "seventy pitungpuluh pettongpolo",
    80: "eighty wolungpuluh ballungpolo",
    90: "ninety sangangpuluh sangangpolo",
}
_ORDINALS: Final = "first second third fourth fifth sixth seventh eighth ninth"
_BOUND: Final = {
    "rong": 2,
    "telung": 3,
    "patang": 4,
    "pitung": 7,
    "wolung": 8,
    "dhu": 2,
    "tellong": 3,
    "pettong": 7,
    "ballung": 8,
}  # Before puluh, atus, ewu.

_IN_ONE: Final = str.split("dua tiga empat lima enam tujuh delapan sembilan")  # "tujuhbelas", "tujuhpuluh"
_VALUES: Final[dict[str, tuple[_Place, int]]] = {
    **{word: (_Place.UNIT, value) for value, words in enumerate(_UNITS) for word in words.split()},
    **{word: (_Place.UNIT, value) for value, word in enumerate(_ORDINALS.split(), 1)},
    **{word: (_Place.UNIT, value) for word, value in _BOUND.items()},
    **{word: (_Place.TEENS, value) for value, words in _TEENS.items() for word in words.split()},
    **{word: (_Place.TEN, value) for value, words in _TENS.items() for word in words.split()},
    **{f"{word}belas": (_Place.TEENS, 10 + value) for value, word in enumerate(_IN_ONE, 2)},
    **{f"{word}puluh": (_Place.TEN, 10 * value) for value, word in enumerate(_IN_ONE, 2)},
    "seratus": (_Place.HUNDRED, 100),
    "satus": (_Place.HUNDRED, 100),
    "seribu": (_Place.THOUSAND, 1000),
    "sewu": (_Place.THOUSAND, 1000),
}
_BELAS: Final = frozenset({"belas", "blas", "welas", "ballas", "bellas"})
_TIMES: Final = {
    **dict.fromkeys(("puluh", "puluhan", "polo", "dasa"), _Place.TEN),
    **dict.fromkeys(("ratus", "atus", "ngatus", "ratos", "atos", "hundred"), _Place.HUNDRED),
    **dict.fromkeys(("ribu", "ewu", "thousand"), _Place.THOUSAND),
}
WORDS: Final = frozenset({*_VALUES, *_BELAS, *_TIMES})
_TWICE: Final = {"dobel": 2, "double": 2, "dabel": 2, "triple": 3, "tripel": 3}


def number(words: Sequence[str], at: int) -> tuple[str, int]:
    """The number whose words begin at this place, in digits, and how many words it has; nothing and 0 for no number.

    "dua puluh lima" is one number of three words; of "dua lima" only the first word is, as two digits are read out.
    """
    if words[at] in _TWICE and at + 1 < len(words) and _VALUES.get(words[at + 1], (None,))[0] is _Place.UNIT:
        return str(_VALUES[words[at + 1]][1]) * _TWICE[words[at]], 2
    if words[at] not in _VALUES:
        return "", 0
    place, last = _VALUES[words[at]]
    whole, end = 0, at + 1
    while end < len(words):
        word = words[end]
        if word in _BELAS and place is _Place.UNIT and 0 < last < 10:
            last, place = last + 10, _Place.TEENS
        elif word in _TIMES and _TIMES[word] > place and 0 < last < 100:
            last, place = last * _TIMES[word], _TIMES[word]
        elif word == "and" and end + 1 < len(words) and _smaller(place, *_VALUES.get(words[end + 1], (place, 0))):
            pass
        elif word in _VALUES and _smaller(place, *_VALUES[word]):
            whole += last
            place, last = _VALUES[word]
        else:
            break
        end += 1
    return str(whole + last), end - at


def _smaller(place: _Place, behind: _Place, value: int) -> bool:
    """Whether a number goes on with this word: "puluh" with a unit, "ratus" and "ribu" with anything below them."""
    if not value or place in (_Place.UNIT, _Place.TEENS):
        return False
    return behind < place and not (place is _Place.TEN and behind is _Place.TEENS)
