"""Branches of a module, crops of a picture, and stacked bars."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from coursekit.plots import Picture, show_branches, show_crops, stacked_bars

ALT = "A picture made for a test"
MODULE = {
    "1×1": [("1×1", 64)],
    "3×3": [("1×1", 96), ("3×3", 128)],
    "5×5": [("1×1", 16), ("5×5", 32)],
    "pooling": [("3×3 pooling", 192), ("1×1", 32)],
}


def test_a_module_says_all_its_maps(check_layout: Callable[[Picture], None]) -> None:
    picture = show_branches(192, MODULE, alt=ALT)
    check_layout(picture)
    (ax,) = picture.figure.axes
    said = [t.get_text() for t in ax.texts]
    assert said[0] == "192 maps" and "3×3\n128 maps" in said and "3×3 pooling\n192 maps" in said
    joined = [p for p in ax.patches if isinstance(p, Rectangle)]
    top = max(p.get_y() for p in joined)
    widths = np.array([p.get_width() for p in joined if p.get_y() == top])
    np.testing.assert_allclose(widths / widths.sum(), np.array([64, 128, 32, 32]) / 256)


@pytest.mark.parametrize("floors", [1, 3])
def test_modules_of_other_heights(floors: int, check_layout: Callable[[Picture], None]) -> None:
    branches = {name: [("3×3", 8)] * floors for name in "abcde"}
    check_layout(show_branches(4, branches, alt=ALT))


@pytest.mark.parametrize(
    ("below", "branches", "says"),
    [
        (4, {"a": [("1×1", 3)]}, "2 to 5 branches, got 1"),
        (4, {n: [("1×1", 3)] for n in "abcdef"}, "2 to 5 branches, got 6"),
        (4, {"a": [("1×1", 3)], "b": []}, "'b' must have 1 to 3 layers, got 0"),
        (4, {"a": [("1×1", 3)], "b": [("1×1", 0)]}, "at least one map, got 0"),
        (0, {"a": [("1×1", 3)], "b": [("1×1", 1)]}, "at least one map, got 0"),
    ],
)
def test_modules_that_cannot_be_drawn(below, branches, says) -> None:
    with pytest.raises(ValueError, match=says):
        show_branches(below, branches, alt=ALT)


def test_crops_are_outlined(check_layout: Callable[[Picture], None]) -> None:
    image = np.zeros((30, 50, 3), np.uint8)
    boxes = [[(0, 0, 20, 20), (10, 30, 20, 20)], [(0, 0, 30, 50)]]
    picture = show_crops([image, image], boxes, ["two", "all of it"], alt=ALT)
    check_layout(picture)
    counts = [len(ax.patches) for ax in picture.figure.axes]
    assert counts == [2, 1]
    first, second = picture.figure.axes[0].patches
    assert first.get_linestyle() != second.get_linestyle()
    assert -0.5 < first.get_x() < 1 and 17 < first.get_width() < 20
    assert second.get_y() > 9.5


@pytest.mark.parametrize("box", [(-1, 0, 5, 5), (0, 0, 31, 5), (0, 46, 5, 5), (3, 3, 0, 5)])
def test_a_crop_lies_inside(box) -> None:
    with pytest.raises(ValueError, match="leaves its image of 30×50"):
        show_crops([np.zeros((30, 50))], [[box]], alt=ALT)


def test_every_image_has_boxes() -> None:
    with pytest.raises(ValueError, match="boxes needs 1 lists"):
        show_crops([np.zeros((30, 50))], [], alt=ALT)


def test_bars_are_stacked(check_layout: Callable[[Picture], None]) -> None:
    parts = {"low": {"a": 1, "b": 2}, "high": {"a": 3, "b": 0}}
    picture = stacked_bars(parts, xlabel="module", ylabel="maps", alt=ALT, title="Sums")
    check_layout(picture)
    (ax,) = picture.figure.axes
    bars = [(p.get_y(), p.get_height()) for p in ax.patches]
    assert bars == [(0, 1), (0, 2), (1, 3), (2, 0)]
    assert [t.get_text() for t in ax.texts] == ["4", "2"]


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({}, "no bar to draw"),
        ({"low": {}}, "no bar to draw"),
        ({"low": {"a": 1}, "high": {"b": 1}}, "'high' is given for"),
        ({"low": {"a": -1}}, "at least 0"),
        ({"low": {"a": float("nan")}}, "finite"),
    ],
)
def test_bars_that_cannot_be_stacked(parts, says) -> None:
    with pytest.raises(ValueError, match=says):
        stacked_bars(parts, xlabel="module", ylabel="maps", alt=ALT)
