"""The desk's words for what the code names: labels, dates and reasons. Headings and buttons are in the templates."""

from collections.abc import Mapping
from datetime import date, datetime

from handoff.desk.ports import Event
from handoff.routing import Role
from handoff.tickets import Move, Need, Outcome, Place, Reason, Slot, Status, Topic

TOPICS: Mapping[Topic, str] = {
    Topic.FACE_VERIFICATION: "Verifikasi wajah",
    Topic.OBJECTION: "Sanggahan",
    Topic.DATA_UPDATE: "Perubahan data",
    Topic.PAYMENT: "Uang bantuan",
    Topic.REPORT: "Laporan",
    Topic.QUESTION: "Pertanyaan",
    Topic.CALLBACK: "Minta ditelepon",
}
REMARKS: Mapping[str, str] = {
    "serial": "NIK berakhir 0000. Cocokkan dengan KTP.",
    "regency": "Kabupaten dalam NIK tidak dikenal. Cocokkan dengan KTP.",
    "area_unknown": "Kecamatan dalam NIK tidak dikenal. Cocokkan dengan KTP.",
    "area_retired": "NIK dari kecamatan yang sudah dimekarkan. Itu wajar.",
    "area_differs": "NIK dari daerah lain. Mungkin pindah; tanyakan KK.",
    "born_differs": "Tanggal lahir yang disebut berbeda dari NIK. Lihat KTP.",
    "family_absent": "Didaftarkan keluarga tanpa hadir. Minta persetujuannya saat bertemu.",
    "assistant": "Didaftarkan lewat pendamping. Tanyakan apakah orangnya memang setuju.",
    "unproven": "Kunjungan diselesaikan tanpa nomor kunjungan. Tanyakan kepada warga; bila benar, selesaikan sebagai "
    "terjawab.",
    "not_me": "Warga berkata: bukan saya yang mendaftar atau meminta. Telepon dahulu; belum ada yang dihapus.",
    "late_right": "Permintaan warga atas datanya hampir lewat 72 jam. Lihat: loket privacy requests.",
    "identity": "Minta perbaikan: nama atau NIK.",
    "address": "Minta perbaikan: desa atau alamat.",
    "phone": "Minta perbaikan: nomor HP.",
    "other": "Minta perbaikan data lainnya. Tanyakan apa yang salah.",
    "objection_income": "Sanggahan: penghasilannya tercatat salah. Kumpulkan bukti, misalnya surat keterangan desa.",
    "objection_property": "Sanggahan: tanah atau kendaraannya tercatat salah. Lihat surat dan keadaannya.",
    "objection_work": "Sanggahan: pekerjaannya tercatat salah. Kumpulkan bukti.",
    "objection_family": "Sanggahan: anggota keluarganya tercatat salah. Cocokkan dengan KK.",
    "objection_house": "Sanggahan: rumah atau listriknya tercatat salah. Lihat rumahnya dan token listriknya.",
    "objection_other": "Sanggahan: ada yang salah. Tanyakan kepada warga.",
    "objection_someone": "Sanggahan terhadap orang lain. Rahasiakan nama pelapor; periksa di lapangan.",
    "objection_misuse": "Warga merasa NIK-nya dipakai orang lain. Temui dan cocokkan wajah dengan KTP-el: hanya "
    "pemiliknya yang boleh menyanggah. Jangan beri tahu apa pun lewat telepon.",
    "bribe": "Laporan: diminta uang.",
    "false_officer": "Laporan: petugas palsu.",
    "cut_money": "Laporan: uang bantuan dipotong.",
    "wrong_target": "Laporan: bantuan salah sasaran, atau penerimanya sudah wafat.",
    "anonymous": "Pelapor tidak mau disebut namanya. Tidak ada nomor yang bisa dihubungi.",
    "visit_problem": "Warga berkata: kunjungan yang dicatat selesai itu tidak benar, atau ada masalah. Telepon dia.",
    "card_held": "Laporan: kartu dipegang orang lain.",
    "cut_officer": "Laporan: uang dipotong petugas atau agen.",
    "cut_shop": "Laporan: uang dipotong warung atau agen bank.",
    "cut_village": "Laporan: uang dipotong RT atau aparat desa.",
    "cut_unknown": "Laporan: uang dipotong, belum jelas oleh siapa.",
    "pay_ill": "Sakit atau lansia: minta PT Pos mengantar uangnya ke rumah.",
    "pay_far": "Tempat ambil uang jauh, atau tidak ada ongkos.",
    "pay_how": "Belum tahu cara mengambil uang. Jelaskan, temani bila perlu.",
    "pay_away": "Bekerja di luar kota. Tanyakan siapa yang boleh mengambil uangnya.",
    "pay_failed": "Uang gagal masuk rekening atau kembali. Uruskan dengan bank atau Pos.",
    "pay_held": "Uang ditahan untuk diperiksa. Tanyakan sebabnya, lalu kabari warga.",
    "card_pin": "Lupa PIN kartu. Antar ke bank; jangan pernah menanyakan PIN.",
    "card_lost": "Kartu hilang atau rusak. Bantu urus gantinya di bank.",
    "card_empty": "Saldo kosong. Cek di bank apakah uangnya sudah masuk.",
    "no_show": "Warga mengadu: agen tidak datang. Hubungi warga dan atur waktu baru.",
    "not_met": "Warga mengadu: belum bertemu agen, padahal kunjungan dicatat selesai. Periksa.",
    "death_disputed": "Kabar wafat ini dibantah. Temui orangnya dan keluarganya dengan hormat; belum ada yang berubah.",
    "renewal": "Minta daftar lagi, tetapi NIK ini sudah terdaftar dari HP lain. Cari tahu mana yang benar.",
    "phone_disputed": "HP lama membantah ganti nomor. Nomornya sudah dikembalikan; cari tahu siapa yang meminta.",
    "rejected": "Portal belum menerima perubahan data ini. Bantu keluarga melengkapinya di Dukcapil.",
    "revision": "Portal minta perubahan data ini dilengkapi. Bantu keluarga di Dukcapil.",
    "voice": "Warga mengirim pesan suara. Isinya tidak kami simpan: telepon, dan tanyakan keperluannya.",
    "missed_call": "Warga memanggil sekali dan menunggu ditelepon. Mungkin tidak bisa membaca: jelaskan dengan lisan.",
    "dispute": "NIK ini didaftarkan juga dari HP lain. Periksa KTP dengan teliti.",
}
# What a citizen said of a visit, as the history of its ticket tells it.
HEARD: Mapping[str, str] = {
    "met": "Sudah bertemu agen.",
    "no_show": "Agen tidak datang.",
    "not_met": "Belum bertemu agen.",
    "not_me": "Bukan saya yang mendaftar.",
}
CALL_FROM = "Telepon dari nomor resmi: warga diberi tahu bahwa nomor lain bukan dari kami."
STATUSES: Mapping[Status, str] = {
    Status.OPEN: "Belum diambil",
    Status.ASSIGNED: "Perlu dijadwalkan",
    Status.SCHEDULED: "Terjadwal",
    Status.RESOLVED: "Selesai",
    Status.CANCELLED: "Dibatalkan",
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.VERIFIED_FACE: "Terverifikasi wajah",
    Outcome.VERIFIED_DOCUMENT: "Terverifikasi KTP/KK (wajah gagal)",
    Outcome.NOT_MET: "Tidak bertemu",
    Outcome.MOVED: "Pindah",
    Outcome.DECEASED: "Wafat",
    Outcome.REFUSED: "Menolak",
    Outcome.DATA_DIFFERS: "Data berbeda",
    Outcome.NOT_RESIDENT: "Bukan warga desa ini",
    Outcome.NEEDS_DUKCAPIL: "Perlu ke Dukcapil",
    Outcome.SUSPECTED_FRAUD: "Diduga palsu",
    Outcome.ANSWERED: "Terjawab",
}
SLOTS: Mapping[Slot, str] = {
    Slot.MORNING: "Pagi, 8-11",
    Slot.MIDDAY: "Siang, 11-14",
    Slot.AFTERNOON: "Sore, 14-17",
    Slot.ANY: "Kapan saja",
}
PLACES: Mapping[Place, str] = {Place.HOME: "Rumah warga", Place.HALL: "Balai desa/kelurahan"}
NEEDS: Mapping[Need, str] = {
    Need.WALKING: "Sakit/sulit berjalan",
    Need.SEEING: "Sulit melihat",
    Need.HEARING: "Sulit mendengar/bicara",
}
ROLES: Mapping[Role, str] = {
    Role.AGENT: "Agen Perlinsos",
    Role.COORDINATOR: "Koordinator kecamatan",
    Role.DINAS: "Dinas Sosial",
}
LANGUAGES: Mapping[str, str] = {"id": "Indonesia", "jv": "Jawa", "osi": "Using", "mad": "Madura", "en": "Inggris"}
CHANNELS: Mapping[str, str] = {"ussd": "UMB", "sms": "SMS", "whatsapp": "WhatsApp"}
REASONS: Mapping[Reason, str] = {
    Reason.STATUS: "Langkah ini tidak bisa lagi: keadaan tiket sudah berubah.",
    Reason.DAY: "Pilih hari antara hari ini dan 13 hari ke depan.",
    Reason.OUTCOME: "Hasil ini tidak cocok untuk jenis tiket ini.",
    Reason.SCHEDULE_FIRST: "Jadwalkan dulu kunjungannya (boleh untuk hari ini), agar warga menerima nomor kunjungan.",
    Reason.AGENT_NUMBER: "Nomor agen belum bisa dibuat. Coba sekali lagi.",
    Reason.SAME_AGENT: "Tiket ini sudah dipegang orang itu.",
    Reason.FULL: "Jumlah tiket sudah penuh.",
    Reason.ABSENT: "Orang ini sedang tidak bertugas.",
    Reason.CONCERNED: "Laporan ini tidak boleh ke orang itu: ia disebut di dalamnya, atau satu jalur dengannya.",
    Reason.NOT_TODAY: "Kunjungan ini bukan hari ini. Ubah dulu jadwalnya.",
    Reason.TOO_EARLY: "Hari kunjungan ini belum tiba. Bila tidak bisa datang, ubah jadwalnya.",
}
MOVES: Mapping[Move, str] = {
    Move.TAKE: "Diambil",
    Move.ASSIGN: "Diserahkan",
    Move.SCHEDULE: "Dijadwalkan",
    Move.SET_OFF: "Berangkat",
    Move.NOT_MET: "Tidak bertemu",
    Move.RESOLVE: "Selesai",
    Move.GIVE_BACK: "Dikembalikan",
    Move.CANCEL: "Dibatalkan",
}
SAVED: Mapping[Move, str] = {
    Move.TAKE: "Tiket ini sekarang tugas Anda. Jadwalkan kunjungannya.",
    Move.ASSIGN: "Tiket sudah dialihkan.",
    Move.SCHEDULE: "Jadwal tersimpan. Warga menerima SMS.",
    Move.SET_OFF: "Warga diberi tahu bahwa Anda sedang ke sana.",
    Move.NOT_MET: "Tercatat: tidak bertemu. Jadwalkan kunjungan lagi.",
    Move.RESOLVE: "Hasil tersimpan. Terima kasih.",
    Move.GIVE_BACK: "Tiket sudah dikembalikan.",
}

