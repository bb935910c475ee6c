"""A contest of unit 05: half the parameters, the same receptive field, as many digits right.

Both networks are lists of layers (see `layer_lists`), so that a design can be counted before it is
trained, and is trained only if its counts are within the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit import data, metrics
from coursekit import numpy_nn as nn
from coursekit.analysis.layer_lists import LayerList, checked, graph_of_layers, network_of_layers
from coursekit.analysis.summary import summary
from coursekit.numpy_nn.layout import Array

Labels = npt.NDArray[np.int64]

INPUT_SHAPE = (1, 16, 16)
"""The digits of unit 01, enlarged twice."""

CLASSES = 10

GIVEN: tuple[tuple[Any, ...], ...] = (
    *(("conv", 8, 3, 1, 1), ("relu",), ("pool", 2, 2)),
    *(("conv", 16, 5, 1, 2), ("relu",), ("pool", 2, 2)),
    *(("flatten",), ("linear", 32), ("relu",), ("linear", 10)),
)
"""The network to beat."""

SLACK = 0.01
"""How much of the share right a design may lose."""

_EPOCHS, _BATCH, _RATE, _SEEDS = 8, 32, 0.05, (0, 1)


@dataclass(frozen=True)
class Score:
    """What counts about one network.

    Attributes:
        parameters, macs: for one picture of `INPUT_SHAPE`.
        field: pixels, along one side, that a unit of the last convolution sees; 0 without one.
        right: share of the held-out digits read correctly, mean over two trainings; None where it
            was not trained.
    """

    parameters: int
    macs: int
    field: int
    right: float | None = None


@dataclass(frozen=True, repr=False)
class Verdict:
    """A design beside the given network, and which rules it breaks; its repr is a score board."""

    design: Score
    given: Score
    violated: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether every rule is kept."""
        return not self.violated

    def __repr__(self) -> str:
        rules = (
            ("parameters", "parameters", f"at most {self.given.parameters // 2:,}"),
            ("receptive field", "field", f"at least {self.given.field}"),
            ("held-out digits right", "right", "at least 1 point below the given"),
            ("multiply-adds", "macs", "no rule"),
        )
        lines = [f"{'':22}{'given':>10}{'yours':>14}   rule"]
        for name, key, rule in rules:
            values = [_shown(getattr(s, key)) for s in (self.given, self.design)]
            lines.append(f"{name:22}{values[0]:>10}{values[1]:>14}   {rule}")
        share = self.design.parameters / self.given.parameters
        end = [f"Accepted, with {share:.1%} of the parameters. Can you do with fewer?"]
        return "\n".join([*lines, "", *(self.violated or end)])


def judge(layers: LayerList) -> Verdict:
    """Count a design; if it is small enough and sees enough, train it beside the given network.

    Each is trained twice, from different seeds, on 1,197 digits in double precision, by SGD with
    momentum for 8 epochs, and tried on 600 held-out digits: some seconds. The same design gets the
    same verdict.

    Raises:
        ValueError: a layer that is not understood, or does not fit (an `AnalysisError`, which
            names it), or an end that is not ten scores.
        TypeError: something that is no list of tuples.
    """
    design, given = (_counted(each) for each in (layers, GIVEN))
    violated = []
    if design.parameters > given.parameters // 2:
        more = design.parameters - given.parameters // 2
        violated.append(
            f"Too many parameters: {design.parameters:,}, at most {given.parameters // 2:,} are "
            f"allowed. {more:,} must go."
        )
    if design.field < given.field:
        violated.append(
            f"It sees too little: a unit of its last convolution sees {design.field} pixels a "
            f"side, and {given.field} are asked for."
        )
    if violated:
        return Verdict(design, given, (*violated, "It was not trained."))
    design, given = (
        Score(s.parameters, s.macs, s.field, _share_right(tuple(checked(each))))
        for s, each in ((design, layers), (given, GIVEN))
    )
    assert design.right is not None and given.right is not None
    if design.right < given.right - SLACK - 1e-9:
        violated.append(
            f"It reads too few digits: {design.right:.1%} of those held out, the given network "
            f"{given.right:.1%}; at most {SLACK:.0%} may be lost."
        )
    return Verdict(design, given, tuple(violated))


def _counted(layers: LayerList) -> Score:
    table = summary(graph_of_layers(layers, INPUT_SHAPE, "the design"))
    if not table.layers or table.layers[-1].output_shape != (CLASSES,):
        end = table.layers[-1].output_shape if table.layers else INPUT_SHAPE
        raise ValueError(f"the last layer must give {CLASSES} scores, ('linear', 10); got {end}")
    fields = [row["receptive_field"] for row in table.rows if row["type"] == "Conv2d"]
    return Score(table.totals["parameters"], table.totals["macs"], fields[-1] if fields else 0)


@lru_cache(maxsize=64)
def _share_right(layers: tuple[tuple[Any, ...], ...]) -> float:
    x, y, x_new, y_new = _digits()
    shares = []
    for seed in _SEEDS:
        rng = np.random.default_rng(seed)
        net = network_of_layers(layers, INPUT_SHAPE, rng)
        _train(net, x, y, rng)
        shares.append(metrics.accuracy(y_new, net.predict(x_new).argmax(axis=1)))
    return float(np.mean(shares))


def _train(net: nn.Sequential, x: Array, y: Labels, rng: np.random.Generator) -> None:
    optimizer = nn.SGD(net.params, lr=_RATE, momentum=0.9)
    for _ in range(_EPOCHS):
        order = rng.permutation(len(y))
        for rows in np.split(order, range(_BATCH, len(y), _BATCH)):
            _, d = nn.softmax_cross_entropy(net.forward(x[rows]), y[rows])
            net.gradients(d)
            optimizer.step(net.grads)


@lru_cache(maxsize=1)
def _digits() -> tuple[Array, Labels, Array, Labels]:
    """Digits to learn from and 600 held out, (N, 1, 16, 16), with their labels."""
    split = data.load_digits()
    parts = (split.x_train, np.concatenate([split.x_val, split.x_test]))
    x, x_new = (data.enlarge_bilinear(p, 2)[:, np.newaxis] for p in parts)
    return x, split.y_train, x_new, np.concatenate([split.y_val, split.y_test])


def _shown(value: float | None) -> str:
    if value is None:
        return "not trained"
    return f"{value:.1%}" if isinstance(value, float) else f"{value:,}"
