"""Messages: answered through the outbox, one GSM-7 segment each."""
