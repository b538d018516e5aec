"""The systems that are not ours, as config.yml and the environment name them."""

import secrets

from backend_client import Portal
from backend_client.http import WsgiAdapter, pooled_session
from backend_client.portal import PortalClient
from loket.config import Config, ConfigError, Environment
from loket.service import Clock
from sms.console import ConsoleGateway
from sms.gateway import MessageGateway

TOKEN = 16  # Characters of a path token at the least; 43 are recommended.


def check(config: Config, environment: Environment) -> None:
    """Raises ConfigError where the address or the account of something that is switched on is missing."""
    if config.portal == "http" and not (environment.portal_url and environment.portal_token):
        raise ConfigError("portal: http needs LOKET_PORTAL_URL and LOKET_PORTAL_TOKEN")
    if config.sms == "africastalking" and not (
        environment.africastalking_username and environment.africastalking_api_key
    ):
        raise ConfigError("sms: africastalking needs LOKET_AFRICASTALKING_USERNAME and LOKET_AFRICASTALKING_API_KEY")
    if any(len(token) < TOKEN for token in environment.africastalking_tokens):
        raise ConfigError(
            f"LOKET_AFRICASTALKING_TOKENS: {TOKEN} characters or more each, for they are all that proves the vendor. "
            "A good one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )


def made_up(config: Config) -> list[str]:
    """What is switched on for trying out only, in sentences for whoever starts it."""
    notes = []
    if config.portal == "sandbox":
        notes.append("portal: sandbox makes up every decision; a real portal is portal: http")
    if config.sms == "console":
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


def message_gateway(config: Config, environment: Environment) -> MessageGateway:
    """The vendor that sends SMS. Raises ConfigError where its account is missing."""
    match config.sms:
        case "console":
            return ConsoleGateway()
        case "africastalking":
            from sms.africastalking import AfricasTalkingGateway

            check(config, environment)
            return AfricasTalkingGateway(
                environment.africastalking_username,
                environment.africastalking_api_key,
                environment.africastalking_tokens,
                sender=environment.africastalking_sender or None,
                base_url=environment.africastalking_url or None,
            )
