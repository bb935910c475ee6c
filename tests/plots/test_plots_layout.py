"""Panels have the sizes asked for; titles wrap; every kind of picture is free of overlaps."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from coursekit.data import load_digits, load_photo, photo_info, photo_names
from coursekit.plots import (
    Picture,
    bar_chart,
    confusion_chart,
    histogram,
    line_chart,
    scatter_chart,
    show_grid,
    show_images,
    show_kernels,
    show_surface,
    show_window,
)
from coursekit.plots.layout import break_rows, make_panels, text_width, titles_for, wrap
from coursekit.plots.numerals import aligned, cell_texts, fitting_points, short

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
RNG = np.random.default_rng(0)
ALT = "A picture that tests the layout"
NAMES = ["brick", "foliage", "grass", "gravel", "petals", "wood"]

PICTURES: dict[str, Callable[[], Picture]] = {
    "photos": lambda: show_images(
        [load_photo(n) for n in photo_names()[:9]],
        [photo_info(n).title for n in photo_names()[:9]],
        alt=ALT,
    ),
    "digits": lambda: show_images(load_digits().x_train[:20], range(20), alt=ALT),
    "response": lambda: show_images(
        RNG.normal(size=(2, 30, 50)), ["to the right", "down"], alt=ALT, value_range="signed"
    ),
    "kernels": lambda: show_kernels(
        [SOBEL, np.full((3, 3), 1 / 9), RNG.normal(size=(5, 5)), np.eye(7)],
        ["Sobel x", "mean", "noise", "a diagonal line"],
        alt=ALT,
    ),
    "large kernels": lambda: show_kernels(
        RNG.normal(size=(6, 15, 15)), [f"noise number {i}" for i in range(6)], alt=ALT
    ),
    "surface": lambda: show_surface(RNG.normal(size=(9, 9)), alt=ALT, title="Noise"),
    "grids": lambda: show_grid(
        [np.arange(49).reshape(7, 7), SOBEL, np.full((5, 5), -12)],
        ["input with padding 1", "kernel", "output"],
        alt=ALT,
        padding=[1, 0, 0],
        highlight=[(0, 0, 3, 3), None, (0, 0, 1, 1)],
        between=["∗", "="],
    ),
    "window": lambda: show_window(load_photo("coins"), SOBEL, 100, 200, name="Sobel x"),
    "lines": lambda: line_chart(
        {f"method {i}": np.exp(-np.arange(30) / 9) + 0.01 * i for i in range(7)},
        xlabel="epoch",
        ylabel="loss",
        alt=ALT,
        title="Seven lines that end together",
    ),
    "log lines": lambda: line_chart(
        {"a": [1, 0.1, 1e-5], "b": [1, 0.2, 1e-5]},
        [1, 10, 100],
        xlabel="n",
        ylabel="error",
        alt=ALT,
        xscale="log",
        yscale="log",
    ),
    "bars": lambda: bar_chart(
        dict(zip(NAMES, RNG.random(6), strict=True)), xlabel="texture", ylabel="share", alt=ALT
    ),
    "groups": lambda: bar_chart(
        {s: {str(y): 28.2 - 5 * i for i, y in enumerate(range(2010, 2016))} for s in "ab"},
        xlabel="year",
        ylabel="top-5 error (%)",
        alt=ALT,
    ),
    "lying bars": lambda: bar_chart(
        {"nearest neighbour": 0.981, "support vector machine": 0.97},
        xlabel="accuracy",
        ylabel="method",
        alt=ALT,
        horizontal=True,
    ),
    "scatter": lambda: scatter_chart(
        RNG.normal(size=(30, 2)),
        np.arange(30) % 3,
        xlabel="x",
        ylabel="y",
        alt=ALT,
        class_names=["zero", "one", "two"],
        title="Three classes",
    ),
    "confusion": lambda: confusion_chart(
        np.diag(RNG.integers(20, 40, 10)) + np.eye(10, k=2, dtype=int), alt=ALT, title="Digits"
    ),
    "named confusion": lambda: confusion_chart(RNG.integers(0, 9, (6, 6)), NAMES, alt=ALT),
    "histogram": lambda: histogram(
        {"pixels": RNG.normal(size=99), "differences": RNG.normal(size=99)},
        xlabel="value",
        alt=ALT,
        title="Two sets",
    ),
}


@cache
def picture_called(name: str) -> Picture:
    return PICTURES[name]()


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_overlaps_or_is_cut_off(name: str, check_layout: Callable[[Picture], None]) -> None:
    picture = picture_called(name)
    check_layout(picture)
    assert picture.size[0] <= 541


@pytest.mark.parametrize("name", sorted(set(PICTURES) - {"photos", "window", "response"}))
def test_plots_are_small_files(name: str) -> None:
    assert len(picture_called(name).to_webp()) < 45_000


def test_panels_have_their_sizes_and_rows() -> None:
    sizes = [(1.0, 0.5), (2.0, 1.0), (1.5, 1.5)]
    figure, axes = make_panels(sizes, ["one", "", ""], rows=[2, 1])
    boxes = [ax.get_position() for ax in axes]
    got = [(b.width * figure.get_figwidth(), b.height * figure.get_figheight()) for b in boxes]
    np.testing.assert_allclose(got, sizes)
    assert boxes[0].x1 < boxes[1].x0
    assert boxes[2].y1 < boxes[1].y0
    assert (boxes[0].y0 + boxes[0].y1) == pytest.approx(boxes[1].y0 + boxes[1].y1)
    _, axes = make_panels(sizes[:2], ["", ""], rows=[2], top_aligned=True)
    assert axes[0].get_position().y1 == pytest.approx(axes[1].get_position().y1)


def test_rows_break() -> None:
    assert break_rows(7, 3) == [3, 3, 1]
    assert break_rows(2, 2) == [2]


def test_titles_wrap_at_the_width() -> None:
    lines = wrap("Laplacian of Gaussian with σ = 3", 1.2).split("\n")
    assert len(lines) > 1
    assert " ".join(lines) == "Laplacian of Gaussian with σ = 3"
    assert all(text_width(line, 11) <= 1.2 for line in lines)
    assert wrap("$x + y$ and more", 0.1) == "$x + y$ and more"
    assert wrap("one\ntwo", 9) == "one\ntwo"
    assert wrap("", 1) == ""


def test_titles_must_be_a_list_of_the_right_length() -> None:
    assert titles_for(2, None) == ["", ""]
    assert titles_for(2, [3, "b"]) == ["3", "b"]
    with pytest.raises(ValueError, match="titles needs 3 entries, one each, got 2"):
        titles_for(3, ["a", "b"])
    with pytest.raises(TypeError, match="labels must be a list"):
        titles_for(3, "abc", "labels")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (-3, "−3"),
        (1 / 3, "0.333"),
        (-1234.56, "−1235"),
        (0.1 + 0.2, "0.3"),
        (12.34, "12.3"),
        (1e-9, "0"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
    ],
)
def test_short_numbers(value: float, text: str) -> None:
    assert short(value) == text


def test_numbers_in_cells_share_their_decimals() -> None:
    assert cell_texts(np.array([[-1, 20]])) == [["−1", "20"]]
    assert cell_texts(np.array([[-1.0, 2.0]])) == [["−1", "2"]]
    assert cell_texts(np.array([[0.5, 0, np.nan, -0.25]])) == [["0.50", "0", "", "−0.25"]]
    assert cell_texts(np.array([[0.05, -0.0001]])) == [["0.050", "0.000"]]
    assert cell_texts(np.array([[120.4, 3.25]])) == [["120", "3"]]


def test_aligned_numbers() -> None:
    assert aligned([0.9, 0.975]) == ["0.900", "0.975"]
    assert aligned([28.2, 3.57]) == ["28.2", "3.57"]


def test_numbers_fit_their_cells() -> None:
    for text in ("−12", "0", "−0.333"):
        points = fitting_points([[text]], 0.3)
        assert text_width(text, points) < 0.27
        assert points <= 12
