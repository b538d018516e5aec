"""Whether somebody moves, and whether it is to this regency or away from it."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from bot.meaning import Entity
from nlu.dates import kind
from nlu.numbers import Word
from nlu.places import Places

MOVE = "move"  # A life event until it is known whether it is `move_in` or `move_out`.
MOVES = frozenset(
    str.split(
        "pindah pndah pindahan pindhah pinda boyong boyongan aleh alle ngalih apinda apendha hijrah moved move moving "
        "kepindahan pendah apindah ngalle pndh left"
    )
) | {"ikut suami", "ikut istri", "ikt suami", "ikt istri", "mengikuti suami", "melu bojo", "norok lake"}
_HERE = frozenset(str.split("sini kesini disini kene rene mrene mriki dinna kaadinto dinto here"))
_TO_HERE = frozenset(str.split("kesini mrene rene mriki here"))
_TOWARDS = frozenset(str.split("ke k ka nang nng nong ning to into dhateng dateng nyang dha ting di d"))
_AWAY_FROM = frozenset(str.split("dari dr drpd dhari deri saking teko teka seko from saka"))
_JUST = frozenset(str.split("baru bru just nembe anyar bhuru buru"))
_NO_MOVE = frozenset(  # What else is moved: a visit, data, a school, a clinic, money.
    str.split(
        "hari jam tempat tempate tpt tgl tanggal data ikd sekolah kelas faskes kos bank nomor nomer hp klinik are "
        "dino dina nggone nggon it appointment visit the my schedule kartu bahasa basa boso kk rekening hape memori "
        "balai bale"
    )
)
_NO_MOVER = frozenset(  # What is said to move without anybody moving.
    str.split(
        "jadwal jadwale jadwalnya tempatnya tempate tempatipun panggenanipun tmpt kunjungan petugasnya faskes "
        "kontaknya alamatku pas waktu wektu nalika kos can faskesku"
    )
)
_REACH = 9  # Words behind a move that may say where to.


def is_move(before: Sequence[str], behind: Sequence[str]) -> bool:
    """Whether it is people who move, and not the day of a visit or the data of a phone."""
    day = any(kind(key) in "RWYGKdlTPV" for key in behind)
    return not day and _NO_MOVE.isdisjoint(behind) and _NO_MOVER.isdisjoint(before[-4:])


def moves(found: Sequence[Entity], those: Sequence[Word], places: Places) -> Iterator[Entity]:
    """What was found, with the direction of each move; where nothing is said about it, people move out."""
    named = {one.start: one.value for one in found if one.entity == "place"}
    starts = [word.start for word in those]
    moved = False
    for one in found:
        n = bisect_left(starts, one.start)
        if one.value.startswith(MOVE):
            if moved:
                continue  # Told once more: "surat pindahnya sudah jadi".
            moved = True
        yield structs.replace(one, value=_direction(those, n, named, places)) if one.value == MOVE else one


def _direction(those: Sequence[Word], n: int, named: Mapping[int, str], places: Places) -> str:
    value = "move_out" if _JUST.isdisjoint(word.key for word in those[max(0, n - 3) : n]) else "move_in"
    for at in range(n + 1, min(n + _REACH, len(those))):
        before, word = those[at - 1].key, those[at]
        near = word.key in _HERE or places.is_here(named.get(word.start, ""))
        if before in _TOWARDS or word.key in _TO_HERE:
            return "move_in" if near else "move_out"
        if before in _AWAY_FROM:
            value = "move_out" if near else "move_in"
    return value
