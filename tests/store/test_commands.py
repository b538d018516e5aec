"""An agent's day by SMS on real databases: whose phone it is, who was faster, the visit number, what is left behind."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from support.databases import Factory, each_database
from support.handset import Handset
from support.office import PHONE, Office

from bot.messages import Channel, Inbound, SessionEvent
from bot.stages import Stage
from loket.service import Service
from sms.segments import answers
from store.commands import StaffPhones
from store.schema import agents, registrations, tickets

__all__ = ["each_database"]

BUDI, SARI = "+6281200000801", "+6281200000802"


@dataclass
class Village:
    """A village with two agents who have no data on their phones, and one registration that nobody has taken."""

    office: Office
    open_again: Callable[[], Service]
    written: int = 0

    def __post_init__(self) -> None:
        for name, phone in (("Budi", BUDI), ("Sari", SARI)):
            self.office.hire(name)
            assert self.phones.set(name.lower(), phone, self.office.clock())
        self.ref = self.office.register()

    @property
    def phones(self) -> StaffPhones:
        return StaffPhones(self.office.service.database, self.office.service.sealer)

    def write(self, text: str, phone: str = BUDI, service: Service | None = None) -> str:
        """What a message is answered with."""
        self.written += 1
        service = service or self.office.service
        inbound = Inbound(f"{phone}{self.written}", Channel.SMS, "recording", phone, text, SessionEvent.RESUME,
                          self.office.clock())  # fmt: skip
        page, _ = service.desk.answer(inbound, answers())
        return page.body if page else ""

    def ticket(self) -> dict[str, object]:
        return dict(self.office.row("tickets", case_ref=self.ref, topic="face_verification"))

    def stage(self) -> str:
        with self.office.database.read() as connection:
            return str(connection.scalar(select(registrations.c.stage).where(registrations.c.ref == self.ref)))

    def number(self) -> str:
        """The visit number that the citizen was told."""
        (visit,) = [row for row in self.office.rows("visits") if row["outcome"] == ""]
        return self.office.service.sealer.open("visits.sealed", visit["id"], visit["sealed"]).decode()

    def history(self) -> list[tuple[str, str, str]]:
        id = self.ticket()["id"]
        return [
            (e["what"], e["actor"], e["channel"]) for e in self.office.rows("ticket_events") if e["ticket_id"] == id
        ]

    def told(self) -> list[str]:
        """What the citizen was told, by name."""
        return [row["sentence"] for row in self.office.rows("messages") if row["ref"] == self.ref]


@pytest.fixture
def village(each_database: Factory) -> Iterator[Village]:
    office = Office(each_database())
    others: list[Office] = []

    def open_again() -> Service:
        others.append(Office(each_database(), clock=office.clock))
        return others[-1].service

    yield Village(office, open_again)
    for one in (office, *others):
        one.close()


def test_a_visit_from_the_list_to_its_end_and_the_citizen_hears_of_each_step(village: Village) -> None:
    last4 = str(village.ticket()["ref"])[-4:]
    assert f"Siti, Glagah, belum diambil, {last4}" in village.write("TUGAS")
    assert "tugas Anda s/d" in village.write(f"TERIMA {last4}")
    assert village.stage() == Stage.ASSIGNED
    planned = village.write(f"JADWAL {village.ref} besok pagi balai")
    (visit,) = village.office.rows("visits")
    assert f"Sab 21 Nov jam 8-11, balai desa. Nomor agen Anda {visit['agent_number']}" in planned
    assert (visit["day"], visit["slot"], visit["place"]) == ("2026-11-21", "morning", "hall")
    village.office.clock.wait(days=1)
    assert "Hari ini 1 kunjungan" in village.write("tugas")
    assert f"{village.number()}" not in village.write("TUGAS 1")
    assert "selesai. Hasilnya tersimpan" in village.write(f"SELESAI {last4} {village.number()}")
    assert village.stage() == Stage.VERIFIED
    assert (village.ticket()["status"], village.ticket()["outcome"], village.ticket()["proven"]) == (
        "resolved", "verified_face", 1,
    )  # fmt: skip
    moves = [("take", "budi", "sms"), ("schedule", "budi", "sms"), ("resolve", "budi", "sms")]
    assert village.history() == [("opened", "loket", "ussd"), *moves]
    assert set(village.told()) == {"evt.registered", "evt.assigned", "evt.scheduled", "evt.codes", "evt.visit_done"}
    assert [row["kind"] for row in village.office.rows("outbox") if row["key"].startswith("complete:")] == [
        "portal.complete"
    ]


def test_the_same_day_by_dialling(village: Village) -> None:
    """No word is typed; the moves and the history are the same, and other phones get the citizens' menu."""
    phone = Handset(village.office, BUDI)
    phone.dial()
    assert phone.dial().startswith("Agen. Hari ini 0")
    assert "tugas Anda s/d" in phone.say("2", "1", "7")
    phone.dial()
    assert "Sab 21 Nov jam 8-11, balai desa" in phone.say("1", "1", "2", "2", "1", "2")
    village.office.clock.wait(days=1)
    assert "Hari ini 1" in phone.dial()
    assert "warga diberi tahu" in phone.say("1", "1", "3")
    phone.dial()
    assert "selesai. Hasilnya tersimpan" in phone.say("1", "1", "4", "1", village.number())
    moves = ["take", "schedule", "set_off", "resolve"]
    assert village.history()[1:] == [(move, "budi", "ussd") for move in moves]
    assert village.stage() == Stage.VERIFIED
    citizen = Handset(village.office, PHONE)
    citizen.dial()
    assert "Agen. Hari ini" not in citizen.dial()


