"""Augmentations one after another."""

from typing import Any

import pytest

torch = pytest.importorskip("torch")
augment = pytest.importorskip("coursekit.training.augment")


class Noise:
    """Somebody else's augmentation: a number for every pixel."""

    def draw(self, count: int, shape: tuple[int, int, int], generator: Any) -> tuple[Any, ...]:
        return (torch.randn(count, *shape, generator=generator),)

    def apply(self, x: Any, draws: tuple[Any, ...]) -> Any:
        return x + 0.1 * draws[0].to(x.device)


def test_steps_are_applied_in_their_order(pictures: Any, generator: Any) -> None:
    crop, flip, cutout = augment.RandomCrop(3), augment.RandomFlip(), augment.Cutout(5)
    normalise = augment.Normalise([0.5] * 3, [0.25] * 3)
    both = augment.Compose([crop, flip, normalise, cutout])
    offsets, flips, centres = draws = both.draw(7, (3, 18, 23), generator)
    wanted = cutout.apply(
        normalise(flip.apply(crop.apply(pictures, (offsets,)), (flips,))), (centres,)
    )
    assert torch.equal(both.apply(pictures, draws), wanted)


def test_each_step_draws_for_the_shape_that_reaches_it(generator: Any) -> None:
    steps = [
        Noise(),
        augment.RandomResizedCrop((12, 9)),
        Noise(),
        augment.ScaleJitter(6, (6, 8)),
        augment.Cutout(2),
    ]
    draws = augment.Compose(steps).draw(500, (3, 30, 20), generator)
    noise, boxes, more_noise, sides, corners, centres = draws
    assert noise.shape == (500, 3, 30, 20)
    assert boxes.shape == (500, 4)
    assert more_noise.shape == (500, 3, 12, 9)
    assert sides.shape == (500,)
    assert corners.shape == (500, 2)
    assert centres.amax(dim=0).tolist() == [5, 5]


def test_one_compose_serves_pictures_of_several_sizes(generator: Any) -> None:
    change = augment.Compose(
        [
            augment.RandomCrop(2),
            augment.Compose([Noise(), augment.CentreCrop(4)]),
            augment.RandomFlip(),
        ]
    )
    for shape in ((3, 8, 9), (1, 5, 4), (3, 8, 9)):
        assert augment.at_random(change, torch.rand(6, *shape), generator).shape == (
            6,
            shape[0],
            4,
            4,
        )


def test_nothing_to_do_changes_nothing(pictures: Any, generator: Any) -> None:
    assert augment.Compose([]).draw(7, (3, 18, 23), generator) == ()
    assert augment.at_random(augment.Compose([]), pictures, generator) is pictures


def test_draws_of_another_compose_are_refused(generator: Any) -> None:
    change = augment.Compose([augment.RandomFlip(), augment.RandomCrop(1)])
    x = torch.zeros(2, 3, 8, 8)
    draws = change.draw(2, (3, 8, 8), generator)
    with pytest.raises(
        ValueError, match=r"2 pictures need draws of 2 tensors with 2 rows, got rows \[2\]"
    ):
        change.apply(x, draws[:1])
    assert repr(change) == (
        "Compose([RandomFlip(probability=0.5), RandomCrop(padding=1, fill=0.0)])"
    )


def test_a_batch_may_be_shared_by_several_processes(generator: Any) -> None:
    change = augment.Compose(
        [
            augment.RandomResizedCrop(8),
            augment.RandomFlip(),
            augment.Normalise([0.5] * 3, [0.5] * 3),
        ]
    )
    x = torch.randint(256, (10, 3, 16, 16), dtype=torch.uint8)
    draws = change.draw(10, (3, 16, 16), generator)
    shares = [slice(0, 3), slice(3, 3), slice(3, 10)]
    parts = [change.apply(x[rows], tuple(drawn[rows] for drawn in draws)) for rows in shares]
    assert torch.equal(torch.cat(parts), change.apply(x, draws))


def test_a_large_batch_goes_through_in_groups_that_do_not_show(generator: Any) -> None:
    change = augment.Compose(
        [augment.RandomResizedCrop(300), augment.RandomCrop(8), augment.RandomFlip()]
    )
    x = torch.randint(256, (9, 3, 310, 330), dtype=torch.uint8)
    for pictures in (x, x.to(memory_format=torch.channels_last)):
        draws = change.draw(9, (3, 310, 330), generator)
        y, stage = change.apply(pictures, draws), pictures
        for step, drawn in zip(change.steps, draws, strict=True):
            stage = step.apply(stage, (drawn,))
        assert torch.equal(y, stage)
        assert y.stride() == stage.stride()
