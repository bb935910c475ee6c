"""Keeping a network's parameters in a file."""

import os
import zipfile
from pathlib import Path

import numpy as np

from coursekit.numpy_nn.layer import Layer


def save_parameters(net: Layer, path: str | Path) -> None:
    """Write the parameters into an .npz file: one plain array per name, no pickle.

    The file appears whole or not at all. Raises ValueError when ``path`` does not end in .npz.
    """
    target = _npz(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **net.params)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def load_parameters(net: Layer, path: str | Path) -> None:
    """Read what ``save_parameters`` wrote into a network of the same build.

    Nothing in the file is executed. Raises FileNotFoundError; ValueError when it is damaged, or
    when names, shapes or dtypes differ, in which case the network keeps what it had.
    """
    source = _npz(path)
    try:
        with np.load(source, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{source} cannot be read as parameters: {error}") from error
    ours = {name: (p.shape, p.dtype) for name, p in net.params.items()}
    theirs = {name: (p.shape, p.dtype) for name, p in found.items()}
    if ours != theirs:
        name = next(n for n in [*ours, *theirs] if ours.get(n) != theirs.get(n))
        raise ValueError(
            f"{source} is of another network: {name} should be {_said(ours.get(name))}, "
            f"the file has {_said(theirs.get(name))}"
        )
    for name, values in found.items():
        net.params[name][...] = values


def _npz(path: str | Path) -> Path:
    if Path(path).suffix != ".npz":
        raise ValueError(f"the file's name must end in .npz, got {Path(path).name!r}")
    return Path(path)


def _said(kind: tuple[tuple[int, ...], np.dtype] | None) -> str:
    return "absent" if kind is None else f"{kind[1]} {kind[0]}"
