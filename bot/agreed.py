"""Yes or no as people write it: "iya kak", "nggih mbak leres", "mboten", "gak jadi", "engghi", "bunten"."""

import re
from typing import Final

from rapidfuzz.distance import OSA

YES, NO = "yes", "no"
LONGEST: Final = 200  # Whoever writes more says more than yes.

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*['\u2019]?|[^\w\s]")
_THANKS: Final = re.compile(r"\b(terima|trima|trm|tarima|matur|mator)\s*(kasih|ksh|kase|nuwun|suwun|sakalangkong)\b")
_HOOH: Final = re.compile(r"\bh[oe]+ ?[-']?o+h\b")  # "Ho oh", as Javanese says yes.
_AGAIN: Final = re.compile(r"(.)\1+")


def _known(words: str) -> frozenset[str]:
    return frozenset(_AGAIN.sub(r"\1", word) for word in words.split())


_YES: Final = _known(
    "ya y iya iyah iyaa iye iyo yo yoi yup yap yep yes yess yeah yea sure ok oke okay okey okeh okelah oks sip siap "
    "siip inggih nggih njih injih enggih enggeh nggeh hinggih engghi enggi engghih iyeh hengghi ongghu engge lanjut "
    "lanjutkan tentu pasti baik baiklah absolutely definitely certainly inggeh injeh gas gaskeun gaske gih hooh yeh"
)
_RIGHT: Final = _known(  # Of which the contrary is said with a no before them.
    "setuju stuju stj stju sarujuk satuju betul btul btl betol benar bnr bener bennar leres boleh mau mw gelem "
    "purun kersa poron endha' jadi dados dadi correct right agree agreed true sepakat cocok pas"
)
_DONE: Final = _known("sudah udah sdh udh dah wis uwis wes pun sampun ampon already")
_NO: Final = _known(
    "tidak tdk tdak tak tida gak ga g gk nggak ngga enggak engga endak ndak nda kagak ogak ora ra mboten boten "
    "mbonten bunten bhunten enja' enja enje' banne lo' no nope nah not n bukan bkn jangan jgn dudu sanes emoh moh "
    "wegah salah never disagree wrong incorrect ojo enjeh ogah ta'"
)
_NOT_YET: Final = _known("belum blm blum durung durong dereng dereng")
_NOT: Final = _NO - _known("salah never disagree wrong incorrect emoh moh wegah enjeh ogah")
_WITH_NO: Final = _known("usah perlu")  # "Tidak usah."
_BESIDE: Final = _known(
    "kak kk ka kakak pak bu bapak ibu mbak mas mba min admin mbah dik dek om tante bude pakde nak cak ning bos bro "
    "gan bang saya sy aku q kulo kula isun sengko' engko' itu ini niku niki iku kui punika sih dong deh lah nih tuh "
    "saja aja mawon makasih mksh suwun tq thx thanks thank you very "
    "much please pls plz plis dengan data memang emang sekali banget sanget pisan semua sir madam miss sister it is "
    "its that's "
    "thats this i do am of course am. ku kami we all mohon untuk daftar didaftarkan kan"
)
_UP, _DOWN = frozenset("\U0001f44d\U0001f44c\u2705\u2714\U0001f197"), frozenset("\U0001f44e\u274c\u2716")
_SIGNS: Final = frozenset(".,!;:-()'\u2019\"*~\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_HANDS: Final = frozenset("\U0001f64f\u2764\U0001f60a\U0001f642\U0001f601\U0001f604\U0001f600")
_LONG: Final = {word: sense for sense, known in ((YES, _YES | _RIGHT), (NO, _NO)) for word in known if len(word) >= 6}


def read(text: str, done: bool = True) -> str:
    """YES, NO, or nothing where the text says more than that, or both. `done`: "sudah" and "belum" are answers, too."""
    if len(text) > LONGEST:
        return ""
    senses = [
        _sense(word, done)
        for word in _WORD.findall(_THANKS.sub("", _HOOH.sub("hooh", text.lower())).replace("\u2019", "'"))
    ]
    if re.search(r"\d|_", text) or "?" in senses:
        return ""
    said = [sense for sense in senses if sense]
    negated = said[:1] == ["not"] or said[:1] == ["later"]
    if negated and all(sense in ("right", "not", NO, "later") for sense in said):
        return "" if NO in said else NO  # "Tidak salah" is rather a yes.
    if not said or len({_plain(sense) for sense in said}) > 1:
        return ""
    return _plain(said[0])


def _sense(word: str, done: bool) -> str:
    """What a word adds: yes, right (yes, or what a no denies), no, not, nothing; "?" for anything else."""
    if word in _SIGNS or word in _HANDS:
        return ""
    if word in _UP or word in _DOWN:
        return YES if word in _UP else NO
    word = _AGAIN.sub(r"\1", word)
    for sense, known in (
        ("right", _RIGHT), ("not", _NOT), (NO, _NO), (YES, _YES), ("", _BESIDE), ("right", _WITH_NO),
    ):  # fmt: skip
        if word in known:
            return sense
    if done and word in _DONE:
        return YES
    if done and word in _NOT_YET:
        return "later"
    near = {_LONG[known] for known in _LONG if OSA.distance(word, known, score_cutoff=1) <= 1} if len(word) >= 6 else ()
    return near.pop() if len(near) == 1 else "?"


def _plain(sense: str) -> str:
    return {"right": YES, "not": NO, "later": NO}.get(sense, sense)
