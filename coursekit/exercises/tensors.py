"""PyTorch at the edge of an exercise: arrays become tensors before a call, and arrays after it.

Cases, expected answers and what travels to another process stay arrays, so that everything else
knows nothing of tensors. PyTorch is imported when the first tensor is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit.exercises.comparison import came, describe
from coursekit.exercises.problems import UnfitAnswer
from coursekit.exercises.values import Named

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module
    from torch.optim import Optimizer


def as_tensors(value: Any, *, gradients: bool = False) -> Any:
    """The arrays in `value`, a list, tuple or dict of arrays or one array, as tensors.

    They share memory with the arrays: what is written into them shows there. With `gradients`,
    gradients are computed with respect to them.
    """
    if isinstance(value, np.ndarray):
        import torch

        tensor = torch.from_numpy(value)
        return tensor.requires_grad_() if gradients else tensor
    if isinstance(value, list | tuple) and not isinstance(value, Named):
        return type(value)(as_tensors(v, gradients=gradients) for v in value)
    if isinstance(value, dict):
        return {k: as_tensors(v, gradients=gradients) for k, v in value.items()}
    return value


def as_arrays(value: Any) -> Any:
    """The tensors in an answer as arrays of their own.

    Raises:
        UnfitAnswer: an array or a tensor that has no numbers in memory came instead.
    """
    if isinstance(value, Named):
        return Named(value.names, map(as_arrays, value))
    if isinstance(value, list | tuple):
        return [*map(as_arrays, value)] if isinstance(value, list) else tuple(map(as_arrays, value))
    if isinstance(value, np.ndarray):
        raise UnfitAnswer(
            f"A tensor is wanted, {describe(value)} came back: no gradient can flow back through "
            "NumPy. Work on the tensors with PyTorch's own functions."
        )
    return _array(value) if _is_tensor(value) else value


def expect_no_list(answer: Any) -> None:
    """Refuse several tensors where one is asked for: of a list, nobody knows the axes.

    Raises:
        UnfitAnswer: a list or tuple with tensors in it.
    """
    if isinstance(answer, list | tuple) and any(leaves("", answer)):
        raise UnfitAnswer(
            f"One tensor is wanted, {describe(answer)} came back. `torch.stack(parts)` puts "
            "tensors of one shape on a new axis, `torch.cat(parts, dim=…)` joins them along one "
            "that they have."
        )


def _is_tensor(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)


def _array(tensor: Tensor) -> np.ndarray:
    import torch

    plain = tensor.detach()
    if plain.layout != torch.strided or plain.is_quantized or plain.device.type == "meta":
        kind = "meta" if plain.device.type == "meta" else str(plain.layout).removeprefix("torch.")
        raise UnfitAnswer(f"An ordinary tensor of numbers is wanted; a {kind} tensor came back.")
    if plain.is_floating_point() and plain.dtype not in (torch.float32, torch.float64):
        plain = plain.float()
    array: np.ndarray = plain.cpu().resolve_conj().resolve_neg().numpy()
    return array.copy()


def gradients_at(answer: Any, inputs: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """The gradients of a weighted sum of the answer's values at `inputs`, "gradient at x" for x.

    The weights are fixed and all different, so that values that changed places show.

    Raises:
        UnfitAnswer: no gradient comes back.
    """
    import torch

    first = answer[0] if isinstance(answer, tuple | list) and answer else answer
    if not isinstance(first, torch.Tensor):
        raise UnfitAnswer(f"A tensor is wanted; {came(first)}")
    if not first.requires_grad:
        raise UnfitAnswer(
            "No gradient flows back through your answer: something on the way takes the numbers "
            "out of the graph (`.detach()`, `.data`, `.item()`, `.numpy()`, `torch.tensor(x)`, "
            "`torch.no_grad()`)."
        )
    first.backward(_weights(first))
    return {
        f"gradient at {name}": (torch.zeros_like(x) if x.grad is None else x.grad).numpy()
        for name, x in inputs.items()
    }


def leaves(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    """The tensors in an argument, each with what leads to it: ``weights["1x1"][0]``."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(f'{name}["{key}"]', part)
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            yield from leaves(f"{name}[{i}]", part)
    elif _is_tensor(value):
        yield name, value


