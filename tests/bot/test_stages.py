"""The one table of states: the portal's words, ours and the deck's belong together, in code and in docs/words.md."""

from support.words import rows

from backend_client import IntentStatus
from bot.stages import LABELS, OF_PORTAL, SENTENCES, Stage
from loket import texts
from store.ticket_effects import ENDED_AS

CATALOGUE = texts.load()


def test_every_state_of_the_portal_is_one_of_our_stages() -> None:
    assert {status.value for status in IntentStatus} <= set(OF_PORTAL)


def test_every_stage_has_its_sentence_and_its_label_in_every_language() -> None:
    for language in CATALOGUE.languages:
        for stage in Stage:
            assert CATALOGUE.has(language, SENTENCES[stage]), (language, stage)
            assert CATALOGUE.has(language, LABELS[stage]), (language, stage)


def test_the_table_of_stages_is_the_codes() -> None:
    of_stage: dict[Stage, list[str]] = {stage: [] for stage in Stage}
    for portal, stage in OF_PORTAL.items():
        of_stage[stage].append(portal)
    expected = {(", ".join(of_stage[s]) or "-", s.value, SENTENCES[s], LABELS[s]) for s in Stage}
    assert rows("Where a registration stands") == expected


def test_the_table_of_outcomes_is_the_codes() -> None:
    assert rows("Outcomes of a visit") == {(outcome.value, stage.value) for outcome, stage in ENDED_AS.items()}