CHOOSE_OUTCOME = "Pilih satu hasil."
CHOOSE_DAY = "Pilih satu hari."
CHOOSE_SLOT = "Pilih satu waktu."
SLOT_OVER = "Waktu itu sudah lewat hari ini. Pilih waktu atau hari lain."
CHOOSE_PLACE = "Pilih satu tempat."
CHOOSE_AGENT = "Pilih satu nama dari daftar."
CHOOSE_LISTED = "Pilih salah satu dari daftar."
NUMBER_FORM = "Nomor kunjungan terdiri dari 3 angka, misalnya 735."
NUMBER_SPENT = "Nomor kunjungan sudah 3 kali salah. Kosongkan nomornya; hasil ini akan diperiksa koordinator."
NOTE_LONG = "Catatan paling panjang 200 huruf."
NOTE_SIGNS = "Catatan berisi tanda yang tidak dapat dibaca. Ketik ulang dengan huruf biasa."
STALE_FORM = "Halaman ini terlalu lama terbuka. Isian Anda masih ada; kirim sekali lagi."
STILL_HERE = "Isian Anda masih ada. Periksa, lalu kirim sekali lagi."
WRONG_SIGN_IN = "Nama masuk atau kata sandi tidak cocok."
TOO_MANY_SIGN_INS = "Terlalu banyak percobaan. Tunggu 15 menit, lalu coba lagi."
LOGIN_MISSING = "Isi nama masuk."
PASSWORD_MISSING = "Isi kata sandi."  # noqa: S105  A sentence, not a password.
TAKEN = "Tiket ini sudah diambil orang lain, atau tidak ada di desa Anda. Pilih tiket lain di halaman Ambil."
SESSION_OVER = "Sesi Anda sudah berakhir. Silakan masuk lagi."
NOT_KEPT = "Sesi Anda sudah berakhir, dan kiriman terakhir belum tersimpan. Masuk lagi, lalu ulangi."
SIGNED_OUT = "Anda sudah keluar."
ALL = "Semua"
NAMELESS = "Tanpa nama"  # Somebody who said no name, or only asked to be called.

