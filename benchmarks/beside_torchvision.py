"""torchvision, and what needs it, beside a build of PyTorch for another device.

torchvision's compiled operators do not load there, and without them it does not import. No
classification network calls them, so it is enough that two of them are declared.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

_DECLARED: list[Any] = []
"""Declarations live as long as they are kept."""


def imported(name: str) -> ModuleType:
    """Import a module that needs torchvision: ``torchvision.models``, ``timm``.

    Raises ImportError where it is not installed.
    """
    try:
        return import_module(name)
    except RuntimeError:
        import torch

        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _DECLARED.append(library)
        return import_module(name)
