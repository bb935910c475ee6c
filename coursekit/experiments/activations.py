"""Sigmoid, tanh or ReLU: which lets a deep network learn soonest (D1 35; Krizhevsky et al., 3.1).

The paper compares tanh and ReLU in its figure 1. Each activation gets the first weights that suit
it, and the best of several learning rates: otherwise the experiment would compare those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from coursekit.experiments._alexnets import Setup, small_alexnet
from coursekit.experiments._shapes import mean_rows
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.models.initialization import glorot_uniform, he_normal
from coursekit.training.checkpoint import Row
from coursekit.training.settings import Settings

GOAL = 0.75
"""The paper's goal: so large a share of the training pictures is right."""

ACTIVATIONS: dict[str, tuple[type[nn.Module], Callable[[Tensor], Tensor]]] = {
    "ReLU": (nn.ReLU, he_normal),
    "tanh": (nn.Tanh, glorot_uniform),
    "sigmoid": (nn.Sigmoid, glorot_uniform),
}
"""What stands after each layer, and how the weights are drawn for it."""

RATES: dict[Scale, dict[str, tuple[float, ...]]] = {
    Scale.LIVE: {"ReLU": (0.003,), "tanh": (0.003,), "sigmoid": (0.03,)},
    Scale.STORED: dict.fromkeys(ACTIVATIONS, (0.003, 0.01, 0.03)),
}
"""The learning rates to try."""


def setup(scale: Scale) -> Setup:
    """Seconds for a lecture; for a stored result more passes, and every rate tried."""
    if scale is Scale.LIVE:
        return Setup(800, 100, 5, 0.0, Settings(3, 16, 0.003), 1, torch.float64)
    return Setup(800, 400, 5, 0.0, Settings(8, 16, 0.003), 1, torch.float32)


def run(scale: Scale) -> Result:
    """A series for each activation, at its best rate.

    Numbers: "NAME: rate"; "NAME: epochs to 75 %", absent where it never gets there; and for every
    rate "NAME at RATE", the share of the training pictures that is right in the end.
    """
    s = setup(scale)
    data, series, numbers = s.data(), {}, {}
    for name, (activation, draw) in ACTIVATIONS.items():
        build = partial(small_alexnet, s.classes, draw=draw, activation=activation)
        found = {
            rate: mean_rows(s.trained(build, data, replace(s.settings, learning_rate=rate)))
            for rate in RATES[scale][name]
        }
        for rate, rows in found.items():
            numbers[f"{name} at {rate:g}"] = rows[-1]["training_accuracy"]
        rate = min(found, key=lambda r: found[r][-1]["training_loss"])
        series[name], numbers[f"{name}: rate"] = found[rate], rate
        if epochs := _first(found[rate]):
            numbers[f"{name}: epochs to 75 %"] = epochs
    return Result("activations", "Sigmoid, tanh or ReLU", series, numbers, s.words, this_machine())


def _first(rows: list[Row]) -> float | None:
    """The first epoch after which `GOAL` is reached."""
    return next((row["epoch"] for row in rows if row["training_accuracy"] >= GOAL), None)
