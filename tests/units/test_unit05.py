"""Unit 05: what the lecture says beside the claims ledger, and without printing it."""

import itertools
import math

import numpy as np
import pytest

from coursekit import numpy_nn as nn
from coursekit.analysis import Graph, network, summary
from coursekit.analysis import operations as ops
from coursekit.analysis.layer_lists import graph_of_layers
from coursekit.analysis.networks.alexnet import alexnet
from coursekit.analysis.stages import stages


@pytest.fixture(scope="module")
def tables():
    """The networks of the lecture by name."""
    names = ("lenet5", "lenet-modified", "alexnet", "vgg16", "googlenet", "resnet34", "resnet50")
    return {name: summary(network(name)) for name in (*names, "resnet101", "resnet152")}


def row(table, name):
    return next(r for r in table.rows if r["name"] == name)


def one_layer(*layers, shape=(1, 200, 200)):
    graph = Graph("one", shape)
    for layer in layers:
        graph.add(layer)
    return summary(graph)


LOCAL = {"padding": ((4, 5), (4, 5)), "out_channels": 10, "bias": False}


# Beside the claims ledger, whose figures tests/test_claims.py has


def test_being_local_saves_work_and_sharing_saves_none():
    full = one_layer(ops.Flatten(), ops.Linear(400_000, bias=False)).totals["macs"]
    local = one_layer(ops.LocallyConnected2d((10, 10), **LOCAL)).totals["macs"]
    shared = one_layer(ops.Conv2d((10, 10), **LOCAL)).totals["macs"]
    assert local == shared == 40_000_000
    assert full / local == 400  # "400 times fewer products"


def test_without_groups_alexnets_kernels_see_all_channels():
    alone = [x for x in summary(alexnet(groups=1)).layers if x.type == "Conv2d"]
    assert [x.parameters["weight"][1] for x in alone] == [3, 96, 256, 384, 384]


