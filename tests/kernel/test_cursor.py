"""A cursor opens only the list for which it was sealed."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.kernel import CursorNotValid, CursorSeal, TenantId

SEAL = CursorSeal(b"secret")
TENANT = TenantId(uuid4())


@given(position=st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(max_size=200)))
def test_a_position_comes_back_as_it_was(position: tuple[int, str]) -> None:
    cursor = SEAL.seal(position, tenant_id=TENANT, of="orders")

    assert SEAL.open(cursor, tuple[int, str], tenant_id=TENANT, of="orders") == position


@pytest.mark.parametrize(
    ("seal", "tenant_id", "of"),
    [
        (SEAL, TenantId(uuid4()), "orders"),
        (SEAL, TENANT, "payments"),
        (CursorSeal(b"another secret"), TENANT, "orders"),
    ],
)
def test_elsewhere_it_opens_nothing(seal: CursorSeal, tenant_id: TenantId, of: str) -> None:
    cursor = SEAL.seal(uuid4(), tenant_id=TENANT, of="orders")

    with pytest.raises(CursorNotValid):
        seal.open(cursor, UUID, tenant_id=tenant_id, of=of)


@given(place=st.integers(0, 70), bit=st.integers(0, 7))
def test_no_bit_of_it_can_be_changed(place: int, bit: int) -> None:
    cursor = SEAL.seal(str(uuid4()), tenant_id=TENANT, of="orders")
    forged = bytearray(cursor.encode())
    forged[place] ^= 1 << bit
    text = forged.decode("latin-1")
    try:
        opened = SEAL.open(text, str, tenant_id=TENANT, of="orders")
    except CursorNotValid:
        return
    assert opened == SEAL.open(cursor, str, tenant_id=TENANT, of="orders")


@pytest.mark.parametrize("text", ["", "x", "=", "🌷", "a" * 10_000, "AAAA", "\0"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorNotValid):
        SEAL.open(text, str, tenant_id=TENANT, of="orders")
