"""RandomCrop, RandomFlip and Cutout against loops over pictures and pixels."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
augment = pytest.importorskip("coursekit.training.augment")

SHAPE = (3, 18, 23)


@pytest.mark.parametrize("padding", [0, 1, 5])
@pytest.mark.parametrize("fill", [0, 7, "reflect"])
def test_crops_are_windows_of_the_padded_picture(
    pictures: Any, generator: Any, padding: int, fill: Any
) -> None:
    crop = augment.RandomCrop(padding, fill)
    (corners,) = draws = crop.draw(7, SHAPE, generator)
    moved = crop.apply(pictures, draws).numpy()
    sides = ((0, 0), (padding, padding), (padding, padding))
    for n, (top, left) in enumerate(corners.tolist()):
        picture = pictures[n].numpy()
        if fill == "reflect":
            wide = np.pad(picture, sides, mode="reflect")
        else:
            wide = np.pad(picture, sides, constant_values=fill)
        assert (moved[n] == wide[:, top : top + 18, left : left + 23]).all()


def test_the_corner_equal_to_the_padding_leaves_a_picture_in_its_place(pictures: Any) -> None:
    unmoved = augment.RandomCrop(4).apply(pictures, (torch.full((7, 2), 4),))
    assert torch.equal(unmoved, pictures)


def test_every_corner_is_drawn_equally_often(generator: Any) -> None:
    (corners,) = augment.RandomCrop(4).draw(81_000, SHAPE, generator)
    counts = torch.bincount(corners[:, 0] * 9 + corners[:, 1])
    assert len(counts) == 81
    assert abs(counts - 1000).max() < 5 * 1000**0.5


def test_crops_that_cannot_be() -> None:
    x = torch.zeros(1, 1, 5, 9, dtype=torch.uint8)
    middle = (torch.ones(1, 2, dtype=torch.int64),)
    with pytest.raises(ValueError, match="padding must be at least 0"):
        augment.RandomCrop(-1)
    with pytest.raises(TypeError, match="padding must be an integer"):
        augment.RandomCrop(1.5)
    with pytest.raises(ValueError, match='pixel value or "reflect"'):
        augment.RandomCrop(1, "mirror")
    with pytest.raises(ValueError, match=r"0, 1, … 255, not with 0\.5"):
        augment.RandomCrop(1, 0.5).apply(x, middle)
    with pytest.raises(ValueError, match="5 pixels cannot be mirrored for a border of 5"):
        augment.RandomCrop(5, "reflect").apply(x, middle)
    with pytest.raises(ValueError, match="a crop begins outside"):
        augment.RandomCrop(1).apply(x, (torch.tensor([[3, 0]]),))


def test_the_drawn_pictures_are_mirrored(pictures: Any) -> None:
    drawn = torch.tensor([True, False, False, True, True, False, True])
    mirrored = augment.RandomFlip().apply(pictures, (drawn,))
    for picture, before, flip in zip(mirrored, pictures, drawn.tolist(), strict=True):
        columns = range(22, -1, -1) if flip else range(23)
        assert torch.equal(picture, torch.stack([before[:, :, j] for j in columns], dim=2))


@pytest.mark.parametrize("probability", [0.0, 0.2, 0.5, 1.0])
def test_as_many_are_mirrored_as_is_said(generator: Any, probability: float) -> None:
    (drawn,) = augment.RandomFlip(probability).draw(10_000, SHAPE, generator)
    assert drawn.dtype == torch.bool
    spread = (probability * (1 - probability) / 10_000) ** 0.5
    assert abs(drawn.double().mean() - probability) <= 4 * spread


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_is_from_0_to_1(probability: float) -> None:
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\]"):
        augment.RandomFlip(probability)


@pytest.mark.parametrize("size", [1, 4, 5, 100])
def test_squares_are_hidden(pictures: Any, generator: Any, size: int) -> None:
    cutout = augment.Cutout(size, fill=1)
    (centres,) = draws = cutout.draw(7, SHAPE, generator)
    holes = cutout.apply(pictures, draws)
    for n, (row, column) in enumerate(centres.tolist()):
        wanted = pictures[n].clone()
        for i in range(18):
            for j in range(23):
                up, left = row - size // 2, column - size // 2
                if up <= i < up + size and left <= j < left + size:
                    wanted[:, i, j] = 1
        assert torch.equal(holes[n], wanted)


def test_every_pixel_is_a_centre_and_a_square_at_the_corner_is_cut_off(generator: Any) -> None:
    (centres,) = augment.Cutout(2).draw(40_000, (1, 4, 5), generator)
    counts = torch.bincount(centres[:, 0] * 5 + centres[:, 1])
    assert len(counts) == 20
    assert abs(counts - 2000).max() < 5 * 2000**0.5
    ones = torch.ones(3, 1, 8, 8)
    left = (
        augment.Cutout(4).apply(ones, (torch.tensor([[0, 0], [4, 4], [7, 7]]),)).sum(dim=(1, 2, 3))
    )
    assert left.tolist() == [64 - 2 * 2, 64 - 4 * 4, 64 - 3 * 3]


def test_cutouts_that_cannot_be(generator: Any) -> None:
    with pytest.raises(ValueError, match="size must be at least 1"):
        augment.Cutout(0)
    with pytest.raises(ValueError, match=r"not with -1"):
        augment.at_random(
            augment.Cutout(2, fill=-1), torch.zeros(1, 1, 4, 4, dtype=torch.uint8), generator
        )
