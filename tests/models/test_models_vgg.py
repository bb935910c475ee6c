"""VGG A to E, and the small one."""

import math

import pytest
import torch
from torch import nn
from twins import (
    assert_quoted,
    assert_same_scores,
    assert_volumes,
    figures,
    on_meta,
    weighing_layers,
    with_same_weights,
)

from coursekit.analysis import network
from coursekit.models import VGG, ModelError, SmallVGG

INPUT = (3, 224, 224)
DEPTHS = {"A": 11, "B": 13, "D": 16, "E": 19}


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("letter", DEPTHS)
def test_torchvisions_networks(torchvision_models, letter, batch_norm) -> None:
    name = f"vgg{DEPTHS[letter]}{'_bn' if batch_norm else ''}"
    ours, theirs = with_same_weights(
        on_meta(VGG, letter, batch_norm=batch_norm), on_meta(getattr(torchvision_models, name))
    )
    assert_same_scores(ours, theirs, (1, 3, 32, 47))


@pytest.mark.parametrize("letter", "ABCDE")
def test_what_the_docstring_says(letter) -> None:
    model = on_meta(VGG, letter)
    found = figures(model, INPUT)
    # Table 2 of the paper, in millions.
    assert found[0] // 10**6 == {"A": 132, "B": 133, "C": 133, "D": 138, "E": 143}[letter]
    assert_quoted(VGG, f" {letter} ", *found)
    assert_volumes(VGG, model, INPUT)
    if letter in DEPTHS:
        expected = weighing_layers(network(f"vgg{DEPTHS[letter]}"))
        assert weighing_layers(model, INPUT) == expected


def test_configuration_c_has_ones_where_d_has_threes() -> None:
    kernels = {
        letter: [m.kernel_size[0] for m in on_meta(VGG, letter).features if hasattr(m, "bias")]
        for letter in "CD"
    }
    assert kernels["D"] == [3] * 13
    assert kernels["C"] == [3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 1]


def test_what_the_docstring_of_the_small_one_says() -> None:
    model = on_meta(SmallVGG)
    parameters, macs, field = figures(model, (3, 32, 32))
    assert_quoted(SmallVGG, "parameters", parameters, macs, field)
    assert_volumes(SmallVGG, model, (3, 32, 32))
    kinds = [type(m) for m in model.features]
    assert kinds == 3 * [*2 * [nn.Conv2d, nn.BatchNorm2d, nn.ReLU], nn.MaxPool2d]


def test_the_first_weights_are_glorots() -> None:
    model = VGG("A", width=0.25, batch_norm=True)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            w = module.weight
            fans = (w.shape[0] + w.shape[1]) * w[0, 0].numel()
            assert w.abs().max().item() == pytest.approx(math.sqrt(6 / fans), rel=0.03)
            assert w.std().item() == pytest.approx(math.sqrt(2 / fans), rel=0.05)
            assert module.bias.count_nonzero() == 0
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    assert all((m.weight == 1).all() and (m.bias == 0).all() for m in norms)


def test_the_small_ones_are_hes() -> None:
    for module in SmallVGG().features:
        if isinstance(module, nn.Conv2d):
            expected = math.sqrt(2 / module.weight[0].numel())
            assert module.weight.std().item() == pytest.approx(expected, rel=0.05)
            assert module.bias is None


@pytest.mark.parametrize(
    ("kind", "smallest"), [(VGG, 32), (lambda **o: VGG("C", **o), 32), (SmallVGG, 8)]
)
def test_every_size_that_leaves_something(kind, smallest) -> None:
    model = kind(classes=4, width=0.05, in_channels=1).eval()
    for shape in ((2, 1, smallest, smallest), (1, 1, smallest + 9, smallest)):
        assert model(torch.zeros(shape)).shape == (shape[0], 4)
    with pytest.raises(ModelError, match=f"at least {smallest}×{smallest} pixels"):
        model(torch.zeros(1, 1, 99, smallest - 1))


def test_letters_that_are_none() -> None:
    with pytest.raises(ModelError, match="one of A, B, C, D, E; got 'F'"):
        VGG("F")
