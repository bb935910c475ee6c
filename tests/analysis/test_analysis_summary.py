"""Shapes, parameters, work and memory: against PyTorch's own counters, and published figures."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import numpy_nn as nn
from coursekit.analysis import NETWORKS, AnalysisError, Graph, compare, network, summary
from coursekit.analysis.operations import (
    Combine,
    Concatenate,
    Conv2d,
    Flatten,
    Linear,
    LocallyConnected2d,
    Pointwise,
    Pool2d,
    margins,
)
from coursekit.analysis.summary import KEYS
from coursekit.analysis.tables import count
from coursekit.errors import CourseError

PUBLISHED = {
    "lenet1": 2_578,
    "lenet5": 60_000,
    "lenet-modified": 61_706,
    "alexnet": 60_965_224,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet": 6_998_552,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnet20": 269_722,
    "resnet110": 1_727_962,
}


@pytest.mark.parametrize(("name", "parameters"), PUBLISHED.items())
def test_published_parameters(name, parameters):
    assert summary(network(name)).totals["parameters"] == parameters


def test_alexnet_without_groups():
    from coursekit.analysis.networks.alexnet import alexnet

    assert summary(alexnet(groups=1)).totals["parameters"] == 62_378_344


@pytest.mark.parametrize("name", [n for n in NETWORKS if not n.startswith("lenet")])
def test_a_module_gives_the_same_table_as_its_specification(name):
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    from coursekit.analysis.to_torch import SpecifiedNetwork

    graph = network(name)
    with torch.device("meta"):
        module = SpecifiedNetwork(graph).eval()
    ours, traced = summary(graph), summary(module, graph.input_shape)
    assert traced.totals == ours.totals
    # PyTorch cuts rows and columns in two steps.
    shown, expected = ([r for r in t.rows if r["type"] != "Crop"] for t in (traced, ours))
    for key in ("output_shape", "receptive_field", "jump", "padding", "macs"):
        assert [r[key] for r in shown] == [r[key] for r in expected]
    assert sum(p.numel() for p in module.parameters()) == ours.totals["parameters"]
    with FlopCounterMode(display=False) as counter, torch.device("meta"):
        module(torch.empty(1, *graph.input_shape))
    assert counter.get_total_flops() == 2 * ours.totals["macs"]


@pytest.mark.parametrize("name", ["alexnet", "vgg11", "googlenet", "resnet18", "resnet20"])
def test_memory_for_backward_is_what_autograd_saves(name):
    torch = pytest.importorskip("torch")
    from coursekit.analysis.to_torch import SpecifiedNetwork

    graph = network(name)
    if graph.input_shape == (3, 224, 224):
        graph = graph.at((3, 96, 96))
    module = SpecifiedNetwork(graph).train()
    known = {t.untyped_storage().data_ptr() for t in module.state_dict().values()}
    held = {}

    def pack(t):
        storage = t.untyped_storage()
        if storage.data_ptr() not in known:
            held[storage.data_ptr()] = storage.nbytes()
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        out = module(torch.randn(2, *graph.input_shape))
    per_sample = summary(graph).totals["backward_bytes"]
    channels = sum(2 * 4 * x.output_shape[0] for x in graph.layers() if x.type == "BatchNorm2d")
    assert out.shape[0] == 2
    # Two samples: everything twice but the statistics of batch normalisation.
    assert sum(held.values()) == 2 * per_sample - channels
    assert summary(module, graph.input_shape).totals == summary(graph).totals


@pytest.mark.parametrize("kind", ["Dropout", "Dropout2d"])
def test_dropout_in_training_leaves_the_field_alone(kind):
    torch = pytest.importorskip("torch")
    n = torch.nn
    net = n.Sequential(n.Conv2d(3, 8, 3), getattr(n, kind)(), n.Conv2d(8, 4, 3))
    for module in (net.train(), net.eval()):
        rows = summary(module, (3, 10, 10)).rows
        assert [(r["type"], r["receptive_field"]) for r in rows[1:]] == [(kind, 3), ("Conv2d", 5)]


def test_a_stride_of_nothing():
    graph = Graph("still", (1, 8, 8))
    graph.add(Conv2d((3, 3), (0, 1)))
    with pytest.raises(AnalysisError, match="stride and dilation are at least 1"):
        summary(graph)


def test_rows_have_the_promised_keys():
    table = summary(network("resnet20"))
    data = json.loads(table.to_json())
    assert set(data) == {"model", "input", "layers", "totals"}
    assert data["input"] == [3, 32, 32]
    assert all(tuple(row) == KEYS for row in data["layers"])
    assert data["layers"][0] == {
        "name": "conv1",
        "type": "Conv2d",
        "output_shape": [16, 32, 32],
        "parameters": 432,
        "macs": 442_368,
        "activation_bytes": 65_536,
        "receptive_field": 3,
        "jump": 1,
        "padding": 1,
    }
    lines = table.to_csv().splitlines()
    assert lines[0] == ",".join(KEYS)
    assert lines[1] == "conv1,Conv2d,16x32x32,432,442368,65536,3,1,1"
    assert lines[-1] == "fc,Linear,10,650,640,40,,,"


def test_axes_that_differ():
    graph = Graph("wide", (1, 20, 30))
    graph.add(Conv2d((3, 5), (1, 2), margins((1, 2))))
    (row,) = summary(graph).rows
    assert row["output_shape"] == [1, 20, 15]
    assert (row["receptive_field"], row["jump"], row["padding"]) == ([3, 5], [1, 2], [1, 2])
    assert "3x5" in summary(graph).to_csv()


@pytest.mark.parametrize("make", [nn.lenet1, nn.lenet5, nn.modified_lenet])
def test_numpy_networks(make):
    net = make()
    table = summary(net)
    assert table.totals["parameters"] == net.parameter_count()
    shapes = [tuple(row["output_shape"]) for row in table.rows]
    assert shapes == net.shapes(net.input_shape)


def test_the_numpy_lenet_in_pytorch_has_the_same_table():
    torch = pytest.importorskip("torch")
    t = torch.nn
    module = t.Sequential(
        *(t.Conv2d(1, 6, 5), t.MaxPool2d(2), t.ReLU(), t.Conv2d(6, 16, 5), t.MaxPool2d(2)),
        *(t.ReLU(), t.Flatten(), t.Linear(256, 120), t.ReLU(), t.Linear(120, 84), t.ReLU()),
        t.Linear(84, 10),
    )
    theirs, ours = summary(module, (1, 28, 28)), summary(nn.modified_lenet())
    assert theirs.rows == ours.rows and theirs.totals == ours.totals


def test_locally_connected():
    # F1 and F2 of the decks: D1 27, a 200×200 picture and 400,000 hidden units.
    full = Graph("full", (1, 200, 200))
    full.add(Flatten())
    full.add(Linear(400_000, bias=False))
    assert summary(full).totals["parameters"] == 16_000_000_000
    local = Graph("local", (1, 200, 200))
    local.add(LocallyConnected2d((10, 10), padding=((4, 5), (4, 5)), out_channels=10, bias=False))
    assert summary(local).totals["parameters"] == 40_000_000


def test_shared_weights_count_once():
    torch = pytest.importorskip("torch")

    class Twice(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(2, 2, 3, padding=1)

        def forward(self, x):
            return self.conv(self.conv(x))

    table = summary(Twice(), (2, 8, 8))
    assert [row["parameters"] for row in table.rows] == [38, 0]
    assert [row["macs"] for row in table.rows] == [2304, 2304]
    assert table.totals["parameters"] == 38


def test_functions_views_and_slices():
    torch = pytest.importorskip("torch")
    import torch.nn.functional as F

    class Free(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.kernel = torch.nn.Parameter(torch.zeros(4, 2, 3, 3))
            self.head = torch.nn.Linear(4, 3)

        def forward(self, x):
            a = F.relu(F.conv2d(x, self.kernel / self.kernel.norm(), padding=1))
            b = torch.cat([a[:, :2], a[:, 2:]], dim=1) * torch.sigmoid(a)
            c = F.max_pool2d(b, 2)[:, :, 1:, ::2] + 1
            return self.head(c.mean((2, 3)))

    table = summary(Free(), (2, 16, 16))
    assert table.totals["parameters"] == 4 * 2 * 9 + 15
    assert table.rows[-1]["output_shape"] == [3]
    seen = [r for r in table.rows if r["receptive_field"]]
    assert seen[-1]["output_shape"] == [4, 7, 4]
    assert (seen[-1]["receptive_field"], seen[-1]["jump"]) == (4, [2, 4])
    assert seen[-1]["padding"] == [-1, 1]


def test_paths_that_disagree_are_named():
    graph = Graph("crooked", (1, 16, 16))
    a = graph.add(Conv2d((3, 3), padding=margins(1)), "input", name="a")
    b = graph.add(Conv2d((3, 3), padding=((0, 2), (0, 2))), "input", name="b")
    graph.add(Combine(), a, b, name="sum")
    found = summary(graph)
    assert found.notes == ["sum: the paths look at different centres: unit 0 at (0, 0) and (1, 1)."]
    assert found.rows[-1]["receptive_field"] == 4
    graph = Graph("stretched", (1, 16, 16))
    a = graph.add(Pool2d((2, 2), (2, 2)), "input")
    b = graph.add(Conv2d((9, 9)), "input")
    graph.add(Concatenate(), a, b, name="joined")
    found = summary(graph)
    assert "the paths step by 1 and 2 pixels" in found.notes[0]
    assert found.rows[-1]["receptive_field"] is None


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([Conv2d((9, 9))], "layer conv2d1 (Conv2d): a window of 9 pixels does not fit into 8"),
        ([Linear(3)], "is a Flatten missing before it"),
        ([Conv2d((3, 3), groups=2)], "2 groups do not divide 1 input"),
        ([Flatten(), Conv2d((3, 3))], "Conv2d takes maps (channels, height, width), got (64,)"),
    ],
)
def test_layers_that_do_not_fit(layers, words):
    graph = Graph("wrong", (1, 8, 8))
    for layer in layers:
        graph.add(layer)
    with pytest.raises(AnalysisError) as error:
        summary(graph)
    assert words in str(error.value)
    assert str(error.value).startswith("wrong, layer ")


def test_graphs_that_cannot_be():
    graph = Graph("wrong", (1, 8, 8))
    graph.add(Flatten(), name="a")
    with pytest.raises(ValueError, match="two layers are called 'a'"):
        graph.add(Flatten(), name="a")
    with pytest.raises(ValueError, match="takes its input from 'b', which is not there yet"):
        graph.add(Flatten(), "b")


def test_modules_that_cannot_be_analysed():
    torch = pytest.importorskip("torch")
    t = torch.nn

    class Looks(t.Module):
        def __init__(self):
            super().__init__()
            self.conv = t.Conv2d(1, 1, 3)

        def forward(self, x):
            y = self.conv(x)
            return y if y.sum() > 0 else -y

    class Fails(t.Module):
        def forward(self, x):
            raise KeyError("nothing here")

    small = t.Sequential(t.Conv2d(1, 2, 3), t.Sequential(t.MaxPool2d(8)))
    heads = t.Sequential(t.Flatten(), t.Linear(10, 2))
    for net, words in (
        (Looks(), "looks at the values of a tensor"),
        (t.Sequential(Fails()), "layer 0 (Fails): KeyError: 'nothing here'"),
        (t.Sequential(t.Flatten(), t.LSTM(64, 8)), "1 is a recurrent layer (LSTM)"),
        (small, "layer 1.0 (MaxPool2d)"),
        (heads, "layer 1 (Linear)"),
    ):
        with pytest.raises(AnalysisError) as error:
            summary(net, (1, 8, 8))
        assert words in str(error.value), error.value
    assert "It got (2, 6, 6); the network's input is (1, 8, 8)." in refusal(small)
    with pytest.raises(TypeError, match="say what goes into Sequential"):
        summary(heads)


def refusal(net):
    with pytest.raises(AnalysisError) as error:
        summary(net, (1, 8, 8))
    return str(error.value)


def test_what_is_no_network():
    with pytest.raises(TypeError, match=r"expected a torch.nn.Module.* got ndarray"):
        summary(np.zeros(3))
    with pytest.raises(CourseError, match=r"'resnet51'\. Did you mean resnet5"):
        network("resnet51")
    with pytest.raises(AnalysisError, match=r"give the input, such as \(1, 28, 28\)"):
        summary(nn.Sequential(nn.ReLU()))


def test_two_networks_side_by_side():
    found = compare(network("vgg11"), network("vgg13"))
    assert found.in_words[0] == "First difference: only VGG-13 has conv1_2 (Conv2d)."
    shown = repr(found)
    assert shown.count("≠") == 4
    assert "VGG-13: 133,047,848 parameters (532.2 MB)" in shown
    assert found._repr_html_().count("≠") == 4


def test_networks_that_agree_and_one_that_sees_more():
    assert compare(network("vgg11"), network("vgg11")).in_words[0] == "All layers agree."
    one, other = (Graph(name, (1, 20, 20)) for name in ("plain", "dilated"))
    one.add(Conv2d((3, 3), padding=margins(1)), name="conv")
    other.add(Conv2d((3, 3), padding=margins(2), dilation=(2, 2)), name="conv")
    found = compare(one, other)
    assert found.first_difference == (found.left_rows[0], found.right_rows[0])
    assert found.in_words[0] == (
        "First difference: conv and conv: receptive_field 3 against 5, padding 1 against 2."
    )


def test_tables_to_read():
    table = summary(nn.modified_lenet())
    text = repr(table)
    assert text.splitlines()[0] == "Modified LeNet, input 1×28×28"
    assert "44,426 parameters (177.7 kB), 281.6 k multiply-adds, activations 28.55 kB" in text
    assert len({len(line) for line in text.splitlines()[2:3]}) == 1
    markdown = table.to_markdown()
    assert "| 0 | Conv2d | 6×24×24 | 156 | 86,400 | 13.82 kB | 5 | 1 | 0 |" in markdown
    html = table._repr_html_()
    assert html.count("<tr>") == len(table.rows) + 1
    assert "<script" not in html


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (138_357_544, "138.4 MB"),
        (1.5e10, "15.00 GB"),
    ],
)
def test_units(number, text):
    assert count(number, "B") == text


@settings(max_examples=100, deadline=None, derandomize=True)
@given(*[st.lists(st.sampled_from(["conv", "relu", "pool"]), max_size=12)] * 2)
def test_side_by_side_no_row_is_lost(left, right):
    def graph(kinds):
        made = Graph("random", (1, 9, 9))
        for kind in kinds:
            conv = kind == "conv"
            made.add(Conv2d((3, 3), padding=margins(1)) if conv else Pointwise(kind))
        return made

    found = compare(graph(left), graph(right))
    for rows, kinds in ((found.left_rows, left), (found.right_rows, right)):
        types = [row["type"] for row in rows if row]
        assert types == ["Conv2d" if kind == "conv" else kind for kind in kinds]
    assert (found.first_difference is None) == (left == right)
