"""Reminds people of a registration that they were cut off in: at once, the next day, and on the last day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.flows import register
from bot.messages import Text
from bot.session import Session, Talk
from bot.windows import Window, local_day
from loket.service import Clock
from store.database import Database
from store.drafts import QUIET
from store.messages import Messages
from store.outbox import Done, Job, Result, Retry
from store.sessions import Sessions

NEXT_DAY = timedelta(hours=20)  # At the same time of day or somewhat earlier; messages have hours of their own.


@dataclass(frozen=True, slots=True)
class Reminders:
    """One job for each draft; it comes back until nothing is left to be said."""

    database: Database
    sessions: Sessions
    messages: Messages
    windows: Mapping[str, Window]
    home: str
    clock: Clock

    def remind(self, job: Job) -> Result:
        contact, _, begun = job.subject.partition(":")
        session = self.sessions.of(contact)
        draft = _draft(session, int(begun)) if session else None
        if session is None or draft is None or self._over():
            return Done()
        now, last = self.clock(), datetime.fromtimestamp(session.at, UTC)
        if draft is session.talk and now < last + QUIET:  # Somebody is answering.
            return Retry("talking", after=(last + QUIET - now).total_seconds())
        step = register.step(draft)
        self._say(contact, Text("evt.line_dropped"), job.key, now, at_once=True)
        if now < last + NEXT_DAY:
            return Retry("later", after=(last + NEXT_DAY - now).total_seconds())
        self._say(contact, Text("evt.draft_reminder", {"step": step}), f"{job.key}:day", now)
        closes = self.windows[self.home].closes
        if local_day(now, self.home) < closes:
            return Retry("later", after=timedelta(hours=24).total_seconds())
        self._say(contact, Text("evt.draft_last", {"date": closes}), f"{job.key}:last", now)
        return Done()

    def _over(self) -> bool:
        """Whether nobody can finish a registration any more."""
        window = self.windows.get(self.home)
        return window is None or local_day(self.clock(), self.home) > window.closes

    def _say(self, contact: str, text: Text, key: str, now: datetime, at_once: bool = False) -> None:
        with self.database.write() as connection:
            self.messages.post(connection, contact, text, key, "", now, asked=at_once)


def _draft(session: Session, begun: int) -> Talk | None:
    """The registration that was begun then, as long as it has no number."""
    talks = (*session.paused, session.talk)
    mine = (talk for talk in talks if talk.flow == "register" and talk.journal and talk.journal[0].at == begun)
    return next((talk for talk in mine if not register.receipt(talk)), None)
