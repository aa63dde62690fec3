"""The gateways under test: every module of `counterparts/` that has `open_counterpart` joins.

A new gateway is one new module there, and nothing is changed here:

    CURRENCIES = ("EUR", "JPY")  # optional: which of EUR, JPY and KWD it takes; all, if unsaid

    @asynccontextmanager
    async def open_counterpart() -> AsyncIterator[Counterpart]:
        '''Start a server on a free loopback port, and an adapter that talks to it.'''

Its parameters, if it has any, are names of fixtures (`world`, say). Each test gets a counterpart of
its own, so whatever it does, the books start empty. Beyond `Counterpart`, the suite asks of it:

- a dispute that is answered finally with `winning_evidence` is won, with `losing_evidence` lost,
  as in Stripe's test mode, and its opening is told in a notice;
- `refund_in_dashboard(intent, amount_minor)`, where it has one: a refund without our doing;
- `on_statement(intent)`, where it takes one: the descriptor that came with the charge;
- `fail_refund(reference)`, where that happens: what was given back comes back, and that is told.
"""

import inspect
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.payments.gateways import counterparts
from tests.payments.gateways.counterpart import Counterpart
from tests.payments.gateways.shop import Shop

AMOUNTS = {
    "EUR": ("20.00", "5.00", "7.50"),
    "JPY": ("2000", "500", "750"),
    "KWD": ("20.000", "5.000", "7.500"),
}


def names() -> list[str]:
    """Every module that opens a counterpart. They are not loaded yet, so that each stands alone."""
    folder = Path(counterparts.__path__[0])
    return sorted(
        path.stem
        for path in folder.glob("*.py")
        if "async def open_counterpart(" in path.read_text("utf-8")
    )


@pytest.fixture(params=names())
def module(request: pytest.FixtureRequest) -> ModuleType:
    """One gateway after the other."""
    return module_of(request.param)


def module_of(name: str) -> ModuleType:
    return import_module(f"{counterparts.__name__}.{name}")


@pytest.fixture
def surroundings(module: ModuleType, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a counterpart needs of the house."""
    wanted = inspect.signature(module.open_counterpart).parameters
    return {name: request.getfixturevalue(name) for name in wanted}


@pytest.fixture
async def counterpart(
    module: ModuleType, surroundings: dict[str, Any]
) -> AsyncIterator[Counterpart]:
    """A gateway with empty books."""
    async with module.open_counterpart(**surroundings) as counterpart:
        yield counterpart


@pytest.fixture
def shop(counterpart: Counterpart) -> Shop:
    """Someone who gives orders to that gateway."""
    return Shop(counterpart)


@pytest.fixture
async def stripe() -> AsyncIterator[Any]:
    """Stripe alone, for what is only its own."""
    async with module_of("stripe").open_counterpart() as counterpart:
        yield counterpart


@pytest.fixture
async def paypal() -> AsyncIterator[Any]:
    """PayPal alone, likewise."""
    async with module_of("paypal").open_counterpart() as counterpart:
        yield counterpart


@pytest.fixture(params=AMOUNTS)
def amounts(request: pytest.FixtureRequest, module: ModuleType) -> list[str]:
    """Three amounts of a currency: a whole, and two parts that leave a rest."""
    if request.param not in getattr(module, "CURRENCIES", AMOUNTS):
        pytest.skip(f"this gateway takes no {request.param}")
    return [f"{amount} {request.param}" for amount in AMOUNTS[request.param]]
