"""SqueezeNet, with random weights and with real ones."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from twins import (
    assert_quoted,
    assert_same_scores,
    assert_volumes,
    figures,
    on_meta,
    with_same_weights,
)

from coursekit.data.files import packaged_file
from coursekit.models import ModelError, SqueezeNet, load_weights

INPUT = (3, 224, 224)
BESIDE = Path(__file__).parents[3] / "shared" / "data"
REAL = Path(os.environ.get("COURSEKIT_TEST_DATA", BESIDE))
FOLDER = REAL / "squeezenet1_1_onnxzoo"

real_weights = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="the real weights are not here: put the folder squeezenet1_1_onnxzoo into a directory "
    "and set COURSEKIT_TEST_DATA to that directory",
)


@pytest.mark.parametrize("shape", [(2, 3, 224, 224), (1, 3, 53, 80)])
def test_torchvisions_network(torchvision_models, shape) -> None:
    ours, theirs = with_same_weights(on_meta(SqueezeNet), on_meta(torchvision_models.squeezenet1_1))
    assert_same_scores(ours, theirs, shape)


@pytest.fixture(scope="module")
def trained() -> SqueezeNet:
    model = SqueezeNet()
    load_weights(model, FOLDER / "squeezenet1_1_onnxzoo.pth")
    return model.eval()


@real_weights
@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_reference_scores_of_the_real_weights(trained, number) -> None:
    x, expected = (
        np.load(FOLDER / "test_data_set" / f"{number}_{what}_0.npy") for what in ("input", "output")
    )
    with torch.inference_mode():
        scores = trained(torch.from_numpy(x)).numpy()
    assert np.abs(expected).max() > 100
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-3)


def picture(path):
    """The middle square of a photograph, 224×224, as ImageNet networks expect it."""
    with Image.open(path) as photo:
        photo = photo.convert("RGB")
        scale = 256 / min(photo.size)
        photo = photo.resize([round(scale * side) for side in photo.size], Image.BILINEAR)
        left, top = ((side - 224) // 2 for side in photo.size)
        pixels = np.array(photo.crop((left, top, left + 224, top + 224)), np.float32) / 255
    x = (pixels - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    return torch.tensor(x.transpose(2, 0, 1)[None], dtype=torch.float32)


@real_weights
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("bird.bmp", "chickadee"),
        ("cat.bmp", "Egyptian cat"),
        ("hot_dog.jpg", "hotdog"),
        ("parrot.jpg", "macaw"),
        ("dragonfly.bmp", "dragonfly"),
        ("owl.jpg", "ruffed grouse"),  # it is an owl: networks take it for a grouse
        ("chelsea.png", "Egyptian cat"),
        ("coffee.png", "espresso"),
    ],
)
def test_what_the_real_weights_see(trained, name, answer) -> None:
    if name.endswith("png"):
        path = packaged_file("skimage", f"data/{name}", "scikit-image")
    else:
        path = REAL / "photos" / name
    names = (REAL / "imagenet_meta" / "imagenet_classes.txt").read_text().splitlines()
    with torch.inference_mode():
        best = trained(picture(path)).argmax().item()
    assert names[best] == answer


def test_what_the_docstring_says() -> None:
    model = on_meta(SqueezeNet)
    parameters, macs, field = figures(model, INPUT)
    assert parameters == 1_235_496
    assert_quoted(SqueezeNet, "parameters", parameters, macs)
    assert f"sees {field}×{field} pixels" in SqueezeNet.__doc__
    shown = {row for row in SqueezeNet.__doc__.split() if row.count("×") == 2}
    assert "classes×13×13" in shown
    assert_volumes(SqueezeNet, model, INPUT)


def test_the_first_weights() -> None:
    model = SqueezeNet()
    *inner, last = (m for m in model.modules() if isinstance(m, nn.Conv2d))
    for module in inner:
        fan_in = module.weight[0].numel()
        assert module.weight.abs().max().item() <= math.sqrt(3 / fan_in)
        if module.weight.numel() > 4000:
            assert module.weight.std().item() == pytest.approx(fan_in**-0.5, rel=0.05)
    assert last.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert all(module.bias.count_nonzero() == 0 for module in (*inner, last))


def test_every_size_that_leaves_something() -> None:
    model = SqueezeNet(4, width=0.1, in_channels=1).eval()
    for shape in ((2, 1, 17, 17), (1, 1, 50, 17)):
        assert model(torch.zeros(shape)).shape == (shape[0], 4)
    with pytest.raises(ModelError, match="at least 17×17 pixels"):
        model(torch.zeros(1, 1, 99, 16))
