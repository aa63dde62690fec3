"""Pieces of a line cost what sums to the line's total, whatever is rounded, or fails."""

from decimal import Decimal
from typing import cast
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from guilder.catalog import ProductId, VariantId
from guilder.checkout.orders import Order, OrderLine, OrderLineId, WholeOrder
from guilder.checkout.refunds import RefundAsked, share
from guilder.checkout.refunds.shares import plan
from guilder.checkout.sessions import OrderId
from guilder.kernel import Currency

TOTALS = st.integers(min_value=0, max_value=10**12)
QUANTITIES = st.integers(min_value=1, max_value=60)


def line(total: int, quantity: int) -> OrderLine:
    return OrderLine(
        id=OrderLineId(uuid4()),
        order_id=OrderId(uuid4()),
        position=0,
        product_id=ProductId(uuid4()),
        variant_id=VariantId(uuid4()),
        product_name="Tulip vase",
        variant_name=None,
        sku="VASE",
        image=None,
        unit_amount_decimal=Decimal(total) / quantity,
        quantity=quantity,
        subtotal_minor=total,
        discount_minor=0,
        tax_minor=0,
        total_minor=total,
        taxes=[],
        fulfilled=0,
        returned=0,
        refunded=0,
        refunded_minor=0,
        awaited=0,
        restocked=0,
    )


def given_back(before: OrderLine, quantity: int) -> OrderLine:
    return replace(
        before,
        refunded=before.refunded + quantity,
        refunded_minor=before.refunded_minor + share(before, quantity),
    )


@given(TOTALS, QUANTITIES)
def test_all_pieces_one_by_one_cost_the_line(total: int, quantity: int) -> None:
    sold = line(total, quantity)

    costs = []
    for _ in range(quantity):
        costs.append(share(sold, 1))
        sold = given_back(sold, 1)

    assert sum(costs) == total
    assert max(costs) - min(costs) <= 1


@given(TOTALS, QUANTITIES, st.data())
def test_in_any_steps_and_whatever_fails_in_between(
    total: int, quantity: int, data: st.DataObject
) -> None:
    sold = line(total, quantity)
    done: list[tuple[int, int]] = []

    while sold.refunded < quantity:
        if done and data.draw(st.booleans(), label="one before fails"):
            place: int = data.draw(st.integers(0, len(done) - 1))
            pieces, cost = done.pop(place)
            sold = replace(
                sold, refunded=sold.refunded - pieces, refunded_minor=sold.refunded_minor - cost
            )
        pieces = data.draw(st.integers(1, quantity - sold.refunded))
        cost = share(sold, pieces)
        sold = given_back(sold, pieces)
        done.append((pieces, cost))
        assert 0 <= sold.refunded_minor <= total

    assert sold.refunded_minor == total


class Shipped:
    """As much of an order as its rest is computed from."""

    currency = Currency("EUR")


@given(st.lists(st.tuples(TOTALS, QUANTITIES), min_size=1, max_size=8), TOTALS, st.data())
def test_the_rest_is_spread_over_what_it_is_for(
    sold: list[tuple[int, int]], shipping: int, data: st.DataObject
) -> None:
    """Amounts were given back before, so that less is left than the pieces cost."""
    lines = [line(total, quantity) for total, quantity in sold]
    whole = WholeOrder(cast("Order", Shipped()), lines)
    left = data.draw(st.integers(0, shipping + sum(total for total, _ in sold)))

    rest = plan(whole, RefundAsked(), shipping_left=shipping, left=left)

    assert rest.amount_minor == left
    if left:
        assert rest.shipping_minor + sum(one.amount_minor for one in rest.lines) == left
    assert 0 <= rest.shipping_minor <= shipping
    by_id = {one.id: one for one in lines}
    assert all(0 <= one.amount_minor <= by_id[one.line_id].total_minor for one in rest.lines)
