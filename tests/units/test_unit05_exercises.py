"""Unit 05's exercises: the numbers in their text, and answers as strangers write them."""

import math
import re

import numpy as np
import pytest
from exercise_text import exercise_text, section

from coursekit.analysis import network, summary
from coursekit.analysis.contest import GIVEN, judge
from coursekit.analysis.puzzles import table_puzzle
from coursekit.checking.ladder import climb
from coursekit.exercises import find, in_unit

SLUG = "05_counting_parameters"


def answer(name, *args, **kwargs):
    return find(name).reference(*args, **kwargs)


@pytest.mark.parametrize("exercise", in_unit("05"), ids=lambda e: e.name)
def test_the_worked_example_comes_first(exercise):
    cases = exercise.make_cases(0)
    assert cases[0].tiny and cases[0].has_expected
    tiny = sum(case.tiny for case in cases)
    assert all(case.tiny for case in cases[:tiny])


@pytest.mark.parametrize(
    ("number", "name", "args", "value"),
    [
        (1, "linear_parameters", (3, 2), 8),
        (2, "conv2d_parameters", (1, 6, (5, 5)), 156),
        (3, "locally_connected_parameters", ((1, 3, 3), 1, (2, 2)), 20),
        (4, "conv2d_macs", ((1, 3, 3), 1, (2, 2)), 16),
        (5, "activation_memory", ([(6, 2, 2), (10,)], 3), 408),
    ],
)
def test_the_example_in_the_text(number, name, args, value):
    assert answer(name, *args) == value
    assert str(value) in section(SLUG, number)
    shown = [c for c in find(name).make_cases(0) if c.tiny and c.args == args]
    assert shown and shown[0].expected == value


def test_groups_in_the_text():
    assert "6 · (2 · 9 + 1) = 114" in section(SLUG, 2)
    assert answer("conv2d_parameters", 4, 6, (3, 3), groups=2) == 114


def test_the_table_in_the_text_is_the_first_case():
    case = find("network_summary").make_cases(0)[0]
    rows = re.findall(
        r"^# \| `(\(.*\))` \| (\d+, \d+, \d+) \| (.*) \| (.*) \|$", section(SLUG, 6), re.M
    )
    layers, shapes, *counts = zip(*rows, strict=True)
    assert [eval(text) for text in layers] == case.args[0]
    assert case.args[1] == (1, 4, 4)
    wanted = [a.tolist() for a in case.expected]
    assert [list(eval(text)) for text in shapes] == wanted[0]
    for shown, right in zip(counts, wanted[1:], strict=True):
        assert [int(text.split("=")[-1]) for text in shown] == right
        sums = [text.split("=")[0].replace("·", "*") for text in shown]
        assert [eval(text) for text in sums] == right


def test_alexnet_in_the_stretch():
    tail = [("flatten",), ("linear", 4096), ("linear", 4096), ("linear", 1000)]
    middle = [("conv", 384, 3, 1, 1), ("conv", 384, 3, 1, 1), ("conv", 256, 3, 1, 1)]
    head = [("conv", 96, 11, 4, 2), ("pool", 3, 2), ("conv", 256, 5, 1, 2), ("pool", 3, 2)]
    layers = [*head, *middle, ("pool", 3, 2), *tail]
    one_group = answer("network_summary", layers, (3, 224, 224))[1].sum()
    two_groups = summary(network("alexnet")).totals["parameters"]
    said = re.findall(r"\d\d,\d{3},\d{3}", exercise_text(SLUG))
    assert said == [f"{one_group:,}", f"{two_groups:,}"]


def test_the_numbers_in_the_folded_answers():
    text = exercise_text(SLUG)
    puzzle = table_puzzle(1)
    assert (puzzle.letter, puzzle.layer) == ("D", "conv2")
    wrong, right, numbers = 39_366, 23_814, 9 * 7 * 7
    assert f"{wrong:,} multiply-adds" in puzzle.answer() and wrong % numbers
    assert f"{right:,} belong there" in puzzle.answer() and right == 6 * 9 * numbers
    assert f"9 · 7 · 7 = {numbers}" in text and f"{wrong:,} / {numbers} is not even whole" in text
    assert f"{right:,} in all" in text
    two = answer("conv2d_parameters", 8, 16, (3, 3)) + answer("conv2d_parameters", 16, 16, (3, 3))
    assert f"{two:,} against {answer('conv2d_parameters', 8, 16, (5, 5)):,}" in text
    entry = re.search(r"\nentry = (\[.*?\n\])", text, re.S)[1]
    assert eval(entry) == list(GIVEN)
    given = judge(GIVEN)
    assert f"({given.given.field} a side" in text and len(given.violated) == 2
    design = re.search(r"# (entry = \[\n.*?\n# \])", text, re.S)[1].replace("\n# ", "\n")
    _, parameters, _ = answer("network_summary", eval(design.partition("= ")[2]), (1, 16, 16))
    assert f"{parameters.sum():,} parameters, about a third" in text
    _, parameters, _ = answer("network_summary", GIVEN, (1, 16, 16))
    assert parameters.max() > 2 / 3 * parameters.sum() and parameters.argmax() == 7


# Answers as strangers write them: what the check says, word by word, is in the exercise's file.


def _bias_as_true(in_features, out_features, bias=True):
    return in_features * out_features + bias


def _plus_one_outside(in_features, out_features, bias=True):
    return in_features * (out_features + 1)


