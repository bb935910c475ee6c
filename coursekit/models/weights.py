"""Weights in files: read whatever is usual, write safetensors."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from coursekit.models.errors import WeightsError

#: What a file may be called.
ENDINGS = (".safetensors", ".pth", ".th", ".pt")

#: Put before every name by data-parallel training and by torch.compile.
PREFIXES = ("module.", "_orig_mod.")


def load_weights(model: nn.Module, path: str | os.PathLike[str]) -> None:
    """Read a file of weights into a network of the same build, on whatever device it is.

    A .safetensors file, or a .pth, .th or .pt file that holds a state_dict, or a dict with one
    under "state_dict" or "model". `PREFIXES` of wrapped networks are taken off. Nothing in the
    file is executed.

    Raises:
        WeightsError: the file is not there, or damaged, or holds more than tensors; or its names
            or shapes differ from the network's, which then keeps what it had.
    """
    source = Path(path)
    found = without_prefixes(_read(source))
    _compare(source, found, model.state_dict())
    model.load_state_dict(found)


def save_weights(model: nn.Module, path: str | os.PathLike[str]) -> None:
    """Write a network's weights and statistics into a .safetensors file, whole or not at all.

    Raises:
        WeightsError: the name has another ending, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix != ".safetensors":
        raise WeightsError(f"the file's name must end in .safetensors, got {target.name!r}")
    tensors = {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in without_prefixes(model.state_dict()).items()
    }
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        safetensors.torch.save_file(tensors, part, metadata={"format": "pt"})
        part.replace(target)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{target} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def without_prefixes(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state_dict of the network itself, from one of its wrapper."""
    own = dict(state)
    while prefix := next((p for p in PREFIXES if own and all(n.startswith(p) for n in own)), ""):
        own = {name.removeprefix(prefix): tensor for name, tensor in own.items()}
    return own


def _read(source: Path) -> dict[str, Tensor]:
    """The state_dict in a file. Raises WeightsError."""
    if source.suffix not in ENDINGS:
        raise WeightsError(f"the file's name must end in {', '.join(ENDINGS)}; got {source.name!r}")
    try:
        if source.suffix == ".safetensors":
            return safetensors.torch.load_file(source)
        content = torch.load(source, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(f"there is no file {source}") from error
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{source} is damaged, or holds more than tensors, which could run code when it is "
            "opened. Save it again as a state_dict: torch.save(network.state_dict(), path)"
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, SafetensorError) as error:
        raise WeightsError(f"{source} cannot be read as weights: {error}") from error
    for key in ("state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not _is_state(content):
        raise WeightsError(
            f"{source} holds no weights: expected a dict of names and tensors, or one with it "
            f'under "state_dict", got {_described(content)}'
        )
    return dict(content)


def _is_state(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and bool(content)
        and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in content.items())
    )


def _described(content: Any) -> str:
    if isinstance(content, dict):
        return f"a dict with {_first(map(repr, content))}" if content else "an empty dict"
    return type(content).__name__


def _compare(source: Path, found: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> None:
    """Raise WeightsError unless names and shapes agree.

    Files from before 2018 do not count the batches behind batch normalisation's statistics;
    PyTorch fills that in.
    """
    missing = [n for n in own if n not in found and not n.endswith("num_batches_tracked")]
    unexpected = [n for n in found if n not in own]
    other = [
        f"{n} (file {_by(found[n])}, network {_by(own[n])})"
        for n in own
        if n in found and found[n].shape != own[n].shape
    ]
    lists = (
        ("missing in the file", missing),
        ("not in the network", unexpected),
        ("of another shape", other),
    )
    faults = [f"  {len(names)} {what}: {_first(names)}" for what, names in lists if names]
    if not faults:
        return
    advice = "Build the network that the file was saved from: its architecture and its options."
    if not missing and not unexpected:
        advice = (
            "The layers agree: build the network with the file's classes, in_channels and width; "
            "another last layer can be put in its place afterwards."
        )
    raise WeightsError("\n".join([f"{source} does not fit this network:", *faults, advice]))


def _by(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"


def _first(names: Iterable[str], most: int = 3) -> str:
    all_names = list(names)
    more = ["…"] if len(all_names) > most else []
    return ", ".join([*all_names[:most], *more])
