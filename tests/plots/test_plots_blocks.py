"""Blocks with shortcuts, and lines in panels that share a scale."""

from typing import Any

import numpy as np
import pytest

from coursekit.plots import Block, show_blocks, show_line_panels

ALT = "A picture that tests what is drawn"
BLOCKS = {
    "plain": Block(["3×3, 64", "3×3, 64"], shortcut=None),
    "basic": Block(["3×3, 64", "3×3, 64"]),
    "bottleneck": Block(["1×1, 64", "3×3, 64", "1×1, 256"], shortcut="1×1"),
}


def texts(ax: Any) -> list[str]:
    return [t.get_text() for t in ax.texts if t.get_text()]


def test_blocks_show_their_layers_and_the_way_around(check_layout: Any) -> None:
    picture = show_blocks(BLOCKS, alt=ALT)
    plain, basic, bottleneck = picture.figure.axes
    assert [ax.get_title() for ax in picture.figure.axes] == list(BLOCKS)
    assert texts(plain) == ["x", "3×3, 64", "3×3, 64", "ReLU"]
    assert texts(basic).count("x") == 2 and "+" in texts(basic)
    assert texts(bottleneck)[1:4] == list(BLOCKS["bottleneck"].layers)
    assert "1×1" in texts(bottleneck)
    assert [len(ax.lines) for ax in (plain, basic, bottleneck)] == [0, 1, 1]
    check_layout(picture)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ({}, "1 to 3 blocks, got 0"),
        ({str(i): BLOCKS["basic"] for i in range(4)}, "got 4"),
        ({"a": Block([])}, "no layers"),
        ({"a": BLOCKS["basic"], "b": Block(["a very long name of one single layer"])}, "too long"),
        ({str(i): Block(["a"], "1×1 and batch norm") for i in range(3)}, "for the shortcut of '0'"),
    ],
)
def test_blocks_that_cannot_be_drawn(blocks: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_blocks(blocks, alt=ALT)


LABELS: dict[str, Any] = {"xlabel": "epoch", "ylabel": "loss", "alt": ALT}
PANELS = {"plain": {"8": [2.0, 1.0], "20": [3.0, np.nan]}, "residual": {"20": [0.5, 0.1]}}


def test_panels_share_a_scale_and_a_look(check_layout: Any) -> None:
    picture = show_line_panels(PANELS, first=1, yscale="log", **LABELS)
    left, right = picture.figure.axes
    assert left.get_ylim() == right.get_ylim() and left.get_yscale() == "log"
    np.testing.assert_array_equal(left.lines[0].get_ydata(), [2.0, 1.0])
    np.testing.assert_array_equal(left.lines[0].get_xdata(), [1, 2])
    assert left.lines[1].get_color() == right.lines[0].get_color() != left.lines[0].get_color()
    assert [t.get_text() for t in picture.figure.legends[0].get_texts()] == ["8", "20"]
    assert (left.get_ylabel(), right.get_xlabel()) == ("loss", "epoch")
    check_layout(picture)


@pytest.mark.parametrize(
    ("panels", "options", "message"),
    [
        ({}, {}, "1 to 3 panels"),
        ({"a": {}}, {}, "'a' has no line"),
        ({"a": {"b": [np.nan]}}, {}, "one of them finite"),
        ({"a": {"b": [[1.0]]}}, {}, r"values \(N,\)"),
        ({"a": {"b": [0.0, 1.0]}}, {"yscale": "log"}, "≤ 0 on a log axis"),
    ],
)
def test_panels_that_cannot_be_drawn(panels: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_line_panels(panels, **options, **LABELS)
