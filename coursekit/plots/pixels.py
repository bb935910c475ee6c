"""What counts as an image, and which value is black and which is white."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: (black, white), or a rule: see `value_limits`.
ValueRange = tuple[float, float] | Literal["each", "shared", "signed"]

_HELP = (
    "pass value_range=(black, white), 'each' (every image from its own lowest to its highest "
    "value), 'shared' (one such range for all) or 'signed' (colours around zero)"
)


def as_images(images: ArrayLike | Sequence[ArrayLike]) -> list[NDArray]:
    """A list of (H, W) or (H, W, 3) arrays out of what was given.

    Takes a list of images, an array (N, H, W), (N, H, W, 3), (N, 1, H, W) or (N, 3, H, W), or a
    single (H, W) or (H, W, 3) image. Raises ValueError for an empty list and what `as_image`
    raises.
    """
    if not isinstance(images, list | tuple):
        images = np.asarray(images)
        if images.ndim == 2 or (images.ndim == 3 and images.shape[-1] == 3):
            return [as_image(images)]
    found = [as_image(image) for image in images]
    if not found:
        raise ValueError("there is no image to show: the list is empty")
    return found


def as_matrices(arrays: ArrayLike | Sequence[ArrayLike], what: str) -> list[NDArray]:
    """A list of (H, W) arrays out of a list, an array (N, H, W), or one matrix.

    Raises ValueError for an empty list, another shape, or values that are not real numbers;
    ``what`` names a matrix in the message.
    """
    if not isinstance(arrays, list | tuple) or (arrays and np.ndim(arrays[0]) < 2):
        arrays = np.asarray(arrays)
        if arrays.ndim == 2:
            arrays = [arrays]
    found = [np.asarray(x) for x in arrays]
    if not found:
        raise ValueError(f"there is no {what} to show: the list is empty")
    for x in found:
        if x.ndim != 2 or x.size == 0 or x.dtype.kind not in "buif":
            raise ValueError(f"a {what} is an (H, W) array of numbers, got {x.dtype} {x.shape}")
    return found


def as_image(image: ArrayLike) -> NDArray:
    """One image as (H, W) or (H, W, 3); (1, H, W) and (3, H, W) are turned round.

    Raises ValueError for another shape or values that are not finite, TypeError for values that
    are not real numbers.
    """
    x = np.asarray(image)
    if x.ndim == 3 and x.shape[-1] != 3 and x.shape[0] in (1, 3):
        x = x[0] if x.shape[0] == 1 else np.moveaxis(x, 0, -1)
    if x.size == 0 or not (x.ndim == 2 or (x.ndim == 3 and x.shape[-1] == 3)):
        raise ValueError(f"an image has shape (H, W) or (H, W, 3), got shape {np.shape(image)}")
    if x.dtype.kind not in "buif":
        raise TypeError(f"an image holds real numbers, got dtype {x.dtype}")
    if not np.isfinite(x).all():
        raise ValueError(f"{np.sum(~np.isfinite(x))} of {x.size} image values are NaN or infinite")
    return x


def value_limits(
    images: Sequence[NDArray], value_range: ValueRange | None
) -> list[tuple[float, float]]:
    """(black, white) for every image.

    By default uint8 goes from 0 to 255, bool and floats from 0 to 1; other integers, and floats
    outside [0, 1], do not say what white is: ValueError. Rules: ``"each"`` image from its own
    lowest to its highest value, ``"shared"`` from the lowest to the highest of all, ``"signed"``
    from −m to m where m is the largest size of all.
    """
    if value_range is None:
        return [_natural_limits(x) for x in images]
    if value_range == "each":
        return [(float(x.min()), float(x.max())) for x in images]
    low, high = min(float(x.min()) for x in images), max(float(x.max()) for x in images)
    if value_range == "shared":
        return [(low, high)] * len(images)
    if value_range == "signed":
        if any(x.ndim == 3 for x in images):
            raise ValueError("value_range='signed' is for (H, W) images, one is in colour")
        return [(-max(-low, high), max(-low, high))] * len(images)
    if isinstance(value_range, str) or len(value_range) != 2 or value_range[0] >= value_range[1]:
        raise ValueError(f"value_range {value_range!r} is not understood: {_HELP}")
    return [(float(value_range[0]), float(value_range[1]))] * len(images)


def to_pixels(image: NDArray, limits: tuple[float, float]) -> NDArray[np.uint8]:
    """Grey or colour values as uint8, black 0 and white 255, clipped beyond the limits."""
    low, high = limits
    scaled = (image.astype(np.float64) - low) / ((high - low) or 1.0)
    return np.rint(255 * scaled.clip(0, 1)).astype(np.uint8)


def _natural_limits(x: NDArray) -> tuple[float, float]:
    if x.dtype == np.uint8:
        return (0.0, 255.0)
    low, high = float(x.min()), float(x.max())
    if x.dtype.kind == "b" or (x.dtype.kind == "f" and low >= -1e-6 and high <= 1 + 1e-6):
        return (0.0, 1.0)
    raise ValueError(
        f"an image with {x.dtype} values from {low:.3g} to {high:.3g} does not say which value is "
        f"black and which white: {_HELP}"
    )
