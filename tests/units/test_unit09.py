"""Unit 09: what the lecture says beside the claims ledger, and without printing it."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn

from coursekit.analysis import network, summary
from coursekit.analysis.eight_questions import depth, eight_questions
from coursekit.analysis.networks.resnet import resnet_cifar
from coursekit.claims.depth import REPORTED
from coursekit.experiments import stored
from coursekit.models import CifarResNet, SEResNet
from coursekit.models.resnet import BasicBlock, Bottleneck


def test_twins_differ_in_the_sum_only():
    plain, residual = (CifarResNet(20, residual=kind) for kind in (False, True))
    assert [n for n, _ in plain.named_parameters()] == [n for n, _ in residual.named_parameters()]
    a, b = (summary(n, (3, 32, 32)) for n in (plain, residual))
    assert a.totals["parameters"] == b.totals["parameters"]
    fields = [[r["receptive_field"] for r in t.rows if r["receptive_field"]][-1] for t in (a, b)]
    assert fields[0] == fields[1]


def test_a_block_whose_path_is_zero_passes_positive_maps_on():
    block = BasicBlock(3, 3).eval()
    nn.init.zeros_(block.bn2.weight)
    x = torch.rand(2, 3, 5, 5)
    torch.testing.assert_close(block(x), x)


def test_the_sum_hands_the_gradient_on():
    block = BasicBlock(3, 3).eval()
    nn.init.zeros_(block.bn2.weight)
    x = torch.rand(2, 3, 5, 5, requires_grad=True)
    block(x).sum().backward()
    torch.testing.assert_close(x.grad, torch.ones_like(x))


def test_what_a_bottleneck_saves():
    basic = summary(BasicBlock(256, 256), (256, 56, 56)).totals["parameters"]
    narrow = summary(Bottleneck(256, 64), (256, 56, 56)).totals["parameters"]
    assert (basic, narrow) == (1_180_672, 70_400)  # the recap
    assert basic / narrow == pytest.approx(16.8, abs=0.05)  # "nearly seventeen times"


def test_chains():
    assert f"{0.1**50:.1e}, {1.1**50:.1e}" == "1.0e-50, 1.2e+02"


def test_batch_norm_does_not_see_the_scale_of_the_weights_before_it():
    bn, x = nn.BatchNorm2d(3, dtype=torch.float64), torch.randn(8, 3, 4, 4, dtype=torch.float64)
    torch.testing.assert_close(bn(10 * x), bn(x), rtol=1e-4, atol=1e-4)


def test_running_statistics_come_a_fifth_of_the_way_in_two_batches():
    running = nn.BatchNorm2d(1)
    for _ in range(2):
        running(torch.full((1, 1, 2, 2), 3.0))
    assert float(running.running_mean) / 3 == pytest.approx(0.19)


def test_resnet_from_stage_to_stage():
    table = summary(network("resnet50"))
    shapes = {row["name"]: row["output_shape"] for row in table.folded(1).rows}
    assert shapes["pool1"][1:] == [56, 56] and shapes["layer4"] == [2048, 7, 7]
    assert (224 / 56) ** 2 == 16  # "a sixteenth as large"
    stages = [r for r in table.folded(1).rows if r["name"].startswith("layer")]
    work = [r["macs"] for r in stages]
    assert max(work) / min(work) < 2.5  # "differs little from stage to stage"
    assert work[2] == max(work)
    parameters = [r["parameters"] for r in stages]
    assert parameters == sorted(parameters)  # "the parameters sit at the end"
    assert parameters[-1] > table.totals["parameters"] / 2


def test_the_family():
    tables = {n: summary(network(n)) for n in ("vgg16", "resnet34", "resnet50", "resnet152")}
    work = {n: t.totals["macs"] for n, t in tables.items()}
    assert work["resnet152"] < work["vgg16"]
    layers = {n: depth(t.layers) for n, t in tables.items()}
    assert 9 <= layers["resnet152"] / layers["vgg16"] < 10
    fields = {
        n: [r["receptive_field"] for r in t.rows if r["receptive_field"]][-1]
        for n, t in tables.items()
    }
    assert fields["resnet50"] < fields["resnet34"]


def test_1202_layers():
    deep, less = (summary(resnet_cifar(d)) for d in (1202, 110))
    assert [r["receptive_field"] for r in deep.rows if r["receptive_field"]][-1] == 5597
    ratio = deep.totals["parameters"] / less.totals["parameters"]
    assert 11 < ratio < 11.5  # "eleven times the parameters"
    assert 1202 == 6 * 200 + 2  # 200 blocks per stage
    assert REPORTED[1202] - REPORTED[110] == pytest.approx(1.5)


def test_paths_through_nine_blocks():
    blocks = sum(len(getattr(CifarResNet(20), f"layer{i}")) for i in (1, 2, 3))
    assert blocks == 9 and 2**blocks == 512


def test_squeeze_and_excitation_costs():
    with torch.device("meta"):
        weighing = summary(SEResNet(50), (3, 224, 224)).totals
    plain = summary(network("resnet50")).totals
    assert weighing["parameters"] / plain["parameters"] - 1 == pytest.approx(0.10, abs=0.005)
    assert weighing["macs"] / plain["macs"] - 1 == pytest.approx(0.0006, abs=0.00005)


def test_two_papers_do_not_look_inside():
    cards = eight_questions().cards
    silent = [c.answers.name for c in cards if c.answers.seeing_inside.startswith("nothing")]
    assert silent == ["VGG-16", "GoogLeNet"]


def test_the_average_of_probabilities_is_never_worse_than_the_average_loss():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(4), size=(5, 100))
    right = p[..., 0]
    assert -np.log(right.mean(axis=0)).mean() <= -np.log(right).mean()


def test_the_stored_run_says_what_the_text_says():
    kept = stored("plain_or_residual")
    if kept is None:
        pytest.skip("nobody has stored a run of plain_or_residual")
    depths = sorted({int(name.split()[1]) for name in kept.series})
    plain, residual = (
        [kept.last(f"{kind} {d}", "training_loss") for d in depths]
        for kind in ("plain", "residual")
    )
    assert plain == sorted(plain)
    assert all(r < p for r, p in zip(residual, plain, strict=True))
