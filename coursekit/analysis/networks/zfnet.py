"""ZFNet: AlexNet with a finer first layer (M. Zeiler and R. Fergus, ECCV 2014; D2 24)."""

from coursekit.analysis.graph import Graph
from coursekit.analysis.networks.parts import RESPONSE_NORM, classifier, conv, max_pool, relu
from coursekit.analysis.operations import Flatten


def zfnet(classes: int = 1000) -> Graph:
    """62,357,608 parameters: figure 3 of the paper, 224 → 110 → 55 → 26 → 13 → 6."""
    graph = Graph("ZFNet", (3, 224, 224))
    graph.add(conv(96, 7, 2, 1), name="conv1")
    relu(graph, "relu1")
    graph.add(max_pool(3, 2, 1), name="pool1")
    graph.add(RESPONSE_NORM, name="norm1")
    graph.add(conv(256, 5, 2), name="conv2")
    relu(graph, "relu2")
    graph.add(max_pool(3, 2, 1), name="pool2")
    graph.add(RESPONSE_NORM, name="norm2")
    for i, channels in enumerate((384, 384, 256), 3):
        graph.add(conv(channels, 3, padding=1), name=f"conv{i}")
        relu(graph, f"relu{i}")
    graph.add(max_pool(3, 2), name="pool5")
    graph.add(Flatten(), name="flatten")
    classifier(graph, (4096, 4096), classes)
    return graph
