"""The page of the sandbox's bank sends its buyer back, and lets nobody write a header."""

import httpx

from guilder.payments.gateways import AttemptId
from tests.payments.till import Till


async def sent_back_to(till: Till, api: httpx.AsyncClient, return_url: str) -> httpx.Response:
    payment = await till.waiting(return_url=return_url)
    (attempt,) = await till.transactions(payment)
    page = f"/sandbox/authentication/{till.world.tenant_id}/{AttemptId(attempt.id)}"
    return await api.post(f"{page}/agreements")


async def test_the_buyer_comes_back_to_where_the_shop_said(
    till: Till, api: httpx.AsyncClient
) -> None:
    address = "https://shop.example/thanks?order=1&step=a%20b#top"

    answer = await sent_back_to(till, api, address)

    assert answer.status_code == 303
    assert answer.headers["location"] == address


async def test_an_address_cannot_begin_another_header(till: Till, api: httpx.AsyncClient) -> None:
    answer = await sent_back_to(till, api, "https://shop.example/\r\nset-cookie: mine=1\r\n")

    assert answer.headers["location"] == "https://shop.example/%0D%0Aset-cookie:%20mine=1%0D%0A"
    assert "set-cookie" not in answer.headers
