"""Unit 06's exercises: the numbers in their text, the given network, answers of strangers."""

import re

import numpy as np
import pytest
from exercise_text import section

from coursekit import numpy_nn as nn
from coursekit.checking.ladder import climb
from coursekit.exercises import find
from coursekit.exercises.unit06._networks import layer_stack

SLUG = "06_receptive_fields"


def test_the_examples_in_the_text_are_the_first_cases():
    assert "effective_stride([2, 3]) is 6" in section(SLUG, 1)
    assert ([2, 3], 6) in [(*c.args, c.expected) for c in _tiny("effective_stride")]

    fields = {c.args: c.expected for c in map(_hashable, _tiny("receptive_field"))}
    row = r"^# \| ([\d, ]+) \| ([\d, ]+) \| ([\d, ]+) \| (.*) \| (\d+) \|$"
    rows = re.findall(row, section(SLUG, 2), re.MULTILINE)
    assert len(rows) == 3
    for *lists, steps, field in rows:
        args = tuple(tuple(map(int, numbers.split(","))) for numbers in lists)
        assert fields[args] == eval(steps.replace("·", "*")) == int(field)

    region = {c.args: c.expected for c in map(_hashable, _tiny("receptive_field_region"))}
    ends = [region[(3,), (1,), (1,), unit] for unit in (0, 3)]
    assert f"are {ends[0]} and {ends[1]}".replace("-", "−") in section(SLUG, 3)
    first, last = region[(3, 5), (2, 1), (1, 0), 1]
    text = section(SLUG, 3).replace("\n#", "")
    assert f"2·1 − 1 = {first} to 2·5 − 1 + 2 = {last}" in text

    shown = [re.search(r"[01](?: \d)+$", line) for line in section(SLUG, 4).splitlines()]
    table = [[int(n) for n in found[0].split()] for found in shown if found]
    square, row = (case.expected for case in _tiny("empirical_receptive_field")[:2])
    assert table == [*square, *row]


def _tiny(name):
    return [case for case in find(name).make_cases(0) if case.tiny]


def _hashable(case):
    args = tuple(tuple(a) if isinstance(a, list) else a for a in case.args)
    return type(case)(case.name, args, expected=case.expected)


def test_the_given_network_is_a_network():
    rng = np.random.default_rng(5)
    w, b = rng.standard_normal((3, 2, 3, 2)), rng.standard_normal(3)
    net = layer_stack([("conv", w, b, 2, 1), ("average", 2)])
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
    net = layer_stack([("conv", np.ones((3, 2, 3, 3)), np.zeros(3), 1, 0)])
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
