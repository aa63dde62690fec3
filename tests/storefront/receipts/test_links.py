"""The link of an order opens that order, and cannot be guessed."""

from uuid import uuid4

import pytest

from guilder.checkout import OrderId
from guilder.kernel import TenantId, Vault
from guilder.storefront.receipts.links import Linked, OrderLinks

ORDER = Linked(TenantId(uuid4()), OrderId(uuid4()))
LINKS = OrderLinks(Vault(b"the secret of today"), "https://pay.example")


def test_a_link_leads_to_its_order() -> None:
    url = LINKS.url(ORDER)

    assert url.startswith("https://pay.example/orders/go_")
    assert LINKS.read(url.rpartition("/")[2]) == ORDER
    assert len(url) < 130


def test_it_holds_after_the_secret_was_replaced() -> None:
    token = LINKS.token(ORDER)

    later = OrderLinks(Vault(b"the secret of tomorrow", b"the secret of today"), "")
    assert later.read(token) == ORDER
    assert OrderLinks(Vault(b"the secret of tomorrow"), "").read(token) is None


def test_no_letter_of_it_may_be_another() -> None:
    token = LINKS.token(ORDER)

    for place in range(len("go_"), len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        assert LINKS.read(token[:place] + other + token[place + 1 :]) is None, place


@pytest.mark.parametrize("token", ["", "go_", "go_ü", "go_AAAA", "a" * 5_000, "go_=", "go_ \n"])
def test_what_is_none_opens_nothing(token: str) -> None:
    assert LINKS.read(token) is None


def test_what_is_sealed_for_something_else_opens_nothing() -> None:
    import base64  # noqa: PLC0415

    sealed = Vault(b"the secret of today").seal(
        ORDER.tenant_id.bytes + ORDER.order_id.bytes, place=b"unsubscribe"
    )

    assert LINKS.read("go_" + base64.urlsafe_b64encode(sealed).decode().rstrip("=")) is None
