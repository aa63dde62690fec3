"""The stage: a tenant that has something of every kind, and people who own tenants of their own."""

import time
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import msgspec

from prove.letters import letters_in, links_in

STAGE: Final = "GUILDER_PROVE_STAGE"
PASSWORD: Final = "nine purple bicycles"  # noqa: S105 - of nobody but these
STOREFRONT: Final = ["storefront:read", "storefront:write"]
PEOPLE: Final = 4
TOKENS: Final = (
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_createDispute",
    "pm_card_chargeDeclined",
    "pm_card_authenticationRequired",
    "pm_card_refundFail",
)
STRIPE_AT: Final = "/v1/gateways/stripe"
STRIPE: Final = {
    "position": 1000,
    "secrets": {"secret_key": "sk_live_00000000", "webhook_secret": "whsec_00000000"},
}
"""It is there, and is asked last: nobody answers."""

LETTERS_EACH: Final = 4
WAIT_SECONDS: Final = 10.0


class Told(msgspec.Struct, frozen=True):
    """What one address answered."""

    path: str
    body: Any


class Stage(msgspec.Struct, kw_only=True):
    """Who acts, and all that was answered while it was set."""

    address: str
    tenant_id: str
    key_id: str
    outbox: str
    secret: str
    publishable: str = ""
    seed: int = 0
    emails: list[str] = []
    paths: list[str] = []
    told: list[Told] = []


