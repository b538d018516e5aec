"""Configuration: one file that says what is switched on, and an environment that holds the secrets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from bot.windows import zone
from loket.operators import load as load_operators
from loket.screens import faults
from sms.bind import Bind
from sms.form import described
from ussd.numbers import bare

PREFIX = "LOKET_"
ROOT = Path(__file__).resolve().parent.parent
OPERATORS = ROOT / "data" / "operators.yml"
VoiceName = Literal["africastalking", "twilio"]
Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]
Regency = Annotated[str, msgspec.Meta(pattern=r"^\d{4}$")]
UssdName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
SmsName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
WhatsAppName = Literal["console", "twilio", "cloudapi"]


class ConfigError(Exception):
    """What is wrong with the configuration, in a sentence for the operator."""


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    opens: date
    closes: date

    def __post_init__(self) -> None:
        if self.closes < self.opens:
            raise ValueError("it closes before it opens")


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people are told to dial."""

    ussd: str
    call: str
    sms: str = ""


class Measures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What screens hold, where it is less than the gateway says: septets, characters, seconds."""

    page: Annotated[int, msgspec.Meta(ge=60, le=182)] | None = None
    input: Annotated[int, msgspec.Meta(ge=16, le=182)] | None = None
    reply: Annotated[float, msgspec.Meta(ge=1, le=60)] | None = None


class UssdLine(Measures, frozen=True, forbid_unknown_fields=True):
    """A connection to a USSD gateway. Without style and form its name is a module's."""

    prefix: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None
    style: str = ""  # A file of data/gateways.
    form: dict[str, Any] = {}  # What is different from it.
    code: str = ""  # What is dialled here, where it is not numbers.ussd.

    @property
    def described(self) -> bool:
        return bool(self.style or self.form)


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gateway of SMS. `two_way`: people can answer what it sends. `sends`: without it, it only brings messages.

    Without style and form its name is a module's; else it is an aggregator's.
    """

    two_way: bool = False
    sends: bool = True
    bind: Bind | None = None  # For smpp only: the terms, where they are not the usual ones.
    style: str = ""  # A file of data/gateways/sms.
    form: dict[str, Any] = {}  # What is different from it.
    sender: str = ""  # The number or the registered name that an aggregator sends by.

    @property
    def described(self) -> bool:
        return bool(self.style or self.form)


class WhatsAppLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gateway of WhatsApp. `templates`: by our name and language, what the vendor calls an approved template.

    `contents`: Twilio's, by the number of choices, the ContentSid of what shows them as buttons or a list.
    """

    two_way: bool = True
    sends: bool = True
    templates: dict[str, dict[str, str]] = {}
    contents: dict[Annotated[int, msgspec.Meta(ge=1, le=10)], str] = {}


Days = Annotated[int, msgspec.Meta(ge=1, le=3650)]


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days until things are forgotten; `months`: of a registration, from its end."""

    pages: Days = 7  # What was answered: so long a gateway's repeat gets the same page.
    inbox: Days = 400  # That a message was answered at all.
    events: Days = 400
    sessions: Days = 60  # Unfinished talks, from the last call.
    jobs: Days = 60
    messages: Days = 180
    months: Annotated[int, msgspec.Meta(ge=1, le=99)] = 24
    unclear: Annotated[int, msgspec.Meta(ge=0, le=365)] = 30  # Messages that were not understood; 0: none is kept.


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. A key that is not here is refused, so that a misspelt one cannot be overlooked."""

    languages: Annotated[list[str], msgspec.Meta(min_length=1)]
    services: list[str]
    home: Regency
    windows: dict[Regency, Period]
    numbers: Numbers
    ussd: Annotated[dict[UssdName, UssdLine], msgspec.Meta(min_length=1)]
    sms: Annotated[dict[SmsName, Line], msgspec.Meta(min_length=1)]
    whatsapp: dict[WhatsAppName, WhatsAppLine] = {}
    operators: dict[str, Measures] = {}
    voice: list[VoiceName] = []
    portal: Literal["sandbox", "http"] = "sandbox"
    sending_hours: tuple[Hour, Hour] = (8, 20)  # From, and up to: when people are sent what they did not ask for.
    retention: Retention = Retention()
    follow_seconds: Annotated[int, msgspec.Meta(ge=1)] = 900  # Between two questions whether the portal has decided.
    payments_seconds: Annotated[int, msgspec.Meta(ge=1)] = 21600  # Between two questions for somebody's payments.
    visit_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 14
    callback_days: Annotated[int, msgspec.Meta(ge=1, le=14)] = 2
    objection_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 30  # Until its answer.
    report_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 7
    reports_per_day: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    messages_per_hour: Annotated[int, msgspec.Meta(ge=5, le=1000)] = 40
    people_per_phone: Annotated[int, msgspec.Meta(ge=1, le=8)] = 8
    recipe: str = "default.v1"  # These four are Rasa's own keys: what understands own words, in both engines.
    assistant_id: str = "loket"
    language: str = "id"
    pipeline: list[dict[str, Any]] = []
    assisted_a_day: Annotated[int, msgspec.Meta(ge=1, le=200)] = 30  # People whom one helper may register in a day.


