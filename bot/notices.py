"""What each message to a citizen is about, and which of them may be left out for people who want none."""

from collections.abc import Mapping
from typing import NamedTuple

# Message by its name behind `evt.`: what it is about, as `about.*` says it to whoever asks whether it is genuine.
ABOUT: Mapping[str, str] = {
    "registered": "registration",
    "registered_by_other": "registration",
    "line_dropped": "registration",
    "draft_reminder": "registration",
    "draft_last": "registration",
    "window_opens": "registration",
    "submitted": "registration",
    "need_data": "registration",
    "assigned": "visit",
    "scheduled": "visit",
    "codes": "visit",
    "reminder_day_before": "visit",
    "on_the_way": "visit",
    "visit_missed": "visit",
    "visit_rescheduled_by_agent": "visit",
    "visit_done": "visit",
    "visit_recorded": "visit",
    "eligible": "result",
    "waitlist": "result",
    "not_eligible": "result",
    "decision_private": "result",
    "news_private": "result",
    "obj_received": "objection",
    "obj_received_private": "objection",
    "obj_needs_evidence": "objection",
    "obj_accepted": "objection",
    "obj_rejected": "objection",
    "pay_ready": "payment",
    "pay_reminder": "payment",
    "pay_last_day": "payment",
    "pay_collected": "payment",
    "pay_failed": "payment",
    "pay_stopped": "payment",
    "data_done": "data",
    "data_noted": "data",
    "data_rejected": "data",
    "death_witness": "data",
    "death_ack": "data",
    "death_dispute": "data",
    "phone_changed": "data",
    "quarterly_check": "data",
    "withdrawn": "data",
    "withdraw_asked": "data",
    "delete_asked": "data",
    "survey": "service",
    "fraud_warning": "service",
    "outage_over": "service",
}

# Reminders, surveys, results and money: all of it can be looked up by dialling. What is left is what a person has just
# asked for, what protects them, and what a visit cannot do without.
OPTIONAL = frozenset(
    {
        "line_dropped", "draft_reminder", "draft_last", "window_opens", "submitted", "reminder_day_before",
        "eligible", "waitlist", "not_eligible", "decision_private",
        "obj_received", "obj_received_private", "obj_accepted", "obj_rejected",
        "pay_ready", "pay_reminder", "pay_last_day", "pay_collected", "pay_failed",
        "pay_stopped", "data_done", "death_ack", "quarterly_check",
        "survey", "fraud_warning", "outage_over",
    }
)  # fmt: skip


class Template(NamedTuple):
    """What WhatsApp has approved to be sent at any time: its name behind `wa.tpl.`, and its values in their order."""

    name: str
    values: tuple[str, ...]


# Messages that have a template which says the same, for people who have not written for a day. The others go by SMS.
TEMPLATES: Mapping[str, Template] = {
    "scheduled": Template("visit_scheduled", ("ref", "date", "slot", "place", "agent", "acode")),
    "reminder_day_before": Template("visit_reminder", ("date", "slot", "agent", "acode", "place")),
    "not_eligible": Template("result_ready", ("ref", "date")),
    "pay_ready": Template("pay_ready", ("prog", "ref", "place", "date")),
    "draft_reminder": Template("draft_reminder", ("step",)),
    "obj_accepted": Template("objection_result", ("obj",)),
    "obj_rejected": Template("objection_result", ("obj",)),
    "quarterly_check": Template("data_check", ("ref",)),
}


def template(sentence: str) -> Template | None:
    """The template that stands in for a message outside WhatsApp's window; None where none says it."""
    return TEMPLATES.get(_name(sentence)) if sentence.startswith("evt.") else None


def about(sentence: str) -> str:
    """What a message is about, in a word of a closed set."""
    return ABOUT.get(_name(sentence), "service")


def optional(sentence: str) -> bool:
    """Whether somebody who wants no messages is spared this one."""
    return _name(sentence) in OPTIONAL


def _name(sentence: str) -> str:
    return sentence.removeprefix("evt.").removesuffix(".no_reply")
