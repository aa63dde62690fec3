"""A shop's colour can be read on every page, in every light."""

import pytest

from guilder.storefront.look import BLACK, DARK_PAPERS, ENOUGH, LIGHT_PAPERS, contrast, look_of


@pytest.mark.parametrize("brand", ["#ffee00", "#000000", "#ffffff", "#7a1f5c", "#808080"])
def test_a_colour_is_moved_until_it_can_be_read(brand: str) -> None:
    look = look_of(brand)
    assert look is not None
    light, dark = look.style.split("@media")

    for part, papers in ((light, LIGHT_PAPERS), (dark, DARK_PAPERS)):
        accent, on = (
            tuple(bytes.fromhex(part.partition(f"--{name}:#")[2][:6]))
            for name in ("accent", "on-accent")
        )
        assert all(contrast(accent, paper) >= ENOUGH for paper in papers)
        assert contrast(accent, on) >= ENOUGH
    assert contrast(BLACK, (255, 255, 255)) == 21
    assert look_of(None) is None
