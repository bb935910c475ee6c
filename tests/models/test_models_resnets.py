"""ResNet, SE-ResNet and CIFAR's ResNet: against torchvision, timm, a formula and real weights."""

import math
import os
import re
from pathlib import Path

import numpy as np
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

from coursekit.analysis import network, summary
from coursekit.analysis.networks.resnet import CIFAR_DEPTHS, IMAGENET_DEPTHS
from coursekit.models import CifarResNet, ModelError, ResNet, SEResNet, load_weights
from coursekit.models.cifar_resnet import ZeroPadding
from coursekit.models.resnet import BLOCKS
from coursekit.models.se_resnet import SqueezeExcitation

DEPTHS = tuple(BLOCKS)
PHOTO, SMALL = (3, 224, 224), (3, 32, 32)
BESIDE = Path(__file__).parents[3] / "shared" / "data"
REAL = Path(os.environ.get("COURSEKIT_TEST_DATA", BESIDE))


# ResNet


@pytest.mark.parametrize("depth", DEPTHS)
def test_torchvisions_network(torchvision_models, depth) -> None:
    theirs = on_meta(getattr(torchvision_models, f"resnet{depth}"))
    ours, theirs = with_same_weights(on_meta(ResNet, depth), theirs)
    assert_same_scores(ours, theirs, (2, 3, 40, 53))
    assert list(ours.state_dict()) == list(theirs.state_dict())


def test_torchvisions_network_at_full_size(torchvision_models) -> None:
    ours, theirs = with_same_weights(on_meta(ResNet), on_meta(torchvision_models.resnet50))
    assert_same_scores(ours, theirs, (1, *PHOTO))


