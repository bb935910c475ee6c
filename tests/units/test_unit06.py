"""Unit 06: claims F13, F16, F19 and F20, what the lecture says, and answers of strangers."""

import ast
import itertools
import math
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from coursekit import data, filters
from coursekit import numpy_nn as nn
from coursekit.analysis import NETWORKS, Graph, input_span, network, summary
from coursekit.analysis.networks.parts import conv
from coursekit.analysis.operations import (
    Combine,
    Concatenate,
    Conv2d,
    Crop,
    Pointwise,
    Pool2d,
    Window,
)
from coursekit.authoring.sources import read_cells
from coursekit.checking.ladder import climb
from coursekit.exercises import find, given
from coursekit.plots.fields import show_field

ROOT = Path(__file__).parents[2]
LECTURE = ROOT / "sources" / "06_receptive_fields" / "lecture.py"


def definitions():
    """The lecture's functions, without what its cells run."""
    scope = {"np": np, "nn": nn, "input_span": input_span, "Graph": Graph, "Window": Window}
    scope |= {"Conv2d": Conv2d, "Pool2d": Pool2d, "Pointwise": Pointwise, "Crop": Crop}
    scope |= {"Combine": Combine, "Concatenate": Concatenate}
    trees = [ast.parse(cell.text) for cell in read_cells(LECTURE) if cell.kind == "code"]
    body = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    exec(compile(ast.Module(body, []), str(LECTURE), "exec"), scope)
    return scope


LECTURES = definitions()
below, thin, resnet_span = LECTURES["below"], LECTURES["thin"], LECTURES["resnet_span"]
width, mean_strength = LECTURES["width"], LECTURES["mean_strength"]


def stacked(*windows):
    """What the units see behind windows (size, stride, padding, dilation)."""
    span = input_span()
    for window in windows:
        span = span.window(*window)
    return span


def last_map(name):
    return [layer for layer in network(name).layers() if layer.spans][-1]


def walked(unit, *windows):
    """The pixels that a unit reaches, one layer after the other."""
    seen = {unit}
    for window in reversed(windows):
        seen = below(seen, *window)
    return seen


# The claims


