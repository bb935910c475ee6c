"""A trained network reads pictures that people drew."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.numpy_nn import softmax
from coursekit.training.drawing import read_drawing
from coursekit.training.forms import digits_form, mnist_form
from coursekit.training.runs import trained


@dataclass(frozen=True)
class Reading:
    """What a network takes a picture for.

    Attributes:
        best: (class, probability) of the most probable classes, at most three, best first.
        seen: (size, size) in [0, 1], what the network saw, before its own scaling.
        alone: False when the picture shows other things, which were left out.
    """

    best: tuple[tuple[int, float], ...]
    seen: NDArray[np.float32]
    alone: bool

    def to_json(self) -> dict[str, Any]:
        """Answers and ``alone`` as plain numbers."""
        best = [{"class": k, "probability": p} for k, p in self.best]
        return {"best": best, "alone": self.alone}


class Reader:
    """The network of a run, ready to read. Raises RunError when the folder has none."""

    def __init__(self, out: str | Path) -> None:
        self._config, self._network = trained(out)

    def read(self, picture: str | os.PathLike[str]) -> Reading:
        """Find the digit, bring it into the form of the training images, and classify it.

        Raises PictureError when the file is no picture or an empty one.
        """
        drawing = read_drawing(picture)
        if self._config.data == "digits":
            seen = digits_form(drawing.ink)
        else:
            seen = mnist_form(drawing.ink, self._config.size)
        scores = self._network.scores(seen[np.newaxis, np.newaxis])
        p = softmax(scores[0].astype(np.float64))
        order = np.argsort(-p, kind="stable")[:3]
        return Reading(tuple((int(k), float(p[k])) for k in order), seen, drawing.alone)
