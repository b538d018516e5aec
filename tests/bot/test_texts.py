"""The shipped texts: complete, within every limit with the longest values, and never steered by a value."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot import gsm7
from bot.messages import Choice, Reply, Text
from bot.texts import Catalogue, CatalogueError, MissingValueError
from loket.texts import DATA, load
from sms import segments
from ussd import page

CATALOGUE = load()
FILES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    file.stem: yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  It makes strings only.
    for file in sorted((DATA / "texts").glob("*.yml"))
}
LONGEST: Mapping[str, str] = yaml.load((DATA / "placeholders.yml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
EVERY = [(language, id) for language, sentences in FILES.items() for id in sentences]
LABELS = re.compile(
    r"(reason\.(?!explain)|status\.(label|as_of)|date|sex|slot|place|field|nav|name|village|lang\.name|err\.prefix)"
)
ALOUD = re.compile(r"(wa|voice|slip)\.")
MESSAGES = re.compile(r"(evt|sms|ag)\.")

# What a talk in Javanese or Madurese can come upon. Its services must not fall back into Indonesian.
BUILT = (
    *("lang.", "main.", "who.", "reg.", "resume.", "status.", "reason.", "err.", "info.", "stop.", "nav.", "date."),
    "obj.",
    "rep.",
)
WORDS = ("sex.", "slot.", "place.", "field.", "name.", "village.", "data.done", "sms.no_reply_sender")
TOLD = (
    *("registered", "registered_by_other", "assigned", "scheduled", "visit_missed", "visit_done", "submitted"),
    *("eligible", "not_eligible", "waitlist", "decision_private", "codes", "window_opens"),
    *("obj_received", "obj_received_private", "obj_needs_evidence", "obj_accepted", "obj_rejected", "news_private"),
)
INVITES = re.compile(r"\b(?i:balas|bales|reply)\b|\b(SMS|text) [A-Z]{4,}|JADWAL|SANGGAH|TOLAK|\{sms\}")


def test_the_shipped_texts_leave_nothing_to_complain_about() -> None:
    assert CATALOGUE.complaints() == []
    assert CATALOGUE.languages == ("id", "en", "jv", "mad")


@pytest.mark.parametrize("language", FILES)
def test_every_screen_is_one_page_with_the_longest_values(language: str) -> None:
    """Also when it is put again behind the words for a wrong answer, and with the gateway's prefix counted."""
    wrong = CATALOGUE.line(language, Text("err.prefix"))
    for id in FILES[language]:
        if LABELS.match(id) or ALOUD.match(id) or MESSAGES.match(id):
            continue
        reply = CATALOGUE.reply(language, Text(id, LONGEST))
        again = Reply((wrong if reply.choices else "") + reply.body, reply.choices)
        assert len(page.fit(160, 4)(again)) == 1, (language, id)


@pytest.mark.parametrize("language", FILES)
def test_every_message_is_one_segment_with_the_longest_values(language: str) -> None:
    for id in filter(MESSAGES.match, FILES[language]):
        text = CATALOGUE.line(language, Text(id, LONGEST))
        assert segments.fit()(Reply(text))[0].body == text, (language, id)


def test_what_goes_over_the_air_is_of_the_basic_alphabet() -> None:
    for language, id in EVERY:
        if not ALOUD.match(id):
            assert set(FILES[language][id]["text"]) - set("{}") <= set(gsm7.BASIC), (language, id)


def test_no_native_reader_has_approved_anything_yet() -> None:
    """When one has, this is the place to say for which language."""
    assert {language: len(CATALOGUE.unreviewed(language)) for language in FILES} == {
        language: len(sentences) for language, sentences in FILES.items()
    }


@pytest.mark.parametrize("language", ["en", "jv", "mad"])
def test_a_talk_does_not_fall_back_into_indonesian(language: str) -> None:
    told = tuple(f"evt.{name}" for name in TOLD)
    assert [id for id in CATALOGUE.standing_in(language) if id.startswith((*BUILT, *WORDS, *told))] == []