def test_who_is_no_agent_any_more_gets_the_citizens_menu(village: Village) -> None:
    phone = Handset(village.office, BUDI)
    phone.dial()
    assert phone.dial().startswith("Agen.")
    village.phones.set("budi", "", village.office.clock())
    assert "Daftar bansos" in phone.dial()


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told(village: Village) -> None:
    """Both have been told that it is free before either has taken it."""
    ready, other = Barrier(2, timeout=20), village.open_again()

    def claim(phone: str, service: Service) -> str:
        ready.wait()
        return village.write(f"TERIMA {village.ref}", phone, service)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(claim, (BUDI, SARI), (village.office.service, other)))
    assert sorted("tugas Anda" in page for page in said) == [False, True]
    assert sum("sudah diambil agen lain. Tugas terbuka di Glagah: 0" in page for page in said) == 1
    assert [what for what, _, _ in village.history()].count("take") == 1
    assert village.told().count("evt.assigned") == 1


def test_a_turn_that_was_overtaken_looks_again(village: Village) -> None:
    """Between what an agent is told of a ticket and the commit, a colleague takes it."""
    more = village.office.service.lookups._by_phone
    rehearse, faster = more["move"], list[str]()

    def slowly(contact: str, argument: str, now: datetime) -> object:
        answer = rehearse(contact, argument, now)
        if not faster:
            faster.append(village.write(f"TERIMA {village.ref}", SARI, village.open_again()))
        return answer

    village.office.service.lookups._by_phone = {**more, "move": slowly}
    assert "sudah diambil agen lain" in village.write(f"TERIMA {village.ref}")
    assert "tugas Anda s/d" in faster[0]
    assert village.ticket()["agent_id"] == "sari"


def _planned(village: Village) -> None:
    village.write(f"TERIMA {village.ref}")
    village.write(f"JADWAL {village.ref} hari ini sore")


def test_three_wrong_numbers_lock_and_then_the_coordinator_looks_at_it(village: Village) -> None:
    _planned(village)
    right = village.number()
    wrong = f"{(int(right) + 1) % 1000:03}"
    assert "Sisa 2 kali" in village.write(f"SELESAI {village.ref} {wrong}")
    assert "Sisa 1 kali" in village.write(f"SELESAI {village.ref} {wrong}")
    assert "sudah 3 kali salah" in village.write(f"SELESAI {village.ref} {wrong}")
    assert "sudah 3 kali salah" in village.write(f"SELESAI {village.ref} {right}")
    assert (village.ticket()["status"], village.stage()) == ("scheduled", Stage.SCHEDULED)
    assert "ketik 3 angka" in village.write(f"SELESAI {village.ref}")
    assert "Koordinator menanyakannya" in village.write("1")
    assert (village.ticket()["status"], village.ticket()["proven"], village.stage()) == ("resolved", 0, Stage.CHECKING)
    assert village.office.row("tickets", about="unproven")["status"] == "open"
    assert not [row for row in village.office.rows("outbox") if row["kind"] == "portal.complete"]


def test_a_wrong_number_that_comes_twice_by_the_gateway_is_one_try(village: Village) -> None:
    _planned(village)
    wrong = f"{(int(village.number()) + 1) % 1000:03}"
    said = village.write(f"SELESAI {village.ref} {wrong}")
    village.written -= 1
    assert village.write(f"SELESAI {village.ref} {wrong}") == said
    assert village.office.rows("visits")[0]["tries"] == 1


