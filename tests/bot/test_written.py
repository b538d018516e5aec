"""One message that registers: however its parts are written, each answers its own question."""

from datetime import date

import pytest
from support.phone import ENGINE

from bot.written import read

TODAY = date(2026, 11, 20)
NIK, KK, GIRL = "3510995708900001", "3510991203150001", "3510995203150002"
WHOLE = {"nik": NIK, "kk": KK, "name": "SITI AMINAH", "village": "KEMBIRITAN", "pick0": "35.10.09.2001"}
PART = {"nik": NIK, "name": "SITI AMINAH", "village": "KEMBIRITAN", "pick0": "35.10.09.2001"}


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (f"{NIK}#{KK}#SITI AMINAH#KEMBIRITAN", WHOLE),
        (f"{NIK} {KK} SITI AMINAH KEMBIRITAN", WHOLE),
        (f"{NIK}{KK}#SITI AMINAH#KEMBIRITAN", WHOLE),
        (f"SITI AMINAH, KEMBIRITAN; {NIK} / {KK}", WHOLE),
        (f"KK {KK}\nNIK {NIK}\nNama: SITI AMINAH\nDesa: KEMBIRITAN", WHOLE),
        (f"desa KEMBIRITAN nama SITI AMINAH nik {NIK}", PART),
        ("3510-9957-0890-0001*SITI AMINAH*KEMBIRITAN", PART),
        ("35.10.99.570890.0001 SITI AMINAH KEMBIRITAN", PART),
        (f"{NIK} SITI AMINAH", {"nik": NIK, "name": "SITI AMINAH"}),
        (f"{NIK} KEMBIRITAN", {"nik": NIK, "village": "KEMBIRITAN", "pick0": "35.10.09.2001"}),
        (f"desa KEMBIRITAN#{NIK}#SITI AMINAH", PART),
        (f"{NIK}#SITI AMINAH#KEM", {"nik": NIK, "name": "SITI AMINAH", "village": "KEM"}),
        (f"{KK}#{NIK}", {"nik": NIK, "kk": KK}),  # Only one of them can be a grown person's NIK.
        (f"{GIRL}#{KK}", {"nik": GIRL, "kk": KK}),
        ("351099570890000", {"nik": "351099570890000"}),  # A digit is missing: its question says so.
        ("", {}),
        ("# , ;", {}),
    ],
)
def test_every_part_finds_its_question(text: str, answers: dict[str, str]) -> None:
    assert dict(read(text, ENGINE.world.areas, TODAY)) == answers
