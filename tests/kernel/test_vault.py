"""What is sealed opens at its place, with a key that we hold."""

import pytest

from guilder.kernel import SealBroken, Vault


def test_what_is_sealed_opens_at_its_place() -> None:
    vault = Vault(b"today")

    assert vault.open(vault.seal(b"gk_live_", place=b"key 1"), place=b"key 1") == b"gk_live_"


def test_at_another_place_it_does_not() -> None:
    vault = Vault(b"today")
    with pytest.raises(SealBroken):
        vault.open(vault.seal(b"gk_live_", place=b"key 1"), place=b"key 2")


def test_a_key_is_replaced_by_putting_one_before_it() -> None:
    old = Vault(b"yesterday")
    sealed = old.seal(b"kept", place=b"x")
    both = Vault(b"today", b"yesterday")

    assert both.open(sealed, place=b"x") == b"kept"
    assert Vault(b"today").open(both.seal(b"new", place=b"x"), place=b"x") == b"new"
    with pytest.raises(SealBroken):
        Vault(b"today").open(sealed, place=b"x")


@pytest.mark.parametrize(
    "harm", [lambda s: s[:-1], lambda s: s[:20], lambda s: s[:0], lambda s: s + b"x"]
)
def test_what_was_changed_does_not_open(harm) -> None:
    vault = Vault(b"today")
    with pytest.raises(SealBroken):
        vault.open(harm(vault.seal(b"kept", place=b"x")), place=b"x")
