"""Where numbers stop being numbers: the first layer of a network that gives NaN or infinity."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn


def first_bad_layer(network: nn.Module, x: Tensor) -> str:
    """A sentence about the first layer that turns finite numbers into others on the batch x.

    The network runs once more, in the mode that it is in; "" when all it computes is finite.
    """
    if not _is_finite(x):
        return f"The images themselves hold {_kind(x)}."
    for name, p in network.named_parameters():
        if not _is_finite(p):
            return f"The parameter {name} holds {_kind(p)}."
    found: list[str] = []

    def look(name: str, layer: nn.Module, inputs: Any, output: Any) -> None:
        bad = next((t for t in _tensors(output) if not _is_finite(t)), None)
        if bad is not None and not found and all(map(_is_finite, _tensors(inputs))):
            found.append(
                f"The first layer to give {_kind(bad)} was {name or 'the network'} "
                f"({type(layer).__name__})."
            )

    hooks = [
        layer.register_forward_hook(
            lambda layer, inputs, output, name=name: look(name, layer, inputs, output)
        )
        for name, layer in network.named_modules()
    ]
    try:
        with torch.no_grad():
            network(x)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else ""


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _tensors(part)


def _is_finite(x: Tensor) -> bool:
    return bool(torch.isfinite(x).all())


def _kind(x: Tensor) -> str:
    return "NaN" if bool(torch.isnan(x).any()) else "infinity"
