"""Several augmentations, one after another."""

from collections.abc import Iterable

import torch
from torch import Generator, Tensor

from coursekit.training.augment.augmentation import Augmentation, Draws
from coursekit.training.augment.pictures import (
    channels_last,
    check_pictures,
    checked,
    groups,
)

Shape = tuple[int, int, int]


class Compose:
    """Applies ``steps`` in their order; its draws are those of all steps in a row."""

    def __init__(self, steps: Iterable[Augmentation]) -> None:
        self.steps = tuple(steps)
        self._known: dict[Shape, list[tuple[Shape, int]]] = {}

    def __repr__(self) -> str:
        return f"Compose([{', '.join(map(repr, self.steps))}])"

    def draw(self, count: int, shape: Shape, generator: Generator) -> Draws:
        """Each step draws for pictures of the shape that reaches it."""
        stages = zip(self.steps, self._stages(shape), strict=True)
        return tuple(
            drawn for step, (seen, _) in stages for drawn in step.draw(count, seen, generator)
        )

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return pictures that went through all steps.

        They do not depend on each other, so one group after another may go all the way.
        """
        check_pictures(x)
        wanted = sum(tensors for _, tensors in self._stages(_shape(x)))
        checked(draws, x, wanted)
        parts = groups(x)
        if len(parts) == 1:
            return self._through(x, draws)
        first = self._through(x[parts[0]], tuple(drawn[parts[0]] for drawn in draws))
        order = torch.channels_last if channels_last(first) else torch.contiguous_format
        shape = (len(x), *first.shape[1:])
        y = torch.empty(shape, dtype=first.dtype, device=x.device, memory_format=order)
        y[parts[0]] = first
        for part in parts[1:]:
            y[part] = self._through(x[part], tuple(drawn[part] for drawn in draws))
        return y

    def _through(self, x: Tensor, draws: Draws) -> Tensor:
        for step, (_, tensors) in zip(self.steps, self._stages(_shape(x)), strict=True):
            x = step.apply(x, draws[:tensors])
            draws = draws[tensors:]
        return x

    def _stages(self, shape: Shape) -> list[tuple[Shape, int]]:
        """For each step, the shape (C, H, W) that reaches it and how many tensors it draws.

        A batch without pictures is sent through to find out, once for each shape.
        """
        if shape not in self._known:
            x, stages = torch.empty(0, *shape, device="cpu"), []
            for step in self.steps:
                draws = step.draw(0, _shape(x), Generator())
                stages.append((_shape(x), len(draws)))
                x = step.apply(x, draws)
            self._known[shape] = stages
        return self._known[shape]


def _shape(x: Tensor) -> Shape:
    return x.shape[1], x.shape[2], x.shape[3]
