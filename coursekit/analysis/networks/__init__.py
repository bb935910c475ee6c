"""The networks of the course as layer specifications: what each layer is, without weights.

`network(name)` knows them by name; one architecture per file.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial

from coursekit.analysis.from_numpy_nn import graph_of_numpy
from coursekit.analysis.graph import Graph
from coursekit.analysis.networks.alexnet import alexnet
from coursekit.analysis.networks.googlenet import googlenet
from coursekit.analysis.networks.resnet import CIFAR_DEPTHS, IMAGENET_DEPTHS, resnet, resnet_cifar
from coursekit.analysis.networks.vgg import CONFIGURATIONS, vgg
from coursekit.analysis.networks.zfnet import zfnet
from coursekit.errors import CourseError
from coursekit.numpy_nn import lenet1, lenet5, modified_lenet

_MAKERS: dict[str, Callable[[], Graph]] = {
    "lenet1": lambda: graph_of_numpy(lenet1()),
    "lenet5": lambda: graph_of_numpy(lenet5()),
    "lenet-modified": lambda: graph_of_numpy(modified_lenet(32)),
    "alexnet": alexnet,
    "zfnet": zfnet,
    **{f"vgg{depth}": partial(vgg, depth) for depth in CONFIGURATIONS},
    "googlenet": googlenet,
    **{f"resnet{depth}": partial(resnet, depth) for depth in IMAGENET_DEPTHS},
    **{f"resnet{depth}": partial(resnet_cifar, depth) for depth in CIFAR_DEPTHS},
}

NETWORKS = tuple(_MAKERS)
"""The names that `network` knows, oldest first."""


def network(name: str) -> Graph:
    """The network called `name`, for the input of its paper.

    Raises:
        CourseError: no network has this name; says which come closest.
    """
    if name not in _MAKERS:
        close = difflib.get_close_matches(name.lower(), NETWORKS, n=2)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise CourseError(f"No network is called '{name}'.{hint} There are: {', '.join(NETWORKS)}.")
    return _MAKERS[name]()
