"""Dots and lines of a stack of windows: they show what the units see, and no more."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from coursekit.analysis import input_span
from coursekit.plots import Picture, show_units
from coursekit.plots.palette import INK

ALT = "Units of a small stack of layers and what they see"


def brackets(picture: Picture) -> list[str]:
    return [t.get_text() for t in picture.figure.axes[0].texts if "pixel" in t.get_text()][:-1]


def lines(picture: Picture) -> set[tuple[float, ...]]:
    """Lines from unit to unit, as rounded places."""
    found = set()
    for line in picture.figure.axes[0].lines:
        x, y = map(np.asarray, line.get_data())
        if len(x) == 2:
            found.add(tuple(round(float(v), 3) for v in (*x, *y)))
    return found


def dark(picture: Picture) -> dict[float, list[float]]:
    """Places of the dark dots by row."""
    rows: dict[float, list[float]] = {}
    for line in picture.figure.axes[0].lines:
        x, y = map(np.asarray, line.get_data())
        if len(x) == 1 and to_rgb(str(line.get_markerfacecolor())) == to_rgb(INK):
            rows.setdefault(round(float(y[0]), 3), []).append(round(float(x[0]), 3))
    return rows


@pytest.mark.parametrize(
    ("pixels", "windows", "unit"),
    [
        (13, [(3,), (3,), (3,)], 3),
        (16, [(3,), (2, 2), (3,)], 1),
        (12, [(3, 1, 1), (3, 2, 1), (3, 1, 1)], 0),
        (19, [(3,), (3, 1, 0, 2), (3, 1, 0, 4)], 2),
        (11, [(1, 2), (4, 1, 2, 1)], 4),
    ],
)
def test_the_bracket_is_the_receptive_field(
    pixels: int,
    windows: list[tuple[int, ...]],
    unit: int,
    check_layout: Callable[[Picture], None],
) -> None:
    span = input_span()
    for window in windows:
        span = span.window(*window)
    picture = show_units(pixels, {f"layer {i}": w for i, w in enumerate(windows)}, [unit], alt=ALT)
    first, last = int(span.first + unit * span.jump), int(span.last + unit * span.jump)
    said = f"{span.size} pixels: {first} … {last}".replace("-", "−")
    assert brackets(picture) == [said]
    check_layout(picture)
    assert picture.size[0] <= 540


def test_lines_go_to_what_is_seen_and_stop_at_padding() -> None:
    plain = show_units(9, {"a": (3,), "b": (3,)}, [2], alt=ALT)
    assert len(lines(plain)) == 3 + 3 * 3
    assert [len(row) for _, row in sorted(dark(plain).items())] == [1, 3, 5]
    corner = show_units(9, {"a": (3, 1, 1), "b": (3, 1, 1)}, [0], alt=ALT)
    # Of the three units that it sees one is padding, and one of the other two sees padding.
    assert len(lines(corner)) == 3 + 2 * 3
    assert [len(row) for _, row in sorted(dark(corner).items())] == [1, 2, 3]
    holes = show_units(17, {"a": (3, 1, 0, 2), "b": (3, 1, 0, 2)}, [0], alt=ALT)
    assert [len(row) for _, row in sorted(dark(holes).items())] == [1, 3, 5]
    assert brackets(holes) == ["9 pixels: 0 … 8"]


def test_units_stand_over_the_middle_of_their_fields() -> None:
    picture = show_units(12, {"a": (4, 2, 1), "b": (3,)}, [0, 1], alt=ALT)
    top, *_, bottom = (row for _, row in sorted(dark(picture).items()))
    pixel = (bottom[-1] - bottom[0]) / (len(bottom) - 1)
    # Unit 0 sees -1 … 6, so its middle is 2.5; unit 1 looks 2 pixels further.
    assert top[0] == pytest.approx(bottom[0] + 2.5 * pixel, abs=2e-3)
    assert top[1] - top[0] == pytest.approx(2 * pixel, abs=2e-3)
    assert brackets(picture) == ["8 pixels: −1 … 6", "8 pixels: 1 … 8"]


def test_a_margin_gives_pictures_of_one_scale() -> None:
    layers = {"a": (3, 1, 1), "b": (3, 1, 1)}
    pictures = [show_units(9, layers, [unit], alt=ALT, margin=2) for unit in (0, 4, 8)]
    bottoms = [max(dark(picture).items())[1] for picture in pictures]
    assert [len(b) for b in bottoms] == [3, 5, 3]
    steps = {round(b[1] - b[0], 2) for b in bottoms}
    assert len(steps) == 1 and len({picture.size for picture in pictures}) == 1
    assert bottoms[1][0] == pytest.approx(bottoms[0][2], abs=2e-3)  # both are pixel 2


def test_several_units_differ_in_more_than_colour(check_layout: Callable[[Picture], None]) -> None:
    picture = show_units(14, {"a": (3,), "b": (2, 2)}, [0, 2, 5], alt=ALT)
    drawn = [line for line in picture.figure.axes[0].lines if np.size(line.get_xdata()) == 2]
    assert len({line.get_linestyle() for line in drawn}) == 3
    check_layout(picture)


@pytest.mark.parametrize(
    ("pixels", "layers", "units", "message"),
    [
        (9, {}, [0], "layers is empty"),
        (9, {"a": ()}, [0], "must be \\(size, stride"),
        (9, {"a": (3, 0)}, [0], "nothing but the padding 0"),
        (9, {"a": (3, 1, 1, 0)}, [0], "nothing but the padding 0"),
        (9, {"a": (3, 1, -1)}, [0], "must be"),
        (9, {"a": (3,), "b": (8,)}, [0], "'b' spans 8 units, 'a' has 7"),
        (9, {"a": (3,)}, [7], "units 0 to 6, not 7"),
        (9, {"a": (3,)}, [-1], "units 0 to 6, not -1"),
        (9, {"a": (3,)}, [], "one to 3 units, got 0"),
        (9, {"a": (3,)}, [0, 1, 2, 3], "one to 3 units, got 4"),
        (60, {"a": (3,)}, [0], "60 pixels in a row are too small to read"),
    ],
)
def test_refuses(
    pixels: int, layers: dict[str, Sequence[int]], units: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        show_units(pixels, layers, units, alt=ALT)
