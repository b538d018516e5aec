"""What a rehearsal of reports needs: how many this phone has sent today, and where one of them stands."""

from bot.filed import SENTENCES

LOOKUPS = {"reports": (0, 9), "filed": ("", *SENTENCES)}
