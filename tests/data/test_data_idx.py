"""IDX files: what is written is read, and nothing that is damaged is."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from coursekit.data import IdxError, read_idx, write_idx
from coursekit.errors import CourseError

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
ARRAYS = st.sampled_from(sorted(CODES)).flatmap(
    lambda kind: arrays.arrays(
        np.dtype(kind), arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)
    )
)
VALID = struct.pack(">HBBII", 0, 8, 2, 2, 3) + bytes(range(6))


def written(folder: Path, content: bytes, name: str = "x-idx2-ubyte") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("compressed", [False, True])
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(x=ARRAYS)
def test_round_trip(tmp_path: Path, compressed: bool, x: np.ndarray) -> None:
    path = tmp_path / ("x.gz" if compressed else "x")
    write_idx(path, x)
    back = read_idx(path)
    assert back.dtype == x.dtype
    assert back.dtype.isnative
    assert back.shape == x.shape
    assert back.tobytes() == x.tobytes()


@pytest.mark.parametrize("kind", sorted(CODES))
@pytest.mark.parametrize("compressed", [False, True])
def test_bytes_made_by_hand(tmp_path: Path, kind: str, compressed: bool) -> None:
    values = np.array([[0, 1, 2], [3, 4, 100]])
    content = struct.pack(">HBBII", 0, CODES[kind], 2, 2, 3) + values.astype(f">{kind}").tobytes()
    path = written(tmp_path, gzip.compress(content) if compressed else content)
    assert read_idx(path).dtype == np.dtype(kind)
    assert read_idx(str(path)).tolist() == values.tolist()
    write_idx(path, values.astype(kind))
    assert path.read_bytes() == content


def test_result_is_writable_and_contiguous(tmp_path: Path) -> None:
    x = read_idx(written(tmp_path, VALID))
    x += 1
    assert x.flags.c_contiguous
    assert read_idx(tmp_path / "x-idx2-ubyte")[0, 0] == 0


def test_writing_takes_any_layout_and_is_repeatable(tmp_path: Path) -> None:
    x = np.arange(12, dtype=np.int16).reshape(3, 4)
    write_idx(tmp_path / "a.gz", x.T[::2])
    write_idx(tmp_path / "b.gz", x.T[::2].copy())
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert np.array_equal(read_idx(tmp_path / "a.gz"), x.T[::2])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with 4 bytes, there are 0"),
        (b"\0\0\x08", "begins with 4 bytes, there are 3"),
        (b"<html><body>404</body></html>", r"it is 3c 68 74 6d \(this looks like a web page\)"),
        (b"\0\x01" + VALID[2:], "it is 00 01 08 02"),
        (b"\0\0\x07" + VALID[3:], "it is 00 00 07 02"),
        (b"\0\0\x08\0\x01", "it is 00 00 08 00"),
        (b"\0\0\x08\xff" + bytes(2000), "it is 00 00 08 ff"),
        (VALID[:9], "2 dimensions take 8 bytes after the magic number, there are 5"),
        (VALID[:-1], r"shape \(2, 3\) of uint8 takes 6 bytes .*, there are 5"),
        (VALID + b"\0", r"shape \(2, 3\) of uint8 takes 6 bytes .*, more follow"),
        (
            b"\0\0\x0e\x04" + b"\xff" * 16 + bytes(8),
            r"\(4294967295, 4294967295, 4294967295, 4294967295\) of float64 .*, there are 8",
        ),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_damage_is_named(tmp_path: Path, content: bytes, message: str, compressed: bool) -> None:
    path = written(tmp_path, gzip.compress(content) if compressed else content)
    with pytest.raises(IdxError, match=rf"x-idx2-ubyte: .*{message}"):
        read_idx(path)


@pytest.mark.parametrize("keep", [2, 5, 15, -1, -8])
def test_a_cut_gzip_file(tmp_path: Path, keep: int) -> None:
    path = written(tmp_path, gzip.compress(VALID, mtime=0)[:keep])
    with pytest.raises(IdxError, match="x-idx2-ubyte: the gzip compression is damaged or cut"):
        read_idx(path)


@pytest.mark.parametrize("place", [12, -6, -1])
def test_a_gzip_file_with_a_wrong_byte(tmp_path: Path, place: int) -> None:
    content = bytearray(gzip.compress(VALID, mtime=0))
    content[place] ^= 0x55
    with pytest.raises(IdxError, match="x-idx2-ubyte"):
        read_idx(written(tmp_path, bytes(content)))


def test_something_after_the_gzip_data(tmp_path: Path) -> None:
    with pytest.raises(IdxError, match="gzip compression is damaged"):
        read_idx(written(tmp_path, gzip.compress(VALID) + b"more"))


def test_errors_are_for_users_and_for_programs() -> None:
    assert issubclass(IdxError, CourseError)
    assert issubclass(IdxError, ValueError)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        read_idx(tmp_path / "nothing")


@pytest.mark.parametrize("x", [np.arange(3), np.array(["a"]), np.array([True]), np.array([1j])])
def test_types_that_idx_does_not_have(tmp_path: Path, x: np.ndarray) -> None:
    with pytest.raises(TypeError, match=f"uint8, .* float64, got {x.dtype}"):
        write_idx(tmp_path / "x", x)
    assert not (tmp_path / "x").exists()


def test_a_scalar_has_no_dimensions(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"1 or more dimensions .* got shape \(\)"):
        write_idx(tmp_path / "x", np.float32(1))
