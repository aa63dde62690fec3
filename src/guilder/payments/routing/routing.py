"""Routing: which gateway a payment goes to, and why."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.kernel import Money, Problem, TenantId
from guilder.payments.gateways import KNOWN, GatewayNotKnown

SANDBOX: Final = "sandbox"
MAX_RULES: Final = 100

SAVED_THERE: Final = "the payment method is saved there"
ASKED_FOR: Final = "it was asked for"
TEST_ONLY: Final = "a test key moves nothing elsewhere"
FIXED: Final = frozenset({SAVED_THERE, ASKED_FOR, TEST_ONLY})
"""Reasons for which no other gateway may take a payment."""


class GatewayDisabled(Problem, status=422):
    """This gateway is not enabled."""

    gateway: str


class NoGateway(Problem, status=422):
    """No gateway of this tenant is enabled. The sandbox stands in only where none was set up."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where payments go that fit: what is not named fits every payment."""

    gateway: Annotated[str, Meta(examples=["stripe"])]
    currencies: Annotated[list[str], Meta(max_length=200)] | None = None
    min_amount: Annotated[int, Meta(ge=0)] | None = None
    max_amount: Annotated[int, Meta(ge=0)] | None = None
    countries: Annotated[list[str], Meta(max_length=300)] | None = None
    methods: Annotated[list[str], Meta(max_length=50)] | None = None

    def fits(self, asked: "Asked") -> bool:
        """Whether a payment goes this way."""
        minor = asked.amount.minor
        return (
            (self.currencies is None or asked.amount.currency in self.currencies)
            and (self.min_amount is None or minor >= self.min_amount)
            and (self.max_amount is None or minor <= self.max_amount)
            and (self.countries is None or asked.country in self.countries)
            and (self.methods is None or asked.method in self.methods)
        )


class Rules(msgspec.Struct, frozen=True):
    """The rules of a tenant, in their order."""

    rules: list[Rule]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What of a payment decides its way."""

    amount: Money
    country: str | None
    method: str | None
    gateway: str | None
    saved_at: str | None
    is_live: bool = True


class Route(msgspec.Struct, frozen=True):
    """A gateway, and why it was chosen."""

    gateway: str
    reason: str


class Account(msgspec.Struct, frozen=True):
    """Of a gateway account what routing needs."""

    name: str
    is_enabled: bool


class Map(msgspec.Struct, frozen=True):
    """A tenant's gateways in their order, and the rules between them."""

    accounts: list[Account]
    rules: list[Rule]

    def routes(self, asked: Asked) -> list[Route]:
        """The ways a payment may go, best first; another is taken only when one is closed."""
        if fixed := asked.saved_at or asked.gateway:
            return [self._only(fixed, SAVED_THERE if asked.saved_at else ASKED_FOR)]
        if not asked.is_live:
            return [self._only(SANDBOX, TEST_ONLY)]
        enabled = self.enabled
        fitting: dict[str, str] = {}
        for number, rule in enumerate(self.rules, start=1):
            if rule.gateway in enabled and rule.fits(asked):
                fitting.setdefault(rule.gateway, f"rule {number} fits")
        if fitting:
            return [Route(name, why) for name, why in fitting.items()]
        if enabled:
            why = "no rule fits, and it is the first" if self.rules else "it is the first"
            return [Route(enabled[0], why), *(Route(name, "it is next") for name in enabled[1:])]
        if any(account.name != SANDBOX for account in self.accounts):
            raise NoGateway
        return [self._only(SANDBOX, "no gateway is set up, so the sandbox takes it")]

    @property
    def enabled(self) -> list[str]:
        """The gateways that were set up and are in use."""
        return [account.name for account in self.accounts if account.is_enabled]

    def _only(self, name: str, why: str) -> Route:
        """A gateway that was named. The sandbox needs no account, and can be closed by one."""
        if name not in KNOWN:
            raise GatewayNotKnown(known=sorted(KNOWN))
        account = next((one for one in self.accounts if one.name == name), None)
        if not (account.is_enabled if account else name == SANDBOX):
            raise GatewayDisabled(gateway=name)
        return Route(name, why)


async def put_rules(tx: Tx, rules: Sequence[Rule]) -> list[Rule]:
    """Replace the rules."""
    if unknown := [rule.gateway for rule in rules if rule.gateway not in KNOWN]:
        raise GatewayNotKnown(known=sorted(KNOWN)) from LookupError(*unknown)
    known = await routing_map(tx, tenant_id=tx.tenant_id)
    changed = await upsert_rules(tx, rules=msgspec.to_builtins(list(rules)))
    await audit.record(
        tx,
        "routing.changed",
        type="tenant",
        id=tx.tenant_id,
        before={"rules": known.rules},
        after={"rules": changed.rules},
    )
    return changed.rules


@sql
async def routing_map(tx: Tx, *, tenant_id: TenantId) -> Map: ...


@sql
async def upsert_rules(tx: Tx, *, rules: list[Any]) -> Rules: ...
