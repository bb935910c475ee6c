"""Weights trained on ImageNet that torchvision publishes, for networks with its names."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from coursekit.data.cache import ENVIRONMENT, MissingDataError, data_directories
from coursekit.models.errors import ModelError

#: Where they are published.
SOURCE = "https://download.pytorch.org/models/"

#: Their folder in a data directory.
FOLDER = "weights"

#: Name in `MODELS` → file. The hexadecimal digits are the beginning of its SHA-256.
FILES = {
    "alexnet-one-tower": "alexnet-owt-7be5be79.pth",
    "vgg11": "vgg11-8a719046.pth",
    "vgg13": "vgg13-19584684.pth",
    "vgg16": "vgg16-397923af.pth",
    "vgg19": "vgg19-dcbb9e9d.pth",
    "vgg11-bn": "vgg11_bn-6002323d.pth",
    "vgg13-bn": "vgg13_bn-abd245e5.pth",
    "vgg16-bn": "vgg16_bn-6c64b313.pth",
    "vgg19-bn": "vgg19_bn-c79401a0.pth",
    "googlenet-published": "googlenet-1378be20.pth",
    "resnet18": "resnet18-f37072fd.pth",
    "resnet34": "resnet34-b627a593.pth",
    "resnet50": "resnet50-0676ba61.pth",
    "resnet101": "resnet101-63fe2227.pth",
    "resnet152": "resnet152-394f9c45.pth",
    "squeezenet1.1": "squeezenet1_1-b8a52dc0.pth",
}


def published_weights(
    name: str, root: str | os.PathLike[str] | None = None, *, download: bool = True
) -> Path:
    """Path of the published file for the network called ``name``; give it to `load_weights`.

    Looked for in ``weights`` of the data directories (`data_directories`); fetched into the first
    that can be written if it is in none. A file is used only if its SHA-256 begins as its name
    says. ``download=False`` asks nobody.

    Raises:
        ModelError: nothing is published for this network.
        MissingDataError: the file is not here and cannot be fetched; says where to put it.
    """
    if name not in FILES:
        raise ModelError(f"no weights are published for {name!r}; they are for {', '.join(FILES)}")
    file = FILES[name]
    start = file.rpartition("-")[2].removesuffix(".pth")
    directories = [directory / FOLDER for directory in data_directories(root)]
    reasons = []
    for directory in directories:
        path = directory / file
        if path.is_file():
            with path.open("rb") as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
            if found.startswith(start):
                return path
            reasons.append(f"{path} is damaged: its SHA-256 is {found}, expected {start}…")
    if not download:
        reasons.append("download=False: nobody was asked")
    else:
        from torch.hub import download_url_to_file

        for directory in directories:
            try:
                directory.mkdir(parents=True, exist_ok=True)
                download_url_to_file(SOURCE + file, str(directory / file), start)
                return directory / file
            except (OSError, RuntimeError) as error:  # no network, wrong checksum, no right
                reasons.append(f"{SOURCE}{file} → {directory}: {error}")
    raise MissingDataError(
        "\n".join(
            [
                f"{file} is not on this computer and could not be fetched:",
                *(f"  {reason}" for reason in reasons),
                f"Connect to the network and run this again, or put {SOURCE}{file} into "
                f"{directories[0]}.",
                f"Another data directory: set {ENVIRONMENT} to the one that holds {FOLDER}/.",
            ]
        )
    )
