"""CIFAR-10: 60,000 small colour photographs, 32×32 pixels, ten classes.

A. Krizhevsky, "Learning multiple layers of features from tiny images", technical report,
University of Toronto, 2009. Collected from the web; its authors state no licence.
"""

import os
import tarfile
import warnings
import zlib
from collections.abc import Iterator, Sequence
from operator import index
from pathlib import Path
from typing import SupportsIndex

import numpy as np

from coursekit.data.cache import (
    MissingDataError,
    PublishedFile,
    data_directories,
    find,
)
from coursekit.data.cifar10_batch import Cifar10Error, read_batch
from coursekit.data.download import fetch
from coursekit.data.splits import Split, stratified_split

CIFAR10_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
"""What the labels 0 to 9 mean."""

#: Asked in this order.
URLS = ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",)

#: Bytes and SHA-256 of the official archive; its MD5 is c58f30108f718f92721af3b95e74349a.
ARCHIVE = (170_498_071, "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce")

#: Name → bytes and SHA-256 of what the archive holds: five parts for training, then the test part.
BATCHES = {
    "data_batch_1": (
        31_035_704,
        "54636561a3ce25bd3e19253c6b0d8538147b0ae398331ac4a2d86c6d987368cd",
    ),
    "data_batch_2": (
        31_035_320,
        "766b2cef9fbc745cf056b3152224f7cf77163b330ea9a15f9392beb8b89bc5a8",
    ),
    "data_batch_3": (
        31_035_999,
        "0f00d98ebfb30b3ec0ad19f9756dc2630b89003e10525f5e148445e82aa6a1f9",
    ),
    "data_batch_4": (
        31_035_696,
        "3f7bb240661948b8f4d53e36ec720d8306f5668bd0071dcb4e6c947f78e9682b",
    ),
    "data_batch_5": (
        31_035_623,
        "d91802434d8376bbaeeadf58a737e3a1b12ac839077e931237e0dcd43adcb154",
    ),
    "test_batch": (
        31_035_526,
        "f53d8d457504f7cff4ea9e021afcf0e0ad8e24a91f3fc42091b8adef61157831",
    ),
}

_ARCHIVE = "cifar-10-python.tar.gz"
_UNPACKED = "cifar-10-batches-py"
_OWN = "cifar10"
_FOLDERS = (f"{_OWN}/{_UNPACKED}", _UNPACKED, "")
"""Where the unpacked files may lie, seen from a data directory."""


def load_cifar10(
    directory: str | os.PathLike[str] | None = None,
    *,
    download: bool = True,
    validation: int = 5000,
) -> Split:
    """CIFAR-10's photographs in the layout of a convolution layer.

    Images are uint8 of shape (N, 3, 32, 32), red, green and blue from 0 to 255; labels int64 of
    shape (N,), named by `CIFAR10_CLASSES`. ``validation`` of the 50,000 training images are set
    aside, each class in proportion and always the same ones; it may be 0. Everything keeps its
    published order, and the 10,000 test images are left as they are.

    Either the official archive or the folder ``cifar-10-batches-py`` that is in it will do. They
    are looked for in ``directory`` if it is given (which may be that folder itself), else in the
    directory that ``COURSEKIT_DATA`` names and in the user's cache, there under ``cifar10`` or at
    the top. Then the archive is fetched (170 MB; see `coursekit.data.download.fetch`) unless
    ``download`` is False. It is read as it is, nothing is unpacked to disk.

    Raises MissingDataError (a FileNotFoundError) when CIFAR-10 is neither here nor to be had,
    Cifar10Error (a ValueError) when a file with the right checksum cannot be read, ValueError for
    a number of validation images that does not fit, TypeError for one that is not whole.
    """
    wanted = _whole(validation)
    parts = {
        name: read_batch(content, source)
        for name, content, source in _contents(_locate(directory, download))
    }
    x_test, y_test = parts.pop("test_batch")
    learning = [parts.pop(name) for name in sorted(parts)]
    x = np.concatenate([images for images, _ in learning])
    y = np.concatenate([labels for _, labels in learning])
    del learning  # as large as x
    if not 0 <= wanted < len(y):
        raise ValueError(f"validation must be from 0 to {len(y) - 1} images, got {wanted}")
    chosen = np.zeros(len(y), dtype=bool)
    if wanted:
        chosen[stratified_split(y, [wanted])[0]] = True
    return Split(x[~chosen], y[~chosen], x[chosen], y[chosen], x_test.copy(), y_test)


def _whole(validation: SupportsIndex) -> int:
    try:
        return index(validation)
    except TypeError:
        raise TypeError(f"validation must be a whole number, got {validation!r}") from None


def _locate(directory: str | os.PathLike[str] | None, download: bool) -> Path:
    """The unpacked folder or the archive, intact."""
    roots = data_directories(directory)
    faults: list[str] = []
    for folder in [root / below for root in roots for below in _FOLDERS]:
        fault = _fault(folder)
        if fault == "":
            return _used(folder, faults)
        if fault:
            faults.append(fault)
    path, damaged = find(PublishedFile("", _ARCHIVE, *ARCHIVE, URLS), roots)
    if path is not None:
        return _used(path, faults)
    faults += [f"{bad.path} is damaged: {bad.reason}" for bad in damaged]
    try:
        wanted = PublishedFile(_OWN, _ARCHIVE, *ARCHIVE, URLS)
        (path,) = fetch([wanted], directory, download=download)
    except MissingDataError as error:
        lines = [str(error), f"The folder {_UNPACKED}, unpacked, does as well.", *faults]
        raise MissingDataError("\n".join(lines)) from error
    return _used(path, faults)


def _fault(folder: Path) -> str | None:
    """Why the batches in a folder cannot be used: "" if they can, None if it has none of them."""
    if not any(os.path.exists(folder / name) for name in BATCHES):
        return None
    for name, facts in BATCHES.items():
        path, damaged = find(PublishedFile("", name, *facts, ()), [folder])
        if damaged:
            return f"{damaged[0].path} is damaged: {damaged[0].reason}"
        if path is None:
            return f"{folder} has no {name}"
    return ""


def _used(path: Path, faults: Sequence[str]) -> Path:
    for fault in faults:
        warnings.warn(f"{fault}; {path} was used instead", stacklevel=4)
    return path


def _contents(path: Path) -> Iterator[tuple[str, bytes, str]]:
    """Name, content and place of each batch in the folder or archive, one after the other."""
    if path.is_dir():
        for name in BATCHES:
            yield name, (path / name).read_bytes(), str(path / name)
    else:
        yield from _members(path)


def _members(archive: Path) -> Iterator[tuple[str, bytes, str]]:
    missing = list(BATCHES)
    try:
        with tarfile.open(archive, "r|gz") as tar:
            for member in tar:
                name = member.name.removeprefix(f"{_UNPACKED}/")
                file = tar.extractfile(member) if name in missing else None
                if file is not None and member.size == BATCHES[name][0]:
                    missing.remove(name)
                    yield name, file.read(), f"{archive}, {member.name}"
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise Cifar10Error(f"{archive}: not an archive of CIFAR-10 ({error})") from None
    if missing:
        raise Cifar10Error(f"{archive}: has no {missing[0]} of {BATCHES[missing[0]][0]} bytes")