def test_what_invites_a_reply_has_words_for_a_sender_that_takes_none() -> None:
    inviting = [f"evt.{name}" for name in TOLD] + ["who.max_reached", "err.outage", "err.rate_limited"]
    for language, id in EVERY:
        text = FILES[language][id]["text"]
        if id.endswith(".no_reply"):
            assert "{ussd}" in text, (language, id)
            assert not INVITES.search(text), (language, id)
        elif id in inviting and INVITES.search(text):
            assert CATALOGUE.has(language, f"{id}.no_reply"), (language, id)


def test_a_stranger_cannot_be_told_that_a_nik_is_known() -> None:
    assert not any(
        CATALOGUE.has(language, id) for language in FILES for id in ("reg.nik.dup_other", "reg.nik.not_found")
    )


def test_the_rules_of_the_house_for_screens() -> None:
    for language, id in EVERY:
        if not (ALOUD.match(id) or MESSAGES.match(id)):
            assert not re.search(
                r"\b(error|invalid|silakan|mohon|kamu)\b", FILES[language][id]["text"], re.IGNORECASE
            ), id


def test_a_sentence_comes_with_its_options_apart() -> None:
    assert CATALOGUE.reply("jv", Text("reg.nik")) == Reply(
        "(1/6) Ketik NIK: 16 angka, ana ing KTP utawa KK.",
        (Choice("1", "Ora duwe KTP/KK"), Choice("0", "Bali")),
        more=Choice("9", "Terus"),
    )
    assert CATALOGUE.reply("en", Text("err.bye", {"ussd": "*123#"}), ends=True) == Reply(
        "Thank you. Dial *123# any time, free.", ends=True, more=Choice("9", "Next")
    )
    assert CATALOGUE.line("id", Text("lang.changed")) == "Bahasa diganti: Indonesia.\n0 Menu"


def test_an_option_without_its_value_is_left_out() -> None:
    values = {"name1": "SITI", "ref4a": "9035", "name2": "", "ref4b": "1188"}
    rest = ["9", "99", "0"]  # Which of them leads anywhere is the flow's to say.
    assert CATALOGUE.reply("id", Text("who.pick", values)).choices == (
        Choice("1", "SITI ..9035"),
        Choice("9", "Lanjut"),
        Choice("99", "Orang lain"),
        Choice("0", "Kembali"),
    )
    del values["name2"]
    assert [choice.key for choice in CATALOGUE.reply("id", Text("who.pick", values)).choices] == ["1", *rest]


def test_a_missing_value_is_named_and_no_other_is_repeated() -> None:
    with pytest.raises(MissingValueError, match=r"^reg\.summary_core lacks a value for nik4$") as caught:
        CATALOGUE.reply("id", Text("reg.summary_core", {"name": "SITI AMINAH", "dob": "05-08-1967"}))
    assert "SITI" not in repr(caught.value)
    with pytest.raises(CatalogueError, match=r"^no sentence reg\.nothing$"):
        CATALOGUE.line("id", Text("reg.nothing"))


def test_dates_numbers_and_sentences_are_written_in_the_persons_language() -> None:
    values = {"kab": "Banyuwangi", "date": date(2026, 12, 2), "date2": date(2027, 5, 31), "ussd": "*123#"}
    for language, days in {
        "id": "Rab 2 Des s/d Sen 31 Mei",
        "en": "Wed 2 Dec to Mon 31 May",
        "jv": "Reb 2 Des nganti Sen 31 Mei",
    }.items():
        assert days in CATALOGUE.line(language, Text("evt.window_opens", values))
    label = Text("status.label.scheduled", {"date": date(2026, 11, 24)})
    assert (
        CATALOGUE.reply("en", Text("main.active", {"name": "SITI", "status": label})).body == "SITI: agent Tue 24 Nov"
    )
    assert "3 angka" in CATALOGUE.line("id", Text("reg.nik.err_len", {"n": 3}))


