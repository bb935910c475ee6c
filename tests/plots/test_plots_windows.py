"""One step of a filter, all of them, and the live widget that moves between them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import ndimage

from coursekit.data import load_photo
from coursekit.plots import full_response, kernel_explorer, show_window, step_at

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
IMAGE = np.arange(30, dtype=np.uint8).reshape(5, 6)
KERNELS = {"Sobel x": SOBEL, "mean": np.full((3, 3), 1 / 9), "line": np.ones((1, 5))}


def test_a_step_by_hand() -> None:
    step = step_at(IMAGE, SOBEL, 1, 2)
    assert step.window.tolist() == [[1, 2, 3], [7, 8, 9], [13, 14, 15]]
    assert step.product.tolist() == [[-1, 0, 3], [-14, 0, 18], [-13, 0, 15]]
    assert step.total == 8


def test_outside_the_image_lie_zeros() -> None:
    step = step_at(IMAGE, SOBEL, 0, 0)
    assert step.window.tolist() == [[0, 0, 0], [0, 0, 1], [0, 6, 7]]
    assert step.total == 9


odd = st.sampled_from([1, 3, 5])
numbers = st.floats(-4, 4, allow_subnormal=False)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    x=arrays(np.float64, st.tuples(st.integers(5, 8), st.integers(5, 8)), elements=numbers),
    k=arrays(np.float64, st.tuples(odd, odd), elements=numbers),
)
def test_all_steps_are_scipys_correlation(x: NDArray, k: NDArray) -> None:
    expected = ndimage.correlate(x, k, mode="constant")
    np.testing.assert_allclose(full_response(x, k), expected, atol=1e-9)
    every = [[step_at(x, k, i, j).total for j in range(x.shape[1])] for i in range(x.shape[0])]
    np.testing.assert_allclose(every, expected, atol=1e-9)


def test_picture_shows_the_step() -> None:
    picture = show_window(IMAGE, SOBEL, 1, 2, name="Sobel x")
    image, response, window, kernel, products, bar = picture.figure.axes
    drawn = [np.asarray(ax.images[0].get_array()) for ax in picture.figure.axes[:5]]
    step = step_at(IMAGE, SOBEL, 1, 2)
    given: list[NDArray] = [IMAGE, full_response(IMAGE, SOBEL), step.window, SOBEL, step.product]
    assert all(np.array_equal(a, b) for a, b in zip(drawn, given, strict=True))
    assert [text.get_text() for text in window.texts] == [str(int(v)) for v in step.window.flat]
    assert products.get_title() == "products, sum 8"
    assert kernel.get_title() == "Sobel x"
    assert [text.get_text() for text in picture.figure.texts] == ["×", "="]
    frames: list[Any] = [*image.patches, *response.patches]
    assert {frame.get_bbox().bounds for frame in frames} == {(0.5, -0.5, 3, 3), (1.5, 0.5, 1, 1)}
    ends = [label.get_text() for label in bar.get_xticklabels()]
    assert ends == ["most negative", "0", "most positive"]  # not by colour alone
    assert picture.alt == (
        "The kernel Sobel x lies on row 1, column 2: its products add up to 8. Where it lies "
        "inside the image, the largest sum is 8, at row 1, column 1 and the smallest sum is 8, at "
        "row 1, column 1."
    )


def test_the_description_says_where_the_response_is_largest_and_smallest() -> None:
    x = np.zeros((6, 7))
    x[2, 3] = 1
    alt = show_window(x, [[-1, 0, 2]], 0, 0, name="k").alt
    assert alt.endswith(
        "the largest sum is 2, at row 2, column 2 and the smallest sum is −1, at row 2, column 4."
    )
    assert "largest" not in show_window(x, SOBEL, 0, 0, reveal=True).alt


def test_response_can_be_shown_as_far_as_the_kernel_has_come() -> None:
    response: Any = show_window(IMAGE, SOBEL, 1, 2, reveal=True).figure.axes[1].images[0]
    hidden = np.ma.getmaskarray(response.get_array())
    assert np.flatnonzero(~hidden).tolist() == list(range(9))


def test_a_window_too_small_to_see_gets_a_ring() -> None:
    picture = show_window(load_photo("camera"), SOBEL, 150, 230)
    rings: list[Any] = [line for ax in picture.figure.axes[:2] for line in ax.lines]
    assert {(line.get_xdata()[0], line.get_ydata()[0]) for line in rings} == {(230, 150)}
    assert len(rings) == 4


@pytest.mark.parametrize("image", [np.zeros((5, 5)), IMAGE - 10.0, IMAGE.astype(np.int64)])
def test_images_of_any_values(image: NDArray) -> None:
    assert len(show_window(image, SOBEL, 0, 0).to_webp()) > 1000


@pytest.mark.parametrize(
    ("image", "kernel", "place", "message"),
    [
        (IMAGE, np.ones((2, 3)), (0, 0), r"odd sides; got shape \(2, 3\)"),
        (IMAGE, np.ones((7, 7)), (0, 0), "larger than the image"),
        (np.zeros((5, 5, 3)), SOBEL, (0, 0), "make it grey"),
        (IMAGE, SOBEL, (5, 0), r"\(5, 0\) lies outside"),
        (IMAGE, SOBEL, (0, -1), "lies outside"),
    ],
)
def test_steps_that_do_not_exist(
    image: NDArray, kernel: NDArray, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        show_window(image, kernel, *place)


def test_response_must_fit_the_image() -> None:
    with pytest.raises(ValueError, match=r"the image's shape \(5, 6\), got \(3, 3\)"):
        show_window(IMAGE, SOBEL, 1, 1, response=SOBEL)


def test_explorer_starts_in_the_middle_and_follows_its_controls() -> None:
    explorer = kernel_explorer(IMAGE, KERNELS)
    assert "Sobel x lies on row 2, column 3: its products add up to 8" in explorer.picture.alt
    explorer.row.value = 0
    explorer.column.value = 0
    assert "row 0, column 0: its products add up to 9" in explorer.picture.alt
    explorer.kernel.value = "line"
    assert "line lies on row 0, column 0: its products add up to 3" in explorer.picture.alt
    explorer.fill.value = True
    response: Any = explorer.picture.figure.axes[1].images[0]
    assert np.ma.count(response.get_array()) == 1
    view = explorer.widget.children[-1]
    assert view.value == explorer.picture._repr_html_()
    assert (explorer.row.max, explorer.column.max) == (4, 5)


def test_explorer_has_labelled_controls_and_a_picture_to_fall_back_on() -> None:
    explorer = kernel_explorer(IMAGE, KERNELS, row=1, column=2)
    labels = [control.description for control in explorer.widget.children[:-1]]
    assert labels == ["kernel", "row", "column", "fill the response as the kernel moves"]
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {
        "text/plain",
        "text/html",
        "application/vnd.jupyter.widget-view+json",
    }
    assert bundle["text/html"] == explorer.picture._repr_html_()
    assert bundle["text/plain"].startswith("<KernelExplorer: Sobel x, mean, line; The kernel")


@pytest.mark.parametrize(
    ("image", "kernels", "options", "message"),
    [
        (IMAGE, {}, {}, "kernels is empty"),
        (np.zeros((5, 5, 3)), KERNELS, {}, "make it grey"),
        (IMAGE, KERNELS, {"row": 9}, "lies outside"),
        (IMAGE, {"even": np.ones((2, 2))}, {}, "odd sides"),
    ],
)
def test_nothing_to_explore(image: NDArray, kernels: dict, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kernel_explorer(image, kernels, **options)
