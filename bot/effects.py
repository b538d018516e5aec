"""What a talk may cause. The store turns each into rows, in the turn's own transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.identity import Msisdn, Nik, PersonName, Reference
from bot.updates import Kind


class FilledBy(StrEnum):
    """Who spoke for the person, and whether the person could agree themselves."""

    SELF = "self"
    FAMILY_PRESENT = "family_present"
    FAMILY_ABSENT = "family_absent"  # Ill or old: the agent asks for the consent at the visit.
    ASSISTANT = "assistant"  # A cadre, companion or neighbour with a helper's number; the person was there and agreed.
    AGENT = "agent"  # The same, by somebody of the desk.


@dataclass(frozen=True, slots=True)
class Consent:
    """Which sentence was shown, in which language and wording (SHA-256), what was answered and when (s since 1970)."""

    sentence: str
    language: str
    wording: str
    answer: str
    at: int


@dataclass(frozen=True, slots=True)
class SpeakLanguage:
    """The person chose a language; messages sent later use it too."""

    language: str


@dataclass(frozen=True, slots=True)
class Assisted:
    """Who registered somebody else, by id, and how that person is reached: their own phone, or through whom."""

    helper: str
    phone: Msisdn | None = None
    via: str = ""


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """A registration has begun: whoever is cut off in it is reminded. `begun`: its first answer, s since 1970."""

    begun: int


@dataclass(frozen=True, slots=True)
class LineDropped:
    """The line was closed in the middle of this registration."""

    begun: int


@dataclass(frozen=True, slots=True)
class SubmitRegistration:
    """A registration intent, complete enough for a receipt."""

    ref: Reference
    nik: Nik
    name: PersonName | None
    birth_date: date | None  # As stated by the person, where it was asked; else it is in the NIK.
    village: str  # Empty where the person could not say it.
    regency: str
    filled_by: FilledBy
    consent: Consent
    notes: tuple[str, ...]  # What an agent should look at: codes of a closed set.
    visit_by: date
    assisted: Assisted | None = None


@dataclass(frozen=True, slots=True)
class CompleteRegistration:
    """What was added after the receipt: one question's answer, which replaces an earlier one."""

    ref: Reference
    detail: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ContactAgreed:
    """How the person can be reached: the answer decides what may be said on this phone."""

    ref: Reference
    own_phone: bool
    phone: Msisdn | None = None  # Another number than the one that was dialled from.