# Heading and advice of the page for each refusal.
ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("Permintaan tidak lengkap", "Kembali ke halaman sebelumnya, muat ulang, lalu kirim sekali lagi."),
    403: ("Permintaan ditolak", "Permintaan ini tidak datang dari halaman Loket. Buka Loket lagi, lalu ulangi."),
    404: ("Tidak ditemukan", "Halaman atau tiket ini tidak ada, atau bukan tugas Anda."),
    409: ("Belum bisa", "Keadaan tiket sudah berubah. Buka tiketnya lagi."),
    413: ("Isian terlalu panjang", "Pendekkan isiannya, lalu kirim sekali lagi."),
    429: ("Terlalu banyak tiket dibuka", "Demi data warga, jumlah tiket yang dibuka dibatasi. Coba lagi nanti."),
    500: ("Maaf, ada gangguan", "Yang sudah tersimpan tetap aman. Coba lagi sebentar lagi."),
}

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def weekday(day: date) -> str:
    """Three letters: Sen."""
    return _DAYS[day.weekday()][:3]


def long_date(day: date) -> str:
    """Senin 23 Nov"""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def short_date(day: date) -> str:
    """Sen 23 Nov"""
    return f"{weekday(day)} {day.day} {_MONTHS[day.month - 1]}"


def moment(at: datetime) -> str:
    """Sen 23 Nov jam 14.30; `at` already in the reader's zone."""
    return f"{short_date(at.date())} jam {at:%H.%M}"


