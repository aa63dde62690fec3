"""Shown: a checkout in a buyer's language, as the templates have it."""

import unicodedata
from decimal import Decimal
from typing import Any

from guilder.checkout import Buyer, Snapshot, SnapshotLine
from guilder.customers import COUNTRIES
from guilder.kernel import Currency

from .guest import Desk
from .speech import Speech


def bill_of(snapshot: Snapshot, speech: Speech) -> dict[str, Any]:
    """What is bought, and what that comes to."""

    def money(minor: int) -> str:
        return speech.money(minor, snapshot.currency)

    added = [one for one in snapshot.taxes if not one.is_inclusive]
    within = [one for one in snapshot.taxes if one.is_inclusive and one.amount_minor]
    shipping = snapshot.shipping
    return {
        "lines": [_line(line, snapshot.currency, speech) for line in snapshot.lines],
        "subtotal": money(snapshot.subtotal_minor),
        "discounts": [
            {"code": one.code, "name": one.name, "amount": money(-one.amount_minor)}
            for one in snapshot.discounts
        ],
        "shipping": shipping and {"name": shipping.name, "amount": money(shipping.amount_minor)},
        "taxes": [
            {
                "name": f"{one.name} {speech.percent(one.percentage)}",
                "amount": money(one.amount_minor),
            }
            for one in added
        ],
        "within": [
            f"{one.name} {speech.percent(one.percentage)}: {money(one.amount_minor)}"
            for one in within
        ],
        "is_reverse_charge": snapshot.is_reverse_charge,
        "total": money(snapshot.total_minor),
        "is_plain": len(snapshot.lines) == 1 and snapshot.total_minor == snapshot.subtotal_minor,
    }


def shop_of(desk: Desk) -> dict[str, Any]:
    """Who sells."""
    return {
        "name": desk.tenant.name,
        "logo": desk.settings.logo_url,
        "support_email": desk.settings.support_email,
        "descriptor": desk.tenant.statement_descriptor,
        "is_test": bool(desk.ways) and all(way.gateway == "sandbox" for way in desk.ways),
    }


def known_of(buyer: Buyer | None, speech: Speech) -> dict[str, str | None]:
    """What is known of a buyer, as far as whoever has the address may read it."""
    email = buyer.email if buyer else None
    place = buyer.shipping_address if buyer else None
    return {
        "email": masked(email) if email else None,
        "place": f"{place.city}, {speech.country(place.country)}" if place else None,
    }


def masked(email: str) -> str:
    """An address by which its owner knows it, and nobody else learns it."""
    local, _, domain = email.rpartition("@")
    return f"{local[: min(2, len(local) - 1)]}…@{domain}"


def countries(speech: Speech) -> list[tuple[str, str]]:
    """All countries by their names."""
    named = [(code, speech.country(code)) for code in COUNTRIES]
    return sorted(named, key=lambda one: _plain(one[1]))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()


def _line(line: SnapshotLine, currency: Currency, speech: Speech) -> dict[str, Any]:
    unit = line.unit_amount_decimal
    is_whole = unit == unit.to_integral_value() and line.quantity > 1
    return {
        "name": line.product_name,
        "variant": line.variant_name,
        "image": line.image if (line.image or "").startswith("https://") else None,
        "quantity": line.quantity,
        "each": speech.money(int(Decimal(unit)), currency) if is_whole else None,
        "amount": speech.money(line.subtotal_minor, currency),
    }
