"""`coursekit summary`, as somebody types it."""

import csv
import json

import pytest
from typer.testing import CliRunner

from coursekit.cli import app
from coursekit.errors import CourseError

RUN = CliRunner()


def summary(*args):
    result = RUN.invoke(app, ["summary", *args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.stdout


def test_json_has_the_promised_shape():
    data = json.loads(summary("alexnet", "--json"))
    assert list(data) == ["model", "input", "layers", "totals"]
    assert data["totals"]["parameters"] == sum(row["parameters"] for row in data["layers"])
    assert data["totals"]["parameters"] == 60_965_224


def test_csv_and_markdown():
    rows = list(csv.DictReader(summary("vgg16", "--csv").splitlines()))
    assert rows[0]["output_shape"] == "64x224x224"
    assert "| conv1_1 | Conv2d | 64×224×224 | 1,792 |" in summary("vgg16", "--md")


def test_plain_text_when_piped():
    text = summary("lenet5")
    assert text.startswith("LeNet-5, input 1×32×32\n")
    assert "60,000 parameters" in text


def test_another_input_and_depth():
    text = summary("resnet18", "--input", "3x64x64", "--depth", "1")
    assert "input 3×64×64" in text
    rows = [line.split()[0] for line in text.splitlines()[3:-2]]
    assert rows[:6] == ["conv1", "bn1", "relu1", "pool1", "layer1", "layer2"]
    whole = json.loads(summary("resnet18", "--json"))
    folded = json.loads(summary("resnet18", "--depth", "1", "--json"))
    assert folded["totals"] == whole["totals"]
    assert sum(r["macs"] for r in folded["layers"]) == whole["totals"]["macs"]


def test_side_by_side():
    assert "First difference" in summary("alexnet", "--against", "zfnet")


@pytest.fixture
def own(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    assert torch
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_nets.py").write_text(
        "from torch import nn\n"
        "def small():\n    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())\n"
        "ready = small()\n"
        "def broken():\n    raise RuntimeError('no weights here')\n"
        "def unfinished():\n    return nn.Conv3000()\n"
        "number = 3\n"
    )


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("name", ["my_nets:small", "my_nets:ready", "my_nets.py:small"])
def test_a_network_of_ones_own(name):
    data = json.loads(summary(name, "--input", "1x8x8", "--json"))
    assert [row["type"] for row in data["layers"]] == ["Conv2d", "ReLU"]


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["my_nets:small"], "Say what goes into my_nets:small: --input 3x224x224."),
        (["my_nets:large", "--input", "1x8x8"], "'large' is not in my_nets"),
        (["my_nets:broken", "--input", "1x8x8"], "RuntimeError: no weights here"),
        (["my_nets:unfinished", "--input", "1x8x8"], "AttributeError: module 'torch.nn' has no"),
        (["my_nets:number", "--input", "1x8x8"], "expected a torch.nn.Module"),
        (["no_such:net"], "There is no module 'no_such'"),
        (["alexnet", "--input", "3x20x20"], "AlexNet, layer pool2 (MaxPool2d)"),
        (["alexnet", "--input", "big"], "--input is channels x height x width"),
        (["alexnet", "--input", "3x0x4"], "--input is channels x height x width"),
        (["alexnett"], "Did you mean alexnet"),
        (["alexnet", "--csv", "--json"], "Choose one of"),
        (["alexnet", "--against", "zfnet", "--md"], "--against gives text only"),
    ],
)
def test_what_cannot_be_summarised(args, words):
    with pytest.raises(CourseError) as error:
        summary(*args)
    assert words in str(error.value)
