"""Texture patches: balanced, apart in space, and with the grey value out of the way."""

import numpy as np
import pytest

from coursekit.data import Textures, load_photo, load_textures, texture_names, to_float


def test_default_set() -> None:
    textures = load_textures()
    x_train, y_train, x_test, y_test, names = textures
    assert names == texture_names()
    assert names == ("brick", "foliage", "grass", "gravel", "petals", "wood")
    assert x_train.shape == x_test.shape == (330, 32, 32)
    assert x_train.dtype == np.float64
    assert y_train.dtype == np.int64
    for y in (y_train, y_test):
        assert np.bincount(y).tolist() == [55] * 6
    assert repr(textures).startswith("Textures(train 330, test 330; 32×32 patches; brick, ")


@pytest.mark.parametrize("name", ["brick", "grass", "gravel"])
def test_training_comes_from_the_left_half_and_testing_from_the_right(name: str) -> None:
    size = 64
    got = load_textures(size, stride=32, names=[name], normalise="none")
    photo = to_float(load_photo(name))
    place = {
        photo[i : i + size, j : j + size].tobytes(): j
        for i in range(0, 512 - size + 1, 32)
        for j in range(0, 512 - size + 1, 32)
    }
    assert max(place[x.tobytes()] for x in got.x_train) + size <= 256
    assert min(place[x.tobytes()] for x in got.x_test) >= 256
    assert len(got.x_train) == len(got.x_test) == 15 * 7


def test_all_halves_are_apart() -> None:
    got = load_textures(16, stride=16, normalise="none")
    rows = {row.tobytes() for x in got.x_train for row in x}
    assert not any(row.tobytes() in rows for x in got.x_test for row in x)


def test_without_normalisation_values_are_those_of_the_photo() -> None:
    got = load_textures(names=["gravel"], normalise="none")
    assert np.array_equal(got.x_train[0], to_float(load_photo("gravel"))[:32, :32])


def test_brightness_leaves_every_patch_with_the_same_mean() -> None:
    plain, even = load_textures(normalise="none"), load_textures()
    np.testing.assert_allclose(even.x_test.mean(axis=(1, 2)), 0.5, atol=1e-12)
    np.testing.assert_allclose(even.x_test.std(axis=(1, 2)), plain.x_test.std(axis=(1, 2)) / 2)
    assert even.x_train.min() >= 0
    assert even.x_train.max() <= 1


def test_contrast_leaves_every_patch_with_the_same_spread() -> None:
    got = load_textures(normalise="contrast")
    np.testing.assert_allclose(got.x_train.mean(axis=(1, 2)), 0.5, atol=0.01)
    spread = got.x_train.std(axis=(1, 2))
    assert np.mean(np.abs(spread - 0.125) < 1e-3) > 0.9  # the others were clipped
    assert 0.09 < spread.min() <= spread.max() < 0.125001
    assert got.x_train.min() >= 0
    assert got.x_train.max() <= 1


def test_grey_value_alone_tells_textures_apart_only_without_normalisation() -> None:
    def score(textures: Textures) -> float:
        x_train, y_train, x_test, y_test, _ = textures
        means = x_train.mean(axis=(1, 2))
        centres = np.array([means[y_train == c].mean() for c in range(6)])
        guess = np.abs(x_test.mean(axis=(1, 2))[:, np.newaxis] - centres).argmin(axis=1)
        return float(np.mean(guess == y_test))

    assert score(load_textures(normalise="none")) > 0.4
    assert score(load_textures()) < 0.3


def test_fresh_and_writable() -> None:
    load_textures(names=["grass"], normalise="none").x_train[:] = 9
    assert load_textures(names=["grass"], normalise="none").x_train.max() <= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ["brick", "marble"]}, "names must be different textures of .*'grass'"),
        ({"names": ["brick", "brick"]}, "names must be different"),
        ({"names": []}, "names must be different"),
        ({"normalise": "std"}, "'none', 'brightness' or 'contrast', got 'std'"),
        ({"size": 0}, "at least 1"),
        ({"stride": 0}, "at least 1"),
        ({"size": 90}, "no patch of 90×90 fits .* foliage, petals, wood"),
    ],
)
def test_bad_options(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_textures(**options)
