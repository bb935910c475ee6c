"""A picture of the worst mistakes."""

from typing import Any

from numpy.typing import NDArray

from coursekit.plots import Picture, show_images
from coursekit.training.evaluation import Evaluation


def show_mistakes(images: NDArray[Any], found: Evaluation) -> Picture:
    """Draw the images (N, C, H, W) of the mistakes with both answers; ink is black on white.

    Raises ValueError when there is no mistake to show.
    """
    if not found.mistakes:
        raise ValueError("there is no mistake to show")
    worst, called = found.mistakes[0], found.called
    return show_images(
        [_as_seen(images[m.index]) for m in found.mistakes],
        [
            f"{called(m.label)} as {called(m.prediction)}\n{100 * m.confidence:.1f} %"
            for m in found.mistakes
        ],
        columns=5,
        alt=(
            f"The {len(found.mistakes)} most confident mistakes. The first: {called(worst.label)} "
            f"taken for {called(worst.prediction)} with {100 * worst.confidence:.1f} %, image "
            f"{worst.index} of the test part."
        ),
    )


def _as_seen(image: NDArray[Any]) -> NDArray[Any]:
    """Grey images hold ink, colour ones light."""
    return 1 - image[0] if len(image) == 1 else image.transpose(1, 2, 0)
