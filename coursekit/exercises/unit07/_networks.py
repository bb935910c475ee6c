"""Small networks for `train_step` to train."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coursekit.exercises.given import maker

if TYPE_CHECKING:
    from torch import nn


@maker
def linear_learner(w: np.ndarray, b: np.ndarray) -> nn.Module:
    """Pictures (N, ...) → flatten → linear with w (K, D), b (K,) → scores (N, K)."""
    from torch import nn

    network = nn.Sequential(nn.Flatten(), nn.Linear(w.shape[1], w.shape[0]))
    return _filled(network, w, b)


@maker
def normalised_learner(
    kernels: np.ndarray, gamma: np.ndarray, beta: np.ndarray, w: np.ndarray, b: np.ndarray
) -> nn.Module:
    """Pictures (N, C, H, W) → convolution → batch norm → ReLU → flatten → linear → scores (N, K).

    In training, batch norm uses the batch's own means and variances, and moves its running ones.
    """
    from torch import nn

    maps, channels, *size = kernels.shape
    network = nn.Sequential(
        nn.Conv2d(channels, maps, (size[0], size[1]), bias=False),
        nn.BatchNorm2d(maps),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(w.shape[1], w.shape[0]),
    )
    return _filled(network, kernels, gamma, beta, w, b)


def _filled(network: nn.Module, *arrays: np.ndarray) -> nn.Module:
    """The network with these parameters, computing in their dtype."""
    import torch

    for p, array in zip(network.parameters(), arrays, strict=True):
        p.data = torch.from_numpy(array)
    return network.to(torch.from_numpy(arrays[0]).dtype)
