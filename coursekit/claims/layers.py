"""Claims about single layers: how many weights, which sizes (F1–F3, F8–F10, F15, F17, F18)."""

from __future__ import annotations

from coursekit.analysis import Graph, network, summary
from coursekit.analysis.networks.parts import conv
from coursekit.analysis.operations import Flatten, Linear, LocallyConnected2d, Operation
from coursekit.claims.claim import Claim, Finding, Verdict
from coursekit.numpy_nn import Conv2d, modified_lenet


def weights(operation: Operation, shape: tuple[int, ...]) -> int:
    """How many numbers one layer learns on an input of this shape."""
    graph = Graph("layer", shape)
    if isinstance(operation, Linear):
        graph.add(Flatten())
    graph.add(operation)
    return int(summary(graph).totals["parameters"])


def _fully_connected() -> Finding:
    count = weights(Linear(400_000, bias=False), (1, 200, 200))
    return Finding(f"{count:,} weights", Verdict.HOLDS, "200 × 200 × 400,000, biases left out.")


HALF = ((4, 5), (4, 5))
"""Padding of a 10 × 10 window that keeps the size."""


def _locally_connected() -> Finding:
    layer = LocallyConnected2d((10, 10), padding=HALF, out_channels=10, bias=False)
    count = weights(layer, (1, 200, 200))
    return Finding(
        f"{count:,} weights", Verdict.HOLDS, "400,000 units with 10 × 10 weights each, no biases."
    )


def _shared() -> Finding:
    count = weights(conv(10, 10, bias=False), (1, 200, 200))
    local = weights(
        LocallyConnected2d((10, 10), padding=HALF, out_channels=10, bias=False), (1, 200, 200)
    )
    return Finding(
        f"10 shared kernels: {count:,} weights, {local // count:,} times fewer",
        Verdict.HOLDS,
        "The same 400,000 units as ten maps of 200 × 200: one kernel serves a whole map.",
    )


def _lenet5() -> Finding:
    table = summary(network("lenet5"))
    full = summary(network("lenet-modified")).totals["parameters"]
    return Finding(
        f"{table.totals['parameters']:,} with the connection table; {full:,} in the modified "
        "network, where every map sees every map",
        Verdict.HOLDS,
        "Exact for the network as published. The eight layers count the input: C1, S2, C3, S4, C5, "
        "F6 and the output are seven.",
    )


def _first_layer() -> Finding:
    layer = Conv2d(1, 6, 5)
    sizes = [layer.output_shape((1, n, n)) for n in (28, 32)]
    shapes = " and ".join(f"{h}×{w}×{c}" for c, h, w in sizes)
    return Finding(
        f"{layer.parameter_count()} parameters; {shapes} from 28 and 32 pixels",
        Verdict.HOLDS,
        "(5·5·1 + 1)·6, and n − 5 + 1.",
    )


def _pooling() -> Finding:
    pooled = modified_lenet(32).shapes((1, 32, 32))[1]
    c, h, w = pooled
    return Finding(f"{h}×{w}×{c}", Verdict.HOLDS, "2 × 2 windows, two pixels apart, on each map.")


def _average_pooling() -> Finding:
    dense = weights(Linear(1024, bias=False), (1024, 7, 7))
    return Finding(
        f"no parameters, in place of {dense:,} for a dense layer from 7×7×1024 to 1024",
        Verdict.HOLDS,
        "More than seven times all parameters of GoogLeNet.",
    )


def _pooling_saves() -> Finding:
    with_pool = modified_lenet(28)
    before, after = with_pool.shapes((1, 28, 28))[:2]
    sizes = [c * h * w for c, h, w in (before, after)]
    share = 1 - sizes[1] / sizes[0]
    return Finding(
        f"activations {sizes[0]:,} → {sizes[1]:,}: {share:.0%} fewer; parameters of the pool: "
        f"{with_pool.layers[1].parameter_count()}",
        Verdict.FAILS,
        "It is activations that a 2 × 2 pool reduces by three quarters. Parameters become fewer "
        "only where a dense layer follows.",
    )


def _per_unit() -> Finding:
    full = weights(Linear(1, bias=False), (1, 200, 200))
    local = weights(conv(1, 4, bias=False), (1, 200, 200))
    return Finding(f"{full:,} and {local}", Verdict.HOLDS, "200 · 200, and 4 · 4.")


CLAIMS = (
    Claim(
        "F1",
        "D1 27",
        "400,000 hidden units, fully connected to 200 × 200 pixels: 16 billion parameters",
        _fully_connected,
    ),
    Claim("F2", "D1 27", "locally connected, 10 × 10 fields: 40 million", _locally_connected),
    Claim("F3", "D1 28", "sharing weights reduces them dramatically", _shared),
    Claim("F8", "D4 7", "LeNet-5 has 60,000 parameters and 8 layers", _lenet5),
    Claim(
        "F9",
        "D4 10–11",
        "the first layer has (5·5·1 + 1)·6 = 156 parameters, and gives 24×24 from 28×28, 28×28 "
        "from 32×32",
        _first_layer,
    ),
    Claim("F10", "D4 12–13", "pooling makes 14×14×6 of 28×28×6", _pooling),
    Claim(
        "F15",
        "D4 31",
        "average pooling from 7×7×1024 to 1×1×1024 saves a huge number of parameters",
        _average_pooling,
    ),
    Claim("F17", "D5", "pooling reduces the number of parameters by 75 %", _pooling_saves),
    Claim(
        "F18",
        "D5",
        "on 200 × 200 pixels a fully connected unit has 40,000 weights, a 4 × 4 filter 16",
        _per_unit,
    ),
)
