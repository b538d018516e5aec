"""Screens: at most N characters, answered within the request."""
