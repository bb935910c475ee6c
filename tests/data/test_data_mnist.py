"""MNIST as published, and folders of IDX files that look like it."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from coursekit.data import (
    IdxError,
    MissingDataError,
    Split,
    load_idx_folder,
    load_mnist,
    mnist,
    write_idx,
)

BESIDE = Path(__file__).parents[3] / "shared" / "data"
REAL = Path(os.environ.get("COURSEKIT_TEST_DATA", BESIDE))
NAMES = list(mnist.FILES)

real_files = pytest.mark.skipif(
    not all((REAL / "mnist" / name).is_file() for name in NAMES),
    reason="the real MNIST is not here: put its files into the folder mnist of a directory and "
    "set COURSEKIT_TEST_DATA to that directory",
)


@pytest.fixture(scope="module")
def real() -> Split:
    return load_mnist(REAL, download=False)


def small_set(folder: Path, learn: int = 24, judge: int = 10, ending: str = ".gz") -> Path:
    """A folder with ``learn`` + ``judge`` images of 4×5 pixels, three classes; image i is i."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", learn), ("t10k", judge)):
        x = np.arange(count, dtype=np.uint8)[:, None, None] + np.zeros((4, 5), np.uint8)
        x[:, 0, 0] = 255
        write_idx(folder / f"{part}-images-idx3-ubyte{ending}", x)
        write_idx(folder / f"{part}-labels-idx1-ubyte{ending}", (x[:, 1, 1] % 3).astype(np.uint8))
    return folder


@real_files
def test_the_real_digits(real: Split) -> None:
    for x, y, size in (
        (real.x_train, real.y_train, 55_000),
        (real.x_val, real.y_val, 5_000),
        (real.x_test, real.y_test, 10_000),
    ):
        assert x.shape == (size, 1, 28, 28)
        assert x.dtype == np.float32
        assert (x.min(), x.max()) == (0, 1)
        assert y.shape == (size,)
        assert y.dtype == np.int64
    together = np.bincount(np.concatenate([real.y_train, real.y_val]))
    assert together.tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert np.bincount(real.y_test).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    assert real.y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.abs(np.bincount(real.y_val) - together / 12).max() < 1
    assert real.x_train.mean() == pytest.approx(0.1307, abs=5e-4)


@real_files
def test_real_options() -> None:
    split = load_mnist(REAL, download=False, sizes=(500, 0, 100), seed=3)
    again = load_mnist(REAL, download=False, sizes=(500, 0, 100), seed=3)
    other = load_mnist(REAL, download=False, sizes=(500, 0, 100), seed=4)
    assert split.x_val.shape == (0, 1, 28, 28)
    assert np.bincount(split.y_test).min() >= 8
    assert np.array_equal(split.x_train, again.x_train)
    assert not np.array_equal(split.x_train, other.x_train)


