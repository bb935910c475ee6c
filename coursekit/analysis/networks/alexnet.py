"""AlexNet, with its two groups (A. Krizhevsky, I. Sutskever, G. Hinton, NIPS 2012; D1 33)."""

from coursekit.analysis.graph import Graph
from coursekit.analysis.networks.parts import RESPONSE_NORM, classifier, conv, max_pool, relu
from coursekit.analysis.operations import Flatten


def alexnet(classes: int = 1000, groups: int = 2) -> Graph:
    """60,965,224 parameters with the two groups of the paper, 62,378,344 without (groups=1).

    The paper says 224×224; 55×55 positions of an 11×11 kernel at stride 4 need 227 pixels, or 224
    with two pixels of padding, as here.
    """
    graph = Graph("AlexNet", (3, 224, 224))
    graph.add(conv(96, 11, 4, 2), name="conv1")
    relu(graph, "relu1")
    graph.add(RESPONSE_NORM, name="norm1")
    graph.add(max_pool(3, 2), name="pool1")
    graph.add(conv(256, 5, padding=2, groups=groups), name="conv2")
    relu(graph, "relu2")
    graph.add(RESPONSE_NORM, name="norm2")
    graph.add(max_pool(3, 2), name="pool2")
    graph.add(conv(384, 3, padding=1), name="conv3")
    relu(graph, "relu3")
    graph.add(conv(384, 3, padding=1, groups=groups), name="conv4")
    relu(graph, "relu4")
    graph.add(conv(256, 3, padding=1, groups=groups), name="conv5")
    relu(graph, "relu5")
    graph.add(max_pool(3, 2), name="pool5")
    graph.add(Flatten(), name="flatten")
    classifier(graph, (4096, 4096), classes)
    return graph
