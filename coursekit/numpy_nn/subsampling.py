"""LeNet-5's pooling: the sum of each window, times a coefficient, plus a bias, both learned."""

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Size, integer
from coursekit.numpy_nn.layer import float_type
from coursekit.numpy_nn.layout import Array
from coursekit.numpy_nn.pooling import (
    Pool2d,
    average_pool2d_backward,
    average_pool2d_forward,
)


class Subsample2d(Pool2d):
    """y = w[c] · (sum over the window) + b[c] for each map c (LeCun et al. 1998, layers S2, S4).

    params: w (channels,), b (channels,). w starts at 1 / window area, the mean; b at 0. A small w
    keeps the squashing that follows in its linear range and the layer blurs; a large one makes it
    a noisy OR or AND, depending on b.
    """

    def __init__(
        self,
        channels: int,
        size: Size = 2,
        stride: Size | None = None,
        *,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__(size, stride)
        count, kind = integer(channels, "channels", 1), float_type(dtype)
        self.area = self.size[0] * self.size[1]
        self.params = {"w": np.full(count, 1 / self.area, kind), "b": np.zeros(count, kind)}

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, channels, H_out, W_out) for x (N, channels, H, W)."""
        means, cache = average_pool2d_forward(self._input(x), self.size, self.stride)
        if means.shape[1] != len(self.params["w"]):
            raise ValueError(f"{self} needs x (N, {len(self.params['w'])}, H, W)")
        sums = self.area * means
        self.cache = sums, cache
        return _per_map(self.params["w"]) * sums + _per_map(self.params["b"])

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, channels, H, W)."""
        d, (sums, cache) = self._input(dout), self.cache
        self.grads["w"] = (d * sums).sum((0, 2, 3))
        self.grads["b"] = d.sum((0, 2, 3))
        return average_pool2d_backward(self.area * _per_map(self.params["w"]) * d, cache)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(channels, H, W) → (channels, H_out, W_out)."""
        if shape[0] != len(self.params["w"]):
            raise ValueError(f"{self} needs ({len(self.params['w'])}, H, W), got {shape}")
        return super().output_shape(shape)

    def describe(self) -> str:
        """For example ``6, 2×2``."""
        return f"{len(self.params['w'])}, {super().describe()}"


def _per_map(values: Array) -> Array:
    return values[:, np.newaxis, np.newaxis]
