"""The colours of static/css/tokens.css against WCAG 2.2 AA: 4.5:1 for text, 3:1 for the lines of controls.

Contrast after https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio, Oklch to sRGB after
https://www.w3.org/TR/css-color-4/#color-conversion-code.
"""

import math
import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()
GROUNDS = ["paper", "sheet", "well", "raised"]

TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS],
    *[(colour, ground) for colour in ("accent", "red", "amber", "green", "violet") for ground in GROUNDS],
    *[(colour, f"{colour}-soft") for colour in ("accent", "red", "amber", "green", "violet")],
    ("ink", "accent-soft"),
    ("ink", "red-soft"),
    ("ink", "amber-soft"),
    ("ink-2", "accent-soft"),
    ("ink-2", "amber-soft"),
    ("ink-3", "accent-soft"),
    ("ink-3", "amber-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-red", "red"),
]
LINES = [
    *[("line-control", ground) for ground in GROUNDS],
    *[("accent", ground) for ground in GROUNDS],
    ("red", "line"),
    ("green", "line"),
    ("amber", "line"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("colour", "ground"), TEXT, ids=lambda name: name)
def test_text_can_be_read(colour, ground, theme):
    assert contrast(token(colour, theme), token(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), LINES, ids=lambda name: name)
def test_controls_and_bars_can_be_seen(line, ground, theme):
    assert contrast(token(line, theme), token(ground, theme)) >= 3


def test_the_arithmetic_knows_black_on_white():
    assert contrast((0, 0, 0), (1, 0, 0)) == pytest.approx(21, abs=0.05)


def token(name: str, theme: str) -> tuple[float, float, float]:
    """Lightness, chroma and hue of a token."""
    number = r"([\d.]+)(%?) ([\d.]+) ([\d.]+)"
    found = re.search(rf"--{name}: light-dark\(oklch\({number}\), oklch\({number}\)\);", TOKENS)
    assert found, f"--{name} is not a light-dark() of two oklch()"
    lightness, percent, chroma, hue = found.groups()[:4] if theme == "light" else found.groups()[4:]
    return float(lightness) / (100 if percent else 1), float(chroma), float(hue)


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    high, low = sorted((luminance(*one), luminance(*other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance of an Oklch colour, clipped to what a screen shows."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    clipped = [min(max(part, 0.0), 1.0) for part in (red, green, blue)]
    return 0.2126 * clipped[0] + 0.7152 * clipped[1] + 0.0722 * clipped[2]
