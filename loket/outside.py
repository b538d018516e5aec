"""The systems that are not ours, as config.yml and the environment name them."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from backend_client import Portal
from backend_client.http import WsgiAdapter, pooled_session
from backend_client.portal import PortalClient
from bot.messages import Channel
from loket import accounts
from loket.config import Config, ConfigError, Environment, Line, VoiceName, WhatsAppLine
from loket.service import Clock, now
from sms.bind import Account, Bind, account
from sms.console import ConsoleGateway
from sms.form import described
from sms.gateway import MessageGateway
from voice.gateway import VoiceGateway

if TYPE_CHECKING:
    from sms.twilio import Account as TwilioAccount


def check(config: Config, environment: Environment) -> None:
    """Raises ConfigError where the address or the account of something that is switched on is missing."""
    if config.portal == "http" and not (environment.portal_url and environment.portal_token):
        raise ConfigError("portal: http needs LOKET_PORTAL_URL and LOKET_PORTAL_TOKEN")
    accounts.check(config, environment)
    if "smpp" in config.sms:
        _account(environment)


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
            return sandbox(clock)[0]
        case "http":
            check(config, environment)
            return PortalClient(environment.portal_url, environment.portal_token)


def sandbox(clock: Clock) -> tuple[Portal, Callable[[bool], None]]:
    """The portal inside this process, and the switch that takes it away."""
    from backend_client.sandbox import create_sandbox

    token, address = secrets.token_urlsafe(), "http://sandbox"
    session = pooled_session(WsgiAdapter(create_sandbox(token=token, clock=clock)))

    def switch(on: bool) -> None:
        bearer = {"Authorization": f"Bearer {token}"}
        session.post(f"{address}/__sandbox__/fault", json={"on": on}, headers=bearer, timeout=1).raise_for_status()

    return PortalClient(address, token, session), switch


@dataclass(frozen=True, slots=True)
class Lines:
    """The vendors of messages: all that bring them, and those that carry them out, the usual one of a channel first."""

    gateways: Mapping[tuple[Channel, str], MessageGateway]
    sending: Mapping[Channel, tuple[MessageGateway, ...]]
    # By gateway, our name and language: what the vendor calls an approved template.
    templates: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def out(self, channel: Channel, name: str) -> MessageGateway | None:
        """The one of this name where it sends, else the usual one; None where nothing carries this channel."""
        able = self.sending.get(channel, ())
        return next((gateway for gateway in able if gateway.name == name), able[0] if able else None)


def lines(config: Config, environment: Environment, clock: Clock = now) -> Lines:
    """Raises ConfigError where an account is missing."""
    check(config, environment)
    gateways: dict[tuple[Channel, str], MessageGateway] = {}
    sending: dict[Channel, list[MessageGateway]] = {}
    for channel, named in ((Channel.SMS, config.sms), (Channel.WHATSAPP, config.whatsapp)):
        for name, line in named.items():
            gateways[channel, name] = message_gateway(channel, name, line, environment, clock)
            if line.sends:
                sending.setdefault(channel, []).append(gateways[channel, name])
    templates = {str(name): line.templates for name, line in config.whatsapp.items()}
    return Lines(gateways, {channel: tuple(able) for channel, able in sending.items()}, templates)


def message_gateway(
    channel: Channel, name: str, line: Line | WhatsAppLine, environment: Environment, clock: Clock
) -> MessageGateway:
    """The gateway that config.yml names. Each is loaded only where it is switched on."""
    if isinstance(line, Line) and line.described:
        from sms.aggregator import Aggregator

        account = accounts.aggregator(name, line, environment)
        return Aggregator(name, described(line.style, line.form), account, clock)
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

            return SmppGateway(_account(environment), (line.bind if isinstance(line, Line) else None) or Bind())
        case Channel.SMS, "twilio":
            from sms import twilio

            return twilio.gateway(_twilio(environment), environment.twilio_sms_sender, clock)
        case Channel.WHATSAPP, "twilio":
            from whatsapp import twilio as by_twilio

            contents = line.contents if isinstance(line, WhatsAppLine) else {}
            return by_twilio.gateway(_twilio(environment), environment.twilio_whatsapp_sender, clock, contents)
        case Channel.WHATSAPP, "cloudapi":
            return _cloudapi(environment, clock)
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
        case "twilio":
            from sms.twilio import signatures
            from voice.twilio import TwilioVoice

            return TwilioVoice(signatures(_twilio(environment)))


def _twilio(environment: Environment) -> "TwilioAccount":
    from sms.twilio import Account

    return Account(
        environment.twilio_account, environment.twilio_auth_token, environment.public_url,
        environment.twilio_key_id, environment.twilio_key, environment.twilio_url,
    )  # fmt: skip


def _cloudapi(environment: Environment, clock: Clock) -> MessageGateway:
    from whatsapp.cloudapi import API, Account, CloudApi

    account = Account(
        environment.cloudapi_number, environment.cloudapi_access_token, environment.cloudapi_app_secrets,
        environment.cloudapi_verify_token, environment.cloudapi_url or API,
    )  # fmt: skip
    return CloudApi(account, clock)
