"""What holds of every basket, in currencies of no, two, three and seven digits."""

from collections import Counter
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from guilder.checkout.totals import Basket, Discount, LineTotals, TaxLine, Totals, totals
from guilder.checkout.totals.rounding import priced, rounded, spread
from guilder.kernel import Currency, Money
from tests.checkout.totals.baskets import amounts, baskets, discounts


def every_line(sums: Totals) -> list[LineTotals]:
    return [*sums.lines, sums.shipping] if sums.shipping else sums.lines


def added(taxes: list[TaxLine]) -> int:
    return sum(tax.amount_minor for tax in taxes if not tax.is_inclusive)


def contained(taxes: list[TaxLine]) -> int:
    return sum(tax.amount_minor for tax in taxes if tax.is_inclusive)


@given(baskets)
def test_every_amount_is_an_integer_and_none_is_negative(basket: Basket) -> None:
    sums = totals(basket)

    told = msgspec.to_builtins(sums)
    lines = msgspec.to_builtins(every_line(sums))
    counted = [
        value for one in (told, *lines) for name, value in one.items() if name.endswith("_minor")
    ]
    assert all(type(value) is int and value >= 0 for value in counted)
    assert all(tax.amount_minor >= 0 for line in every_line(sums) for tax in line.taxes)


@given(baskets)
def test_lines_and_shipping_sum_to_the_total(basket: Basket) -> None:
    sums = totals(basket)

    assert sum(line.total_minor for line in every_line(sums)) == sums.total_minor
    assert sum(line.subtotal_minor for line in sums.lines) == sums.subtotal_minor
    assert [line.key for line in sums.lines] == [item.key for item in basket.items]


@given(baskets)
def test_the_total_is_subtotal_less_discount_plus_shipping_and_what_is_added(
    basket: Basket,
) -> None:
    sums = totals(basket)

    parts = sums.subtotal_minor - sums.discount_minor + sums.shipping_minor
    assert sums.total_minor == parts + added(sums.taxes)
    for line in every_line(sums):
        net = line.subtotal_minor - line.discount_minor
        assert line.total_minor == net + added(line.taxes)


@given(baskets)
def test_what_is_taken_off_the_lines_is_what_promotions_took_off(basket: Basket) -> None:
    sums = totals(basket)

    assert sum(line.discount_minor for line in sums.lines) == sums.discount_minor
    assert sum(one.amount_minor for one in sums.discounts) == sums.discount_minor
    assert all(one.amount_minor > 0 for one in sums.discounts)
    assert sums.shipping is None or sums.shipping.discount_minor == 0


@given(baskets)
def test_no_promotion_takes_more_than_there_is(basket: Basket) -> None:
    assert all(line.discount_minor <= line.subtotal_minor for line in totals(basket).lines)


@given(baskets, discounts)
def test_a_promotion_leaves_alone_what_it_is_not_for(basket: Basket, discount: Discount) -> None:
    sums = totals(msgspec.structs.replace(basket, discounts=[discount]))

    for line, item in zip(sums.lines, basket.items, strict=True):
        is_meant = discount.product_ids is None or item.product_id in discount.product_ids
        assert is_meant or line.discount_minor == 0


@given(baskets)
def test_taxes_by_rate_sum_to_taxes_by_line(basket: Basket) -> None:
    sums = totals(basket)

    by_rate = Counter[object]()
    for line in every_line(sums):
        for tax in line.taxes:
            by_rate[tax.name, tax.percentage, tax.is_inclusive] += tax.amount_minor
        assert sum(tax.amount_minor for tax in line.taxes) == line.tax_minor
    assert {
        (tax.name, tax.percentage, tax.is_inclusive): tax.amount_minor for tax in sums.taxes
    } == dict(by_rate)
    assert sum(tax.amount_minor for tax in sums.taxes) == sums.tax_minor


@given(baskets)
def test_a_tax_is_contained_or_added(basket: Basket) -> None:
    sums = totals(basket)

    for line in every_line(sums):
        net = line.total_minor - added(line.taxes) - contained(line.taxes)
        assert 0 <= net <= line.total_minor


@given(baskets)
def test_a_buyer_who_owes_the_tax_pays_none(basket: Basket) -> None:
    reversed_charge = totals(msgspec.structs.replace(basket, is_reverse_charge=True))
    usual = totals(msgspec.structs.replace(basket, is_reverse_charge=False))

    assert (reversed_charge.tax_minor, reversed_charge.taxes) == (0, [])
    assert reversed_charge.subtotal_minor <= usual.subtotal_minor
    if not basket.discounts:
        nets = [line.total_minor - line.tax_minor for line in usual.lines]
        assert [line.total_minor for line in reversed_charge.lines] == nets


@given(baskets)
def test_no_other_choice_of_promotions_takes_off_more(basket: Basket) -> None:
    sums = totals(basket)
    stackable = [one for one in basket.discounts if one.is_stackable]
    choices = [stackable, *([one] for one in basket.discounts if not one.is_stackable)]

    best = max(
        totals(msgspec.structs.replace(basket, discounts=choice)).discount_minor
        for choice in choices
    )

    assert sums.discount_minor == best


@given(baskets)
def test_equal_baskets_have_equal_totals(basket: Basket) -> None:
    assert totals(basket) == totals(basket)


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_parts_sum_to_what_is_spread(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)

    assert sum(parts) == amount
    assert parts == [part.minor for part in Money(amount, Currency("EUR")).allocate(weights)]


@given(st.data(), st.lists(st.integers(0, 1000), min_size=1).filter(any))
def test_no_part_is_larger_than_its_weight(data: st.DataObject, weights: list[int]) -> None:
    amount = data.draw(st.integers(0, sum(weights)))

    assert all(
        part <= weight for part, weight in zip(spread(amount, weights), weights, strict=True)
    )


@settings(max_examples=300)
@given(amounts, st.integers(1, 10**6))
def test_rounding_goes_to_the_nearest_and_a_half_away_from_zero(over: int, under: int) -> None:
    nearest = rounded(over, under)

    assert -under < 2 * (nearest * under - over) <= under


@given(st.integers(0, 10**27), st.integers(1, 10**6))
def test_a_price_is_counted_exactly_and_rounded_once(scaled: int, quantity: int) -> None:
    assert priced(Decimal(scaled).scaleb(-12), quantity) == rounded(scaled * quantity, 10**12)
