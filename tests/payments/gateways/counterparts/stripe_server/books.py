"""What the server knows: every object by its id, the lines of the balance, and the events."""

import hashlib
import hmac
import itertools
import json
import time
from typing import Any

from .refusals import invalid, missing

Thing = dict[str, Any]

EXPANDABLE = {"latest_charge", "balance_transaction", "source", "payment_intent", "customer"}
FEE_PERCENT = 3


class Books:
    """One account."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.events: list[tuple[int, Thing]] = []
        self.settles_in: str | None = None
        self.rate = 1.0
        self._numbers = itertools.count(1)

    def add(self, kind: str, prefix: str, **fields: Any) -> Thing:
        """A new object."""
        thing = {
            "id": f"{prefix}_{next(self._numbers):08d}",
            "object": kind,
            "created": now(),
            "livemode": False,
            **fields,
        }
        self.things[thing["id"]] = thing
        return thing

    def get(self, name: str, kind: str, *, param: str | None = None) -> Thing:
        found = self.things.get(name)
        if found is None or found["object"] != kind:
            raise missing(name, param=param)
        return found

    def all(self, kind: str, **fields: Any) -> list[Thing]:
        """Every object of a kind, the newest first."""
        return [
            thing
            for thing in reversed(self.things.values())
            if thing["object"] == kind
            and all(thing.get(name) == value for name, value in fields.items())
        ]

    def line(self, kind: str, source: Thing, amount: int, *, fee: int = 0) -> Thing:
        """A line of the balance, in the currency that the account is paid out in."""
        code = self.settles_in or source["currency"]
        return self.add(
            "balance_transaction",
            "txn",
            type=kind,
            source=source["id"],
            amount=round(amount * self.rate),
            currency=code,
            exchange_rate=self.rate if self.settles_in else None,
            fee=round(fee * self.rate),
            net=round((amount - fee) * self.rate),
        )

    def tell(self, kind: str, about: Thing) -> None:
        """An event, with the object as it is now."""
        event = self.add("event", "evt", type=kind, data={"object": self.shown(about)})
        self.events.append((now(), event))

    def shown(self, thing: Thing, expand: list[str] | None = None) -> Thing:
        """An object as it is seen from outside, with what was asked for in full."""
        seen: Thing = outside(thing)
        for path in expand or []:
            self._expand(seen, path.split("."))
        return seen

    def _expand(self, place: Any, path: list[str]) -> None:
        if not path or place is None:
            return
        if isinstance(place, list):
            for each in place:
                self._expand(each, path)
            return
        first, *rest = path
        if first == "data":
            self._expand(place["data"], rest)
            return
        if first not in EXPANDABLE or first not in place:
            raise invalid(f"This property cannot be expanded ({first}).", "expand")
        if isinstance(place[first], str):
            place[first] = self.shown(self.things[place[first]])
        self._expand(place[first], rest)


def outside(thing: Any) -> Any:
    """A copy without what only the server knows."""
    if isinstance(thing, list):
        return [outside(each) for each in thing]
    if not isinstance(thing, dict):
        return thing
    return {name: outside(each) for name, each in thing.items() if not name.startswith("_")}


def now() -> int:
    """The server has a clock of its own."""
    return int(time.time())  # noqa: TID251 - as above


def signed(event: Thing, secret: str, at: int) -> tuple[dict[str, str], bytes]:
    """An event as Stripe sends it."""
    body = json.dumps(event).encode()
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "Stripe-Signature": f"t={at},v1={digest}"}, body
