"""The one table of payments: the portal's words and the deck's, and what there is to tell of each when."""

from datetime import date, timedelta

import pytest
from support.words import rows

from backend_client import PaymentStatus
from bot.flows.payment import LINES
from bot.payments import SENTENCES, UNDATED, Event, Payment, Seen, events, latest, payments, sentence
from loket import texts
from loket.payments import SENTENCES as MESSAGES

CATALOGUE = texts.load()
TODAY, DAY = date(2026, 11, 20), timedelta(days=1)


def test_every_state_of_the_portal_has_its_sentence_in_every_language() -> None:
    assert {status.value for status in PaymentStatus} == set(SENTENCES)
    for language in CATALOGUE.languages:
        for id in {*SENTENCES.values(), *UNDATED.values(), *(told for told, _ in MESSAGES.values())}:
            assert CATALOGUE.has(language, id), (language, id)
    assert {*SENTENCES.values(), *UNDATED.values()} == set(LINES)
    assert set(MESSAGES) == set(Event)


def test_the_table_of_payments_is_the_codes() -> None:
    assert rows("Where a payment is") == {(state, id, UNDATED.get(id, "-")) for state, id in SENTENCES.items()}


@pytest.mark.parametrize("status", SENTENCES)
def test_what_the_portal_does_not_tell_is_not_made_up(status: str) -> None:
    shown = CATALOGUE.line("id", sentence(Payment("PKH", status), "SITI"))
    assert shown.startswith("SITI: ")
    assert "{" not in shown


def test_a_state_that_nobody_knows_is_not_told() -> None:
    found = payments([{"programme": "PKH", "status": "teleported"}, {"programme": "PKH", "status": "planned"}])
    assert found is not None
    assert [each.status for each in found] == ["planned"]
    assert payments(None) is None


def test_of_each_programme_what_is_to_come_counts_more_than_what_was() -> None:
    old = Payment("PKH", "collected", "2026-2", on=TODAY - 90 * DAY)
    newer = Payment("PKH", "collected", "2026-3", on=TODAY - 3 * DAY)
    coming = Payment("PKH", "planned", "2026-4", on=TODAY + 9 * DAY)
    other = Payment("SEMBAKO", "available", "2026-4")
    assert latest((old, newer)) == (newer,)
    assert latest((old, coming, other, newer)) == (other, coming)


def test_each_event_has_its_day() -> None:
    ready = Payment("PKH", "available", until=TODAY + 20 * DAY)
    seen = Seen("available", TODAY)
    assert events(None, ready, TODAY) == (Event.READY,)
    told = {day: set(events(seen, ready, TODAY + day * DAY)) for day in range(1, 22)}
    assert [day for day, what in told.items() if Event.REMINDER in what] == [13, 14, 15, 16, 17, 18, 20]
    assert [day for day, what in told.items() if Event.LAST_DAY in what] == [19]


def test_what_is_ready_for_a_day_only_is_told_once() -> None:
    tomorrow = Payment("PKH", "available", until=TODAY + DAY)
    assert events(None, tomorrow, TODAY) == (Event.READY,)
    assert events(Seen("available", TODAY), tomorrow, TODAY) == (Event.READY,)


def test_what_was_collected_before_anybody_looked_is_no_news() -> None:
    collected = Payment("PKH", "collected", on=TODAY)
    assert events(None, collected, TODAY) == ()
    assert events(Seen("available", TODAY), collected, TODAY) == (Event.COLLECTED,)


@pytest.mark.parametrize("status", ["planned", "ordered", "at_bank", "cancelled_deceased"])
def test_of_some_states_nobody_is_told_unasked(status: str) -> None:
    assert events(None, Payment("PKH", status, on=TODAY), TODAY) == ()
