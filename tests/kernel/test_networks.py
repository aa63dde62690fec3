"""Networks: where an address belongs."""

import pytest

from guilder.kernel import is_in, networks

WRITTEN = ["10.0.0.0/8", " 192.0.2.7 ", "2001:db8::/32", "::ffff:198.51.100.0/120"]


@pytest.mark.parametrize(
    ("address", "belongs"),
    [
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("::ffff:10.1.2.3", True),
        ("::ffff:11.1.2.3", False),
        ("198.51.100.9", True),
        ("::ffff:198.51.100.9", True),
        ("198.51.101.9", False),
        ("nowhere", False),
        ("", False),
    ],
)
def test_an_address_belongs_to_a_network_or_not(*, address: str, belongs: bool) -> None:
    assert is_in(address, networks(WRITTEN)) is belongs


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        networks(["somewhere"])
