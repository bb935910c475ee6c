"""How notebooks are compared when nbval runs them again.

Numbers may differ in their last shown digit (another processor, another BLAS), whole numbers may
not; the bytes of pictures are not compared, their alt text is.
"""

import os
import re

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

os.environ["COURSEKIT_PROGRESS"] = "memory"
os.environ["COURSEKIT_LIVE"] = "off"
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

_PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[+-]?\d+)?")
WIDGET = "application/vnd.jupyter.widget-view+json"
RELATIVE = 1e-3


class Approximate(str):
    """Text that equals another when its words do and its numbers nearly do."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        if _NUMBER.sub("#", self) != _NUMBER.sub("#", other):
            return False
        return all(map(_nearly, _NUMBER.findall(self), _NUMBER.findall(other)))

    def __ne__(self, other: object) -> bool:
        return not self == other


def _nearly(a: str, b: str) -> bool:
    if a == b:
        return True
    if "." not in a + b and "e" not in a + b:
        return False
    x, y = float(a), float(b)
    last_digit = max(_last_place(a), _last_place(b))
    return abs(x - y) <= max(1.01 * last_digit, RELATIVE * max(abs(x), abs(y)))


def _last_place(number: str) -> float:
    mantissa, _, exponent = number.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


def sanitize(text: object) -> object:
    """What nbval compares: pictures masked, numbers approximate."""
    return Approximate(_PICTURE.sub("(picture)", text)) if isinstance(text, str) else text


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Live widgets are not stored (their ids are random), so they are not compared."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = (*collector.skip_compare, WIDGET)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let every notebook cell compare as `sanitize` says."""
    if isinstance(item, IPyNbCell):
        item.sanitize = sanitize