class Setting:
    """Sets the stage over HTTP, as a shop's own programs would."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        headers = {"authorization": f"Bearer {stage.secret}"}
        self._client = httpx.Client(base_url=stage.address, headers=headers, timeout=60)

    def set(self) -> Stage:
        """Bring about one of everything, and look at all of it."""
        with self._client:
            self._shop()
            self._buyers()
            for gateway_token in TOKENS:
                self._payment(gateway_token)
            for _ in range(3):
                self._sale()
            self._people()
            self._look_at_everything()
        return self.stage

    def _shop(self) -> None:
        prices = [{"currency": "EUR", "unit_amount": 2000}]
        for number in range(3):
            variant = {"sku": f"VASE-{number}", "prices": prices, "inventory": 100_000}
            thing = {"name": "Tulip vase", "billing_type": "one_time", "variants": [variant]}
            self._post("/v1/products", thing)
        self._post("/v1/tax-rates", {"name": "VAT", "country": "NL", "percentage": "21"})
        option = {"name": "Parcel", "currency": "EUR", "amount": 499}
        self._post("/v1/shipping-options", option)
        self._post("/v1/promotions", {"name": "Welcome", "code": "WELCOME10", "percentage": "10"})
        scopes = {"name": "Shop server", "scopes": ["orders:read"]}
        self._post("/v1/api-keys", scopes)
        page = self._post(
            "/v1/api-keys", {"name": "Page", "kind": "publishable", "scopes": STOREFRONT}
        )
        self.stage.publishable = page["secret"]
        for path, wanted in (("/v1/gateways/sandbox", {}), (STRIPE_AT, STRIPE)):
            self._tell(path, self._client.put(path, json=wanted))
        since = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
        self._post("/v1/gateways/sandbox/reconciliations", since)
        self._post("/v1/ledger/checks", None)

    def _buyers(self) -> None:
        for number in range(3):
            buyer = {"email": f"buyer{number}@prove.example", "name": "Ada Lovelace"}
            made = self._post("/v1/customers", buyer)
            home = {"line1": "Keizersgracht 1", "city": "Amsterdam", "postal_code": "1015 CC"}
            self._post(f"/v1/customers/{made['id']}/addresses", home | {"country": "NL"})
            method = {"token": "pm_card_visa", "gateway": "sandbox", "customer_id": made["id"]}
            self._post("/v1/payment-methods", method)

    def _payment(self, token: str) -> None:
        asked = {"amount": 2000, "currency": "EUR", "confirm": True, "payment_method": token}
        self._post("/v1/payments", asked)
        self._post("/v1/payments", asked | {"capture": "manual"})
        self._post("/v1/payments", asked | {"confirm": False})

    def _sale(self) -> None:
        """A cart, a checkout of it, and an order with all that may come after."""
        lines = [{"variant_id": self._variant(), "quantity": 5}]
        for path in ("/v1/carts", "/v1/storefront/carts"):
            self._post(path, {"currency": "EUR", "lines": lines})
        self._post("/v1/checkouts", {"cart_id": self._cart(lines)["id"]})
        sold = self._post("/v1/checkouts", {"cart_id": self._cart(lines)["id"]})
        paid = {"gateway": "sandbox", "payment_method": "pm_card_visa"}
        self._post(f"/v1/checkouts/{sold['id']}/payments", paid)
        order = self._get("/v1/orders")["data"][0]
        order = self._get(f"/v1/orders/{order['id']}")
        piece = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
        at = f"/v1/orders/{order['id']}"
        self._post(f"{at}/fulfilments", piece)
        parcel = self._post(f"{at}/fulfilments", piece)
        self._post(f"{at}/fulfilments/{parcel['id']}/deliveries", None)
        self._post(f"{at}/returns", piece)
        self._post(f"{at}/refunds", {"amount": 100})
        sold = self._post("/v1/checkouts", {"cart_id": self._cart(lines)["id"]})
        self._post(f"/v1/checkouts/{sold['id']}/payments", paid)

    def _cart(self, lines: list[Any]) -> dict[str, Any]:
        made: dict[str, Any] = self._post("/v1/carts", {"currency": "EUR", "lines": lines})
        return made

    def _variant(self) -> str:
        found: str = self._get("/v1/inventory")["data"][0]["variant_id"]
        return found

    def _people(self) -> None:
        role = self._post("/v1/roles", {"name": "Bookkeeper", "permissions": ["ledger:read"]})
        for number in range(PEOPLE):
            email = f"person{number}@prove.example"
            entered = self._post(
                "/v1/users", {"email": email, "password": PASSWORD, "name": "Wilma"}
            )
            self.stage.emails.append(email)
            self._post("/v1/password-resets", {"email": email})
            change = {"new_email": f"changed{number}@prove.example", "password": PASSWORD}
            self._ask_as(entered["token"], "/v1/me/email", change)
        for number in range(PEOPLE):
            asked = {"email": f"invited{number}@prove.example", "role_ids": [role["id"]]}
            self._post("/v1/invitations", asked)
        letters = self._letters()
        tokens = [
            token for page, token in links_in(Path(self.stage.outbox)) if page == "invitation"
        ]
        joins = {"token": tokens[0], "name": "Wilma", "password": PASSWORD}
        path = "/v1/invitations/acceptances"
        self._tell(path, httpx.post(self.stage.address + path, json=joins))
        names = [path.stem for path in letters]
        self.stage.paths += [f"/outbox/{name}{end}" for name in names for end in ("", "/html")]

    def _letters(self) -> list[Path]:
        """The letters, once they all lie in the outbox folder."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            found = letters_in(Path(self.stage.outbox))
            if len(found) >= LETTERS_EACH * PEOPLE or time.monotonic() > deadline:
                return found
            time.sleep(0.2)

    def _look_at_everything(self) -> None:
        """Every list. A person's own, and those that ask for more, are left to the fuzzing."""
        for path, methods in self._get("/openapi.json")["paths"].items():
            if "get" in methods and "{" not in path and not path.endswith("stream"):
                answer = self._client.get(path)
                if answer.is_success:
                    self._tell(path, answer)

    def _get(self, path: str) -> Any:
        return self._tell(path, self._client.get(path))

    def _ask_as(self, token: str, path: str, body: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"}
        return self._tell(path, self._client.post(path, json=body, headers=headers))

    def _post(self, path: str, body: Any) -> Any:
        headers = {"idempotency-key": uuid4().hex}
        return self._tell(path, self._client.post(path, json=body, headers=headers))

    def _tell(self, path: str, answer: httpx.Response) -> Any:
        body = answer.json() if answer.content else None
        if path != "/openapi.json":
            self.stage.told.append(Told(path, body))
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
        return body
