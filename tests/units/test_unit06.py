"""Unit 06: what the lecture says."""

import math
from importlib.util import find_spec

import numpy as np
import pytest
from lecture_code import definitions

from coursekit import data, filters
from coursekit.analysis import NETWORKS, Graph, input_span, network, summary
from coursekit.analysis.networks.parts import conv
from coursekit.analysis.operations import Combine, Crop
from coursekit.plots.fields import show_field

LECTURES = definitions("06_receptive_fields")
below, resnet_span = LECTURES["below"], LECTURES["resnet_span"]
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


# What the lecture says beside the claims ledger, whose figures tests/test_claims.py has


def test_three_small_kernels_are_one_large_one():
    assert len(walked(3, (3,), (3,), (3,))) == 7
    rng = np.random.default_rng(1)
    x, k = rng.standard_normal((11, 12)), rng.standard_normal((3, 3, 3))
    seven = filters.convolve2d(filters.convolve2d(k[0], k[1], padding="full"), k[2], padding="full")
    y = x
    for each in k:
        y = filters.cross_correlate2d(y, each)
    assert seven.shape == (7, 7) and np.allclose(y, filters.cross_correlate2d(x, seven))


def test_resnets_second_layer_sees_little():
    layers = {layer.name: layer for layer in network("resnet50").layers()}
    assert layers["conv1"].parameters and not layers["pool1"].parameters
    assert (layers["pool1"].spans[0].size, layers["pool1"].spans[0].jump) == (11, 4)
    assert round(11 / 224, 2) == 0.05


def test_one_formula_gives_the_size_of_a_stack():
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
def test_the_last_map_of_every_network_by_one_formula(name):
    last = last_map(name)
    span, n = last.spans[0], network(name).input_shape[1]
    places = (n + 2 * span.padding - span.size) // span.jump + 1
    # GoogLeNet's poolings round up.
    assert last.output_shape[1] == places + (name == "googlenet")


@pytest.mark.skipif(not find_spec("torch"), reason="needs PyTorch")
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_agree_at_the_border_too(name):
    from coursekit.analysis.empirical import measured_field
    from coursekit.analysis.to_torch import SpecifiedNetwork, thin

    graph, last = network(name), last_map(name)
    end = [node.name for node in graph.nodes].index(last.name)
    del graph.nodes[end + 1 :]
    module = SpecifiedNetwork(thin(graph))
    for axis in (0, 1):
        span, sides = last.spans[axis], [74, 74]
        sides[axis] = span.size + 4 * int(span.jump)
        field = measured_field(module, (1, *sides), unit=(0, 0))
        assert field.support[axis] == span.region(0, sides[axis])


def test_the_recursion_of_deck_5_by_following_units():
    rng = np.random.default_rng(3)
    for _ in range(100):
        windows = [tuple(int(v) for v in rng.integers(1, 5, 2)) for _ in range(4)]
        r, strides = 1, 1
        for f, s in windows:
            r, strides = r + (f - 1) * strides, strides * s
        seen = walked(2, *windows)
        assert max(seen) - min(seen) + 1 == r == stacked(*windows).size
        assert min(seen) == 2 * strides


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
