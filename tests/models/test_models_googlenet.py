"""GoogLeNet: the paper's, against a forward pass written from its table 1; and torchvision's."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from twins import (
    assert_quoted,
    assert_same_scores,
    assert_volumes,
    figures,
    on_meta,
    random_state,
    weighing_layers,
    with_same_weights,
)

from coursekit.analysis import network
from coursekit.models import GoogLeNet, ModelError, Outputs

INPUT = (3, 224, 224)


def by_hand(w, x):
    """The scores of the main classifier and of the two on the way, without dropout."""

    def conv(name, x, **options):
        return F.relu(F.conv2d(x, w[f"{name}.conv.weight"], w[f"{name}.conv.bias"], **options))

    def pool(x):
        return F.max_pool2d(x, 3, 2, ceil_mode=True)

    def normalised(x):
        squares = F.pad(x**2, (0, 0, 0, 0, 2, 2)).unfold(1, 5, 1).sum(-1)
        return x / (2 + 1e-4 * squares) ** 0.75

    def inception(name, x):
        name = f"inception{name}.branch"
        ones = conv(f"{name}1", x)
        threes = conv(f"{name}2.1", conv(f"{name}2.0", x), padding=1)
        fives = conv(f"{name}3.1", conv(f"{name}3.0", x), padding=2)
        pooled = conv(f"{name}4.1", F.max_pool2d(x, 3, 1, 1))
        return torch.cat((ones, threes, fives, pooled), 1)

    def linear(name, x):
        return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def auxiliary(name, x):
        x = conv(f"{name}.conv", F.avg_pool2d(x, 5, 3))
        return linear(f"{name}.fc2", F.relu(linear(f"{name}.fc1", x.flatten(1))))

    x = normalised(pool(conv("conv1", x, stride=2, padding=3)))
    x = pool(normalised(conv("conv3", conv("conv2", x), padding=1)))
    x = inception("4a", pool(inception("3b", inception("3a", x))))
    first = auxiliary("aux1", x)
    for name in ("4b", "4c", "4d"):
        x = inception(name, x)
    second = auxiliary("aux2", x)
    x = inception("5b", inception("5a", pool(inception("4e", x))))
    return linear("fc", x.mean((2, 3))), first, second


def without_dropout(model):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


def test_the_papers_network_by_hand() -> None:
    model = on_meta(GoogLeNet, width=0.25, classes=11)
    w = random_state(model)
    model.load_state_dict(w, assign=True)
    x = torch.randn(1, *INPUT)
    with torch.inference_mode():
        expected = by_hand(w, x)
        torch.testing.assert_close(model(x), expected[0], rtol=1e-4, atol=1e-4)
        outputs = without_dropout(model).train()(x)
    assert isinstance(outputs, Outputs)
    assert len(outputs.auxiliary) == 2
    for got, wanted in zip((outputs.logits, *outputs.auxiliary), expected, strict=True):
        assert wanted.std() > 0.01
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)


def test_torchvisions_network_in_evaluation(torchvision_models) -> None:
    ours, theirs = with_same_weights(
        on_meta(GoogLeNet, as_published=True),
        on_meta(torchvision_models.googlenet, transform_input=True, init_weights=False),
    )
    for shape in ((1, 3, 224, 224), (2, 3, 75, 90)):
        assert_same_scores(ours, theirs, shape)


def test_torchvisions_network_in_training(torchvision_models) -> None:
    ours, theirs = with_same_weights(
        on_meta(GoogLeNet, as_published=True),
        on_meta(torchvision_models.googlenet, transform_input=True, init_weights=False),
    )
    x = torch.randn(4, 3, 96, 96)
    with torch.no_grad():
        got, expected = (without_dropout(model).train()(x) for model in (ours, theirs))
    for mine, their in (
        (got.logits, expected.logits),
        (got.auxiliary[0], expected.aux_logits1),
        (got.auxiliary[1], expected.aux_logits2),
    ):
        torch.testing.assert_close(mine, their, rtol=1e-3, atol=1e-3)


def test_without_auxiliary_classifiers_there_are_only_scores() -> None:
    model = GoogLeNet(5, auxiliary=False, width=0.1)
    assert not any(name.startswith("aux") for name in model.state_dict())
    assert model.train()(torch.randn(2, 3, 64, 64)).shape == (2, 5)


def test_gradients_reach_all_of_it() -> None:
    model = GoogLeNet(5, width=0.1)
    outputs = model(torch.randn(2, 3, 64, 64))
    (outputs.logits.sum() + sum(scores.sum() for scores in outputs.auxiliary)).backward()
    assert all(p.grad is not None for p in model.parameters())


@pytest.mark.parametrize(
    ("as_published", "label", "parameters"),
    [(False, "as in the paper", 6_998_552), (True, "as_published", 6_624_904)],
)
def test_what_the_docstring_says(as_published, label, parameters) -> None:
    model = on_meta(GoogLeNet, as_published=as_published)
    found, macs, field = figures(model, INPUT)
    assert found == parameters
    every = sum(p.numel() for p in model.parameters())
    assert_quoted(GoogLeNet, label, found, every, macs, field)
    assert_volumes(GoogLeNet, model, INPUT)
    if not as_published:
        assert weighing_layers(model, INPUT) == weighing_layers(network("googlenet"))


@pytest.mark.parametrize("as_published", [False, True])
def test_the_first_weights(as_published) -> None:
    model = GoogLeNet(width=0.5, as_published=as_published)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            if module.weight.numel() > 10_000:
                expected = math.sqrt(2 / module.weight[0].numel())
                assert module.weight.std().item() == pytest.approx(expected, rel=0.05)
            assert module.bias is None or module.bias.count_nonzero() == 0


@pytest.mark.parametrize(("as_published", "smallest"), [(False, 31), (True, 15)])
def test_every_size_that_leaves_something(as_published, smallest) -> None:
    model = GoogLeNet(4, width=0.1, as_published=as_published)
    for shape in ((2, 3, smallest, smallest), (2, 3, smallest, smallest + 60)):
        assert [s.shape for s in model.train()(torch.zeros(shape)).auxiliary] == [(2, 4)] * 2
        assert model.eval()(torch.zeros(shape)).shape == (2, 4)
    with pytest.raises(ModelError, match=f"at least {smallest}×{smallest} pixels"):
        model(torch.zeros(1, 3, 99, smallest - 1))


def test_the_published_one_takes_colour() -> None:
    with pytest.raises(ModelError, match="in_channels=3, got 1"):
        GoogLeNet(as_published=True, in_channels=1)
    assert GoogLeNet(3, in_channels=1, width=0.1).eval()(torch.zeros(1, 1, 40, 40)).shape == (1, 3)
