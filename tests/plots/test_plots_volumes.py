"""Volumes, budgets, wiring, trade-offs: what is drawn agrees with what was counted."""

import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Polygon, Rectangle

from coursekit.analysis import Graph, network, summary
from coursekit.analysis.operations import Linear
from coursekit.analysis.stages import stages
from coursekit.plots import Picture, show_budget, show_tradeoff, show_volumes, show_wiring
from coursekit.plots.volumes import Detail

ALT = "Boxes for the volumes of a network, from its input to its scores"
NAMES = ("lenet5", "alexnet", "vgg16", "googlenet", "resnet50")
TABLES = {name: summary(network(name)) for name in NAMES}


def boxes(picture: Picture) -> list[tuple[float, float, float]]:
    """Length, height and depth (to the right) of each box as drawn, in inches."""
    (ax,) = picture.figure.axes
    faces = [np.asarray(p.get_xy()) for p in ax.patches if isinstance(p, Polygon)]
    found = []
    for front, top, _ in zip(*[iter(faces)] * 3, strict=True):
        length, height = np.ptp(front, axis=0)
        found.append((float(length), float(height), float(top[2, 0] - front[2, 0])))
    return found


def column(picture: Picture, at: int) -> list[str]:
    """Names, shapes or numbers, from top to bottom."""
    (ax,) = picture.figure.axes
    texts = [t.get_text() for t in ax.texts][2:]
    return texts[at::3]


def test_lenets_boxes_are_to_scale(check_layout: Callable[[Picture], None]) -> None:
    picture = show_volumes(TABLES["lenet5"], alt=ALT)
    shapes = ["1×32×32", "6×28×28", "6×14×14", "16×10×10", "16×5×5", "120", "84", "10"]
    assert column(picture, 1) == shapes
    assert column(picture, 2)[:3] == ["1,024", "4,704", "1,176"]
    drawn = boxes(picture)
    sizes = [(1, 32), (6, 28), (6, 14), (16, 10), (16, 5)]
    for (length, height, depth), (c, n) in zip(drawn, sizes, strict=False):
        assert length / c == pytest.approx(drawn[0][0])
        assert height / n == pytest.approx(drawn[0][1] / 32)
        assert depth / n == pytest.approx(drawn[0][2] / 32)
    assert drawn[5][0] / 120 == pytest.approx(drawn[0][0])
    check_layout(picture)
    assert picture.size[0] == 540


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("detail", get_args(Detail))
def test_every_network_can_be_drawn(name: str, detail: Detail) -> None:
    picture = show_volumes(TABLES[name], alt=ALT, detail=detail)
    assert len(boxes(picture)) == len(column(picture, 0))
    numbers = [int(text.replace(",", "")) for text in column(picture, 2)]
    sides = [[int(n) for n in text.split("×")] for text in column(picture, 1)]
    assert numbers == list(map(math.prod, sides))
    assert max(length for length, _, _ in boxes(picture)) < 4.5


@pytest.mark.parametrize("name", NAMES)
def test_layouts(name: str, check_layout: Callable[[Picture], None]) -> None:
    check_layout(show_volumes(TABLES[name], alt=ALT, detail="stages"))


def test_layers_can_be_given_names() -> None:
    picture = show_volumes(TABLES["lenet5"], alt=ALT, names={"0": "C1", "2": "S2"})
    assert column(picture, 0)[:4] == ["input", "C1", "S2", "4"]


def test_alexnets_layers_that_change_nothing_are_left_out() -> None:
    names = column(show_volumes(TABLES["alexnet"], alt=ALT), 0)
    convolutions = ["conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5"]
    assert names == ["input", *convolutions, "fc6", "fc7", "fc8"]


def test_volumes_refuse() -> None:
    wrong: Any = "boxes"
    with pytest.raises(ValueError, match="'layers' or 'stages'"):
        show_volumes(TABLES["lenet5"], alt=ALT, detail=wrong)
    vector = Graph("vector", (9,))
    vector.add(Linear(3))
    with pytest.raises(ValueError, match=r"must be a picture \(C, H, W\), got \(9,\)"):
        show_volumes(summary(vector), alt=ALT)


def test_segments_are_the_shares_of_the_stages(check_layout: Callable[[Picture], None]) -> None:
    picture = show_budget(TABLES, alt=ALT)
    for ax, key in zip(
        picture.figure.axes, ("parameters", "macs", "activation_bytes"), strict=True
    ):
        bars = [p for p in ax.patches if isinstance(p, Rectangle)]
        expected = [
            getattr(stage, key) / TABLES[name].totals[key]
            for name in NAMES
            for stage in stages(TABLES[name])
        ]
        assert [bar.get_width() for bar in bars] == pytest.approx(expected)
        ends = [bar.get_x() + bar.get_width() for bar in bars if bar.get_hatch()]
        assert ends == pytest.approx([1.0] * len(NAMES))  # dense comes last, to the very end
    check_layout(picture)
    assert picture.size[0] == 540
    with pytest.raises(ValueError, match="no network"):
        show_budget({}, alt=ALT)


def test_lines_of_the_wiring_are_its_weights(check_layout: Callable[[Picture], None]) -> None:
    picture = show_wiring(8, 3, alt=ALT)
    counts, looks = [], []
    for ax in picture.figure.axes:
        lines = [line for line in ax.lines if line.get_linestyle() != "None"]
        counts.append(len(lines))
        looks.append(len({(line.get_color(), line.get_linestyle()) for line in lines}))
    assert counts == [48, 18, 18]
    assert looks == [1, 1, 3]
    titles = [ax.get_title() for ax in picture.figure.axes]
    assert titles == ["full: 8 × 6 = 48", "local: 3 × 6 = 18", "shared: 3"]
    check_layout(picture)


@pytest.mark.parametrize(("inputs", "field"), [(3, 4), (13, 3), (8, 0), (12, 7)])
def test_wiring_refuses(inputs: int, field: int) -> None:
    with pytest.raises(ValueError, match=f"got inputs={inputs}, field={field}"):
        show_wiring(inputs, field, alt=ALT)


COSTS = {"parameters": {"a": 1e6, "b": 1.1e6, "c": 1e8}, "work": {"a": 1e9, "b": 1e9, "c": 2e9}}
QUALITY = {"a": 9.0, "b": 9.1, "c": 5.0}


def test_names_of_points_do_not_collide(check_layout: Callable[[Picture], None]) -> None:
    picture = show_tradeoff(COSTS, QUALITY, ylabel="error in percent", alt=ALT)
    FigureCanvasAgg(picture.figure).draw()
    for ax, values in zip(picture.figure.axes, COSTS.values(), strict=True):
        (line,) = ax.lines
        assert np.asarray(line.get_xdata()).tolist() == list(values.values())
        assert np.asarray(line.get_ydata()).tolist() == list(QUALITY.values())
        assert sorted(t.get_text() for t in ax.texts) == ["a", "b", "c"]
    check_layout(picture)


@pytest.mark.parametrize(
    ("costs", "quality", "words"),
    [
        ({}, QUALITY, "at least one kind of cost"),
        (COSTS, {}, "at least one kind of cost"),
        ({"work": {"a": 1.0}}, QUALITY, "work is given for"),
        ({"work": {"a": 0.0}}, {"a": 1.0}, "must be above 0"),
    ],
)
def test_tradeoff_refuses(costs: dict, quality: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        show_tradeoff(costs, quality, ylabel="error", alt=ALT)
