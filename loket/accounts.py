"""What the environment has to hold for each vendor that config.yml switches on, said before anything is served."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from loket.config import PREFIX, Config, ConfigError, Environment, Line
from sms.aggregator import Account, problems
from sms.form import described
from ussd.styles import described as described_ussd

TOKEN = 16  # Characters of a path token at the least; 43 are recommended.
PUBLIC = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
TWILIO = ("public_url", "twilio_account", "twilio_auth_token")
NEEDS = {
    ("sms", "africastalking"): ("africastalking_username", "africastalking_api_key"),
    ("sms", "twilio"): (*TWILIO, "twilio_sms_sender"),
    ("whatsapp", "twilio"): (*TWILIO, "twilio_whatsapp_sender"),
    ("whatsapp", "cloudapi"): (
        "cloudapi_number", "cloudapi_access_token", "cloudapi_app_secrets", "cloudapi_verify_token",
    ),
}  # fmt: skip
RECEIVES = {("sms", "africastalking"): ()}  # Without sending: the vendors that sign need all of the above.


def check(config: Config, environment: Environment) -> None:
    """Raises ConfigError with what is missing, or cannot be right."""
    for channel, name, sends in _lines(config):
        needed = (
            NEEDS.get((channel, name), ()) if sends else RECEIVES.get((channel, name), NEEDS.get((channel, name), ()))
        )
        if not all(getattr(environment, variable) for variable in needed):
            raise ConfigError(f"{channel}: {name} needs {_listed(needed)}")
    for name, line in config.sms.items():
        if line.described:
            _check_aggregator(name, line, environment)
    if "twilio" in config.voice and not all(getattr(environment, variable) for variable in TWILIO):
        raise ConfigError(f"voice: twilio needs {_listed(TWILIO)}")
    if "africastalking" in config.voice and not environment.africastalking_tokens:
        raise ConfigError("voice: africastalking needs LOKET_AFRICASTALKING_TOKENS")
    if bool(environment.twilio_key_id) is not bool(environment.twilio_key):
        raise ConfigError("a shared key of Twilio's is LOKET_TWILIO_KEY_ID and LOKET_TWILIO_KEY together")
    if environment.public_url and not PUBLIC.fullmatch(environment.public_url):
        raise ConfigError("LOKET_PUBLIC_URL is https://host[:port][/path], without a question mark, a name or a `_`")
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
        answer = described_ussd(config.ussd[name].style, config.ussd[name].form).answer
        if "{callback}" in f"{answer.goes_on}{answer.ends}" and not environment.public_url:
            raise ConfigError(f"ussd.{name} answers with our address: it needs LOKET_PUBLIC_URL, https://host")


def _check_tokens(variable: str, tokens: tuple[str, ...], environment: Environment) -> None:
    if any(len(token) < TOKEN for token in tokens) and not environment.demo:
        raise ConfigError(
            f"{variable}: {TOKEN} characters or more each, for they are all that proves the vendor. "
            "A good one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )


def aggregator(name: str, line: Line, environment: Environment) -> Account:
    """What an aggregator knows us by. Raises ConfigError where it is written in another form."""
    user, secret = "", ""
    for entry in environment.sms_accounts:
        owner, equals, account = entry.partition("=")
        if not equals or ":" not in account:
            raise ConfigError("LOKET_SMS_ACCOUNTS: name=user:secret, and a comma between two; a comma in one is %2C")
        if owner == name:
            user, _, secret = account.partition(":")
    tokens = tuple(token for owner, _, token in (e.partition("=") for e in environment.sms_tokens) if owner == name)
    return Account(tokens, unquote(user), unquote(secret), line.sender, environment.public_url)


def _check_aggregator(name: str, line: Line, environment: Environment) -> None:
    account = aggregator(name, line, environment)
    said = {
        "user": f"{name}=user:secret in LOKET_SMS_ACCOUNTS",
        "secret": f"{name}=user:secret in LOKET_SMS_ACCOUNTS",
        "sender": f"sender: in config.yml under sms.{name}",
        "token": f"{name}=<token> in LOKET_SMS_TOKENS, which is all that proves the vendor",
        "public_url": "LOKET_PUBLIC_URL, for the address of its receipts",
    }
    for lacking in problems(described(line.style, line.form), account, line.sends):
        raise ConfigError(f"sms: {name} needs {said[lacking]}")
    _check_tokens(f"LOKET_SMS_TOKENS, {name}", account.tokens, environment)


def _lines(config: Config) -> Iterator[tuple[str, str, bool]]:
    yield from (("sms", name, line.sends) for name, line in config.sms.items())
    yield from (("whatsapp", name, line.sends) for name, line in config.whatsapp.items())


def _listed(variables: tuple[str, ...]) -> str:
    names = [PREFIX + variable.upper() for variable in variables]
    return f"{', '.join(names[:-1])} and {names[-1]}"
