"""What stands on the buyer's statement: the tenant's descriptor, as each gateway takes it."""

import re
from types import ModuleType
from typing import Any

import asyncpg
import pytest

from guilder.db import Tx
from guilder.identity import TenantChanges, update_tenant
from guilder.payments.attempts import carry_out
from guilder.payments.gateways import configure
from guilder.payments.gateways.statement import on_statement
from guilder.payments.intake import Taken
from guilder.payments.payment import Payment
from tests.payments.gateways.counterpart import Counterpart
from tests.payments.till import Till, new
from tests.world import World


class Only:
    """The gateways of a process that knows one."""

    def __init__(self, counterpart: Counterpart) -> None:
        self.counterpart = counterpart

    async def of(self, _: Tx, __: str) -> Any:
        return self.counterpart.gateway


@pytest.fixture
async def till(world: World, owner: asyncpg.Connection, counterpart: Counterpart) -> Till:
    """A till whose tenant sells at this gateway."""
    if not hasattr(counterpart, "on_statement"):
        pytest.skip("this gateway takes no descriptor")
    await world.do(
        lambda tx: configure(
            tx,
            world.system.vault,
            counterpart.gateway.name,
            is_enabled=False,
            position=0,
            settings={},
            secrets={},
        )
    )
    await owner.execute(
        "update payments.gateway set is_enabled = true where tenant_id = $1", world.tenant_id
    )
    return Till(world, owner)


async def call(till: Till, descriptor: str | None) -> None:
    """Have the tenant say what shall stand there."""
    changes = TenantChanges(statement_descriptor=descriptor)
    await till.world.do(lambda tx: update_tenant(tx, changes))


async def asked(till: Till, counterpart: Counterpart) -> Payment:
    """A payment that is to be paid at this gateway."""
    (taken,) = await till.create(
        new(gateway=counterpart.gateway.name, payment_method=counterpart.tokens["good"])
    )
    assert isinstance(taken, Taken)
    return taken.payment


async def charged(till: Till, counterpart: Counterpart, payment: Payment) -> str | None:
    """What came to the gateway with it."""
    (attempt,) = await till.transactions(payment)
    world, only = till.world, Only(counterpart)
    await carry_out(world.pool, only, world.tenant_id, attempt_id=attempt.id)  # type: ignore[arg-type]
    paid = await till.look(payment)
    assert paid.status == "succeeded"
    told: str | None = await counterpart.on_statement(paid.gateway_payment_intent_id)  # type: ignore[attr-defined]
    return told


@pytest.mark.parametrize(
    ("descriptor", "at_stripe", "at_paypal"),
    [
        ("ADAS TULIPS", "ADAS TULIPS", "ADAS TULIPS"),
        ("Zo\u00eb's *Caf\u00e9*, Gen\u00e8ve", "Zoes Cafe, Geneve", "Zoes *Cafe* Geneve"),
        ("  Ada <&> Tulips  \t 24", "Ada & Tulips 24", "Ada Tulips 24"),
        ("ADAS TULIPS.AMSTERDAM ", "ADAS TULIPS.AMSTERDAM", "ADAS TULIPS.AMSTERDAM"),
        ("\ufb01ne \ufb01ne \ufb01ne \ufb01ne \ufb01ne \ufb01", *["fine fine fine fine fi"] * 2),
        ("4711 - 12", None, None),
        ("\u82b1\u5c4b", None, None),
        (None, None, None),
    ],
)
async def test_it_comes_with_the_charge(
    till: Till,
    counterpart: Counterpart,
    module: ModuleType,
    *,
    descriptor: str | None,
    at_stripe: str | None,
    at_paypal: str | None,
) -> None:
    await call(till, descriptor)

    told = await charged(till, counterpart, await asked(till, counterpart))

    assert told == (at_stripe if module.__name__.endswith("stripe") else at_paypal)


async def test_it_is_the_one_of_when_it_was_asked_for(till: Till, counterpart: Counterpart) -> None:
    """The same order is given again as it was, or the gateway refuses it as another."""
    await call(till, "ADAS TULIPS")
    payment = await asked(till, counterpart)
    assert payment.statement_descriptor == "ADAS TULIPS"

    await call(till, "BOBS ROSES")

    assert await charged(till, counterpart, payment) == "ADAS TULIPS"


async def test_it_is_shown(world: World, owner: asyncpg.Connection) -> None:
    await call(Till(world, owner), "ADAS TULIPS")
    body = {"amount": 2000, "currency": "EUR"}

    async with world.program("payments:write") as program:
        shown = (await program.post("/v1/payments", json=body)).json()

    assert shown["statement_descriptor"] == "ADAS TULIPS"


def test_what_is_cut_off_leaves_no_space_behind() -> None:
    cut = on_statement("a" * 21 + " bc", taken=re.compile("[a-z ]"), most=22)

    assert cut == "a" * 21
