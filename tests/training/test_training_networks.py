"""The recipes learn: LeNet-5 and its eleventh class, and a glance at the real MNIST."""

import os
from pathlib import Path

import numpy as np
import pytest

from coursekit.data import load_digits32, load_mnist
from coursekit.numpy_nn import check_gradients
from coursekit.training import (
    ArraySource,
    DataSet,
    NumpyLearner,
    Plan,
    WarmUpCosine,
    find_recipe,
    train,
)
from coursekit.training.rubbish import RubbishClass

BESIDE = Path(__file__).parents[3] / "shared" / "data"
REAL = Path(os.environ.get("COURSEKIT_TEST_DATA", BESIDE))


def test_rubbish_is_a_class_with_a_constant_score() -> None:
    layer = RubbishClass(2.5)
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_array_equal(layer.forward(x)[:, :3], x)
    assert (layer.forward(x)[:, 3] == -2.5).all()
    assert layer.output_shape((3,)) == (4,)
    assert repr(layer) == "RubbishClass(2.5)"
    assert max(check_gradients(layer, x).values()) < 1e-6


def test_lenet5_learns_with_it_and_answers_without_it() -> None:
    data, recipe = load_digits32(sizes=(500, 200, 100)), find_recipe("lenet5-numpy")
    data = data._replace(x_train=recipe.prepare(data.x_train), x_val=recipe.prepare(data.x_val))
    net = recipe.network(32, 10, seed=0)
    with NumpyLearner(net, rubbish=recipe.rubbish) as learner:
        rows = train(learner, ArraySource(data), Plan(8, 16, WarmUpCosine(0.004, warm_up=0.1)))
        assert learner.scores(data.x_val).shape == (200, 10)
    assert rows[-1]["validation_accuracy"] > 0.75


@pytest.mark.skipif(not (REAL / "mnist").is_dir(), reason="the real MNIST is not here")
def test_a_tenth_of_mnist_once() -> None:
    data, recipe = load_mnist(REAL, download=False), find_recipe("lenet-numpy")
    usual = recipe.settings(DataSet("mnist", data, 10))
    few = data._replace(
        x_train=data.x_train[:5500],
        y_train=data.y_train[:5500],
        x_val=data.x_val[:1000],
        y_val=data.y_val[:1000],
    )
    with NumpyLearner(recipe.network(28, 10, seed=0)) as learner:
        plan = Plan(1, usual.batch, WarmUpCosine(usual.learning_rate, warm_up=0.1))
        (row,) = train(learner, ArraySource(few), plan)
    assert row["validation_accuracy"] > 0.93