def test_where_indonesian_stands_in_its_values_are_indonesian_too() -> None:
    values = {"agent": "BUDI", "acode": "4821", "place": Text("ag.place.hall"), "date": date(2026, 11, 25)}
    assert "voice.visit_reminder" in CATALOGUE.standing_in("mad")
    assert "Rab 25 Nov" in CATALOGUE.line("mad", Text("voice.visit_reminder", values))
    assert CATALOGUE.line("su", Text("nav.more")) == "Lanjut", "a language that was switched off"


def test_a_long_value_is_cut_and_a_number_never_is() -> None:
    reply = CATALOGUE.reply("id", Text("reg.done_extra", {"ref": "4721-9035-1188"}))
    assert "4721-9035-1188" in reply.body
    values = {
        "name": "SITI AMINAH BINTI WULANDARI",
        "nik4": "0007",
        "dob": "05-08-1967",
        "village": "Gunung Samarinda Baru/Balikpapan Utara",
    }
    assert CATALOGUE.reply("id", Text("reg.summary_core", values)).body == (
        "Cek: SITI AMINAH.., NIK ..0007, lahir 05-08-1967, desa Gunung Samarinda Baru/..\nBenar?"
    )


def test_a_cut_value_ends_a_sentence_without_a_third_dot() -> None:
    told = Text("evt.assigned", {"ref": "4721-9035-1188", "agent": "RATNA WULANDARI", "date": date(2026, 11, 25)})
    assert "agen Anda RATNA WULAN.. Ia menghubungi Anda" in CATALOGUE.line("id", told)


def test_a_message_names_a_way_that_is_built() -> None:
    """An objection is menu 6, another day menu 3."""
    values = {"ref": "4721-9035-1188", "name": "SITI", "agent": "RATNA", "acode": "4821", "slot": "jam 8-11"}
    values |= {"reason": "x", "ussd": "*123*456#", "date": "Rab 25 Nov", "place": "rumah Anda"}
    for language in CATALOGUE.languages:
        for id, menu in (("evt.not_eligible.no_reply", 6), ("evt.scheduled.no_reply", 3)):
            said = CATALOGUE.line(language, Text(id, values))
            assert re.search(rf"\*123\*456#(,)? (pilih|pele|option|choose) {menu}", said)


@given(
    st.one_of(
        st.sampled_from(["{0.__class__}", "{ref}", "%s%n", "{{7*7}}", "\n1 Setuju", "\r\n0 x", "\u2028"]), st.text()
    )
)
def test_a_value_is_never_a_template_nor_an_option(value: str) -> None:
    reply = CATALOGUE.reply("id", Text("status.expired", {"name": value}))
    assert [choice.key for choice in reply.choices] == ["1", "2", "0"]
    assert len(reply.body) <= len(LONGEST["name"]) + len(": pendaftaran berakhir karena agen belum bisa bertemu Anda.")
    assert "\n" not in reply.body
    if value.isprintable() and len(value) <= len(LONGEST["name"]):
        assert reply.body.startswith(f"{value}: ")


GOOD = """
evt.a: {text: "Loket: {name} nomor {ref}", reviewed: false}
reg.a: {text: "Lanjut?\\n1 Ya", reviewed: true}
"""
PLACEHOLDERS = 'name: "SITI"\nref: "4721-9035-1188"\nreason: "x"\nlong: "a"\n'


