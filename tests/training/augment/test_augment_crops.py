"""Crops for evaluation."""

from typing import Any

import pytest

torch = pytest.importorskip("torch")
augment = pytest.importorskip("coursekit.training.augment")

TOPS_AND_LEFTS = [(0, 0), (0, 11), (7, 0), (7, 11), (3, 5)]  # for 11×12 out of 18×23


def test_the_centre_is_cut_out(pictures: Any) -> None:
    assert torch.equal(augment.CentreCrop((11, 12))(pictures), pictures[:, :, 3:14, 5:17])
    assert torch.equal(augment.CentreCrop(18)(pictures), pictures[:, :, :, 2:20])


def test_five_crops_and_their_mirror_images(pictures: Any) -> None:
    five, ten = augment.five_crops(pictures, (11, 12)), augment.ten_crops(pictures, (11, 12))
    assert five.shape == (7, 5, 3, 11, 12)
    assert ten.shape == (7, 10, 3, 11, 12)
    assert five.dtype == ten.dtype == pictures.dtype
    for k, (top, left) in enumerate(TOPS_AND_LEFTS):
        crop = pictures[:, :, top : top + 11, left : left + 12]
        assert torch.equal(five[:, k], crop)
        assert torch.equal(ten[:, k], crop)
        assert torch.equal(ten[:, 5 + k], crop.flip(3))


def test_all_crops_as_one_batch_keep_the_order_of_memory(pictures: Any) -> None:
    batch = augment.ten_crops(pictures, 9).flatten(0, 1)
    order = torch.contiguous_format if pictures.is_contiguous() else torch.channels_last
    assert batch.shape == (70, 3, 9, 9)
    assert batch.is_contiguous(memory_format=order)


def test_one_picture_s_crops() -> None:
    x = torch.arange(9.0).view(1, 1, 3, 3)
    assert augment.five_crops(x, 1).flatten().tolist() == [0, 2, 6, 8, 4]


@pytest.mark.parametrize(
    "crops", [augment.five_crops, augment.ten_crops, lambda x, size: augment.CentreCrop(size)(x)]
)
def test_crops_that_do_not_fit(crops: Any) -> None:
    with pytest.raises(ValueError, match="19×5 does not fit into pictures of 18×23"):
        crops(torch.zeros(1, 3, 18, 23), (19, 5))
    with pytest.raises(ValueError, match="size must be at least 1"):
        crops(torch.zeros(1, 3, 18, 23), 0)
