"""Who gets a ticket."""

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.routing import Assignment, Candidate, Role, Why, choose
from handoff.tickets import Ticket, Topic

VILLAGES = [f"3510992{n:03}" for n in range(1, 5)]
TICKET = Ticket("t1", "472190351188", Topic.FACE_VERIFICATION, VILLAGES[0], "351099", date(2026, 11, 20), "jv")


def agent(
    name: str, *, villages: set[str] | None = None, languages: str = "id", capacity: int = 50, **more
) -> Candidate:
    return Candidate(
        name, frozenset(villages or {VILLAGES[0]}), frozenset({"351099"}), frozenset(languages.split()), capacity,
        more.pop("open", 0), **more,
    )  # fmt: skip


def above(name: str, role: Role, district: str = "351099", **more) -> Candidate:
    return Candidate(
        name, frozenset(), frozenset({district}), frozenset({"id"}), more.pop("capacity", 50), more.pop("open", 0),
        role=role, **more,
    )  # fmt: skip


COORDINATOR = above("koordinator", Role.COORDINATOR)
DINAS = above("dinas", Role.DINAS, "3510")

candidates = st.lists(
    st.builds(
        Candidate,
        agent_id=st.sampled_from([f"a{n}" for n in range(20)]),
        villages=st.frozensets(st.sampled_from(VILLAGES), max_size=2),
        districts=st.frozensets(st.sampled_from(["351099", "647199"]), max_size=2),
        languages=st.frozensets(st.sampled_from(["id", "jv", "mad"])),
        capacity=st.integers(0, 3),
        open=st.integers(0, 4),
        absent=st.booleans(),
        role=st.sampled_from(Role),
    ),
    max_size=12,
    unique_by=lambda c: c.agent_id,
)


@given(candidates, st.sampled_from([f"a{n}" for n in range(20)]) | st.none(), st.sampled_from(Topic))
def test_never_full_never_absent_never_accused(people: list[Candidate], accused: str | None, topic: Topic) -> None:
    got = choose(replace(TICKET, topic=topic, accused=frozenset({accused} - {None})), people)
    if got.agent_id is None:
        assert got.why is Why.NOBODY
        return
    chosen = next(c for c in people if c.agent_id == got.agent_id)
    assert chosen.open < chosen.capacity
    assert not chosen.absent
    assert chosen.agent_id != accused


@given(candidates, st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(people: list[Candidate], random: Random) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)
    assert choose(TICKET, people) == choose(TICKET, shuffled)


@given(candidates)
def test_nobody_only_if_nobody_could(people: list[Candidate]) -> None:
    if choose(TICKET, people).agent_id is None:
        assert not any(
            c.room and ((c.role is Role.AGENT and TICKET.village in c.villages)
                        or (c.role is Role.COORDINATOR and TICKET.district in c.districts)
                        or (c.role is Role.DINAS and "351099" in c.districts))
            for c in people
        )  # fmt: skip


def test_the_citizens_language_comes_before_the_smaller_load() -> None:
    busy, idle = agent("busy", languages="id jv", open=20), agent("idle")
    assert choose(TICKET, [busy, idle]) == Assignment("busy", Why.VILLAGE)
    assert choose(replace(TICKET, language="mad"), [busy, idle]).agent_id == "idle"


def test_load_is_relative_to_capacity() -> None:
    assert (
        choose(TICKET, [agent("small", capacity=50, open=30), agent("large", capacity=100, open=40)]).agent_id
        == "large"
    )


def test_full_villages_escalate_step_by_step() -> None:
    full = agent("full", open=50)
    elsewhere = agent("elsewhere", villages={VILLAGES[1]})
    assert choose(TICKET, [full, elsewhere, COORDINATOR, DINAS]) == Assignment("koordinator", Why.COORDINATOR)
    away = replace(COORDINATOR, absent=True)
    assert choose(TICKET, [full, elsewhere, away, DINAS]) == Assignment("dinas", Why.DINAS)
    assert choose(TICKET, [full, elsewhere, away]) == Assignment(None, Why.NOBODY)


def test_the_accused_never_visits_the_one_who_complained() -> None:
    ticket = replace(TICKET, accused=frozenset({"accused"}))
    assert choose(ticket, [agent("accused"), COORDINATOR]).agent_id == "koordinator"
    assert choose(ticket, [agent("accused"), agent("colleague", open=49)]).agent_id == "colleague"


def test_another_regencys_dinas_gets_nothing() -> None:
    assert choose(TICKET, [above("balikpapan", Role.DINAS, "6471")]).why is Why.NOBODY


@pytest.mark.parametrize(
    ("accused", "expected"),
    [
        ("unknown", "koordinator"),
        (None, "koordinator"),
        ("accused", "dinas"),
        ("koordinator", "dinas"),
        ("dinas", "koordinator"),
    ],
)
def test_a_report_leaves_the_accuseds_line(accused: str | None, expected: str) -> None:
    people = [agent("accused"), agent("colleague"), COORDINATOR, DINAS]
    report = replace(TICKET, topic=Topic.REPORT, accused=frozenset({accused} - {None}))
    assert choose(report, people).agent_id == expected


def test_all_who_may_be_meant_are_left_out() -> None:
    second = replace(above("dinas2", Role.DINAS, "3510"), open=40)
    report = replace(TICKET, topic=Topic.REPORT, accused=frozenset({"accused", "dinas"}))
    assert choose(report, [agent("accused"), COORDINATOR, DINAS, second]) == Assignment("dinas2", Why.DINAS)


def test_ten_thousand_tickets_spread_evenly_over_two_hundred_agents() -> None:
    random = Random(20261120)  # noqa: S311  Not a secret; the same villages in every run.
    villages = [f"351099{2000 + n}" for n in range(100)]
    agents = {
        f"agent{n}": agent(f"agent{n}", villages={villages[n // 2]}, capacity=random.randint(50, 100))
        for n in range(200)
    }
    order = [villages[n % 100] for n in range(10_000)]
    random.shuffle(order)
    by_village = {v: [a.agent_id for a in agents.values() if v in a.villages] for v in villages}
    for number, village in enumerate(order):
        ticket = replace(TICKET, id=f"ticket{number}", village=village)
        got = choose(ticket, [agents[name] for name in by_village[village]])
        assert got.agent_id is not None
        agents[got.agent_id] = replace(agents[got.agent_id], open=agents[got.agent_id].open + 1)
    assert sum(a.open for a in agents.values()) == 10_000
    for names in by_village.values():
        shares = [agents[name].open / agents[name].capacity for name in names]
        assert max(shares) - min(shares) <= 1 / 50  # At most one ticket apart.


def test_equal_agents_get_equal_shares_of_first_tickets() -> None:
    people = [agent(f"agent{n}") for n in range(8)]
    drawn = Counter(choose(replace(TICKET, id=f"ticket{n}"), people).agent_id for n in range(4_000))
    assert len(drawn) == 8
    assert min(drawn.values()) > 400  # 500 each would be exact.