def _weights(like: Tensor) -> Tensor:
    import torch

    count = torch.arange(like.numel(), dtype=torch.float64)
    return torch.cos(1.7 * count + 0.3).reshape(like.shape).to(like.dtype)


def load(network: Module, weights: list[Tensor] | dict[str, Tensor]) -> None:
    """Copy weights into a network: in the order of its parameters, or by their names.

    By name, buffers (running means) belong to it, and names have to be exactly these. The network
    then computes in the weights' dtype.

    Raises:
        UnfitAnswer: others are there, or they have other shapes.
    """
    _expect_module(network)
    if isinstance(weights, dict):
        _load_by_name(network, weights)
        return
    own = [(name, p.data) for name, p in network.named_parameters()]
    listed = ", ".join(str(tuple(w.shape)) for w in weights)
    if len(own) != len(weights):
        found = ", ".join(f"{name} {tuple(p.shape)}" for name, p in own) or "none"
        raise UnfitAnswer(
            f"The network should have {len(weights)} parameters, of shapes {listed}; yours has "
            f"{len(own)}: {found}."
        )
    for (name, p), w in zip(own, weights, strict=True):
        if p.shape != w.shape:
            raise UnfitAnswer(
                f"The parameter `{name}` should have shape {tuple(w.shape)}, but has shape "
                f"{tuple(p.shape)}. In order, the shapes are {listed}."
            )
    for (_, p), w in zip(own, weights, strict=True):
        p.copy_(w)
    network.to(weights[0].dtype)


def _listed(names: Collection[str], most: int = 12) -> str:
    """The names, or the first of many."""
    first = ", ".join(list(names)[:most])
    return first if len(names) <= most else f"{first} and {len(names) - most} more"


def _load_by_name(network: Module, weights: dict[str, Tensor]) -> None:
    own = {n: t for n, t in network.state_dict().items() if not n.endswith("num_batches_tracked")}
    missing = [name for name in weights if name not in own]
    more = [name for name in own if name not in weights]
    if missing or more:
        raise UnfitAnswer(
            f"The names of parameters and buffers should be {_listed(weights)}."
            + (f" Yours has no {_listed(missing)}." if missing else "")
            + (f" It has {_listed(more)} besides." if more else "")
        )
    for name, value in weights.items():
        if own[name].shape != value.shape:
            raise UnfitAnswer(
                f"`{name}` should have shape {tuple(value.shape)}, but has shape "
                f"{tuple(own[name].shape)}."
            )
    for name, value in weights.items():
        own[name].copy_(value)
    network.to(next(iter(weights.values())).dtype)


def gradients(network: Module) -> list[Tensor]:
    """The gradients of all parameters, in their order.

    Raises:
        UnfitAnswer: a parameter has none.
    """
    _expect_module(network)
    for name, p in network.named_parameters():
        if p.grad is None:
            raise UnfitAnswer(
                f"No gradient comes back to the parameter `{name}`: is it used on the way from "
                "the input to the output, and does nothing take the numbers out of the graph?"
            )
    return [p.grad for p in network.parameters() if p.grad is not None]


def gradients_by_name(network: Module) -> Named:
    """The gradients of all parameters by their names, whatever order the layers were made in.

    Raises:
        UnfitAnswer: a parameter has none.
    """
    found = gradients(network)
    names = [name for name, _ in network.named_parameters()]
    return _by_name(dict(zip(names, found, strict=True)))


def state_by_name(network: Module) -> Named:
    """What a network keeps beside its parameters (running means and variances), by names."""
    _expect_module(network)
    return _by_name({n: b for n, b in network.named_buffers() if b.is_floating_point()})


