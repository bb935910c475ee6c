"""Cutting out of an array the part worth reading: a 2-D window around the first difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST = 8
"""Rows, and columns unless said otherwise, shown at most."""


@dataclass(frozen=True)
class Window:
    """Part of an array as a table of strings.

    Attributes:
        cells: the numbers as text, row by row; marked: which of them to mark.
        where: "" for a whole array, else which part this is.
    """

    cells: list[list[str]]
    marked: list[list[bool]]
    where: str


def window(
    array: np.ndarray,
    wrong: np.ndarray | None = None,
    other: np.ndarray | None = None,
    *,
    columns: int = MOST,
    at: tuple[int, ...] | None = None,
) -> Window:
    """The part of `array` around the first True of `wrong`, or around `at`, at most `MOST` rows.

    Args:
        columns: columns shown at most.
        other: an array of the same shape shown beside this one; digits are chosen so that a
            difference at the first wrong place can be seen.
    """
    array = np.asarray(array)
    first = (
        tuple(int(i) for i in np.argwhere(wrong)[0])
        if wrong is not None and wrong.shape == array.shape and wrong.any()
        else at or (0,) * array.ndim
    )
    lead, plane = first[:-2], np.atleast_2d(array[first[:-2]] if array.ndim > 2 else array)
    mask = np.zeros(plane.shape, bool)
    if wrong is not None and wrong.shape == array.shape:
        mask = np.atleast_2d(wrong[lead] if array.ndim > 2 else wrong)
    row, column = (first[-2] if array.ndim >= 2 else 0), (first[-1] if array.ndim else 0)
    down, across = span(plane.shape[0], row, MOST), span(plane.shape[1], column, columns)
    part = plane[down, across]
    if part.dtype.kind == "f":  # rounding noise beside large numbers is 0
        part = np.where(np.abs(part) <= 1e-12 * np.max(np.abs(part), initial=0.0), 0.0, part)
    digits = 4
    if other is not None and other.shape == array.shape and wrong is not None and wrong.any():
        digits = _telling_digits(array[first], np.asarray(other)[first])
    return Window(
        [[_text(v, digits) for v in line] for line in part],
        mask[down, across].tolist(),
        _where(array.ndim, lead, (down, across), plane.shape),
    )


def place_in(value: np.ndarray, wrong: np.ndarray | None) -> tuple[int, ...] | None:
    """Where in a batch of maps `value` to look when the answer is first wrong where `wrong` says.

    The same image, the same share of the way along the other axes; None where that says nothing.
    """
    if wrong is None or not wrong.any() or wrong.ndim != value.ndim or value.ndim < 3:
        return None
    if wrong.shape[0] != value.shape[0]:
        return None
    first = np.argwhere(wrong)[0]
    pairs = zip(first, value.shape, wrong.shape, strict=True)
    return tuple(int(i) * n // m for i, n, m in pairs)


def span(length: int, at: int, most: int) -> slice:
    """At most `most` of `length` places in a row, `at` near their middle."""
    if length <= most:
        return slice(0, length)
    start = min(max(at - most // 2, 0), length - most)
    return slice(start, start + most)


def _where(
    ndim: int, lead: tuple[int, ...], part: tuple[slice, slice], plane: tuple[int, ...]
) -> str:
    """``[2, 13:21, :]``, or "" when everything is shown."""
    cut = [span.stop - span.start < length for span, length in zip(part, plane, strict=True)]
    if not any(cut) and not lead:
        return ""
    parts = [f"{s.start}:{s.stop}" if c else ":" for s, c in zip(part, cut, strict=True)]
    return f"[{', '.join([*map(str, lead), *parts[-min(ndim, 2) :]])}]"


def _telling_digits(a: object, b: object) -> int:
    for digits in range(4, 12):
        if _text(a, digits) != _text(b, digits):
            return digits
    return 12


def _text(value: object, digits: int) -> str:
    scalar = np.asarray(value)
    if scalar.dtype.kind in "iub":
        return str(scalar[()])
    if scalar.dtype.kind == "c":
        return f"{complex(scalar):.{digits}g}"
    shown = f"{float(scalar) + 0.0:.{digits}g}"
    return shown if any(c in shown for c in ".en") else shown + "."
