"""A network in stages: all layers whose maps have the same size, taken together."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.analysis.operations import Pair, Shape
from coursekit.analysis.summary import Summary


@dataclass(frozen=True)
class Stage:
    """The layers of a network whose output has one size.

    Attributes:
        size: (height, width) of the maps; (1, 1) for vectors, and for maps of one pixel.
        channels: those of the widest layer.
        weighing: how many of its layers multiply by weights (convolutions, fully connected).
        parameters, macs, activation_bytes: summed over the layers, as in the summary.
    """

    size: Pair
    channels: int
    weighing: int
    parameters: int
    macs: int
    activation_bytes: int

    @property
    def name(self) -> str:
        """55×55, or "dense" for vectors."""
        return "dense" if self.size == (1, 1) else "×".join(map(str, self.size))


def stages(summary: Summary) -> tuple[Stage, ...]:
    """The stages of a network, in the order in which their sizes first come up.

    A layer belongs to the stage of its output: a convolution with stride 2 to the smaller one.
    """
    sizes = list(dict.fromkeys(map_size(layer.output_shape) for layer in summary.layers))
    found = []
    for size in sizes:
        pairs = [
            (layer, row)
            for layer, row in zip(summary.layers, summary.rows, strict=True)
            if map_size(layer.output_shape) == size
        ]
        rows = [row for _, row in pairs]
        found.append(
            Stage(
                size=size,
                channels=max(layer.output_shape[0] for layer, _ in pairs),
                weighing=sum(layer.macs > 0 for layer, _ in pairs),
                parameters=sum(row["parameters"] for row in rows),
                macs=sum(row["macs"] for row in rows),
                activation_bytes=sum(row["activation_bytes"] for row in rows),
            )
        )
    return tuple(found)


def map_size(shape: Shape) -> Pair:
    """Height and width of maps (C, H, W); (1, 1) for a vector (D,)."""
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)