def test_f13_three_small_kernels_see_what_a_large_one_sees():
    assert stacked((3,), (3,), (3,)).size == stacked((7,)).size == 7
    assert len(walked(3, (3,), (3,), (3,))) == 7
    for maps in (1, 8, 64):
        weights, macs = [], []
        for sizes in ((3, 3, 3), (7,)):
            graph = Graph("stack", (maps, 20, 20))
            for f in sizes:
                graph.add(conv(maps, f, padding=f // 2, bias=False))
            totals = summary(graph).totals
            weights.append(totals["parameters"])
            macs.append(totals["macs"])
        assert weights == [27 * maps**2, 49 * maps**2]
        assert macs[0] * 49 == macs[1] * 27
    rng = np.random.default_rng(1)
    x, k = rng.standard_normal((11, 12)), rng.standard_normal((3, 3, 3))
    seven = filters.convolve2d(filters.convolve2d(k[0], k[1], padding="full"), k[2], padding="full")
    y = x
    for each in k:
        y = filters.cross_correlate2d(y, each)
    assert seven.shape == (7, 7) and np.allclose(y, filters.cross_correlate2d(x, seven))


def test_f16_resnet_goes_from_224_to_56_in_two_layers():
    layers = {layer.name: layer for layer in network("resnet50").layers()}
    assert [layers[n].output_shape[1:] for n in ("conv1", "pool1")] == [(112, 112), (56, 56)]
    assert layers["conv1"].parameters and not layers["pool1"].parameters
    assert (layers["pool1"].spans[0].size, layers["pool1"].spans[0].jump) == (11, 4)
    assert round(11 / 224, 2) == 0.05


def test_f19_sizes_of_real_layers_and_of_stacks():
    for f, s, p in itertools.product((1, 2, 3, 5, 7), (1, 2, 3, 4), (0, 1, 2, 3)):
        y = filters.cross_correlate2d(np.ones((1, 23)), np.ones((1, f)), (1, s), (0, p))
        assert y.size == (23 + 2 * p - f) // s + 1
        assert 2 * p - f + 1 != 0 or s > 1 or y.size == 23  # "same"
    rng = np.random.default_rng(2)
    for _ in range(200):
        n, span = 400, input_span()
        for _ in range(int(rng.integers(1, 6))):
            f, s, p = (int(rng.integers(low, high)) for low, high in ((1, 8), (1, 4), (0, 4)))
            if n + 2 * p < f:
                break
            n, span = (n + 2 * p - f) // s + 1, span.window(f, s, p)
        assert n == (400 + 2 * span.padding - span.size) // span.jump + 1


@pytest.mark.parametrize("name", NETWORKS)
def test_f19_the_last_map_of_every_network_by_one_formula(name):
    last = last_map(name)
    span, n = last.spans[0], network(name).input_shape[1]
    places = (n + 2 * span.padding - span.size) // span.jump + 1
    # GoogLeNet's poolings round up.
    assert last.output_shape[1] == places + (name == "googlenet")


@pytest.mark.skipif(not find_spec("torch"), reason="needs PyTorch")
@pytest.mark.parametrize("name", NETWORKS)
def test_f20_the_recursion_is_what_gradients_say(name):
    from coursekit.analysis.empirical import measured_field
    from coursekit.analysis.to_torch import SpecifiedNetwork

    slim = thin(network(name))
    span = slim.layers()[-1].spans[0]
    assert span == last_map(name).spans[0]
    for axis in (0, 1):
        sides = [74, 74]
        sides[axis] = span.size + 4 * int(span.jump)
        strip = slim.at((1, *sides))
        module = SpecifiedNetwork(strip)
        for row in (0, strip.layers()[-1].output_shape[1 + axis] // 2):
            unit = (row, 0) if axis == 0 else (0, row)
            field = measured_field(module, (1, *sides), unit=unit)
            assert field.support[axis] == span.region(row, sides[axis])


def test_f20_the_recursion_of_deck_5_by_following_units():
    rng = np.random.default_rng(3)
    for _ in range(100):
        windows = [tuple(int(v) for v in rng.integers(1, 5, 2)) for _ in range(4)]
        r, strides = 1, 1
        for f, s in windows:
            r, strides = r + (f - 1) * strides, strides * s
        seen = walked(2, *windows)
        assert max(seen) - min(seen) + 1 == r == stacked(*windows).size
        assert min(seen) == 2 * strides


# What the lecture says


def test_pooling_twice_makes_eighteen_of_seven():
    windows = (3,), (2, 2), (3,), (2, 2), (3,)
    span = stacked(*windows)
    assert (span.size, span.jump) == (18, 4)
    assert [stacked(*windows[:n]).size for n in range(1, 6)] == [3, 4, 8, 10, 18]
    # A layer's own stride does nothing for its own field.
    assert stacked((3,), (2, 5)).size == stacked((3,), (2, 1)).size


def test_only_two_of_six_units_see_no_padding():
    windows = (3, 1, 1), (2, 2), (3, 1, 1)
    span = stacked(*windows)
    assert (span.size, span.jump, span.padding) == (8, 2, 3)
    regions = [(int(u * 2 - 3), int(u * 2 + 4)) for u in range(6)]
    assert [u for u, (a, b) in enumerate(regions) if a >= 0 and b <= 11] == [2, 3]
    assert regions[1] == (-1, 6) and sum(regions[1]) / 2 == 2.5
    for unit, ends in enumerate(regions):
        seen = walked(unit, *windows)
        assert (min(seen), max(seen)) == ends


def test_dilations_and_their_gaps():
    for dilations, size, reached in (((1, 2, 4), 15, 15), ((2, 2, 2), 13, 7)):
        windows = [(3, 1, 0, d) for d in dilations]
        assert stacked(*windows).size == size
        here, there = walked(0, *windows), walked(1, *windows)
        assert len(here) == reached
        assert (not here & there) is (reached < size)  # neighbours share nothing


def test_growth_with_depth():
    assert stacked(*[(3,)] * 112).size >= 224 > stacked(*[(3,)] * 111).size
    pooled = [w for k in range(12) for w in ([(3,)] + [(2, 2)] * (k % 2))]
    assert stacked(*pooled).size >= 224
    assert stacked(*pooled[:-2]).size < 224  # without the twelfth convolution and its pooling
    strided, dilated = [(3, 2)] * 12, [(3, 1, 0, 2**k) for k in range(12)]
    assert stacked(*strided).size == stacked(*dilated).size == 2**13 - 1
    assert (stacked(*strided).jump, stacked(*dilated).jump) == (4096, 1)
    # Each way's growth by a layer: twofold at last, twofold in two layers, nothing but adding.
    assert stacked(*strided).size / stacked(*strided[:-1]).size == pytest.approx(2, abs=0.001)
    assert stacked(*pooled).size / stacked(*pooled[:-3]).size == pytest.approx(2, abs=0.05)
    assert {stacked(*[(7,)] * n).size - stacked(*[(7,)] * (n - 1)).size for n in (2, 12)} == {6}
    # "VGG-16 pools less often than every second layer, so its thirteen are not enough."
    kinds = [layer.type for layer in network("vgg16").layers() if layer.spans]
    assert (kinds.count("Conv2d"), kinds.count("MaxPool2d")) == (13, 5)
    assert last_map("vgg16").spans[0].size == 212


def test_who_sees_all_of_a_picture():
    for name, size in (("alexnet", 195), ("vgg16", 212), ("googlenet", 715), ("resnet50", 427)):
        layers = [layer for layer in network(name).layers() if layer.spans]
        assert layers[-1].spans[0].size == size
        assert any(layer.spans[0].size >= 224 for layer in layers) is (size >= 224)


def test_where_the_centres_lie():
    expected = {"alexnet": (31, 191), "vgg16": (15.5, 207.5), "resnet50": (0, 192)}
    for name, ends in expected.items():
        span, places = last_map(name).spans[0], last_map(name).output_shape[1]
        assert (span.centre, span.centre + (places - 1) * span.jump) == ends
    assert 111.5 - (0 + 192) / 2 == 15.5
    assert 31 + 191 == 222  # AlexNet's middle, 111, is half a pixel off
    # One stage takes the step from a chin to nearly everything.
    fields = {layer.name: layer.spans[0].size for layer in network("vgg16").layers() if layer.spans}
    assert fields["conv4_3"] == 92 and fields["conv5_3"] == 196


def test_published_fields_and_why_ours_differ():
    blocks = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3), "resnet152": (3, 8, 36, 3)}
    published = {"resnet50": (483, 239), "resnet101": (1027, 511), "resnet152": (1507, 751)}
    for name, counts in blocks.items():
        assert resnet_span(counts, "3×3") == last_map(name).spans[0]
        paper, slim = (resnet_span(counts, place) for place in ("first 1×1", "end of stage"))
        assert paper.size == slim.size == published[name][0] and paper.jump == 32
        theirs = resnet_span(counts, "end of stage", pool_padding=0)
        assert (theirs.size, theirs.padding) == published[name]
    vgg, alex = last_map("vgg16").spans[0], last_map("alexnet").spans[0]
    assert (vgg.size, vgg.jump, vgg.padding) == (212, 32, 90)
    assert (alex.size, alex.jump, alex.padding) == (195, 32, 64 + 2)


def test_paths_that_meet_and_paths_that_do_not():
    found = {layer.name: layer.spans[0] for layer in network("googlenet").layers() if layer.spans}
    paths = [found[f"inception3a.{p}"] for p in ("1x1", "3x3", "5x5", "pool_projection")]
    assert [p.size for p in paths] == [27, 43, 59, 43]
    assert {p.centre for p in paths} == {6} and found["inception3a"].size == 59
    for stride, size, note in ((1, 30, "different centres"), (2, 16, "step by 1 and 2 pixels")):
        graph = Graph("a bad joint", (1, 32, 32))
        graph.add(conv(4, 3, stride, stride - 1), name="one")
        graph.add(conv(4, 1), "input", name="skip")
        graph.add(Crop((0, 0), (1, 1), (size, size)), name="crop")
        graph.add(Combine("Add"), "one", "crop", name="add")
        (said,) = summary(graph).notes
        assert note in said


def test_paths_through_resnet50():
    gains = [8] * 3 + [8] + [16] * 3 + [16] + [32] * 5 + [32] + [64] * 2
    widths = np.array([11])
    for gain in gains:
        widths = np.concatenate([widths, widths + gain])
    assert widths.size == 2**16 == 65_536 and len(gains) == 16
    assert widths.max() == last_map("resnet50").spans[0].size == 427
    assert (widths == 427).sum() == 1 and widths.mean() == 219
    assert 0.45 < (widths > 224).mean() < 0.5


# The effective field


def test_the_effective_field_is_a_bell_in_the_middle():
    found = mean_strength(16, "random", 33, draws=20)
    assert found[8:25, 8:25].sum() > 0.95 * found.sum()
    assert found[0, 0] < 1e-10 * found.max()
    equal = np.sqrt(mean_strength(16, "equal", 33, draws=1))
    assert width(equal) == pytest.approx(math.sqrt(2 * 16 / 3))
    i, j = np.unravel_index(equal.argmax(), equal.shape)
    assert (i, j) == (16, 16)


@pytest.mark.parametrize("kind", ["random", "ReLU"])
def test_its_width_grows_like_the_square_root_of_depth(kind):
    depths = np.array([4, 8, 16, 32])
    widths = [width(mean_strength(n, kind, min(2 * n + 1, 65), draws=6)) for n in depths]
    assert np.allclose(widths, np.sqrt(2 * depths / 3), rtol=0.1)
    slope = np.polyfit(np.log(depths), np.log(widths), 1)[0]
    assert slope == pytest.approx(0.5, abs=0.06)
    assert np.polyfit(np.log(depths), np.log(2 * depths + 1), 1)[0] > 0.9


def test_from_four_layers_to_sixty_four():
    # "The field grows fourteen times, the width only about four times."
    assert round(129 / 9) == 14
    short, long = (width(mean_strength(n, "random", min(2 * n + 1, 65), 6)) for n in (4, 64))
    assert long / short == pytest.approx(4, abs=0.3)


def test_training_moves_the_effective_field_towards_the_task():
    digits = data.load_digits()
    noise = np.random.default_rng(9).standard_normal((300, 1, 15, 15))
    before = width(LECTURES["eye_of"](LECTURES["seven_layers"](2), noise))
    after = {}
    for corners in (False, True):
        net = LECTURES["seven_layers"](2)
        x = LECTURES["placed"](digits.x_train, corners, 1)
        LECTURES["train"](net, x, digits.y_train, 2, epochs=8)
        after[corners] = width(LECTURES["eye_of"](net, noise))
    assert after[False] < 0.95 * before and before < after[True] < 1.15 * before


def test_seven_layers_see_all_of_fifteen_pixels():
    assert stacked(*[(3,)] * 7).size == 15
    assert width(np.ones((15, 15))) == pytest.approx(4.32, abs=0.005)
    assert LECTURES["seven_layers"](0).layers[-1].params["w"].shape == (10, 8)


# Where it fails


def test_a_rim_creeps_inwards_by_one_pixel_per_layer():
    white = np.ones((1, 1, 32, 32))
    for depth, corner in ((1, 0.44), (4, 0.19), (12, 0.07)):
        net = LECTURES["random_stack"](depth, "equal", np.random.default_rng(0), maps=1)
        y = net.forward(white)[0, 0]
        assert y[0, 0] == pytest.approx(corner, abs=0.005)
        inside = y > 1 - 1e-9
        assert inside.sum() == (32 - 2 * depth) ** 2 and inside[depth, depth]


def test_nearly_every_unit_of_the_last_maps_sees_padding():
    clean, outside = {}, {}
    for name in ("alexnet", "vgg16", "googlenet", "resnet50"):
        span, places = last_map(name).spans[0], last_map(name).output_shape[1]
        first = np.arange(places) * int(span.jump) - span.padding
        clean[name] = [u for u in range(places) if 0 <= first[u] <= 224 - span.size]
        seen = min(first[0] + span.size, 224) - max(first[0], 0)
        outside[name] = 1 - (seen / span.size) ** 2
    assert clean == {"alexnet": [], "vgg16": [3], "googlenet": [], "resnet50": []}
    assert min(outside.values()) > 0.5 and round(outside["googlenet"], 1) == 0.9


def test_the_fields_on_the_photograph_fit_its_margin():
    photo = np.zeros((224, 224), np.uint8)
    span = last_map("resnet50").spans[0]
    ends = int(span.first + 3 * span.jump), int(span.last + 3 * span.jump)
    assert ends == (-117, 309)
    show_field(photo, ends, ends, margin=120, alt="The largest field of the lecture's figure")


# Exercises


def test_the_examples_in_the_text_are_the_first_cases():
    region = {c.args: c.expected for c in map(_hashable, _tiny("receptive_field_region"))}
    assert region[(3,), (1,), (1,), 0] == (-1, 1) and region[(3,), (1,), (1,), 3] == (2, 4)
    assert region[(3, 5), (2, 1), (1, 0), 1] == (1, 11)
    fields = {c.args: c.expected for c in map(_hashable, _tiny("receptive_field"))}
    assert fields[(3,), (1,), (1,)] == 3 and fields[(3, 5), (2, 1), (1, 1)] == 11
    assert fields[(3, 2), (2, 1), (1, 3)] == 9
    assert _tiny("effective_stride")[1].args == ([2, 3],)
    measured = [case.expected for case in _tiny("empirical_receptive_field")[:2]]
    assert measured == [[[0, 1, 2], [0, 0, 3], [0, 0, 0]], [[0, 0, 1, 1, 6, 0]]]


def _tiny(name):
    return [case for case in find(name).make_cases(0) if case.tiny]


def _hashable(case):
    args = tuple(tuple(a) if isinstance(a, list) else a for a in case.args)
    return type(case)(case.name, args, expected=case.expected)


def test_the_given_network_is_a_network():
    rng = np.random.default_rng(5)
    w, b = rng.standard_normal((3, 2, 3, 2)), rng.standard_normal(3)
    net = given("layer_stack", [("conv", w, b, 2, 1), ("average", 2)]).make()
    assert repr(net) == "LayerStack(conv 3×2, 2 → 3 maps, stride 2, padding 1, average 2×2)"
    ours = nn.Sequential(
        nn.Conv2d(2, 3, (3, 2), stride=2, padding=1, dtype=np.float64), nn.AveragePool2d(2)
    )
    ours.params["0.w"][...], ours.params["0.b"][...] = w, b
    x = rng.standard_normal((2, 2, 9, 8))
    y = net.forward(x)
    assert np.allclose(y, ours.forward(x))
    dout = rng.standard_normal(y.shape)
    assert np.allclose(net.backward(dout), ours.backward(dout))


def test_the_given_network_says_what_is_wrong():
    net = given("layer_stack", [("conv", np.ones((3, 2, 3, 3)), np.zeros(3), 1, 0)]).make()
    with pytest.raises(RuntimeError, match="call forward"):
        net.backward(np.zeros((1, 3, 2, 2)))
    with pytest.raises(ValueError, match=r"forward takes a batch \(N, C, H, W\).*\(2, 4, 4\)"):
        net.forward(np.zeros((2, 4, 4)))
    with pytest.raises(ValueError, match=r"2 → 3 maps.* got 4 maps"):
        net.forward(np.zeros((1, 4, 4, 2)))
    net.forward(np.zeros((1, 2, 4, 4)))
    with pytest.raises(ValueError, match=r"dout has shape \(3, 2, 2\).*\(1, 3, 2, 2\)"):
        net.backward(np.zeros((3, 2, 2)))


# Answers as strangers write them: what the check says, word by word, is in the exercise's file.


def _numpy_sum(strides):
    return np.sum(strides)


def _last_but_not_least(strides):
    jump = 1
    for i in range(len(strides) - 1):
        jump *= strides[i]
    return jump


def _jump_first(kernel_sizes, strides, dilations):
    r, j = 1, 1
    for k, s, d in zip(kernel_sizes, strides, dilations, strict=True):
        j = j * s
        r = r + (k - 1) * d * j
    return r


def _effective_kernel_without_one(kernel_sizes, strides, dilations):
    r, j = 1, 1
    for k, s, d in zip(kernel_sizes, strides, dilations, strict=True):
        r += (k * d - 1) * j
        j *= s
    return r


def _effective_kernel_whole(kernel_sizes, strides, dilations):
    rf = 0
    jump = 1
    for i in range(len(kernel_sizes)):
        effective = dilations[i] * (kernel_sizes[i] - 1) + 1
        rf += effective * jump
        jump *= strides[i]
    return rf


def _top_down_in_list_order(kernel_sizes, strides, dilations):
    r = 1
    for k, s, d in zip(kernel_sizes, strides, dilations, strict=True):
        r = s * (r - 1) + d * (k - 1) + 1
    return r


def _top_down_no_minus_one(kernel_sizes, strides, dilations):
    r = 1
    for i in range(len(kernel_sizes) - 1, -1, -1):
        r = r * strides[i] + dilations[i] * (kernel_sizes[i] - 1)
    return r


def _assigns_the_jump(kernel_sizes, strides, dilations):
    r, j = 1, 1
    for k, s, d in zip(kernel_sizes, strides, dilations, strict=True):
        r += (k - 1) * d * j
        j = s
    return r


def _no_dilation(kernel_sizes, strides, dilations):
    return 1 + sum((k - 1) * np.prod(strides[:i], dtype=int) for i, k in enumerate(kernel_sizes))


def _padding_with_own_stride(kernel_sizes, strides, paddings, unit):
    first = last = unit
    for k, s, p in list(zip(kernel_sizes, strides, paddings, strict=True))[::-1]:
        first = (first - p) * s
        last = (last - p) * s + k - 1
    return first, last


def _half_open(kernel_sizes, strides, paddings, unit):
    start, stop = unit, unit + 1
    for k, s, p in list(zip(kernel_sizes, strides, paddings, strict=True))[::-1]:
        start, stop = start * s - p, (stop - 1) * s - p + k
    return start, stop


def _clipped_on_the_way(kernel_sizes, strides, paddings, unit):
    start = end = unit
    for k, s, p in list(zip(kernel_sizes, strides, paddings, strict=True))[::-1]:
        start, end = max(0, start * s - p), end * s - p + k - 1
    return start, end


def _forwards(kernel_sizes, strides, paddings, unit):
    start = end = unit
    for k, s, p in zip(kernel_sizes, strides, paddings, strict=True):
        start, end = start * s - p, end * s - p + k - 1
    return start, end


def _centred(kernel_sizes, strides, paddings, unit):
    size, jump = 1, 1
    for k, s in zip(kernel_sizes, strides, strict=True):
        size += (k - 1) * jump
        jump *= s
    return unit * jump - size // 2, unit * jump + size // 2


def _total_padding(kernel_sizes, strides, paddings, unit):
    size, jump = 1, 1
    for k, s in zip(kernel_sizes, strides, strict=True):
        size += (k - 1) * jump
        jump *= s
    first = unit * jump - sum(paddings)
    return first, first + size - 1


def _everything(network, input_shape, unit):
    y = network.forward(np.random.rand(1, *input_shape))
    return np.abs(network.backward(np.ones(y.shape)))[0].sum(0)


def _signed(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    d = np.zeros_like(y)
    d[0, :, unit[0], unit[1]] = 1
    return network.backward(d)[0].sum(axis=0)


def _late_abs(network, input_shape, unit):
    return np.abs(_signed(network, input_shape, unit))


def _column_row(network, input_shape, unit):
    column, row = unit
    y = network.forward(np.zeros((1, *input_shape)))
    d = np.zeros_like(y)
    d[0, :, row, column] = 1
    return np.abs(network.backward(d)).sum(axis=(0, 1))


def _first_map(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    d = np.zeros_like(y)
    d[0, 0, unit[0], unit[1]] = 1
    return np.abs(network.backward(d)).sum(axis=(0, 1))


def _mask(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    d = np.zeros_like(y)
    d[0, :, unit[0], unit[1]] = 1
    return (np.abs(network.backward(d)).sum(axis=(0, 1)) != 0).astype(int)


def _no_batch(network, input_shape, unit):
    y = network.forward(np.zeros(input_shape))
    d = np.zeros_like(y)
    d[:, unit[0], unit[1]] = 1
    return np.abs(network.backward(d)).sum(axis=0)


def _gradient_as_it_is(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    d = np.zeros_like(y)
    d[:, :, unit[0], unit[1]] = 1
    return network.backward(d)[0]


def _activations_back(network, input_shape, unit):
    y = network.forward(np.ones((1, *input_shape)))
    mask = np.zeros_like(y)
    mask[:, :, unit[0], unit[1]] = 1
    return np.abs(network.backward(y * mask))[0].sum(axis=0)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("effective_stride", _numpy_sum, "are added"),
        ("effective_stride", _last_but_not_least, "last stride is left out"),
        ("receptive_field", _jump_first, "counts too early"),
        ("receptive_field", _effective_kernel_without_one, "f * d - 1"),
        ("receptive_field", _effective_kernel_whole, "Whole spans"),
        ("receptive_field", _top_down_in_list_order, "wrong way round"),
        ("receptive_field", _top_down_no_minus_one, "a whole stride for every unit"),
        ("receptive_field", _assigns_the_jump, "not `jump = s`"),
        ("receptive_field", _no_dilation, "The dilation is ignored"),
        ("receptive_field_region", _padding_with_own_stride, "own stride too"),
        ("receptive_field_region", _half_open, "one too far"),
        ("receptive_field_region", _clipped_on_the_way, "cut off at 0"),
        ("receptive_field_region", _forwards, "from the first to the last"),
        ("receptive_field_region", _centred, "centred on pixel"),
        ("receptive_field_region", _total_padding, "added up as they are"),
        ("empirical_receptive_field", _everything, "*all* units"),
        ("empirical_receptive_field", _signed, "signs are kept"),
        ("empirical_receptive_field", _late_abs, "too late"),
        ("empirical_receptive_field", _column_row, "exchanged"),
        ("empirical_receptive_field", _first_map, "Only output channel 0"),
        ("empirical_receptive_field", _mask, "a mask"),
        ("empirical_receptive_field", _no_batch, "no batch axis"),
        ("empirical_receptive_field", _activations_back, "own value"),
        ("empirical_receptive_field", _gradient_as_it_is, "gradient itself"),
    ],
)
@pytest.mark.parametrize("seed", [11])
def test_a_strangers_mistake_is_named(name, answer, words, seed):
    result = climb(find(name), answer, seed)
    assert not result.passed
    assert words in result.diagnosis, result.diagnosis
