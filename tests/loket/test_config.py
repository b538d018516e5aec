"""Configuration: what is misspelt or missing is refused in a sentence that an operator can act on."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from loket import accounts, outside
from loket.areas import load as load_areas
from loket.config import (
    ROOT,
    Config,
    ConfigError,
    Environment,
    Line,
    WhatsAppLine,
    read_config,
    read_environment,
)
from loket.engine import build, period_name
from loket.service import now
from loket.texts import load

SHIPPED = ROOT / "config.yml"
SECRETS = {
    "DATABASE_URL": "postgresql://loket:pass-of-the-database@db/loket",
    "BROKER_URL": "amqp://loket:pass-of-the-broker@mq/",
    "PORTAL_URL": "https://portal.example/secret-path",
    "PORTAL_TOKEN": "word-of-the-portal",
    "AFRICASTALKING_TOKENS": "first-word,second-word",
    "AFRICASTALKING_API_KEY": "key-of-the-vendor",
    "SMPP_PASSWORD": "rahasia1",
}


def document(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SHIPPED.read_text("utf-8"))  # noqa: TID251  As an operator's editor sees it.
    return found | changes


def refused(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "config.yml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


def test_the_shipped_file_is_right_and_is_read_the_same_after_being_written(tmp_path: Path) -> None:
    config = read_config(SHIPPED)
    again = tmp_path / "config.yml"
    again.write_bytes(msgspec.yaml.encode(config))
    assert read_config(again) == config
    assert ([*config.sms], config.portal, config.languages[0]) == (["console"], "sandbox", "id")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"langauges": ["id"]}, "langauges"),
        ({"numbers": {"ussd": "*1#", "call": "1", "two-way": True}}, "two-way"),
        ({"windows": {"3510": {"opens": "2026-11-01", "closes": "2026-12-31", "until": 1}}}, "until"),
        ({"ussd": {"africastalking": {"page": 160, "prefixes": 4}}}, "prefixes"),
    ],
)
def test_an_unknown_key_is_named(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    assert f"`{named}`" in refused(tmp_path, document(**changes))


@pytest.mark.parametrize("key", ["languages", "services", "home", "windows", "numbers", "ussd"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    content = document()
    del content[key]
    assert f"`{key}`" in refused(tmp_path, content)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"languages": []}, "$.languages"),
        ({"languages": "id"}, "$.languages"),
        ({"home": "banyuwangi"}, "$.home"),
        ({"home": 3510}, "$.home"),
        ({"windows": {"3510": {"opens": "soon", "closes": "2026-12-31"}}}, "$.windows"),
        ({"windows": {"351": {"opens": "2026-11-01", "closes": "2026-12-31"}}}, "$.windows"),
        ({"ussd": {"africastalking": {"page": 20}}}, "$.ussd"),
        ({"ussd": {"africastalking": {"page": 500}}}, "$.ussd"),
        ({"ussd": {"Africa's Talking": {"page": 160}}}, "$.ussd"),
        ({"ussd": {}}, "$.ussd"),
        ({"windows": {"3510": {"opens": "2026-12-31", "closes": "2026-11-01"}}}, "$.windows"),
        ({"sms": {"pigeon": {}}}, "sms.pigeon: sms/ has no such gateway"),
        ({"sms": {"Pigeon!": {}}}, "$.sms"),
        ({"sms": {"telkomsel": {"style": "pigeon"}}}, "sms.telkomsel.style: there is no data/gateways/sms/pigeon.yml"),
        ({"sms": {"telkomsel": {"style": "plain", "form": {"sent": {}}}}}, "sms.telkomsel.form: "),
        ({"sms": {"console": {"style": "plain"}}}, "give the aggregator another"),
        ({"whatsapp": {"cloudapi": {"contents": {"11": "HX"}}}}, "$.whatsapp"),
        ({"sms": {"console": {"sends": False}}}, "none of them sends"),
        ({"portal": "https"}, "$.portal"),
        ({"follow_seconds": 0}, "$.follow_seconds"),
        ({"visit_days": 365}, "$.visit_days"),
        ({"people_per_phone": 9}, "$.people_per_phone"),
    ],
)
def test_a_wrong_value_is_shown_by_its_place(tmp_path: Path, changes: dict[str, Any], place: str) -> None:
    assert place in refused(tmp_path, document(**changes))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"services": ["register", "teleport"]}, "services: there is no bot/flows/teleport.py"),
        ({"languages": ["id", "su"]}, "languages: there is no data/texts/su.yml"),
        ({"home": "9910"}, "9910: no province has this number"),
        ({"windows": {"0010": {"opens": "2026-11-01", "closes": "2026-12-31"}}}, "0010: no province has this number"),
    ],
)
def test_what_is_not_here_is_named_before_anything_starts(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    assert refused(tmp_path, document(**changes)).endswith(named)


def test_a_day_that_no_month_has(tmp_path: Path) -> None:
    assert refused(tmp_path, SHIPPED.read_text("utf-8").replace("2026-11-01", "2026-13-01")).endswith(
        "month must be in 1..12"
    )


@pytest.mark.parametrize("value", ["yes", "true", "2"])
def test_a_switch_is_1_or_0(value: str) -> None:
    with pytest.raises(ConfigError, match="LOKET_DEMO is 1 or 0"):
        read_environment({"LOKET_DEMO": value})


@pytest.mark.parametrize("content", ["", "- a list", "just words", "languages: [id", "\tindented: by a tab"])
def test_what_is_no_configuration_at_all_is_refused(tmp_path: Path, content: str) -> None:
    assert refused(tmp_path, content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yml"):
        read_config(tmp_path / "nowhere.yml")


def test_no_object_is_built_from_yaml(tmp_path: Path) -> None:
    assert refused(tmp_path, "languages: !!python/object/apply:os.system ['true']")


def test_a_service_without_a_module_is_named() -> None:
    config = msgspec.structs.replace(read_config(SHIPPED), services=["register", "teleport"])
    constants = {"ussd": "*1#", "sms": "", "call": "1"}
    catalogue = load(config.languages, constants=constants)
    with pytest.raises(ConfigError, match=r"bot/flows/teleport\.py"):
        build(config, catalogue, load_areas(ROOT / "data" / "areas"))


def test_registrations_are_counted_by_regency_and_first_day() -> None:
    windows = read_config(SHIPPED).windows
    assert period_name(windows, "3510") == "3510:2026-11-01"
    assert period_name(windows, "9999") == "9999:0001-01-01"


@pytest.mark.parametrize("name", ["LOKET_DATABASE", "LOKET_PASSWORD", "LOKET_", "LOKET_CONFIG_FILE"])
def test_an_unknown_variable_is_named_without_its_value(name: str) -> None:
    with pytest.raises(ConfigError, match="unknown environment variables") as caught:
        read_environment({name: "value-of-it", "LOKET_CRASH_AT": "loaded"})
    assert name.upper() in str(caught.value)
    assert "value-of-it" not in str(caught.value)
    assert "LOKET_CRASH_AT" not in str(caught.value)


def test_variables_of_others_are_not_ours() -> None:
    assert read_environment({"PATH": "/bin", "XLOKET_DEMO": "1"}) == Environment()


def test_every_variable_has_its_kind() -> None:
    given = {"CONFIG": "/etc/loket.yml", "KEYS_FILE": "/run/keys", "DEMO": "1", "EMBEDDED": "0", "CRASH_AFTER": "3"}
    found = read_environment({f"LOKET_{name}": value for name, value in (given | SECRETS).items()})
    assert (found.config, found.keys_file) == (Path("/etc/loket.yml"), Path("/run/keys"))
    assert (found.demo, found.embedded, found.crash_after) == (True, False, 3)
    assert found.africastalking_tokens == ("first-word", "second-word")
    assert found.database_url == SECRETS["DATABASE_URL"]


@pytest.mark.parametrize("value", ["", "many", "1.5"])
def test_a_count_that_is_none_is_refused_in_a_sentence(value: str) -> None:
    with pytest.raises(ConfigError, match="LOKET_CRASH_AFTER has to be a whole number"):
        read_environment({"LOKET_CRASH_AFTER": value})


@pytest.mark.parametrize(("value", "tokens"), [("", ()), (" , ", ()), ("a", ("a",)), (" a , b,", ("a", "b"))])
def test_tokens_are_a_list(value: str, tokens: tuple[str, ...]) -> None:
    assert read_environment({"LOKET_AFRICASTALKING_TOKENS": value}).africastalking_tokens == tokens


def test_the_environment_shows_no_secret() -> None:
    shown = repr(read_environment({f"LOKET_{name}": value for name, value in SECRETS.items()}))
    for value in SECRETS.values():
        for part in value.split(","):
            assert part not in shown
    assert {field.name for field in fields(Environment) if field.repr} == {
        "config", "broker_queue", "keys_file", "crash_at", "crash_after", "demo", "clock_file", "embedded",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("switch", "what", "named"),
    [
        ({"portal": "http"}, "portal", "LOKET_PORTAL_URL and LOKET_PORTAL_TOKEN"),
        ({"portal": "http"}, "check", "LOKET_PORTAL_URL and LOKET_PORTAL_TOKEN"),
        ({"sms": {"africastalking": Line()}}, "sms", "LOKET_AFRICASTALKING_USERNAME"),
        ({"sms": {"africastalking": Line()}}, "check", "LOKET_AFRICASTALKING_USERNAME"),
        ({"sms": {"twilio": Line()}}, "check", "sms: twilio needs LOKET_PUBLIC_URL, LOKET_TWILIO_ACCOUNT, "),
        ({"sms": {"twilio": Line(sends=False)}}, "check", "LOKET_TWILIO_AUTH_TOKEN and LOKET_TWILIO_SMS_SENDER"),
        ({"whatsapp": {"twilio": WhatsAppLine()}}, "sms", "LOKET_TWILIO_WHATSAPP_SENDER"),
        ({"whatsapp": {"cloudapi": WhatsAppLine()}}, "check", "LOKET_CLOUDAPI_APP_SECRETS and LOKET_CLOUDAPI_VERIFY"),
    ],
)
def test_what_is_switched_on_needs_its_account(switch: dict[str, Any], what: str, named: str) -> None:
    config = msgspec.structs.replace(read_config(SHIPPED), **switch)
    act = {"portal": lambda: outside.portal(config, Environment(), now),
           "sms": lambda: outside.lines(config, Environment(), now),
           "check": lambda: outside.check(config, Environment())}[what]  # fmt: skip
    with pytest.raises(ConfigError, match=named):
        act()


def test_whoever_starts_it_is_told_what_is_made_up() -> None:
    """The shipped file is for trying out: nobody should find that out from people who wait for a decision."""
    shipped = read_config(SHIPPED)
    portal, sms = outside.made_up(shipped)
    assert (portal.split()[1], sms.split()[1]) == ("sandbox", "console")
    assert outside.made_up(msgspec.structs.replace(shipped, portal="http", sms={"africastalking": Line()})) == []


NAMED = {"telkomsel": {"style": "plain"}}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ussd": {"telkomsel": {"page": 160}}}, "ussd.telkomsel: ussd/ has no such gateway"),
        ({"ussd": {"africastalking": {"style": "plain"}}}, "ussd.africastalking: this name is a module's"),
        ({"ussd": {"page": {"style": "plain"}}}, "ussd.page: this name is a module's"),
        ({"ussd": {"telkomsel": {"style": "plane"}}}, "ussd.telkomsel.style: there is no data/gateways/plane.yml"),
        ({"ussd": {"x": {"style": "plain", "form": {"start": []}}}}, "ussd.x.form: start: say unknown"),
        ({"ussd": {"x": {"style": "plain", "form": {"feilds": {}}}}}, "`feilds`"),
        ({"ussd": {"x": {"style": "plain", "code": "menu"}}}, "ussd.x.code: digits between * and #"),
        ({"ussd": {"africastalking": {"code": "*1#"}}}, "ussd.africastalking.code"),
        ({"ussd": {"africastalking": {"page": 60}}}, "ussd.africastalking.page: 60 septets at the least"),
        ({"ussd": {"x": {"style": "plain", "page": 70, "prefix": 15}}}, "ussd.x.page: 60 septets at the least"),
        ({"operators": {"telkomsell": {"page": 150}}}, "operators: there is no telkomsell in data/operators.yml"),
        ({"operators": {"telkomsel": {"page": 62}}}, "operators.telkomsel at ussd.africastalking: page"),
    ],
)
def test_a_connection_that_cannot_be_is_named_by_its_key(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    assert named in refused(tmp_path, document(**changes))


@pytest.mark.parametrize(
    ("tokens", "named"),
    [
        ((), "ussd.telkomsel needs telkomsel=<token> in LOKET_USSD_TOKENS"),
        (("word-without-a-name",), "write name=token"),
        (("indosat=0123456789abcdef",), "there is no described gateway ussd.indosat"),
        (("telkomsel=short",), "16 characters or more"),
    ],
)
def test_a_described_gateway_needs_its_token(tokens: tuple[str, ...], named: str) -> None:
    config = msgspec.convert(document(ussd=NAMED), Config)
    with pytest.raises(ConfigError) as caught:
        outside.check(config, Environment(ussd_tokens=tokens))
    assert named in str(caught.value)
    assert not any(token in str(caught.value) for token in ("word-without-a-name", "0123456789abcdef", "short"))


def test_several_gateways_share_one_variable_and_two_tokens_may_take_turns() -> None:
    found = read_environment({"LOKET_USSD_TOKENS": "a=first=word, a=second, b=third"})
    assert (found.tokens_of("a"), found.tokens_of("b"), found.tokens_of("c")) == (
        ("first=word", "second"),
        ("third",),
        (),
    )
    assert "first" not in repr(found)


def test_in_the_demo_its_one_word_opens_every_gateway() -> None:
    config = msgspec.convert(document(ussd=NAMED), Config)
    environment = Environment(demo=True, africastalking_tokens=("demo",))
    outside.check(config, environment)
    assert environment.tokens_of("telkomsel") == ("demo",)
    assert Environment().tokens_of("telkomsel") == ()


def test_an_answer_with_our_address_needs_to_know_it() -> None:
    config = msgspec.convert(document(ussd={"v": {"style": "vodacom"}}), Config)
    tokens = ("v=0123456789abcdef",)
    with pytest.raises(ConfigError, match="LOKET_PUBLIC_URL"):
        outside.check(config, Environment(ussd_tokens=tokens))
    outside.check(config, Environment(ussd_tokens=tokens, public_url="https://loket.example"))


def test_a_path_token_that_could_be_guessed_is_refused() -> None:
    environment = Environment(africastalking_tokens=("long-enough-to-be-a-secret", "short"))
    with pytest.raises(ConfigError, match="16 characters or more"):
        outside.check(read_config(ROOT / "config.yml"), environment)


TWILIO = {"twilio_account": "AC1", "twilio_auth_token": "t", "twilio_sms_sender": "LOKET",
          "twilio_whatsapp_sender": "+1"}  # fmt: skip
CLOUDAPI = {"cloudapi_number": "1", "cloudapi_access_token": "t", "cloudapi_app_secrets": ("s",),
            "cloudapi_verify_token": "v"}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"twilio_key_id": "k"}, "LOKET_TWILIO_KEY_ID and LOKET_TWILIO_KEY"),
        ({"public_url": "loket.example"}, "LOKET_PUBLIC_URL"),
        ({"public_url": "https://user@loket.example"}, "LOKET_PUBLIC_URL"),
        ({"public_url": "https://loket_1.example"}, "LOKET_PUBLIC_URL"),
        ({"public_url": "https://loket.example/?a"}, "LOKET_PUBLIC_URL"),
    ],
)
def test_an_account_that_cannot_be_right_is_refused(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        outside.check(read_config(SHIPPED), Environment(**{"public_url": "https://loket.example", **more}))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "tsel=user:secret in LOKET_SMS_ACCOUNTS"),
        ({"sms_accounts": ("tsel",)}, "LOKET_SMS_ACCOUNTS: name=user:secret"),
        ({"sms_accounts": ("tsel=u:s",)}, "sms: tsel needs sender: in config.yml under sms.tsel"),
    ],
)
def test_an_aggregator_needs_its_account(given: dict[str, Any], why: str) -> None:
    config = msgspec.structs.replace(read_config(SHIPPED), sms={"tsel": Line(style="jasmin")})
    with pytest.raises(ConfigError, match=why):
        outside.check(config, Environment(**given))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "tsel=<token> in LOKET_SMS_TOKENS"),
        ({"sms_tokens": ("tsel=short",)}, "LOKET_PUBLIC_URL, for the address of its receipts"),
        ({"sms_tokens": ("tsel=short",), "public_url": "https://loket.example"}, "16 characters or more"),
    ],
)
def test_an_aggregator_proves_itself_by_a_word(given: dict[str, Any], why: str) -> None:
    config = msgspec.structs.replace(read_config(SHIPPED), sms={"tsel": Line(style="jasmin", sender="LOKET")})
    with pytest.raises(ConfigError, match=why):
        outside.check(config, Environment(**{"sms_accounts": ("tsel=u:s",), **given}))


def test_a_secret_may_hold_every_sign() -> None:
    environment = read_environment({"LOKET_SMS_ACCOUNTS": "tsel=lo%3Aket:a%2Cb:c%25, other=x:y"})
    account = accounts.aggregator("tsel", Line(style="plain"), environment)
    assert (account.user, account.secret) == ("lo:ket", "a,b:c%")
    assert "a,b" not in repr(account)


def test_with_its_account_every_vendor_is_there_and_no_sdk_is_loaded() -> None:
    """In a process of its own: another test may have loaded them."""
    program = f"""
import sys
from msgspec.structs import replace
from loket import accounts, outside
from loket.config import *
from loket.service import now
config = replace(read_config(ROOT / "config.yml"), sms={{"twilio": Line(), "africastalking": Line()}},
                 whatsapp={{"twilio": WhatsAppLine(), "cloudapi": WhatsAppLine()}})
environment = Environment(public_url="https://loket.example", africastalking_username="a", africastalking_api_key="k",
                          **{TWILIO!r}, **{CLOUDAPI!r})
lines = outside.lines(config, environment, now)
print(sorted(f"{{channel}} {{name}}" for channel, name in lines.gateways))
print(sorted(name for name in sys.modules if name in ("twilio", "twilio.rest", "africastalking", "aiohttp")))
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.splitlines() == [
        "['sms africastalking', 'sms twilio', 'whatsapp cloudapi', 'whatsapp twilio']", "[]",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["twilio", "africastalking"])
def test_a_number_to_ring_needs_its_account(name: str) -> None:
    config = msgspec.structs.replace(read_config(SHIPPED), voice=[name])
    with pytest.raises(ConfigError, match=f"voice: {name} needs LOKET_"):
        outside.check(config, Environment())
