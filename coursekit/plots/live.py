"""Curves that grow while a network trains."""

import math
import os
import sys
import time
from typing import Any, Self

from coursekit.plots.curves import COLUMNS, checked, show_curves

#: Set to "off", the environment variable keeps LiveCurves quiet until the end: stored notebooks
#: hold one picture, and it is the last.
ENVIRONMENT = "COURSEKIT_LIVE"

#: Seconds between two drawings at least, so that quick steps are not held up by their picture.
PAUSE = 0.3


class LiveCurves:
    """One picture of loss and accuracy in a notebook, drawn again as rows are added.

    ``rows`` holds what was added, ready for `show_curves`. Leaving the ``with`` block draws the
    last state, also after an exception or an interrupt. Outside notebooks nothing is shown.

        with LiveCurves("LeNet on digits") as live:
            for epoch in range(1, 11):
                ...
                live.add(epoch=epoch, training_loss=0.31, validation_accuracy=0.95)
    """

    def __init__(self, title: str = "Training") -> None:
        self.title = title
        self.rows: list[dict[str, float]] = []
        self._handle: Any = None
        self._drawn, self._last = 0, float("-inf")

    def add(
        self,
        *,
        epoch: float,
        training_loss: float | None = None,
        validation_loss: float | None = None,
        training_accuracy: float | None = None,
        validation_accuracy: float | None = None,
    ) -> None:
        """Add a row. Raises ValueError for an accuracy that is not a share from 0 to 1."""
        given = {
            "epoch": epoch,
            "training_loss": training_loss,
            "validation_loss": validation_loss,
            "training_accuracy": training_accuracy,
            "validation_accuracy": validation_accuracy,
        }
        self.rows.append({name: checked(name, v) for name, v in given.items() if v is not None})
        quiet = os.environ.get(ENVIRONMENT, "").lower() == "off"
        if not quiet and time.monotonic() - self._last >= PAUSE:
            self._show()

    def _show(self) -> None:
        drawable = any(
            math.isfinite(row.get(name, math.nan)) for row in self.rows for name in COLUMNS
        )
        if not drawable or self._drawn == len(self.rows) or not _in_notebook():
            return
        from IPython.display import display

        picture = show_curves(self.rows, title=self.title)
        if self._handle is None:
            self._handle = display(picture, display_id=True)
        else:
            self._handle.update(picture)
        self._drawn, self._last = len(self.rows), time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._show()


def _in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel, which can show pictures and change them later."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
