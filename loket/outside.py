"""The systems that are not ours, as config.yml and the environment name them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from backend_client import Portal
from backend_client.http import WsgiAdapter, pooled_session
from backend_client.portal import PortalClient
from bot.messages import Channel
from loket.config import Config, ConfigError, Environment, Line, SmsName, VoiceName, WhatsAppName
from loket.service import Clock
from sms.bind import Account, Bind, account
from sms.console import ConsoleGateway
from sms.gateway import MessageGateway
from ussd.styles import described
from voice.gateway import VoiceGateway

TOKEN = 16  # Characters of a path token at the least; 43 are recommended.


def check(config: Config, environment: Environment) -> None:
    """Raises ConfigError where the address or the account of something that is switched on is missing."""
    if config.portal == "http" and not (environment.portal_url and environment.portal_token):
        raise ConfigError("portal: http needs LOKET_PORTAL_URL and LOKET_PORTAL_TOKEN")
    talking = config.sms.get("africastalking")
    account = environment.africastalking_username and environment.africastalking_api_key
    if talking and talking.sends and not account:
        raise ConfigError("sms: africastalking needs LOKET_AFRICASTALKING_USERNAME and LOKET_AFRICASTALKING_API_KEY")
    if "smpp" in config.sms:
        _account(environment)
    _check_tokens("LOKET_AFRICASTALKING_TOKENS", environment.africastalking_tokens, environment)
    _check_ussd(config, environment)


def _check_ussd(config: Config, environment: Environment) -> None:
    names = {name for name, line in config.ussd.items() if line.described}
    for entry in environment.ussd_tokens:
        name, equals, _ = entry.partition("=")
        if not equals:
            raise ConfigError("LOKET_USSD_TOKENS: write name=token, and a comma between two")
        if name not in names:
            raise ConfigError(f"LOKET_USSD_TOKENS: there is no described gateway ussd.{name} in config.yml")
    for name in sorted(names):
        tokens = environment.tokens_of(name)
        if not tokens:
            raise ConfigError(
                f"ussd.{name} needs {name}=<token> in LOKET_USSD_TOKENS: it is all that proves the vendor"
            )
        _check_tokens(f"LOKET_USSD_TOKENS, {name}", tokens, environment)
        answer = described(config.ussd[name].style, config.ussd[name].form).answer
        if "{callback}" in f"{answer.goes_on}{answer.ends}" and not environment.public_url:
            raise ConfigError(f"ussd.{name} answers with our address: it needs LOKET_PUBLIC_URL, https://host")


def _check_tokens(variable: str, tokens: tuple[str, ...], environment: Environment) -> None:
    if any(len(token) < TOKEN for token in tokens) and not environment.demo:
        raise ConfigError(
            f"{variable}: {TOKEN} characters or more each, for they are all that proves the vendor. "
            "A good one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )


def made_up(config: Config) -> list[str]:
    """What is switched on for trying out only, in sentences for whoever starts it."""
    notes = []
    if config.portal == "sandbox":
        notes.append("portal: sandbox makes up every decision; a real portal is portal: http")
    if "console" in config.sms:
        notes.append(
            "sms: console sends nothing and writes messages to the log; people get them by sms: africastalking"
        )
    return notes


def portal(config: Config, environment: Environment, clock: Clock) -> Portal:
    """The portal behind us. Raises ConfigError where its address or token is missing."""
    match config.portal:
        case "sandbox":
            from backend_client.sandbox import create_sandbox

            token = secrets.token_urlsafe()
            session = pooled_session(WsgiAdapter(create_sandbox(token=token, clock=clock)))
            return PortalClient("http://sandbox", token, session)
        case "http":
            check(config, environment)
            return PortalClient(environment.portal_url, environment.portal_token)


@dataclass(frozen=True, slots=True)
class Lines:
    """The vendors of messages: all that bring them, and those that carry them out, the usual one of a channel first."""

    gateways: Mapping[tuple[Channel, str], MessageGateway]
    sending: Mapping[Channel, tuple[MessageGateway, ...]]

    def out(self, channel: Channel, name: str) -> MessageGateway | None:
        """The one of this name where it sends, else the usual one; None where nothing carries this channel."""
        able = self.sending.get(channel, ())
        return next((gateway for gateway in able if gateway.name == name), able[0] if able else None)


def lines(config: Config, environment: Environment) -> Lines:
    """Raises ConfigError where an account is missing."""
    check(config, environment)
    gateways: dict[tuple[Channel, str], MessageGateway] = {}
    sending: dict[Channel, list[MessageGateway]] = {}
    for channel, named in ((Channel.SMS, config.sms), (Channel.WHATSAPP, config.whatsapp)):
        for name, line in named.items():
            gateways[channel, name] = message_gateway(channel, name, environment, line)
            if line.sends:
                sending.setdefault(channel, []).append(gateways[channel, name])
    return Lines(gateways, {channel: tuple(able) for channel, able in sending.items()})


def message_gateway(
    channel: Channel, name: SmsName | WhatsAppName, environment: Environment, line: Line
) -> MessageGateway:
    """The gateway that config.yml names."""
    match channel, name:
        case _, "console":
            return ConsoleGateway()
        case Channel.SMS, "africastalking":
            from sms.africastalking import AfricasTalkingGateway

            return AfricasTalkingGateway(
                environment.africastalking_username,
                environment.africastalking_api_key,
                environment.africastalking_tokens,
                sender=environment.africastalking_sender or None,
                base_url=environment.africastalking_url or None,
            )
        case Channel.SMS, "smpp":
            from sms.smpp import SmppGateway

            return SmppGateway(_account(environment), line.bind or Bind())
        case _:
            raise ConfigError(f"{channel}: there is no {name}")


def _account(environment: Environment) -> Account:
    if find_spec("smpplib") is None:
        raise ConfigError("sms: smpp needs smpplib. Run: pip install 'loket[smpp]'")
    try:
        return account(environment.smpp_address, environment.smpp_system_id, environment.smpp_password)
    except ValueError as error:
        raise ConfigError(f"sms: smpp: {error}") from None


def voice_gateway(name: VoiceName, environment: Environment) -> VoiceGateway:
    """The vendor whose calls are turned down."""
    match name:
        case "africastalking":
            from voice.africastalking import AfricasTalkingVoice

            return AfricasTalkingVoice(environment.africastalking_tokens)
