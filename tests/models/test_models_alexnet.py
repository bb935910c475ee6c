"""AlexNet and ZFNet."""

import pytest
import torch
import torch.nn.functional as F
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
from coursekit.models import AlexNet, ModelError, ZFNet, load_weights, save_weights
from coursekit.models.parts import response_norm

INPUT = (3, 224, 224)


def normalised_as_in_the_paper(a):
    """Section 3.3: b_i = a_i / (k + alpha · sum of a_j² over five maps around i)^beta."""
    b = torch.empty_like(a)
    for i in range(a.shape[1]):
        near = a[:, max(0, i - 2) : i + 3]
        b[:, i] = a[:, i] / (2 + 1e-4 * (near**2).sum(dim=1)) ** 0.75
    return b


def test_response_normalisation_is_the_papers() -> None:
    a = 100 * torch.randn(2, 11, 3, 4, dtype=torch.float64)
    torch.testing.assert_close(response_norm()(a), normalised_as_in_the_paper(a))


@pytest.mark.parametrize("size", [224, 97])
def test_one_tower_is_torchvisions(torchvision_models, size) -> None:
    ours, theirs = with_same_weights(
        on_meta(AlexNet, towers=1), on_meta(torchvision_models.alexnet)
    )
    assert_same_scores(ours, theirs, (2, 3, size, size))


def test_dropout_falls_where_torchvisions_does(torchvision_models) -> None:
    ours, theirs = with_same_weights(
        on_meta(AlexNet, towers=1, dropout=0.3), on_meta(torchvision_models.alexnet, dropout=0.3)
    )
    x, scores = torch.randn(1, 3, 70, 70), []
    for model in (ours.train(), theirs.train()):
        torch.manual_seed(1)
        with torch.no_grad():
            scores.append(model(x))
    torch.testing.assert_close(*scores)


def test_two_towers_are_two_cards_that_meet() -> None:
    model = on_meta(AlexNet, classes=7, width=0.25)
    w = random_state(model)
    model.load_state_dict(w, assign=True)

    def conv(i, x, **options):
        return F.relu(F.conv2d(x, w[f"features.{i}.weight"], w[f"features.{i}.bias"], **options))

    def apart(i, x, padding):
        weights, biases = w[f"features.{i}.weight"].chunk(2), w[f"features.{i}.bias"].chunk(2)
        cards = zip(x.chunk(2, dim=1), weights, biases, strict=True)
        return torch.cat([F.relu(F.conv2d(*card, padding=padding)) for card in cards], dim=1)

    x = torch.randn(2, 3, 224, 224)
    y = F.max_pool2d(normalised_as_in_the_paper(conv(0, x, stride=4, padding=2)), 3, 2)
    y = F.max_pool2d(normalised_as_in_the_paper(apart(4, y, 2)), 3, 2)
    y = apart(10, conv(8, y, padding=1), 1)
    y = F.max_pool2d(apart(12, y, 1), 3, 2).flatten(1)
    for i in (0, 3, 6):
        y = F.linear(y, w[f"classifier.{i}.weight"], w[f"classifier.{i}.bias"])
        y = F.relu(y) if i < 6 else y
    with torch.inference_mode():
        torch.testing.assert_close(model(x), y, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("towers", "parameters"), [(2, 60_965_224), (1, 61_100_840)])
def test_what_the_docstring_of_alexnet_says(towers, parameters) -> None:
    model = on_meta(AlexNet, towers=towers)
    found = figures(model, INPUT)
    assert found[0] == parameters
    assert_quoted(AlexNet, str(towers), *found)
    if towers == 2:
        assert_volumes(AlexNet, model, INPUT)
        assert weighing_layers(model, INPUT) == weighing_layers(network("alexnet"))


def test_what_the_docstring_of_zfnet_says() -> None:
    model = on_meta(ZFNet)
    parameters, macs, field = figures(model, INPUT)
    assert parameters == 62_357_608
    assert_quoted(ZFNet, "parameters", parameters, macs)
    assert f"sees {field}×{field} pixels" in ZFNet.__doc__
    assert_volumes(ZFNet, model, INPUT)
    assert weighing_layers(model, INPUT) == weighing_layers(network("zfnet"))


@pytest.mark.parametrize("kind", [AlexNet, ZFNet])
def test_the_first_weights(kind) -> None:
    for width, deviation in ((1.0, 0.01), (0.25, 0.02)):
        model = kind(width=width)
        for p in model.parameters():
            if p.dim() > 1 and p.numel() > 10_000:
                assert p.std().item() == pytest.approx(deviation, rel=0.03)
                assert abs(p.mean().item()) < 0.03 * deviation
    biases = [p.unique().tolist() for p in model.parameters() if p.dim() == 1]
    ones = [0, 1, 0, 1, 1, 1, 1, 0] if kind is AlexNet else [0] * 8
    assert biases == [[value] for value in ones]


@pytest.mark.parametrize(
    ("kind", "smallest"), [(AlexNet, 63), (lambda **o: AlexNet(towers=1, **o), 63), (ZFNet, 53)]
)
def test_every_size_that_leaves_something(kind, smallest) -> None:
    model = kind(classes=4, width=0.05, in_channels=1).eval()
    for shape in ((2, 1, smallest, smallest), (1, 1, smallest, smallest + 30)):
        assert model(torch.zeros(shape)).shape == (shape[0], 4)
    with pytest.raises(ModelError, match=rf"at least {smallest}×{smallest} pixels, got \(1, 1, "):
        model(torch.zeros(1, 1, 300, smallest - 1))
    with pytest.raises(ModelError, match=r"\(N, 1, H, W\)"):
        model(torch.zeros(1, 3, 100, 100))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"towers": 3}, "towers must be 2 .* or 1, got 3"),
        ({"width": 0}, "width above 0"),
        ({"classes": 0}, "at least 1"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
    ],
)
def test_options_that_cannot_be(options, words) -> None:
    with pytest.raises(ModelError, match=words):
        AlexNet(**options)


def test_channels_stay_even_at_every_width(tmp_path) -> None:
    for width in (0.01, 0.13, 0.3):
        a, b = AlexNet(width=width, classes=3), AlexNet(width=width, classes=3)
        save_weights(a, tmp_path / "a.safetensors")
        load_weights(b, tmp_path / "a.safetensors")
        x = torch.randn(1, 3, 63, 63)
        torch.testing.assert_close(a.eval()(x), b.eval()(x))
