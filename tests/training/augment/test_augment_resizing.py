"""Crops at other sizes against PyTorch's own resizing of one picture after another."""

import math
from typing import Any

import pytest

torch = pytest.importorskip("torch")
augment = pytest.importorskip("coursekit.training.augment")

F = torch.nn.functional

SHAPE = (3, 18, 23)


def resized(picture: Any, size: tuple[int, int]) -> Any:
    """One picture (C, H, W) at another size, by PyTorch, in float64."""
    x = picture[None].double()
    return F.interpolate(x, size, mode="bilinear", align_corners=False, antialias=True)[0]


def assert_pictures(got: Any, wanted: Any) -> None:
    """Equal but for rounding: to 8 bits, or to float32, in which places are computed."""
    tolerance = 0.501 if got.dtype == torch.uint8 else 2e-5
    torch.testing.assert_close(got.double(), wanted, atol=tolerance, rtol=0)


@pytest.mark.parametrize("size", [7, 18, (40, 9), (1, 64)])
def test_boxes_are_resized_like_pictures_of_their_own(
    pictures: Any, generator: Any, size: Any
) -> None:
    crop = augment.RandomResizedCrop(size)
    (boxes,) = draws = crop.draw(7, SHAPE, generator)
    shape = size if isinstance(size, tuple) else (size, size)
    wanted = [
        resized(picture[:, top : top + height, left : left + width], shape)
        for picture, (top, left, height, width) in zip(pictures, boxes.tolist(), strict=True)
    ]
    assert_pictures(crop.apply(pictures, draws), torch.stack(wanted))


def test_a_box_of_the_result_s_size_is_copied(pictures: Any) -> None:
    boxes = torch.tensor([[n, 2 * n, 10, 8] for n in range(7)])
    crops = augment.RandomResizedCrop((10, 8)).apply(pictures, (boxes,))
    wanted = [pictures[n, :, n : n + 10, 2 * n : 2 * n + 8] for n in range(7)]
    assert torch.equal(crops, torch.stack(wanted))


def test_boxes_have_the_areas_and_ratios_that_are_said(generator: Any) -> None:
    crop = augment.RandomResizedCrop(224, scale=(0.1, 0.5), ratio=(0.5, 2))
    ((top, left, height, width),) = (
        b.double().T for b in crop.draw(20_000, (3, 900, 900), generator)
    )
    assert min(top.min(), left.min()) == 0
    assert max((top + height).max(), (left + width).max()) == 900
    area, ratio = height * width / 900**2, width / height
    quarters = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0], dtype=torch.float64)
    torch.testing.assert_close(area.quantile(quarters), 0.1 + 0.4 * quarters, atol=0.01, rtol=0)
    torch.testing.assert_close(ratio.log2().quantile(quarters), 2 * quarters - 1, atol=0.03, rtol=0)
    room = (left / (900 - width)).quantile(quarters)
    torch.testing.assert_close(room, quarters, atol=0.02, rtol=0)


def test_boxes_that_do_not_fit_are_drawn_again(generator: Any) -> None:
    (boxes,) = augment.RandomResizedCrop(8, scale=(0.5, 1)).draw(5000, (3, 20, 30), generator)
    top, left, height, width = boxes.T
    assert (boxes[:, 2:] >= 1).all()
    assert (top >= 0).all() and (left >= 0).all()
    assert (top + height <= 20).all() and (left + width <= 30).all()
    ratio = width / height
    assert 0.65 < ratio.min() < ratio.max() < 1.5  # to whole pixels
    assert len(boxes.unique(dim=0)) > 500


@pytest.mark.parametrize(("shape", "box"), [((3, 4, 90), [4, 5]), ((3, 90, 4), [5, 4])])
def test_a_strip_gives_its_largest_box(
    generator: Any, shape: tuple[int, int, int], box: list[int]
) -> None:
    (boxes,) = augment.RandomResizedCrop(8, scale=(0.9, 1)).draw(300, shape, generator)
    assert (boxes[:, 2:] == torch.tensor(box)).all()
    assert len(boxes.unique(dim=0)) > 50, "it can be anywhere along the strip"


def test_resized_crops_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="size must be at least 1"):
        augment.RandomResizedCrop(0)
    with pytest.raises(ValueError, match="scale must be"):
        augment.RandomResizedCrop(8, scale=(0.5, 1.5))
    with pytest.raises(ValueError, match="ratio must be"):
        augment.RandomResizedCrop(8, ratio=(2, 1))
    with pytest.raises(ValueError, match="not within the 4×5 pixels"):
        augment.RandomResizedCrop(8).apply(torch.zeros(1, 1, 4, 5), (torch.tensor([[1, 0, 4, 5]]),))


