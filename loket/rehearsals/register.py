"""What a rehearsal of the registration needs: numbers that cannot be right, people of an age, places elsewhere."""

from loket.rehearsals import ELSEWHERE, MINE, NAME, OLD, REFS, VILLAGE, WOMAN

KK_LIKE = "3510991708900002"  # A man's: the number of a family card looks no different.
MINOR, NO_DAY, REPEATED = "3510991708100003", "3510993208900001", "1111111111111111"
TYPED = (MINE, KK_LIKE, OLD, MINOR, NO_DAY, REPEATED, "3510991201150005", ELSEWHERE, "karang", "17081990")
LOOKUPS = {
    "registered": lambda nik, today: (REFS[0],) if nik == MINE else ("",),
    "nameless": (False, True),
}

SUMMARY = ("1", "1", WOMAN, NAME, VILLAGE, "1")
WAYS = {
    "the summary": SUMMARY,
    "the details": (*SUMMARY, "1", "1"),
    "the family card": ("1", "1", KK_LIKE, NAME, VILLAGE, "1", "1", "1"),
    "a village elsewhere": ("1", "1", WOMAN, NAME, ELSEWHERE, "1"),
    "a very old person": ("1", "1", OLD, NAME, VILLAGE, "1"),
    # Nothing typed: the line drops, and the person calls again.
    "cut off": ("1", "1", WOMAN, ""),
    "cut off after the receipt": (*SUMMARY, "1", ""),
}
MESSAGES = {
    "all in one message": (f"DAFTAR#{WOMAN}#{KK_LIKE}#{NAME}#{VILLAGE}",),
    "half of it in one message": (f"DAFTAR#{WOMAN}",),
    "a number that cannot be right": (f"DAFTAR#{NO_DAY}#{VILLAGE}",),
}
