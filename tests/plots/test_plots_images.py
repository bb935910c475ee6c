"""What is drawn is what was given; what is ambiguous is asked for."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from coursekit.data import load_digits32, load_photo
from coursekit.plots import Picture, show_grid, show_images, show_kernels, show_surface
from coursekit.plots.palette import SIGNED
from coursekit.plots.pixels import ValueRange

ALT = "Pictures that test what is drawn"
RNG = np.random.default_rng(0)


def drawn(picture: Picture, panel: int = 0) -> NDArray:
    return np.asarray(picture.figure.axes[panel].images[0].get_array())


def numbers(picture: Picture, panel: int = 0) -> list[str]:
    return [text.get_text() for text in picture.figure.axes[panel].texts]


def titles(picture: Picture) -> list[str]:
    return [ax.get_title() for ax in picture.figure.axes]


def test_images_are_drawn_unchanged_and_undistorted() -> None:
    photos: list[NDArray] = [load_photo("chelsea"), load_photo("coins"), RNG.random((8, 4))]
    picture = show_images(photos, ["cat", "coins", "noise"], alt=ALT)
    assert titles(picture) == ["cat", "coins", "noise"]
    for i, photo in enumerate(photos):
        ax = picture.figure.axes[i]
        assert np.array_equal(drawn(picture, i), photo)
        assert ax.bbox.height / ax.bbox.width == pytest.approx(photo.shape[0] / photo.shape[1])
    assert picture.figure.axes[1].images[0].get_clim() == (0, 255)
    assert picture.figure.axes[2].images[0].get_clim() == (0, 1)


def test_few_pixels_are_shown_as_squares_and_many_are_averaged() -> None:
    few = show_images([RNG.random((8, 8))], alt=ALT).figure.axes[0].images[0]
    many = show_images([RNG.random((900, 900))], alt=ALT).figure.axes[0].images[0]
    assert few.get_interpolation() == "nearest"
    assert many.get_interpolation() in ("auto", "antialiased")


@pytest.mark.parametrize(
    ("images", "shapes"),
    [
        (np.zeros((5, 6)), [(5, 6)]),
        (np.zeros((5, 6, 3)), [(5, 6, 3)]),
        (np.zeros((2, 5, 6)), [(5, 6)] * 2),
        (np.zeros((2, 5, 6, 3)), [(5, 6, 3)] * 2),
        (np.zeros((2, 1, 5, 6)), [(5, 6)] * 2),
        (np.zeros((2, 3, 5, 6)), [(5, 6, 3)] * 2),
        ([np.zeros((5, 6)), np.zeros((3, 5, 6))], [(5, 6), (5, 6, 3)]),
        ([[[0, 1.0], [1, 0]]], [(2, 2)]),
    ],
)
def test_batches_and_single_images(images: NDArray, shapes: list[tuple[int, ...]]) -> None:
    picture = show_images(images, alt=ALT)
    assert [drawn(picture, i).shape for i in range(len(shapes))] == shapes
    assert len(picture.figure.axes) == len(shapes)


def test_lenet_digits_can_be_shown_as_they_are() -> None:
    digits = load_digits32(sizes=(12, 1, 1))
    picture = show_images(digits.x_train, digits.y_train, alt=ALT)
    assert titles(picture) == [str(y) for y in digits.y_train]
    assert np.array_equal(drawn(picture, 11), digits.x_train[11, 0])


def test_value_ranges() -> None:
    x = np.array([[-1.0, 3.0]]), np.array([[0.0, 1.0]])

    def limits(value_range: ValueRange) -> list[tuple[float, float]]:
        picture = show_images(list(x), alt=ALT, value_range=value_range)
        return [picture.figure.axes[i].images[0].get_clim() for i in range(2)]

    assert limits("each") == [(-1, 3), (0, 1)]
    assert limits("shared") == [(-1, 3)] * 2
    assert limits("signed") == [(-3, 3)] * 2
    assert limits((-2, 5)) == [(-2, 5)] * 2


def test_signed_images_have_white_zero_and_a_scale() -> None:
    picture = show_images([np.array([[-2.0, 0.0, 1.0]])], alt=ALT, value_range="signed")
    image = picture.figure.axes[0].images[0]
    assert image.get_cmap().name == SIGNED.name
    assert image.to_rgba(np.array([[0.0]]))[0, 0].tolist() == [1, 1, 1, 1]
    scale = picture.figure.axes[-1]
    assert [label.get_text() for label in scale.get_xticklabels()] == ["−2", "0", "2"]


def test_colour_images_outside_the_range_are_scaled() -> None:
    x = np.array([[[0.0, 5.0, 10.0]]])
    assert drawn(show_images(x, alt=ALT, value_range=(0, 10))).tolist() == [[[0, 128, 255]]]


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        ([], {}, "the list is empty"),
        ([np.zeros(3)], {}, r"shape \(H, W\) or \(H, W, 3\), got shape \(3,\)"),
        ([np.zeros((2, 2, 4))], {}, r"got shape \(2, 2, 4\)"),
        ([np.zeros((0, 2))], {}, r"got shape \(0, 2\)"),
        ([np.array([[np.nan, 1]])], {}, "1 of 2 image values are NaN"),
        ([np.array([[0, 200.0]])], {}, "does not say which value is black .* value_range="),
        ([np.array([[0, 200]])], {}, "int64 values from 0 to 200"),
        ([np.zeros((2, 2))], {"value_range": "best"}, "value_range 'best' is not understood"),
        ([np.zeros((2, 2))], {"value_range": (1, 0)}, "not understood"),
        ([np.zeros((2, 2, 3))], {"value_range": "signed"}, r"for \(H, W\) images"),
        ([np.zeros((2, 2))], {"titles": ["a", "b"]}, "titles needs 1 entries, one each, got 2"),
        ([np.zeros((2, 2))], {"columns": 0}, "columns must be at least 1"),
    ],
)
def test_images_that_cannot_be_shown(images: list, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_images(images, alt=ALT, **options)


def test_images_hold_numbers() -> None:
    with pytest.raises(TypeError, match="real numbers, got dtype complex128"):
        show_images([np.zeros((2, 2), dtype=complex)], alt=ALT)


def test_columns_break_rows() -> None:
    picture = show_images(np.zeros((4, 5, 5)), alt=ALT, columns=2)
    tops = [round(ax.get_position().y1, 6) for ax in picture.figure.axes]
    assert tops[0] == tops[1] > tops[2] == tops[3]


def test_kernels_carry_their_numbers_and_signed_colours() -> None:
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    picture = show_kernels([kernel, kernel / 4], ["Sobel x", "scaled"], alt=ALT)
    assert np.array_equal(drawn(picture, 1), kernel / 4)
    assert numbers(picture) == ["−1", "0", "1", "−2", "0", "2", "−1", "0", "1"]
    assert numbers(picture, 1)[3:6] == ["−0.50", "0", "0.50"]
    norms = [picture.figure.axes[i].images[0].get_clim() for i in range(2)]
    assert norms == [(-2, 2), (-0.5, 0.5)]
    shared = show_kernels([kernel, kernel / 4], alt=ALT, limit=2)
    assert shared.figure.axes[1].images[0].get_clim() == (-2, 2)


def test_large_kernels_say_how_far_their_colours_reach() -> None:
    picture = show_kernels([np.eye(9) / 8, -np.eye(9)], ["small", "large"], alt=ALT)
    assert titles(picture)[:2] == ["small\n±0.125", "large\n±1"]
    assert numbers(picture) == []
    scale = picture.figure.axes[-1]
    assert [t.get_text() for t in scale.get_xticklabels()] == [
        "most negative",
        "0",
        "most positive",
    ]


def test_one_kernel_and_nested_lists() -> None:
    assert drawn(show_kernels([[1, 2], [3, 4]], alt=ALT)).tolist() == [[1, 2], [3, 4]]
    assert drawn(show_kernels(np.eye(3), alt=ALT)).shape == (3, 3)
    assert len(show_kernels(np.zeros((4, 3, 3)), alt=ALT).figure.axes) == 4


@pytest.mark.parametrize(
    ("kernels", "message"),
    [
        ([], "there is no kernel"),
        (
            [np.zeros((2, 2, 2))],
            r"a kernel is an \(H, W\) array of numbers, got float64 \(2, 2, 2\)",
        ),
        ([np.array([[np.inf]])], "finite"),
        ([np.array([["a"]])], "array of numbers"),
    ],
)
def test_kernels_that_cannot_be_shown(kernels: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_kernels(kernels, alt=ALT)


def test_surface_and_cross_section() -> None:
    y, x = np.mgrid[-3:4, -4:5]
    kernel = np.exp(-(x**2 + y**2) / 4.0)
    place, profile, surface = show_surface(kernel, alt=ALT, title="Gaussian").figure.axes
    zero, line = profile.lines
    assert place.get_title() == "Gaussian"
    assert np.array_equal(line.get_ydata(), kernel[3])
    assert zero.get_ydata() == [0, 0]
    assert profile.get_title() == "values along row 3"
    assert surface.name == "3d"
    assert len(surface.collections) == 1
    with pytest.raises(ValueError, match="at least 2×2"):
        show_surface([[1.0]], alt=ALT)


def test_grids_show_numbers_windows_and_borders() -> None:
    x = np.arange(12).reshape(3, 4)
    out = np.array([[1.5, np.nan]])
    picture = show_grid(
        [x, out],
        ["input", "output"],
        alt=ALT,
        highlight=[(0, 1, 2, 2), None],
        padding=[1, 0],
        between=["→"],
    )
    assert numbers(picture) == [str(v) for v in range(12)]
    assert numbers(picture, 1) == ["1.50", ""]
    assert drawn(picture).tolist() == x.tolist()
    patches: list[Any] = list(picture.figure.axes[0].patches)
    assert [p.get_bbox().bounds for p in patches if not p.get_fill()] == [(0.5, -0.5, 2, 2)]
    assert len([p for p in patches if p.get_hatch()]) == 4
    assert not picture.figure.axes[1].patches
    assert [text.get_text() for text in picture.figure.texts] == ["→"]


def test_cells_of_all_grids_have_one_size() -> None:
    picture = show_grid([np.zeros((6, 5)), np.zeros((3, 3)), np.zeros((4, 3))], alt=ALT)
    cells = [
        (ax.bbox.width / n, ax.bbox.height / m)
        for ax, (m, n) in zip(picture.figure.axes, [(6, 5), (3, 3), (4, 3)], strict=True)
    ]
    np.testing.assert_allclose(cells, np.full((3, 2), cells[0][0]))


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ([], {}, "there is no grid"),
        ([np.zeros((2, 2, 2))], {}, r"a grid is an \(H, W\) array of numbers"),
        ([np.eye(3)], {"highlight": [(1, 1, 3, 1)]}, r"window \(1, 1, 3, 1\) does not lie inside"),
        ([np.eye(3)], {"highlight": [(-1, 0, 1, 1)]}, "does not lie inside"),
        ([np.eye(3)], {"highlight": []}, "highlight needs one entry per grid, 1, got 0"),
        ([np.eye(3)], {"padding": [2]}, "border of 2 does not fit"),
        ([np.eye(3)] * 2, {"between": ["∗", "="]}, "puts 1 signs between 2 grids"),
        ([np.zeros((3, 40))], {}, "too small to read"),
    ],
)
def test_grids_that_cannot_be_shown(arrays: list, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_grid(arrays, alt=ALT, **options)
