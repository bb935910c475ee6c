"""What does batch normalisation change? The same network with and without, rate by rate.

S. Ioffe and C. Szegedy, "Batch normalization", ICML 2015, compared learning rates up to thirty
times as large; doi:10.48550/arXiv.1502.03167.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from coursekit.experiments._digits import DIGITS, digit_maps, started
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.models import CifarResNet
from coursekit.models.initialization import he_normal, initialize
from coursekit.training.checkpoint import Row
from coursekit.training.errors import Diverged
from coursekit.training.pytorch.fitting import fit
from coursekit.training.settings import Settings

RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Learning rates that are tried."""

_SIZES = {Scale.LIVE: (8, 4), Scale.STORED: (20, 8)}
"""Layers, and epochs."""


class Shift(nn.Module):
    """Adds a learned number to each map: what is left of batch norm without its normalising."""

    def __init__(self, like: nn.BatchNorm2d) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros_like(like.bias))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → the same shape."""
        return x + self.bias[:, None, None]


def without_batch_norm(network: nn.Module) -> nn.Module:
    """Put a `Shift` in the place of every batch norm, in place; return the network."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, Shift(child))
    return network


def _network(depth: int) -> nn.Module:
    """A plain network that starts as suits ReLU without batch norm: forward, nothing shrinks."""
    network = CifarResNet(depth, in_channels=1, width=0.25, residual=False)
    initialize(network, he_normal)
    return network


def run(scale: Scale) -> Result:
    """One series for each network and rate, such as "with, rate 0.1", with a row for each epoch.

    ``numbers`` holds the final training accuracy under the same names. Where the loss became
    infinite or NaN, the series is empty and the number is 0.
    """
    depth, epochs = _SIZES[scale]
    data = digit_maps()
    series: dict[str, list[Row]] = {}
    for kind in ("with", "without"):
        for rate in RATES:
            network = started(lambda: _network(depth), 0)
            if kind == "without":
                without_batch_norm(network)
            settings = Settings(epochs, 64, rate, weight_decay=1e-4)
            try:
                rows = fit(network, data, settings, title=None)
            except Diverged:
                rows = []
            known = all(math.isfinite(v) for row in rows for v in row.values())
            series[f"{kind}, rate {rate:g}"] = rows if known else []
    return Result(
        "batch_norm",
        "A plain network with and without batch normalisation",
        series,
        {name: rows[-1]["training_accuracy"] if rows else 0.0 for name, rows in series.items()},
        f"{DIGITS}, {depth} layers of width 0.25, {epochs} epochs in batches of 64",
        this_machine(),
    )