def test_the_papers_list_of_alexnets_units_differs_in_the_first_layer(tables):
    units = [x for x in tables["alexnet"].layers if x.type in ("Conv2d", "Linear")]
    numbers = [math.prod(x.output_shape) for x in units]
    paper = [253_440, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert numbers[1:] == paper[1:] and sum(paper) == 622_312  # as the ledger says
    assert (numbers[0], paper[0]) == (96 * 55 * 55, 96 * 55 * 48)


def test_what_alexnets_groups_save(tables):
    two, one = tables["alexnet"].totals, summary(alexnet(groups=1)).totals
    assert one["parameters"] - two["parameters"] == 1_413_120
    # "they save over a third of the work, but only about 2 % of the parameters"
    assert 1 - two["macs"] / one["macs"] == pytest.approx(0.36, abs=0.005)
    assert 0.02 < 1 - two["parameters"] / one["parameters"] < 0.025
    assert row(tables["alexnet"], "fc6")["parameters"] > two["parameters"] / 2


def test_three_quarters_of_vggs_parameters_do_little_work(tables):
    vgg = tables["vgg16"]
    fc6, totals = row(vgg, "fc6"), vgg.totals
    assert fc6["parameters"] / totals["parameters"] == pytest.approx(0.743, abs=0.001)
    assert fc6["macs"] / totals["macs"] < 0.01 and fc6["macs"] == 25_088 * 4096
    assert row(vgg, "conv1_2")["macs"] // (64 * 64 * 9) == 224 * 224 == 50_176
    # "VGG-16 has five times the parameters of ResNet-50"
    ratio = totals["parameters"] / tables["resnet50"].totals["parameters"]
    assert 5 < ratio < 5.5


def test_where_lenets_parameters_and_work_are(tables):
    lenet = tables["lenet5"]
    weighing = [r for r in lenet.rows if r["parameters"] or r["macs"]]
    assert len(weighing) == 7  # the rows of the lecture's table
    c5 = row(lenet, "8")["parameters"]
    assert c5 / 60_000 == pytest.approx(0.802)
    convolutions = [row(lenet, name) for name in ("0", "4")]
    work = sum(r["macs"] for r in convolutions) / lenet.totals["macs"]
    assert work == pytest.approx(0.82, abs=0.005)
    assert sum(r["parameters"] for r in convolutions) < 0.03 * 60_000


def stack(*sizes, c=8):
    graph = Graph("stack", (c, 20, 20))
    for f in sizes:
        pad = ((f // 2,) * 2,) * 2
        graph.add(ops.Conv2d((f, f), padding=pad, out_channels=c, bias=False))
    return summary(graph)


def test_a_stack_is_cheaper_from_five_pixels_on():
    once, three = stack(7), stack(3, 3, 3)
    assert three.totals["activation_bytes"] == 3 * once.totals["activation_bytes"]
    for f in range(3, 17, 2):
        small = stack(*[3] * (f // 2))
        assert small.rows[-1]["receptive_field"] == f
        cheaper = small.totals["parameters"] < stack(f).totals["parameters"]
        assert cheaper is (f > 3)  # "cheaper from 5 pixels on"
    # Channels that change: "more".
    assert (8 * 16 * 25, 8 * 16 * 9 + 16 * 16 * 9) == (3_200, 3_456)


def test_googlenets_table_of_layers_adds_up_to_our_count(tables):
    rows = [2.7, 112, 159, 380, 364, 437, 463, 580, 840, 1072, 1388, 1000]  # in thousands
    assert 1000 * sum(rows) == pytest.approx(tables["googlenet"].totals["parameters"], rel=0.03)


def test_the_dense_layer_that_averaging_replaces(tables):
    google = tables["googlenet"]
    assert row(google, "average_pool")["output_shape"] == [1024, 1, 1]
    over_maps = one_layer(ops.Flatten(), ops.Linear(1000), shape=(1024, 7, 7)).totals["parameters"]
    assert over_maps == 50_177_000
    assert row(google, "fc")["parameters"] == 1_025_000
    assert sum(r["type"] == "Linear" for r in google.rows) == 1  # "There is one"


def test_what_resnets_early_small_maps_save(tables):
    resnet = tables["resnet50"]
    cut = {s.size: s for s in stages(resnet)}
    assert list(cut)[:2] == [(112, 112), (56, 56)]
    # The paper's 3.8 billion: stride in the first 1×1 of a block.
    over = sum(row(resnet, f"layer{i}.0.conv1")["macs"] for i in (2, 3, 4))
    assert resnet.totals["macs"] / 1e9 == pytest.approx(4.09, abs=0.005)
    assert (resnet.totals["macs"] - over * 3 / 4) / 1e9 == pytest.approx(3.86, abs=0.005)


def test_pooling_removes_parameters_only_behind_a_flatten():
    def lenet(pool, end):
        step = [("pool", 2, 2)] * pool
        layers = [("conv", 6, 5, 1, 0), *step, ("conv", 16, 5, 1, 0), *step]
        return summary(graph_of_layers([*layers, (end,), ("linear", 120)], (1, 32, 32)))

    for end in ("flatten", "global_average"):
        tables = [lenet(pool, end) for pool in (True, False)]
        conv = [[r["parameters"] for r in t.rows if r["type"] == "Conv2d"] for t in tables]
        assert conv[0] == conv[1] and sum(conv[0]) == 2_572
        assert all(r["parameters"] == 0 for r in tables[0].rows if r["type"] == "MaxPool2d")
        dense = [t.rows[-1]["parameters"] for t in tables]
        assert (dense[0] == dense[1]) is (end == "global_average")


def grid():
    for n, f, s, p in itertools.product(range(3, 14), range(1, 6), range(1, 4), range(3)):
        if n + 2 * p >= f:
            yield n, f, s, p, (n + 2 * p - f) // s + 1


def test_pooling_uses_the_same_formula():
    for n, f, s, p, size in grid():
        if p == 0:
            assert nn.MaxPool2d(f, s).forward(np.zeros((1, 1, n, n))).shape == (1, 1, size, size)


def test_pooling_in_pytorch_uses_it_too_and_ceil_mode_rounds_up():
    torch = pytest.importorskip("torch")
    for n, f, s, p, size in grid():
        if 2 * p <= f:
            x = torch.zeros(1, 1, n, n, device="meta")
            assert torch.nn.MaxPool2d(f, s, p)(x).shape == (1, 1, size, size)
            up = torch.nn.MaxPool2d(f, s, p, ceil_mode=True)(x).shape[-1]
            assert up in (size, size + 1)
    # "GoogLeNet's pooling needs it to come from 112 to 56."
    x = torch.zeros(1, 1, 112, 112, device="meta")
    sides = [torch.nn.MaxPool2d(3, 2, ceil_mode=up)(x).shape[-1] for up in (False, True)]
    assert sides == [55, 56]


# What else the lecture says


def test_a_longer_row_of_pixels():
    counts = [(n * (n - 2), 3 * (n - 2), 3) for n in (8, 80)]
    assert counts == [(48, 18, 3), (6_240, 234, 3)]


def test_a_picture_twice_as_large():
    full, local, shared = (
        [one_layer(*make(n), shape=(1, n, n)).totals["parameters"] for n in (40, 80)]
        for make in (
            lambda n: (ops.Flatten(), ops.Linear(n * n, bias=False)),
            lambda n: (ops.LocallyConnected2d((3, 3), padding=((1, 1), (1, 1)), bias=False),),
            lambda n: (ops.Conv2d((3, 3), padding=((1, 1), (1, 1)), bias=False),),
        )
    )
    assert [b / a for a, b in (full, local, shared)] == [16, 4, 1]


def test_lenet_by_hand(tables):
    hand = {
        "0": (6 * 26, 6 * 28 * 28 * 25, [6, 28, 28]),
        "2": (12, 0, [6, 14, 14]),
        "4": (60 * 25 + 16, 60 * 100 * 25, [16, 10, 10]),
        "6": (32, 0, [16, 5, 5]),
        "8": (120 * 401, 120 * 400, [120, 1, 1]),
        "11": (84 * 121, 84 * 120, [84]),
        "13": (0, 840, [10]),
    }
    assert hand["4"][0] == 1_516
    for name, (parameters, macs, shape) in hand.items():
        r = row(tables["lenet5"], name)
        assert (r["parameters"], r["macs"], r["output_shape"]) == (parameters, macs, shape)


def test_parameters_come_last_and_activations_first(tables):
    for name in ("alexnet", "vgg16", "googlenet", "resnet50"):
        cut, totals = stages(tables[name]), tables[name].totals
        parameters = [s.parameters / totals["parameters"] for s in cut]
        numbers = [s.activation_bytes / totals["activation_bytes"] for s in cut]
        half = len(cut) // 2
        assert sum(parameters[half:]) > 0.89
        assert sum(numbers[:half]) > 0.6
        work = [s.macs / totals["macs"] for s in cut]
        assert max(work) < 0.5 and work[-1] < 0.1
    for name, t in tables.items():  # "the largest maps have about half ... but little in ..."
        first = stages(t)[0].activation_bytes / t.totals["activation_bytes"]
        if name in ("lenet5", "alexnet", "vgg16"):
            assert 0.4 < first < 0.6
        elif name in ("googlenet", "resnet50"):
            assert first < 0.15
    # "GoogLeNet spreads them almost evenly over three stages"
    google = tables["googlenet"]
    shares = {s.size[0]: s.activation_bytes for s in stages(google)}
    middle = [shares[size] / google.totals["activation_bytes"] for size in (56, 28, 14)]
    assert max(middle) - min(middle) < 0.02 and min(middle) > 0.25
    dense = {n: stages(t)[-1].parameters / t.totals["parameters"] for n, t in tables.items()}
    assert dense["alexnet"] == pytest.approx(0.962, abs=0.001)
    assert dense["vgg16"] == pytest.approx(0.894, abs=0.001)
    assert dense["googlenet"] < 0.15 and dense["resnet50"] < 0.081


def test_the_bottleneck_and_the_inception_module(tables):
    def parameters(c, *layers):
        graph = Graph("chain", (c, 28, 28))
        for m, f in layers:
            pad = ((f // 2,) * 2,) * 2
            graph.add(ops.Conv2d((f, f), padding=pad, out_channels=m))
        return summary(graph).totals["parameters"]

    neck = parameters(256, (64, 1), (64, 3), (256, 1))
    assert parameters(256, (256, 3)) / neck == pytest.approx(8.4, abs=0.05)
    # "its two 1×1 layers cost about as much again"
    ones, threes = 2 * 64 * 256, 64 * 64 * 9
    assert ones / threes == pytest.approx(0.9, abs=0.02)
    paths = [((64, 1),), ((96, 1), (128, 3)), ((16, 1), (32, 5)), ((32, 1),)]
    kept = sum(parameters(192, *path) for path in paths)
    inside = [r for r in tables["googlenet"].rows if r["name"].startswith("inception3a")]
    assert kept == sum(r["parameters"] for r in inside) == 163_696
    full = sum(parameters(192, path[-1]) for path in paths)
    assert full / kept == pytest.approx(2.4, abs=0.05)


def test_what_fits_into_8_gb(tables):
    fits = {}
    for name in ("alexnet", "vgg16", "googlenet", "resnet50"):
        totals = tables[name].totals
        fixed = 12 * totals["parameters"]
        fits[name] = int((8e9 - fixed) // totals["backward_bytes"])
    assert fits == {"alexnet": 583, "vgg16": 86, "googlenet": 164, "resnet50": 89}
    # "several times as many"
    assert 5 < fits["alexnet"] / fits["vgg16"] < 10
    # Kept for backward: more than forward writes in AlexNet, less in ResNet.
    kept = {n: t.totals["backward_bytes"] / t.totals["activation_bytes"] for n, t in tables.items()}
    assert kept["alexnet"] > 1 > kept["resnet50"]
    # "GoogLeNet keeps nearly twice what it writes": its two normalisations and many poolings.
    google = tables["googlenet"]
    shapes = {
        kind: [x.output_shape for x in google.layers if x.type == kind]
        for kind in ("LocalResponseNorm", "MaxPool2d")
    }
    assert len(shapes["LocalResponseNorm"]) == 2 and len(shapes["MaxPool2d"]) == 13
    own = sum(4 * (3 * c + 4) * h * w for c, h, w in shapes["LocalResponseNorm"])
    own += sum(8 * math.prod(shape) for shape in shapes["MaxPool2d"])
    more = google.totals["backward_bytes"] - google.totals["activation_bytes"]
    assert own / more == pytest.approx(1, abs=0.05) and 1.75 < kept["googlenet"] < 2


def test_pytorch_holds_what_is_counted_for_alexnet(tables):
    torch = pytest.importorskip("torch")
    from coursekit.analysis.to_torch import SpecifiedNetwork

    module, held = SpecifiedNetwork(alexnet()).train(), {}
    weights = {t.untyped_storage().data_ptr() for t in module.state_dict().values()}

    def pack(t):
        if t.untyped_storage().data_ptr() not in weights:
            held[t.untyped_storage().data_ptr()] = t  # kept alive, so that no address comes twice
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        module(torch.zeros(1, 3, 224, 224))
    each = sum(t.untyped_storage().nbytes() for t in held.values())
    assert each == tables["alexnet"].totals["backward_bytes"]
    # "Nearly half of what it holds": each response normalisation keeps three numbers for each of
    # its outputs and a rim of four maps; its input is kept by the ReLU before it as well.
    norms = [x.output_shape for x in alexnet().layers() if x.type == "LocalResponseNorm"]
    own = sum(4 * (3 * c + 4) * h * w for c, h, w in norms)
    assert 0.4 < own / each < 0.5


def test_error_goes_with_work_but_for_vgg(tables):
    errors = {
        "alexnet": 18.2,
        "googlenet": 9.15,
        "resnet34": 7.46,
        "resnet50": 6.71,
        "resnet101": 6.05,
        "resnet152": 5.71,
    }
    work = {name: tables[name].totals["macs"] for name in errors}
    assert sorted(errors, key=errors.get, reverse=True) == sorted(work, key=work.get)
    alex, deep, vgg = (tables[n].totals for n in ("alexnet", "resnet152", "vgg16"))
    assert alex["parameters"] == pytest.approx(deep["parameters"], rel=0.02)
    assert errors["alexnet"] / errors["resnet152"] > 3
    assert 9.5 < vgg["macs"] / work["googlenet"] < 10
    # "Within one design, the four ResNets, errors fall with parameters and with work alike."
    family = [name for name in errors if name.startswith("resnet")]
    assert len(family) == 4
    for kind in ("parameters", "macs"):
        costs = [tables[name].totals[kind] for name in family]
        assert costs == sorted(costs)


def test_where_counting_misleads(tables):
    alex, resnet = (tables[n].totals for n in ("alexnet", "resnet50"))
    assert alex["parameters"] > 2 * resnet["parameters"]
    assert alex["macs"] < resnet["macs"] / 5

    def alone(shape, layer, batch=1):
        t = one_layer(layer, shape=shape).totals
        moved = 4 * (t["parameters"] / batch + math.prod(shape)) + t["activation_bytes"]
        return t["macs"], moved

    around = {"padding": ((1, 1), (1, 1)), "out_channels": 256}
    maps = (256, 56, 56)
    full, depthwise = ops.Conv2d((3, 3), **around), ops.Conv2d((3, 3), groups=256, **around)
    (a, a_bytes), (b, b_bytes) = alone(maps, full), alone(maps, depthwise)
    assert a == 256 * b and b_bytes > 0.7 * a_bytes
    assert a / a_bytes > 200 and b / b_bytes == pytest.approx(1.1, abs=0.05)
    fc6 = ops.Linear(4096)
    per_byte = [m / n for m, n in (alone((9216,), fc6, batch) for batch in (1, 64))]
    assert per_byte[0] < 0.26 and per_byte[1] > 15  # four bytes for each product
    idle = sum(r["activation_bytes"] for r in tables["resnet50"].rows if not r["macs"])
    assert idle > resnet["activation_bytes"] / 2
    norms = [x for x in tables["resnet50"].layers if x.type == "BatchNorm2d"]
    assert sum(2 * x.output_shape[0] for x in norms) == 53_120
