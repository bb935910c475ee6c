"""What a picture is made of, and what happens to its numbers when the world changes (deck 1, 6–7).

A picture is an array (H, W) or (H, W, 3), row 0 at the top, integers 0–255 or floats. A function
that changes a picture gives a new one of the same shape and dtype; integers are rounded and held
within 0–255. What moves in from outside the frame repeats the nearest border pixel.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pixels = NDArray[Any]

#: How much red, green and blue add to the brightness we see (luma of ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)


def to_grayscale(image: ArrayLike) -> NDArray[np.float64]:
    """Brightness 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601): (..., 3) to float64 (...).

    The scale stays: 0–255 gives 0–255, 0–1 gives 0–1; nothing is rounded. Raises ValueError when
    the last axis is not red, green, blue; TypeError when the values are not real numbers.
    """
    x = _real(image)
    if x.ndim < 1 or x.shape[-1] != 3:
        raise ValueError(f"a colour picture has shape (H, W, 3), got {x.shape}")
    return x.astype(np.float64) @ np.array(LUMA)


def shift(image: ArrayLike, down: int, right: int, *, fill: float | None = None) -> Pixels:
    """Move the picture by whole pixels (negative: up, left).

    The strip left behind takes the value ``fill``; with None it repeats the border pixels.
    """
    x = _picture(image)
    rows, columns = np.arange(x.shape[0]) - down, np.arange(x.shape[1]) - right
    moved = x[rows.clip(0, x.shape[0] - 1)][:, columns.clip(0, x.shape[1] - 1)]
    if fill is not None:
        moved[(rows < 0) | (rows >= x.shape[0])] = fill
        moved[:, (columns < 0) | (columns >= x.shape[1])] = fill
    return moved


def scale(image: ArrayLike, factor: float) -> Pixels:
    """Make what is in the picture ``factor`` times as large, about its centre; same frame."""
    if not factor > 0:
        raise ValueError(f"factor must be above 0, got {factor}")
    x = _picture(image)
    y_from_centre, x_from_centre = _from_centre(x)
    return _look_up(x, y_from_centre / factor, x_from_centre / factor)


def rotate(image: ArrayLike, degrees: float) -> Pixels:
    """Turn the picture about its centre, anticlockwise as you see it."""
    x = _picture(image)
    down, right = _from_centre(x)
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return _look_up(x, sine * right + cosine * down, cosine * right - sine * down)


def change_viewpoint(image: ArrayLike, degrees: float, *, distance: float = 2.0) -> Pixels:
    """See the picture as a card turned about its vertical axis: the right-hand side goes away.

    The camera looks at the card's centre from ``distance`` picture widths. Raises ValueError
    unless −60 ≤ degrees ≤ 60 and the distance is at least 1.
    """
    if not (-60 <= degrees <= 60 and distance >= 1):
        raise ValueError(f"need −60 ≤ degrees ≤ 60 and distance ≥ 1, got {degrees}, {distance}")
    x = _picture(image)
    down, right = _from_centre(x)
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    away = distance * x.shape[1]
    on_card = away * right / (away * cosine - right * sine)
    return _look_up(x, down * (away + on_card * sine) / away, on_card)


def deform(image: ArrayLike, amplitude: float, wavelength: float) -> Pixels:
    """Bend the picture: rows swing sideways by up to ``amplitude`` pixels, like a flag."""
    if not wavelength > 0:
        raise ValueError(f"wavelength must be above 0 pixels, got {wavelength}")
    x = _picture(image)
    down, right = _from_centre(x)
    return _look_up(x, down, right - amplitude * np.sin(2 * np.pi * down / wavelength))


def brighten(image: ArrayLike, gain: float) -> Pixels:
    """Multiply every value by ``gain``, as stronger (above 1) or weaker light does.

    Integers stop at 255, as in a camera that is overexposed; floats have no upper end.
    """
    if not gain >= 0:
        raise ValueError(f"gain must be 0 or more, got {gain}")
    x = _picture(image)
    return _as_dtype(x.astype(np.float64) * gain, x)


def occlude(
    image: ArrayLike, top: int, left: int, height: int, width: int, *, value: float = 128
) -> Pixels:
    """Hide a rectangle behind something of one colour. Raises ValueError: it must lie inside."""
    x = _picture(image).copy()
    if min(top, left) < 0 or min(height, width) < 1:
        raise ValueError(f"the rectangle {(top, left, height, width)} is not inside the picture")
    if top + height > x.shape[0] or left + width > x.shape[1]:
        raise ValueError(f"the rectangle {(top, left, height, width)} leaves {x.shape[:2]}")
    x[top : top + height, left : left + width] = value
    return x


def change_background(image: ArrayLike, mask: ArrayLike, background: ArrayLike) -> Pixels:
    """Keep the picture where ``mask`` (H, W) is 1, show ``background`` where it is 0.

    Values between mix the two. Raises ValueError when the three do not fit or mask leaves [0, 1].
    """
    x, behind, keep = _picture(image), _picture(background), _real(mask).astype(np.float64)
    if x.shape != behind.shape or keep.shape != x.shape[:2]:
        raise ValueError(
            f"picture {x.shape}, mask {keep.shape} and background {behind.shape} must have the "
            "same height, width and channels"
        )
    if np.min(keep) < 0 or np.max(keep) > 1:
        raise ValueError(f"mask goes from 0 to 1, got {np.min(keep):g} to {np.max(keep):g}")
    keep = keep.reshape(keep.shape + (1,) * (x.ndim - 2))
    return _as_dtype(keep * x + (1 - keep) * behind, x)


def sample(image: ArrayLike, rows: ArrayLike, columns: ArrayLike) -> NDArray[np.float64]:
    """Values between the pixels, on straight lines from one to the next (bilinear).

    ``rows`` and ``columns`` are float positions of one shape S; (0, 0) is the centre of the first
    pixel, positions outside are moved to the border. Returns float64 of shape S or S + (3,).
    """
    x = _picture(image).astype(np.float64)
    r = np.clip(np.asarray(rows, np.float64), 0, x.shape[0] - 1)
    c = np.clip(np.asarray(columns, np.float64), 0, x.shape[1] - 1)
    r0, c0 = np.floor(r).astype(int), np.floor(c).astype(int)
    r1, c1 = np.minimum(r0 + 1, x.shape[0] - 1), np.minimum(c0 + 1, x.shape[1] - 1)
    down, right = ((v.reshape(v.shape + (1,) * (x.ndim - 2))) for v in (r - r0, c - c0))
    above = (1 - right) * x[r0, c0] + right * x[r0, c1]
    below = (1 - right) * x[r1, c0] + right * x[r1, c1]
    return (1 - down) * above + down * below


def _from_centre(x: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each pixel lies below and to the right of the centre: two arrays (H, W)."""
    height, width = x.shape[:2]
    down, right = np.mgrid[:height, :width]
    return down - (height - 1) / 2, right - (width - 1) / 2


def _look_up(x: Pixels, down: NDArray[np.float64], right: NDArray[np.float64]) -> Pixels:
    """For every pixel of the new picture, the old one's value at this place from its centre."""
    height, width = x.shape[:2]
    return _as_dtype(sample(x, down + (height - 1) / 2, right + (width - 1) / 2), x)


def _as_dtype(values: NDArray[np.float64], like: Pixels) -> Pixels:
    if like.dtype.kind in "iu":
        return np.rint(values).clip(0, 255).astype(like.dtype)
    return values.astype(like.dtype)


def _real(value: ArrayLike) -> NDArray[Any]:
    x = np.asarray(value)
    if x.dtype.kind not in "biuf":
        raise TypeError(f"a picture holds real numbers, got dtype {x.dtype}")
    return x


def _picture(value: ArrayLike) -> Pixels:
    x = _real(value)
    if x.ndim not in (2, 3) or (x.ndim == 3 and x.shape[2] != 3) or x.size == 0:
        raise ValueError(f"a picture has shape (H, W) or (H, W, 3), got {x.shape}")
    if x.dtype.kind == "b":
        raise TypeError("a picture holds numbers, got True and False: use image.astype(float)")
    return x
