"""GoogLeNet: nine inception modules (C. Szegedy et al., CVPR 2015, table 1; D4 25–31)."""

from coursekit.analysis.graph import Graph
from coursekit.analysis.networks.parts import DROPOUT, RESPONSE_NORM, conv, max_pool, relu
from coursekit.analysis.operations import AdaptivePool2d, Concatenate, Flatten, Linear

INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Maps of 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection in each module."""


def googlenet(classes: int = 1000) -> Graph:
    """6,998,552 parameters, without the auxiliary classifiers that training adds."""
    graph = Graph("GoogLeNet", (3, 224, 224))
    graph.add(conv(64, 7, 2, 3), name="conv1")
    relu(graph, "relu1")
    graph.add(max_pool(3, 2, ceil_mode=True), name="pool1")
    graph.add(RESPONSE_NORM, name="norm1")
    graph.add(conv(64, 1), name="conv2_reduce")
    relu(graph, "relu2_reduce")
    graph.add(conv(192, 3, padding=1), name="conv2")
    relu(graph, "relu2")
    graph.add(RESPONSE_NORM, name="norm2")
    below = graph.add(max_pool(3, 2, ceil_mode=True), name="pool2")
    for name, widths in INCEPTION.items():
        below = inception(graph, f"inception{name}", below, widths)
        if name in ("3b", "4e"):
            below = graph.add(max_pool(3, 2, ceil_mode=True), name=f"pool{name[0]}")
    graph.add(AdaptivePool2d(), name="average_pool")
    graph.add(Flatten(), name="flatten")
    graph.add(DROPOUT, name="dropout")
    graph.add(Linear(classes), name="fc")
    return graph


def inception(graph: Graph, name: str, below: str, widths: tuple[int, ...]) -> str:
    """An inception module over the layer `below`: four paths side by side; returns its name."""
    ones, reduce3, threes, reduce5, fives, projection = widths

    def path(*steps: tuple[str, int, int]) -> str:
        at = below
        for label, channels, size in steps:
            if not channels:
                at = graph.add(max_pool(size, 1, size // 2), at, name=f"{name}.{label}")
                continue
            graph.add(conv(channels, size, padding=size // 2), at, name=f"{name}.{label}")
            at = relu(graph, f"{name}.{label}_relu")
        return at

    paths = (
        path(("1x1", ones, 1)),
        path(("3x3_reduce", reduce3, 1), ("3x3", threes, 3)),
        path(("5x5_reduce", reduce5, 1), ("5x5", fives, 5)),
        path(("pool", 0, 3), ("pool_projection", projection, 1)),
    )
    return graph.add(Concatenate(), *paths, name=name)
