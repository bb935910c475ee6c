"""Charts draw the numbers they are given, name their axes, and refuse what misleads."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from coursekit.plots import (
    Picture,
    bar_chart,
    confusion_chart,
    histogram,
    line_chart,
    scatter_chart,
    series_style,
)
from coursekit.plots.charts import spread

ALT = "A chart that tests what is drawn"
LABELS: dict[str, Any] = {"xlabel": "x", "ylabel": "y", "alt": ALT}


def axes(picture: Picture) -> Any:
    return picture.figure.axes[0]


def test_lines_are_the_series_with_their_own_look() -> None:
    series = {"a": [1.0, 2.0, 4.0], "b": [3.0, np.nan, 1.0]}
    ax = axes(line_chart(series, [10, 20, 40], **LABELS))
    for i, (name, values) in enumerate(series.items()):
        line = ax.lines[i]
        np.testing.assert_array_equal(line.get_xdata(), [10, 20, 40])
        np.testing.assert_array_equal(line.get_ydata(), values)
        assert line.get_marker() == series_style(i).marker
        assert line.get_label() == name
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_several_lines_are_named_at_their_ends_one_is_not() -> None:
    ends = axes(line_chart({"a": [0, 1.0], "b": [0, 1.001], "c": [0, np.nan]}, **LABELS)).texts
    assert [text.get_text() for text in ends] == ["c", "a", "b"]
    heights = [text.get_position()[1] for text in ends]
    assert np.diff(heights).min() > 0.07
    assert len(axes(line_chart({"a": [0, 1.0]}, **LABELS)).texts) == 0


def test_spread_moves_as_little_as_possible() -> None:
    assert spread(np.array([0.0, 0.5, 1.0]), 0.1).tolist() == [0.0, 0.5, 1.0]
    np.testing.assert_allclose(spread(np.array([0.5, 0.5]), 0.2), [0.4, 0.6])
    np.testing.assert_allclose(spread(np.array([0.1, 0.1, 0.9]), 0.2), [0.0, 0.2, 0.9])


def test_logarithmic_axes() -> None:
    ax = axes(line_chart({"a": [1, 0.1]}, [1, 100], xscale="log", yscale="log", **LABELS))
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


@pytest.mark.parametrize(
    ("series", "options", "message"),
    [
        ({}, {}, "series is empty"),
        ({"a": [1, 2], "b": [1]}, {}, "series 'b' has 1 values for 2 x"),
        ({"a": [1, 2]}, {"x": [1]}, "series 'a' has 2 values for 1 x"),
        ({"a": [np.nan]}, {}, "a finite value"),
        ({"a": [[1, 2]]}, {}, r"shape \(N,\)"),
        ({"a": [0, 1]}, {"yscale": "log"}, "values ≤ 0, which a log axis cannot show"),
        ({"a": [1, 1]}, {"xscale": "log"}, "x has values ≤ 0"),
        ({str(i): [1, 2] for i in range(11)}, {}, "at most 10 series"),
    ],
)
def test_lines_that_cannot_be_drawn(series: dict, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        line_chart(series, **options, **LABELS)


@pytest.mark.parametrize("missing", ["xlabel", "ylabel", "alt"])
def test_axes_and_descriptions_are_not_optional(missing: str) -> None:
    options = {key: value for key, value in LABELS.items() if key != missing}
    with pytest.raises(TypeError, match=missing):
        line_chart({"a": [1, 2]}, **options)
    with pytest.raises(TypeError, match=missing):
        bar_chart({"a": 1}, **options)
    with pytest.raises(ValueError, match=missing):
        line_chart({"a": [1, 2]}, **{**LABELS, missing: " "})


def test_bars_have_their_heights_and_say_them() -> None:
    ax = axes(bar_chart({"k = 1": 0.9, "k = 3": 0.975}, **LABELS))
    assert [bar.get_height() for bar in ax.patches] == [0.9, 0.975]
    assert [text.get_text() for text in ax.texts] == ["0.900", "0.975"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["k = 1", "k = 3"]


def test_lying_bars() -> None:
    ax = axes(bar_chart({"a": 1, "b": -2}, horizontal=True, number=lambda v: f"{v:+.0f}", **LABELS))
    assert [bar.get_width() for bar in ax.patches] == [1, -2]
    assert [text.get_text() for text in ax.texts] == ["+1", "-2"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_groups_of_bars_have_hatches_and_a_legend() -> None:
    picture = bar_chart({"deck": {"a": 1, "b": 2}, "paper": {"b": 4, "a": 3}}, **LABELS)
    bars = axes(picture).patches
    assert [bar.get_height() for bar in bars] == [1, 2, 3, 4]
    assert len({bar.get_hatch() for bar in bars}) == 2
    assert [t.get_text() for t in picture.figure.legends[0].get_texts()] == ["deck", "paper"]
    edges = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars)
    assert all(left[1] <= right[0] for left, right in pairwise(edges))


@pytest.mark.parametrize(
    ("heights", "message"),
    [
        ({}, "heights is empty"),
        ({"a": np.nan}, "finite values"),
        ({"s": {"a": 1}, "t": {"b": 1}}, r"series 't' has the labels \['b'\], not \['a'\]"),
        ({"s": {"a": 1}, "t": 2}, "mixes single values and groups"),
        ({"s": {}}, "labels"),
    ],
)
def test_bars_that_cannot_be_drawn(heights: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bar_chart(heights, **LABELS)


def test_histogram_counts() -> None:
    picture = histogram([0, 0.5, 1.5, 3.9], bins=[0, 1, 2, 4], xlabel="v", alt=ALT)
    counts, edges, _ = axes(picture).patches[0].get_data()
    assert counts.tolist() == [2, 1, 1]
    assert edges.tolist() == [0, 1, 2, 4]
    assert axes(picture).get_ylabel() == "count"


def test_histograms_share_their_bins() -> None:
    picture = histogram({"a": [0, 1], "b": [[9, 10]]}, bins=5, xlabel="v", alt=ALT)
    first, second = (patch.get_data() for patch in axes(picture).patches)
    assert first.edges.tolist() == second.edges.tolist() == [0, 2, 4, 6, 8, 10]
    assert [first.values.sum(), second.values.sum()] == [2, 2]


@pytest.mark.parametrize(("values", "message"), [([], "no values"), ([np.nan, 1], "finite")])
def test_histograms_that_cannot_be_drawn(values: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        histogram(values, xlabel="v", alt=ALT)


POINTS = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
CLASSES = np.array([0, 1, 1, 0])


def test_points_are_drawn_by_class_with_their_markers() -> None:
    picture = scatter_chart(POINTS, CLASSES, class_names=["no", "yes"], **LABELS)
    zero, one = (c for c in axes(picture).collections if isinstance(c, PathCollection))
    assert np.array_equal(zero.get_offsets(), POINTS[CLASSES == 0])
    assert np.array_equal(one.get_offsets(), POINTS[CLASSES == 1])
    assert not np.array_equal(zero.get_paths()[0].vertices, one.get_paths()[0].vertices)
    assert [t.get_text() for t in picture.figure.legends[0].get_texts()] == ["no", "yes"]


def test_regions_show_what_the_classifier_predicts() -> None:
    asked = []

    def above(points: np.ndarray) -> np.ndarray:
        asked.append(points)
        return (points[:, 1] > 0.5).astype(int)

    picture = scatter_chart(POINTS, CLASSES, regions=above, **LABELS)
    mesh = next(c for c in axes(picture).collections if c.get_array() is not None)
    assert asked[0].shape == (201 * 201, 2)
    assert np.array_equal(np.ravel(mesh.get_array()), above(asked[0]))


def test_line_lies_where_the_score_is_zero() -> None:
    w, b = np.array([2.0, -1.0]), 0.5
    line = axes(scatter_chart(POINTS, CLASSES, line=(w, b), **LABELS)).lines[0]
    for point in (line.get_xy1(), line.get_xy2()):
        assert w @ np.array(point) + b == pytest.approx(0)


@pytest.mark.parametrize(
    ("points", "labels", "options", "message"),
    [
        (np.zeros((3, 3)), [0, 0, 0], {}, r"shape \(N, 2\), got shape \(3, 3\)"),
        (POINTS, [0, 1], {}, r"shape \(4,\)"),
        (POINTS, [-1, 0, 0, 0], {}, "≥ 0"),
        (POINTS, CLASSES, {"class_names": ["one"]}, "class_names needs 2 entries"),
        (POINTS, CLASSES, {"line": ([0, 0], 1)}, "not zero"),
        (POINTS, CLASSES, {"regions": lambda p: [1]}, "one label per point"),
    ],
)
def test_points_that_cannot_be_drawn(
    points: np.ndarray, labels: list, options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        scatter_chart(points, labels, **options, **LABELS)


def test_confusion_shows_counts_shades_shares_and_frames_the_diagonal() -> None:
    matrix = np.array([[8, 2], [0, 0]])
    ax = axes(confusion_chart(matrix, ["cat", "dog"], alt=ALT))
    assert [text.get_text() for text in ax.texts] == ["8", "2", "0", "0"]
    np.testing.assert_allclose(ax.images[0].get_array(), np.array([[0.8, 0.2], [0, 0]]))
    assert [p.get_xy() for p in ax.patches] == [(-0.5, -0.5), (0.5, 0.5)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "dog"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")


@pytest.mark.parametrize(
    ("matrix", "labels", "message"),
    [
        (np.zeros((2, 3)), None, r"shape \(C, C\), got shape \(2, 3\)"),
        ([[0.5]], None, "counts"),
        ([[-1]], None, "counts"),
        ([[1]], ["a", "b"], "labels needs 1 entries"),
    ],
)
def test_confusions_that_cannot_be_drawn(matrix: list, labels: list | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        confusion_chart(matrix, labels, alt=ALT)
