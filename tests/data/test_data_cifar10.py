"""CIFAR-10 as published, small made-up copies of it, and files that only look like it."""

import gzip
import hashlib
import io
import os
import pickle
import shutil
import struct
import subprocess
import sys
import tarfile
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from coursekit.data import (
    CIFAR10_CLASSES,
    Cifar10Error,
    MissingDataError,
    Split,
    cifar10,
    load_cifar10,
)
from coursekit.data.cifar10_batch import read_batch

BESIDE = Path(__file__).parents[3] / "shared" / "data"
REAL = Path(os.environ.get("COURSEKIT_TEST_DATA", BESIDE)) / "cifar10"
ARCHIVE, UNPACKED = "cifar-10-python.tar.gz", "cifar-10-batches-py"
NAMES = list(cifar10.BATCHES)


# The real photographs


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Split]:
    """All of CIFAR-10: the official files, or made from lossless pictures of them."""
    if (REAL / ARCHIVE).is_file() or (REAL / UNPACKED).is_dir():
        yield load_cifar10(REAL.parent, download=False)
        return
    if not (REAL / "unpack.py").is_file():
        pytest.skip(
            f"the real CIFAR-10 is not here: put {ARCHIVE} into the folder cifar10 of a directory "
            "and set COURSEKIT_TEST_DATA to that directory"
        )
    folder = tmp_path_factory.mktemp("cifar10")
    subprocess.run([sys.executable, REAL / "unpack.py", folder], check=True, capture_output=True)
    split = load_cifar10(folder, download=False)
    shutil.rmtree(folder)
    yield split


