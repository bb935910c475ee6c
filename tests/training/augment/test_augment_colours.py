"""Statistics of colours, normalisation and colour shifts against NumPy."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
augment = pytest.importorskip("coursekit.training.augment")

SHAPE = (3, 18, 23)


def colours(pictures: Any) -> Any:
    """All pixels, (pixels, 3), white as 1."""
    pixels = pictures.numpy().transpose(0, 2, 3, 1).reshape(-1, 3).astype(np.float64)
    return pixels / 255 if pictures.dtype == torch.uint8 else pixels


@pytest.fixture
def photographs(generator: Any) -> Any:
    """Eight coloured uint8 pictures, mostly differing in brightness: (8, 3, 20, 16)."""
    light = torch.rand(8, 1, 20, 16, generator=generator)
    x = 200 * light + 40 * torch.rand(8, 3, 20, 16, generator=generator)
    x[:, 2] *= 0.8
    return x.to(torch.uint8)


def test_statistics_are_those_of_all_pixels(
    photographs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mean, std = augment.channel_statistics(photographs)
    np.testing.assert_allclose(mean, colours(photographs).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(std, colours(photographs).std(axis=0), rtol=1e-6)
    assert mean.dtype == std.dtype == torch.float32
    monkeypatch.setattr(
        augment.pixel_statistics, "_PORTION", 2000
    )  # two pictures, then two more, …
    for form in (photographs, photographs.numpy(), photographs / 255):
        for one, other in zip(augment.channel_statistics(form), (mean, std), strict=True):
            torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


def test_components_diagonalise_the_covariance(photographs: Any) -> None:
    components, deviations = augment.rgb_principal_components(photographs)
    variances, vectors = np.linalg.eigh(np.cov(colours(photographs).T, bias=True))
    np.testing.assert_allclose(deviations, np.sqrt(variances)[::-1], rtol=1e-5)
    for component, vector in zip(components.numpy(), vectors.T[::-1], strict=True):
        assert abs(component @ vector) == pytest.approx(1, abs=1e-5)
        assert component.sum() >= 0
    assert (components[0] > 0).all(), "most pixels differ in brightness"
    projected = (colours(photographs) - colours(photographs).mean(axis=0)) @ components.numpy().T
    np.testing.assert_allclose(projected.std(axis=0), deviations, rtol=1e-5)


def test_statistics_need_pixels() -> None:
    with pytest.raises(ValueError, match="no pixels"):
        augment.channel_statistics(torch.zeros(0, 3, 8, 8))
    with pytest.raises(ValueError, match=r"\(N, C, H, W\)"):
        augment.rgb_principal_components(np.zeros((3, 8, 8)))


def test_normalised_pictures(pictures: Any) -> None:
    mean, std = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
    y = augment.Normalise(mean, std)(pictures)
    wanted = (colours(pictures) - mean) / std
    np.testing.assert_allclose(colours(y), wanted, atol=1e-6)


def test_normalised_with_their_own_statistics_they_have_mean_0_and_deviation_1(
    photographs: Any,
) -> None:
    mean, std = augment.channel_statistics(
        augment.Normalise(*augment.channel_statistics(photographs))(photographs)
    )
    torch.testing.assert_close(mean, torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(std, torch.ones(3), atol=1e-5, rtol=0)


def test_normalise_keeps_numbers_that_can_be_compared() -> None:
    assert augment.Normalise([0.5], (0.25,)) == augment.Normalise(
        torch.tensor([0.5]), np.array([0.25])
    )
    assert repr(augment.Normalise([0.5], [0.25])) == "Normalise(mean=(0.5,), std=(0.25,))"
    with pytest.raises(ValueError, match="2 means came with 1 deviations"):
        augment.Normalise([0.5, 0.5], [1])
    with pytest.raises(ValueError, match="std must be above 0"):
        augment.Normalise([0.5, 0.5], [1, 0])
    with pytest.raises(ValueError, match="for 1 channels, x has 3"):
        augment.Normalise([0.5], [0.25])(torch.zeros(1, 3, 2, 2))


MIX = np.array([[0.5, 0.6, 0.6], [0.7, 0.0, -0.7], [0.4, -0.8, 0.4]])
DEVIATIONS = np.array([0.5, 0.1, 0.05])


def test_one_colour_is_added_to_each_picture(pictures: Any, generator: Any) -> None:
    change = augment.PCAColor(MIX, DEVIATIONS, strength=0.5)
    (alphas,) = draws = change.draw(7, SHAPE, generator)
    changed = change.apply(pictures, draws).numpy()
    for n, alpha in enumerate(alphas.double().numpy()):
        shift = sum(alpha[i] * DEVIATIONS[i] * MIX[i] for i in range(3))
        wanted = pictures[n].numpy().astype(np.float64)
        for channel in range(3):
            wanted[channel] += shift[channel] * (255 if pictures.dtype == torch.uint8 else 1)
        if pictures.dtype == torch.uint8:
            wanted = np.clip(wanted, 0, 255)
        tolerance = 0.5001 if pictures.dtype == torch.uint8 else 1e-6
        np.testing.assert_allclose(changed[n], wanted, atol=tolerance, rtol=0)
    if pictures.dtype == torch.uint8:
        assert {0, 255} <= set(np.unique(changed).tolist())


def test_shifts_beyond_all_measure_stop_at_black_and_white() -> None:
    x = torch.full((2, 3, 2, 2), 100, dtype=torch.uint8)
    draws = (torch.tensor([[1e6, 0, 0], [-1e6, 0, 0]]),)
    changed = augment.PCAColor(MIX, DEVIATIONS).apply(x, draws)
    assert (changed[0] == 255).all()
    assert (changed[1] == 0).all()


def test_strength_is_the_deviation_of_the_draws(generator: Any) -> None:
    (alphas,) = augment.PCAColor(MIX, DEVIATIONS, strength=0.3).draw(40_000, SHAPE, generator)
    assert alphas.dtype == torch.float32
    torch.testing.assert_close(alphas.mean(dim=0), torch.zeros(3), atol=0.006, rtol=0)
    torch.testing.assert_close(alphas.std(dim=0), torch.full((3,), 0.3), atol=0.006, rtol=0)
    assert abs(np.corrcoef(alphas.T.numpy()) - np.eye(3)).max() < 0.02


def test_other_numbers_of_channels(generator: Any) -> None:
    x = torch.rand(5, 2, 6, 6, generator=generator)
    change = augment.PCAColor(*augment.rgb_principal_components(x))
    assert augment.at_random(change, x, generator).shape == x.shape
    with pytest.raises(ValueError, match="for 2 channels, x has 3"):
        augment.at_random(change, torch.zeros(1, 3, 4, 4), generator)


def test_colour_changes_that_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"components must be \(C, C\)"):
        augment.PCAColor(MIX[:2], DEVIATIONS)
    with pytest.raises(ValueError, match="at least 0"):
        augment.PCAColor(MIX, -DEVIATIONS)
    with pytest.raises(ValueError, match="at least 0"):
        augment.PCAColor(MIX, DEVIATIONS, strength=-1)
    assert (
        repr(augment.PCAColor(MIX, DEVIATIONS))
        == "PCAColor(deviations=[0.5, 0.1, 0.05], strength=0.1)"
    )
