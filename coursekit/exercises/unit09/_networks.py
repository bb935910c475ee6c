"""A block for `ResNet` to stack: nothing residual about it, but made and called like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursekit.exercises.given import maker

if TYPE_CHECKING:
    from torch import Tensor, nn


@maker
def plain_block(expansion: int) -> type[nn.Module]:
    """A class of blocks: a 3×3 convolution to ``expansion * channels`` maps, and ReLU."""
    from torch import nn

    times = expansion

    class PlainBlock(nn.Module):
        expansion: int = times

        def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
            super().__init__()
            self.conv = nn.Conv2d(in_channels, channels * times, 3, stride, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.conv(x).relu()
            return out

    return PlainBlock
