"""Recipes and data sets: what fits together, and what stays the same."""

import re
from pathlib import Path

import numpy as np
import pytest

from coursekit.data import load_digits32, write_idx
from coursekit.training import NUMPY_RECIPES, RunError, find_recipe, load_data

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("name", "size", "input_size"), [
    ("lenet-numpy", 28, 28),
    ("lenet-numpy", 32, 32),
    ("lenet5-numpy", 28, 32),
    ("lenet5-numpy", 32, 32),
    ("lenet1-numpy", 28, 28),
])  # fmt: skip
def test_networks_take_what_their_recipe_prepares(name: str, size: int, input_size: int) -> None:
    recipe = find_recipe(name)
    images = np.zeros((3, 1, size, size), np.float32)
    images[:, :, 10, 10] = 1
    x = recipe.prepare(images)
    assert x.shape == (3, 1, input_size, input_size)
    assert x.dtype == np.float32
    border = (input_size - size) // 2
    assert x[0, 0, 0, 0] == np.float32(recipe.paper)
    assert x[0, 0, 10 + border, 10 + border] == pytest.approx(recipe.ink)
    assert recipe.network(size, 10, seed=1).predict(x).shape == (3, 10)
    assert images.max() == 1


def test_other_sizes_and_classes() -> None:
    assert find_recipe("lenet-numpy").network(20, 37, 0).output_shape((1, 20, 20)) == (37,)
    with pytest.raises(RunError, match=r"tells 10 classes apart, the data have 26: take lenet-n"):
        find_recipe("lenet5-numpy").network(28, 26, 0)
    with pytest.raises(RunError, match="reads images of 16×16 or more, these are 12×12"):
        find_recipe("lenet-numpy").network(12, 10, 0)
    with pytest.raises(RunError, match="of 32×32, these are 29×29; lenet-numpy reads 16×16 or"):
        find_recipe("lenet5-numpy").network(29, 10, 0)


def test_the_first_weights_follow_the_seed() -> None:
    for recipe in NUMPY_RECIPES.values():
        first, again, other = (recipe.network(28, 10, seed).params["0.w"] for seed in (0, 0, 1))
        assert (first == again).all()
        assert (first != other).any()


def test_digits_are_those_of_the_data_module() -> None:
    data, expected = load_data("digits"), load_digits32()
    for part, other in zip(data.split, expected, strict=True):
        np.testing.assert_array_equal(part, other)
    assert (data.source, data.size, data.classes, data.title) == ("digits", 32, 10, "digits")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_another_share_for_validation_leaves_the_test_part_alone(share: float) -> None:
    usual, data = load_data("digits").split, load_data("digits", share).split
    np.testing.assert_array_equal(data.x_test, usual.x_test)
    np.testing.assert_array_equal(data.y_test, usual.y_test)
    assert len(data.y_val) == round(share * 1497)
    assert len(data.y_train) + len(data.y_val) == 1497

    def rows(x: np.ndarray) -> list[bytes]:
        return sorted(image.tobytes() for image in x)

    before, after = (rows(np.concatenate([s.x_train, s.x_val])) for s in (usual, data))
    assert before == after


def test_a_folder_of_files_never_seen_before(shop: Path) -> None:
    data = load_data(str(shop))
    assert data.source == str(shop.resolve())
    assert (data.size, data.classes, data.title) == (28, 10, shop.name)
    assert [len(y) for y in data.split[1::2]] == [459, 41, 200]
    assert data.fingerprint() == load_data(str(shop)).fingerprint()
    assert data.fingerprint() != load_data(str(shop), 0.5).fingerprint()


@pytest.mark.parametrize(
    ("shape", "labels", "message"),
    [((24, 20), 2, "square images, those of .* are 24×20"), ((20, 20), 1, "one class only")],
)
def test_folders_that_cannot_be_learned(
    shape: tuple[int, int], labels: int, message: str, tmp_path: Path
) -> None:
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte", np.zeros((24, *shape), np.uint8))
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte", np.arange(24, dtype=np.uint8) % labels)
    with pytest.raises(RunError, match=message):
        load_data(str(tmp_path))


def test_networks_of_all_depths_are_known_and_others_explained() -> None:
    assert find_recipe("plain38").name == "plain38"
    with pytest.raises(RunError, match=r"did you mean .*; those for small pictures have 6n \+ 2"):
        find_recipe("resnet21")


def test_the_page_names_networks_that_there_are() -> None:
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    table = page[page.index("| network | in PyTorch |") :].partition("\n\n")[0]
    named = [n for line in table.splitlines()[2:] for n in re.findall("`([^`]+)`", line[:90])]
    for name in named:
        assert name in ("-bn", "se-") or find_recipe(name).name == name
    assert len(named) > 15


def test_unknown_data() -> None:
    with pytest.raises(RunError, match=r"--data takes mnist, digits, .* .* none"):
        load_data("x")
