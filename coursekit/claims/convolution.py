"""Claims about sliding windows in general: sizes and what they see (F19)."""

from __future__ import annotations

from itertools import product

import numpy as np

from coursekit.claims.claim import Claim, Finding, Verdict
from coursekit.numpy_nn import Conv2d


def _output_sizes() -> Finding:
    tried = fractions = same = 0
    for n, f, stride, padding in product(range(5, 13), range(1, 6), range(1, 4), range(3)):
        layer = Conv2d(1, 1, f, stride=stride, padding=padding)
        side = layer.forward(np.zeros((1, 1, n, n), np.float32)).shape[2]
        exact = (n + 2 * padding - f) / stride + 1
        assert side == int(exact)
        tried += 1
        fractions += exact != int(exact)
        if stride == 1 and 2 * padding == f - 1:
            same += 1
            assert side == n
    return Finding(
        f"{tried} real layers agree once (n + 2p − f) / s + 1 is rounded down, as {fractions} of "
        f'them need; p = (f − 1) / 2 keeps the size in all {same} "same" layers',
        Verdict.HOLDS,
        "Where the windows do not come out even, the last pixels are not looked at. There is no "
        "such p for an even f.",
    )


CLAIMS = (
    Claim(
        "F19",
        "D5",
        'output size (n + 2p − f) / s + 1; "same" padding p = (f − 1) / 2',
        _output_sizes,
    ),
)