def nearby(day: date, today: date) -> str:
    """Hari ini, besok, or the date."""
    match (day - today).days:
        case 0:
            return "Hari ini"
        case 1:
            return "Besok"
        case -1:
            return "Kemarin"
        case _:
            return short_date(day)


def left(due: date, today: date) -> str:
    """The days to the deadline in words, so that no colour is needed to read them."""
    days = (due - today).days
    if days < 0:
        return f"lewat {-days} hari"
    return f"sisa {days} hari" if days else "batas hari ini"


def reference(ref: str) -> str:
    """4721-9035-1188"""
    return "-".join(ref[i : i + 4] for i in range(0, len(ref), 4))


def local_phone(e164: str) -> str:
    """As Indonesians say it: 0812-3456-7890."""
    local = "0" + e164.removeprefix("+62") if e164.startswith("+62") else e164
    return "-".join(filter(None, (local[:4], local[4:8], local[8:])))


def happened(event: Event) -> str:
    """A line of the history."""
    if event.move is None and event.note in HEARD:
        return "Kata warga"
    if event.move is None:
        return "Perlu diperiksa" if event.note.startswith("unproven:") else "Tiket dibuat"
    if event.outcome is not None:
        return f"{MOVES[event.move]}: {OUTCOMES[event.outcome]}"
    return MOVES[event.move]


def way(event: Event) -> str:
    """By which way it was done, where that was not the desk."""
    return f", lewat {CHANNELS[event.channel]}" if event.channel in CHANNELS else ""


def remark(event: Event) -> str:
    """What was written beside a line of the history; a review says what is doubted."""
    about, _, outcome = event.note.partition(":")
    if event.move is None and about == "unproven" and outcome in set(Outcome):
        return OUTCOMES[Outcome(outcome)]
    if event.move is None:
        return HEARD.get(event.note, event.note)
    return event.note


def wrong_number(left_tries: int) -> str:
    """What stands beside the field after a wrong visit number."""
    if left_tries <= 0:
        return NUMBER_SPENT
    return f"Nomor tidak cocok. Minta warga melihat SMS-nya. Sisa {left_tries} kali."


def changed(by: str, at: datetime) -> str:
    """The sentence of a conflict; `at` in the reader's zone."""
    return f"Diubah oleh {by}, {moment(at)}."
