"""VAT numbers: their form and their check digits, without asking anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.checkout.taxes import VatNumberNotValid, in_the_eu, vat_number
from guilder.checkout.taxes.vat_numbers import EU, country_of


@pytest.mark.parametrize(
    ("written", "kept", "country"),
    [
        ("NL 8537.46.333.B01", "NL853746333B01", "NL"),
        ("de 136,695 976", "DE136695976", "DE"),
        ("FR 61 954 506 077", "FR61954506077", "FR"),
        ("ATU 57194903", "ATU57194903", "AT"),
        ("BE697449992", "BE0697449992", "BE"),
        ("EL 094259216", "EL094259216", "GR"),
        ("ESX1234567L", "ESX1234567L", "ES"),
        ("IE6433435F", "IE6433435F", "IE"),
    ],
)
def test_a_number_is_kept_without_its_ornaments(written: str, kept: str, country: str) -> None:
    assert vat_number(written) == kept
    assert vat_number(kept) == kept
    assert country_of(kept) == country
    assert in_the_eu(country)


@pytest.mark.parametrize(
    "written",
    ["", "N", "NL", "NL853746334B01", "DE136695978", "FR00954506077", "136695976", "GB980780684",
     "XI980780684", "EU372022452", "IM3720000224", "CHE107787577", "ZZ123456789", "NL" + "1" * 60,
     "\u0130E6433435F", "de\x00136695976x"],
)  # fmt: skip
def test_what_is_no_number_of_an_eu_country_is_refused(written: str) -> None:
    with pytest.raises(VatNumberNotValid):
        vat_number(written)


@given(st.text(max_size=30) | st.builds(str.__add__, st.sampled_from(sorted(EU)), st.text()))
def test_whatever_is_written_it_is_a_number_or_refused(written: str) -> None:
    try:
        kept = vat_number(written)
    except VatNumberNotValid:
        return
    assert 4 <= len(kept) <= 20
    assert country_of(kept) in EU


def test_the_union_has_its_members() -> None:
    assert len(EU) == 27
    assert not in_the_eu(None)
    assert not any(map(in_the_eu, ("GB", "CH", "NO", "EL")))
