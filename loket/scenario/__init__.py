"""Conversations as files: played over the gateways' own forms against a running server, and recorded."""


class ScenarioError(Exception):
    """A file that is no scenario; the text says where and why."""


class Failed(Exception):
    """Something else happened than was expected. `expected` and `seen` are shown side by side."""

    def __init__(self, what: str, expected: str = "", seen: str = "") -> None:
        super().__init__(what)
        self.what, self.expected, self.seen = what, expected, seen
