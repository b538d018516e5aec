"""Judges every screen of a rehearsal: in each language, on each channel, with the longest values."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from bot import gsm7
from bot.engine import Turn
from bot.messages import Channel, Page, Reply, Text
from bot.run import Engine, Fit
from bot.screen import BACK
from bot.texts import LINK, Catalogue, CatalogueError
from loket.rehearse import Place, Step
from sms import segments
from ussd.page import fit
from whatsapp import buttons

# Where no line leads back: the first screens and the menu have nothing behind them; the others are decisions.
WITHOUT_WAY_BACK = frozenset({"language", "greeting", "service", "more", "cancel", "changed"})
# A talk that was begun by dialling goes on by SMS in the same words. WhatsApp has words of its own.
SHOWN_ON = {
    Channel.USSD: (Channel.USSD, Channel.SMS),
    Channel.SMS: (Channel.SMS,),
    Channel.WHATSAPP: (Channel.WHATSAPP,),
}
PREFIX = "CON "  # What the usual gateway puts before a page counts too.


class Longest(Catalogue):
    """The same sentences, but whatever is put into one is the longest that may stand there."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.__dict__.update(catalogue.__dict__)

    def reply(self, language: str, text: Text, ends: bool = False) -> Reply:
        return super().reply(language, self._stretched(language, text), ends)

    def line(self, language: str, text: Text) -> str:
        return super().line(language, self._stretched(language, text))

    def _stretched(self, language: str, text: Text) -> Text:
        """An empty value stays empty: its line is left out."""
        if not text.values:
            return text
        return Text(text.id, {name: value and self.worst(language, name) for name, value in text.values.items()})


class Measure(msgspec.Struct):
    """What was seen in one language on one channel: how many pages, and the longest, in septets or characters."""

    pages: int = 0
    longest: int = 0
    sentence: str = ""  # The longest page's.


@dataclass(slots=True)
class Judge:
    """`limit`: septets of the smallest screen."""

    engine: Engine
    languages: list[str]
    limit: int
    faults: dict[str, None] = field(default_factory=dict)
    measures: dict[tuple[Channel, str], Measure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine = replace(self.engine, catalogue=Longest(self.engine.catalogue))

    def look(self, step: Step) -> None:
        """Judge the screen that a step came to, in every language unless the step itself chose one."""
        taken = step.taken
        spoken = taken.session.language or taken.channel is not Channel.USSD  # A message asks for no language first.
        chosen = "SpeakLanguage" in step.effects
        for language in self.languages if spoken and not chosen else [taken.session.language]:
            for channel in SHOWN_ON[taken.channel]:
                for fault in self._faults(step, language, channel):
                    self.faults[fault] = None

    def join(self, faults: Iterable[str], measures: Mapping[tuple[Channel, str], Measure]) -> None:
        """What another judge has found, behind what was found here."""
        self.faults |= dict.fromkeys(faults)
        for key, other in measures.items():
            measure = self.measures.setdefault(key, Measure())
            measure.pages += other.pages
            if other.longest > measure.longest:
                measure.longest, measure.sentence = other.longest, other.sentence

    def _faults(self, step: Step, language: str, channel: Channel) -> Iterator[str]:
        said = list[Reply]()
        fitted = self._fit(channel)

        def remember(reply: Reply) -> list[Page]:
            said.append(reply)
            return fitted(reply)

        try:
            turn = step.taken.again(self.engine, language, remember)
        except CatalogueError as error:
            yield f"{language} {step.after}: {error}"
            return
        language = turn.session.language or self.engine.language
        pages = [page for page in (turn.page, *turn.session.unread) if page]
        where = f"{language} {step.after}"
        self._measure(channel, language, pages, step.after)
        yield from (f"{where}: {fault}" for fault in _of_reply(step.after, said[-1], turn))
        yield from (f"{where}: {fault}" for fault in self._of_pages(channel, step.after, said[-1], pages))

    def _fit(self, channel: Channel) -> Fit:
        return {Channel.USSD: fit(self.limit), Channel.SMS: segments.answers(), Channel.WHATSAPP: buttons.fit()}[
            channel
        ]

    def _measure(self, channel: Channel, language: str, pages: list[Page], place: Place) -> None:
        measure = self.measures.setdefault((channel, language), Measure())
        measure.pages += len(pages)
        for page in pages:
            size = SIZES[channel](page)
            if size > measure.longest:
                measure.longest, measure.sentence = size, place.sentence

    def _of_pages(self, channel: Channel, place: Place, reply: Reply, pages: list[Page]) -> Iterator[str]:
        most = {Channel.USSD: self.limit, Channel.SMS: segments.SEGMENT, Channel.WHATSAPP: buttons.BODY}[channel]
        if any(SIZES[channel](page) > most for page in pages):
            yield f"more than {most} on one {channel} page ({place.sentence})"
        if channel is Channel.WHATSAPP:
            if sum(len(line) + 1 for line in _lines(reply)) - 1 > most:
                yield f"more than {most} characters in a WhatsApp message ({place.sentence})"
            return
        if any(gsm7.plain(line) != line for line in _lines(reply)):
            yield f"a letter outside the GSM alphabet ({place.sentence})"
        if len(pages) > 1 and channel is Channel.USSD:
            yield f"{len(pages)} screens for one sentence ({place.sentence})"
        if channel is Channel.SMS:
            if len(pages) > 1 and not place.missed:  # Put again behind a complaint, it may take a "9".
                yield f"{len(pages)} SMS for one sentence ({place.sentence})"
            if any(LINK.search(page.body) for page in pages):
                yield f"a link in an SMS ({place.sentence})"


SIZES: Mapping[Channel, Callable[[Page], int]] = {
    Channel.USSD: lambda page: gsm7.septets(PREFIX + page.body),
    Channel.SMS: lambda page: gsm7.septets(page.body),
    Channel.WHATSAPP: lambda page: len(page.body),
}


def _of_reply(place: Place, reply: Reply, turn: Turn) -> Iterator[str]:
    """What is wrong with a screen before it is fitted."""
    keys = tuple(choice.key for choice in reply.choices)
    if keys != place.keys:
        yield f"other option numbers than elsewhere ({place.sentence})"
    if turn.events[-1][0] != place.flow:
        yield f"it leads elsewhere in this language ({place.sentence})"
    by_keyword = place.sentence.startswith("sms.")  # An answer to a message: BATAL and MENU lead away.
    if not place.ends and place.asked not in WITHOUT_WAY_BACK and BACK not in keys and not by_keyword:
        yield f"no way back ({place.sentence})"


def _lines(reply: Reply) -> list[str]:
    return [reply.body, *(f"{choice.key} {choice.label}" for choice in reply.choices)]