def test_batch_statistics_as_torchvision(torchvision_models) -> None:
    ours, theirs = with_same_weights(
        on_meta(ResNet, 18, classes=5), on_meta(torchvision_models.resnet18, num_classes=5)
    )
    x = torch.randn(4, 3, 40, 40)
    theirs.load_state_dict({k: v.clone() for k, v in ours.state_dict().items()}, assign=True)
    torch.testing.assert_close(ours.train()(x), theirs.train()(x), rtol=1e-3, atol=1e-3)
    for name, buffer in ours.named_buffers():
        torch.testing.assert_close(buffer, theirs.get_buffer(name), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("depth", DEPTHS)
def test_figures_of_resnet(depth) -> None:
    model, specified = on_meta(ResNet, depth), network(f"resnet{depth}")
    assert BLOCKS[depth] == IMAGENET_DEPTHS[depth]
    mine, wanted = summary(model, PHOTO), summary(specified)
    field = next(row["receptive_field"] for row in mine.rows[::-1] if row["receptive_field"])
    assert_quoted(ResNet, f" {depth} ", *list(mine.totals.values())[:2], field)
    assert mine.totals == wanted.totals
    # The shortcut's layers stand elsewhere in the order; apart from that they agree, row by row.
    order = [sorted(table.rows, key=lambda row: row["name"]) for table in (mine, wanted)]
    assert order[0] == order[1]
    assert sum(isinstance(m, nn.Conv2d | nn.Linear) for m in model.modules()) - depth in (3, 4)


@pytest.mark.parametrize(("depth", "e"), [(18, 1), (50, 4)])
def test_volumes_of_resnet(depth, e) -> None:
    drawn = re.findall(r"(\d+)(·e)?×(\d+)×(\d+)", ResNet.__doc__)
    assert len(drawn) == 7
    made = {tuple(row["output_shape"]) for row in summary(on_meta(ResNet, depth), PHOTO).rows}
    for channels, times, height, width in drawn:
        shape = (int(channels) * (e if times else 1), int(height), int(width))
        assert shape in made | {PHOTO}


def test_the_papers_stride() -> None:
    model = on_meta(ResNet, stride_in_1x1=True)
    parameters, macs, field = figures(model, PHOTO)
    assert parameters == figures(on_meta(ResNet), PHOTO)[0]
    assert_quoted(ResNet, "the 50 layers", macs, field)
    assert model.layer2[0].conv1.stride == model.layer2[0].downsample[0].stride == (2, 2)
    assert model.layer2[0].conv2.stride == (1, 1)
    assert_quoted(ResNet, " 50 ", figures(on_meta(ResNet), PHOTO)[0])
    with pytest.raises(ModelError, match="ResNet-34 have no 1×1"):
        ResNet(34, stride_in_1x1=True)


# SE-ResNet


def test_timms_network(torchvision_models) -> None:
    timm = pytest.importorskip("timm", reason="timm, the reference of this test, is missing")
    ours, theirs = with_same_weights(on_meta(SEResNet), on_meta(timm.create_model, "seresnet50"))
    assert_same_scores(ours, theirs, (2, 3, 64, 41))
    for depth in (101, 152):
        names = [
            {name: tensor.shape for name, tensor in model.state_dict().items()}
            for model in (
                on_meta(SEResNet, depth),
                on_meta(timm.create_model, f"seresnet{depth}"),
            )
        ]
        assert names[0] == names[1]


def test_squeeze_and_excitation_is_the_papers() -> None:
    block = SqueezeExcitation(32, reduction=8).double()
    x = torch.randn(3, 32, 5, 6, dtype=torch.float64)
    w1, b1, w2, b2 = (p.detach().numpy().squeeze() for p in block.parameters())
    assert (w1.shape, b1.shape, w2.shape, b2.shape) == ((4, 32), (4,), (32, 4), (32,))
    maps = x.numpy()
    hidden = np.maximum(0, maps.mean(axis=(2, 3)) @ w1.T + b1)
    factors = 1 / (1 + np.exp(-(hidden @ w2.T + b2)))
    np.testing.assert_allclose(block(x).detach().numpy(), maps * factors[:, :, None, None])


def test_squeeze_and_excitation_comes_before_the_sum() -> None:
    model = SEResNet(18, classes=3, width=0.25).eval()
    block = model.layer1[0]
    x = torch.randn(2, 16, 9, 9).relu()
    with torch.no_grad():
        block.se.fc2.weight.zero_()
        block.se.fc2.bias.fill_(-100)  # every factor is 0: the path is closed
        torch.testing.assert_close(block(x), x)


@pytest.mark.parametrize("depth", DEPTHS)
def test_figures_of_se_resnet(depth) -> None:
    model = on_meta(SEResNet, depth)
    table = summary(model, PHOTO)
    assert_quoted(SEResNet, f" {depth} ", table.totals["parameters"], table.totals["macs"])
    second = [row["name"] for row in table.rows].index("layer1.1.conv1")
    assert all(row["receptive_field"] is None for row in table.rows[second:])
    plain, e = network(f"resnet{depth}"), 1 if depth < 50 else 4
    widths = [64 * e * 2**stage for stage in range(4) for _ in range(BLOCKS[depth][stage])]
    extra = sum(2 * c * (c // 16) for c in widths)
    biases = sum(c + c // 16 for c in widths)
    wanted = summary(plain).totals
    assert table.totals["macs"] == wanted["macs"] + extra
    assert table.totals["parameters"] == wanted["parameters"] + extra + biases


# CIFAR's ResNet


def names_of_public_checkpoints(depth: int) -> list[str]:
    norms = ("weight", "bias", "running_mean", "running_var")
    layers = ["", *(f"layer{s}.{i}." for s in (1, 2, 3) for i in range((depth - 2) // 6))]
    names = []
    for layer in layers:
        for number in (1, 2) if layer else (1,):
            names += [f"{layer}conv{number}.weight"]
            names += [f"{layer}bn{number}.{name}" for name in norms]
    return [*names, "linear.weight", "linear.bias"]


@pytest.mark.parametrize(
    ("depth", "residual"), [*((depth, True) for depth in (*CIFAR_DEPTHS, 1202)), (32, False)]
)
def test_names_of_the_public_checkpoints(depth, residual) -> None:
    model = on_meta(CifarResNet, depth, residual=residual)
    names = model.state_dict()
    wanted = names_of_public_checkpoints(depth)
    assert [name for name in names if not name.endswith("num_batches_tracked")] == wanted
    assert sum(tensor.dim() > 1 for tensor in names.values()) == depth
    assert_quoted(CifarResNet, f" {depth} ", sum(p.numel() for p in model.parameters()))


@pytest.mark.parametrize("depth", CIFAR_DEPTHS)
def test_figures_of_cifar_resnet(depth) -> None:
    table = summary(on_meta(CifarResNet, depth), SMALL)
    field = next(row["receptive_field"] for row in table.rows[::-1] if row["receptive_field"])
    assert_quoted(CifarResNet, f" {depth} ", *list(table.totals.values())[:2], field)
    assert table.totals == summary(network(f"resnet{depth}")).totals


def test_figures_of_1202_layers() -> None:
    """Every three blocks, one in each stage, add the same."""
    some = [np.array(figures(on_meta(CifarResNet, depth), SMALL)) for depth in (8, 14, 20)]
    step = some[1] - some[0]
    assert (some[2] - some[1] == step).all()
    assert_quoted(CifarResNet, " 1202 ", *(some[0] + (1202 - 8) // 6 * step))


@pytest.mark.parametrize("depth", [20, 44])
def test_the_plain_twin_costs_the_same(depth) -> None:
    model, twin = on_meta(CifarResNet, depth), on_meta(CifarResNet, depth, residual=False)
    assert weighing_layers(model, SMALL) == weighing_layers(twin, SMALL)
    assert figures(model, SMALL) == figures(twin, SMALL)
    assert "Add" not in {row["type"] for row in summary(twin, SMALL).rows}


def test_volumes_of_cifar_resnet() -> None:
    assert_volumes(CifarResNet, on_meta(CifarResNet), SMALL)


def by_hand(w, x, depth, *, residual=True, shortcut="A"):
    """Section 4.2 as functions, on the weights of a state_dict, with the batch's statistics."""

    def conv_norm(x, conv, norm, **options):
        y = F.conv2d(x, w[f"{conv}.weight"], **options)
        mean, variance = y.mean((0, 2, 3)), y.var((0, 2, 3), unbiased=False)
        y = (y - mean[:, None, None]) / (variance[:, None, None] + 1e-5).sqrt()
        return w[f"{norm}.weight"][:, None, None] * y + w[f"{norm}.bias"][:, None, None]

    x = conv_norm(x, "conv1", "bn1", padding=1).clamp(min=0)
    for stage in (1, 2, 3):
        for i in range((depth - 2) // 6):
            name, stride = f"layer{stage}.{i}", 2 if stage > 1 and i == 0 else 1
            y = conv_norm(x, f"{name}.conv1", f"{name}.bn1", stride=stride, padding=1)
            y = conv_norm(y.clamp(min=0), f"{name}.conv2", f"{name}.bn2", padding=1)
            if residual and stride == 2 and shortcut == "A":
                quarter = torch.zeros(len(x), x.shape[1] // 2, *y.shape[2:], dtype=x.dtype)
                x = torch.cat((quarter, x[:, :, ::2, ::2], quarter), dim=1)
            elif residual and stride == 2:
                x = conv_norm(x, f"{name}.shortcut.0", f"{name}.shortcut.1", stride=2)
            x = (x + y if residual else y).clamp(min=0)
    return x.mean((2, 3)) @ w["linear.weight"].T + w["linear.bias"]


@pytest.mark.parametrize(
    "options", [{}, {"residual": False}, {"shortcut": "B"}, {"shortcut": "B", "residual": False}]
)
@pytest.mark.parametrize(("depth", "size"), [(8, (13, 18)), (20, (32, 32))])
def test_the_papers_formula(depth, size, options) -> None:
    model = on_meta(CifarResNet, depth, classes=4, width=0.5, **options)
    w = {k: v.double() for k, v in random_state(model).items()}
    model.load_state_dict(w, assign=True)
    x = torch.randn(3, 3, *size, dtype=torch.float64)
    with torch.inference_mode():
        scores = model.train()(x)
    torch.testing.assert_close(scores, by_hand(w, x, depth, **options))


def test_zero_padding_with_an_odd_number_of_new_maps() -> None:
    x = torch.randn(2, 3, 5, 4)
    y = ZeroPadding(3, 6, 2)(x)
    assert torch.equal(y[:, 1:4], x[:, :, ::2, ::2])
    assert not y[:, [0, 4, 5]].any() and y.shape == (2, 6, 3, 2)


# Real weights


WEIGHTS = REAL / "resnet_cifar10" / "resnet20-12fca82f.th"
RIGHT_OF_2000, RIGHT_OF_ALL = 1_833, 9_173


@pytest.fixture(scope="module")
def trained() -> CifarResNet:
    if not WEIGHTS.is_file():
        pytest.skip(
            "the real weights are not here: put the folder resnet_cifar10 into a directory and "
            "set COURSEKIT_TEST_DATA to that directory"
        )
    model = CifarResNet(20)
    load_weights(model, WEIGHTS)
    return model.eval()


def right(model: CifarResNet, x: torch.Tensor, y: torch.Tensor) -> int:
    """How many labels it gets right; colours normalised as its training did, by ImageNet's."""
    mean = torch.tensor((0.485, 0.456, 0.406))[:, None, None]
    deviation = torch.tensor((0.229, 0.224, 0.225))[:, None, None]
    count = 0
    with torch.inference_mode():
        for images, labels in zip(x.split(200), y.split(200), strict=True):
            scores = model((images / 255 - mean) / deviation)
            count += int((scores.argmax(dim=1) == labels).sum())
    return count


def test_real_weights_on_real_photographs(trained, photographs) -> None:
    """The first 2,000; no decision among them is closer than 0.006."""
    x, y = photographs
    assert right(trained, x[:2000], y[:2000]) == RIGHT_OF_2000


@pytest.mark.skipif(
    not os.environ.get("COURSEKIT_TEST_FULL"),
    reason="takes half a minute: set COURSEKIT_TEST_FULL=1 to run it",
)
def test_the_published_accuracy(trained, photographs) -> None:
    """91.73 %, as its authors say."""
    assert right(trained, *photographs) == RIGHT_OF_ALL


# All of them


SMALL_ONES = [
    (ResNet, {"depth": 18}),
    (ResNet, {"depth": 50, "stride_in_1x1": True}),
    (SEResNet, {"depth": 50, "reduction": 4}),
    (CifarResNet, {"depth": 8}),
    (CifarResNet, {"depth": 8, "residual": False}),
]


@pytest.mark.parametrize(("kind", "options"), SMALL_ONES)
def test_every_parameter_learns(kind, options) -> None:
    model = kind(classes=3, in_channels=2, width=0.11, **options)
    scores = model(torch.randn(4, 2, 41, 38))
    assert scores.shape == (4, 3)
    F.cross_entropy(scores, torch.tensor([0, 1, 2, 0])).backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())


@pytest.mark.parametrize(("kind", "options"), SMALL_ONES)
def test_any_size_of_picture(kind, options) -> None:
    model = kind(classes=3, width=0.1, **options).eval()
    for size in ((1, 1), (2, 7), (33, 5)):
        assert model(torch.randn(1, 3, *size)).shape == (1, 3)
    x = torch.randn(2, 3, 24, 20)
    expected = model(x)
    last = model.to(memory_format=torch.channels_last)(x.to(memory_format=torch.channels_last))
    torch.testing.assert_close(last, expected, rtol=1e-4, atol=1e-5)
    for wrong in (torch.randn(1, 1, 9, 9), torch.randn(3, 9, 9), torch.randn(1, 3, 0, 9)):
        with pytest.raises(ModelError, match=r"takes pictures \(N, 3, H, W\)"):
            model(wrong)


@pytest.mark.parametrize(("kind", "options"), SMALL_ONES)
def test_first_values(kind, options) -> None:
    torch.manual_seed(3)
    model = kind(classes=3, width=0.5, **options)
    torch.manual_seed(3)
    again = kind(classes=3, width=0.5, **options).state_dict()
    assert all(torch.equal(tensor, again[name]) for name, tensor in model.state_dict().items())
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert (module.weight == 1).all() and (module.bias == 0).all()
        if isinstance(module, nn.Conv2d) and module.weight.numel() > 1000:
            fan_out = module.weight.numel() / module.in_channels
            ratio = module.weight.std() * math.sqrt(fan_out / 2)
            assert 0.9 < ratio < 1.1


@pytest.mark.parametrize("depth", [0, 2, 7, 9, 19, 21, -4])
def test_depths_that_cifar_resnet_has_not(depth) -> None:
    with pytest.raises(ModelError, match=rf"6n \+ 2 layers .*not {depth}; close to it: \d+ and"):
        CifarResNet(depth)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ResNet(20), "ResNet has 18, 34, 50, 101, 152 layers, not 20"),
        (lambda: SEResNet(51), "layers, not 51"),
        (lambda: SEResNet(reduction=0), "reduction must be at least 1, got 0"),
        (lambda: CifarResNet(shortcut="C"), "shortcut must be 'A' .* got 'C'"),
        (lambda: CifarResNet(21), "close to it: 20 and 26"),
        (lambda: CifarResNet(classes=0), "classes"),
        (lambda: ResNet(width=0), "width above 0"),
        (lambda: SEResNet(in_channels=0), "in_channels"),
    ],
)
def test_options_out_of_range(build, message) -> None:
    with pytest.raises(ModelError, match=message):
        build()
