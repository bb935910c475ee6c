"""The networks by name; each architecture's file, and PyTorch with it, is imported when built."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from coursekit.models.errors import ModelError

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Architecture:
    """A class of `coursekit.models` and the options that make it one certain network.

    Calling it builds the network; further options are those of the class.
    """

    kind: str
    home: str
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, Any]:
        """The options that can still be chosen, with their defaults."""
        parameters = inspect.signature(self._load()).parameters
        return {n: p.default for n, p in parameters.items() if n not in self.fixed}

    def __call__(self, **options: Any) -> nn.Module:
        """Build it. Raises ModelError for an option that it has not, or that is out of range."""
        known = self.options
        for name in options:
            if name not in known:
                raise ModelError(f"there is no option {name!r} here; there are {', '.join(known)}")
        return self._load()(**self.fixed, **options)

    def _load(self) -> type[nn.Module]:
        found: type[nn.Module] = getattr(import_module(f"coursekit.models.{self.home}"), self.kind)
        return found


_VGG = {"vgg11": "A", "vgg13": "B", "vgg16": "D", "vgg19": "E"}

MODELS: dict[str, Architecture] = {
    "lenet": Architecture("LeNet", "lenet"),
    "alexnet": Architecture("AlexNet", "alexnet"),
    "alexnet-one-tower": Architecture("AlexNet", "alexnet", {"towers": 1}),
    "zfnet": Architecture("ZFNet", "zfnet"),
    **{
        f"{name}{ending}": Architecture(
            "VGG", "vgg", {"configuration": letter, "batch_norm": bool(ending)}
        )
        for name, letter in (*_VGG.items(), ("vgg16-c", "C"))
        for ending in ("", "-bn")
    },
    "small-vgg": Architecture("SmallVGG", "vgg"),
    "googlenet": Architecture("GoogLeNet", "googlenet"),
    "googlenet-published": Architecture("GoogLeNet", "googlenet", {"as_published": True}),
    **{
        f"{start}{depth}": Architecture(kind, home, {"depth": depth})
        for start, kind, home in (
            ("resnet", "ResNet", "resnet"),
            ("se-resnet", "SEResNet", "se_resnet"),
        )
        for depth in (18, 34, 50, 101, 152)
    },
    **{
        f"{start}{depth}": Architecture(
            "CifarResNet", "cifar_resnet", {"depth": depth, "residual": start == "resnet"}
        )
        for start in ("resnet", "plain")
        for depth in (20, 32, 44, 56, 110, 1202)
    },
    "squeezenet1.1": Architecture("SqueezeNet", "squeezenet"),
}
"""Name → what builds it. `find` knows CIFAR networks of every other depth 6n + 2 as well."""


def find(name: str) -> Architecture:
    """What builds the network called ``name``.

    Besides those in `MODELS` there are ``resnetD`` and ``plainD`` for every depth D = 6n + 2; but
    ``resnet50`` and ``resnet152`` are ImageNet's.

    Raises:
        ModelError: there is no such network; says which come closest.
    """
    if name in MODELS:
        return MODELS[name]
    for_cifar = re.fullmatch(r"(resnet|plain)([1-9]\d*)", name)
    if for_cifar and (depth := int(for_cifar[2])) >= 8 and depth % 6 == 2:
        residual = for_cifar[1] == "resnet"
        return Architecture("CifarResNet", "cifar_resnet", {"depth": depth, "residual": residual})
    close = difflib.get_close_matches(name.lower(), MODELS, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise ModelError(
        f"no network is called {name!r}.{hint} There are: {', '.join(MODELS)}, and resnetD and "
        "plainD for CIFAR with every other depth D = 6n + 2"
    )


def build(
    name: str,
    *,
    classes: int | None = None,
    in_channels: int | None = None,
    width: float = 1.0,
    seed: int = 0,
    **options: Any,
) -> nn.Module:
    """The untrained network called ``name``, always the same for the same ``seed``.

    ``classes`` and ``in_channels`` default to the network's own; ``options`` are those of its
    class, such as ``dropout=0.2``. PyTorch's global random state stays as it was.

    Raises:
        ModelError: there is no such network, or it has not this option, or not with this value.
    """
    import torch

    architecture = find(name)
    given = {"classes": classes, "in_channels": in_channels}
    options |= {option: value for option, value in given.items() if value is not None}
    if width != 1:
        options["width"] = width
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        try:
            return architecture(**options)
        except ModelError as error:
            raise ModelError(f"{name}: {error}") from None
