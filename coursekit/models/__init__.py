"""Networks as their papers say, in PyTorch (units 07 to 09); one architecture per file.

`build("resnet20", classes=10)` makes one by its name (`MODELS`). Importing this package does not
import PyTorch; using anything but `MODELS`, `find` and the errors does.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from coursekit.models.errors import ModelError, WeightsError
from coursekit.models.registry import MODELS, build, find
from coursekit.models.shipped import ModelCard, shipped_card, shipped_names, shipped_network

if TYPE_CHECKING:
    from coursekit.models.alexnet import AlexNet
    from coursekit.models.cifar_resnet import CifarResNet
    from coursekit.models.googlenet import GoogLeNet, Outputs
    from coursekit.models.lenet import LeNet
    from coursekit.models.published import published_weights
    from coursekit.models.resnet import ResNet
    from coursekit.models.se_resnet import SEResNet
    from coursekit.models.squeezenet import SqueezeNet
    from coursekit.models.vgg import VGG, SmallVGG
    from coursekit.models.weights import load_weights, save_weights
    from coursekit.models.zfnet import ZFNet

__all__ = [
    "MODELS",
    "VGG",
    "AlexNet",
    "CifarResNet",
    "GoogLeNet",
    "LeNet",
    "ModelCard",
    "ModelError",
    "Outputs",
    "ResNet",
    "SEResNet",
    "SmallVGG",
    "SqueezeNet",
    "WeightsError",
    "ZFNet",
    "build",
    "find",
    "load_weights",
    "published_weights",
    "save_weights",
    "shipped_card",
    "shipped_names",
    "shipped_network",
]

_HOMES = {
    "AlexNet": "alexnet",
    "CifarResNet": "cifar_resnet",
    "GoogLeNet": "googlenet",
    "LeNet": "lenet",
    "Outputs": "googlenet",
    "ResNet": "resnet",
    "SEResNet": "se_resnet",
    "SmallVGG": "vgg",
    "SqueezeNet": "squeezenet",
    "VGG": "vgg",
    "ZFNet": "zfnet",
    "load_weights": "weights",
    "published_weights": "published",
    "save_weights": "weights",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'coursekit.models' has no attribute '{name}'")
    return getattr(import_module(f"coursekit.models.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