@dataclass(frozen=True, slots=True)
class Environment:
    """What differs between places: addresses and secrets. Its repr shows neither."""

    config: Path = ROOT / "config.yml"
    database_url: str = field(default="sqlite:///var/loket.db", repr=False)
    broker_url: str = field(default="", repr=False)
    broker_queue: str = "loket"  # Its own for each of several installations at one broker.
    keys_file: Path = Path("var/keys.json")
    portal_url: str = field(default="", repr=False)
    portal_token: str = field(default="", repr=False)
    rasa_url: str = field(default="", repr=False)  # A real Rasa beside us; without it the embedded engine alone.
    africastalking_tokens: tuple[str, ...] = field(default=(), repr=False)  # Secret last parts of the webhooks' paths.
    ussd_tokens: tuple[str, ...] = field(default=(), repr=False)  # The same for each described gateway: name=token.
    public_url: str = field(default="", repr=False)  # Where vendors reach us, https://host.
    africastalking_username: str = field(default="", repr=False)
    africastalking_api_key: str = field(default="", repr=False)
    africastalking_sender: str = field(default="", repr=False)
    africastalking_url: str = field(default="", repr=False)  # Another server than the vendor's.
    smpp_address: str = field(default="", repr=False)  # host:port of the SMSC.
    smpp_system_id: str = field(default="", repr=False)
    smpp_password: str = field(default="", repr=False)
    sms_tokens: tuple[str, ...] = field(default=(), repr=False)  # The same for each aggregator: name=token.
    sms_accounts: tuple[str, ...] = field(default=(), repr=False)  # Of each: name=user:secret, percent-encoded.
    twilio_account: str = field(default="", repr=False)
    twilio_auth_token: str = field(default="", repr=False)
    twilio_key_id: str = field(default="", repr=False)  # Of a shared key that signs webhooks instead of the token,
    twilio_key: str = field(default="", repr=False)  # and its secret.
    twilio_sms_sender: str = field(default="", repr=False)
    twilio_whatsapp_sender: str = field(default="", repr=False)
    twilio_url: str = field(default="", repr=False)  # Another server than the vendor's.
    cloudapi_number: str = field(default="", repr=False)  # Meta's id of the number.
    cloudapi_access_token: str = field(default="", repr=False)
    cloudapi_app_secrets: tuple[str, ...] = field(default=(), repr=False)
    cloudapi_verify_token: str = field(default="", repr=False)
    cloudapi_url: str = field(default="", repr=False)  # Another server than the vendor's.
    crash_at: str = ""  # Tests only: the named point at which the process kills itself.
    crash_after: int = 0  # Tests only: how often that point is passed first.
    demo: bool = False  # Set by `loket demo`: the simulator is served, and the desk is not only for TLS.
    clock_file: Path = Path("var/clock")  # Of the demo: how far its clock has been moved.
    embedded: bool = False  # The jobs are done in the web process too.

    def tokens_of(self, gateway: str) -> tuple[str, ...]:
        """The tokens of a described USSD gateway; in the demo, which serves loopback only, its one word will do."""
        pairs = (entry.partition("=") for entry in self.ussd_tokens)
        return tuple(token for name, _, token in pairs if name == gateway and token) or (("demo",) if self.demo else ())


