"""Stages, lists of layers, puzzles and the contest of unit 05."""

import re

import numpy as np
import pytest

from coursekit.analysis import AnalysisError, network, summary
from coursekit.analysis.contest import GIVEN, INPUT_SHAPE, judge
from coursekit.analysis.layer_lists import graph_of_layers, network_of_layers
from coursekit.analysis.puzzles import LETTERS, table_puzzle
from coursekit.analysis.stages import stages

SMALLER = [
    *[("conv", 8, 3, 1, 1), ("relu",), ("pool", 2, 2), ("conv", 12, 3, 1, 1), ("relu",)],
    *[("conv", 12, 3, 1, 1), ("relu",), ("pool", 2, 2), ("flatten",), ("linear", 10)],
]
"""The design in the exercise notebook's folded answer."""


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "vgg16", "googlenet", "resnet50"])
def test_stages_hold_everything_once(name):
    table = summary(network(name))
    found = stages(table)
    for key in ("parameters", "macs", "activation_bytes"):
        assert sum(getattr(stage, key) for stage in found) == table.totals[key]
    assert len({stage.size for stage in found}) == len(found)
    assert found[-1].name == "dense"


def test_the_stages_of_vgg():
    found = stages(summary(network("vgg16")))
    names = ["224×224", "112×112", "56×56", "28×28", "14×14", "7×7", "dense"]
    assert [s.name for s in found] == names
    assert [s.weighing for s in found] == [2, 2, 3, 3, 3, 0, 3]
    assert [s.channels for s in found[:-1]] == [64, 128, 256, 512, 512, 512]


def test_a_list_of_layers_is_the_same_network_to_count_and_to_train():
    layers = [
        *[("conv", 4, 3, 2, 1), ("relu",), ("pool", 3, 2), ("conv", 6, 3, 1, 0)],
        *[("global_average",), ("linear", 5), ("relu",), ("linear", 2)],
    ]
    table = summary(graph_of_layers(layers, (3, 20, 23)))
    assert [row["name"] for row in table.rows[:4]] == ["conv1", "relu1", "pool1", "conv2"]
    net = network_of_layers(layers, (3, 20, 23), np.random.default_rng(0))
    assert net.parameter_count() == table.totals["parameters"]
    assert all(p.dtype == np.float64 for p in net.params.values())
    x = np.random.default_rng(1).standard_normal((2, 3, 20, 23))
    assert net.forward(x).shape == (2, 2)


@pytest.mark.parametrize(
    ("layers", "error", "words"),
    [
        ([("dense", 3)], ValueError, "layer 0: no kind is called 'dense'"),
        ([("relu",), ("conv", 3, 3)], ValueError, r"layer 1 must read \('conv', out_channels"),
        ([("linear", 2.5)], TypeError, "layer 0, linear: out_features must be an integer"),
        ([("pool", 2, 0)], ValueError, "layer 0, pool: stride must be at least 1"),
        (["relu"], TypeError, "layer 0 must be a tuple"),
        ([("linear", 3)], AnalysisError, "layer linear1 .* is a Flatten missing"),
        ([("conv", 2, 9, 1, 0)], AnalysisError, "layer conv1 .* does not fit into 8"),
    ],
)
def test_lists_that_cannot_be(layers, error, words):
    with pytest.raises(error, match=words):
        network_of_layers(layers, (1, 8, 8), np.random.default_rng(0))


