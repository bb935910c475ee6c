"""A convolution whose kernels each see only some of the maps below, by a table."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Size, integer
from coursekit.numpy_nn.convolution import Conv2d, conv2d_backward, conv2d_forward
from coursekit.numpy_nn.initialization import Init
from coursekit.numpy_nn.layer import by
from coursekit.numpy_nn.layout import Array

Table = Sequence[Sequence[int]]


class PartialConv2d(Conv2d):
    """``table[f]`` lists the input maps that output map f looks at (LeCun et al. 1998, table I).

    Different maps get different inputs, so that they must find different features, and there is
    less to learn. params: w (connections, f_h, f_w), one kernel for each entry of the table in
    its order; b (F,). Stride 1, no padding. Raises ValueError for a table that names a map twice
    for one kernel, none, or one that is not there.
    """

    def __init__(
        self,
        in_channels: int,
        table: Table,
        kernel_size: Size,
        *,
        init: Init = "he",
        rng: np.random.Generator | int | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        c = integer(in_channels, "in_channels", 1)
        for f, maps in enumerate(table):
            if not maps or len(set(maps)) < len(maps) or not set(maps) <= set(range(c)):
                raise ValueError(
                    f"table[{f}] must list different maps from 0 to {c - 1}, got {list(maps)}"
                )
        super().__init__(c, len(table), kernel_size, init=init, rng=rng, dtype=dtype)
        self.table = tuple(tuple(maps) for maps in table)
        outputs = [f for f, maps in enumerate(self.table) for _ in maps]
        self._places = np.array(outputs), np.array([m for maps in self.table for m in maps])
        w = self.params["w"][self._places]
        # Drawn for all c inputs; a kernel that sees fewer starts with larger weights.
        power = 1 if init == "lecun" else 0.5
        seen = np.array([len(self.table[f]) for f in outputs])
        scale = ((c / seen) ** power).astype(w.dtype)
        self.params["w"] = w * scale[:, np.newaxis, np.newaxis]

    def dense(self) -> Array:
        """Return the kernels as (F, C, f_h, f_w), with zeros where the table has no connection."""
        w = self.params["w"]
        full = np.zeros((len(self.table), self.in_channels, *self.kernel_size), w.dtype)
        full[self._places] = w
        return full

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, F, H_out, W_out) for x (N, in_channels, H, W)."""
        y, self.cache = conv2d_forward(self._input(x), self.dense(), self.params["b"])
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, in_channels, H, W)."""
        dx, dw, self.grads["b"] = conv2d_backward(self._input(dout), self.cache)
        self.grads["w"] = dw[self._places]
        return dx

    def gradients(self, dout: npt.ArrayLike) -> None:
        """Fill ``grads`` without the work for dx."""
        _, dw, self.grads["b"] = conv2d_backward(
            self._input(dout), self.cache, input_gradient=False
        )
        self.grads["w"] = dw[self._places]

    def describe(self) -> str:
        """For example ``6 → 16, 5×5, 60 connections``."""
        return (
            f"{self.in_channels} → {len(self.table)}, {by(self.kernel_size)}, "
            f"{len(self.params['w'])} connections"
        )
