"""Progress for people: a bar where somebody watches, one line per epoch everywhere."""

import time
from collections.abc import Callable
from typing import TextIO

from tqdm import tqdm

from coursekit.training.checkpoint import Row


class Progress:
    """A `Watcher` for the command line.

    ``say`` gets the line of each finished epoch. When ``screen`` is a terminal, a bar for the
    current epoch stands below these lines.
    """

    def __init__(self, say: Callable[[str], None], screen: TextIO) -> None:
        self.say, self.screen = say, screen
        self._bar: tqdm | None = None
        self._begun = time.monotonic()
        self._loss = 0.0

    def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
        """Move the bar; the loss it shows is a running mean over about fifty batches."""
        if not self.screen.isatty():
            return
        if self._bar is None:
            label = f"epoch {epoch}/{epochs}"
            self._bar = tqdm(
                desc=label, total=of, initial=done - 1, unit="batch", file=self.screen, leave=False
            )
            self._loss = loss
        self._loss += (loss - self._loss) / 50
        self._bar.set_postfix_str(f"loss {self._loss:.3f}", refresh=False)
        self._bar.update()

    def epoch(self, epochs: int, row: Row) -> None:
        """Take the bar away and say what was measured."""
        self.close()
        seconds, self._begun = time.monotonic() - self._begun, time.monotonic()
        self.say(f"{_said(row, epochs)} · {seconds:.1f} s")

    def note(self, text: str) -> None:
        """Say it."""
        self.say(text)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _said(row: Row, epochs: int) -> str:
    """One epoch's measurements in one line."""
    parts = [
        f"{part} loss {row[f'{part}_loss']:.4f}, accuracy {100 * row[f'{part}_accuracy']:.2f} %"
        for part in ("training", "validation")
        if f"{part}_loss" in row
    ]
    return " · ".join([f"epoch {int(row['epoch'])}/{epochs}", *parts])
