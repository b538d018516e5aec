"""The words of the calendar in four languages, each with the character that stands for its kind in nlu/dates.py."""

from collections.abc import Iterable
from typing import TypeVar

from bot import spoken

_LONG_ENOUGH = 6  # Letters of a month of which one, or every vowel, may be left out.
Value = TypeVar("Value")


def _by_word(rows: Iterable[tuple[Value, str]]) -> dict[str, Value]:
    return {word: value for value, row in rows for word in row.split()}


WEEKDAYS = _by_word(
    enumerate(
        str.split(
            "senin senen snin sennen senneng seneng snen monday|selasa slasa salasa seloso sloso selosoh tuesday "
            "| rabu rebo rebbu rbu rebu rebuh wednesday | kamis kemis kemmes kemmis kammis kmis thursday "
            "| jumat jmat jumuah jemuah jumaat jumad jemuwah jemat friday | sabtu sbtu setu sattu saptu sebtu saturday "
            "| ahad ngahad ahat sunday",
            "|",
        )
    )
)
MONTHS = _by_word(
    enumerate(
        str.split(
            "januari january januwari janwari jan | februari pebruari february febuari feb peb | maret march mrt mar "
            "| april apr apil | mei may | juni june jun | juli july jul | agustus august agt agust agustos ags agst | "
            "september sept septembr sep | oktober october okt oct | november nopember nov nop novembr | desember "
            "december desmber des dec desembr",
            "|",
        ),
        1,
    )
)
DAYS_AWAY = _by_word(
    (
        (-1, "kemarin kemaren kmrn kmren kmarin kmaren kemrin kmrin wingi dingin yesterday ystrday yesterdy"),
        (-1, "beri bari beeri baari berri barri berik barik bhari bheri"),
        (0, "today tday"),
        (0, "tonight tonite"),
        (1, "besok bsk bsok bsuk besuk sesuk ngesuk mbesuk tomorrow tmrw tmr tomorow benjing mbenjing"),
        (1, "lagghu laggu lagguk lagghuk lagguh lagghuh lagguna lagghuna laggunah"),
        (2, "lusa emben embin"),
    )
)
PARTS = _by_word(
    (
        ("am", "gulaggu gulagguh gulagghu gulagghuh ghulaggu ghulagguh ghulagghu ghulagghuh gulaghu gullaggu"),
        ("am", "pagi pgi isuk esuk enjing enjang morning mornings paginya isuke esuke"),
        ("noon", "siang siyang awan aban noon siangnya awane"),
        ("pm", "sore sonten afternoon evening afternoons evenings sorenya sorene sontenipun"),
        ("night", "malam malem mlm bengi dalu malemnya malamnya bengine night nights"),
    )
)
KINDS = _by_word(
    (
        *(("N", word) for word in spoken.WORDS),
        *(("Y" if word.endswith("day") else "W", word) for word in WEEKDAYS),
        *(("M", word) for word in MONTHS),
        *(("R", word) for word in DAYS_AWAY),
        *(("n" if part == "night" else "p", word) for word, part in PARTS.items()),
        ("m", "jan feb peb march mrt mar apr may jun jul agt ags agst sep sept okt oct nov nop des dec"),
        ("d", "dingin yesterday ystrday yesterdy beri bari beeri baari berri barri berik barik bhari bheri"),
        ("C", "tadi td tdi nanti nti ntar mengko mengke mangke wau ghella gella gelle gellek ghelle gellak ghellak"),
        ("E", "awal akhir akir akher pertengahan penghujung pungkasan early late end beginning"),
        ("w", "tengah"),
        ("f", "dari dr sejak sjk mulai ket wit saking dhari deri since"),
        ("S", "lebaran riyoyo riyaya riaja tellasan"),
        ("X", "rejeb rajab ruwah poso pasa puasa sura suro sapar mulud syawal sawal sakban romadon ramadan ramadhan"),
        ("v", "senneng seneng"),  # In Madurese Monday, in Javanese to like.
        ("K", "kemarin kemaren kmrn kmren kmarin kmaren kemrin kmrin wingi"),
        ("l", "lagghu laggu lagguk lagghuk lagguh lagghuh"),  # With "ghu" before it, the morning.
        ("h", "gu ghu ge"),
        ("G", "minggu mingghu mgg mnggu mgu mggu minggune mingguna"),  # A week, or Sunday.
        ("V", "week weeks pekan"),
        ("B", "bulan bln blan sasi wulan ulan month months bulen bhulan"),
        ("A", "tahun thn taun th year years tahon taon"),
        ("H", "hari hr dino dina dinten day days"),
        ("a", "are arena"),
        ("T", "tgl tanggal tgal tggl tangghal tanggel date tg"),
        ("L", "lalu lewat lwt kepungkur tapongkor tapungkor lapongkor kapungkur lebat lebbat adha ago kliwat"),
        ("F", "depan dpn budi ngarep ngajeng dateng deteng mendatang ngarepe dhateng agghi agghik"),
        ("I", "ini ni iki niki reya areya panika nika neka"),
        ("P", "this next last"),
        ("Q", "yang yg sing se kang ingkang"),
        ("r", "lagi lgi lg maneh engkas"),
        ("O", "st nd rd th"),
        ("o", "of"),
        ("t", "the"),
        ("J", "legi pahing pon wage kliwon paing"),
        ("k", "kala"),
        ("u", "dulu dlu"),
        ("j", "jam pukul pkl jm jem pokol jhem"),
        ("s", "setengah"),
        ("c", "am pm wib"),
        ("g", "selamat slmt slamat slamet met mat sugeng sgeng good gud gd salamet slmat selamet"),
        ("i", "tiap setiap saben tiep sabben per every beberapa bbrp berapa brp sak hitungan"),
        ("i", "menjelang jelang sdh sudah udah udh uda dah wis wes sampun ampun mpun la le ampon talebat ta"),
        ("b", "habis abis hbs bakda bada setelah sesudah bar sebelum after before sabelluna samarena sakwise"),
        ("q", "subuh dhuhur dzuhur duhur zuhur lohor luhur ashar asar magrib maghrib isya isyak jumatan prayer"),
    )
)
for _name in [name for name in MONTHS if len(name) >= _LONG_ENOUGH]:
    _shorter = {_name[:n] + _name[n + 1 :] for n in range(1, len(_name))}
    _shorter.add(_name[0] + "".join(letter for letter in _name[1:] if letter not in "aeiou"))
    for _short in sorted(_shorter - KINDS.keys()):
        MONTHS[_short], KINDS[_short] = MONTHS[_name], "M"
