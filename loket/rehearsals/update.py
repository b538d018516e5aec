"""What a rehearsal of changes needs: whether the digits that a new phone was sent are right."""

from bot.new_phone import RIGHT

LOOKUPS = {"proof": (RIGHT, "", "locked")}
