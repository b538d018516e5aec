"""What a rehearsal of assisted mode needs: a helper's number, right, wrong or locked, and who was helped today."""

from loket.rehearsals import NAME, VILLAGE, WOMAN

HELPED = ("77", "0001", "1", WOMAN, NAME, VILLAGE, "1")
TYPED = ("77",)
LOOKUPS = {
    "assistant": ("somebody", "", "locked"),
    "helper": ({"agent": False, "today": 0}, {"agent": True, "today": 10**6}, ""),
}
WAYS = {"assisted mode": HELPED[:2], "the person's own phone": HELPED, "the next person": (*HELPED, "1", "1", "2")}
