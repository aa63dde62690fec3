"""What needs somebody stands first, in words that say what to do."""

import re
from html import unescape
from uuid import uuid4

from guilder.kernel import Problem
from tests.dashboard.merchants import Merchant
from tests.payments.till import VISA

DECLINED = "pm_card_chargeDeclined"
DISPUTED = "pm_card_createDispute"
FAILS_LATER = "pm_card_refundFailLater"

DEAD = """
    insert into jobs.job
    (tenant_id, kind, payload, status, priority, run_at, max_attempts, died_at, last_error)
    values ($1, 'test.dead', '{}', 'dead', 1, now(), 1, now(), 'a secret of the operator')
"""
DUE = "update payments.dispute set evidence_due_at = '2030-02-03 12:00Z' where tenant_id = $1"


def words_of(page: str) -> str:
    """What can be read on a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def part_of(page: str, name: str) -> str:
    """What can be read in the section of this name."""
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    return words_of(found[1]) if found else ""


async def decline(merchant: Merchant) -> None:
    """Somebody's card is declined."""
    shop = merchant.shop
    session = await shop.checkout(await shop.cart((await shop.product("12.50"), 1)))
    try:
        await shop.pay(session, DECLINED)
    except Problem:
        return


async def test_a_payment_that_failed_stands_first_with_its_story(merchant: Merchant) -> None:
    await merchant.shop.paid_order()
    await decline(merchant)

    page = await merchant.home()

    assert page.index('id="troubles"') < page.index('id="today"')
    first, rest = part_of(page, "troubles"), part_of(page, "payments")
    assert "1 payment failed in the last day" in first
    assert "The buyer can try again, or pay in another way." in first
    assert "It was not done: The card was declined. (card_declined)" in first
    assert "12.50 EUR was asked for, to be paid at sandbox" in first
    assert "Other recent payments" in rest
    assert "20.00 EUR was taken." in rest
    assert "declined" not in rest


async def test_a_payment_that_failed_is_none_where_its_order_was_paid_after(
    merchant: Merchant,
) -> None:
    shop = merchant.shop
    session = await shop.checkout(await shop.cart((await shop.product("12.50"), 1)))
    await shop.pay(session, DECLINED)
    await shop.pay(session, VISA)

    page = await merchant.home()

    assert part_of(page, "troubles") == ""
    assert "The card was declined." in part_of(page, "payments")


async def test_a_dispute_comes_first_with_the_day_until_which_it_is_answered(
    merchant: Merchant,
) -> None:
    await decline(merchant)
    await merchant.shop.paid_order(method=DISPUTED)
    await merchant.shop.till.work()
    await merchant.shop.owner.execute(DUE, merchant.person.tenant_id)

    first = part_of(await merchant.home(), "troubles")

    assert first.index("1 open dispute") < first.index("1 payment failed")
    assert "with evidence. The first is due on 3 Feb 2030." in first
    assert "with evidence. Until 3 Feb 2030. How to answer" in first
    assert first.index("disputed") < first.index("card_declined")


async def test_a_refund_that_failed_is_told(merchant: Merchant) -> None:
    shop = merchant.shop
    await shop.refund(await shop.paid_order(method=FAILS_LATER))
    await shop.till.work()

    first = part_of(await merchant.home(), "troubles")

    assert "1 refund failed in the last week" in first
    assert "Refund it again, or pay it back another way." in first


async def test_a_return_that_was_announced_is_told(merchant: Merchant) -> None:
    shop = merchant.shop
    whole = await shop.paid_order()
    await shop.fulfil(whole)
    await shop.announce(await shop.look(whole), 1)

    assert "1 return announced" in part_of(await merchant.home(), "troubles")


async def test_work_that_was_given_up_is_told_and_not_why(merchant: Merchant) -> None:
    await merchant.shop.owner.execute(DEAD, merchant.person.tenant_id)
    await merchant.shop.owner.execute(DEAD, uuid4())

    first = part_of(await merchant.home(), "troubles")

    assert "1 task given up after many attempts" in first
    assert "guilder jobs list --status dead" in first
    assert "secret" not in first


async def test_events_put_aside_are_told(merchant: Merchant) -> None:
    shop = merchant.shop
    await shop.paid_order()
    await shop.world.all_relayed(shop.owner)
    await shop.owner.execute(
        "insert into events.skipped (tenant_id, consumer, event_id, reason)"
        " select tenant_id, 'test', id, 'afraid' from events.event where tenant_id = $1 limit 1",
        merchant.person.tenant_id,
    )

    assert "1 event put aside" in part_of(await merchant.home(), "troubles")


async def test_who_may_see_orders_alone_sees_no_payments(merchant: Merchant) -> None:
    await merchant.shop.paid_order()
    await decline(merchant)
    await merchant.may_only("orders:read")

    page = words_of(await merchant.home())

    assert "€20.00" in page
    assert "was asked for" not in page
    assert "payment" not in page.casefold()


async def test_work_that_was_given_up_is_told_to_who_may_change_the_tenant(
    merchant: Merchant,
) -> None:
    await merchant.shop.owner.execute(DEAD, merchant.person.tenant_id)
    await decline(merchant)
    seen = ("orders:read", "payments:read", "disputes:read")

    await merchant.may_only(*seen)
    without = part_of(await merchant.home(), "troubles")
    assert "1 payment failed" in without
    assert "given up" not in without


async def test_who_may_see_nothing_is_told_who_can_help(merchant: Merchant) -> None:
    await merchant.may_only("products:read")

    answer = await merchant.browser.get("/")

    assert answer.status_code == 403
    assert "Whoever manages its members" in answer.text