@pytest.mark.parametrize("size", [9, (6, 12)])
def test_jitter_resizes_then_crops(pictures: Any, generator: Any, size: Any) -> None:
    jitter = augment.ScaleJitter(size, sides=(12, 40))
    sides, corners = draws = jitter.draw(7, SHAPE, generator)
    rows, columns = size if isinstance(size, tuple) else (size, size)
    wanted = []
    for picture, side, (top, left) in zip(pictures, sides.tolist(), corners.tolist(), strict=True):
        whole = resized(picture, (side, math.floor(23 * side / 18 + 0.5)))
        wanted.append(whole[:, top : top + rows, left : left + columns])
    assert_pictures(jitter.apply(pictures, draws), torch.stack(wanted))


def test_all_sides_and_all_corners_are_drawn(generator: Any) -> None:
    sides, corners = augment.ScaleJitter(4, sides=(4, 6)).draw(30_000, (3, 10, 5), generator)
    counts = torch.bincount(sides, minlength=7)[4:]
    assert abs(counts - 10_000).max() < 5 * 10_000**0.5
    for side, tall in ((4, 8), (5, 10), (6, 12)):
        places, counts = corners[sides == side].unique(dim=0, return_counts=True)
        assert len(places) == (tall - 4 + 1) * (side - 4 + 1)
        expected = (sides == side).sum() / len(places)
        assert abs(counts - expected).max() < 5 * expected**0.5


def test_jitters_that_cannot_be() -> None:
    for sides in ((223, 300), (300, 256)):
        with pytest.raises(ValueError, match=r"sides must be .* 224 pixels"):
            augment.ScaleJitter(224, sides)
    draws = torch.tensor([8]), torch.tensor([[0, 5]])
    with pytest.raises(ValueError, match="a crop is not within"):
        augment.ScaleJitter(4, (8, 8)).apply(torch.zeros(1, 1, 8, 8), draws)


def test_fine_stripes_become_grey_not_coarse_stripes() -> None:
    stripes = torch.zeros(1, 1, 24, 24)
    stripes[..., ::2] = 1
    draws = torch.tensor([8]), torch.tensor([[0, 0]])
    small = augment.ScaleJitter(8, (8, 8)).apply(stripes, draws)
    places = (torch.arange(8) + 0.5) / 4 - 1
    grid = torch.stack(torch.meshgrid(places, places, indexing="xy"), dim=2)[None]
    sampled = F.grid_sample(stripes, grid, align_corners=False)
    inner = (..., slice(1, -1))  # at a border, a part of the triangle is missing
    assert abs(small[inner] - 0.5).max() < 0.06
    assert abs(sampled[inner] - 0.5).min() > 0.49


@pytest.mark.parametrize("side", [5, 17, 18, 31])
def test_whole_pictures_are_resized_in_proportion(pictures: Any, side: int) -> None:
    wide = augment.resize_shorter_side(pictures, side)
    shape = (side, math.floor(23 * side / 18 + 0.5))
    assert wide.shape == (7, 3, *shape)
    assert_pictures(wide, torch.stack([resized(picture, shape) for picture in pictures]))
    tall = augment.resize_shorter_side(pictures.transpose(2, 3), side)
    torch.testing.assert_close(tall, wide.transpose(2, 3), atol=1, rtol=0)
    assert tall.shape == (7, 3, *shape[::-1])


def test_many_large_pictures_are_done_in_groups_that_do_not_show() -> None:
    x = torch.randint(256, (6, 3, 400, 420), dtype=torch.uint8)
    whole = augment.resize_shorter_side(x, 100)
    assert torch.equal(
        whole, torch.cat([augment.resize_shorter_side(x[n : n + 1], 100) for n in range(6)])
    )


def test_one_colour_stays_one_colour() -> None:
    for value in (0, 1, 127, 255):
        x = torch.full((2, 3, 33, 47), value, dtype=torch.uint8)
        for side in (7, 32, 50):
            assert (augment.resize_shorter_side(x, side) == value).all()


def test_a_side_is_a_whole_number() -> None:
    with pytest.raises(ValueError, match="side must be at least 1"):
        augment.resize_shorter_side(torch.zeros(1, 1, 4, 4), 0)
