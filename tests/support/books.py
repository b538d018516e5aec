"""What has to be true of an installation's books, whenever and however often its server was killed."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from support.server import Installation

Rows = list[Mapping[str, Any]]


class Books:
    """All tables at one moment, while no server runs. `written`: people registered by message, so that the answer to
    them is their receipt."""

    def __init__(self, place: Installation, written: bool = False) -> None:
        self._place, self._written = place, written
        self._tables: dict[str, Rows] = {}

    def of(self, table: str) -> Rows:
        if table not in self._tables:
            self._tables[table] = list(self._place.rows(table))
        return self._tables[table]

    @property
    def refs(self) -> list[str]:
        """Every number that was given out for a registration or a dispute."""
        return [row["ref"] for table in ("registrations", "disputes") for row in self.of(table)]

    def check_receipts(self, seen: Collection[str]) -> None:
        """Everybody was answered in the end: the numbers on screens and those in the books are the same, each once."""
        assert sorted(self.refs) == sorted(seen)

    def check_whole(self) -> None:
        """Nothing is half done: what belongs to a registration is there, once."""
        once = dict.fromkeys(self.refs, 1)
        assert Counter(row["ref"] for row in self.of("consents")) == once
        assert Counter(row["case_ref"] for row in self.of("tickets") if row["topic"] == "face_verification") == once
        told = [row for row in self.of("messages") if row["sentence"] == "evt.registered"]
        if self._written:
            assert len(told) == len(once)
            assert all(row["key"].startswith("reply:") for row in told)
        else:
            assert Counter(row["ref"] for row in told) == once
            assert {row["key"] for row in told} == {f"registered:{ref}" for ref in once}
        opened = Counter(row["ticket_id"] for row in self.of("ticket_events") if row["what"] == "opened")
        assert opened == {row["id"]: 1 for row in self.of("tickets")}
        warned = [row["key"] for row in self.of("messages") if row["sentence"] == "evt.registered_by_other"]
        assert sorted(warned) == sorted(f"by_other:{row['ref']}" for row in self.of("disputes"))

    def check_jobs(self) -> None:
        """What was promised with a row has its job, and no job is about nothing."""
        jobs = Counter(row["key"] for row in self.of("outbox") if row["kind"] == "portal.submit")
        assert jobs == {f"submit:{row['ref']}": 1 for row in self.of("registrations")}
        assigned = Counter(row["subject"] for row in self.of("outbox") if row["kind"] == "handoff.assign")
        assert assigned == {row["id"]: 1 for row in self.of("tickets")}
        sent = Counter(row["subject"] for row in self.of("outbox") if row["kind"] == "message.send")
        assert sent == {row["id"]: 1 for row in self.of("messages")}

    def check_sessions(self) -> None:
        """Each turn that was answered has raised its session's version by one, and no other has."""
        turns = Counter(row["contact_id"] for row in self.of("inbox"))
        assert turns == {row["contact_id"]: row["version"] for row in self.of("sessions")}
        assert len(self.of("events")) == turns.total()
        assert len(self.of("identities")) == len(self.of("contacts")) == len(self.of("sessions"))

    def check_done(self) -> None:
        """After the worker has had its time. Only what the portal has not decided yet may wait."""
        left = {(row["kind"], row["state"], row["error"]) for row in self.of("outbox") if row["state"] != "done"}
        assert left <= {("portal.follow", "due", "undecided")}

    def check_portal(self) -> None:
        """The portal has each registration once, and no dispute."""
        ledger = {ref: counts["submitted"] for ref, counts in self._place.near.ledger().items()}
        assert ledger == {row["ref"]: 1 for row in self.of("registrations")}

    def check_sent(self, crashes: int) -> int:
        """Every message went out; twice at most, and not more often than the server was killed. How many did."""
        sent = Counter(self._place.near.vendor.sent)
        assert sent.total() - len(sent) <= crashes
        assert max(sent.values(), default=0) <= 1 + crashes
        assert len(sent) == len(self.of("messages"))
        return sent.total() - len(sent)

    def check_all(self, seen: Collection[str], crashes: int) -> int:
        """Everything above, after a drain; how many messages went out twice."""
        self.check_receipts(seen)
        self.check_whole()
        self.check_jobs()
        self.check_sessions()
        self.check_done()
        self.check_portal()
        return self.check_sent(crashes)
