"""Connection tables: one square per connection, where the layer has it."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from coursekit.numpy_nn import PartialConv2d, Sequential, lenet1, lenet5
from coursekit.plots import Picture, show_connections
from coursekit.plots.palette import BLUE

ALT = "Which map sees which in a partly connected layer"


@pytest.mark.parametrize(
    ("net", "inputs", "outputs"), [(lenet5(), 6, 16), (lenet1(), 4, 12)], ids=["lenet5", "lenet1"]
)
def test_a_square_for_each_connection(
    net: Sequential, inputs: int, outputs: int, check_layout: Callable[[Picture], None]
) -> None:
    layer = net.layers[4]
    assert isinstance(layer, PartialConv2d)
    picture = show_connections(layer.table, inputs, alt=ALT)
    (ax,) = picture.figure.axes
    drawn = np.zeros((outputs, inputs), bool)
    for square in ax.patches:
        assert isinstance(square, Rectangle)
        f, m = round(square.get_x() + 0.5), round(square.get_y() + 0.5)
        drawn[f, m] = square.get_facecolor()[:3] == to_rgb(BLUE)
    assert np.array_equal(drawn, np.abs(layer.dense()).sum(axis=(2, 3)) > 0)
    crosses = [text.get_position() for text in ax.texts if text.get_text() == "×"]
    assert sorted(crosses) == [(f, m) for f, m in np.argwhere(drawn).tolist()]  # not colour alone
    counts = [int(t.get_text()) for t in ax.texts if t.get_text().isdigit()]
    assert counts == drawn.sum(axis=1).tolist()
    check_layout(picture)
    assert picture.size[0] == 540


@pytest.mark.parametrize("table", [[], [[0, 6]], [[-1]]])
def test_refuses(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="from 0 to 5"):
        show_connections(table, 6, alt=ALT)
