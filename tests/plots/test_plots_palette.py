"""Colours that everybody can tell apart, and never colours alone."""

from itertools import combinations

import numpy as np
import pytest

from coursekit.plots import series_style
from coursekit.plots.palette import COUNTS, MOST_SERIES, SIGNED, rgb, signed_norm, text_colour

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
_BLINDNESS = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def linear(colour: str | tuple[float, ...]) -> np.ndarray:
    c = np.array(rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a: str | tuple[float, ...], b: str | tuple[float, ...]) -> float:
    bright = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (a, b))
    return bright[1] / bright[0]


@pytest.mark.parametrize("kind", sorted(_BLINDNESS))
def test_the_first_series_differ_for_colour_blind_readers(kind: str) -> None:
    seen = [
        np.clip(np.array(_BLINDNESS[kind]) @ linear(series_style(i).colour), 0, 1) ** (1 / 2.2)
        for i in range(6)
    ]
    assert min(np.abs(a - b).max() for a, b in combinations(seen, 2)) > 0.12


def test_no_two_series_share_colour_marker_line_or_hatch() -> None:
    looks = [series_style(i) for i in range(MOST_SERIES)]
    for part in ("colour", "marker", "linestyle", "hatch"):
        assert len({getattr(look, part) for look in looks}) == MOST_SERIES == 10


@pytest.mark.parametrize("number", [-1, MOST_SERIES])
def test_more_series_than_can_be_told_apart(number: int) -> None:
    with pytest.raises(ValueError, match="at most 10 series"):
        series_style(number)


def test_signed_colours_have_white_at_zero_and_opposite_sides() -> None:
    norm = signed_norm(3.0)
    assert SIGNED(norm(0.0))[:3] == (1.0, 1.0, 1.0)
    low, high = SIGNED(norm(-3.0)), SIGNED(norm(3.0))
    assert low[2] > low[0]
    assert high[0] > high[2]
    assert signed_norm(0.0)(0.0) == 0.5


def test_signed_colours_darken_evenly_away_from_zero() -> None:
    bright = np.array([linear(tuple(c)) @ [0.2126, 0.7152, 0.0722] for c in SIGNED(np.arange(257))])
    assert (np.diff(bright[:129]) > 0).all()
    assert (np.diff(bright[128:]) < 0).all()


def test_letters_can_be_read_on_every_ground() -> None:
    for table in (SIGNED, COUNTS):
        for ground in table(np.linspace(0, 1, 60)):
            colour = tuple(float(c) for c in ground)
            assert contrast(text_colour(colour), colour) >= 4.5
    assert text_colour("white") != text_colour("black")
