"""Colours as hue, saturation and value, turned into red, green and blue."""

import numpy as np

from coursekit.data.shapes.chance import FloatArray


def rgb(hue: FloatArray, saturation: FloatArray, value: FloatArray) -> FloatArray:
    """Red, green, blue in [0, 1] on a new last axis; hue is a share of the full circle."""
    channels = np.array([0, 4, 2], np.float32)  # where in the circle of six each one peaks
    place = hue[..., np.newaxis] * 6 + channels
    place = place - 6 * np.floor(place / 6)
    pure = np.clip(np.abs(place - 3) - 1, 0, 1)
    saturation, value = saturation[..., np.newaxis], value[..., np.newaxis]
    return value * (1 - saturation * (1 - pure))


def farthest(candidates: FloatArray, others: FloatArray) -> FloatArray:
    """The candidate that differs most from the nearest of the others.

    ``candidates`` (..., C, 3) and ``others`` (..., M, 3) → (..., 3). Squared differences of the
    three channels are added in a fixed order.
    """
    apart = candidates[..., :, np.newaxis, :] - others[..., np.newaxis, :, :]
    apart = apart * apart
    nearest = (apart[..., 0] + apart[..., 1] + apart[..., 2]).min(axis=-1)
    best = nearest.argmax(axis=-1)[..., np.newaxis, np.newaxis]
    return np.take_along_axis(candidates, best, axis=-2)[..., 0, :]
