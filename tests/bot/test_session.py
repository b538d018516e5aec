"""The journal, and a session's way to bytes and back."""

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Page
from bot.session import KEEP_DRAFTS, Dialogue, Entry, Kind, Session, Talk, dumps, loads

ENTRIES = st.builds(
    Entry,
    st.sampled_from(Kind),
    st.text(max_size=9),
    st.one_of(st.none(), st.text(max_size=20), st.lists(st.text(max_size=3), max_size=2)),
    st.integers(0, 2**40),
)
TALKS = st.builds(Talk, st.text(max_size=9), st.lists(ENTRIES, max_size=6).map(tuple), st.text(max_size=9))
PAGES = st.builds(Page, st.text(max_size=20), st.just(()), st.booleans())
SESSIONS = st.builds(
    Session,
    st.sampled_from(["", "id", "mad"]),
    TALKS,
    st.lists(TALKS, max_size=3).map(tuple),
    st.lists(PAGES, max_size=2).map(tuple),
    st.integers(0, 3),
    st.booleans(),
    st.one_of(st.none(), st.builds(Dialogue, st.text(), st.text(), st.one_of(st.none(), st.text()), PAGES)),
)


def answered(*keys: str) -> Talk:
    return Talk("register", tuple(Entry(Kind.ANSWER, key, "x", 1) for key in keys))


@given(SESSIONS)
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    assert loads(dumps(session)) == session


def test_what_is_shown_of_a_session_names_nobody() -> None:
    talk = Talk("register", (Entry(Kind.ANSWER, "nik", "3510995708900001", 1),), "name")
    assert "3510995708900001" not in f"{Session('id', talk, (talk,))!r} {talk.journal!r}"


def test_back_takes_the_last_answer_and_what_followed_from_it() -> None:
    fact, saved = Entry(Kind.FACT, "registered:1", "", 1), Entry(Kind.SAVED, "keep.kk", "1", 1)
    talk = Talk("register", (*answered("consent", "nik").journal, fact, saved))
    back = talk.back()
    assert back is not None
    assert [entry.key for entry in back.journal] == ["consent"]


def test_back_crosses_neither_what_was_done_nor_what_a_flow_was_entered_with() -> None:
    done = Talk("register", (*answered("confirm").journal, Entry(Kind.DONE, "submit", None, 1)))
    assert done.back() is None
    assert Session().enter("help", ("topic", "callback")).talk.back() is None
    assert Talk("menu").back() is None


def test_forgetting_leaves_every_other_answer() -> None:
    assert [entry.key for entry in answered("nik", "name", "village").forget("name").journal] == ["nik", "village"]


def test_drafts_are_parked_taken_up_and_dropped() -> None:
    session = Session("id", answered("consent"), misses=2).park()
    session = session.enter("help").park()
    assert [talk.flow for talk in session.paused] == ["register", "help"]
    assert session.talk == Talk()
    assert session.drop(0).paused == (Talk("help"),)
    resumed = session.resume(0)
    assert (resumed.talk, resumed.paused, resumed.misses) == (answered("consent"), (Talk("help"),), 0)


def test_a_phone_keeps_as_many_drafts_as_people_and_the_oldest_gives_way() -> None:
    session = Session("id")
    for n in range(KEEP_DRAFTS + 1):
        session = session.enter("register", ("n", str(n)), at=1).park()
    assert len(session.paused) == KEEP_DRAFTS
    assert session.paused[0].journal[0].value == "1"
