"""A picture of the worst mistakes."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from coursekit.plots import Picture, show_images
from coursekit.training.evaluation import Mistake


def show_mistakes(images: NDArray[Any], mistakes: Sequence[Mistake]) -> Picture:
    """Draw the images (N, 1, H, W) of the mistakes, ink black on white, with both answers.

    Raises ValueError when there is no mistake to show.
    """
    if not mistakes:
        raise ValueError("there is no mistake to show")
    worst = mistakes[0]
    titles = [f"{m.label} as {m.prediction}\n{100 * m.confidence:.1f} %" for m in mistakes]
    return show_images(
        [1 - images[m.index, 0] for m in mistakes],
        titles,
        columns=5,
        alt=(
            f"The {len(mistakes)} most confident mistakes. The first: {worst.label} taken for "
            f"{worst.prediction} with {100 * worst.confidence:.1f} %, image {worst.index} of the "
            "test part."
        ),
    )
