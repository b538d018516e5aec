"""From a registration to the intent that the portal takes, and to what may still change in it."""

from collections.abc import Mapping
from datetime import date

from backend_client import Intent, Value
from store.registrations import Registration

# The places and needs of the talk in the words of the portal's contract.
MODES = {"home": "home", "home_ill": "home", "hall": "desa"}
FOR_OTHERS = {"assistant": "agent"}  # The portal has one word for whoever registers others.
ILL = "home_ill"
NO_NEED = "none"


def intent(known: Registration) -> Intent:
    """All that is known now."""
    person = known.person
    return Intent(
        ref=known.ref,
        nik=person.nik,
        channel=known.channel,
        language=known.language,
        consent_id=known.consent_id,
        captured_at=known.consented_at,
        filled_by=FOR_OTHERS.get(known.filled_by, known.filled_by),
        assistant_name=known.helper or None,
        name=person.name or None,
        birth_date=date.fromisoformat(person.birth_date) if person.birth_date else None,
        village_code=known.village or None,
        **changing(known),  # type: ignore[arg-type]
    )


def changing(known: Registration) -> Mapping[str, Value]:
    """What a person may add after the receipt, by its names in Intent; what is not known is left out."""
    details = known.details
    values: Mapping[str, Value] = {
        "kk": details.kk,
        "address_note": details.landmark,
        "phone_e164": details.phone or known.phone,
        "phone_is_own": known.own_phone and not details.phone,
        "contact_by": details.via,
        "visit_mode": MODES.get(details.place),
        "visit_part": details.slot,
        "visit_needs": _needs(details.needs, details.place),
        "checked": details.checked,
        "checked_on": date.fromisoformat(details.checked_on) if details.checked_on else None,
    }
    return {name: value for name, value in values.items() if value not in ("", None, ())}


def _needs(need: str, place: str) -> tuple[str, ...]:
    if place == ILL:
        return ("ill",)
    return (need,) if need and need != NO_NEED else ()
