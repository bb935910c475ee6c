"""The user's own pictures in colour: trained on, judged, read; broken files are named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from coursekit.data.shapes import load_shapes
from coursekit.training import RunError, begin, evaluate_run, load_data
from coursekit.training.pictures_on_disk import PicturesOnDisk, load_picture_folder
from coursekit.training.prediction import Reader
from coursekit.training.pytorch.sources import DiskSource, TensorSource, source_for

CommandLine = Callable[..., tuple[int, str, str]]
CPU = torch.device("cpu")
NAMES = ("blue", "red")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pictures of two colours, of several sizes and kinds of file, and two broken ones."""
    folder = tmp_path_factory.mktemp("own pictures")
    rng = np.random.default_rng(0)
    for label, name in enumerate(NAMES):
        (folder / name).mkdir()
        for i in range(20):
            height, width = rng.integers(30, 60, 2)
            pixels = rng.integers(0, 90, (height, width, 3))
            pixels[..., 2 - 2 * label] += 150
            ending = ("png", "jpg", "webp")[i % 3]
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{i:02d}.{ending}")
    whole = (folder / "red" / "01.jpg").read_bytes()
    (folder / "red" / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "blue" / "empty.png").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def run(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "own"
    begin(
        folder,
        "small-vgg",
        f"folder:{pictures}",
        size=24,
        epochs=20,
        width=0.125,
        threads=1,
        batch=8,
    )
    return folder


def test_the_parts_of_a_folder(pictures: Path) -> None:
    data = load_data(f"folder:{pictures}", size=24)
    assert (data.classes, data.names, data.channels) == (2, NAMES, 3)
    assert data.split.x_train.shape == (28, 3, 28, 28)  # with room for crops
    assert data.split.x_val.shape == data.split.x_test.shape == (6, 3, 24, 24)
    assert "red/broken.jpg" in data.problem
    assert "blue/empty.png is empty" in data.problem
    assert data.fingerprint() == load_data(f"folder:{pictures}", size=24).fingerprint()
    with pytest.raises(RunError, match="is a share from 0 to"):
        load_data(f"folder:{pictures}", 0.8)


def test_the_command_line_names_broken_pictures_and_goes_on(
    pictures: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    own = f"folder:{pictures}"
    options = ("--size", 16, "--epochs", 1, "--width", 0.125, "--out", tmp_path / "run")
    status, said, errors = command_line("train", "resnet20", "--data", own, *options)
    assert (status, errors) == (0, "")
    lines = said.splitlines()
    assert lines[0] == "40 pictures in 2 classes: blue 20, red 20"
    assert "broken.jpg" in said
    assert "epoch 1/1" in said
    assert json.loads((tmp_path / "run" / "config.json").read_text())["names"] == list(NAMES)


def test_evaluation_and_reading(
    run: Path, pictures: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    found, images, title = evaluate_run(run)
    assert (found.names, images.shape, title) == (NAMES, (6, 3, 24, 24), pictures.name)
    status, said, _ = command_line("evaluate", run)
    assert status == 0
    assert "0 blue" in said
    Image.fromarray(np.full((50, 80, 3), (230, 30, 30), np.uint8)).save(tmp_path / "rose.png")
    reading = Reader(run).read(tmp_path / "rose.png")
    assert reading.seen.shape == (24, 24, 3)
    assert {name for name, _ in reading.best} == set(NAMES)
    status, said, _ = command_line("predict", run, tmp_path / "rose.png", "--show")
    assert status == 0
    assert ": red (" in said
    with Image.open(tmp_path / "rose-seen.png") as seen:
        assert seen.size == (312, 312)


def test_pictures_that_do_not_fit_into_memory_are_read_again(pictures: Path) -> None:
    split, _, _ = load_picture_folder(str(pictures), 24, None, in_memory=1000)
    held, _, _ = load_picture_folder(str(pictures), 24, None)
    assert isinstance(split.x_train, PicturesOnDisk)
    assert split.x_train.shape == held.x_train.shape
    assert isinstance(source_for(split, CPU), DiskSource)
    assert isinstance(source_for(held, CPU), TensorSource)
    picks = [np.array([3, 1, 4]), np.array([15])]
    for workers in (0, 2):
        disk, memory = DiskSource(split, CPU, workers), TensorSource(held, CPU)
        assert disk.count == memory.count == 28
        for (x, y), (u, v) in zip(disk.batches(picks), memory.batches(picks), strict=True):
            assert torch.equal(x, u)
            assert torch.equal(y, v)
    parts: list[dict[str, Any]] = []
    for source in (DiskSource(split, CPU, 0), memory):
        parts.append({name: list(pieces) for name, pieces in source.measured().items()})
    assert parts[0].keys() == parts[1].keys() == {"training", "validation"}
    for name, pieces in parts[0].items():
        for (x, y), (u, v) in zip(pieces, parts[1][name], strict=True):
            assert torch.equal(x, u)
            np.testing.assert_array_equal(y, v)


def test_a_run_over_pictures_on_disk_learns_the_same(
    pictures: Path, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coursekit.training import datasets

    def read_again(path: str, size: int, validation: float | None) -> Any:
        return load_picture_folder(path, size, validation, in_memory=1000)

    monkeypatch.setattr(datasets, "load_picture_folder", read_again)
    options: dict[str, Any] = {"size": 24, "epochs": 20, "width": 0.125, "threads": 1, "batch": 8}
    begin(tmp_path / "run", "small-vgg", f"folder:{pictures}", **options)
    name = "weights.safetensors"
    assert (tmp_path / "run" / name).read_bytes() == (run / name).read_bytes()


def test_shapes_are_drawn_at_the_size_that_is_asked_for() -> None:
    data = load_data("shapes", size=40)
    assert data.split.x_train.shape == (2000, 3, 40, 40)
    np.testing.assert_array_equal(data.split.y_train, load_shapes(40).y_train)
    assert data.names[0] == "disc"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"augment": "crop+spin"}, "--augment joins crop, flip, .* got 'crop\\+spin'"),
        ({"schedule": "sine"}, "--schedule must be cosine or"),
        ({"precision": "fp8"}, "--precision must be bf16 or fp16, got fp8"),
        ({"optimizer": "sdg"}, "--optimizer must be sgd or adamw"),
        ({"label_smoothing": 1.0}, "--label-smoothing is a share"),
        ({"size": 4}, "cannot read pictures of 4×4"),
        ({"width": -1.0}, "width"),
        ({"micro_batch": 0}, "--micro-batch must be at least 1"),
        ({"shift": 1}, "take --augment crop"),
    ],
)
def test_settings_that_are_refused(
    options: dict[str, Any], message: str, pictures: Path, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match=message):
        begin(tmp_path / "run", "small-vgg", f"folder:{pictures}", **options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "option", ["precision", "compiled", "width", "augment", "optimizer", "micro_batch"]
)
def test_what_numpy_cannot_do(option: str, tmp_path: Path) -> None:
    value: Any = {"precision": "bf16", "compiled": True, "width": 0.5, "micro_batch": 3}.get(
        option, "flip"
    )
    with pytest.raises(RunError, match="computed by NumPy"):
        begin(tmp_path / "run", "lenet-numpy", "digits", **{option: value})
    with pytest.raises(RunError, match="reads grey images"):
        begin(tmp_path / "run", "lenet-numpy", "shapes")
