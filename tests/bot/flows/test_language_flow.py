"""Which language to speak: under permanent numbers, and only what is switched on."""

from support.phone import Phone, engine


def test_a_language_that_is_switched_off_is_not_offered() -> None:
    phone = Phone(engine=engine(languages=["id", "en"]))
    page = phone.dial()
    assert "1 Bahasa Indonesia" in page
    assert "4 English" in page
    assert "Jawa" not in page
    assert "Madura" not in page
    assert "4 English" in phone.say("2")  # Its number means nothing else.
    phone.say("4")
    assert phone.session.language == "en"
