"""Where a person is, as both vendors of WhatsApp tell it."""


def located(latitude: str, longitude: str) -> str:
    """`latitude,longitude` in degrees; empty where it is no place on earth."""
    try:
        there = float(latitude), float(longitude)
    except ValueError:
        return ""
    return f"{there[0]:.6f},{there[1]:.6f}" if abs(there[0]) <= 90 and abs(there[1]) <= 180 else ""