@pytest.mark.parametrize(
    ("id", "text", "complaint"),
    [
        ("evt.a", "Loket: {name}", "other placeholders than id: ['ref']"),
        ("reg.a", "Terus?\\n2 Ya", "other option numbers than id"),
        ("reg.a", "Terus?", "other option numbers than id"),
        ("reg.b", "Terus?", "not in id"),
        ("evt.a", "Loket: {name} {ref} {nik}", "no longest value for nik"),
        ("reg.a", "Terus\u2026\\n1 Ya", "a letter outside the basic GSM alphabet"),
        ("reg.a", "Terus [1]?\\n1 Ya", "a letter outside the basic GSM alphabet"),
        ("reg.a", "a" * 134 + "\\n1 Ya", "139 characters with the longest values, 138 fit"),
        ("reg.a", "a" * 157, "157 characters with the longest values, 156 fit"),
        ("evt.a", "Loket: {name} {ref} " + "a" * 134, "161 characters with the longest values, 160 fit"),
        ("status.label.a", "a" * 25, "25 characters with the longest values, 24 fit"),
        ("reason.a", "a" * 41, "41 characters with the longest values, 40 fit"),
        ("wa.btn.a", "a" * 21, "21 characters with the longest values, 20 fit"),
        ("evt.a", "Loket: {name} {ref} https://x", "a link"),
        ("evt.a", "Loket: {name} {ref} bansos.com", "a link"),
        ("evt.a", "Perlinsos: {name} {ref}", 'does not begin with "Loket"'),
        ("evt.a", "Loket: {name} {ref} kode 123", "speaks of a code, a PIN or an OTP"),
        ("evt.a", "Loket: {name} {ref} jaga PIN", "speaks of a code, a PIN or an OTP"),
        ("reg.a", "Ketik nama lalu PIN Anda\\n1 Ya", "asks for a secret"),
        ("date.months", "Jan Feb", "not 12 words"),
    ],
)
def test_each_complaint(id: str, text: str, complaint: str) -> None:
    texts = {"id": GOOD, "jv": f'{id}:\n  text: "{text}"\n  reviewed: false\n'}
    assert f"jv {id}: {complaint}" in Catalogue(texts, PLACEHOLDERS).complaints()


def test_a_placeholder_is_as_long_as_the_longest_sentence_that_may_stand_there() -> None:
    texts = (
        'reason.a:\n  text: "'
        + "a" * 40
        + '"\n  reviewed: false\nreg.a:\n  text: "'
        + "b" * 120
        + '{reason}"\n  reviewed: false\n'
    )
    assert Catalogue({"id": texts}, PLACEHOLDERS).complaints() == [
        "id reg.a: 160 characters with the longest values, 156 fit"
    ]


def test_good_texts_and_what_is_reviewed() -> None:
    catalogue = Catalogue({"id": GOOD, "jv": GOOD.replace("reviewed: true", "reviewed: yes")}, PLACEHOLDERS)
    assert catalogue.complaints() == ["jv reg.a: `reviewed` is true or false"]
    assert catalogue.unreviewed("id") == ["evt.a"]
    assert Catalogue({"id": GOOD, "jv": 'reg.a: {text: "Terus?\\n1 Ya", reviewed: "true"}'}, PLACEHOLDERS).standing_in(
        "jv"
    ) == ["evt.a"]


@pytest.mark.parametrize("broken", ["reg.a: Terus?", "reg.a:\n  text: x\n", "- reg.a", ""])
def test_a_file_of_another_form_is_refused(broken: str) -> None:
    with pytest.raises(CatalogueError):
        Catalogue({"id": broken}, PLACEHOLDERS)


def test_words_of_yaml_are_words_here() -> None:
    assert Catalogue({"id": "reg.a: {text: no, reviewed: false}"}, PLACEHOLDERS).line("id", Text("reg.a")) == "no"


def test_the_files_are_read_in_the_order_asked_for_and_indonesian_is_always_there(tmp_path: Path) -> None:
    assert load(["mad", "en"]).languages == ("mad", "en", "id")
    with pytest.raises(FileNotFoundError, match="for: su"):
        load(["id", "su"])
    with pytest.raises(FileNotFoundError, match="for: id"):
        load(data=tmp_path)


@pytest.mark.parametrize("language", ["id", "en", "jv", "mad"])
def test_no_sentence_is_written_twice(language: str) -> None:
    """YAML would quietly take the later one."""
    source = (DATA / "texts" / f"{language}.yml").read_text("utf-8")
    names = re.findall(r"(?m)^([a-z_]+\.[a-z0-9_.]+):", source)
    assert [name for name, count in Counter(names).items() if count > 1] == []
