"""First values of the weights: random, and of a size that keeps signals alive through the depth.

fan_in is how many inputs one unit sees, fan_out how many units see one input. A unit sums fan_in
products, so its output has fan_in times the variance of one; the weights have to make up for it.
"""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from coursekit.numpy_nn.layout import Array

Init = Literal["he", "xavier", "lecun", "pytorch"]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) of weights (out, in) or (F, C, f_h, f_w); a kernel counts f_h·f_w.

    >>> fans((16, 6, 5, 5))
    (150, 400)
    """
    if len(shape) < 2:
        raise ValueError(f"weights need at least the two axes (out, in), got shape {shape}")
    area = math.prod(shape[2:])
    return shape[1] * area, shape[0] * area


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Normal, variance 2 / fan_in: for ReLU, which lets half of the variance pass.

    K. He et al., "Delving deep into rectifiers", ICCV 2015.
    """
    return rng.normal(0, math.sqrt(2 / fans(shape)[0]), shape)


def xavier_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Uniform, variance 2 / (fan_in + fan_out): for tanh, forward and backward in balance.

    X. Glorot and Y. Bengio, AISTATS 2010.
    """
    limit = math.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def lecun_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Uniform within ±2.4 / fan_in, as LeNet-5 was started (LeCun et al. 1998, appendix A)."""
    limit = 2.4 / fans(shape)[0]
    return rng.uniform(-limit, limit, shape)


def pytorch_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Uniform within ±1 / √fan_in: what PyTorch's layers start from."""
    limit = 1 / math.sqrt(fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


_DRAWS: dict[Init, Callable[[tuple[int, ...], np.random.Generator], Array]] = {
    "he": he_normal,
    "xavier": xavier_uniform,
    "lecun": lecun_uniform,
    "pytorch": pytorch_uniform,
}


def initial(
    shape: tuple[int, ...], init: Init, rng: np.random.Generator, dtype: np.dtype[Any]
) -> Array:
    """Return weights drawn as ``init`` says. Raises ValueError for an unknown name."""
    if init not in _DRAWS:
        raise ValueError(f"init must be one of {', '.join(_DRAWS)}; got {init!r}")
    return _DRAWS[init](shape, rng).astype(dtype)
