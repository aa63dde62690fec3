"""Fields: what a buyer typed, and what is wrong with it."""

from typing import Any, Final

import msgspec

from guilder.checkout import Buyer, Session, Settings, Told
from guilder.customers import COUNTRIES

from .ways import Way

ADDRESS: Final = ("line1", "line2", "postal_code", "city", "region", "country")
NEEDED: Final = ("line1", "city", "country")
LONGEST: Final = {"line1": 200, "line2": 200, "city": 200, "region": 200, "postal_code": 20}
NOBODY: Final = Buyer()


class Asked(msgspec.Struct, frozen=True):
    """What the page asks for, because it is not known."""

    email: bool
    name: bool
    address: bool


class Filled(msgspec.Struct, frozen=True):
    """A form as it was filled in: what it tells, and the texts of what is wrong, by field."""

    told: Told
    way: Way | None
    wrong: dict[str, str]


def asked_of(session: Session) -> Asked:
    """What has to be told yet. What was told at an attempt before may be mended."""
    handed = session.buyer or NOBODY
    needs_address = session.snapshot.shipping is not None and handed.shipping_address is None
    return Asked(email=not handed.email, name=not handed.name, address=needs_address)


def given_before(session: Session, settings: Settings) -> dict[str, str]:
    """What the fields hold at first: what was told at an attempt before."""
    told = session.told or NOBODY
    given = {"email": told.email or "", "name": told.name or ""}
    if told.shipping_address is not None:
        held = told.shipping_address
        given |= {name: getattr(held, name) or "" for name in ADDRESS}
    return {"country": settings.seller_country or ""} | given


def read(fields: dict[str, str], asked: Asked, ways: list[Way], *, owes: bool) -> Filled:
    """What a form tells. Where there is no choice, none has to be made."""
    given = {name: value.strip() for name, value in fields.items()}
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {}
    if asked.email:
        told["email"] = _taken("email", given.get("email", ""), wrong)
    if asked.name:
        told["name"] = _taken("name", given.get("name", ""), wrong)
    if asked.address:
        told["shipping_address"] = _address(given, wrong)
    way = next((one for one in ways if one.name == given.get("way")), None)
    if owes and way is None:
        wrong["way"] = "wrong_way_now" if given.get("way") else "wrong_way"
    return Filled(Told() if wrong else msgspec.convert(told, Told), way, wrong)


def _taken(name: str, value: str, wrong: dict[str, str]) -> str | None:
    try:
        msgspec.convert({name: value}, Told)
    except msgspec.ValidationError:
        wrong[name] = f"wrong_{name}"
        return None
    return value


def _address(given: dict[str, str], wrong: dict[str, str]) -> dict[str, str | None]:
    held: dict[str, str | None] = {name: given.get(name) or None for name in ADDRESS}
    held["name"] = given.get("name") or None
    before = len(wrong)
    for name in NEEDED:
        if held[name] is None:
            wrong[name] = f"wrong_{name}"
    if held["country"] not in COUNTRIES:
        wrong["country"] = "wrong_country"
    for name, most in LONGEST.items():
        if len(held[name] or "") > most:
            wrong[name] = "wrong_postal_code" if name == "postal_code" else "wrong_text"
    return held if len(wrong) == before else {}
