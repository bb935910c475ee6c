"""Numbers as people write them: a real minus sign, few digits, no exponent."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from coursekit.plots.layout import text_width


def short(value: float, digits: int = 3) -> str:
    """About ``digits`` significant digits, and every digit before the point: −0.125, 41300."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    size = abs(float(value))
    before = int(np.floor(np.log10(size))) + 1 if size > 0 else 1
    decimals = max(0, digits - before)
    return _minus(f"{float(value):.{min(decimals, 6)}f}", trim=True)


def aligned(values: Sequence[float]) -> list[str]:
    """`short` for each value; when all are below 10, with equally many decimals."""
    texts = [short(value) for value in values]
    if max((abs(value) for value in values), default=0.0) >= 10:
        return texts
    decimals = max(len(text.partition(".")[2]) for text in texts)
    return [_minus(f"{value:.{decimals}f}") for value in values]


def cell_texts(values: ArrayLike) -> list[list[str]]:
    """The numbers of a matrix with equal decimals: whole numbers, or about two digits.

    Cells that are not finite stay empty.
    """
    x = np.asarray(values)
    if x.dtype.kind in "bui":
        return [[_minus(str(int(v))) for v in row] for row in x]
    known = x[np.isfinite(x)]
    largest = float(np.abs(known).max(initial=0.0))
    if np.all(known == np.rint(known)):
        decimals = 0
    else:
        decimals = 3 if largest < 0.1 else 2 if largest < 10 else 1 if largest < 100 else 0
    return [[_cell(float(v), decimals) for v in row] for row in x]


def fitting_points(texts: Sequence[Sequence[str]], cell: float, largest: float = 12.0) -> float:
    """Letter size at which every text fits into a cell of ``cell`` inches."""
    widest = max((text_width(text, 10.0) for row in texts for text in row), default=0.0)
    fit = 10.0 * 0.8 * cell / widest if widest > 0 else largest
    return min(largest, fit, 0.5 * cell * 72)


def _cell(value: float, decimals: int) -> str:
    if not np.isfinite(value):
        return ""
    return "0" if value == 0 else _minus(f"{value:.{decimals}f}")


def _minus(text: str, *, trim: bool = False) -> str:
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    if not text.strip("-0."):
        text = text.lstrip("-")
    return text.replace("-", "−")
