"""The demo, started as a newcomer starts it."""

import json
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.house import Up
from tests.cli.ready import begun

FIELDS = {
    "base_url",
    "tenant_id",
    "secret_key",
    "publishable_key",
    "owner_email",
    "owner_password",
    "checkout_id",
    "checkout_url",
    "product_id",
    "variant_id",
    "price_id",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


class Demo(Up):
    """`guilder demo`, after all that it has to say."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "demo", "--port", "0")
        for line in self.said:
            self.block += line
            if "demo.json" in line:
                break
        self.known: dict[str, str] = json.loads((folder / "demo.json").read_text())

    def post(self, path: str, secret: str | None = None, **body: Any) -> Any:
        request = urllib.request.Request(self.address + path, method="POST")  # noqa: S310 - on loopback
        if secret:
            request.add_header("authorization", f"Bearer {secret}")
        if body:
            request.add_header("content-type", "application/json")
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - likewise
            return json.load(answer)

    def all_of(self, path: str) -> list[Any]:
        """A list with all of its pages."""
        found: list[Any] = []
        cursor = ""
        while cursor is not None:
            page = self.get(f"{path}?limit=100{cursor}", self.known["secret_key"])
            found += page["data"]
            cursor = f"&cursor={page['next_cursor']}" if page["has_more"] else None
        return found


def test_the_demo_can_be_tried_at_once(folder: Path) -> None:
    with Demo(folder) as demo:
        known = demo.known
        secret = known["secret_key"]
        assert known.keys() == FIELDS
        assert (folder / "demo.json").stat().st_mode & 0o077 == 0
        for field in ("secret_key", "owner_email", "owner_password", "checkout_url"):
            assert known[field] in demo.block
        assert known["base_url"] == demo.address
        assert demo.get("/v1/tenant", secret)["id"] == known["tenant_id"]

        login = {"login": known["owner_email"], "password": known["owner_password"]}
        assert demo.post("/v1/sessions", **login)["tenant_id"] == known["tenant_id"]

        shelf = demo.get("/v1/storefront/products?currency=USD", known["publishable_key"])["data"]
        variant = demo.get(f"/v1/variants/{known['variant_id']}", secret)
        assert known["product_id"] in {product["id"] for product in shelf}
        assert variant["product_id"] == known["product_id"]
        assert known["price_id"] in {price["id"] for price in variant["prices"]}

        looks_like_90_days(demo)
        pays(demo)
        assert demo.stop() == 0


def looks_like_90_days(demo: Demo) -> None:
    orders, now = demo.all_of("/v1/orders"), opened_at(demo)
    placed = [datetime.fromisoformat(order["created_at"]) for order in orders]
    assert 150 <= len(orders) <= 400
    assert placed == sorted(placed, reverse=True)
    assert now - timedelta(days=92) < placed[-1] < now - timedelta(days=85)
    assert now - timedelta(days=3) < placed[0] < now
    assert {order["currency"] for order in orders} == {"EUR", "USD", "GBP"}
    assert {"paid", "partially_refunded", "refunded"} == {each["payment_status"] for each in orders}
    assert {"unfulfilled", "fulfilled", "canceled"} <= {
        order["fulfilment_status"] for order in orders
    }
    assert any(payment["status"] == "failed" for payment in demo.all_of("/v1/payments"))
    assert any(cart["status"] == "open" for cart in demo.all_of("/v1/carts"))
    assert demo.get("/v1/ledger/check", demo.known["secret_key"])["agrees"] is True


def opened_at(demo: Demo) -> datetime:
    """When the system was started: its checkout is from then."""
    checkout = demo.get(f"/v1/checkouts/{demo.known['checkout_id']}", demo.known["secret_key"])
    return datetime.fromisoformat(checkout["created_at"])


def pays(demo: Demo) -> None:
    """The checkout of demo.json lies there to be paid."""
    known = demo.known
    path = f"/v1/checkouts/{known['checkout_id']}"
    checkout = demo.get(path, known["secret_key"])
    assert checkout["payment_url"] == known["checkout_url"]
    assert checkout["price_id"] == known["price_id"]
    assert datetime.fromisoformat(checkout["expires_at"]) - opened_at(demo) > timedelta(hours=23)
    order = demo.post(f"{path}/payments", known["secret_key"], payment_method="pm_card_visa")
    assert order["payment_status"] == "paid"


def test_a_later_start_keeps_what_is_there(folder: Path, shelf: Path) -> None:
    begun(folder, shelf=shelf, word="demo")
    with Demo(folder) as demo:
        first, orders = demo.known, len(demo.all_of("/v1/orders"))
        demo.stop()

    with Demo(folder) as demo:
        second = demo.known
        kept = FIELDS - {"base_url", "checkout_url"}
        assert {name: second[name] for name in kept} == {name: first[name] for name in kept}
        assert second["base_url"] == demo.address
        assert second["checkout_url"].startswith(demo.address)
        assert len(demo.all_of("/v1/orders")) == orders
        demo.post(f"/v1/checkouts/{second['checkout_id']}/cancellations", second["secret_key"])
        prices = f"/v1/variants/{second['variant_id']}/prices"
        demo.post(prices, second["secret_key"], currency="EUR", unit_amount=4100)
        demo.stop()

    with Demo(folder) as demo:
        third = demo.known
        assert third["secret_key"] == second["secret_key"]
        assert third["checkout_id"] != second["checkout_id"]
        assert third["price_id"] != second["price_id"]
        assert (
            demo.get(f"/v1/checkouts/{third['checkout_id']}", third["secret_key"])["amount_total"]
            == 4100
        )
