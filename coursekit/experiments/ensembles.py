"""Are several networks better than the best of them? Averages with equal and learned weights.

"Ensembles win: learn a weighted average of many models' predictions" (D2 31).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from coursekit.experiments._digits import DIGITS, digit_maps, started
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.models import CifarResNet
from coursekit.training.pytorch.fitting import fit
from coursekit.training.settings import Settings

KINDS = (
    ("residual 8", 8, True),
    ("residual 14", 14, True),
    ("plain 8", 8, False),
    ("plain 14", 14, False),
    ("plain 32", 32, False),
)
"""Name, depth, and whether it is residual. The last one learns badly, on purpose."""

_SIZES = {Scale.LIVE: (300, 12, 1), Scale.STORED: (300, 12, 4)}
"""Digits to learn from, epochs, and starts of each kind."""


@dataclass(frozen=True)
class Members:
    """Trained networks and what they say.

    Attributes:
        names: of the M networks.
        val, test: probabilities (M, N, K) for the validation and the test pictures.
        y_val, y_test: their labels (N,).
    """

    names: tuple[str, ...]
    val: NDArray[np.float64]
    test: NDArray[np.float64]
    y_val: NDArray[np.int64]
    y_test: NDArray[np.int64]


def members(scale: Scale) -> Members:
    """Train the networks, each from a start of its own, on the same few digits."""
    count, epochs, starts = _SIZES[scale]
    data = digit_maps(count)
    names: list[str] = []
    val: list[NDArray[np.float64]] = []
    test: list[NDArray[np.float64]] = []
    for name, depth, residual in KINDS:
        for seed in range(starts):
            network = started(
                partial(CifarResNet, depth, in_channels=1, width=0.25, residual=residual), seed
            )
            fit(network, data, Settings(epochs, 32, 0.05), seed=seed, title=None)
            names.append(name if starts == 1 else f"{name}, start {seed}")
            with torch.no_grad():
                for found, x in ((val, data.x_val), (test, data.x_test)):
                    found.append(network(torch.tensor(x)).softmax(dim=1).numpy())
    return Members(tuple(names), np.array(val), np.array(test), data.y_val, data.y_test)


def learned_weights(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], steps: int = 200
) -> NDArray[np.float64]:
    """Weights (M,) of the average that gives `labels` the highest probability.

    ``probabilities`` is (M, N, K). Each step asks how much of every answer each network is
    responsible for, and makes the mean of these shares its new weight: expectation maximisation
    for a mixture (A. Dempster et al., 1977), which never lowers the likelihood. Weights stay
    positive and sum to 1.
    """
    right = probabilities[:, np.arange(len(labels)), labels]
    w = np.full(len(right), 1 / len(right))
    for _ in range(steps):
        shares = w[:, None] * right
        w = (shares / shares.sum(axis=0)).mean(axis=1)
    return w


def measures(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Mean loss (natural log) and share of wrong answers of probabilities (N, K)."""
    right = probabilities[np.arange(len(labels)), labels]
    wrong = probabilities.argmax(axis=1) != labels
    return float(-np.log(right).mean()), float(wrong.mean())


def run(scale: Scale) -> Result:
    """Test loss and error of each member and of the two averages, and the learned weights."""
    m = members(scale)
    w = learned_weights(m.val, m.y_val)
    every = dict(zip(m.names, m.test, strict=True))
    every["equal weights"] = m.test.mean(axis=0)
    every["learned weights"] = np.tensordot(w, m.test, axes=1)
    numbers = {f"weight of {name}": float(v) for name, v in zip(m.names, w, strict=True)}
    for name, probabilities in every.items():
        numbers[f"{name}: loss"], numbers[f"{name}: error"] = measures(probabilities, m.y_test)
    count, epochs, _ = _SIZES[scale]
    return Result(
        "ensembles",
        "Networks alone and averaged",
        {},
        numbers,
        f"{count} of {DIGITS}, {epochs} epochs, {len(m.names)} networks, weights learned on the "
        "validation part",
        this_machine(),
    )
