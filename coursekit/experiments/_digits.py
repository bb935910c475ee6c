"""What the small experiments share: digits as network inputs, and a start from a seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from coursekit.data import Split, load_digits

DIGITS = "scikit-learn's digits (8×8 pixels)"


def digit_maps(train: int | None = None) -> Split:
    """The digits as float64 maps (N, 1, 8, 8), 0 to 1; only the first `train` to learn from."""
    d = load_digits()
    x, x_val, x_test = (
        np.asarray(part, dtype=np.float64)[:, None] for part in (d.x_train, d.x_val, d.x_test)
    )
    return Split(x[:train], d.y_train[:train], x_val, d.y_val, x_test, d.y_test)


def started(make: Callable[[], nn.Module], seed: int) -> nn.Module:
    """The network that `make` makes when chance starts from `seed`, in double precision.

    The first weights are drawn in double precision, too: in single precision their last digits
    depend on the processor. Chance outside goes on untouched.
    """
    before = torch.get_default_dtype()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        torch.set_default_dtype(torch.float64)
        try:
            return make()
        finally:
            torch.set_default_dtype(before)
