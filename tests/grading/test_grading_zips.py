"""Zips from strangers: nothing outside is touched, nothing grows, everything odd is named."""

import stat
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zip_files import zip_bytes

from coursekit.grading import zips
from coursekit.grading.notebooks import LIMITS
from coursekit.grading.regular_files import UnreadableNotebook
from coursekit.grading.submissions import find_submissions
from coursekit.grading.zips import BadZip, entries

TABLE = b"PK\x01\x02"


def listed(tmp_path, content, inner=False):
    path = tmp_path / "some.zip"
    path.write_bytes(content)
    return entries(path, inner=inner)


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../ada/x.ipynb", "points out of the zip"),
        ("ada/../../x.ipynb", "points out of the zip"),
        ("/etc/x.ipynb", "points out of the zip"),
        ("..\\..\\x.ipynb", "points out of the zip"),
        ("C:\\x.ipynb", "points out of the zip"),
        ("c:x.ipynb", "points out of the zip"),
        ("\\\\server\\x.ipynb", "points out of the zip"),
        ("a" * 300 + ".ipynb", "too long"),
        ("a/" * 30 + "x.ipynb", "too long"),
        (link("x.ipynb"), "a symbolic link"),
    ],
    ids=str,
)
def test_names_that_harm(tmp_path, name, words):
    before = sorted(tmp_path.rglob("*"))
    found, problems = listed(tmp_path, zip_bytes({name: "/etc/passwd", "good.ipynb": "G"}))
    assert [entry.parts for entry in found] == [("good.ipynb",)]
    assert len(problems) == 1
    assert words in problems[0]
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "some.zip"]


def test_a_name_that_ends_early(tmp_path):
    content = zip_bytes({"ada.ipynbQ.txt": "x"}).replace(b"ipynbQ", b"ipynb\0")
    found, problems = listed(tmp_path, content)
    assert not found
    assert "points out" in problems[0]


@pytest.mark.parametrize("name", ["José/x.ipynb", "京都/x.ipynb"])
def test_names_in_utf_8_that_do_not_say_so(tmp_path, name):
    content = zip_bytes({name: "x"})
    flags = struct.pack("<H", 0x800)
    assert content.count(flags) == 2
    (entry,), _ = listed(tmp_path, content.replace(flags, b"\0\0"))
    assert entry.parts == tuple(name.split("/"))
    assert entry.read(10) == b"x"


def test_names_in_old_encodings_and_with_backslashes(tmp_path):
    content = zip_bytes({"JosE\\x.ipynb": "x"}).replace(b"JosE", b"Jos\x82")
    (entry,), _ = listed(tmp_path, content)
    assert entry.parts == ("José", "x.ipynb")


