"""Calls that nobody answers: whoever rings once, for nothing, is called back."""
