"""The demo as a visitor finds it: who works in it, what has happened, and what starting it again leaves alone."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Select, func, select

from bot.windows import local_day
from handoff.desk.agenda import Agenda, agenda
from handoff.desk.passwords import matches
from handoff.desk.ports import Actor, Filters
from loket import demo, outside
from loket.config import ROOT, ConfigError, Environment, Line, read_config, read_environment
from loket.demo_people import AREA, REGENCY, citizens, staff
from loket.service import Service, compose, now
from store.agents import CANNOT_SIGN_IN
from store.schema import agent_villages, agents, messages, outbox, registrations, tickets
from store.staff import Staff
from store.tickets import Desk


@dataclass(frozen=True)
class House:
    """A seeded demo folder, opened as the web process opens it."""

    folder: Path
    service: Service

    @property
    def desk(self) -> Desk:
        s = self.service
        return Desk(s.database, s.sealer, s.messages, s.areas, s.clock, lambda: None)

    def actor(self, login: str) -> Actor:
        member = Staff(self.service.database, self.service.sealer).by_login(login)
        assert member is not None
        assert matches(member.password_hash, "demo")
        return member.actor

    def agenda(self, login: str) -> Agenda:
        today = local_day(now(), REGENCY)
        return agenda(self.desk.today(self.actor(login), today), today)

    def count(self, query: Select[tuple[str, int]]) -> Counter[str]:
        with self.service.database.read() as connection:
            return Counter(dict(connection.execute(query).all()))


def environment(folder: Path) -> Environment:
    return Environment(
        config=folder / "config.yml",
        database_url=f"sqlite:///{folder / 'loket.db'}",
        keys_file=folder / "keys.json",
        demo=True,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("demo")
    demo.prepare(environment(folder))
    service = compose(read_config(folder / "config.yml"), environment(folder))
    yield House(folder, service)
    service.database.close()


def test_every_village_has_an_agent_and_every_district_a_coordinator(house: House) -> None:
    roles = house.count(select(agents.c.role, func.count()).group_by(agents.c.role))
    assert 190 <= roles["agent"] <= 215
    assert (roles["coordinator"], roles["dinas"]) == (25, 1)
    villages = house.count(select(agent_villages.c.village, func.count()).group_by(agent_villages.c.village))
    known = {v.code for d in house.service.areas.districts(REGENCY) for v in house.service.areas.villages(d.code)}
    assert set(villages) == known
    assert len(known) == 217
    with house.service.database.read() as connection:
        capacities = connection.scalars(select(agents.c.capacity).where(agents.c.role == "agent")).all()
    assert 50 <= min(capacities) <= max(capacities) <= 100


def test_three_can_sign_in_and_nobody_else(house: House) -> None:
    with house.service.database.read() as connection:
        can = connection.scalars(select(agents.c.login).where(agents.c.password_hash != CANNOT_SIGN_IN)).all()
    assert set(can) == {"agen", "koordinator", "dinas"}
    assert len(house.actor("agen").villages) == 3
    assert house.actor("koordinator").district == house.actor("agen").district


def test_the_agents_day_has_something_of_everything(house: House) -> None:
    day = house.agenda("agen")
    assert [len(part) for part in (day.late, day.today, day.to_schedule, day.later)] == [1, 2, 4, 1]
    assert max(card.attempts for card in day.to_schedule) == 1
    assert len(house.desk.available(house.actor("agen"))) == 1


def test_the_coordinator_sees_a_district_at_work(house: House) -> None:
    found = house.desk.district(house.actor("koordinator"), Filters(page=2))
    assert found.total == 25
    assert any(card.flagged for card in found.cards)
    assert (
        len(house.agenda("dinas").later) + len(house.agenda("dinas").to_schedule) + len(house.agenda("dinas").today)
        == 2
    )  # Who could not say their village.


def test_everybody_is_made_up_and_nothing_waits_but_the_portal(house: House) -> None:
    sealer = house.service.sealer
    with house.service.database.read() as connection:
        kept = connection.execute(select(registrations.c.id, registrations.c.sealed, registrations.c.language)).all()
        silent = connection.scalar(select(func.count()).select_from(messages).where(messages.c.sent_at.is_(None)))
    niks = {msgspec.json.decode(sealer.open("registrations.sealed", row.id, row.sealed))[0] for row in kept}
    assert len(niks) == 60
    assert all(nik.startswith(AREA) for nik in niks)
    assert {row.language for row in kept} == {"id", "jv", "mad"}
    assert silent == 0
    due = house.count(select(outbox.c.kind, func.count()).where(outbox.c.state == "due").group_by(outbox.c.kind))
    assert due["portal.submit"] == 60
    assert set(due) == {
        "portal.submit",
        "portal.complete",
        "draft.remind",
        "handoff.tell",
    }  # By the clock, all of them.
    states = house.count(select(tickets.c.status, func.count()).group_by(tickets.c.status))
    assert min(states[status] for status in ("assigned", "scheduled", "resolved")) >= 8


def test_starting_again_changes_nothing(house: House) -> None:
    before = (house.folder / "config.yml").read_bytes(), (house.folder / "keys.json").read_bytes()
    demo.prepare(environment(house.folder))
    assert before == ((house.folder / "config.yml").read_bytes(), (house.folder / "keys.json").read_bytes())
    assert house.count(select(agents.c.role, func.count()).group_by(agents.c.role))["coordinator"] == 25


def test_the_same_people_every_time(house: House) -> None:
    def everybody() -> tuple[object, object]:
        dice, at = random.Random(7), house.service.clock()  # noqa: S311
        return staff(house.service.areas, dice, "-"), [c.typed for c in citizens(house.service.areas, dice, at)]

    assert everybody() == everybody()


def test_the_configuration_is_the_shipped_one_with_a_period_that_is_open(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    demo.write_config(path)
    config, shipped, today = read_config(path), read_config(ROOT / "config.yml"), now().date()
    changed = {"windows": shipped.windows, "sending_hours": shipped.sending_hours, "sms": shipped.sms, "whatsapp": {}}
    assert msgspec.structs.replace(config, **changed) == shipped
    brings = Line(two_way=True, sends=False)
    assert config.sms == {"console": Line(two_way=True), "africastalking": brings, "twilio": brings}
    values = demo.variables(tmp_path)
    outside.check(config, read_environment({f"LOKET_{name}": value for name, value in values.items()}))
    assert config.sending_hours == (0, 24)
    assert config.windows["3510"].opens < today < config.windows["3510"].closes

    closed = msgspec.structs.replace(config.windows["3510"], closes=today - timedelta(days=1))
    windows = config.windows | {"3510": closed}
    path.write_bytes(msgspec.yaml.encode(msgspec.structs.replace(config, windows=windows)))
    demo.write_config(path)
    assert read_config(path) == config
    path.write_text("something: else")
    demo.write_config(path)
    assert read_config(path) == config


def test_a_seed_that_was_stopped_leaves_no_half_a_demo(tmp_path: Path) -> None:
    (tmp_path / "loket.new").write_bytes(b"half of it")
    demo.write_config(tmp_path / "config.yml")
    place = environment(tmp_path)
    demo.prepare(place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yml", "keys.json", "loket.db"]


def test_the_demo_has_all_that_its_process_asks_for(house: House) -> None:
    values = {f"LOKET_{name}": value for name, value in demo.variables(house.folder).items()}
    tokens, clock = read_environment(values), house.service.clock
    assert outside.lines(house.service.config, tokens, clock).sending
    with pytest.raises(ConfigError, match="16 characters"):
        outside.lines(house.service.config, replace(tokens, demo=False), clock)
