"""Landscapes: the heights are the loss, the paths are the points given."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from numpy.typing import NDArray

from coursekit.plots import Picture, series_style, show_landscape

OPTIONS: dict[str, Any] = {
    "x_range": (-2, 2),
    "y_range": (-1, 1),
    "xlabel": "first weight",
    "ylabel": "second weight",
    "alt": "A landscape that tests what is drawn",
}


def bowl(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return (points**2).sum(axis=1)


def axes(picture: Picture) -> Any:
    return picture.figure.axes[0]


def test_the_loss_is_asked_all_over_the_ranges() -> None:
    asked = []

    def loss(points: NDArray[np.float64]) -> NDArray[np.float64]:
        asked.append(points)
        return bowl(points)

    ax = axes(show_landscape(loss, **OPTIONS))
    (points,) = asked
    assert points.min(axis=0).tolist() == [-2, -1] and points.max(axis=0).tolist() == [2, 1]
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 1))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("first weight", "second weight")


def test_higher_is_darker_and_the_lines_are_denser_near_the_bottom() -> None:
    (contours,) = axes(show_landscape(bowl, **OPTIONS)).collections
    levels = contours.levels
    assert (np.diff(levels, n=2) > 0).all() and levels[0] > 0 and levels[-1] < 5
    shades = contours.get_facecolor()[:, 0]
    assert (np.diff(shades) < 0).all()


def test_levels_can_be_chosen() -> None:
    (contours,) = axes(show_landscape(bowl, levels=[1, 2, 3], **OPTIONS)).collections
    assert contours.levels.tolist() == [1, 2, 3]


def test_a_path_has_its_points_a_ringed_start_and_its_own_look() -> None:
    walks = {"up": np.array([[0, 0], [1, 0.5], [1, 1]]), "down": np.array([[1, 1]])}
    picture = show_landscape(bowl, paths=walks, **OPTIONS)
    ax = axes(picture)
    for number, walk in enumerate(walks.values()):
        assert np.array_equal(ax.lines[number].get_xydata(), walk)
        assert ax.lines[number].get_color() == series_style(number).colour
    scatters = [c for c in ax.collections if isinstance(c, PathCollection)]
    places = [np.asarray(c.get_offsets()).tolist() for c in scatters]
    rings = [np.size(c.get_facecolor()) == 0 for c in scatters]
    starts = [place for place, ring in zip(places, rings, strict=True) if ring]
    assert starts == [[[0, 0]], [[1, 1]]]
    ends = {c.get_label(): place for c, place in zip(scatters, places, strict=True)}
    assert ends["up"] == ends["down"] == [[1, 1]]
    assert [t.get_text() for t in picture.figure.legends[0].get_texts()] == ["up", "down"]


def test_nothing_runs_into_anything(check_layout: Callable[[Picture], None]) -> None:
    paths = {"hill climbing": [(0, 0), (1, 1)], "gradient descent": [(0, 0)]}
    check_layout(show_landscape(bowl, paths=paths, title="Loss", **OPTIONS))


@pytest.mark.parametrize(
    ("loss", "options", "message"),
    [
        (bowl, {"x_range": (1, 1)}, "x_range must increase"),
        (bowl, {"y_range": (1, 0)}, "y_range must increase"),
        (lambda p: p, {}, "one number per point"),
        (lambda p: np.full(len(p), 2.0), {}, "not the same everywhere"),
        (lambda p: p[:, 0] * np.nan, {}, "finite"),
        (bowl, {"levels": [2, 1]}, "levels must be two or more increasing"),
        (bowl, {"levels": [1]}, "levels must be two or more increasing"),
        (bowl, {"paths": {"p": [1, 2]}}, r"path 'p' must be finite, of shape \(T, 2\)"),
        (bowl, {"paths": {"p": [(0, np.inf)]}}, "path 'p' must be finite"),
        (bowl, {"paths": {"p": np.zeros((0, 2))}}, "path 'p'"),
    ],
)
def test_landscapes_that_cannot_be_drawn(loss: Any, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_landscape(loss, **{**OPTIONS, **options})
