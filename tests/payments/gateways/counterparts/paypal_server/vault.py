"""Instruments in the vault, and what becomes of whoever pays with one."""

from dataclasses import dataclass, field
from typing import Any

from . import shapes
from .books import Books
from .faults import Fault, missing

CARD = {"brand": "VISA", "last_digits": "7704", "expiry": "2032-09"}
WALLET = {
    "account_id": "QYR5Z8XDVJNXQ",
    "payer_id": "QYR5Z8XDVJNXQ",
    "email_address": "buyer@example.com",
    "address": {"country_code": "NL"},
}
BANK_SAYS = {"insufficient_funds": "5120", "expired": "5400", "lost": "9520", "unheard": "9600"}


@dataclass
class Kept:
    """An instrument, and what shall happen with it."""

    id: str
    kind: str
    fate: str
    customer: str
    looks: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "customer": {"id": self.customer},
            "payment_source": {self.kind: self.looks},
            "links": [],
        }


class Vault:
    """Some instruments are there from the start; one is set up and not yet kept."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.kept = {
            each.id: each
            for each in (
                Kept("wallet-good", "paypal", "good", "cust-wallet", WALLET),
                Kept("wallet-declined", "paypal", "declined", "cust-wallet", WALLET),
                Kept("card-late", "card", "pending", "cust-card", CARD),
                *(
                    Kept(f"card-{fate}", "card", fate, "cust-card", CARD)
                    for fate in ("good", "disputed", "needs_action", *BANK_SAYS)
                ),
            )
        }
        self.set_up = {"setup-good": "good"}

    def read(self, name: str) -> dict[str, Any]:
        return self._of(name).document()

    def keep(self, asked: shapes.NewToken) -> dict[str, Any]:
        fate = self.set_up.get(asked.payment_source.token.id)
        if fate is None:
            raise missing()
        customer = asked.customer.id if asked.customer else self._books.name("c")
        kept = Kept(self._books.name("tok-"), "card", fate, customer, CARD)
        self.kept[kept.id] = kept
        return kept.document()

    def forget(self, name: str) -> None:
        self._of(name)
        del self.kept[name]

    def behind(self, source: shapes.Source | None) -> Kept | None:
        """Which instrument a payment source means, of the kind that it says."""
        told = (source and (source.card or source.paypal)) or None
        if source is None or told is None or told.vault_id is None:
            return None
        kept = self.kept.get(told.vault_id)
        if kept is None:
            raise Fault("TOKEN_ID_NOT_FOUND", "Specified token was not found.")
        if kept.kind != ("card" if source.card else "paypal"):
            raise Fault("MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE", "It is of another kind.")
        return kept

    def _of(self, name: str) -> Kept:
        if name not in self.kept:
            raise missing()
        return self.kept[name]
