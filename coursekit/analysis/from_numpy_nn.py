"""Reading a `coursekit.numpy_nn` network."""

from __future__ import annotations

from coursekit import numpy_nn as nn
from coursekit.analysis.graph import AnalysisError, Graph
from coursekit.analysis.operations import (
    Conv2d,
    Flatten,
    Linear,
    Operation,
    Other,
    PartialConv2d,
    Pointwise,
    Pool2d,
    Shape,
    margins,
)


def graph_of_numpy(net: nn.Sequential, input_shape: Shape | None = None) -> Graph:
    """The graph of a Sequential; layers are called 0, 1, ….

    Raises:
        AnalysisError: the input's shape is not known.
    """
    shape = input_shape or net.input_shape
    if shape is None:
        raise AnalysisError(
            f"{net.name} does not say what goes in: give the input, such as (1, 28, 28)."
        )
    graph = Graph(net.name, shape)
    for i, layer in enumerate(net.layers):
        try:
            shape = layer.output_shape(shape)
        except ValueError as error:
            raise AnalysisError(f"{net.name}, layer {i} ({layer}): {error}.") from error
        graph.add(_operation(layer, shape), name=str(i))
    return graph


def _operation(layer: nn.Layer, shape: Shape) -> Operation:
    if isinstance(layer, nn.PartialConv2d):
        f_h, f_w = layer.kernel_size
        return PartialConv2d((f_h, f_w), table=tuple(map(tuple, layer.table)))
    if isinstance(layer, nn.Conv2d):
        out_channels = layer.params["b"].shape[0]
        return Conv2d(
            layer.kernel_size,
            layer.stride,
            margins(layer.padding),
            layer.dilation,
            out_channels=out_channels,
            groups=layer.groups,
        )
    if isinstance(layer, nn.MaxPool2d | nn.AveragePool2d):
        kind = "max" if isinstance(layer, nn.MaxPool2d) else "average"
        return Pool2d(layer.size, layer.stride, kind=kind)
    if isinstance(layer, nn.Subsample2d):
        return Pool2d((2, 2), (2, 2), kind="average", trainable=True)
    if isinstance(layer, nn.Linear):
        return Linear(layer.params["w"].shape[0])
    if isinstance(layer, nn.Flatten):
        return Flatten()
    name = type(layer).__name__
    if not layer.params and isinstance(layer, nn.ReLU | nn.Sigmoid | nn.Tanh | nn.ScaledTanh):
        return Pointwise(name)
    weights = tuple((k, p.shape) for k, p in layer.params.items())
    work = layer.codes.size if isinstance(layer, nn.RadialBasis) else 0
    return Other(name, shape, weights=weights, work=work)