def _by_name(found: Mapping[str, Tensor]) -> Named:
    return Named(sorted(found), [found[name] for name in sorted(found)])


def backward(y: Tensor, dy: Tensor) -> None:
    """Back-propagate from y, where the loss has the gradient `dy`.

    Raises:
        UnfitAnswer: y has no history.
    """
    if not _is_tensor(y) or y.grad_fn is None:
        raise UnfitAnswer(
            "No gradient flows back from the output: something on the way takes the numbers out of "
            "the graph (`.detach()`, `.data`, `.numpy()`, `torch.no_grad()`), or no parameter "
            "learns (`requires_grad_(False)`)."
        )
    y.backward(dy)


def count(network: Module) -> int:
    """How many numbers a network learns."""
    _expect_module(network)
    return sum(p.numel() for p in network.parameters())


def parameters(network: Module) -> list[Tensor]:
    """The parameters of a network, in their order, as they are now."""
    _expect_module(network)
    return [p.detach().clone() for p in network.parameters()]


def sgd(
    network: Module, learning_rate: float, momentum: float = 0.0, weight_decay: float = 0.0
) -> Optimizer:
    """PyTorch's SGD over all parameters of a network."""
    import torch

    _expect_module(network)
    return torch.optim.SGD(
        network.parameters(), learning_rate, momentum=momentum, weight_decay=weight_decay
    )


def state(network: Module) -> list[Tensor]:
    """What a network keeps beside its parameters (running means and variances), in order."""
    _expect_module(network)
    return [b for b in network.buffers() if b.is_floating_point()]


@contextmanager
def same_chance() -> Iterator[None]:
    """PyTorch's chance begins anew here, and goes on afterwards as if nothing had been.

    A module draws its first weights and its dropout: one answer gets one verdict all the same.
    """
    import torch

    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(0)
        yield


def on_paper(make: Callable[..., Module], *args: Any, **options: Any) -> Module:
    """A network as ``make(*args, **options)`` makes it, whose numbers take no memory and no time.

    It can be counted, not run. One that cannot be made so (it looks at its numbers) is made as
    usual.
    """
    import torch

    try:
        with torch.device("meta"):
            return make(*args, **options)
    except (NotImplementedError, RuntimeError):
        return make(*args, **options)


def number(value: Any) -> float:
    """A number of Python's or NumPy's, which a tensor is not.

    Raises:
        UnfitAnswer: something else came.
    """
    plain = value.item() if isinstance(value, np.ndarray) and not value.ndim else value
    if isinstance(plain, Real) and not isinstance(plain, bool):
        return float(plain)
    what = f"a tensor of shape {tuple(value.shape)} came back." if _is_tensor(value) else ""
    what = what or came(value)
    raise UnfitAnswer(f"A plain number is wanted, a float; {what}")


def differs(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors of one shape differ anywhere."""
    return not bool(one.shape == other.shape and (one == other).all())


def share_of_zeros(x: Tensor) -> float:
    """The share of the numbers that are 0."""
    return float((x == 0).double().mean())


def _expect_module(network: Any) -> None:
    import torch

    if not isinstance(network, torch.nn.Module):
        raise UnfitAnswer(
            f"An nn.Module is wanted; {came(network)} `nn.Sequential(*layers)` makes one of "
            "several layers. A class of yours is one when it reads `class Name(nn.Module):` and "
            "calls `super().__init__()` first in `__init__`."
        )


HELPERS: dict[str, Callable[..., Any]] = {
    "load": load,
    "gradients": gradients,
    "gradients_by_name": gradients_by_name,
    "backward": backward,
    "count": count,
    "parameters": parameters,
    "sgd": sgd,
    "state": state,
    "state_by_name": state_by_name,
    "differs": differs,
    "number": number,
    "on_paper": on_paper,
    "share_of_zeros": share_of_zeros,
}
"""Functions that a script can call when its exercise is about tensors."""
