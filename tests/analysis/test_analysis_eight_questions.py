"""The eight questions: figures as published, words that agree with the graphs."""

import dataclasses

import pytest

from coursekit.analysis import NETWORKS, network
from coursekit.analysis.eight_answers import ARCHITECTURES, QUESTIONS
from coursekit.analysis.eight_questions import NAMES, depth, eight_questions
from coursekit.errors import CourseError


@pytest.fixture(scope="module")
def table():
    return eight_questions()


@pytest.mark.parametrize(
    ("name", "layers"),
    [("alexnet", 8), ("vgg16", 16), ("vgg19", 19), ("googlenet", 22), ("lenet5", 5), ("zfnet", 8)]
    + [(f"resnet{n}", n) for n in (18, 34, 50, 101, 152, 20, 110)],
)
def test_depth_is_what_the_papers_count(name, layers):
    assert depth(network(name).layers()) == layers


def test_every_architecture_answers_every_question(table):
    assert len(QUESTIONS) == 8
    assert tuple(card.answers.name for card in table.cards) == NAMES
    for card in table.cards:
        assert card.answers.network in NETWORKS
        assert all(card.cells[asked] for asked in QUESTIONS.values())
        years = [int(word) for word in card.answers.paper.split() if word.isdigit()]
        assert 1998 <= years[0] <= 2016
        assert card.answers.doi.startswith("10.")


def test_the_questions_are_the_fields_of_an_answer():
    fields = [f.name for f in dataclasses.fields(ARCHITECTURES[0])]
    assert fields[4:] == list(QUESTIONS)


WORDS = {
    "LocalResponseNorm": "response normalisation",
    "BatchNorm2d": "batch normalisation",
    "Concatenate": "inception modules",
    "Add": "shortcuts",
    "AdaptiveAvgPool2d": "global average pooling",
    "RadialBasis": "radial basis",
}


@pytest.mark.parametrize("kind", WORDS)
def test_special_layers_are_named_exactly_where_the_graph_has_them(table, kind):
    for card in table.cards:
        has = any(layer.type == kind for layer in card.table.layers)
        said = card.answers.special_layers
        if card.answers.name == "ZFNet":  # "AlexNet's without the groups"
            said += table.cards[NAMES.index("AlexNet")].answers.special_layers
        assert (WORDS[kind] in said) == has, card.answers.name


def test_the_non_linearity_is_the_graphs(table):
    for card in table.cards:
        kinds = {layer.type for layer in card.table.layers}
        assert ("ReLU" in kinds) == (card.answers.non_linearity == "ReLU")
        assert ("ScaledTanh" in kinds) == (card.answers.non_linearity == "scaled tanh")
        dropout = "dropout" in card.answers.over_fitting.replace("no dropout", "")
        assert ("Dropout" in kinds) == dropout


def test_inception_modules_are_nine(table):
    card = table.cards[NAMES.index("GoogLeNet")]
    assert "9 Concatenate" in card.cells["layers"]
    assert "nine inception modules" in card.answers.special_layers


def test_figures():
    card = eight_questions("VGG-16").cards[0]
    assert card.cells["parameters"] == "138,357,544"
    assert card.cells["of these dense"] == "89%"
    assert card.cells["receptive field"] == "212 of 224 pixels"
    assert card.cells["depth"] == "16 layers with weights"
    assert card.cells["multiply-adds"] == "15.47 G"


def test_zfnet_has_more_parameters_than_alexnet():
    alexnet, zfnet = eight_questions("AlexNet", "ZFNet").cards
    assert "more than AlexNet" in zfnet.answers.fewer_parameters
    assert zfnet.table.totals["parameters"] > alexnet.table.totals["parameters"]


def test_it_can_be_read_as_text_html_and_markdown():
    table = eight_questions("alexnet", "ResNet-50")
    text, page, markdown = repr(table), table._repr_html_(), table.to_markdown()
    for shown in (text, page, markdown):
        for word in ("AlexNet", "ResNet-50", "60,965,224", "Update rule?", "shortcuts"):
            assert word in shown
    assert max(map(len, text.splitlines())) <= 100
    assert page.count("<tr>") == 1 + len(table.rows) and 'scope="row"' in page
    assert {line.count("|") for line in markdown.splitlines()} == {4}
    assert "VGG" not in text


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(CourseError, match="Did you mean ResNet-50"):
        eight_questions("ResNet50")
    with pytest.raises(CourseError, match="LeNet-5, AlexNet"):
        eight_questions("transformer")
    with pytest.raises(CourseError, match="not answered for 7"):
        eight_questions(7)
