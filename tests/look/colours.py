"""Colours of a style: which a theme has, and how well one is read on another."""

import re

CONTRAST = 4.5

DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{\n  :root \{(.*?)\n  \}\n\}", re.DOTALL)


def colours_of(style: str, theme: str) -> dict[str, str]:
    """The colours that a style names, as they are in this light."""
    light = tokens(DARK.sub("", style))
    return light | tokens("".join(DARK.findall(style))) if theme == "dark" else light


def tokens(style: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", style))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
