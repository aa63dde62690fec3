"""Redirects lead to places of ours, whatever a browser makes of what was asked for."""

import pytest

from guilder.pages import redirect


def led_to(place: str) -> bytes:
    return dict(redirect(place).headers)[b"location"]


@pytest.mark.parametrize("place", ["/", "/orders", "/orders?status=paid#top", "/a//b", "/~/%0A"])
def test_a_place_of_ours_is_gone_to(place: str) -> None:
    assert led_to(place) == place.encode()


@pytest.mark.parametrize(
    "place",
    [
        "",
        "orders",
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/é/elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "/orders\r\nset-cookie: guilder_session=stolen",
        "/orders\n",
        "/" + "a" * 2_000,
    ],
)
def test_any_other_place_is_not(place: str) -> None:
    assert led_to(place) == b"/"
