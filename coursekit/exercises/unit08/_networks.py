"""Networks that `multi_crop_predict` gets: a layer `inner` does otherwise in training mode."""

from typing import TYPE_CHECKING

import numpy as np

from coursekit.exercises.given import maker

if TYPE_CHECKING:
    from torch.nn import Module


@maker
def crop_classifier(w: np.ndarray, b: np.ndarray) -> "Module":
    """Scores (N, K) of pictures (N, C, side, side), with w (K, C, side, side) and b (K,).

    `inner` is a dropout layer that drops everything in training mode. The network comes in
    evaluation mode.
    """
    import torch
    from torch import Tensor, nn

    class CropClassifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w, self.b = (nn.Parameter(torch.from_numpy(a)) for a in (w, b))
            self.inner = nn.Dropout(1.0)

        def forward(self, x: Tensor) -> Tensor:
            if x.shape[1:] != self.w.shape[1:]:
                wanted = ", ".join(map(str, self.w.shape[1:]))
                raise ValueError(
                    f"the model takes pictures of shape (N, {wanted}), got {tuple(x.shape)}"
                )
            return nn.functional.linear(self.inner(x).flatten(1), self.w.flatten(1), self.b)

    return CropClassifier().eval()


@maker
def pooled_classifier(w: np.ndarray, b: np.ndarray, v: np.ndarray) -> "Module":
    """Convolution w (M, C, k, k), b (M,), ReLU, batch norm, global average, scores v (K, M).

    It takes pictures of any size, and comes in evaluation mode; `inner` is the batch norm.
    """
    import torch
    from torch import Tensor, nn

    class PooledClassifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w, self.b, self.v = (nn.Parameter(torch.from_numpy(a)) for a in (w, b, v))
            self.inner = nn.BatchNorm2d(len(w)).to(self.w.dtype)

        def forward(self, x: Tensor) -> Tensor:
            maps = nn.functional.conv2d(x, self.w, self.b).relu()
            features: Tensor = self.inner(maps).mean(dim=(2, 3))
            return features @ self.v.T

    return PooledClassifier().eval()
