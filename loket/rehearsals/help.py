"""What a rehearsal of help needs: what is kept of a person, what was last sent, and whether they want no messages."""

from bot.notices import ABOUT
from loket.rehearsals import NAME

KEPT = {"name": NAME, "nik4": "0001", "kk4": "0007", "village": "Gunung Samarinda", "hp4": "7890", "opened": 120}
LOOKUPS = {
    "kept": (KEPT, ""),
    "sent": ("", *({"at": 1795150800, "about": about} for about in dict.fromkeys(ABOUT.values()))),
    "opted_out": (False, True),
}
