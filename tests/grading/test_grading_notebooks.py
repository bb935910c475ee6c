"""Whatever is handed in, the reader gives cells and notes or one clear sentence, and soon."""

import base64
import copy
import json
import os
import socket
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursekit.grading.notebooks import Limits, Notebook, UnreadableNotebook, read_notebook

ROOT = Path(__file__).parents[2]
REAL = sorted((ROOT / "exercises").glob("*.ipynb"))


def notebook(*cells, **more):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}


def code(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


def read(document, limits=None):
    return read_notebook(json.dumps(document).encode(), limits or Limits())


def refused(content, limits=None):
    with pytest.raises(UnreadableNotebook) as caught:
        read_notebook(content, limits or Limits())
    return str(caught.value)


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_notebook_is_read_as_it_is(path):
    found = read_notebook(path)
    told = json.loads(path.read_text("utf-8"))["cells"]
    assert [cell.source for cell in found.cells] == ["".join(cell["source"]) for cell in told]
    assert [cell.kind for cell in found.cells] == [cell["cell_type"] for cell in told]
    assert [cell.id for cell in found.cells] == [cell["id"] for cell in told]
    assert [cell.number for cell in found.cells] == list(range(1, len(told) + 1))
    assert any(cell.exercise for cell in found.cells)
    assert found.notes == ()
    assert not any(cell.code.problem for cell in found.cells if cell.kind == "code")


def test_a_real_notebook_takes_little_time():
    content = max((path.read_bytes() for path in REAL), key=len)
    best = min(timed(lambda: read_notebook(content)) for _ in range(10))
    assert best < 0.01  # half a millisecond on a quiet machine


def timed(do):
    start = time.process_time()
    do()
    return time.process_time() - start


@pytest.mark.parametrize(
    ("encoding", "line_end"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("utf-16", "\n"), ("utf-16-le", "\r\n")],
)
def test_encodings_and_line_ends(encoding, line_end):
    text = json.dumps(notebook(code(["x = 'é'\r\n", "y = 2\r\n"])), ensure_ascii=False, indent=1)
    content = text.replace("\n", line_end).encode(encoding)
    assert read_notebook(content).cells[0].source == "x = 'é'\ny = 2\n"


def test_damaged_characters_are_replaced_and_said():
    content = json.dumps(notebook(code("x = 'QQ'"))).encode().replace(b"QQ", b"\xe9")
    found = read_notebook(content)
    assert found.cells[0].source == "x = '\ufffd'"
    assert "damaged" in found.notes[0]


def test_lone_surrogates_are_replaced():
    content = (
        b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'", '
        b'"metadata": {"coursekit": {"exercise": "\\udfff"}}, "id": "\\ud800"}]}'
    )
    (cell,) = read_notebook(content).cells
    assert cell.source == "x = '\ufffd'"
    (cell.source + cell.id + cell.exercise).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"PK\x03\x04rest", "a zip file"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"\n<html lang='en'>", "a web page"),
        (b"import numpy as np\n\ndef f(x):\n    return x\n", "a Python script"),
        (b"hello", "something else came"),
        (b"[1, 2]", "holds no notebook"),
        (b"3", "holds no notebook"),
        (b"{}", "no list of cells"),
        (b'{"cells": {"0": 1}}', "no list of cells"),
        (b'{"cells": "code"}', "no list of cells"),
        (b'{"worksheets": 3}', "no list of cells"),
        (b'{\n "cells": [\n  {"cell_type": "co', "ends in the middle, in line 3"),
        (b'{\n "cells": [\n', "ends in the middle, in line 3"),
        (b'{\n "cells": [,\n]}', "damaged in line 2, column 12"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "number that is too long"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_notebook_is_named(content, words):
    said = refused(content)
    assert words in said
    assert len(said) < 400


def test_a_merge_conflict_is_named_with_its_line():
    lines = json.dumps(notebook(code("x = 1")), indent=1).splitlines()
    lines[3:3] = ["<<<<<<< HEAD", '   "id": "a",', "=======", '   "id": "b",', ">>>>>>> theirs"]
    assert "merge conflict in line 4" in refused("\n".join(lines).encode())


def test_a_zip_with_the_wrong_ending(tmp_path):
    path = tmp_path / "lenet.ipynb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lenet.ipynb", "{}")
    assert "zip" in refused(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.ipynb"
    with path.open("wb") as file:
        file.truncate(210_000_000)
    start = time.process_time()
    said = refused(path)
    assert "may have 50 MB and has 210 MB" in said
    assert "Clear the outputs" in said
    assert time.process_time() - start < 0.5


def test_bytes_above_the_limit_are_refused_too():
    assert "may have" in refused(b" " * 1001, Limits(file=1000))


def test_a_small_file_of_many_lists_does_not_fill_the_memory():
    content = b'{"cells": [' + b"[]," * 3_000_000 + b"0]}"
    assert "more than 2,000,000 values" in refused(content)


def test_only_regular_files_are_opened(tmp_path):
    real = tmp_path / "real.ipynb"
    real.write_text(json.dumps(notebook(code("x = 1"))))
    link, pipe, folder = (tmp_path / name for name in ("link.ipynb", "pipe.ipynb", "d.ipynb"))
    link.symlink_to(real)
    os.mkfifo(pipe)
    folder.mkdir()
    assert "symbolic link" in refused(link)
    assert "a pipe or a device" in refused(pipe)
    assert "a folder" in refused(folder)
    assert "cannot be opened" in refused(tmp_path / "nothing.ipynb")
    assert "a pipe or a device" in refused(Path("/dev/zero"))
    assert "cannot be opened" in refused(Path("a\0b.ipynb"))
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(str(tmp_path / "s.ipynb"))
        assert refused(tmp_path / "s.ipynb")
    assert len(read_notebook(str(real)).cells) == 1


@pytest.mark.parametrize(
    ("value", "source", "noted"),
    [
        ("x = 1", "x = 1", False),
        (["x = 1\n", "y = 2"], "x = 1\ny = 2", False),
        (["x = 1\n", 3, None, "y = 2"], "x = 1\ny = 2", True),
        ([], "", False),
        (None, "", True),
        (7, "", True),
        ({"a": 1}, "", True),
    ],
)
def test_sources_of_any_type(value, source, noted):
    found = read(notebook(code(value)))
    assert found.cells[0].source == source
    assert bool(found.notes) == noted


def test_cells_of_any_type_keep_the_others():
    odd = [None, 3, "x", [], {}, {"cell_type": 5}, {"source": "y = 1", "outputs": []}]
    marks = {"coursekit": {"exercise": ["f"], "question": 3}}
    cells = [*odd, code("x = 1", id=[1], metadata=marks), code("z = 1", metadata="none")]
    found = read(notebook(*cells))
    assert [cell.number for cell in found.cells] == list(range(1, 10))
    assert found.cells[6].kind == "code"
    assert [cell.source for cell in found.cells[6:]] == ["y = 1", "x = 1", "z = 1"]
    last = found.cells[7]
    assert (last.id, last.exercise, last.question) == ("", "", "")
    assert "Cells 1, 2, 3 and 4: it is no cell" in " ".join(found.notes)
    assert "Cells 6 and 7: the kind of cell is not said" in " ".join(found.notes)


def test_marks_are_read():
    cell = code("x", id="answer-f", metadata={"coursekit": {"exercise": "f", "question": "q"}})
    (found,) = read(notebook(cell)).cells
    assert (found.id, found.exercise, found.question) == ("answer-f", "f", "q")


def test_ids_that_two_cells_share_are_said():
    found = read(notebook(code("x", id="a"), code("y", id="a"), code("z", id="b")))
    assert found.notes == ("Cell 2: another cell has the same id.",)


def test_format_3():
    sheet = {
        "cells": [
            {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "outputs": [picture(3)]},
            {"cell_type": "heading", "level": 1, "source": "Title"},
        ]
    }
    found = read({"worksheets": [sheet, 3, {"cells": None}], "nbformat": 3})
    assert [(cell.kind, cell.source) for cell in found.cells] == [
        ("code", "x = 1\ny = 2"),
        ("markdown", "Title"),
    ]
    assert len(found.cells[0].outputs) == 1


def test_limits_are_kept_and_said():
    limits = Limits(cells=4, source=10, sources=25)
    text = {"cell_type": "markdown", "source": "z" * 50}
    cells = [code("x" * 10), code("y" * 11), text, code("w" * 6), code("v")]
    found = read(notebook(*cells), limits)
    assert [len(cell.source) for cell in found.cells] == [10, 0, 10, 0]
    said = " ".join(found.notes)
    assert "has 5 cells; only the first 4" in said
    assert "Cells 2 and 3: only 10 characters" in said
    assert "Cell 4: only 5 characters" in said


def test_constants_and_repeated_keys_that_python_writes():
    content = (
        b'{"cells": [], "cells": [{"cell_type": "raw", "source": "a"}], "m": NaN, "n": -Infinity}'
    )
    assert [cell.source for cell in read_notebook(content).cells] == ["a"]


def test_line_breaks_inside_of_strings():
    content = json.dumps(notebook(code("x = 1QQy = 2"))).replace("QQ", "\n").encode()
    assert read_notebook(content).cells[0].source == "x = 1\ny = 2"


def png(width=2, height=2, extra=0):
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0" * extra


def jpeg(width=3, height=4):
    start = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 10
    return start + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\0" * 12


def base64_of(content):
    return base64.b64encode(content).decode()


def picture(version=4):
    if version == 3:
        return {"output_type": "display_data", "png": base64_of(png())}
    return {"output_type": "display_data", "data": {"image/png": base64_of(png())}}


def outputs_of(*outputs):
    return read(notebook(code("x", outputs=list(outputs)))).cells[0].outputs


def test_pictures_are_kept():
    lines = [base64_of(jpeg())[:8] + "\n", base64_of(jpeg())[8:]]
    found = outputs_of(picture(), {"data": {"image/jpeg": lines}})
    assert found == (
        {"type": "image/png", "data": base64_of(png())},
        {"type": "image/jpeg", "data": base64_of(jpeg())},
    )


def test_at_most_four_pictures_are_kept():
    assert len(outputs_of(*[picture()] * 9)) == 4


@pytest.mark.parametrize(
    "value",
    [
        "not base64!",
        "é" * 8,
        base64_of(b"<svg onload=alert(1)>"),
        base64_of(jpeg()),  # said to be a PNG
        base64_of(png(width=100_000, height=100_000)),
        base64_of(png(width=0)),
        base64_of(png(extra=2_000_000)),
        base64_of(png())[:10],
        base64_of(png()) + "<script>",
        base64_of(png()) + "<>",
        3,
        None,
        [1],
    ],
)
def test_what_is_no_picture_is_left_out(value):
    assert outputs_of({"data": {"image/png": value}}, "text", {"data": 3}, None) == ()


@pytest.mark.parametrize("outputs", [None, 3, "x", {"a": 1}])
def test_outputs_of_any_type(outputs):
    assert read(notebook(code("x", outputs=outputs))).cells[0].outputs == ()


LIMIT = settings(
    deadline=1000, max_examples=60, suppress_health_check=[HealthCheck.too_slow], database=None
)
NAMES = (
    *("cells", "worksheets", "cell_type", "source", "input", "id", "metadata", "coursekit"),
    *("exercise", "question", "outputs", "data", "image/png", "code", "markdown"),
)
names = st.sampled_from(NAMES) | st.text(max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


objects = st.dictionaries(names, json_values, max_size=4)


def examined(content: bytes) -> None:
    """Read it and look at everything; only one kind of error may come."""
    try:
        found = read_notebook(content)
    except UnreadableNotebook as error:
        assert 20 < len(str(error)) < 500
        return
    for cell in found.cells:
        (cell.source + cell.id + cell.exercise + cell.question).encode()
        assert isinstance(cell.code.problem, str)
        assert cell.names.uses is not None
    assert isinstance(found, Notebook)


@given(st.binary(max_size=300))
@LIMIT
def test_arbitrary_bytes(content):
    examined(content)


@given(json_values)
@LIMIT
def test_arbitrary_json(value):
    examined(json.dumps(value).encode())


@given(objects, st.lists(objects, max_size=3))
@LIMIT
def test_arbitrary_cells(document, cells):
    examined(json.dumps({**document, "cells": cells}).encode())


@given(st.data())
@LIMIT
def test_real_notebooks_with_bytes_changed(data):
    content = bytearray(data.draw(st.sampled_from(REAL)).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content) - 1))
        stop = start + data.draw(st.integers(0, 40))
        content[start:stop] = data.draw(st.binary(max_size=8))
    examined(bytes(content))


@given(st.data())
@LIMIT
def test_real_notebooks_with_values_changed(data):
    document = json.loads(data.draw(st.sampled_from(REAL)).read_text("utf-8"))
    document = copy.deepcopy(document)
    for cell in data.draw(st.lists(st.sampled_from(document["cells"]), max_size=4)):
        cell[data.draw(names)] = data.draw(json_values)
    examined(json.dumps(document).encode())
