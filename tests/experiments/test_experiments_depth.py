"""The experiments of unit 09, at a size of seconds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn

from coursekit.experiments import Scale, batch_norm, ensembles, plain_or_residual
from coursekit.experiments._digits import digit_maps, started
from coursekit.models import CifarResNet
from coursekit.training.settings import Settings


def test_digits_are_maps_in_double_precision():
    d = digit_maps(50)
    assert d.x_train.shape == (50, 1, 8, 8) and d.x_train.dtype == np.float64
    assert (d.x_val.min(), d.x_val.max()) == (0, 1) and len(d.x_train) == len(d.y_train)


def test_a_start_repeats_and_leaves_chance_alone():
    before = torch.random.get_rng_state()
    a, b, c = (started(lambda: nn.Linear(3, 2), seed) for seed in (0, 0, 1))
    assert torch.equal(a.weight, b.weight) and not torch.equal(a.weight, c.weight)
    assert a.weight.dtype == torch.float64 and torch.get_default_dtype() == torch.float32
    assert torch.equal(before, torch.random.get_rng_state())


def test_plain_or_residual_has_a_series_for_each_kind_and_depth(monkeypatch):
    live = plain_or_residual.setup(Scale.LIVE)
    few = live.data._replace(x_train=live.data.x_train[:64], y_train=live.data.y_train[:64])
    small = dataclasses.replace(
        live, depths=(8,), data=few, settings=Settings(2, 32, 0.05), starts=2
    )
    monkeypatch.setattr(plain_or_residual, "setup", lambda scale: small)
    result = plain_or_residual.run(Scale.LIVE)
    assert set(result.series) == {"plain 8", "residual 8"}
    assert [row["epoch"] for row in result.series["plain 8"]] == [1, 2]
    ends = [result.numbers[f"residual 8, start {seed}"] for seed in (0, 1)]
    assert ends[0] != ends[1]
    assert result.last("residual 8", "training_loss") == pytest.approx(np.mean(ends))
    assert "mean of 2 starts" in result.how


def test_without_batch_norm_nothing_is_normalised():
    net = batch_norm.without_batch_norm(CifarResNet(8, width=0.25))
    assert not any(isinstance(m, nn.BatchNorm2d) for m in net.modules())
    assert sum(isinstance(m, batch_norm.Shift) for m in net.modules()) == 7
    shift = batch_norm.Shift(nn.BatchNorm2d(2))
    with torch.no_grad():
        shift.bias[:] = torch.tensor([1.0, -2.0])
    y = shift(torch.zeros(1, 2, 3, 3))
    assert y[0, :, 0, 0].tolist() == [1, -2]


@pytest.mark.filterwarnings("ignore:invalid value")
def test_batch_norm_tries_every_rate(monkeypatch):
    monkeypatch.setattr(batch_norm, "RATES", (0.01, 1e6))
    monkeypatch.setattr(batch_norm, "_SIZES", {Scale.LIVE: (8, 1)})
    result = batch_norm.run(Scale.LIVE)
    assert len(result.series) == 4 and set(result.series) == set(result.numbers)
    assert result.numbers["without, rate 1e+06"] == 0
    assert result.series["without, rate 1e+06"] == []
    assert result.numbers["with, rate 0.01"] > 0


def test_learned_weights_find_the_network_that_knows():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 200)
    knows, guesses = np.full((200, 3), 0.05), np.full((200, 3), 1 / 3)
    knows[np.arange(200), labels] = 0.9
    w = ensembles.learned_weights(np.array([guesses, knows]), labels)
    assert w.sum() == pytest.approx(1) and w[1] > 0.99


def test_learned_weights_are_a_maximum():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 4, 60)
    p = rng.dirichlet(np.ones(4), size=(3, 60))
    w = ensembles.learned_weights(p, labels, steps=3000)

    def loss(weights):
        return ensembles.measures(np.tensordot(weights, p, axes=1), labels)[0]

    for other in rng.dirichlet(np.ones(3), size=50):
        assert loss(w) <= loss(0.9 * w + 0.1 * other) + 1e-9


def test_measures_by_hand():
    p = np.array([[0.5, 0.5], [0.25, 0.75]])
    loss, error = ensembles.measures(p, np.array([0, 0]))
    assert loss == pytest.approx((np.log(2) + np.log(4)) / 2)
    assert error == 0.5


def test_an_ensemble_is_measured_beside_its_members(monkeypatch):
    monkeypatch.setattr(ensembles, "KINDS", ensembles.KINDS[:2])
    monkeypatch.setattr(ensembles, "_SIZES", {Scale.LIVE: (64, 1, 1)})
    numbers = ensembles.run(Scale.LIVE).numbers
    names = ("residual 8", "residual 14", "equal weights", "learned weights")
    for name in names:
        assert 0 <= numbers[f"{name}: error"] <= 1
    assert sum(numbers[f"weight of {name}"] for name in names[:2]) == pytest.approx(1)
    mean = np.mean([numbers[f"{name}: loss"] for name in names[:2]])
    assert numbers["equal weights: loss"] <= mean
