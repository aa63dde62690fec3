"""Look: a tenant's colour, as far as it can be read. Pure.

The colour is moved towards black on a light page, and towards white on a dark one, until it
stands out from the page as WCAG AA asks for text; what is written on it is black or white,
whichever stands out more.
"""

import base64
import hashlib
from typing import Final, NamedTuple

ENOUGH: Final = 4.5
"""The contrast that WCAG 2.2 AA asks for text."""

STEPS: Final = 20
BLACK: Final = (0, 0, 0)
WHITE: Final = (255, 255, 255)
LIGHT_PAPERS: Final = ((255, 255, 255), (244, 246, 248))
DARK_PAPERS: Final = ((22, 27, 37), (15, 19, 27))
"""What stands behind it: `--paper` and `--paper-sunken` of the house's style."""

DARKEST: Final = 0.04045
"""Up to here sRGB is a straight line."""

Colour = tuple[int, int, int]


class Look(NamedTuple):
    """A style of a tenant's own, and the hash by which the page's policy lets it in."""

    style: str
    hash: str


def look_of(brand_color: str | None) -> Look | None:
    """The style that a tenant's colour makes; None for the house's own."""
    if brand_color is None:
        return None
    brand = _read(brand_color)
    light, dark = _towards(brand, BLACK, LIGHT_PAPERS), _towards(brand, WHITE, DARK_PAPERS)
    style = (
        f":root{{{_tokens(light, BLACK)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_tokens(dark, WHITE)}}}}}"
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Look(style, f"'sha256-{digest}'")


def contrast(one: Colour, other: Colour) -> float:
    """How much two colours stand out from each other, as WCAG has it."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _towards(colour: Colour, end: Colour, papers: tuple[Colour, ...]) -> Colour:
    for step in range(STEPS + 1):
        mixed = _mixed(colour, end, step / STEPS)
        if all(contrast(mixed, paper) >= ENOUGH for paper in papers):
            return mixed
    return end


def _tokens(colour: Colour, end: Colour) -> str:
    on = max((WHITE, BLACK), key=lambda one: contrast(one, colour))
    strong = _mixed(colour, end, 0.2)
    if contrast(strong, on) < ENOUGH:
        strong = colour
    tokens = {"accent": colour, "accent-strong": strong, "on-accent": on}
    return ";".join(f"--{name}:{_written(one)}" for name, one in tokens.items())


def _mixed(colour: Colour, end: Colour, share: float) -> Colour:
    red, green, blue = (
        round(one + (other - one) * share) for one, other in zip(colour, end, strict=True)
    )
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= DARKEST else float(((part + 0.055) / 1.055) ** 2.4)


def _read(written: str) -> Colour:
    red, green, blue = bytes.fromhex(written.removeprefix("#"))
    return red, green, blue


def _written(colour: Colour) -> str:
    return "#" + bytes(colour).hex()
