"""A change of data in the desk's words: what the household has said, for whoever helps with it."""

from collections.abc import Callable, Mapping
from datetime import date

from bot.updates import Kind
from handoff.desk.words import local_phone

KINDS: Mapping[Kind, str] = {
    Kind.BIRTH: "Kelahiran",
    Kind.DEATH: "Kematian. Belum berlaku sebelum orang kedua memastikan: bila benar, selesaikan sebagai Wafat.",
    Kind.MOVE_OUT: "Pindah keluar",
    Kind.MOVE_IN: "Pindah datang",
    Kind.MARRIAGE: "Pernikahan",
    Kind.DIVORCE: "Perceraian",
    Kind.PHONE: "Ganti nomor HP, diminta dari HP lain. Cocokkan KTP/KK: bila benar, selesaikan sebagai Terjawab.",
    Kind.ADDRESS: "Patokan rumah, diminta dari HP lain. Bila benar, selesaikan sebagai Terjawab.",
}
LABELS: Mapping[str, str] = {
    "name": "Nama",
    "nik": "NIK",
    "date": "Tanggal",
    "paper": "Surat",
    "where": "Tujuan",
    "village": "Desa/kelurahan",
    "relation": "Pelapor",
    "witness": "Yang bisa memastikan",
    "witness_phone": "HP-nya",
    "phone": "HP baru",
    "note": "Patokan",
}
CODES: Mapping[str, str] = {
    "yes": "sudah ada",
    "no": "belum ada",
    "certificate": "akta sudah ada",
    "letter": "surat bidan/RS",
    "none": "belum ada",
    "district": "kecamatan lain",
    "regency": "kabupaten/kota lain",
    "abroad": "luar negeri",
    "spouse": "suami/istri",
    "child": "anak",
    "parent": "orang tua",
    "neighbour": "tetangga/RT",
    "family": "keluarga lain",
    "rt": "ketua RT/RW",
    "clinic": "bidan/puskesmas",
}


def told(kind: Kind, details: Mapping[str, str], area: Callable[[str], str]) -> tuple[str, ...]:
    """What it is, and then each thing that was said. `area`: a village's name by its code."""
    said = (f"{LABELS[name]}: {_value(name, value, area)}" for name, value in details.items() if value)
    return (KINDS[kind], " · ".join(said)) if any(details.values()) else (KINDS[kind],)


def _value(name: str, value: str, area: Callable[[str], str]) -> str:
    match name:
        case "nik":  # As everywhere at the desk.
            return f"…{value[-4:]}"
        case "date":
            return f"{date.fromisoformat(value):%d-%m-%Y}"
        case "village":
            return area(value)
        case "phone" | "witness_phone":
            return local_phone(value)
        case "where" if value == "village":
            return "desa lain, kecamatan sama"
        case "note" | "name":
            return value
        case _:
            return CODES[value]
