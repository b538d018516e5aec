"""The conversation: pure functions over plain values. No socket, database, clock, randomness or log in here."""
