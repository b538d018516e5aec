"""A message that cannot be taken holds up nobody else's, and nothing that the clock brings about."""

from collections.abc import Iterator

import pytest
from support.databases import Factory, each_database
from support.office import PHONE, Office

from bot.messages import Inbound
from bot.run import Fit
from loket.receive import Desk
from loket.sweep import sweep
from store.heard import Heard, Part

__all__ = ["each_database"]

pytest.importorskip("smpplib", reason="without a bind nothing is heard in parts")


@pytest.fixture
def office(each_database: Factory) -> Iterator[Office]:
    office = Office(each_database())
    yield office
    office.close()


def test_the_others_are_answered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(office.service.database, office.sealer)
    for reference, sender in enumerate(("+6281200000666", PHONE)):
        heard.keep(Part("smpp", sender, "99123", 0, b"BANTU", reference, 1, 2), office.clock())
    accept = Desk.accept

    def fails_for_one(self: Desk, inbound: Inbound, fit: Fit) -> object:
        if inbound.sender != PHONE:
            raise RuntimeError("poison")
        return accept(self, inbound, fit)

    monkeypatch.setattr(Desk, "accept", fails_for_one)
    office.clock.wait(minutes=11)
    sweep(office.service, office.clock())
    assert len(office.rows("messages")) == 1
    assert len(office.rows("heard")) == 1, "the other one waits"