@real_files
def test_the_real_files_as_a_folder(real: Split) -> None:
    same = load_idx_folder(REAL / "mnist")
    assert all(np.array_equal(a, b) for a, b in zip(same, real, strict=True))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that a server publishes as the second mirror of MNIST; the first has nothing."""
    folder = tmp_path / "published"
    folder.mkdir()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(mnist, "MIRRORS", (url + "nothing/", url))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield folder
        server.shutdown()
        thread.join()


@real_files
def test_the_real_files_from_a_mirror(mirror: Path, tmp_path: Path, real: Split) -> None:
    for name in NAMES:
        (mirror / name).symlink_to((REAL / "mnist" / name).resolve())
    split = load_mnist(tmp_path / "data")
    assert np.array_equal(split.x_test, real.x_test)
    assert (tmp_path / "data" / "mnist" / NAMES[0]).is_file()
    assert np.array_equal(load_mnist(tmp_path / "data", download=False).y_val, real.y_val)


def test_other_files_from_the_mirror_are_not_mnist(mirror: Path, tmp_path: Path) -> None:
    small_set(mirror)
    with pytest.raises(MissingDataError, match=r"nothing/train-images.*404(?s:.*)not this file"):
        load_mnist(tmp_path / "data")
    assert not list((tmp_path / "data").rglob("*ubyte.gz"))


def test_a_small_mnist_from_a_mirror(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_set(mirror)
    contents = {name: (mirror / name).read_bytes() for name in NAMES}
    facts = {n: (len(c), hashlib.sha256(c).hexdigest()) for n, c in contents.items()}
    monkeypatch.setattr(mnist, "FILES", facts)
    split = load_mnist(tmp_path / "data", sizes=(20, 4, 10))
    assert repr(split) == "Split(train 20, val 4, test 10; images (1, 4, 5) float32; 3 classes)"


def test_offline_message(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError) as caught:
        load_mnist(tmp_path, download=False)
    message = str(caught.value)
    assert f"put into {tmp_path / 'mnist'}:" in message
    for name, (size, _) in mnist.FILES.items():
        assert f"{name} ({size} bytes) from https://ossci-datasets" in message
    assert len(message.splitlines()) <= 10


def test_a_damaged_mnist_is_not_used(tmp_path: Path) -> None:
    small_set(tmp_path / "mnist")
    with pytest.raises(MissingDataError, match=r"train-images-idx3-ubyte\.gz is damaged: it has"):
        load_mnist(tmp_path, download=False)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_folder(tmp_path: Path, ending: str) -> None:
    split = load_idx_folder(small_set(tmp_path, ending=ending))
    assert [len(y) for y in (split.y_train, split.y_val, split.y_test)] == [22, 2, 10]
    x = np.concatenate([split.x_train, split.x_val])
    y = np.concatenate([split.y_train, split.y_val])
    assert x.dtype == np.float32
    assert y.dtype == np.int64
    values = np.rint(x[:, 0, 1, 1] * 255).astype(int)
    assert sorted(values.tolist()) == list(range(24))
    assert np.array_equal(values % 3, y)
    assert np.rint(split.x_test[:, 0, 1, 1] * 255).tolist() == list(range(10))
    assert x[:, 0, 0, 0].tolist() == [1] * 24


def test_other_spellings_of_the_names(tmp_path: Path) -> None:
    expected = load_idx_folder(small_set(tmp_path, ending=""))
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / path.name.replace("t10k", "test").replace("-idx", ".idx"))
    assert np.array_equal(load_idx_folder(str(tmp_path)).x_val, expected.x_val)


def test_plain_comes_before_compressed_and_leftovers_do_not_count(tmp_path: Path) -> None:
    small_set(tmp_path, learn=24, ending=".gz")
    small_set(tmp_path, learn=12, ending="")
    (tmp_path / "train-images-idx3-ubyte.gz.part").write_bytes(b"?")
    assert len(load_idx_folder(tmp_path, sizes=(12, 0, 10)).y_train) == 12


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_are_taken_as_they_are(tmp_path: Path, kind: type) -> None:
    small_set(tmp_path, ending="")
    x: np.ndarray = np.linspace(0, 1, 24 * 20).astype(kind).reshape(24, 4, 5)
    write_idx(tmp_path / "train-images-idx3-ubyte", x)
    split = load_idx_folder(tmp_path, sizes=(24, 0, 10))
    assert np.array_equal(np.sort(split.x_train.ravel()), x.ravel().astype(np.float32))


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("train-images-idx3-ubyte", np.zeros(24, np.uint8), r"\(N, H, W\), got shape \(24,\)"),
        ("train-images-idx3-ubyte", np.zeros((0, 4, 5), np.uint8), r"got shape \(0, 4, 5\)"),
        ("train-images-idx3-ubyte", np.full((24, 4, 5), 9, np.int16), "got int16 from 9 to 9"),
        ("train-images-idx3-ubyte", np.full((24, 4, 5), np.nan, "f4"), "got float32 from nan"),
        ("train-labels-idx1-ubyte", np.zeros((24, 4, 5), np.uint8), r"got shape \(24, 4, 5\)"),
        ("train-labels-idx1-ubyte", np.zeros(23, np.uint8), "23 labels for the 24 images"),
        ("train-labels-idx1-ubyte", np.full(24, -1, np.int8), "int8, some below 0"),
        ("train-labels-idx1-ubyte", np.zeros(24, np.float32), "whole numbers from 0, .* float32"),
        ("t10k-images-idx3-ubyte", np.zeros((10, 5, 4), np.uint8), r"\(5, 4\), expected \(4, 5\)"),
    ],
)
def test_files_that_do_not_fit(tmp_path: Path, name: str, values: np.ndarray, message: str) -> None:
    small_set(tmp_path, ending="")
    write_idx(tmp_path / name, values)
    with pytest.raises(IdxError, match=rf"{name}: .*{message}"):
        load_idx_folder(tmp_path)


def test_a_damaged_file_in_a_folder(tmp_path: Path) -> None:
    path = small_set(tmp_path) / NAMES[2]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(IdxError, match=f"{NAMES[2]}: the gzip compression is damaged"):
        load_idx_folder(tmp_path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    (small_set(tmp_path) / NAMES[3]).unlink()
    with pytest.raises(MissingDataError, match=r"no file t10k-labels-idx1-ubyte or t10k-labels"):
        load_idx_folder(tmp_path)
    with pytest.raises(MissingDataError, match="nowhere is not a folder"):
        load_idx_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "sizes", [(20, 5, 10), (24, 0, 11), (0, 4, 10), (4, 4, 0), (4, 4), (4, -1, 4), (4.5, 1, 4)]
)
def test_sizes_that_do_not_fit(tmp_path: Path, sizes: tuple) -> None:
    with pytest.raises(ValueError, match=r"\(train, val, test\)"):
        load_idx_folder(small_set(tmp_path), sizes=sizes)


def test_loading_imports_no_network_library(tmp_path: Path) -> None:
    code = (
        "import sys; from coursekit.data import load_idx_folder;"
        f"load_idx_folder({str(small_set(tmp_path))!r});"
        "print([m for m in ('pooch', 'requests', 'tqdm', 'filelock', 'torch')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
