"""Every photograph loads, is what its packages' own loaders give, and carries its credit."""

import numpy as np
import pytest
from skimage import data as skimage_data
from sklearn.datasets import load_sample_image

from coursekit.data import load_photo, photo_alt, photo_credit, photo_info, photo_names, to_float

_SKIMAGE = {
    "astronaut": skimage_data.astronaut,
    "camera": skimage_data.camera,
    "chelsea": skimage_data.chelsea,
    "coins": skimage_data.coins,
    "gravel": skimage_data.gravel,
    "tissue": skimage_data.immunohistochemistry,
}


@pytest.mark.parametrize("name", photo_names())
def test_photo_has_the_shape_its_entry_says(name: str) -> None:
    photo = load_photo(name)
    assert photo.shape == photo_info(name).shape
    assert photo.dtype == np.uint8
    assert photo.std() > 5


@pytest.mark.parametrize("name", sorted(_SKIMAGE))
def test_photo_equals_scikit_image(name: str) -> None:
    assert np.array_equal(load_photo(name), _SKIMAGE[name]())


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photo_equals_scikit_learn(name: str) -> None:
    assert np.array_equal(load_photo(name), load_sample_image(f"{name}.jpg"))


def test_names_are_sorted_and_include_the_usual_ones() -> None:
    assert list(photo_names()) == sorted(photo_names())
    assert {"astronaut", "brick", "camera", "chelsea", "coffee", "hubble"} <= set(photo_names())


def test_alt_texts_and_credits_say_something_different_for_each() -> None:
    alts = [photo_alt(name) for name in photo_names()]
    assert len(set(alts)) == len(alts)
    assert all(40 <= len(alt) <= 160 and alt.endswith(".") for alt in alts)
    licences = ("CC0", "CC BY 2.0", "public domain", "no known copyright restrictions")
    assert all(any(word in photo_credit(name) for word in licences) for name in photo_names())
    assert len({photo_info(name).title for name in photo_names()}) == len(alts)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("astronat", "Did you mean 'astronaut'"),
        ("cat", "Did you mean 'chelsea'"),
        ("Dahlia", "Did you mean 'flower'"),
        ("zzz", "There are: astronaut, brick"),
        (3, "no photo is called 3"),
    ],
)
def test_unknown_name_gets_near_ones_and_the_list(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        load_photo(name)
    with pytest.raises(ValueError, match="There are: astronaut"):
        photo_credit(name)


def test_photo_is_fresh_and_writable() -> None:
    load_photo("coins")[:] = 0
    assert load_photo("coins").max() > 0


def test_to_float() -> None:
    x = to_float(np.array([[0, 51, 255]], dtype=np.uint8))
    assert x.dtype == np.float64
    assert x.tolist() == [[0.0, 0.2, 1.0]]


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint16, bool])
def test_to_float_takes_only_uint8(dtype: type) -> None:
    with pytest.raises(TypeError, match="uint8"):
        to_float(np.ones((2, 2), dtype=dtype))