def test_the_real_photographs(real: Split) -> None:
    for x, y, size in (
        (real.x_train, real.y_train, 45_000),
        (real.x_val, real.y_val, 5_000),
        (real.x_test, real.y_test, 10_000),
    ):
        assert x.shape == (size, 3, 32, 32)
        assert x.dtype == np.uint8
        assert (x.min(), x.max()) == (0, 255)
        assert y.dtype == np.int64
        assert np.bincount(y).tolist() == [size // 10] * 10
        assert x.flags.writeable and x.flags.c_contiguous
    named = [CIFAR10_CLASSES[label] for label in real.y_test[:5]]
    assert named == ["cat", "ship", "ship", "airplane", "frog"]
    # The mean colour of the 50,000 training images, as it is usually quoted.
    sums = real.x_train.sum((0, 2, 3)) + real.x_val.sum((0, 2, 3))
    assert np.round(sums / (50_000 * 1024 * 255), 4).tolist() == [0.4914, 0.4822, 0.4465]


def test_the_validation_images_are_always_the_same(real: Split) -> None:
    sums = [hashlib.sha256(x).hexdigest()[:16] for x in (real.x_train, real.x_val, real.x_test)]
    assert sums == ["4ad8644471528208", "a04d2aa2a749f3a8", "177777c33ba79825"]


# Small copies


def string(raw: bytes) -> bytes:
    """How Python 2 pickles a string."""
    short = len(raw) < 256
    return (b"U%c" % len(raw) if short else b"T" + struct.pack("<i", len(raw))) + raw


def batch(x: np.ndarray, y: list[int], *, data: bytes = b"", keys: bytes = b"labels") -> bytes:
    """The file of some images as Python 2 writes it: protocol 2, with memo and byte strings."""
    rows = struct.pack("<i", len(x))
    state = b"(K\x01J" + rows + b"M\x00\x0c\x86cnumpy\ndtype\nq\x05U\x02u1K\x00K\x01\x87R"
    state += b"q\x06(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85U\x01b\x87R"
    array += b"q\x07" + state + string(x.tobytes()) + b"tb"
    labels = b"]q\x02(" + b"".join(b"K%c" % label for label in y) + b"e"
    names = b"](" + b"".join(string(b"cat_s_%06d.png" % n) for n in range(len(x))) + b"e"
    items = string(b"batch_label") + string(b"a batch") + string(keys) + labels
    items += string(b"data") + (data or array) + string(b"filenames") + names
    return b"\x80\x02}q\x01(" + items + b"u."


def pictures(first: int, count: int) -> tuple[np.ndarray, list[int]]:
    """Image i has its number in every red pixel, twice it in green, and rows in blue."""
    x = np.zeros((count, 3, 32, 32), np.uint8)
    x[:, 0] = np.arange(first, first + count, dtype=np.uint8)[:, None, None]
    x[:, 1] = 2 * x[:, 0]
    x[:, 2] = np.arange(32, dtype=np.uint8)[:, None]
    return x, [i % 10 for i in range(first, first + count)]


def small_files() -> dict[str, bytes]:
    """Five batches of 20 images, and 10 for testing."""
    files = {}
    for number, name in enumerate(NAMES):
        files[name] = batch(*pictures(20 * number, 10 if name == "test_batch" else 20))
    return files


def packed(files: dict[str, bytes]) -> bytes:
    """An archive in the order of the official one, which is not that of the names."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=0) as tar:
        folder = tarfile.TarInfo(UNPACKED)
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name in sorted(files, key=lambda name: name[::-1], reverse=True):
            member = tarfile.TarInfo(f"{UNPACKED}/{name}")
            member.size = len(files[name])
            tar.addfile(member, io.BytesIO(files[name]))
    return archive.getvalue()


def publish(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], archive: bytes) -> None:
    """Let these be the official files."""
    facts = {name: (len(c), hashlib.sha256(c).hexdigest()) for name, c in files.items()}
    monkeypatch.setattr(cifar10, "BATCHES", facts)
    monkeypatch.setattr(cifar10, "ARCHIVE", (len(archive), hashlib.sha256(archive).hexdigest()))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A small CIFAR-10, by file name; the archive is among them."""
    files = small_files()
    archive = packed(files | {"batches.meta": b"", "readme.html": b"<html>"})
    publish(monkeypatch, files, archive)
    return files | {ARCHIVE: archive}


def put(folder: Path, files: dict[str, bytes], *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        (folder / name).write_bytes(files[name])
    return folder


def assert_small(split: Split) -> None:
    assert repr(split) == "Split(train 90, val 10, test 10; images (3, 32, 32) uint8; 10 classes)"
    x, y = pictures(0, 100)
    numbers = split.x_train[:, 0, 0, 0], split.x_val[:, 0, 0, 0]
    assert all((np.diff(n.astype(int)) > 0).all() for n in numbers)
    assert sorted(np.concatenate(numbers).tolist()) == list(range(100))
    for images, labels in ((split.x_train, split.y_train), (split.x_val, split.y_val)):
        assert np.array_equal(images, x[images[:, 0, 0, 0]])
        assert np.array_equal(labels, np.array(y)[images[:, 0, 0, 0]])
    assert np.bincount(split.y_val).tolist() == [1] * 10
    assert split.x_test[:, 0, 0, 0].tolist() == list(range(100, 110))
    assert split.y_test.tolist() == list(range(10))


@pytest.mark.parametrize("below", ["cifar10/" + UNPACKED, UNPACKED, ""])
def test_unpacked_folders(tmp_path: Path, small: dict[str, bytes], below: str) -> None:
    put(tmp_path / below, small)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_small(load_cifar10(str(tmp_path), download=False, validation=10))


@pytest.mark.parametrize("below", ["cifar10", ""])
def test_the_archive_is_read_as_it_is(tmp_path: Path, small: dict[str, bytes], below: str) -> None:
    put(tmp_path / below, small, ARCHIVE)
    assert_small(load_cifar10(tmp_path, download=False, validation=10))
    assert [path.name for path in (tmp_path / below).iterdir()] == [ARCHIVE]


def test_the_users_data_directory(
    tmp_path: Path, small: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cifar10", small, ARCHIVE)
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    assert_small(load_cifar10(download=False, validation=10))


def test_validation_sizes(tmp_path: Path, small: dict[str, bytes]) -> None:
    put(tmp_path, small)
    none = load_cifar10(tmp_path, validation=0)
    assert none.x_val.shape == (0, 3, 32, 32)
    assert np.array_equal(none.x_train, pictures(0, 100)[0])
    some = load_cifar10(tmp_path, validation=np.int64(35))  # type that index() takes
    assert len(some.y_val) == 35
    assert set(np.bincount(some.y_val)) == {3, 4}
    again = load_cifar10(tmp_path, validation=35)
    assert all(np.array_equal(a, b) for a, b in zip(some, again, strict=True))
    for size in (-1, 100, 5000):
        with pytest.raises(ValueError, match=f"validation must be from 0 to 99 images, got {size}"):
            load_cifar10(tmp_path, validation=size)
    for junk in (0.1, "10", None):
        with pytest.raises(TypeError, match="validation must be a whole number, got"):
            load_cifar10(tmp_path, validation=junk)


# From a server


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, with ranges; with `cut`, the first answer breaks off in the middle."""

    cut: bool
    asked: list[str | None]

    def do_GET(self) -> None:
        self.asked.append(self.headers["Range"])
        content = Path(self.translate_path(self.path)).read_bytes()
        start = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        stop = len(content) // 2 if self.cut and len(self.asked) == 1 else None
        self.wfile.write(content[start:stop])

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that the publisher of CIFAR-10 serves."""
    folder = tmp_path / "published"
    folder.mkdir()
    Handler.asked, Handler.cut = [], False
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as running:
        monkeypatch.setattr(cifar10, "URLS", (f"http://127.0.0.1:{running.server_port}/{ARCHIVE}",))
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield folder
        running.shutdown()
        thread.join()


def test_fetched_once_and_resumed(server: Path, tmp_path: Path, small: dict[str, bytes]) -> None:
    put(server, small, ARCHIVE)
    Handler.cut = True
    assert_small(load_cifar10(tmp_path / "data", validation=10))
    first, second = Handler.asked
    assert first is None and second is not None
    half = len(small[ARCHIVE]) // 2
    assert half / 2 < int(second.removeprefix("bytes=").rstrip("-")) <= half
    assert (tmp_path / "data" / "cifar10" / ARCHIVE).read_bytes() == small[ARCHIVE]
    assert_small(load_cifar10(tmp_path / "data", validation=10))
    assert len(Handler.asked) == 2


def test_something_else_from_the_server(
    server: Path, tmp_path: Path, small: dict[str, bytes]
) -> None:
    (server / ARCHIVE).write_bytes(b"<html>log in</html>")
    with pytest.raises(MissingDataError, match="not this file"):
        load_cifar10(tmp_path / "data")
    assert not (tmp_path / "data" / "cifar10" / ARCHIVE).exists()


def test_a_damaged_archive_gives_way(server: Path, tmp_path: Path, small: dict[str, bytes]) -> None:
    put(server, small, ARCHIVE)
    path = put(tmp_path / "cifar10", small, ARCHIVE) / ARCHIVE
    path.write_bytes(small[ARCHIVE][:-1] + b"?")
    with pytest.warns(UserWarning, match=rf"{ARCHIVE} is damaged \(its SHA-256 is"):
        assert_small(load_cifar10(tmp_path, validation=10))
    assert path.read_bytes() == small[ARCHIVE]
    assert path.with_name(f"{ARCHIVE}.damaged").exists()


# Missing and damaged files


def test_offline_message(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError) as caught:
        load_cifar10(tmp_path, download=False)
    message = str(caught.value)
    assert f"put into {tmp_path / 'cifar10'}:" in message
    assert f"{ARCHIVE} (170498071 bytes) from https://www.cs.toronto.edu/~kriz/{ARCHIVE}" in message
    assert message.endswith(f"The folder {UNPACKED}, unpacked, does as well.")
    assert len(message.splitlines()) <= 6


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("data_batch_3", lambda c: c[:-5], r"data_batch_3 is damaged: it has \d+ bytes, expected"),
        ("test_batch", lambda c: c[:-1] + b"?", "test_batch is damaged: its SHA-256 is"),
        ("data_batch_5", None, f"{UNPACKED} has no data_batch_5"),
    ],
)
def test_damaged_folders(
    tmp_path: Path, small: dict[str, bytes], name: str, change: object, message: str
) -> None:
    path = put(tmp_path / "cifar10" / UNPACKED, small) / name
    path.write_bytes(change(small[name])) if callable(change) else path.unlink()
    with pytest.raises(MissingDataError, match=message):
        load_cifar10(tmp_path, download=False)
    put(tmp_path, small, ARCHIVE)
    with pytest.warns(UserWarning, match=rf"{message}.*; \S+{ARCHIVE} was used instead") as caught:
        assert_small(load_cifar10(tmp_path, download=False, validation=10))
    assert caught[0].filename == __file__


def test_damaged_archives_offline(tmp_path: Path, small: dict[str, bytes]) -> None:
    put(tmp_path, small | {ARCHIVE: b"?"}, ARCHIVE)
    put(tmp_path / "cifar10", small | {ARCHIVE: small[ARCHIVE][:-1]}, ARCHIVE)
    with pytest.raises(MissingDataError) as caught:
        load_cifar10(tmp_path, download=False)
    assert f"{tmp_path / ARCHIVE} is damaged: it has 1 bytes" in str(caught.value)
    assert f"{tmp_path / 'cifar10' / ARCHIVE} is damaged: it has" in str(caught.value)


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (b"", "not an archive of CIFAR-10"),
        (b"cifar", "not an archive of CIFAR-10"),
        (gzip.compress(b"cifar", mtime=0), "not an archive of CIFAR-10"),
        (packed({}), r"has no data_batch_1 of \d+ bytes"),
        (packed({"data_batch_1": b"short"}), r"has no data_batch_1 of \d+ bytes"),
        (packed(small_files())[:50_000], "not an archive of CIFAR-10"),
        (packed(small_files()).replace(b"\x00", b"\x01", 40), "not an archive of CIFAR-10"),
    ],
)
def test_archives_with_the_right_checksum_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: bytes, message: str
) -> None:
    publish(monkeypatch, small_files(), archive)
    (tmp_path / ARCHIVE).write_bytes(archive)
    with pytest.raises(Cifar10Error, match=rf"{ARCHIVE}: {message}"):
        load_cifar10(tmp_path, download=False)