def test_nobody_met_and_given_back(village: Village) -> None:
    _planned(village)
    assert "tidak bertemu, tercatat" in village.write(f"NIHIL {village.ref}")
    assert (village.stage(), village.ticket()["attempts"]) == (Stage.MISSED, 1)
    assert "evt.visit_missed" in village.told()
    assert "sudah dikembalikan" in village.write(f"ALIH {village.ref}")
    assert (village.ticket()["status"], village.ticket()["agent_id"], village.stage()) == ("open", None, Stage.RECEIVED)
    assert "tugas Anda" in village.write(f"TERIMA {village.ref}", SARI)


def test_who_sets_off_is_announced_once_a_visit(village: Village) -> None:
    village.write(f"TERIMA {village.ref}")
    assert "Jadwalkan dulu" in village.write(f"BERANGKAT {village.ref}")
    village.write(f"JADWAL {village.ref} besok pagi")
    assert "bukan hari ini" in village.write(f"BERANGKAT {village.ref}")
    village.office.clock.wait(days=1)
    number = next(str(row["agent_number"]) for row in village.office.rows("visits") if row["outcome"] == "")
    for _ in range(2):
        assert f"Tunjukkan dulu nomor agen Anda {number}" in village.write(f"BERANGKAT {village.ref}")
    assert village.told().count("evt.on_the_way") == 1
    village.office.work(minutes=1)
    assert any(f"nomor {number}. Nomor beda? Jangan layani" in said or f"nomor {number}. Beda? Jangan layani" in said
               for said in village.office.gateway.bodies)  # fmt: skip
    assert (village.ticket()["status"], village.history()[-1]) == ("scheduled", ("set_off", "budi", "sms"))


def test_what_the_desk_refuses_is_refused(village: Village) -> None:
    village.write(f"TERIMA {village.ref}")
    assert "Jadwalkan dulu" in village.write(f"SELESAI {village.ref} 735")
    assert "hari ini dan 13 hari" in village.write(f"JADWAL {village.ref} 19/11 pagi")
    assert "hari ini dan 13 hari" in village.write(f"JADWAL {village.ref} 4-12-2026 pagi")
    assert "sudah lewat hari ini" in village.write(f"JADWAL {village.ref} hari ini pagi")
    assert "jam 8-11" in village.write(f"JADWAL {village.ref} 3-12 pagi")
    assert "belum tiba" in village.write(f"NIHIL {village.ref}")


def test_who_has_no_room_takes_nothing(village: Village) -> None:
    with village.office.database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == "budi").values(capacity=0))
    assert "sudah penuh" in village.write(f"TERIMA {village.ref}")
    assert village.ticket()["status"] == "open"


def test_a_ticket_elsewhere_and_one_that_is_about_the_agent_do_not_exist(village: Village) -> None:
    unknown = "tidak ada di antara tugas Anda"
    with village.office.database.write() as connection:
        connection.execute(update(tickets).values(village="35.10.14.2001"))
    assert unknown in village.write(f"TERIMA {village.ref}")
    with village.office.database.write() as connection:
        connection.execute(update(tickets).values(village="35.10.15.2006", accused=" budi ", agent_id="sari"))
    assert unknown in village.write(f"TERIMA {village.ref}")
    assert unknown in village.write(f"SELESAI {village.ref} 735")


def test_a_phone_that_is_forgotten_or_whose_owner_left_is_a_citizen_s(village: Village) -> None:
    assert "belum kami pahami" in village.write("TUGAS", PHONE)
    with village.office.database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == "sari").values(active=0))
    assert "belum kami pahami" in village.write("TUGAS", SARI)
    assert village.phones.set("budi", "", village.office.clock())
    assert "belum kami pahami" in village.write("TUGAS")
    with pytest.raises(IntegrityError):
        village.phones.set("budi", SARI, village.office.clock())
    assert not village.phones.set("nobody", BUDI, village.office.clock())


def test_every_look_is_written_down_and_limited(village: Village) -> None:
    village.write("TUGAS")
    assert "Siti, Glagah. HP 0812-0000-0001" in village.write("TUGAS 1"), "no gap where no landmark is known"
    id = village.ticket()["id"]
    looks = [(row["actor"], row["verb"], row["subject"]) for row in village.office.rows("audit")]
    assert ("budi", "list", "351015") in looks
    assert ("budi", "open", id) in looks


def test_no_phone_of_staff_is_kept(village: Village) -> None:
    kept = "".join(str(row) for row in village.office.rows("agents"))
    assert BUDI not in kept
    assert BUDI[3:] not in kept
