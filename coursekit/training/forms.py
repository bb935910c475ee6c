"""Bringing a drawn digit into the form of a data set, so that the network sees what it knows."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from coursekit.data import enlarge_bilinear

#: Drawn this many times finer than the result, then averaged.
FINE = 6

# MNIST's strokes, measured on 1,500 training images: 2.2 to 4.4 pixels wide (5 % to 95 %), mean 3.
_THIN, _USUAL, _THICK = 2.2, 3.0, 4.4

# The share of 32×32 pixels that is ink in the forms behind scikit-learn's digits: their average is
# 19.5 of 64, nearly the same for all ten, because NIST's program made strokes thicker or thinner.
_INKED = 19.5 / 64


def mnist_form(ink: NDArray[np.float64], size: int = 28) -> NDArray[np.float32]:
    """A digit as in MNIST: float32 (size, size), 0 for paper and 1 for ink.

    ``ink`` is (H, W) in [0, 1], cut out, edges at 0.5. The longer side becomes 20 of 28 pixels, the
    centre of mass the centre of the image (LeCun et al. 1998, section III-A); strokes much thinner
    or thicker than those of MNIST get its mean width.
    """
    box = size * 20 / 28
    unit = FINE * size / 28
    mask = _fitted(ink, FINE * box, margin=round(4 * unit))
    width = 4 * float(ndimage.distance_transform_edt(mask)[mask].mean()) / unit
    if not _THIN <= width <= _THICK:
        mask = _signed_distance(mask) > -(_USUAL - width) / 2 * unit
        mask = _fitted(_cut(mask), FINE * box, margin=0)
    return _centred(_cut(mask), size)


def digits_form(ink: NDArray[np.float64]) -> NDArray[np.float32]:
    """A digit as in `coursekit.data.load_digits32`: float32 (32, 32), 0 for paper, 1 for ink.

    It fills all 32 rows; what is wider than 20 columns then is pressed together. It is sheared
    until the leftmost ink of its first and last row stands in one column, and its strokes cover as
    much as in the data set, whose forms went through such a program of NIST's. Then the pixels are
    counted in blocks of 4×4 and the 8×8 counts enlarged again, as the set was made.
    """
    mask = _pressed(_cut(_upright(_cut(_pressed(ink)))))
    wanted = round(_INKED * (32 * FINE) ** 2)
    for _ in range(2):  # thicker strokes are pressed together again, and cover less
        distance = _signed_distance(mask)
        level = np.partition(distance.ravel(), -wanted)[-wanted]
        mask = _pressed(_cut(distance >= level))
    page = _placed(_cut(mask), 32 * FINE, 16 * FINE, 16 * FINE)
    pixels = _means(page, FINE) > 0.5
    return enlarge_bilinear(_means(pixels, 4), 4).astype(np.float32)


def _pressed(ink: Any) -> NDArray[np.bool_]:
    """Enlarge or reduce to 32 rows and at most 20 columns, FINE times finer, with paper around."""
    height, width = ink.shape
    columns = min(20 * FINE, max(1, round(32 * FINE * width / height)))
    return _resized(ink, 32 * FINE, columns, margin=6 * FINE)


def _upright(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Shear until the leftmost ink at the top, a 32nd of the height, is above that at the foot."""
    height, width = mask.shape
    band = max(1, height // 32)
    top, foot = (int(part.any(axis=0).argmax()) for part in (mask[:band], mask[-band:]))
    page = np.pad(mask, ((0, 0), (width, width)))
    shifts = np.round((foot - top) * (1 - np.arange(height) / max(1, height - 1))).astype(int)
    return np.stack([np.roll(row, shift) for row, shift in zip(page, shifts, strict=True)])


def _fitted(ink: Any, box: float, margin: int) -> NDArray[np.bool_]:
    """Enlarge or reduce to fit into a square box, keeping the proportions, with paper around."""
    scale = box / max(ink.shape)
    rows, columns = (max(1, round(n * scale)) for n in ink.shape)
    return _resized(ink, rows, columns, margin)


def _resized(ink: Any, rows: int, columns: int, margin: int) -> NDArray[np.bool_]:
    image = Image.fromarray(np.pad(ink, 1).astype(np.float32))
    inner = (1, 1, ink.shape[1] + 1, ink.shape[0] + 1)
    soft = np.asarray(image.resize((columns, rows), Image.Resampling.BILINEAR, box=inner))
    mask = soft > min(0.5, 0.9 * float(soft.max()))  # a hairline on a large page is all grey
    return np.pad(mask, margin)


def _cut(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _signed_distance(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Pixels to the edge of the ink, above 0 inside."""
    inside = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    return inside - ndimage.distance_transform_edt(~mask)


def _centred(mask: NDArray[np.bool_], size: int) -> NDArray[np.float32]:
    """The mask in a square image, its centre of mass in the middle, FINE pixels averaged to one."""
    y, x = ndimage.center_of_mass(mask)
    middle = FINE * (size / 2 + 0.5)  # pixel number size / 2, as in MNIST
    page = _placed(mask, size * FINE, middle, middle, y + 0.5, x + 0.5)
    return _means(page, FINE).astype(np.float32)


def _placed(
    mask: NDArray[np.bool_],
    side: int,
    row: float,
    column: float,
    own_row: float | None = None,
    own_column: float | None = None,
) -> NDArray[np.bool_]:
    """The mask on an empty square page, its point (own_row, own_column) at (row, column).

    Its own point is its middle by default; the whole mask stays on the page if it can.
    """
    page = np.zeros((side, side), bool)
    places = []
    for n, at, own in zip(mask.shape, (row, column), (own_row, own_column), strict=True):
        start = math.floor(at - (n / 2 if own is None else own) + 0.5)
        places.append(min(max(start, 0), max(0, side - n)))
    top, left = places
    part = mask[: side - top, : side - left]
    page[top : top + part.shape[0], left : left + part.shape[1]] = part
    return page


def _means(x: NDArray[Any], factor: int) -> NDArray[np.float64]:
    """Means over factor × factor blocks."""
    height, width = (n // factor for n in x.shape)
    return x.reshape(height, factor, width, factor).mean(axis=(1, 3))
