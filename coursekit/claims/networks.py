"""Claims about whole networks (F4–F7, F11–F14, F16, F20)."""

from __future__ import annotations

import math

from coursekit.analysis import NETWORKS, Graph, network, summary
from coursekit.analysis.networks.alexnet import alexnet
from coursekit.analysis.networks.parts import conv
from coursekit.claims.claim import Claim, Finding, Verdict


def _parameters(name: str) -> int:
    return int(summary(network(name)).totals["parameters"])


def _alexnet_kernels() -> Finding:
    layers = [layer for layer in network("alexnet").layers() if layer.type == "Conv2d"]
    kernels = [layer.parameters["weight"] for layer in layers]
    said = ", ".join(f"{n} of {h}×{w}×{c}" for n, c, h, w in kernels)
    return Finding(
        said,
        Verdict.HOLDS,
        "In layers 2, 4 and 5 each kernel sees the 48 or 192 maps of its own group (one for each "
        "of the two GPUs); layer 3 sees all 256.",
    )


def _alexnet_neurons() -> Finding:
    graph = network("alexnet")
    kinds = ("Conv2d", "Linear")
    count = sum(layer.activations for layer in graph.layers() if layer.type in kinds)
    pixels = math.prod(graph.input_shape)
    return Finding(
        f"{count:,}; {count + pixels:,} with the pixels",
        Verdict.ROUGHLY,
        "Outputs of convolutions and dense layers. The paper's own list of its layers' units, with "
        "a first layer of 253,440, adds up to 622,312.",
    )


def _alexnet_parameters() -> Finding:
    whole = summary(alexnet(groups=1)).totals["parameters"]
    return Finding(
        f"{_parameters('alexnet'):,} with two groups, {whole:,} without",
        Verdict.ROUGHLY,
        "Versions without groups are often quoted; they have 1.4 million more.",
    )


def _vgg_flatten() -> Finding:
    layers = {layer.name: layer for layer in network("vgg16").layers()}
    c, h, w = layers["pool5"].output_shape
    first, total = layers["fc6"].parameter_count, _parameters("vgg16")
    return Finding(
        f"{h}×{w}×{c} = {c * h * w:,} inputs; the layer after it has {first:,} parameters, "
        f"{first / total:.0%} of the network",
        Verdict.HOLDS,
        "Three quarters of VGG-16 sit in this one layer.",
    )


def _vgg_parameters() -> Finding:
    graph = network("vgg16")
    weighing = sum(layer.type in ("Conv2d", "Linear") for layer in graph.layers())
    return Finding(
        f"{weighing} layers with weights, {_parameters('vgg16'):,} parameters",
        Verdict.ROUGHLY,
        "13 convolutions and 3 dense layers.",
    )


def _three_small_kernels() -> Finding:
    def stack(sizes: tuple[int, ...]) -> tuple[int, int]:
        graph = Graph("stack", (1, 32, 32))
        for size in sizes:
            graph.add(conv(1, size, bias=False))
        last = graph.layers()[-1].spans
        assert last is not None
        return sum(layer.parameter_count for layer in graph.layers()), last[0].size

    (small, sees), (large, also) = stack((3, 3, 3)), stack((7,))
    return Finding(
        f"{small}·C² against {large}·C² weights, both see {sees} pixels"
        if sees == also
        else f"fields {sees} and {also}",
        Verdict.HOLDS,
        f"{1 - small / large:.0%} fewer, with two more activations between.",
    )


def _googlenet_parameters() -> Finding:
    ours, alex = _parameters("googlenet"), _parameters("alexnet")
    return Finding(
        f"{ours:,}; {alex / ours:.1f} times fewer than AlexNet",
        Verdict.FAILS,
        "Neither is that of the architecture in table 1 of the paper. Twelve times is the paper's "
        "own sentence; a twelfth of 60 million would be 5 million, and the deck has 4.",
    )


def _resnet_sizes() -> Finding:
    layers = {layer.name: layer for layer in network("resnet50").layers()}
    sides = [224, layers["conv1"].output_shape[1], layers["pool1"].output_shape[1]]
    return Finding(
        " → ".join(map(str, sides)),
        Verdict.HOLDS,
        "A 7 × 7 convolution and a 3 × 3 pool, both with stride 2.",
    )


def _fields() -> Finding:
    from coursekit.analysis.empirical import measured_field
    from coursekit.analysis.to_torch import SpecifiedNetwork, thin

    agree = []
    for name in NETWORKS:
        graph = thin(_maps_only(network(name)))
        last = graph.layers()[-1]
        assert last.spans is not None
        # Large enough for a unit in the middle to see nothing but the picture.
        side = last.spans[0].size + 4 * int(last.spans[0].jump)
        found = measured_field(SpecifiedNetwork(graph), (graph.input_shape[0], side, side))
        region = tuple(s.region(u, side) for s, u in zip(last.spans, found.unit, strict=True))
        if found.support == region:
            agree.append(f"{name} {last.spans[0].size}")
    return Finding(
        f"gradients see exactly what the recursion says in {len(agree)} of {len(NETWORKS)} "
        f"networks; fields of their last maps: {', '.join(agree)}",
        Verdict.HOLDS if len(agree) == len(NETWORKS) else Verdict.FAILS,
        "Paths that are added or concatenated see what the widest of them sees.",
    )


def _maps_only(graph: Graph) -> Graph:
    """The network up to its last layer whose units see only part of the picture."""
    layers = graph.layers()
    end = max(i for i, layer in enumerate(layers) if layer.spans is not None)
    short = Graph(graph.name, graph.input_shape)
    for node in graph.nodes[: end + 1]:
        short.add(node.operation, *node.inputs, name=node.name, in_place=node.in_place)
    return short


CLAIMS = (
    Claim(
        "F4",
        "D1 33",
        "AlexNet's kernels: 96 of 11×11×3, 256 of 5×5×48, 384 of 3×3×256, 384 of 3×3×192, 256 of "
        "3×3×192",
        _alexnet_kernels,
    ),
    Claim("F5", "D1 33", "AlexNet has 650,000 neurons", _alexnet_neurons),
    Claim("F6", "D1 33, D3, D4 20", "AlexNet has 60 million parameters", _alexnet_parameters),
    Claim("F7", "D2 22", "the last volume of VGG, 7×7×512, is flattened", _vgg_flatten),
    Claim("F12", "D4 23", "VGG in configuration D: 16 layers, 138 M parameters", _vgg_parameters),
    Claim("F13", "D4 24", "3·(3²) against 7² weights for the same field", _three_small_kernels),
    Claim(
        "F14",
        "D4 25, 31",
        "GoogLeNet has 4 M parameters, twelve times fewer than AlexNet",
        _googlenet_parameters,
    ),
    Claim("F16", "D4 35", "ResNet goes from 224 to 56 after two layers", _resnet_sizes),
    Claim("F20", "D5", "the recursion gives the receptive field of every layer", _fields),
)
