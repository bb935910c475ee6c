"""What an optimizer of PyTorch remembers, as arrays with names."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import Optimizer


def optimizer_arrays(optimizer: Optimizer) -> dict[str, NDArray[Any]]:
    """Copies of its tensors and numbers, named after parameter number and kind:
    "3.momentum_buffer"."""
    arrays: dict[str, NDArray[Any]] = {}
    for number, kept in optimizer.state_dict()["state"].items():
        for name, value in kept.items():
            if isinstance(value, Tensor):
                arrays[f"{number}.{name}"] = value.detach().cpu().numpy().copy()
            elif value is not None:
                arrays[f"{number}.{name}"] = np.array(value)
    return arrays


def load_optimizer(optimizer: Optimizer, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Take up what `optimizer_arrays` gave. Raises ValueError for another number of parameters."""
    count = sum(len(group["params"]) for group in optimizer.param_groups)
    kept: dict[int, dict[str, Tensor]] = {}
    for key, array in arrays.items():
        number, _, name = key.partition(".")
        kept.setdefault(int(number), {})[name] = torch.from_numpy(np.array(array))
    if kept and max(kept) >= count:
        raise ValueError(f"this state is of {max(kept) + 1} parameters; the network has {count}")
    optimizer.load_state_dict({**optimizer.state_dict(), "state": kept})
