"""What holds for every augmentation, whatever it does."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
augment = pytest.importorskip("coursekit.training.augment")

MIX = [[0.5, 0.6, 0.6], [0.7, 0.0, -0.7], [0.4, -0.8, 0.4]]
SHAPE = (3, 18, 23)

AUGMENTATIONS = {
    repr(augmentation): augmentation
    for augmentation in (
        augment.RandomCrop(4),
        augment.RandomCrop(3, "reflect"),
        augment.RandomFlip(),
        augment.RandomResizedCrop(12),
        augment.RandomResizedCrop((20, 30), scale=(0.3, 0.6), ratio=(1, 1)),
        augment.ScaleJitter(16, (16, 30)),
        augment.PCAColor(torch.tensor(MIX), torch.tensor([0.5, 0.1, 0.05])),
        augment.Cutout(6),
        augment.Normalise([0.5, 0.4, 0.3], [0.2, 0.25, 0.3]),
        augment.CentreCrop((11, 8)),
        augment.Compose(
            [
                augment.ScaleJitter((16, 20), (20, 24)),
                augment.RandomCrop(2),
                augment.RandomFlip(0.3),
                augment.Compose([augment.Cutout(5), augment.Normalise([0.5] * 3, [0.5] * 3)]),
            ]
        ),
    )
}


@pytest.fixture(params=AUGMENTATIONS)
def augmentation(request: pytest.FixtureRequest) -> Any:
    return AUGMENTATIONS[request.param]


def lies_channels_last(x: Any) -> bool:
    return x.permute(0, 2, 3, 1).is_contiguous() and not x.is_contiguous()


@settings(
    deadline=None,
    max_examples=5,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cut=st.tuples(st.integers(0, 7), st.integers(0, 7)), seed=st.integers(0, 2**31))
def test_a_slice_of_the_draws_makes_that_slice_of_the_result(
    augmentation: Any, pictures: Any, cut: tuple[int, int], seed: int
) -> None:
    draws = augmentation.draw(7, SHAPE, torch.Generator().manual_seed(seed))
    whole = augmentation.apply(pictures, draws)
    rows = slice(*sorted(cut))
    part = augmentation.apply(pictures[rows], tuple(drawn[rows] for drawn in draws))
    assert part.dtype == whole.dtype
    assert torch.equal(part, whole[rows])


def test_pictures_stay_and_form_is_kept(augmentation: Any, pictures: Any, generator: Any) -> None:
    before = pictures.clone()
    y = augment.at_random(augmentation, pictures, generator)
    assert torch.equal(pictures, before)
    assert len(y) == 7
    assert y.shape[1] == 3
    assert not y.requires_grad
    assert lies_channels_last(y) == lies_channels_last(pictures)
    assert y.is_contiguous() or lies_channels_last(y)
    if "Normalise" in repr(augmentation) and pictures.dtype == torch.uint8:
        assert y.dtype == torch.float32
    else:
        assert y.dtype == pictures.dtype


def test_pixels_may_lie_anyhow_in_memory(augmentation: Any, pictures: Any, generator: Any) -> None:
    draws = augmentation.draw(7, SHAPE, generator)
    wanted = augmentation.apply(pictures.contiguous(), draws)
    scattered = pictures.permute(3, 0, 2, 1).contiguous().permute(1, 3, 2, 0)
    larger = torch.nn.functional.pad(pictures, (1, 2, 3, 4))[:, :, 3:-4, 1:-2]
    for x in (pictures.contiguous(memory_format=torch.channels_last), scattered, larger):
        assert torch.equal(augmentation.apply(x, draws), wanted)


def test_draws_depend_on_the_generator_and_the_count_only(augmentation: Any) -> None:
    def draws(count: int, shape: tuple[int, int, int], seed: int = 3) -> tuple[Any, Any]:
        generator = torch.Generator().manual_seed(seed)
        return augmentation.draw(count, shape, generator), generator.get_state()

    first, state = draws(9, SHAPE)
    assert all(len(drawn) == 9 and drawn.device.type == "cpu" for drawn in first)
    torch.manual_seed(1234)
    with torch.random.fork_rng():
        torch.rand(5)
        again, _ = draws(9, SHAPE)
    assert all(map(torch.equal, first, again))
    assert torch.equal(draws(9, (3, 40, 60))[1], state), "the shape changes what comes later"
    other, _ = draws(9, SHAPE, seed=4)
    assert not first or not all(map(torch.equal, first, other))


def test_draws_are_on_the_cpu_whatever_the_default_device_is(
    augmentation: Any, pictures: Any, generator: Any
) -> None:
    shape = tuple(pictures.shape[1:])
    with torch.device("meta"):  # stands for a GPU
        draws = augmentation.draw(7, shape, generator)
        y = augmentation.apply(pictures, draws)
    assert all(drawn.device.type == "cpu" for drawn in draws)
    assert torch.equal(y, augmentation.apply(pictures, draws))


def test_one_picture_and_none(augmentation: Any, pictures: Any, generator: Any) -> None:
    seven = augment.at_random(augmentation, pictures, generator)
    for x in (pictures[:1], pictures[:0]):
        y = augment.at_random(augmentation, x, generator)
        assert y.shape == (len(x), *seven.shape[1:])
        assert y.dtype == seven.dtype


def test_half_precision_is_as_good_as_its_digits(augmentation: Any, generator: Any) -> None:
    x = torch.rand(4, *SHAPE, generator=generator)
    draws = augmentation.draw(4, SHAPE, generator)
    half = augmentation.apply(x.half(), draws)
    assert half.dtype == torch.float16
    torch.testing.assert_close(half.float(), augmentation.apply(x, draws), atol=4e-3, rtol=4e-3)


def test_unsuitable_pictures_and_draws_are_refused(augmentation: Any, generator: Any) -> None:
    draws = augmentation.draw(2, SHAPE, generator)
    x = torch.rand(2, *SHAPE)
    with pytest.raises(ValueError, match=r"\(N, C, H, W\), got shape \(3, 18, 23\)"):
        augmentation.apply(x[0], draws)
    with pytest.raises(TypeError, match=r"uint8 or floating point, got torch\.int64"):
        augmentation.apply(x.long(), draws)
    with pytest.raises(TypeError, match="torch tensor, got ndarray"):
        augmentation.apply(x.numpy(), draws)
    with pytest.raises(ValueError, match="draws"):
        augmentation.apply(x, (*draws, torch.zeros(2)))
    if draws:
        with pytest.raises(ValueError, match="3 pictures need draws"):
            augmentation.apply(torch.rand(3, *SHAPE), draws)
