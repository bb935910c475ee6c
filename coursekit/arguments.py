"""Reading arguments: each helper returns a clean value or says what was expected and what came."""

import math
import operator
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

Border = Literal["zero", "reflect", "edge", "wrap"]
Size = int | tuple[int, int]  # one number for both axes, or (rows, columns)
Sides = tuple[tuple[int, int], tuple[int, int]]
FloatArray = npt.NDArray[np.floating[Any]]


def real_array(value: npt.ArrayLike, name: str) -> npt.NDArray[Any]:
    """Return ``value`` as an array of booleans, integers or floats; an array is not copied."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from error
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array


def float_array(value: npt.ArrayLike, name: str, ndim: int | None = None) -> FloatArray:
    """Return ``value`` in the dtype of the results: float32 stays, everything else is float64."""
    array = real_array(value, name)
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} axes, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)


def image_array(value: npt.ArrayLike, name: str = "x") -> FloatArray:
    """Return a ``float_array`` with at least the two axes rows and columns."""
    array = float_array(value, name)
    if array.ndim < 2:
        raise ValueError(f"{name} must end in two axes (H, W), got shape {array.shape}")
    return array


def integer(value: Any, name: str, minimum: int, maximum: int | None = None) -> int:
    """Return ``value`` as an int from ``minimum`` to ``maximum``; booleans and floats are refused.

    Without ``maximum`` there is no upper end.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if number < minimum or (maximum is not None and number > maximum):
        bounds = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        raise ValueError(f"{name} must be {bounds}, got {number}")
    return number


def pair(value: object, name: str, minimum: int) -> tuple[int, int]:
    """Return (rows, columns) from one integer for both, or from a pair."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} must be an integer or a pair (rows, columns), got {value!r}")
        rows, columns = value
    else:
        rows = columns = value
    return integer(rows, name, minimum), integer(columns, name, minimum)


def sides(padding: object) -> Sides:
    """Return ((top, bottom), (left, right)) from any spelling of a padding."""
    if isinstance(padding, (tuple, list)) and any(isinstance(p, (tuple, list)) for p in padding):
        if len(padding) != 2:
            raise ValueError(f"padding must be ((top, bottom), (left, right)), got {padding!r}")
        return pair(padding[0], "padding", 0), pair(padding[1], "padding", 0)
    rows, columns = pair(padding, "padding", 0)
    return (rows, rows), (columns, columns)


def number(value: object, name: str) -> float:
    """Return ``value`` as a finite float."""
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(result := float(array)):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return result


def between(value: Any, name: str, minimum: float, maximum: float) -> float:
    """Return ``value`` as a float from ``minimum`` to ``maximum``."""
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not minimum <= (result := float(array)) <= maximum:
        raise ValueError(f"{name} must be from {minimum:g} to {maximum:g}, got {result:g}")
    return result


def positive(value: object, name: str) -> float:
    """Return ``value`` as a finite float above zero."""
    result = number(value, name)
    if result <= 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return result


def border_name(border: str) -> None:
    """Raise ValueError unless ``border`` is one of the four borders."""
    if border not in get_args(Border):
        raise ValueError(f"border must be one of {', '.join(get_args(Border))}; got {border!r}")
