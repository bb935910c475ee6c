"""The modified LeNet of deck 4, from NumPy to PyTorch."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn

from coursekit.models.errors import ModelError
from coursekit.models.initialization import he_normal, initialize
from coursekit.models.parts import check_options
from coursekit.numpy_nn import Sequential


class LeNet(nn.Module):
    """LeNet-5's layers (LeCun et al. 1998) with max-pooling and ReLU; `numpy_nn.modified_lenet`.

    ::

        1×28×28 → 5×5 → 6×24×24 → pool → 6×12×12 → 5×5 → 16×8×8 → pool → 16×4×4 → 120 → 84 → classes

    44,426 parameters, 281,640 multiply-adds; before the fully connected layers a unit sees 16×16
    pixels. For 32×32 pictures 61,706 parameters and 416,520 multiply-adds.

    Weights start normal with variance 2 / fan_in (K. He et al., ICCV 2015), biases at 0.

    Args:
        classes: number of scores.
        in_channels: 1 for grey, 3 for colour.
        size: height and width of the pictures, at least 16.

    Raises:
        ModelError: an option is out of its range.
    """

    def __init__(self, classes: int = 10, in_channels: int = 1, size: int = 28) -> None:
        super().__init__()
        check_options(classes, in_channels)
        if size < 16:
            raise ModelError(f"LeNet takes pictures of at least 16×16 pixels, got size={size}")
        self.input_shape = (in_channels, size, size)
        side = ((size - 4) // 2 - 4) // 2
        self.conv1 = nn.Conv2d(in_channels, 6, 5)
        self.pool1 = nn.MaxPool2d(2)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool2 = nn.MaxPool2d(2)
        self.relu2 = nn.ReLU(inplace=True)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(16 * side * side, 120)
        self.relu3 = nn.ReLU(inplace=True)
        self.fc2 = nn.Linear(120, 84)
        self.relu4 = nn.ReLU(inplace=True)
        self.fc3 = nn.Linear(84, classes)
        initialize(self, he_normal)

    @classmethod
    def from_numpy(cls, network: Sequential) -> Self:
        """The same function as a `coursekit.numpy_nn.modified_lenet`: its weights and dtype.

        Raises:
            ModelError: the network is another one.
        """
        arrays = [torch.tensor(array) for array in network.params.values()]
        channels, size = (network.input_shape or (1, 28))[:2]
        model = cls(len(arrays[-1]), channels, size)
        names = list(model.state_dict())
        shapes = [p.shape for p in model.parameters()]
        if [array.shape for array in arrays] != shapes:
            raise ModelError(
                f"expected a network of coursekit.numpy_nn.modified_lenet, got {network!r}"
            )
        model.to(arrays[0].dtype).load_state_dict(dict(zip(names, arrays, strict=True)))
        return model

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, size, size) → scores (N, classes)."""
        if x.shape[1:] != self.input_shape:
            wanted = ", ".join(map(str, self.input_shape))
            raise ModelError(
                f"this LeNet takes pictures (N, {wanted}), got {tuple(x.shape)}: build it with "
                "the in_channels and size of the pictures, or resize them"
            )
        x = self.relu1(self.pool1(self.conv1(x)))
        x = self.flatten(self.relu2(self.pool2(self.conv2(x))))
        x = self.relu4(self.fc2(self.relu3(self.fc1(x))))
        return self.fc3(x)
