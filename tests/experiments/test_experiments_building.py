"""The experiments of unit 08, at toy size."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from coursekit.analysis import summary
from coursekit.experiments import (
    Result,
    Scale,
    inception_or_plain,
    one_large_or_three_small,
    single_or_many_crops,
)
from coursekit.experiments import _shapes as shapes
from coursekit.training.settings import Settings

EXPERIMENTS = (inception_or_plain, one_large_or_three_small, single_or_many_crops)


def toy(scale: Scale) -> shapes.Setup:
    return replace(
        shapes.setup(scale), train=10, validation=6, settings=Settings(2, 5, 0.05), starts=2
    )


@pytest.fixture
def small(monkeypatch):
    for module in EXPERIMENTS:
        monkeypatch.setattr(module, "setup", toy)


@pytest.mark.parametrize("module", [inception_or_plain, one_large_or_three_small])
def test_comparisons(small, module, tmp_path):
    found = module.run(Scale.LIVE)
    names = getattr(module, "KINDS", None) or tuple(module.STACKS)
    assert tuple(found.series) == names and module.__name__.endswith(found.name)
    for name, rows in found.series.items():
        assert len(rows) == 2
        ends = [found.numbers[f"{name}, start {i}"] for i in (0, 1)]
        assert rows[-1]["validation_accuracy"] == pytest.approx(sum(ends) / 2)
    assert "10 generated pictures of 5 shapes" in found.how and "2 starts" in found.how
    found.save(tmp_path / "a.json")
    assert Result.load(tmp_path / "a.json") == found


def test_looks(small):
    found = single_or_many_crops.run(Scale.LIVE)
    assert [rows[0]["crops"] for rows in found.series.values()] == [1, 2, 5, 10, 1] * 2
    for rows in found.series.values():
        assert len(rows) == 2
        for row in rows:
            assert row["loss"] <= row["alone_loss"] + 1e-12  # −log is convex
    for size in single_or_many_crops.SIZES:
        for way in ("1 crop", "whole picture"):
            row = found.series[f"{size}: {way}"][0]
            assert row["accuracy"] == row["alone_accuracy"]


def test_a_repeated_run_is_the_same(small):
    run = single_or_many_crops.run
    assert run(Scale.LIVE).series == run(Scale.LIVE).series


def test_the_mean_of_probabilities():
    """Two classes, two crops of one picture, scores by hand."""

    def model(x):
        return torch.stack([x[:, 0, 0, 0], torch.zeros(len(x))], dim=1)

    crops = torch.zeros(1, 2, 3, 4, 4)
    crops[0, 0] = torch.log(torch.tensor(3.0))  # 3/4 and 1/4; the other crop 1/2 and 1/2
    row = single_or_many_crops.measures(model, crops, torch.tensor([0]))
    assert row["loss"] == pytest.approx(-torch.log(torch.tensor(0.625)).item())
    assert row["accuracy"] == 1


def test_the_three_stacks_see_the_same():
    s = shapes.setup(Scale.LIVE)
    tables = {
        name: summary(one_large_or_three_small.network(name, s), (3, 32, 32))
        for name in one_large_or_three_small.STACKS
    }
    fields = {
        name: [row["receptive_field"] for row in t.rows if row["type"] == "Conv2d"][-1]
        for name, t in tables.items()
    }
    assert len(set(fields.values())) == 1
    weights = [t.totals["parameters"] for t in tables.values()]
    # 49 c² and 27 c² weights, and batch normalisation's 2 c for one layer or three
    assert weights[0] - weights[1] == (49 - 27) * s.width**2 - 4 * s.width
    assert weights[1] == weights[2]
    relus = [sum(row["type"] == "ReLU" for row in t.rows) for t in tables.values()]
    assert relus == [4, 6, 4]


@pytest.mark.parametrize("scale", list(Scale))
def test_inception_and_plain_cost_the_same(scale):
    s = shapes.setup(scale)
    macs = [
        summary(inception_or_plain.network(kind, s), (3, 32, 32)).totals["macs"]
        for kind in inception_or_plain.KINDS
    ]
    assert macs[1] == pytest.approx(macs[0], rel=0.01)
    assert macs[1] > macs[0]  # in favour of the plain one


def test_the_cost_of_a_module():
    from coursekit.models.googlenet import INCEPTION, Inception

    table = summary(Inception(192, list(INCEPTION["3a"])), (192, 28, 28))
    assert inception_or_plain.cost(192, INCEPTION["3a"]) * 28 * 28 == table.totals["macs"]
    assert inception_or_plain.equal_width(16, 9 * 16 * 12 + 10) == 12


def test_first_weights_are_those_of_the_seed():
    def build():
        return shapes.classifier([shapes.convolution(3, 4, 3)], 4, 2)

    one, same, other = (shapes.started(build, i, torch.float64) for i in (0, 0, 1))
    pairs = list(zip(one.parameters(), same.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b, _ in pairs)
    assert any(not torch.equal(a, c) for a, _, c in pairs)
    assert all(p.dtype == torch.float64 for p in one.parameters())
