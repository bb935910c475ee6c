"""The digits are scikit-learn's, in the shapes and ranges we promise."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets

from coursekit.data import Split, enlarge_bilinear, load_digits, load_digits32
from coursekit.data.files import packaged_file

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture(scope="module")
def digits() -> Split:
    return load_digits()


def test_shapes_types_and_range(digits: Split) -> None:
    for x, y, size in (
        (digits.x_train, digits.y_train, 1197),
        (digits.x_val, digits.y_val, 300),
        (digits.x_test, digits.y_test, 300),
    ):
        assert x.shape == (size, 8, 8)
        assert x.dtype == np.float64
        assert y.shape == (size,)
        assert y.dtype == np.int64
        assert set(y.tolist()) == set(range(10))
    assert digits.x_train.min() == 0
    assert digits.x_train.max() == 1


def test_every_image_of_the_set_is_there_once_with_its_label(digits: Split) -> None:
    original = datasets.load_digits()
    ours_x = np.concatenate([digits.x_train, digits.x_val, digits.x_test]).reshape(-1, 64)
    ours_y = np.concatenate([digits.y_train, digits.y_val, digits.y_test])
    ours = np.column_stack([ours_x * 16, ours_y])
    theirs = np.column_stack([original.data, original.target])
    assert sorted(map(tuple, ours)) == sorted(map(tuple, theirs))


def test_no_test_image_is_in_training(digits: Split) -> None:
    seen = {x.tobytes() for x in np.concatenate([digits.x_train, digits.x_val])}
    assert not any(x.tobytes() in seen for x in digits.x_test)


def test_options_and_repeatability() -> None:
    small = load_digits(sizes=(100, 20, 30), seed=5)
    assert [len(y) for y in (small.y_train, small.y_val, small.y_test)] == [100, 20, 30]
    assert np.bincount(small.y_train).tolist() == pytest.approx([10] * 10, abs=1)
    assert np.array_equal(small.x_train, load_digits(sizes=(100, 20, 30), seed=5).x_train)
    assert not np.array_equal(small.x_train, load_digits(sizes=(100, 20, 30), seed=6).x_train)


def test_arrays_are_fresh_and_writable() -> None:
    first = load_digits(sizes=(10, 10, 10))
    first.x_train[:] = 7
    first.y_train[:] = 7
    second = load_digits(sizes=(10, 10, 10))
    assert second.x_train.max() <= 1
    assert len(set(second.y_train.tolist())) > 1


@pytest.mark.parametrize("sizes", [(1000, 500, 298), (10, 10), (0, 10, 10)])
def test_sizes_that_do_not_fit(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="sizes"):
        load_digits(sizes=sizes)


def test_digits32_are_the_same_digits_enlarged(digits: Split) -> None:
    large = load_digits32()
    assert large.x_train.shape == (1197, 1, 32, 32)
    assert large.x_test.dtype == np.float32
    assert large.x_train.min() >= 0
    assert large.x_train.max() <= 1
    assert np.array_equal(large.y_test, digits.y_test)
    means = large.x_val[:, 0].reshape(300, 8, 4, 8, 4).mean(axis=(2, 4))
    assert np.abs(means - digits.x_val).max() < 0.5
    assert np.corrcoef(means.ravel(), digits.x_val.ravel())[0, 1] > 0.95


def test_enlarging_by_hand() -> None:
    assert enlarge_bilinear([[0, 1]], 2).tolist() == [[0, 0.25, 0.75, 1]] * 2
    assert enlarge_bilinear([[3]], 4).tolist() == [[3] * 4] * 4
    image = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(enlarge_bilinear(image, 1), image)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_enlarging_agrees_with_pytorch(factor: int) -> None:
    images = np.random.default_rng(0).random((2, 1, 5, 7))
    theirs = torch.nn.functional.interpolate(
        torch.from_numpy(images), scale_factor=factor, mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(enlarge_bilinear(images, factor), theirs.numpy(), atol=1e-12)


def test_enlarging_bad_input() -> None:
    with pytest.raises(ValueError, match="factor"):
        enlarge_bilinear([[1.0]], 0)
    with pytest.raises(ValueError, match=r"\(\.\.\., H, W\), got shape \(3,\)"):
        enlarge_bilinear([1, 2, 3], 2)


def test_missing_package_and_missing_file_are_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="pip install no-such-thing"):
        packaged_file("no_such_thing", "data/x.png", "no-such-thing")
    with pytest.raises(FileNotFoundError, match=r"scikit-learn is installed .*'data/x\.png'"):
        packaged_file("sklearn", "data/x.png", "scikit-learn")


def test_loading_does_not_import_the_packages() -> None:
    code = (
        "import sys; from coursekit.data import load_digits32, load_photo, load_textures;"
        "load_digits32(); load_photo('coffee'); load_textures();"
        "print([m for m in ('sklearn', 'skimage', 'scipy', 'torch', 'matplotlib')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
