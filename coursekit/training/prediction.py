"""A trained network reads pictures that people drew."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.data.picture_folder import read_square
from coursekit.numpy_nn import softmax
from coursekit.training.drawing import read_drawing
from coursekit.training.forms import digits_form, mnist_form
from coursekit.training.runs import trained


@dataclass(frozen=True)
class Reading:
    """What a network takes a picture for.

    Attributes:
        best: (class, probability) of the most probable classes, at most three, best first. A class
            is its number, or its name if it has one.
        seen: what the network saw, before its own scaling: ink (size, size) in [0, 1], or a colour
            picture uint8 (size, size, 3).
        alone: False when a drawing shows other things, which were left out.
    """

    best: tuple[tuple[int | str, float], ...]
    seen: NDArray[Any]
    alone: bool

    def to_json(self) -> dict[str, Any]:
        """Answers and ``alone`` as plain numbers and texts."""
        best = [{"class": k, "probability": p} for k, p in self.best]
        return {"best": best, "alone": self.alone}


class Reader:
    """The network of a run, ready to read. Raises RunError when the folder has none."""

    def __init__(self, out: str | Path) -> None:
        self._config, self._network = trained(out)

    def read(self, picture: str | os.PathLike[str]) -> Reading:
        """Classify a picture, brought into the form of the training images.

        Networks for grey images read drawings: the digit is found and cut out. Those for colour
        see the largest square in the middle.

        Raises PictureError when the file is no picture or an empty one.
        """
        alone = True
        if self._config.channels == 3:
            seen: NDArray[Any] = read_square(picture, self._config.size)
            image = seen.transpose(2, 0, 1)
        else:
            drawing = read_drawing(picture)
            alone = drawing.alone
            if self._config.data == "digits":
                seen = digits_form(drawing.ink)
            else:
                seen = mnist_form(drawing.ink, self._config.size)
            image = seen[np.newaxis]
        p = softmax(self._network.scores(image[np.newaxis])[0].astype(np.float64))
        order = np.argsort(-p, kind="stable")[:3]
        names = self._config.names
        best = tuple((names[k] if names else int(k), float(p[k])) for k in order)
        return Reading(best, seen, alone)
