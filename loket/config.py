"""Configuration: one file that says what is switched on, and an environment that holds the secrets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from bot.windows import zone
from sms.bind import Bind

PREFIX = "LOKET_"
ROOT = Path(__file__).resolve().parent.parent
Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]
Regency = Annotated[str, msgspec.Meta(pattern=r"^\d{4}$")]
UssdName = Literal["africastalking"]
SmsName = Literal["console", "africastalking", "smpp"]
WhatsAppName = Literal["console"]


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


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[int, msgspec.Meta(ge=60, le=182)] = 160


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gateway of messages. `two_way`: people can answer what it sends. `sends`: without it, it only brings them."""

    two_way: bool = False
    sends: bool = True
    bind: Bind | None = None  # For smpp only: the terms, where they are not the usual ones.


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. A key that is not here is refused, so that a misspelt one cannot be overlooked."""

    languages: Annotated[list[str], msgspec.Meta(min_length=1)]
    services: list[str]
    home: Regency
    windows: dict[Regency, Period]
    numbers: Numbers
    ussd: Annotated[dict[UssdName, Screen], msgspec.Meta(min_length=1)]
    sms: Annotated[dict[SmsName, Line], msgspec.Meta(min_length=1)]
    whatsapp: dict[WhatsAppName, Line] = {}
    portal: Literal["sandbox", "http"] = "sandbox"
    sending_hours: tuple[Hour, Hour] = (8, 20)  # From, and up to: when people are sent what they did not ask for.
    follow_seconds: Annotated[int, msgspec.Meta(ge=1)] = 900  # Between two questions whether the portal has decided.
    payments_seconds: Annotated[int, msgspec.Meta(ge=1)] = 21600  # Between two questions for somebody's payments.
    visit_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 14
    callback_days: Annotated[int, msgspec.Meta(ge=1, le=14)] = 2
    report_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 7
    reports_per_day: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    people_per_phone: Annotated[int, msgspec.Meta(ge=1, le=8)] = 8
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
    africastalking_tokens: tuple[str, ...] = field(default=(), repr=False)  # Secret last parts of the webhooks' paths.
    africastalking_username: str = field(default="", repr=False)
    africastalking_api_key: str = field(default="", repr=False)
    africastalking_sender: str = field(default="", repr=False)
    africastalking_url: str = field(default="", repr=False)  # Another server than the vendor's.
    smpp_address: str = field(default="", repr=False)  # host:port of the SMSC.
    smpp_system_id: str = field(default="", repr=False)
    smpp_password: str = field(default="", repr=False)
    crash_at: str = ""  # Tests only: the named point at which the process kills itself.
    crash_after: int = 0  # Tests only: how often that point is passed first.
    demo: bool = False  # Set by `loket demo`: the simulator is served, and the desk is not only for TLS.
    embedded: bool = False  # The jobs are done in the web process too.


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
    if not any(line.sends for line in config.sms.values()):
        raise ValueError("sms: none of them sends")
    if odd := [name for name, line in (config.sms | config.whatsapp).items() if line.bind and name != "smpp"]:
        raise ValueError(f"{odd[0]}: only smpp has a bind")
    for regency in (config.home, *config.windows):
        try:
            zone(regency)
        except ValueError:
            raise ValueError(f"{regency}: no province has this number") from None


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
