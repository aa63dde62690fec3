"""Saved payment methods: kept as the gateway's token, used again while the buyer is away."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder.payments.gateways import Instrument
from guilder.payments.methods import (
    PaymentMethod,
    PaymentMethodInUse,
    PaymentMethodNotFound,
    attach,
    change,
    detach,
)
from tests.http.documents import pointers, problem
from tests.payments.till import Till
from tests.race import race
from tests.world import World

SALE = {"amount": 2000, "currency": "EUR", "confirm": True, "off_session": True}
NOTHING: dict[str, Any] = {
    "is_default": None,
    "expiry_month": None,
    "expiry_year": None,
    "metadata": None,
}


async def saved(api: httpx.AsyncClient, token: str = "pm_card_visa", **further: Any) -> Any:
    answer = await api.post("/v1/payment-methods", json={"token": token, **further})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def attached(till: Till, token: str, **further: Any) -> PaymentMethod:
    """One that its gateway keeps, as the verb has it."""
    wanted: dict[str, Any] = {
        "gateway": "sandbox",
        "gateway_customer": None,
        "customer_id": None,
        "instrument": Instrument(type="card"),
        "metadata": {},
    }
    return await till.world.do(lambda tx: attach(tx, token=token, **(wanted | further)))


async def test_a_method_is_saved_without_its_token(api: httpx.AsyncClient, till: Till) -> None:
    ada = str(await till.customer())

    shown = await saved(api, customer_id=ada, metadata={"label": "home"})

    assert "token" not in shown
    assert shown == (await api.get(f"/v1/payment-methods/{shown['id']}")).json()
    looks = ("type", "brand", "last_four", "fingerprint", "expiry_month", "expiry_year")
    assert [shown[name] for name in looks] == [
        "card",
        "visa",
        "4242",
        "sandbox_visa_4242",
        12,
        2040,
    ]
    assert (shown["customer_id"], shown["is_attached"], shown["is_default"]) == (ada, True, False)


async def test_attaching_one_again_answers_the_same(till: Till) -> None:
    one, again = [await attached(till, "token", metadata={"n": n}) for n in range(2)]

    assert again == one


@pytest.mark.parametrize("is_known", [False, True])
async def test_one_that_is_asked_for_many_times_at_once_is_saved_once(
    api: httpx.AsyncClient, till: Till, *, is_known: bool
) -> None:
    whose = {"customer_id": str(await till.customer())} if is_known else {}
    asked, headers = {"token": "pm_card_visa"} | whose, {"idempotency-key": "one"}

    answers = await asyncio.gather(
        *(api.post("/v1/payment-methods", json=asked, headers=headers) for _ in range(16))
    )

    done = [answer.json() for answer in answers if answer.status_code == 201]
    for early in (answer for answer in answers if answer.status_code != 201):
        problem(early, 409, "request_in_progress")
    assert [one["id"] for one in done] == [done[0]["id"]] * len(done)
    listed = (await api.get("/v1/payment-methods")).json()["data"]
    assert [one["id"] for one in listed] == [done[0]["id"]]


async def test_two_customers_may_have_cards_of_the_same_sort(
    api: httpx.AsyncClient, till: Till
) -> None:
    one, another = [await saved(api, customer_id=str(await till.customer())) for _ in range(2)]

    assert one["id"] != another["id"]


async def test_one_is_used_again_while_the_buyer_is_away(
    api: httpx.AsyncClient, till: Till
) -> None:
    """Its customer is the payment's, its gateway the payment's, and nobody has to authenticate."""
    ada = str(await till.customer())
    method = await saved(api, customer_id=ada)

    paid = (await api.post("/v1/payments", json=SALE | {"payment_method": method["id"]})).json()

    assert (paid["status"], paid["customer_id"]) == ("succeeded", ada)
    assert paid["payment_method_id"] == method["id"]
    assert paid["route_reason"] == "the payment method is saved there"
    assert paid["instrument"]["last_four"] == "4242"


async def test_one_confirms_a_payment_that_waits(api: httpx.AsyncClient, till: Till) -> None:
    ada = await till.customer()
    method = await saved(api, customer_id=str(ada))
    payment = await till.pending(customer_id=ada)

    paid = await till.confirm(payment, method["id"])

    assert (paid.status, str(paid.payment_method_id)) == ("succeeded", method["id"])


@pytest.mark.parametrize("waits", [False, True])
async def test_one_of_another_customer_is_refused(
    api: httpx.AsyncClient, till: Till, *, waits: bool
) -> None:
    method = await saved(api, customer_id=str(await till.customer("Ada")))
    bob = await till.customer("Bob")

    if waits:
        payment = await till.pending(customer_id=bob)
        path = f"/v1/payments/{payment.id}/confirmations"
        refused = await api.post(path, json={"payment_method": method["id"]})
    else:
        asked = SALE | {"payment_method": method["id"], "customer_id": str(bob)}
        refused = await api.post("/v1/payments", json=asked)

    problem(refused, 422, "payment_method_not_of_customer")


async def test_one_that_is_nobodys_pays_for_everybody(api: httpx.AsyncClient, till: Till) -> None:
    method = await saved(api)
    asked = SALE | {"payment_method": method["id"], "customer_id": str(await till.customer())}

    assert (await api.post("/v1/payments", json=asked)).json()["status"] == "succeeded"


@pytest.mark.parametrize("waits", [False, True])
async def test_one_of_a_customer_makes_a_payment_of_nobody_theirs(
    api: httpx.AsyncClient, till: Till, *, waits: bool
) -> None:
    ada = str(await till.customer())
    method = await saved(api, customer_id=ada)

    if waits:
        payment = await till.pending()
        path = f"/v1/payments/{payment.id}/confirmations"
        paid = await api.post(path, json={"payment_method": method["id"]})
    else:
        paid = await api.post("/v1/payments", json=SALE | {"payment_method": method["id"]})

    assert paid.status_code == 201, paid.text
    assert (paid.json()["status"], paid.json()["customer_id"]) == ("succeeded", ada)


async def test_what_a_payment_was_to_be_paid_with_is_not_what_pays_it(
    api: httpx.AsyncClient, till: Till
) -> None:
    """It was asked for with a saved card, and confirmed with another, which its bank declines."""
    method = await saved(api, "pm_card_amex")
    payment = await till.pending(payment_method=method["id"])

    declined = await till.confirm(payment, "pm_card_chargeDeclined")

    assert (declined.status, declined.instrument) == ("failed", None)


async def test_what_will_pay_is_seen_before_it_has_paid(api: httpx.AsyncClient, till: Till) -> None:
    method = await saved(api, "pm_card_timeoutAfterCharge")

    confirmed = await till.confirm(await till.pending(), method["id"])

    assert confirmed.instrument is not None
    assert (confirmed.status, confirmed.instrument.last_four) == ("processing", "7004")


@pytest.mark.parametrize("waits", [False, True])
async def test_one_that_has_expired_is_refused(
    api: httpx.AsyncClient, till: Till, *, waits: bool
) -> None:
    method = await saved(api)
    path = f"/v1/payment-methods/{method['id']}"
    await api.patch(path, json={"expiry_month": 1, "expiry_year": 2020})

    if waits:
        payment = await till.pending()
        where, asked = f"/v1/payments/{payment.id}/confirmations", {"payment_method": method["id"]}
    else:
        where, asked = "/v1/payments", SALE | {"payment_method": method["id"]}

    problem(await api.post(where, json=asked), 422, "payment_method_expired")


async def test_one_is_good_to_the_end_of_its_month(till: Till) -> None:
    today = (await till.now()).date()
    looks = Instrument(type="card", expiry_month=today.month, expiry_year=today.year)

    method = await attached(till, "token", instrument=looks)

    assert not method.has_expired(today)
    following = today.replace(
        year=today.year + (today.month == 12), month=today.month % 12 + 1, day=1
    )
    assert method.has_expired(following)
    assert not (await attached(till, "without")).has_expired(following)


async def test_one_of_another_tenant_is_not_there(api: httpx.AsyncClient, other: World) -> None:
    method = await saved(api)
    path = f"/v1/payment-methods/{method['id']}"

    async with other.program("*") as stranger:
        answers = [
            await stranger.get(path),
            await stranger.patch(path, json={"metadata": {}}),
            await stranger.post(f"{path}/detachments"),
            await stranger.post("/v1/payments", json=SALE | {"payment_method": method["id"]}),
        ]

    for answer in answers:
        problem(answer, 404, "payment_method_not_found")


async def test_a_customer_has_one_default(api: httpx.AsyncClient, till: Till) -> None:
    ada = str(await till.customer())
    visa = await saved(api, customer_id=ada, is_default=True)
    amex = await saved(api, "pm_card_amex", customer_id=ada, is_default=True)

    listed = (await api.get("/v1/payment-methods", params={"customer_id": ada})).json()["data"]

    assert visa["is_default"] is True
    assert [(one["id"], one["is_default"]) for one in listed] == [
        (amex["id"], True),
        (visa["id"], False),
    ]


async def test_of_two_who_choose_a_default_at_once_the_second_stands(
    api: httpx.AsyncClient, till: Till
) -> None:
    ada = str(await till.customer())
    one, two = [
        await saved(api, token, customer_id=ada) for token in ("pm_card_visa", "pm_card_amex")
    ]
    chosen = NOTHING | {"is_default": True}

    outcomes = await race(
        till.world,
        lambda tx: change(tx, one["id"], **chosen),
        lambda tx: change(tx, two["id"], **chosen),
    )

    assert all(outcome.is_default for outcome in outcomes)
    shown = [(await api.get(f"/v1/payment-methods/{each['id']}")).json() for each in (one, two)]
    assert [each["is_default"] for each in shown] == [False, True]


async def test_one_that_is_being_detached_is_nobodys_default(till: Till) -> None:
    method = await attached(till, "token", customer_id=await till.customer())

    _, late = await race(
        till.world,
        lambda tx: detach(tx, method.id),
        lambda tx: change(tx, method.id, **(NOTHING | {"is_default": True})),
    )

    assert isinstance(late, PaymentMethodNotFound)


async def test_the_database_too_keeps_one_default(till: Till) -> None:
    ada = await till.customer()
    for token in ("one", "two"):
        await attached(till, token, customer_id=ada)

    with pytest.raises(asyncpg.UniqueViolationError, match="method_default"):
        await till.owner.execute(
            "update payments.method set is_default = true where customer_id = $1", ada
        )


async def test_one_that_is_nobodys_is_nobodys_default(api: httpx.AsyncClient) -> None:
    method = await saved(api, is_default=True)

    changed = await api.patch(f"/v1/payment-methods/{method['id']}", json={"is_default": True})

    assert (method["is_default"], changed.json()["is_default"]) == (False, False)


async def test_a_token_is_kept_for_one_customer(till: Till) -> None:
    ada, bob = await till.customer("Ada"), await till.customer("Bob")
    await attached(till, "token", customer_id=ada)

    with pytest.raises(PaymentMethodInUse):
        await attached(till, "token", customer_id=bob)


async def test_an_expiry_of_which_half_is_known_is_refused(
    api: httpx.AsyncClient, till: Till
) -> None:
    method = await attached(till, "token")

    path = f"/v1/payment-methods/{method.id}"

    for half in ({"expiry_month": 3}, {"expiry_year": 2030}):
        problem(await api.patch(path, json=half), 422, "expiry_incomplete")
    whole = await api.patch(path, json={"expiry_month": 3, "expiry_year": 2030})

    assert (whole.json()["expiry_month"], whole.json()["expiry_year"]) == (3, 2030)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"token": "pm_card_unheard_of"}, 422, "payment_method_not_saved"),
        ({"token": "pm_card_visa", "gateway": "stripe"}, 404, "gateway_not_configured"),
        ({"token": "pm_card_visa", "gateway": "bank"}, 404, "gateway_not_known"),
        ({"token": "pm_card_visa", "customer_id": str(uuid4())}, 404, "customer_not_found"),
        ({"token": ""}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_saved(
    api: httpx.AsyncClient, sent: dict[str, Any], status: int, code: str
) -> None:
    problem(await api.post("/v1/payment-methods", json=sent), status, code)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"expiry_month": 13}, "/expiry_month"),
        ({"expiry_year": 1999}, "/expiry_year"),
        ({"token": "another"}, "/token"),
    ],
)
async def test_what_cannot_be_changed(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    path = f"/v1/payment-methods/{(await saved(api))['id']}"

    refused = await api.patch(path, json=sent)

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]
