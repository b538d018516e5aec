"""What the demo is known by at the vendors that sign: words that everybody may know, for it serves loopback only."""

WORD = "demo"  # Also the secret part of every path, and what signs.
META_NUMBER = "106540352242922"  # Meta's id of the number.
TWILIO_ACCOUNT = "AC" + "de" * 16
LINE = "+6281299900000"  # The number that people write to.