# Hostile and odd batches, given the right checksum


class Strange:
    """Pickles as a call of whatever it is given."""

    def __init__(self, function: object, *args: object) -> None:
        self.call = function, args

    def __reduce__(self) -> tuple:
        return self.call


GOOD = batch(*pictures(0, 3))


def test_a_batch() -> None:
    x, y = read_batch(GOOD, "here")
    assert np.array_equal(x, pictures(0, 3)[0])
    assert (x.dtype, y.dtype) == (np.uint8, np.int64)
    assert y.tolist() == [0, 1, 2]


@pytest.mark.parametrize("protocol", range(6))
def test_functions_are_not_called(tmp_path: Path, protocol: int) -> None:
    target = tmp_path / "made"
    for function, args in (
        (os.mkdir, (str(target),)),
        (exec, (f"open({str(target)!r}, 'w')",)),
        (getattr, ("numpy", "zeros")),
        (np.zeros, (10**12,)),
        (np.frombuffer, (b"abc",)),
        (bytearray, (10**12,)),
    ):
        hostile = pickle.dumps({"data": Strange(function, *args)}, protocol)
        with pytest.raises(Cifar10Error, match=r"^here: asks for '\S+'.*Nothing of it was run"):
            read_batch(hostile, "here")
    assert not target.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a batch of CIFAR-10"),
        (b"<html>", "not a batch of CIFAR-10"),
        (GOOD[:-1], "not a batch of CIFAR-10"),
        (GOOD[:2000], "not a batch of CIFAR-10"),
        (b"\x80\x02Pgoods\n.", "asks for an object outside the file"),
        (b"\x80\x02K\x05Q.", "asks for an object outside the file"),
        (b"\x80\x02\x82\x01.", "not a batch of CIFAR-10"),
        (b"\x80\x02cnumpy\nload\n.", "asks for 'numpy.load'"),
        (b"\x80\x04\x8c\x05numpy\x8c\x0cndarray.sort\x93.", "asks for 'numpy.ndarray.sort'"),
        (b"\x80\x02cnumpy\nndarray\n}b.", "not a batch of CIFAR-10"),
        (b"\x80\x02](K\x01K\x02e.", "a dictionary with 'data' and 'labels', got a list of 2"),
        (b"\x80\x02}.", "got a dict of 0"),
        (batch(*pictures(0, 3), keys=b"fine_labels"), "got a dict of 4"),
        (batch(pictures(0, 3)[0], [1, 2]), r"uint8 array of shape \(2, 3072\), got an array of"),
        (batch(pictures(0, 3)[0], [1, 10, 2]), "from 0 to 9, number 1 is not"),
        (batch(pictures(0, 0)[0], []), "'labels' should be a list of numbers, got a list of 0"),
        (GOOD.replace(b"U\x02u1", b"U\x02f4"), "got an array of another shape or type"),
        (GOOD.replace(b"tb\x89", b"tb\x88"), "got an array of another shape or type"),
        (batch(*pictures(0, 3), data=b"K\x05"), r"shape \(3, 3072\), got a int"),
        (batch(*pictures(0, 3), data=string(b"abc")), r"got a bytes of 3"),
        (batch(*pictures(0, 3), data=b"cnumpy\nndarray\n)R"), r"got an array"),
    ],
)
def test_odd_batches(content: bytes, message: str) -> None:
    with pytest.raises(Cifar10Error, match=rf"^here: .*{message}"):
        read_batch(content, "here")


