"""The page speaks a buyer's language, and writes amounts as people write them there."""

import string
from decimal import Decimal

import pytest

from guilder.mail import LANGUAGES
from guilder.payments import UNTRIED
from guilder.storefront.pay.pages import decline_in
from guilder.storefront.pay.speech import speech_for, texts_in
from tests.checkout.shop import Shop
from tests.storefront.pay.buyers import Buyer, path_of, text_of
from tests.storefront.pay.test_paying import checkout


def places_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_of_the_same(language: str) -> None:
    here, english = texts_in(language), texts_in("en")

    assert list(here) == list(english)
    assert {key: places_in(text) for key, text in here.items()} == {
        key: places_in(text) for key, text in english.items()
    }
    assert all(text.strip() for text in here.values())


@pytest.mark.parametrize("code", sorted(UNTRIED))
def test_what_was_tried_nowhere_is_not_told_as_declined(code: str) -> None:
    speech = speech_for("en", "")

    assert "You were not charged" in speech(decline_in(speech, code))


@pytest.mark.parametrize(
    ("wanted", "accepted", "language", "locale"),
    [
        (None, "", "en", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de", "de_AT"),
        (None, "nl-NL, fr;q=0.5, es;q=0.7", "es", "es"),
        (None, "zh-Hant-TW", "en", "en"),
        ("fr", "de-AT", "fr", "fr"),
        ("de", "de-CH", "de", "de_CH"),
        ("xx", "es-MX", "es", "es_MX"),
        (None, "de-XX", "de", "de"),
        (None, ";q=;;,,de;q=x,*", "de", "de"),
        (None, "de;q=0, fr;q=0.1", "fr", "fr"),
        (None, "es-419,es;q=0.9,en;q=0.8", "es", "es"),
        (None, "de-Latn-AT", "de", "de_AT"),
    ],
)
def test_the_speech_is_what_was_asked_for(
    wanted: str | None, accepted: str, language: str, locale: str
) -> None:
    speech = speech_for(wanted, accepted)

    assert (speech.language, speech.locale) == (language, locale)


def test_numbers_are_written_as_people_do() -> None:
    german, french = speech_for("de", ""), speech_for("fr", "")

    assert german.money(123456, "EUR") == "1.234,56\xa0€"
    assert german.percent(Decimal("7.75")) == "7,75\xa0%"
    assert french.country("DE") == "Allemagne"


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("de", ("25,00 € bezahlen", "Zahlungsart", "Ihre Bestellung")),
        ("es", ("Pagar 25,00 €", "Forma de pago", "Resumen del pedido")),
        ("fr", ("Payer 25,00 €", "Moyen de paiement", "Votre commande")),
    ],
)
async def test_a_page_speaks_the_language_of_its_buyer(
    shop: Shop, buyer: Buyer, language: str, says: tuple[str, ...]
) -> None:
    session = await checkout(shop)

    accepted = await buyer.look(session, **{"accept-language": language})
    asked = await buyer.browser.get(f"{path_of(session)}?language={language}")

    for page in (accepted, asked):
        assert f'<html lang="{language}">' in page.text
        assert all(text in text_of(page) for text in says)
    assert f'action="{path_of(session)}?language={language}"' in asked.text


async def test_a_language_that_was_chosen_stays(shop: Shop, buyer: Buyer) -> None:
    session = await checkout(shop)
    shown = await buyer.browser.get(f"{path_of(session)}?language=de")
    token = shown.text.partition('name="form_token" value="')[2][:64]

    paid = await buyer.browser.post(
        f"{path_of(session)}?language=de",
        data={"form_token": token, "way": "visa", "email": "a@b.example", "name": "A"},
    )

    assert paid.headers["location"] == f"{path_of(session)}?language=de"
    assert "Vielen Dank!" in text_of(await buyer.follow(paid))
