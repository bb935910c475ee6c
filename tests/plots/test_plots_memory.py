"""The picture of the windows in memory shows what the convolution layer really reads."""

from collections.abc import Callable

import numpy as np
import pytest

from coursekit import numpy_nn
from coursekit.plots import Picture, show_window_memory

ALT = "Windows of a small picture as they lie in memory"
PICTURE = np.arange(1, 13).reshape(3, 4)


def numbers(picture: Picture, panel: int) -> list[int]:
    texts = [text.get_text() for text in picture.figure.axes[panel].texts]
    return [int(text.replace("−", "-")) for text in texts if not text.startswith("output")]


def test_the_strip_is_the_memory_of_the_convolution_layer() -> None:
    _, cache = numpy_nn.conv2d_forward(PICTURE[np.newaxis, np.newaxis], np.ones((1, 1, 2, 2)), [0])
    windows = cache[0][0]  # (H_out, f_h·f_w·C, W_out·N)
    low, high = np.lib.array_utils.byte_bounds(windows)
    held = np.lib.stride_tricks.as_strided(windows, ((high - low) // 8,), (8,))
    picture = show_window_memory(PICTURE, (2, 2), alt=ALT)
    assert numbers(picture, 1) == held.tolist()
    assert numbers(picture, 1) == [1, 2, 3, 2, 3, 4, 5, 6, 7, 6, 7, 8, 9, 10, 11, 10, 11, 12]
    for row in (0, 1):
        assert numbers(picture, 2 + row) == windows[row].ravel().tolist()


def test_the_matrices_hold_one_window_in_each_column() -> None:
    picture = show_window_memory(PICTURE, (2, 2), alt=ALT)
    columns = np.hstack([np.reshape(numbers(picture, panel), (4, 3)) for panel in (2, 3)])
    windows = [PICTURE[i : i + 2, j : j + 2].ravel() for i in range(2) for j in range(3)]
    assert np.array_equal(columns.T, windows)


def test_layout(check_layout: Callable[[Picture], None]) -> None:
    picture = show_window_memory(PICTURE, (2, 2), alt=ALT)
    titles = [ax.get_title() for ax in picture.figure.axes]
    assert titles == ["picture", "in memory", "windows, row 0", "windows, row 1"]
    brackets = [line.get_xdata() for line in picture.figure.axes[1].lines]
    assert [[x[0], x[-1]] for x in map(np.asarray, brackets)] == [[-0.4, 11.4], [5.6, 17.4]]
    for x, size in ((PICTURE, (2, 2)), (PICTURE[:2], (1, 3)), (PICTURE - 5, (2, 1))):
        check_layout(show_window_memory(x, size, alt=ALT))
    assert picture.size[0] <= 540


@pytest.mark.parametrize(
    ("shape", "size", "message"),
    [
        ((4, 4), (2, 2), "needs a picture of 3 rows"),
        ((3, 4), (2, 5), "at least 5 columns"),
        ((2, 4), (1, 0), "0 kernel"),
        ((4, 9), (3, 3), "too small to read"),
        ((3, 4, 1), (2, 2), r"\(H, W\)"),
    ],
)
def test_refuses(shape: tuple[int, ...], size: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_window_memory(np.zeros(shape), size, alt=ALT)
