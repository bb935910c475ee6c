"""The experiments of unit 07, at toy size."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
from torch import nn

from coursekit.claims import Verdict, hardware
from coursekit.experiments import Result, Scale, activations, gpu_and_cpu, over_fitting
from coursekit.experiments import two_processes as two
from coursekit.experiments._alexnets import small_alexnet
from coursekit.models import AlexNet


@pytest.fixture
def toy(monkeypatch):
    """Both trainings with ten pictures and one epoch."""
    for module in (activations, over_fitting):
        small = module.setup(Scale.LIVE)
        settings = replace(small.settings, epochs=1, batch=5)
        smaller = replace(small, train=10, validation=5, settings=settings, starts=2)
        monkeypatch.setattr(module, "setup", lambda scale, s=smaller: s)


def test_activations(toy, tmp_path):
    found = activations.run(Scale.LIVE)
    assert list(found.series) == ["ReLU", "tanh", "sigmoid"]
    assert all(len(rows) == 1 for rows in found.series.values())
    assert found.numbers["tanh: rate"] == activations.RATES[Scale.LIVE]["tanh"][0]
    assert "10 generated pictures of 5 shapes" in found.how and "2 starts" in found.how
    found.save(tmp_path / "a.json")
    assert Result.load(tmp_path / "a.json") == found


def test_over_fitting(toy):
    assert list(over_fitting.run(Scale.LIVE).series) == ["neither", "augmentation"]
    found = over_fitting.run(Scale.STORED)
    assert list(found.series) == list(over_fitting.REMEDIES)
    assert set(found.numbers) == {f"{n}, start {s}" for n in over_fitting.REMEDIES for s in (0, 1)}
    means = [found.last(name, "validation_accuracy") for name in found.series]
    firsts = [
        (found.numbers[f"{n}, start 0"] + found.numbers[f"{n}, start 1"]) / 2 for n in found.series
    ]
    assert means == pytest.approx(firsts)


def test_a_repeated_run_is_the_same(toy):
    assert over_fitting.run(Scale.STORED).series == over_fitting.run(Scale.STORED).series


def test_the_goal():
    rows = [{"epoch": 1.0, "training_accuracy": 0.7}, {"epoch": 2.0, "training_accuracy": 0.8}]
    assert activations._first(rows) == 2
    assert activations._first(rows[:1]) is None


@pytest.mark.parametrize("activation", [nn.Tanh, nn.Sigmoid])
def test_every_relu_is_replaced(activation):
    network = small_alexnet(5, activation=activation)
    kinds = [type(m) for m in network.modules()]
    relus = [m for m in AlexNet(5, towers=1, width=1 / 8).modules() if isinstance(m, nn.ReLU)]
    assert kinds.count(nn.ReLU) == 0 and kinds.count(activation) == len(relus) == 7


def test_two_processes_learn_what_one_learns():
    found = two.run(Scale.LIVE)
    assert found.numbers["largest difference"] < 1e-12
    one, both = (
        [row["training_loss"] for row in found.series[name]]
        for name in ("one process", "two processes")
    )
    assert len(one) == len(both) == 4 and one == pytest.approx(both, rel=1e-12)
    assert len(set(one)) == 4


def test_a_toy_of_the_measurement():
    found = gpu_and_cpu.run(Scale.LIVE)
    assert {"CPU, one thread", "CPU, all threads"} <= set(found.numbers)
    assert all(speed > 0 for speed in found.numbers.values())


def measured(gpu):
    numbers = {"CPU, one thread": 10.0, "CPU, all threads": 100.0}
    numbers |= {"GPU": gpu, "GPU, mixed precision": 2 * gpu} if gpu else {}
    return Result("gpu_and_cpu", "Images per second", {}, numbers, "AlexNet", "two chips")


def test_the_claim_about_gpus():
    quoted = [hardware.judged(found) for found in (None, measured(None))]
    assert quoted[0] == quoted[1] and quoted[0].verdict is Verdict.PARTLY
    assert "not measured yet" in quoted[0].computed and "doi" in quoted[0].why
    about = hardware.judged(measured(5000.0))
    assert about.computed.startswith("500 times one thread, 50 times all threads of the CPU; 100")
    assert about.verdict is Verdict.ROUGHLY and "two chips" in about.why
    assert hardware.judged(measured(1e5)).verdict is Verdict.PARTLY