def test_two_files_of_one_name(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        out = tmp_path / "two.zip"
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("x.ipynb", "first")
            archive.writestr("x.ipynb", "second")
    (entry,), problems = entries(out, inner=False)
    assert entry.read(10) == b"second"
    assert "two files of this name" in problems[0]


def changed(content, offset, form, value):
    """The first line of the table with another value in it."""
    at = content.index(TABLE) + offset
    return content[:at] + struct.pack(form, value) + content[at + struct.calcsize(form) :]


@pytest.mark.parametrize(
    ("offset", "form", "value", "words"),
    [
        (8, "<H", 1, "encrypted"),
        (10, "<H", zipfile.ZIP_LZMA, "unusual way"),
        (10, "<H", zipfile.ZIP_BZIP2, "unusual way"),
        (10, "<H", 97, "unusual way"),
        (24, "<L", 2**31, "far more than it holds"),
    ],
)
def test_entries_that_are_not_read(tmp_path, offset, form, value, words):
    found, problems = listed(tmp_path, changed(zip_bytes({"x.ipynb": "x"}), offset, form, value))
    assert not found
    assert words in problems[0]


@pytest.mark.parametrize(
    ("offset", "form", "value"),
    [
        (16, "<L", 12345),  # the checksum
        (20, "<L", 2),  # packed bytes
        (20, "<L", 2**31),
        (24, "<L", 1),  # unpacked bytes
        (24, "<L", 100_000),
        (42, "<L", 7),  # where it lies
        (42, "<L", 2**31),
    ],
)
def test_damaged_entries(tmp_path, offset, form, value):
    content = zip_bytes({"x.ipynb": "hello " * 100})
    (entry,), _ = listed(tmp_path, changed(content, offset, form, value))
    with pytest.raises(UnreadableNotebook, match="zip file is damaged"):
        entry.read(LIMITS.file)


def test_a_file_above_the_limit_is_not_unpacked(tmp_path):
    (entry,), _ = listed(tmp_path, zip_bytes({"x.ipynb": bytes(1000)}))
    with pytest.raises(UnreadableNotebook, match="may have"):
        entry.read(999)


def test_a_bomb_that_says_it_is_small(tmp_path):
    """What is unpacked is bounded by what the zip says, not by what is in it."""
    content = zip_bytes({"x.ipynb": bytes(30_000_000)})
    content = changed(content, 24, "<L", 100_000)
    (entry,), _ = listed(tmp_path, content)
    tracemalloc.start()
    with pytest.raises(UnreadableNotebook, match="damaged"):
        entry.read(LIMITS.file)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_bomb_that_says_what_it_is(tmp_path):
    found, problems = listed(tmp_path, zip_bytes({"x.ipynb": bytes(30_000_000), "y.ipynb": "y"}))
    assert [entry.parts for entry in found] == [("y.ipynb",)]
    assert "far more" in problems[0]


def test_zips_within_zips_end(tmp_path):
    content = zip_bytes({"x.ipynb": "x"})
    for _ in range(5):
        content = zip_bytes({"next.zip": content})
    (tmp_path / "class.zip").write_bytes(zip_bytes({"ada/x.zip": content, "alan.ipynb": "T"}))
    found = find_submissions([tmp_path / "class.zip"])
    assert [s.student for s in found.submissions] == ["alan"]
    assert "a zip within a student's zip is not opened" in found.problems[0]


def test_too_many_entries_are_refused_before_they_are_read(tmp_path, monkeypatch):
    content = zip_bytes({f"{n}/x.ipynb": "" for n in range(1000)})
    assert len(listed(tmp_path, content)[0]) == 1000
    monkeypatch.setattr(zips, "ENTRIES", 999)
    with pytest.raises(BadZip, match="more than 999 files"):
        listed(tmp_path, content)
    monkeypatch.setattr(zips, "ENTRIES", 10)
    with pytest.raises(BadZip, match="too many files"):
        listed(tmp_path, content)
    at = content.rindex(b"PK\x05\x06")
    lie = content[: at + 8] + struct.pack("<HH", 1, 1) + content[at + 12 :]
    with pytest.raises(BadZip, match="too many files"):
        listed(tmp_path, lie)


def test_a_hundred_thousand_entries(tmp_path):
    line = zip_bytes({"x": ""})
    header = line[: line.index(TABLE)]
    row = line[line.index(TABLE) : line.index(b"PK\x05\x06")]
    table = row * 100_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 34464, 34464, len(table), len(header), 0)
    start = time.process_time()
    found, problems = listed(tmp_path, header + table + end)
    assert time.process_time() - start < 10
    assert len(found) == 1
    assert len(problems) == 99_999
    with pytest.raises(BadZip, match="too many files"):
        listed(tmp_path, header + table + end, inner=True)


def test_a_students_zip_that_unpacks_to_too_much(tmp_path):
    content = zip_bytes({f"{n}.ipynb": "x" for n in range(3)})
    for _ in range(3):
        content = changed(content, 24, "<L", 200_000_000).replace(TABLE, b"PK\x01\x03", 1)
    with pytest.raises(BadZip, match="more than 500 MB"):
        listed(tmp_path, content.replace(b"PK\x01\x03", TABLE), inner=True)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"hello", bytes(100)])
def test_what_is_no_zip(tmp_path, content):
    with pytest.raises(BadZip, match="damaged, or no zip"):
        listed(tmp_path, content)


parts = st.sampled_from(["..", ".", "ada", "x.ipynb", "a.zip", "C:", "/", "\\", "submitted", ""])
wild_names = st.lists(parts | st.text(max_size=6), min_size=1, max_size=5).map("/".join)


@given(st.lists(wild_names, max_size=5, unique=True))
@settings(max_examples=80, deadline=1000, database=None)
def test_arbitrary_names(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("zips") / "class.zip"
    path.write_bytes(zip_bytes(dict.fromkeys(filter(_can_be_written, names), "x")))
    found = find_submissions([path])
    for submission in found.submissions:
        assert not set(submission.student + submission.name) & set(map(chr, range(32)))
        submission.name.encode()
        assert submission.read() == b"x"
    assert list(path.parent.iterdir()) == [path]


def _can_be_written(name):
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return bool(name.partition("\0")[0])


@given(st.data())
@settings(max_examples=150, deadline=1000, database=None)
def test_zips_with_bytes_changed(tmp_path_factory, data):
    inner = zip_bytes({"x.ipynb": "hello " * 50, "y.ipynb": "y"})
    content = bytearray(zip_bytes({"ada/x.zip": inner, "alan.ipynb": "T", "eve/y.ipynb": "E"}))
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content) - 1))
        content[start : start + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.mktemp("zips") / "class.zip"
    path.write_bytes(content)
    try:
        found, _ = entries(path, inner=False)
    except BadZip:
        return
    for entry in found:
        try:
            content = entry.read(LIMITS.file)
        except UnreadableNotebook:
            continue
        assert zlib.crc32(content) == entry.checksum
