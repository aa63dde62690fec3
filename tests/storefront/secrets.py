"""A tenant with secrets in everything that it has, each of which can be recognised.

Whatever the catalog of the database calls metadata, in whichever table, is marked. Of what else
is not for buyers the values are known: sealed and hashed ones, who works here, who buys here.
"""

import base64
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from tests.checkout.buying import HOME, good
from tests.identity.people import Person
from tests.schema import TABLES
from tests.specimens import COLUMNS

MARKED = re.compile(r"metadata$")
KNOWN = re.compile(
    r"_sealed$|^secrets$|_hash$|^private_key$|^tax_category$|^settlement_asset$|^evidence$|email$"
)
"""Columns whose values no buyer is to see; what a cart was told of its buyer is among them."""

PUBLIC = {"checkout.session.snapshot_hash"}
"""What is in the signed token itself, for everybody to check."""

STAFF = re.compile(r"^(identity|customers)\.(?!tenant$)")
"""Tables whose ids name people, and what they hold."""

SANDBOX = {"gateway": "sandbox", "payment_method": "pm_card_visa"}
ON_HAND = 918_273_645
SECRET = f"sk_test_{uuid4().hex}"
FORBIDDEN = {
    "allows_backorder", "app_metadata", "available", "backordered", "billing_email",
    "created_by", "customer_id", "email", "internal_metadata", "metadata", "on_hand", "reserved",
    "settlement_asset", "shipping_address", "tax_category", "updated_at", "weight_grams",
}  # fmt: skip
"""Names under which nothing is told to a buyer."""


@dataclass
class Secrets:
    """The marks of one tenant, each with where it stands."""

    marks: dict[str, str] = field(default_factory=dict)

    def add(self, value: Any, place: str) -> None:
        """Know a value again, however it is written down."""
        if isinstance(value, bytes):
            for text in (value.hex(), base64.b64encode(value).decode().rstrip("=")):
                self.marks[text] = place
        elif len(str(value)) > len("standard"):
            self.marks[str(value)] = place

    def shown_in(self, text: str) -> set[str]:
        """Which secrets can be read in a text."""
        return {place for mark, place in self.marks.items() if mark in text}


@dataclass(frozen=True)
class Belongings:
    """What the tenant has that a buyer may ask for."""

    product_id: str
    variant_id: str
    cart_id: str
    line_id: str
    token: str
    order_token: str
    attempt_id: str
    slug: str


async def furnished(api: httpx.AsyncClient) -> Belongings:
    """A tenant that has one of everything that is near to a buyer."""
    await _set_up(api)
    product = await made(
        api,
        "/v1/products",
        name="Tulip vase",
        description="Holds tulips.",
        tax_category="for_the_rich_only",
        settlement_asset="XLM",
        metadata={},
        prices=[{"currency": "EUR", "unit_amount": 2400, "metadata": {}}],
        inventory=ON_HAND,
    )
    variant = product["variants"][0]["id"]
    customer = await made(api, "/v1/customers", email=email(), name="Ada Lovelace")
    buyer = {"email": email(), "shipping_address": HOME, "billing_address": HOME}
    lines = [{"variant_id": variant, "quantity": 3}]
    further = {"customer_id": customer["id"], "promotion_codes": ["SPRING"]} | buyer
    cart = await made(api, "/v1/carts", currency="EUR", lines=lines, **further)
    paid = await made(api, "/v1/carts", currency="EUR", lines=lines, **further)
    checkout = await made(api, "/v1/checkouts", cart_id=paid["id"], metadata={})
    order = await made(api, f"/v1/checkouts/{checkout['id']}/payments", **SANDBOX)
    followed = good(await api.get(f"/v1/orders/{order['id']}/buyer-page"), 200)
    await made(api, f"/v1/orders/{order['id']}/fulfilments", carrier="Post")
    await made(api, f"/v1/orders/{order['id']}/invoices")
    waiting = await made(
        api,
        "/v1/payments",
        amount=2000,
        currency="EUR",
        confirm=True,
        **SANDBOX | {"payment_method": "pm_card_authenticationRequired"},
    )
    handed_over = await made(api, "/v1/carts", currency="EUR", lines=lines, **further)
    opened = await made(api, "/v1/checkouts", cart_id=handed_over["id"], name="Ada")
    tenant = good(await api.get("/v1/tenant"), 200)
    return Belongings(
        product["id"],
        variant,
        cart["id"],
        cart["lines"][0]["id"],
        opened["token"],
        followed["url"].rpartition("/")[2],
        waiting["next_action"]["url"].rpartition("/")[2],
        tenant["slug"],
    )


async def _set_up(api: httpx.AsyncClient) -> None:
    secrets = {"secret_key": SECRET, "webhook_secret": f"whsec_{uuid4().hex}"}
    good(await api.put("/v1/gateways/stripe", json={"position": 9, "secrets": secrets}), 200)
    await made(api, "/v1/promotions", name="Spring", code="SPRING", percentage="10", max_uses=9)
    await made(api, "/v1/shipping-options", name="Post", currency="EUR", amount=500)
    await made(api, "/v1/tax-rates", name="VAT", country="NL", percentage=21)
    await made(api, "/v1/api-keys", name="Server", scopes=["products:read"], mode="test")


async def made(api: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    return good(await api.post(path, json=body))


def email() -> str:
    return f"{uuid4().hex}@buyer.example"


async def marked(owner: asyncpg.Connection, staff: Person) -> Secrets:
    """Mark all that a tenant keeps to itself, in every table that there is."""
    found = Secrets({SECRET: "the key of a gateway", str(ON_HAND)[:6]: "how many there are"})
    found.add(staff.email, "who works here")
    async with owner.transaction():
        await owner.execute("set local session_replication_role = replica")
        for table in await owner.fetch(TABLES):
            if table["tenant_column"]:
                await _mark(owner, table, staff, found)
    return found


async def _mark(
    owner: asyncpg.Connection, table: asyncpg.Record, staff: Person, found: Secrets
) -> None:
    name, whose = table["name"], f"where {table['tenant_column']} = $1"
    for column in await owner.fetch(COLUMNS, table["oid"]):
        place = f"{name}.{column['name']}"
        if MARKED.search(column["name"]):
            mark = f"mark{uuid4().hex}"
            document = f'{{"{mark}": "{mark}"}}'
            text = f"update {name} set {column['name']} = $2::jsonb {whose}"
            if await owner.execute(text, staff.tenant_id, document) != "UPDATE 0":
                found.add(mark, place)
        is_staff = column["name"] == "id" and STAFF.match(name)
        if is_staff or (KNOWN.search(column["name"]) and place not in PUBLIC):
            text = f"select {column['name']} as value from {name} {whose}"
            for row in await owner.fetch(text, staff.tenant_id):
                if row["value"] is not None:
                    found.add(row["value"], place)
