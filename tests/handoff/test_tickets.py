"""What may follow what on a ticket."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import tickets
from handoff.tickets import Move, NotAllowed, Outcome, Place, Reason, Slot, Status, Ticket, Topic, Visit

TODAY = date(2026, 11, 20)
OPEN = Ticket("7f3a9c", "472190351188", Topic.FACE_VERIFICATION, "3510992001", "351099", TODAY, "jv")
VISIT = Visit(TODAY + timedelta(days=3), Slot.MORNING, Place.HALL, "4821")


def with_status(status: Status) -> Ticket:
    held = status in {Status.ASSIGNED, Status.SCHEDULED}
    return replace(
        OPEN, status=status, agent_id="budi" if held else None, visit=VISIT if status is Status.SCHEDULED else None
    )


def make(move: Move, ticket: Ticket, agent: str = "sari") -> Ticket:
    match move:
        case Move.TAKE:
            return tickets.take(ticket, agent)
        case Move.ASSIGN:
            return tickets.assign(ticket, agent)
        case Move.SCHEDULE:
            return tickets.schedule(ticket, VISIT, TODAY)
        case Move.SET_OFF:
            return tickets.set_off(ticket, VISIT.day)
        case Move.NOT_MET:
            return tickets.not_met(ticket, VISIT.day)
        case Move.RESOLVE:
            return tickets.resolve(ticket, Outcome.MOVED, proven=False)
        case Move.GIVE_BACK:
            return tickets.give_back(ticket)
        case Move.CANCEL:
            return tickets.cancel(ticket)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_every_move_from_every_status_obeys_the_table(move: Move, status: Status) -> None:
    before = with_status(status)
    if tickets.possible(before, move):
        after = make(move, before)
        assert after.status is tickets.MOVES[move][1]
        assert after.version == before.version + 1
    else:
        with pytest.raises(NotAllowed) as refused:
            make(move, before)
        assert refused.value.reason is Reason.STATUS


def test_nothing_follows_the_end() -> None:
    assert not any(
        tickets.possible(with_status(end), move) for end in (Status.RESOLVED, Status.CANCELLED) for move in Move
    )


@given(st.lists(st.tuples(st.sampled_from(Move), st.sampled_from(["budi", "sari"])), max_size=30))
def test_no_history_breaks_what_always_holds(moves: list[tuple[Move, str]]) -> None:
    ticket = OPEN
    for move, agent in moves:
        try:
            after = make(move, ticket, agent)
        except NotAllowed:
            continue
        assert after.version == ticket.version + 1
        assert after.attempts >= ticket.attempts
        ticket = after
        assert (ticket.visit is not None) <= (ticket.status in {Status.SCHEDULED, Status.RESOLVED})
        assert (ticket.status is Status.OPEN) <= (ticket.agent_id is None)
        assert (ticket.status in {Status.ASSIGNED, Status.SCHEDULED}) <= (ticket.agent_id is not None)
        assert (ticket.outcome is not None) == (ticket.status is Status.RESOLVED)


def test_not_met_keeps_the_agent_and_counts() -> None:
    again = tickets.not_met(with_status(Status.SCHEDULED), VISIT.day)
    assert (again.status, again.agent_id, again.visit, again.attempts) == (Status.ASSIGNED, "budi", None, 1)


def test_nobody_can_have_been_missed_before_the_day() -> None:
    with pytest.raises(NotAllowed) as refused:
        tickets.not_met(with_status(Status.SCHEDULED), VISIT.day - timedelta(days=1))
    assert refused.value.reason is Reason.TOO_EARLY


@pytest.mark.parametrize("days", [-1, 1])
def test_nobody_is_on_the_way_on_another_day(days: int) -> None:
    with pytest.raises(NotAllowed) as refused:
        tickets.set_off(with_status(Status.SCHEDULED), VISIT.day + timedelta(days=days))
    assert refused.value.reason is Reason.NOT_TODAY
    assert tickets.set_off(with_status(Status.SCHEDULED), VISIT.day).visit == VISIT


def test_another_agent_does_not_inherit_the_agent_number() -> None:
    assert tickets.assign(with_status(Status.SCHEDULED), "sari").visit is None


def test_assigning_to_the_same_agent_is_refused() -> None:
    with pytest.raises(NotAllowed, match="same_agent"):
        tickets.assign(with_status(Status.ASSIGNED), "budi")


@pytest.mark.parametrize("days", [-1, tickets.HORIZON_DAYS])
def test_a_visit_is_neither_yesterday_nor_too_far_ahead(days: int) -> None:
    with pytest.raises(NotAllowed, match="day"):
        tickets.schedule(with_status(Status.ASSIGNED), replace(VISIT, day=TODAY + timedelta(days=days)), TODAY)


@pytest.mark.parametrize("number", ["", "482", "48211", "48 1", "٤٨٢١", "²²²²"])
def test_an_agent_number_is_four_ascii_digits(number: str) -> None:
    with pytest.raises(NotAllowed, match="agent_number"):
        tickets.schedule(with_status(Status.ASSIGNED), replace(VISIT, agent_number=number), TODAY)


def test_a_verification_without_the_visit_number_is_kept_but_flagged() -> None:
    scheduled = with_status(Status.SCHEDULED)
    unproven = tickets.resolve(scheduled, Outcome.VERIFIED_FACE, proven=False)
    assert (unproven.outcome, unproven.flagged) == (Outcome.VERIFIED_FACE, True)
    assert not tickets.resolve(scheduled, Outcome.VERIFIED_FACE, proven=True).flagged


def test_nobody_is_verified_without_a_visit_that_was_announced() -> None:
    with pytest.raises(NotAllowed, match="schedule_first"):
        tickets.resolve(with_status(Status.ASSIGNED), Outcome.VERIFIED_FACE, proven=True)


@pytest.mark.parametrize("topic", Topic)
def test_not_met_never_ends_a_ticket(topic: Topic) -> None:
    with pytest.raises(NotAllowed, match="outcome"):
        tickets.resolve(replace(with_status(Status.SCHEDULED), topic=topic), Outcome.NOT_MET, proven=True)


def test_a_question_is_answered_and_never_flagged() -> None:
    question = replace(with_status(Status.ASSIGNED), topic=Topic.QUESTION)
    assert not tickets.resolve(question, Outcome.ANSWERED, proven=False).flagged
    with pytest.raises(NotAllowed, match="outcome"):
        tickets.resolve(question, Outcome.VERIFIED_FACE, proven=True)


def test_the_agent_number_is_not_in_the_repr() -> None:
    assert "4821" not in repr(with_status(Status.SCHEDULED))
