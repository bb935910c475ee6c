"""Training curves: the numbers of the rows, in a picture that grows in a notebook."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.plots import LiveCurves, Picture, show_curves

ROWS = [
    {
        "epoch": epoch,
        "training_loss": 1.5 / epoch,
        "validation_loss": 1.2 / epoch,
        "training_accuracy": 1 - 0.2 / epoch,
        "validation_accuracy": 1 - 0.3 / epoch,
        "seconds": 3.2,
    }
    for epoch in range(1, 13)
]


def only(*names: str) -> list[dict[str, Any]]:
    return [{name: row[name] for name in ("epoch", *names)} for row in ROWS]


def test_loss_left_accuracy_in_percent_right(check_layout: Callable[[Picture], None]) -> None:
    picture = show_curves(ROWS, title="LeNet on digits")
    left, right = picture.figure.axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy in %")
    for ax, kind, factor in ((left, "loss", 1), (right, "accuracy", 100)):
        for line, part in zip(ax.lines, ("training", "validation"), strict=True):
            expected = [factor * row[f"{part}_{kind}"] for row in ROWS]
            assert np.asarray(line.get_ydata()).tolist() == expected
            assert np.asarray(line.get_xdata()).tolist() == list(range(1, 13))
    names = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert names == ["training", "validation"]
    check_layout(picture)


def test_the_alternative_text_gives_the_last_numbers() -> None:
    alt = show_curves(ROWS, title="LeNet on digits").alt
    assert alt == (
        "LeNet on digits: curves of epoch 1 to 12. Last values: training loss 0.125, validation "
        "loss 0.1, training accuracy 98.33 %, validation accuracy 97.50 %."
    )


def test_what_is_absent_is_left_out(check_layout: Callable[[Picture], None]) -> None:
    picture = show_curves(only("validation_accuracy"))
    (ax,) = picture.figure.axes
    assert ax.get_ylabel() == "accuracy in %"
    assert [line.get_label() for line in ax.lines] == ["validation"]
    full = show_curves(ROWS).figure.axes[1].lines[1]
    assert ax.lines[0].get_color() == full.get_color()
    check_layout(picture)


def test_one_epoch_has_whole_ticks(check_layout: Callable[[Picture], None]) -> None:
    picture = show_curves(ROWS[:1])
    assert "epoch 1. Last" in picture.alt
    ticks = picture.figure.axes[0].get_xticks()
    assert 1 in ticks
    assert (ticks == ticks.round()).all()
    check_layout(picture)


def test_missing_values_are_gaps_and_the_last_known_one_is_told() -> None:
    rows: list[dict[str, Any]] = [
        {"epoch": 1, "training_loss": 2.0, "validation_loss": 1.5},
        {"epoch": 2, "training_loss": float("nan"), "validation_loss": None},
        {"epoch": 3, "training_loss": 0.5},
    ]
    picture = show_curves(rows, loss_scale="log")
    training, validation = picture.figure.axes[0].lines
    np.testing.assert_array_equal(training.get_ydata(), [2, np.nan, 0.5])
    np.testing.assert_array_equal(validation.get_ydata(), [1.5, np.nan, np.nan])
    assert "training loss 0.5, validation loss 1.5." in picture.alt
    assert picture.figure.axes[0].get_yscale() == "log"


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([], {}, "rows is empty"),
        ([{"training_loss": 1}], {}, "needs its epoch"),
        ([{"epoch": 1, "train_loss": 1}], {}, "no row has a finite value of training_loss"),
        ([{"epoch": 1, "training_accuracy": 98.5}], {}, "share from 0 to 1, got 98.5"),
        ([{"epoch": 1, "training_loss": 0}], {"loss_scale": "log"}, "loss ≤ 0"),
    ],
)
def test_rows_that_cannot_be_drawn(rows: list, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_curves(rows, **options)


def test_outside_notebooks_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with LiveCurves("quiet") as live:
        live.add(epoch=1, training_loss=1.0)
        live.add(epoch=2, training_loss=0.5, validation_accuracy=0.9)
    assert live.rows == [
        {"epoch": 1, "training_loss": 1.0},
        {"epoch": 2, "training_loss": 0.5, "validation_accuracy": 0.9},
    ]
    assert capsys.readouterr() == ("", "")
    with pytest.raises(ValueError, match="share from 0 to 1"):
        live.add(epoch=3, training_accuracy=99)


CELLS = (
    "from coursekit.plots import LiveCurves, live as module\n"
    "module.PAUSE = 0\n"
    "with LiveCurves('growing') as live:\n"
    "    for epoch in (1, 2, 3):\n"
    "        live.add(epoch=epoch, training_loss=1 / epoch)\n",
    "with LiveCurves('interrupted') as live:\n"
    "    live.add(epoch=1, training_loss=float('nan'))\n"
    "    live.add(epoch=2, training_loss=0.5)\n"
    "    raise KeyboardInterrupt\n",
    "with LiveCurves('nothing to draw') as live:\n"
    "    live.add(epoch=1, training_loss=float('nan'))\n",
)


class Listening(NotebookClient):
    """Runs a notebook and keeps the kinds of messages that came."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.seen: list[str] = []

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        self.seen.append(msg["msg_type"])
        return super().process_message(msg, cell, cell_index)


@pytest.mark.parametrize(("setting", "updates"), [("on", 2), ("off", 0)])
def test_a_notebook_keeps_one_picture(setting: str, updates: int) -> None:
    cells = [new_code_cell(code) for code in CELLS]
    cells[1].metadata["tags"] = ["raises-exception"]
    client = Listening(new_notebook(cells=cells), timeout=60, kernel_name="python3")
    client.execute(env={**os.environ, "COURSEKIT_LIVE": setting})
    assert client.seen.count("update_display_data") == updates
    (picture,) = cells[0].outputs
    assert picture["output_type"] == "display_data"
    assert (
        "curves of epoch 1 to 3. Last values: training loss 0.333." in picture["data"]["text/html"]
    )
    kinds = [output["output_type"] for output in cells[1].outputs]
    assert kinds == ["display_data", "error"]
    assert cells[2].outputs == []
