"""A name reads as it is written, in whatever script."""

import pytest

from guilder.kernel import is_legible, legible


@pytest.mark.parametrize(
    "name",
    ["Wilma Vos", "Zoë O'Néill", "山田 太郎", "יעל כהן", "محمد علي", "می\u200cخواهم", "🧑\u200d🌾"],
)
def test_a_name_of_any_script_is_legible(name: str) -> None:
    assert is_legible(name)
    assert legible(name) == name


@pytest.mark.parametrize(
    "control",
    [
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2066, 0x206A)),
        "\u2028",
        "\u2029",
        "\ud800",
    ],
)
def test_what_controls_how_it_is_written_is_no_part_of_it(control: str) -> None:
    assert not is_legible(f"Wil{control}ma")
    assert legible(f"Wil{control}ma") == "Wilma"
