"""Sealing: what is moved, cut, changed or under another key does not open; the key file is guarded and followed."""

import base64
import json
import os
from pathlib import Path

import pytest

from store.seal import (
    INDEXES,
    KeyFile,
    KeysMissing,
    Sealer,
    Tampered,
    add_data_key,
    drop_data_keys,
    generate_keys,
    load_keys,
)

PLACE, ROW, PLAIN = "registrations.sealed", "r1", b"3510991708900001"
ROOT = bytes(range(32, 64))


def sealer(*kids: int, root: bytes = ROOT) -> Sealer:
    return Sealer({kid: bytes([kid]) * 32 for kid in kids or (1,)}, root)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    generate_keys(tmp_path / "keys.json")
    return tmp_path / "keys.json"


@pytest.fixture(autouse=True)
def attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process looks at the file every second at most; here, each time that it is asked to."""
    monkeypatch.setattr("store.seal.LOOK_S", -1.0)


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    one = sealer()
    sealed = one.seal(PLACE, ROW, PLAIN)
    assert one.open(PLACE, ROW, sealed) == PLAIN
    for place, row in (("registrations.sealed_details", ROW), (PLACE, "r2"), (PLACE, ""), ("", ROW)):
        with pytest.raises(Tampered):
            one.open(place, row, sealed)


def test_two_rows_cannot_swap_their_values() -> None:
    one = sealer()
    mine, yours = one.seal(PLACE, "r1", b"mine"), one.seal(PLACE, "r2", b"yours")
    for row, value in (("r1", yours), ("r2", mine)):
        with pytest.raises(Tampered):
            one.open(PLACE, row, value)


def test_every_changed_bit_is_noticed() -> None:
    one = sealer()
    sealed = one.seal(PLACE, ROW, PLAIN)
    for at in range(1, len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(Tampered):
            one.open(PLACE, ROW, bytes(changed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x01", b"\x01\x01" + bytes(11), b"\x01\x01" + bytes(40)])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(Tampered):
        sealer().open(PLACE, ROW, sealed)


def test_an_unknown_key_opens_nothing_and_says_only_where() -> None:
    sealed = sealer(2).seal(PLACE, ROW, PLAIN)
    with pytest.raises(Tampered) as caught:
        sealer(1).open(PLACE, ROW, sealed)
    assert str(caught.value) == PLACE


def test_the_newest_key_seals_and_the_older_ones_open() -> None:
    old, both = sealer(1), sealer(1, 2)
    sealed = old.seal(PLACE, ROW, PLAIN)
    assert both.open(PLACE, ROW, sealed) == PLAIN
    assert (both.is_current(sealed), both.is_current(both.seal(PLACE, ROW, PLAIN))) == (False, True)


def test_equal_values_are_sealed_differently_each_time() -> None:
    one = sealer()
    assert len({one.seal(PLACE, ROW, PLAIN) for _ in range(100)}) == 100


def test_a_sealed_value_shows_nothing_of_what_is_in_it() -> None:
    assert PLAIN not in sealer().seal(PLACE, ROW, PLAIN)


def test_an_index_is_stable_and_worth_nothing_without_its_key() -> None:
    one = sealer()
    assert one.index("nik", "3510991708900001") == sealer(7).index("nik", "3510991708900001")
    assert one.index("nik", "3510991708900001") != sealer(root=bytes(32)).index("nik", "3510991708900001")
    assert len({one.index(kind, "1") for kind in INDEXES}) == len(INDEXES)


def test_keys_of_another_length_are_none() -> None:
    for keys in ({}, {1: b""}, {1: bytes(16)}, {1: bytes(32), 2: bytes(31)}):
        with pytest.raises(KeysMissing):
            Sealer(keys, ROOT)


def test_a_new_file_is_for_its_owner_alone_and_is_never_overwritten(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        generate_keys(path)
    assert path.read_bytes() == before
    assert load_keys(path).open(PLACE, ROW, load_keys(path).seal(PLACE, ROW, PLAIN)) == PLAIN


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o777])
def test_a_file_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeysMissing, match="can be read by others"):
        load_keys(path)


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_file_of_ones_own_is_read(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert load_keys(path)


KEY = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not a key file"),
        ("[]", "is not a key file"),
        ("{}", "is not a key file"),
        (json.dumps({"data": {"1": KEY}}), "is not a key file"),
        (json.dumps({"data": {"one": KEY}, "root": KEY}), "is not a key file"),
        (json.dumps({"data": [KEY], "root": KEY}), "is not a key file"),
        (json.dumps({"data": {"1": "A"}, "root": KEY}), "is not a key file"),
        (json.dumps({"data": {"1": KEY}, "root": "AAAA"}), "no root key"),
        (json.dumps({"data": {}, "root": KEY}), "keys of 32 bytes"),
        (json.dumps({"data": {"1": "AAAA"}, "root": KEY}), "keys of 32 bytes"),
    ],
)
def test_a_file_that_is_none_is_refused_without_a_quotation(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeysMissing, match=why) as caught:
        load_keys(path)
    assert KEY not in str(caught.value)


def test_no_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="loket keys generate"):
        load_keys(tmp_path / "keys.json")


def test_a_key_that_is_added_is_used_after_the_next_look(path: Path) -> None:
    running = load_keys(path)
    before = running.seal(PLACE, ROW, PLAIN)
    assert add_data_key(path) == 2
    running.refresh()
    after = running.seal(PLACE, ROW, PLAIN)
    assert (before[1], after[1]) == (1, 2)
    assert running.open(PLACE, ROW, before) == PLAIN
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_another_process_sealed_with_a_newer_key_opens_without_a_look(path: Path) -> None:
    running = load_keys(path)
    add_data_key(path)
    assert running.open(PLACE, ROW, load_keys(path).seal(PLACE, ROW, PLAIN)) == PLAIN


def test_a_dropped_key_is_gone(path: Path) -> None:
    running = load_keys(path)
    sealed = running.seal(PLACE, ROW, PLAIN)
    drop_data_keys(path, keep=add_data_key(path))
    running.refresh()
    with pytest.raises(Tampered):
        running.open(PLACE, ROW, sealed)
    assert list(json.loads(path.read_text())["data"]) == ["2"]


def test_a_file_that_disappears_stops_no_running_process(path: Path) -> None:
    running = load_keys(path)
    sealed = running.seal(PLACE, ROW, PLAIN)
    path.unlink()
    running.refresh()
    assert running.open(PLACE, ROW, sealed) == PLAIN


def test_a_file_that_has_not_changed_is_not_read_again(path: Path) -> None:
    file = KeyFile(path)
    assert file.changed() is not None
    assert file.changed() is None
    os.utime(path, ns=(1, 1))
    assert file.changed() is not None