def test_a_puzzle_has_one_wrong_number():
    row = re.compile(r"^    (\w+) +\((.*)\) +([\d×]+) +([\d,]+) +([\d,]+)$")
    for number in range(1, 31):
        puzzle = table_puzzle(number)
        assert repr(puzzle) == repr(table_puzzle(number))
        wrong = []
        for letter, text in zip(LETTERS, puzzle.tables, strict=True):
            head, _, *lines = text.splitlines()
            shape = tuple(int(n) for n in head.split("input ")[1].split("×"))
            found = [row.match(line).groups() for line in lines]
            layers = [eval(f"({numbers},)") for _, numbers, *_ in found]
            truth = summary(graph_of_layers(layers, shape)).rows
            for (name, _, out, *counts), right in zip(found, truth, strict=True):
                assert out == "×".join(map(str, right["output_shape"]))
                shown = [int(n.replace(",", "")) for n in counts]
                if shown != [right["parameters"], right["macs"]]:
                    wrong.append((letter, name))
        assert wrong == [(puzzle.letter, puzzle.layer)]
        assert puzzle.guess(*wrong[0]) == f"Found. {puzzle.answer()}"
        assert f"Table {puzzle.letter}, {puzzle.layer}: " in puzzle.answer()
        assert max(len(line) for line in repr(puzzle).splitlines()) <= 80


def test_what_a_puzzle_says_to_guesses():
    puzzle = table_puzzle(1)
    other = next(letter for letter in LETTERS if letter != puzzle.letter)
    assert puzzle.guess("?", "?").startswith("Not guessed yet")
    assert puzzle.guess(other.lower(), "conv1") == (
        f"Table {other} is right in every row. Look at another."
    )
    assert "The right table, but pool1 is as it should be" in puzzle.guess(puzzle.letter, "pool1")
    assert puzzle.guess(f" {puzzle.letter.lower()}", puzzle.layer.upper()).startswith("Found.")


def test_puzzles_have_errors_of_every_kind():
    kinds = {table_puzzle(n).answer().rpartition("; ")[2] for n in range(1, 60)}
    assert len(kinds) == 8


# The contest


def test_the_given_network_is_counted_not_trained():
    verdict = judge(list(GIVEN))
    assert not verdict.accepted
    assert verdict.given == verdict.design
    assert (verdict.given.parameters, verdict.given.field) == (11_850, 12)
    assert verdict.violated[0].startswith("Too many parameters: 11,850, at most 5,925")
    assert verdict.violated[-1] == "It was not trained."
    assert "not trained" in repr(verdict)


def test_a_linear_classifier_sees_too_little():
    verdict = judge([("flatten",), ("linear", 10)])
    assert not verdict.accepted and verdict.design.field == 0
    assert verdict.violated[0].startswith("It sees too little: ")


def test_the_design_of_the_folded_answer_gets_in_and_a_global_average_does_not():
    verdict = judge(SMALLER)
    assert verdict.accepted and verdict.design.parameters == 4_194
    assert verdict.design.field == 12
    assert verdict.design.right >= verdict.given.right > 0.95
    assert repr(verdict).splitlines()[-1] == (
        "Accepted, with 35.4% of the parameters. Can you do with fewer?"
    )
    averaged = judge([*SMALLER[:-2], ("global_average",), ("linear", 10)])
    assert not averaged.accepted and averaged.design.right < 0.9
    assert averaged.violated[0].startswith("It reads too few digits: ")
    assert judge(SMALLER) == verdict


def test_a_fifth_of_the_parameters_is_enough():
    small = [("conv", 4, 3, 1, 1), ("relu",), ("pool", 2, 2), ("conv", 8, 5, 1, 2), ("relu",)]
    verdict = judge([*small, ("pool", 2, 2), ("flatten",), ("linear", 10)])
    assert verdict.accepted
    assert verdict.design.parameters == 2_138 < verdict.given.parameters / 5


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([], r"10 scores, \('linear', 10\); got \(1, 16, 16\)"),
        ([("flatten",), ("linear", 7)], r"got \(7,\)"),
        ([("linear", 10)], "is a Flatten missing"),
    ],
)
def test_designs_that_cannot_be_judged(layers, words):
    with pytest.raises(ValueError, match=words):
        judge(layers)


def test_the_receptive_field_is_that_of_the_last_convolution():
    rows = summary(graph_of_layers(GIVEN, INPUT_SHAPE)).rows
    assert [r["receptive_field"] for r in rows if r["type"] == "Conv2d"] == [3, 12]
