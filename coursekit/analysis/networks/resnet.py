"""Residual networks (K. He, X. Zhang, S. Ren, J. Sun, CVPR 2016; D4 32–35)."""

from coursekit.analysis.graph import Graph
from coursekit.analysis.networks.parts import BATCH_NORM, conv, max_pool, relu
from coursekit.analysis.operations import (
    AdaptivePool2d,
    Combine,
    Crop,
    Flatten,
    Linear,
    PadChannels,
)

IMAGENET_DEPTHS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
"""Blocks in each stage (table 1); from 50 layers on the blocks are bottlenecks."""

CIFAR_DEPTHS = (20, 32, 44, 56, 110)
"""6n + 2 layers, for 32×32 pictures (section 4.2)."""


def resnet(depth: int, classes: int = 1000) -> Graph:
    """A ResNet for 224×224; 18 has 11,689,512 parameters, 50 has 25,557,032.

    The stride of a bottleneck sits in its 3×3 convolution, as in torchvision; the paper has it in
    the first 1×1, with the same parameters. Raises ValueError for an unknown depth.
    """
    if depth not in IMAGENET_DEPTHS:
        raise ValueError(f"ResNet has {', '.join(map(str, IMAGENET_DEPTHS))} layers, not {depth}")
    graph = Graph(f"ResNet-{depth}", (3, 224, 224))
    graph.add(conv(64, 7, 2, 3, bias=False), name="conv1")
    graph.add(BATCH_NORM, name="bn1")
    relu(graph, "relu1")
    below = graph.add(max_pool(3, 2, 1), name="pool1")
    channels = 64
    for stage, blocks in enumerate(IMAGENET_DEPTHS[depth], 1):
        width = 64 * 2 ** (stage - 1)
        wide = width * (4 if depth >= 50 else 1)
        for i in range(blocks):
            name, stride = f"layer{stage}.{i}", 2 if stage > 1 and i == 0 else 1
            shortcut = below
            if stride > 1 or channels != wide:
                graph.add(conv(wide, 1, stride, bias=False), below, name=f"{name}.downsample.0")
                shortcut = graph.add(BATCH_NORM, name=f"{name}.downsample.1")
            body = _bottleneck if depth >= 50 else _basic
            top = body(graph, name, below, width, stride)
            graph.add(Combine("Add"), top, shortcut, name=f"{name}.add")
            below, channels = relu(graph, f"{name}.relu"), wide
    graph.add(AdaptivePool2d(), name="average_pool")
    graph.add(Flatten(), name="flatten")
    graph.add(Linear(classes), name="fc")
    return graph


def resnet_cifar(depth: int, classes: int = 10) -> Graph:
    """A ResNet of 6n + 2 layers for 32×32 pictures; 20 has 269,722 parameters.

    Its shortcuts have no parameters (option A): every second pixel, and zeros for the new maps.
    Raises ValueError for a depth that is not 6n + 2.
    """
    if depth < 8 or (depth - 2) % 6:
        raise ValueError(f"a ResNet for CIFAR has 6n + 2 layers, not {depth}")
    graph = Graph(f"ResNet-{depth}", (3, 32, 32))
    graph.add(conv(16, 3, padding=1, bias=False), name="conv1")
    graph.add(BATCH_NORM, name="bn1")
    below = relu(graph, "relu1")
    for stage, width in enumerate((16, 32, 64), 1):
        for i in range((depth - 2) // 6):
            name, stride = f"layer{stage}.{i}", 2 if stage > 1 and i == 0 else 1
            shortcut = below
            if stride > 1:
                graph.add(Crop((0, 0), (2, 2)), below, name=f"{name}.every_second")
                shortcut = graph.add(PadChannels(width // 4, width // 4), name=f"{name}.zeros")
            top = _basic(graph, name, below, width, stride)
            graph.add(Combine("Add"), top, shortcut, name=f"{name}.add")
            below = relu(graph, f"{name}.relu")
    graph.add(AdaptivePool2d(), name="average_pool")
    graph.add(Flatten(), name="flatten")
    graph.add(Linear(classes), name="fc")
    return graph


def _basic(graph: Graph, name: str, below: str, width: int, stride: int) -> str:
    graph.add(conv(width, 3, stride, 1, bias=False), below, name=f"{name}.conv1")
    graph.add(BATCH_NORM, name=f"{name}.bn1")
    relu(graph, f"{name}.relu1")
    graph.add(conv(width, 3, padding=1, bias=False), name=f"{name}.conv2")
    return graph.add(BATCH_NORM, name=f"{name}.bn2")


def _bottleneck(graph: Graph, name: str, below: str, width: int, stride: int) -> str:
    graph.add(conv(width, 1, bias=False), below, name=f"{name}.conv1")
    graph.add(BATCH_NORM, name=f"{name}.bn1")
    relu(graph, f"{name}.relu1")
    graph.add(conv(width, 3, stride, 1, bias=False), name=f"{name}.conv2")
    graph.add(BATCH_NORM, name=f"{name}.bn2")
    relu(graph, f"{name}.relu2")
    graph.add(conv(4 * width, 1, bias=False), name=f"{name}.conv3")
    return graph.add(BATCH_NORM, name=f"{name}.bn3")