@dataclass(frozen=True, slots=True)
class FinishRegistration:
    """The talk about a registration is over: it may go to the portal now."""

    ref: Reference


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A person is needed. `topic` is one of handoff's topics by name; `slot` and `about` come from closed sets.

    Without a village the ticket goes where the registration is: its `case`'s, else the contact's latest.
    """

    ref: Reference
    topic: str
    village: str
    district: str
    due: date
    slot: str = ""
    about: str = ""
    case: str = ""  # The registration that it is about, once the person has shown that they may speak of it.


@dataclass(frozen=True, slots=True)
class FileReport:
    """Somebody did wrong. `anonymous`: nothing is kept that leads to the contact. `kind` is of a closed set."""

    ref: Reference
    kind: str
    anonymous: bool
    district: str
    due: date
    agent_number: str = ""
    statement: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ChangeVisit:
    """Another day and time for the visit of a case. `version`: of the ticket as the person saw it."""

    case: Reference
    version: int
    day: date
    slot: str


@dataclass(frozen=True, slots=True)
class HeardOfVisit:
    """What the citizen says of a visit, in a word of bot.visits.Heard.

    `complaint`: the number under which the coordinator looks into it, until `due`.
    """

    case: Reference
    heard: str
    complaint: Reference | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class FileObjection:
    """An objection to a decision: about the own `case`, or about somebody else, or about a misused NIK.

    `whose` and `ground` are of closed sets; `due`: until when an agent should have come; `answer_by`: the answer.
    """

    ref: Reference
    whose: str
    case: str  # Empty where it is not about a registration of which the person knows the number.
    ground: str
    village: str
    district: str
    due: date
    answer_by: date
    statement: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AddToObjection:
    """More words to an objection that is being looked into."""

    ref: Reference
    statement: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WithdrawObjection:
    """Its owner does not object any more: the decision stands as it was."""

    ref: Reference
    consent: Consent


@dataclass(frozen=True, slots=True)
class AwaitWindow:
    """Tell this contact when registration opens in the regency."""

    regency: str


@dataclass(frozen=True, slots=True)
class ResendNumbers:
    """Send the registration numbers of this contact to it again."""


@dataclass(frozen=True, slots=True)
class ChooseMessages:
    """Whether this contact wants messages that can be left out; what was answered is kept as a consent is."""

    ref: Reference
    wanted: bool
    consent: Consent


@dataclass(frozen=True, slots=True)
class AskRight:
    """Something that people may ask about their own data: see, correct or delete. Without a `case`: all of theirs.

    `district` answers for it where no registration says which.
    """

    ref: Reference
    right: str
    due: date
    district: str
    case: str = ""
    about: str = ""  # What is wrong, of a closed set.


@dataclass(frozen=True, slots=True)
class WithdrawRegistration:
    """The consent is withdrawn, and a day later the registration ends with it. `regency`: by whose clock."""

    ref: Reference
    case: str
    consent: Consent
    regency: str


@dataclass(frozen=True, slots=True)
class RenewRegistration:
    """A registration that lapsed goes on under its number, in the window that is open, with a new consent."""

    ref: Reference
    consent: Consent
    regency: str
    visit_by: date


@dataclass(frozen=True, slots=True)
class KeepRegistration:
    """A withdrawal that waits is taken back. Without a `case`: all that this contact has asked for."""

    consent: Consent
    case: str = ""


@dataclass(frozen=True, slots=True)
class RejectCase:
    """Whoever was told of this registration says that it was not them. People look into it; nothing is deleted."""

    ref: Reference
    case: str
    due: date
    district: str


RightsEffect = ChooseMessages | AskRight | WithdrawRegistration | KeepRegistration | RejectCase


@dataclass(frozen=True, slots=True)
class FileUpdate:
    """A change in somebody's data. Of a death nothing follows until a second person has confirmed it."""

    ref: Reference
    case: str  # The registration of the household that reports it.
    kind: Kind
    details: Mapping[str, str] = field(repr=False)
    due: date


@dataclass(frozen=True, slots=True)
class ProvePhone:
    """Send four digits to a phone that somebody says is theirs. Nothing changes until they are typed here."""

    ref: Reference
    phone: Msisdn


@dataclass(frozen=True, slots=True)
class AnswerInquiry:
    """One digit in answer to what this contact was asked. `answer` comes from a closed set of the question's."""

    inquiry: str
    answer: str


@dataclass(frozen=True, slots=True)
class MoveTicket:
    """A move that a member of staff makes by message, with the rights that they have at the desk.

    `version`: of the ticket as they were told of it. `expected`: what they are told of the move, in a word of
    `bot.tasks`; where it would come to anything else, the turn is taken again.
    """

    ticket: str
    version: int
    move: str  # One of handoff's, by name.
    day: date | None = None
    slot: str = ""
    place: str = ""
    agent_number: str = field(default="", repr=False)
    outcome: str = ""
    visit_number: str = field(default="", repr=False)
    expected: str = ""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Somebody's own words that led to nothing, masked, for the people who extend the examples. Nothing says whose."""

    text: str = field(repr=False)
    language: str
    intent: str  # What it seemed to mean nevertheless, and the chance of that.
    chance: float
    day: date


Effect = (
    SpeakLanguage
    | KeepDraft
    | LineDropped
    | SubmitRegistration
    | CompleteRegistration
    | ContactAgreed
    | FinishRegistration
    | OpenTicket
    | FileReport
    | ChangeVisit
    | HeardOfVisit
    | FileObjection
    | AddToObjection
    | WithdrawObjection
    | AwaitWindow
    | ResendNumbers
    | ChooseMessages
    | AskRight
    | WithdrawRegistration
    | KeepRegistration
    | RenewRegistration
    | RejectCase
    | FileUpdate
    | ProvePhone
    | AnswerInquiry
    | MoveTicket
    | NotUnderstood
)
