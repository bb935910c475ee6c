"""Networks by name."""

import inspect
import subprocess
import sys

import pytest
import torch

from coursekit import models
from coursekit.models import MODELS, ModelError, Outputs, build, find

SMALL = {"classes": 3, "in_channels": 1, "width": 1 / 16}
FEW = [name for name in MODELS if not name.endswith("1202")]


@pytest.mark.parametrize("name", FEW)
def test_every_name_builds_a_network_that_runs(name) -> None:
    options = dict(SMALL)
    if name == "googlenet-published":
        options["in_channels"] = 3
    if name == "lenet":
        del options["width"]
        options["size"] = 64
    model = build(name, **options)
    x = torch.randn(2, options["in_channels"], 64, 64)
    assert model.eval()(x).shape == (2, 3)
    outputs = model.train()(x)
    assert isinstance(outputs, Outputs) == name.startswith("googlenet")
    assert type(model).__name__ == MODELS[name].kind


def test_the_same_seed_gives_the_same_network_and_nothing_else_changes() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    a, b, c = (build("small-vgg", width=0.1, seed=seed) for seed in (1, 1, 2))
    assert torch.rand(1) == expected
    states = [torch.cat([p.flatten() for p in model.parameters()]) for model in (a, b, c)]
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


def test_the_defaults_are_the_papers() -> None:
    with torch.device("meta"):
        counted = {
            name: sum(p.numel() for p in build(name).parameters())
            for name in ("lenet", "alexnet", "alexnet-one-tower", "vgg16", "vgg16-bn", "vgg16-c")
        }
    assert counted == {
        "lenet": 44_426,
        "alexnet": 60_965_224,
        "alexnet-one-tower": 61_100_840,
        "vgg16": 138_357_544,
        "vgg16-bn": 138_365_992,
        "vgg16-c": 133_638_952,
    }


def test_options_go_to_the_network() -> None:
    assert build("googlenet", auxiliary=False, width=0.1).aux1 is None
    assert build("vgg11", dropout=0.0, width=0.05).classifier[2].p == 0
    assert build("lenet", width=1.0, size=32).input_shape == (1, 32, 32)


@pytest.mark.parametrize("name", ["resnet8", "resnet14", "plain26", "resnet98"])
def test_every_depth_of_six_n_and_two(name) -> None:
    found = find(name)
    assert (found.kind, found.fixed["residual"]) == ("CifarResNet", name.startswith("resnet"))
    assert f"{found.fixed['depth']}" in name


def test_imagenets_depths_come_first() -> None:
    for depth in (50, 152):
        assert find(f"resnet{depth}").kind == "ResNet"
        assert find(f"plain{depth}").kind == "CifarResNet"


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("vgg17", {}, "'vgg17'. Did you mean vgg1"),
        ("AlexNet", {}, "Did you mean alexnet"),
        ("resnet21", {}, "no network is called 'resnet21'"),
        ("plain2", {}, "no network is called 'plain2'"),
        ("completely different", {}, "There are: lenet, alexnet"),
        ("lenet", {"width": 0.5}, "lenet: there is no option 'width' here; there are classes, in_"),
        ("vgg16", {"configuration": "A"}, "vgg16: there is no option 'configuration' here"),
        ("resnet18", {"dropout": 0.5}, "resnet18: there is no option 'dropout' here"),
        ("alexnet", {"classes": 0}, "alexnet: classes and in_channels must be at least 1"),
    ],
)
def test_what_cannot_be_built_is_said(name, options, words) -> None:
    with pytest.raises(ModelError) as caught:
        build(name, **options)
    assert words in str(caught.value)


def test_names_and_options_are_known_without_pytorch() -> None:
    code = "import sys; from coursekit.models import MODELS, find; find('resnet20')"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print('torch' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_every_public_name_is_there_and_documented() -> None:
    assert set(models.__all__) <= set(dir(models))
    for name in models.__all__:
        found = getattr(models, name)
        assert name == "MODELS" or inspect.getdoc(found)
    with pytest.raises(AttributeError, match="no attribute 'NoNet'"):
        _ = models.NoNet