def test_numbers_too_long_to_print() -> None:
    huge = b"\x8b" + struct.pack("<i", 4000) + b"\x7f" * 4000
    one = batch(pictures(0, 1)[0], [3]).replace(b"K\x03e", huge + b"e")
    with pytest.raises(Cifar10Error, match="number 0 is not"):
        read_batch(one, "here")
    many = batch(*pictures(0, 1)).replace(b"M\x00\x0c\x86", huge + b"\x86")
    with pytest.raises(Cifar10Error, match="another shape or type"):
        read_batch(many, "here")


def test_a_hostile_official_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = small_files() | {"data_batch_2": pickle.dumps(Strange(os.mkdir, str(tmp_path / "x")))}
    archive = packed(files)
    publish(monkeypatch, files, archive)
    put(tmp_path / "folder", files)
    put(tmp_path / "archive", {ARCHIVE: archive}, ARCHIVE)
    for place in ("folder/data_batch_2", f"archive/{ARCHIVE}, {UNPACKED}/data_batch_2"):
        with pytest.raises(Cifar10Error, match=f"{place}: asks for '(posix|nt).mkdir'"):
            load_cifar10(tmp_path / place.partition("/")[0], download=False)
    assert not (tmp_path / "x").exists()


def test_loading_imports_no_network_library(tmp_path: Path) -> None:
    code = (
        "import sys, coursekit.data\n"
        f"try: coursekit.data.load_cifar10({str(tmp_path)!r}, download=False)\n"
        "except coursekit.data.MissingDataError: pass\n"
        "print([m for m in ('pooch', 'requests', 'tqdm', 'filelock', 'torch')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
