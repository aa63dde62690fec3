"""Every kind of trouble has its share of the list, and what was mended is none any more."""

import pytest

from guilder.dashboard.failing import Failing, What, failing
from guilder.payments.payment import Payment
from guilder.payments.refunds import take_back_refunds
from guilder.payments.transaction import TransactionStatus, TransactionType
from tests.dashboard.merchants import Merchant
from tests.dashboard.test_troubles import DISPUTED, decline, part_of
from tests.payments.test_chargebacks import noted
from tests.payments.test_refunds_that_fail import FAILED, report
from tests.payments.till import Till

LOST_REPLY = "pm_card_timeoutAfterRefund"
REFUND_DECLINED = "pm_card_refundFail"


async def found_by(till: Till, *, most: int = 10) -> list[Failing]:
    return await till.world.do(lambda tx: failing(tx, most=most))


async def fail_a_refund(till: Till, payment: Payment) -> None:
    """The gateway tells of the first refund that was done that it failed after all."""
    first = next(
        one
        for one in await till.transactions(payment)
        if one.type is TransactionType.REFUND and one.status is TransactionStatus.SUCCEEDED
    )
    await till.world.do(lambda tx: take_back_refunds(tx, payment.id, [report(first, FAILED)]))


async def test_many_of_a_kind_take_no_others_place(merchant: Merchant) -> None:
    till = merchant.shop.till
    disputed = await till.paid("7.00", payment_method=DISPUTED)
    await till.work()
    unlucky = await till.paid("9.00", payment_method=REFUND_DECLINED)
    await till.refund(unlucky)
    declined = [await till.failed() for _ in range(3)]

    found = await found_by(till, most=2)

    assert [(one.what, one.payment_id) for one in found] == [
        (What.DISPUTE, disputed.id),
        (What.REFUND, unlucky.id),
        (What.PAYMENT, declined[2].id),
        (What.PAYMENT, declined[1].id),
    ]


async def test_a_refund_that_failed_is_seen_before_all_the_cards_that_were_declined(
    merchant: Merchant,
) -> None:
    till = merchant.shop.till
    await till.refund(await till.paid("9.00", payment_method=REFUND_DECLINED))
    for _ in range(9):
        await decline(merchant)

    first = part_of(await merchant.home(), "troubles")

    assert first.index("1 refund failed") < first.index("9 payments failed")
    assert first.index("€9.00 refund failed") < first.index("€12.50 failed")
    assert first.count("€12.50 failed") == 7
    assert "8 of 10, some of every kind." in first


@pytest.mark.parametrize(
    ("story", "is_wrong"),
    [
        ("20 fails", True),
        ("20 fails 5", True),
        ("20 fails 20", False),
        ("20 fails 15 5", False),
        ("5 10 fails 5", False),
        ("10 fails 10 fails", True),
        ("10 fails 10 fails 10", False),
        ("10 10 fails fails 10", True),
        ("10 10 fails fails 10 10", False),
    ],
)
async def test_a_refund_that_failed_is_wrong_until_it_is_made_again(
    merchant: Merchant, *, story: str, is_wrong: bool
) -> None:
    till = merchant.shop.till
    payment = await till.paid("90.00")  # the sandbox would not give the last of it back twice

    for step in story.split():
        if step == "fails":
            await fail_a_refund(till, payment)
        else:
            await till.refund(payment, f"{step}.00")

    expected = [(What.REFUND, payment.id)] if is_wrong else []
    assert [(one.what, one.payment_id) for one in await found_by(till)] == expected


async def test_nobody_is_asked_to_refund_again_while_that_is_under_way(merchant: Merchant) -> None:
    till = merchant.shop.till
    payment = await till.paid("90.00", payment_method=LOST_REPLY)
    await till.refund(payment, "20.00")
    await till.work(later=True)
    await fail_a_refund(till, payment)
    assert len(await found_by(till)) == 1

    (again,) = await till.refund(payment, "20.00")

    assert again.status is TransactionStatus.OPEN
    assert await found_by(till) == []


async def test_who_has_the_money_back_through_their_bank_is_owed_no_refund(
    merchant: Merchant,
) -> None:
    till = merchant.shop.till
    payment = await till.paid("20.00", payment_method=REFUND_DECLINED)
    await till.refund(payment)
    assert [one.what for one in await found_by(till)] == [What.REFUND]

    await noted(till, payment)

    assert [one.what for one in await found_by(till)] == [What.DISPUTE]
