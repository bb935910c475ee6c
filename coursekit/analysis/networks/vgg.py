"""VGG: 3×3 convolutions only (K. Simonyan, A. Zisserman, ICLR 2015, table 1; D4 23)."""

from coursekit.analysis.graph import Graph
from coursekit.analysis.networks.parts import classifier, conv, max_pool, relu
from coursekit.analysis.operations import Flatten

CONFIGURATIONS = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""Convolutions in each of the five stages: configurations A, B, D and E."""


def vgg(depth: int, classes: int = 1000) -> Graph:
    """VGG of `depth` layers with weights; 16 is configuration D, 138,357,544 parameters.

    Raises ValueError for a depth that is not in `CONFIGURATIONS`.
    """
    if depth not in CONFIGURATIONS:
        raise ValueError(f"VGG has {', '.join(map(str, CONFIGURATIONS))} layers, not {depth}")
    graph = Graph(f"VGG-{depth}", (3, 224, 224))
    for stage, count in enumerate(CONFIGURATIONS[depth], 1):
        for i in range(1, count + 1):
            graph.add(conv(min(64 * 2 ** (stage - 1), 512), 3, padding=1), name=f"conv{stage}_{i}")
            relu(graph, f"relu{stage}_{i}")
        graph.add(max_pool(2, 2), name=f"pool{stage}")
    graph.add(Flatten(), name="flatten")
    classifier(graph, (4096, 4096), classes)
    return graph
