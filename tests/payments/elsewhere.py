"""Elsewhere: a till whose payments are taken by another gateway than the sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import msgspec

from guilder.db import Tx
from guilder.payments.gateways import Gateway, Gateways
from guilder.payments.payment import Payment
from tests.payments.gateways.counterpart import Sent
from tests.payments.gateways.counterparts import paypal, stripe
from tests.payments.till import Till

ACCOUNT = """
    insert into payments.gateway (tenant_id, name, is_enabled, position) values ($1, $2, true, 1)
"""


class Standing:
    """The gateways of a process, of which one adapter is there already."""

    def __init__(self, gateways: Gateways, adapter: Gateway) -> None:
        self._gateways = gateways
        self._adapter = adapter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateways, name)

    async def of(self, tx: Tx, name: str) -> Gateway:
        return self._adapter if name == self._adapter.name else await self._gateways.of(tx, name)


class Elsewhere:
    """A gateway's counterpart, and a till that takes payments there."""

    def __init__(self, till: Till, counterpart: Any) -> None:
        gateways: Any = Standing(till.world.system.gateways, counterpart.gateway)
        system = msgspec.structs.replace(till.world.system, gateways=gateways)
        self.till = Till(replace(till.world, system=system), till.owner)
        self.counterpart = counterpart
        self.name = counterpart.gateway.name

    async def paid(self, amount: str = "20.00", token: str = "good") -> Payment:
        method = self.counterpart.tokens[token]
        return await self.till.paid(amount, gateway=self.name, payment_method=method)

    async def told(self, payment: Payment) -> None:
        """Everything that the gateway sends about a payment is brought twice, and looked into."""
        sent = await self.counterpart.notices(payment.gateway_payment_intent_id)
        for _ in range(2):
            for each in sent:
                await self.bring(each)
            await self.till.work()

    async def bring(self, sent: Sent) -> None:
        headers, body = sent
        world = self.till.world
        transport = httpx.ASGITransport(app=world.system.door())
        async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as there:
            answer = await there.post(
                f"/v1/gateways/{self.name}/webhooks/{world.tenant_id}",
                content=body,
                headers={"Content-Type": "application/json", **headers},
            )
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def at(name: str, till: Till) -> AsyncIterator[Elsewhere]:
    """Take payments at this gateway."""
    await till.owner.execute(ACCOUNT, till.world.tenant_id, name)
    modules: dict[str, Any] = {"stripe": stripe, "paypal": paypal}
    async with modules[name].open_counterpart() as counterpart:
        yield Elsewhere(till, counterpart)
