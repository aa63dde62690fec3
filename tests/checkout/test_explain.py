"""What somebody did as a guest is found by an index, however many guests there were."""

from uuid import uuid4

import pytest

from tests.checkout.promotions.test_explain import explained
from tests.checkout.shop import Shop


async def copied(shop: Shop, table: str, **instead: str) -> None:
    """So many rows like the one that is there that to read them all would be a mistake."""
    columns = await shop.owner.fetch(
        "select attname as name from pg_attribute where attrelid = $1::text::regclass"
        " and attnum > 0 and not attisdropped and attgenerated = ''",
        f"checkout.{table}",
    )
    names = [row["name"] for row in columns]
    values = ", ".join(instead.get(name, name) for name in names)
    one = f"select * from checkout.{table} where tenant_id = $1 limit 1"
    await shop.owner.execute(
        f"insert into checkout.{table} ({', '.join(names)})"
        f" select {values} from ({one}) as one cross join generate_series(1, 4000) as place",
        shop.world.tenant_id,
    )
    await shop.owner.execute(f"analyze checkout.{table}")


@pytest.fixture
async def busy(shop: Shop) -> Shop:
    """A tenant with many guests."""
    fresh, email = "gen_random_uuid()", "'guest' || place || '@example.com'"
    await shop.paid_order(session={"email": "ada@example.com"})
    buyer = f"jsonb_build_object('email', {email})"
    await copied(shop, "cart", id=fresh, email=email)
    await copied(shop, "session", id=fresh, order_id=fresh, buyer=buyer)
    return shop


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        ("carts_of_person", {"cart_guest", "session_guest", "cart_customer"}),
        ("checkouts_of_person", {"session_guest", "session_customer"}),
        ("orders_of_person", {"session_guest"}),
        ("claim_carts", {"cart_guest", "session_guest"}),
        ("claim_sessions", {"session_guest"}),
    ],
)
async def test_guests_are_found_by_an_index(
    busy: Shop, *, statement: str, indexes: set[str]
) -> None:
    plan = await explained(
        busy.world,
        statement,
        customer_ids=[uuid4()],
        customer_id=uuid4(),
        email="GUEST7@example.com",
        most=100,
    )

    assert {index for index in indexes if f"{index} " not in plan} == set(), plan
    assert "Seq Scan on cart" not in plan
    assert "Seq Scan on session" not in plan