def _slides_formula(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return (math.prod(kernel_size) + 1) * out_channels


def _without_arguments(in_channels, out_channels, kernel_size, groups=1, bias=True):
    f_h, f_w = kernel_size
    return (f_h * f_w * in_channels + 1) * out_channels


def _true_division(in_channels, out_channels, kernel_size, groups=1, bias=True):
    f_h, f_w = kernel_size
    return in_channels / groups * out_channels * f_h * f_w + out_channels * bias


def _per_group(in_channels, out_channels, kernel_size, groups=1, bias=True):
    f_h, f_w = kernel_size
    return in_channels // groups * (out_channels // groups) * f_h * f_w + out_channels * bias


def _biases_of_a_convolution(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    c, h, w = input_shape
    f_h, f_w = kernel_size
    places = ((h + 2 * padding - f_h) // stride + 1) * ((w + 2 * padding - f_w) // stride + 1)
    return places * out_channels * c * f_h * f_w + out_channels * bias


def _channels_last(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    h, w, c = input_shape
    f_h, f_w = kernel_size
    places = ((h + 2 * padding - f_h) // stride + 1) * ((w + 2 * padding - f_w) // stride + 1)
    return places * out_channels * (c * f_h * f_w + bias)


def _same_padding(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    c, h, w = input_shape
    return (h // stride) * (w // stride) * out_channels * (c * math.prod(kernel_size) + bias)


def _flops(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return 2 * answer("conv2d_macs", input_shape, out_channels, kernel_size, stride, padding)


def _on_the_input(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return math.prod(input_shape) * out_channels * math.prod(kernel_size) // groups


def _with_biases(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    c, h, w = input_shape
    f_h, f_w = kernel_size
    places = ((h + 2 * padding - f_h) // stride + 1) * ((w + 2 * padding - f_w) // stride + 1)
    return places * answer("conv2d_parameters", c, out_channels, kernel_size, groups)


def _float64(shapes, batch_size, bytes_per_number=4):
    return sum(np.zeros((batch_size, *shape)).nbytes for shape in shapes)


def _thirty_two(shapes, batch_size, bytes_per_number=4):
    return sum(math.prod(shape) for shape in shapes) * batch_size * 32


def _returns_at_once(shapes, batch_size, bytes_per_number=4):
    for shape in shapes:
        return int(np.prod(shape)) * batch_size * bytes_per_number


def _sums_sides(shapes, batch_size, bytes_per_number=4):
    return sum(sum(shape) for shape in shapes) * batch_size * bytes_per_number


def _table(**wrong):
    """One long loop, as in the solution, with one thing wrong."""

    def network_summary(layers, input_shape):
        (c, h, w), shapes, parameters, macs = input_shape, [], [], []
        for kind, *n in layers:
            p = a = 0
            if kind == "conv":
                m, f, s, pad = n
                p = m * (c * f * f + 1)
                before = h * w
                h, w = ((side + 2 * pad - f) // s + 1 for side in (h, w))
                a = m * (before if "input" in wrong else h * w) * c * f * f
                a = p * h * w if "biases" in wrong else a
                c = m
            elif kind == "pool":
                h, w = (
                    (v // n[0] if "blocks" in wrong else (v - n[0]) // n[1] + 1) for v in (h, w)
                )
                p = n[0] ** 2 if "weights" in wrong else 0
            elif kind == "flatten" and "keep" not in wrong:
                c, h, w = c * h * w, 1, 1
            elif kind == "global_average":
                h = w = 1
            elif kind == "linear":
                p, a = n[0] * (c * h * w + ("bare" not in wrong)), n[0] * c * h * w
                c, h, w = n[0], 1, 1
            elif "skip" in wrong:
                continue
            shapes.append((c, h, w))
            parameters.append(p)
            macs.append(a)
        return shapes, parameters, macs

    return network_summary


STRANGERS = [
    ("linear_parameters", _bias_as_true, "One bias is counted for the whole layer"),
    ("linear_parameters", _plus_one_outside, "that is one bias per input"),
    ("conv2d_parameters", _slides_formula, "right for a grey picture"),
    ("conv2d_parameters", _without_arguments, "Neither `groups` nor `bias` is used"),
    ("conv2d_parameters", _true_division, "it is a float"),
    ("conv2d_parameters", _per_group, "You divide by the groups twice"),
    ("locally_connected_parameters", _biases_of_a_convolution, "The biases are shared"),
    ("locally_connected_parameters", _channels_last, "You read them as (H, W, C)"),
    ("locally_connected_parameters", _same_padding, '"same" padding'),
    ("conv2d_macs", _flops, "(FLOPs), and the groups"),
    ("conv2d_macs", _on_the_input, "The size of the *input* is used"),
    ("conv2d_macs", _with_biases, "The bias is counted"),
    ("activation_memory", _float64, "NumPy's default"),
    ("activation_memory", _thirty_two, "that is bits"),
    ("activation_memory", _returns_at_once, "does `return` stand inside the loop"),
    ("activation_memory", _sums_sides, "holds their *product*"),
    ("network_summary", _table(input=True), "with the size of the *input*"),
    ("network_summary", _table(biases=True), "In conv: the biases are counted among"),
    ("network_summary", _table(blocks=True), "In pool: the windows are laid side by side"),
    ("network_summary", _table(weights=True), "as if the window had weights"),
    ("network_summary", _table(keep=True), "flatten leaves the shape as it is"),
    ("network_summary", _table(bare=True), "In linear: the biases are forgotten"),
    ("network_summary", _table(skip=True), "ReLU has no row"),
]


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    STRANGERS,
    ids=[f"{name}-{i}" for i, (name, *_) in enumerate(STRANGERS)],
)
@pytest.mark.parametrize("seed", [0, 11])
def test_a_strangers_mistake_is_named(name, wrong, words, seed):
    result = climb(find(name), wrong, seed)
    assert not result.passed
    assert words in result.diagnosis, result.diagnosis


def test_the_loop_with_nothing_wrong_is_right():
    assert climb(find("network_summary"), _table()).passed
