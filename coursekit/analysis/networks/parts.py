"""Layers as the specifications write them."""

from __future__ import annotations

from coursekit.analysis.graph import Graph
from coursekit.analysis.operations import Conv2d, Linear, Pointwise, Pool2d, margins, pair

BATCH_NORM = Pointwise("BatchNorm2d", ("weight", "bias"))
RELU = Pointwise("ReLU")
DROPOUT = Pointwise("Dropout")
RESPONSE_NORM = Pointwise("LocalResponseNorm")


def conv(
    channels: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    *,
    groups: int = 1,
    bias: bool = True,
) -> Conv2d:
    """A square convolution."""
    return Conv2d(
        pair(kernel_size),
        pair(stride),
        margins(padding),
        out_channels=channels,
        groups=groups,
        bias=bias,
    )


def max_pool(size: int, stride: int, padding: int = 0, *, ceil_mode: bool = False) -> Pool2d:
    """Max pooling over squares."""
    return Pool2d(pair(size), pair(stride), margins(padding), ceil_mode=ceil_mode)


def average_pool(size: int, stride: int, padding: int = 0) -> Pool2d:
    """Average pooling over squares."""
    return Pool2d(pair(size), pair(stride), margins(padding), kind="average")


def relu(graph: Graph, name: str) -> str:
    """A ReLU that overwrites its input, as the networks of the course use it."""
    return graph.add(RELU, name=name, in_place=True)


def classifier(graph: Graph, widths: tuple[int, ...], classes: int) -> None:
    """Fully connected layers with dropout before and ReLU after each but the last (AlexNet's)."""
    for i, width in enumerate(widths, 6):
        graph.add(DROPOUT, name=f"dropout{i}")
        graph.add(Linear(width), name=f"fc{i}")
        relu(graph, f"relu{i}")
    graph.add(Linear(classes), name=f"fc{6 + len(widths)}")
