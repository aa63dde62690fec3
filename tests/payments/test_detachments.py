"""A saved method that is detached is used no more, and its gateway forgets it when it can."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from guilder.db import Tx
from guilder.payments.gateways import GatewayUnavailable
from guilder.payments.methods import ForgetMethod, detach, forget
from tests.http.documents import problem
from tests.jobs.work import patience_of
from tests.payments.test_methods import SALE, attached, saved
from tests.payments.till import Till


async def test_a_detached_one_is_used_no_more(api: httpx.AsyncClient, till: Till) -> None:
    method = await saved(api)
    path = f"/v1/payment-methods/{method['id']}"
    paid = await till.paid(payment_method=method["id"])

    gone, again = [await api.post(f"{path}/detachments") for _ in range(2)]

    assert (gone.status_code, gone.json()["is_attached"]) == (201, False)
    assert again.json() == gone.json()
    refused = await api.post("/v1/payments", json=SALE | {"payment_method": method["id"]})
    problem(refused, 404, "payment_method_not_found")
    problem(await api.patch(path, json={"metadata": {}}), 404, "payment_method_not_found")
    assert (await api.get("/v1/payment-methods")).json()["data"] == []
    assert str((await till.look(paid)).payment_method_id) == method["id"]
    assert (await saved(api))["id"] != method["id"]


async def test_a_gateway_that_is_closed_forgets_it_later(
    api: httpx.AsyncClient, till: Till
) -> None:
    """It is used no more from now on, whatever its gateway says."""
    await api.put("/v1/gateways/stripe", json={"secrets": {"secret_key": "sk_test_of_nobody"}})
    method = await attached(till, "pm_1", gateway="stripe")

    gone = await api.post(f"/v1/payment-methods/{method.id}/detachments")

    assert (gone.status_code, gone.json()["is_attached"]) == (201, False)
    assert await till.waiting_jobs() == ["forget_method"]


async def test_its_gateway_forgets_one_that_is_detached(api: httpx.AsyncClient, till: Till) -> None:
    method = await saved(api)
    await api.post(f"/v1/payment-methods/{method['id']}/detachments")

    assert await till.work() == ["forget_method"]

    (kept,) = await till.owner.fetch(
        "select forgotten_at from payments.sandbox_instrument where tenant_id = $1",
        till.world.tenant_id,
    )
    assert kept["forgotten_at"] is not None


class Listening:
    """Gateways that only hear what they shall forget, if they are open."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.forgotten: list[str] = []
        self.is_open = is_open

    async def of(self, _: Tx, __: str) -> "Listening":
        return self

    async def forget(self, token: str) -> None:
        if not self.is_open:
            raise GatewayUnavailable
        self.forgotten.append(token)


@pytest.mark.parametrize("is_saved_again", [False, True])
async def test_one_that_was_saved_again_is_not_forgotten(
    till: Till, *, is_saved_again: bool
) -> None:
    method = await attached(till, "pm_1", gateway="stripe")
    await till.world.do(lambda tx: detach(tx, method.id))
    if is_saved_again:
        await attached(till, "pm_1", gateway="stripe")
    closed, gateways = Listening(is_open=False), Listening()
    place: Any = (till.world.pool, till.world.tenant_id, ForgetMethod(method.id))

    if not is_saved_again:
        with pytest.raises(GatewayUnavailable):
            await forget(*place, gateways=closed)  # type: ignore[arg-type]
    await forget(*place, gateways=gateways)  # type: ignore[arg-type]

    assert gateways.forgotten == ([] if is_saved_again else ["pm_1"])


def test_a_gateway_may_be_closed_for_a_week() -> None:
    assert patience_of(ForgetMethod) > timedelta(days=7)
