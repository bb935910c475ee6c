"""How good a trained network is on images it has never seen, and where it errs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.metrics import accuracy, confusion_matrix, top_k_error
from coursekit.numpy_nn import softmax
from coursekit.training.datasets import load_data
from coursekit.training.errors import RunError
from coursekit.training.runs import trained

#: As many of the worst mistakes are kept.
MISTAKES = 20


@dataclass(frozen=True)
class Mistake:
    """An image taken for another class.

    Attributes:
        index: its place in the test part, from 0.
        label: what it is; prediction: what it was taken for.
        confidence: the probability given to the prediction; for_label: to the right class.
    """

    index: int
    label: int
    prediction: int
    confidence: float
    for_label: float


@dataclass(frozen=True)
class Evaluation:
    """What a network does on the test part of a data set.

    Attributes:
        images: how many were looked at.
        top: top[k − 1] is the share whose class is among the k most probable, k = 1 … 5, or fewer
            when there are fewer classes.
        per_class: accuracy of each class, NaN for a class without images.
        confusion: counts (C, C), row = label, column = prediction.
        mistakes: the most confident wrong answers, most confident first.
        names: what the classes are called; empty when they are just numbers.
    """

    images: int
    top: tuple[float, ...]
    per_class: tuple[float, ...]
    confusion: NDArray[np.int64]
    mistakes: tuple[Mistake, ...]
    names: tuple[str, ...] = ()

    def called(self, label: int) -> str:
        """A class by its name, or by its number when it has none."""
        return self.names[label] if self.names else str(label)

    def to_json(self) -> dict[str, Any]:
        """The same as plain numbers, lists and texts."""
        return {
            "images": self.images,
            "accuracy": self.top[0],
            "top": {str(k): share for k, share in enumerate(self.top, 1)},
            "per_class": [None if share != share else share for share in self.per_class],
            "confusion": self.confusion.tolist(),
            "mistakes": [vars(mistake) for mistake in self.mistakes],
            **({"names": list(self.names)} if self.names else {}),
        }


def evaluate(
    scores: NDArray[Any], labels: NDArray[np.int64], names: tuple[str, ...] = ()
) -> Evaluation:
    """Judge logits (N, C) by labels (N,). Raises ValueError for shapes that do not fit."""
    classes = scores.shape[1]
    predictions = scores.argmax(axis=1)
    confusion = confusion_matrix(labels, predictions, classes)
    shown = confusion.sum(axis=1)
    right = np.where(shown > 0, confusion.diagonal() / np.maximum(shown, 1), np.nan)
    probabilities = softmax(scores.astype(np.float64))
    confidence = probabilities[np.arange(len(labels)), predictions]
    wrong = np.flatnonzero(predictions != labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]
    return Evaluation(
        images=len(labels),
        top=(
            accuracy(labels, predictions),
            *(1 - top_k_error(scores, labels, k) for k in range(2, min(5, classes) + 1)),
        ),
        per_class=tuple(right.tolist()),
        confusion=confusion,
        mistakes=tuple(
            Mistake(
                int(i),
                int(labels[i]),
                int(predictions[i]),
                float(confidence[i]),
                float(probabilities[i, labels[i]]),
            )
            for i in worst
        ),
        names=names,
    )


def evaluate_run(out: str | Path, data: str | None = None) -> tuple[Evaluation, NDArray[Any], str]:
    """Judge the network of a run by the test part of its data set, or of another one.

    Returns what came out, the images (N, C, size, size) it looked at, and the data set's name.
    Raises RunError when there is no trained network or the images do not fit it, and what
    `load_data` raises.
    """
    config, network = trained(out)
    judged = load_data(data or config.data, size=config.size)
    images, labels = judged.split.x_test, judged.split.y_test
    if not len(labels):
        raise RunError(f"{judged.title} has no test images")
    if not network.reads(images.shape[1:]) or labels.max() >= config.classes:
        raise RunError(
            f"the network knows {config.classes} classes in {_kind(config.channels)} images of "
            f"{config.size}×{config.size}; {judged.title} has labels up to {labels.max()} in "
            f"{_kind(judged.channels)} images of {judged.size}×{judged.size}"
        )
    return evaluate(network.scores(images), labels, config.names), images, judged.title


def _kind(channels: int) -> str:
    return {1: "grey", 3: "colour"}.get(channels, f"{channels}-channel")
