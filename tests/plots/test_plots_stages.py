"""Feature maps: every map of every stage, in order, under its name and shape."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from coursekit.plots import Picture, show_stages

ALT = "Maps of one picture, stage by stage"
RNG = np.random.default_rng(0)
STAGES: dict[str, NDArray] = {
    "input": RNG.random((1, 32, 32)),
    "C1": RNG.standard_normal((6, 28, 28)),
    "S4": RNG.random((16, 5, 5)),
}


def test_every_map_is_drawn_in_order(check_layout: Callable[[Picture], None]) -> None:
    picture = show_stages(STAGES, alt=ALT)
    drawn = [np.asarray(ax.images[0].get_array()) for ax in picture.figure.axes]
    given = [x for maps in STAGES.values() for x in maps]
    assert len(drawn) == len(given)
    assert all(np.array_equal(a, b) for a, b in zip(drawn, given, strict=True))
    heads = [text.get_text() for text in picture.figure.texts]
    assert heads == ["input: 1 × 32 × 32", "C1: 6 × 28 × 28", "S4: 16 × 5 × 5"]
    check_layout(picture)
    assert picture.size[0] == 540


def test_the_maps_of_a_stage_share_their_black_and_white() -> None:
    axes = show_stages(STAGES, alt=ALT).figure.axes
    limits = [ax.images[0].get_clim() for ax in axes]
    assert set(limits[1:7]) == {(STAGES["C1"].min(), STAGES["C1"].max())}
    assert set(limits[7:]) == {(0.0, STAGES["S4"].max())}  # nothing below 0: black is 0


def test_eight_in_a_row_from_the_left(check_layout: Callable[[Picture], None]) -> None:
    axes = show_stages(STAGES, alt=ALT).figure.axes
    left = [round(ax.get_position().x0, 3) for ax in axes]
    assert left[0] == left[1] == left[7] == left[15] and left[7:15] == left[15:]
    boxes = [ax.get_window_extent() for ax in axes]
    assert all(box.height == pytest.approx(box.width) for box in boxes)
    check_layout(show_stages({"tall": np.ones((3, 6, 2))}, alt=ALT, columns=2))


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ({}, "no stage"),
        ({"C1": np.zeros((28, 28))}, "'C1' must be finite and"),
        ({"C1": np.full((1, 2, 2), np.nan)}, "'C1' must be finite"),
    ],
)
def test_refuses(stages: dict[str, NDArray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_stages(stages, alt=ALT)
