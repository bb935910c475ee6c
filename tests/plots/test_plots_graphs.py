"""Computation graphs: the numbers stand at their nodes, and mistakes in the graph are refused."""

from collections.abc import Callable
from typing import Any

import pytest
from matplotlib.patches import Circle
from matplotlib.text import Annotation

from coursekit.plots import Node, Picture, show_graph

ALT = "A graph that tests what is drawn"
NODES = {
    "a": Node(0, 0),
    "b": Node(0, 1),
    "product": Node(1, 0.5, ("a", "b"), "×"),
    "loss": Node(2, 0.5, ("product",), "( )²"),
}
VALUES = {"a": 2.0, "b": -3.0, "product": -6.0, "loss": 36.0}
GRADIENTS = {"loss": 1.0, "product": -12.0}


def axes(picture: Picture) -> Any:
    return picture.figure.axes[0]


def texts(picture: Picture) -> dict[str, tuple[float, float]]:
    return {text.get_text(): text.get_position() for text in axes(picture).texts}


def test_a_node_has_its_label_its_value_above_and_its_gradient_below() -> None:
    found = texts(show_graph(NODES, values=VALUES, gradients=GRADIENTS, alt=ALT))
    assert {"a", "b", "×", "( )²", "2", "−3", "−6", "36", "1", "−12"} <= set(found)
    x, y = found["×"]
    assert found["−6"][0] == found["−12"][0] == x
    assert found["−6"][1] < y < found["−12"][1]  # rows run downwards


def test_what_is_not_computed_yet_stays_empty() -> None:
    found = texts(show_graph(NODES, values={"a": 2.0}, alt=ALT))
    assert "2" in found and "−6" not in found


def test_arrows_run_from_inputs_to_the_nodes_computed_from_them() -> None:
    picture = show_graph(NODES, alt=ALT)
    places = texts(picture)
    arrows = [text for text in axes(picture).texts if isinstance(text, Annotation)]
    ends = {(arrow.get_position(), arrow.xy) for arrow in arrows}
    wanted = [("a", "×"), ("b", "×"), ("×", "( )²")]
    assert ends == {(places[start], places[end]) for start, end in wanted}


def test_highlighted_nodes_are_tinted() -> None:
    plain, marked = show_graph(NODES, alt=ALT), show_graph(NODES, highlight=["a"], alt=ALT)
    colours = [
        [p.get_facecolor() for p in axes(picture).patches if isinstance(p, Circle)]
        for picture in (plain, marked)
    ]
    assert [a != b for a, b in zip(*colours, strict=True)] == [True, False, False, False]


def test_pictures_of_one_graph_have_one_size() -> None:
    sizes = {show_graph(NODES, values=v, alt=ALT).size for v in ({}, {"a": 1.0}, VALUES)}
    assert sizes == {show_graph(NODES, gradients=GRADIENTS, alt=ALT).size}


def test_nothing_runs_into_anything(check_layout: Callable[[Picture], None]) -> None:
    check_layout(show_graph(NODES, values=VALUES, gradients=GRADIENTS, title="Forward", alt=ALT))


@pytest.mark.parametrize(
    ("nodes", "options", "message"),
    [
        ({}, {}, "nodes is empty"),
        (NODES, {"values": {"c": 1.0}}, "no node is called 'c'; there are a, b, product, loss"),
        (NODES, {"gradients": {"c": 1.0}}, "no node is called 'c'"),
        (NODES, {"highlight": ["c"]}, "no node is called 'c'"),
        ({"a": Node(-1, 0)}, {}, "count from 0"),
        ({"a": Node(0, 0, ("b",))}, {}, "computed from 'b', which is not a node"),
        ({"a": Node(1, 0), "b": Node(1, 1, ("a",))}, {}, "'a' must stand left of 'b'"),
        ({"a": Node(0, 0), "b": Node(0, 0)}, {}, "'b' and 'a' stand too close"),
        ({"a": Node(0, 0), "b": Node(1, 0), "c": Node(9, 0)}, {}, "too close"),
    ],
)
def test_graphs_that_cannot_be_drawn(nodes: dict, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_graph(nodes, alt=ALT, **options)