def read_config(path: Path) -> Config:
    """Raises ConfigError with the file's own fault."""
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=yaml.SafeLoader)
        config = msgspec.convert(document, Config)
        _look_up(config)
    except (OSError, yaml.YAMLError, msgspec.ValidationError, ValueError) as error:  # A date that is none, too.
        raise ConfigError(f"{path}: {error}") from None
    return config


def _look_up(config: Config) -> None:
    """Refuse a name of something that is not here. Raises ValueError."""
    for service in config.services:
        if not (ROOT / "bot" / "flows" / f"{service}.py").is_file():
            raise ValueError(f"services: there is no bot/flows/{service}.py")
    for language in config.languages:
        if not (ROOT / "data" / "texts" / f"{language}.yml").is_file():
            raise ValueError(f"languages: there is no data/texts/{language}.yml")
    _look_up_ussd(config)
    _look_up_sms(config)
    if not any(line.sends for line in config.sms.values()):
        raise ValueError("sms: none of them sends")
    if odd := [name for name, line in config.sms.items() if line.bind and name != "smpp"]:
        raise ValueError(f"{odd[0]}: only smpp has a bind")
    for regency in (config.home, *config.windows):
        try:
            zone(regency)
        except ValueError:
            raise ValueError(f"{regency}: no province has this number") from None


def _look_up_ussd(config: Config) -> None:
    """Refuse a connection that is described in a way that cannot be. Raises ValueError."""
    for name, line in config.ussd.items():
        module = (ROOT / "ussd" / f"{name}.py").is_file()
        if line.described and module:
            raise ValueError(f"ussd.{name}: this name is a module's; give the aggregator another")
        if not line.described and name != "africastalking":
            raise ValueError(f"ussd.{name}: ussd/ has no such gateway; an aggregator says its style: or its form:")
        if line.code and not (line.described and bare(line.code)):
            raise ValueError(f"ussd.{name}.code: digits between * and #, and only where there is a style: or a form:")
    if unknown := sorted(config.operators.keys() - set(load_operators(OPERATORS).names)):
        raise ValueError(f"operators: there is no {unknown[0]} in data/operators.yml")
    for fault in faults(config):
        raise ValueError(fault)


def _look_up_sms(config: Config) -> None:
    """Refuse an aggregator that is described in a way that cannot be. Raises ValueError."""
    for name, line in config.sms.items():
        module = (ROOT / "sms" / f"{name}.py").is_file()
        if line.described and module:
            raise ValueError(f"sms.{name}: this name is a module's; give the aggregator another")
        if not line.described and not module:
            raise ValueError(f"sms.{name}: sms/ has no such gateway; an aggregator says its style: or its form:")
        if line.described:
            try:
                described(line.style, line.form)
            except ValueError as error:
                raise ValueError(f"sms.{name}.{error}") from None


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """The LOKET_* variables. Raises ConfigError at an unknown one."""
    given = {k.removeprefix(PREFIX).lower(): v for k, v in (environ or os.environ).items() if k.startswith(PREFIX)}
    known = {name: f.type for name, f in Environment.__dataclass_fields__.items()}
    if unknown := sorted(given.keys() - known.keys()):
        raise ConfigError(f"unknown environment variables: {', '.join(PREFIX + name.upper() for name in unknown)}")
    values: dict[str, object] = {}
    for name, text in given.items():
        match known[name]:
            case t if t is Path:
                values[name] = Path(text)
            case t if t is bool:
                if text not in {"", "0", "1"}:
                    raise ConfigError(f"{PREFIX}{name.upper()} is 1 or 0")
                values[name] = text == "1"
            case t if t is int:
                if not text.isdecimal():
                    raise ConfigError(f"{PREFIX}{name.upper()} has to be a whole number")
                values[name] = int(text)
            case t if t is str:
                values[name] = text
            case _:
                values[name] = tuple(part.strip() for part in text.split(",") if part.strip())
    return Environment(**values)  # type: ignore[arg-type]
