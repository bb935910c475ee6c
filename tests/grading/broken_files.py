"""Files that are no decent notebooks, and the verdict that each deserves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hostile import FULL, clean, code_cell


@dataclass(frozen=True)
class HandedIn:
    """A file that is no decent notebook.

    Attributes:
        write: puts it into a folder; the student is mallory.
        honest: what each question deserves, where it is not everything; None: it is unreadable.
        says: a regular expression that the words of the record match.
    """

    name: str
    write: Callable[[Path], object]
    honest: Mapping[str, float] | None = field(default_factory=dict)
    says: str = ""

    def deserves(self, question: str) -> float:
        """The points of a question."""
        return 0.0 if self.honest is None else self.honest.get(question, FULL)


FILES: list[HandedIn] = []


def _bytes(name: str, content: Callable[[], bytes], says: str, **more: Any) -> None:
    """A file with these bytes; unreadable unless said otherwise."""

    def write(folder: Path) -> None:
        (folder / "mallory.ipynb").write_bytes(content())

    FILES.append(HandedIn(name, write, more.get("honest"), says))


def _document(
    name: str, change: Callable[[dict[str, Any]], object], says: str = "", **honest: float
) -> None:
    """A right notebook that something has changed."""

    def content() -> bytes:
        document = clean()
        change(document)
        return json.dumps(document).encode()

    _bytes(name, content, says, honest=honest)


def _with_cells(name: str, says: str = "", **honest: float) -> Any:
    """Decorator: a right notebook whose list of cells has been changed."""

    def add(change: Callable[[list[dict[str, Any]]], object]) -> None:
        _document(name, lambda document: change(document["cells"]), says, **honest)

    return add


def _encoded(encoding: str) -> bytes:
    return json.dumps(clean()).encode(encoding)


_bytes("an empty file", lambda: b"", "empty")
_bytes("zeros", lambda: bytes(1000), "empty")
_bytes("half a notebook", lambda: _encoded("utf-8")[:700], "ends in the middle")
_bytes("a list", lambda: b"[1, 2]", "no notebook")
_bytes("a program", lambda: b"import os\nos._exit(0)\n", "Python script")
_bytes("a pickle", lambda: b"\x80\x04cos\nsystem\n(S'true'\ntR.", "came|damaged")
_bytes("a web page", lambda: b"<!DOCTYPE html><script>1</script>", "web page")
_bytes("no cells", lambda: b'{"cells": null}', "no list of cells")
_bytes("a hundred thousand levels", lambda: b'{"cells":' + b"[" * 100_000, "nested too deeply")
_bytes(
    "a number of a million digits", lambda: b'{"cells": [], "n": %s}' % (b"9" * 10**6), "too long"
)
_bytes("a merge conflict", lambda: b"{\n<<<<<<< HEAD\n}\n", "merge conflict")
_bytes("UTF-16", lambda: _encoded("utf-16"), "", honest={})
_bytes("a byte order mark", lambda: b"\xef\xbb\xbf" + _encoded("utf-8"), "", honest={})
_bytes(
    "bytes that are no text",
    lambda: _encoded("utf-8").replace(b'"metadata": {}', b'"metadata": {"\xff\xfe": "\x01"}', 1),
    "damaged",
    honest={},
)
_bytes(
    "200 MB of output",
    lambda: _encoded("utf-8").replace(
        b'"outputs": []', b'"outputs": ["%s"]' % (b"x" * 200_000_000), 1
    ),
    "Clear the outputs",
)
_bytes(
    "30 MB of output",
    lambda: _encoded("utf-8").replace(
        b'"outputs": []', b'"outputs": ["%s"]' % (b"x" * 30_000_000), 1
    ),
    "",
    honest={},
)
_bytes("ten million empty lists", lambda: b'{"cells": [%s[]]}' % (b"[]," * 10**7), "values")

_document("no metadata", lambda d: [c.pop("metadata") for c in d["cells"]] and d.pop("metadata"))
_document("hostile metadata", lambda d: d.update(metadata=[["kernelspec"]] * 1000, nbformat="four"))
_document("no version", lambda d: d.pop("nbformat"))
_document("no ids", lambda d: [c.pop("id") for c in d["cells"]], "No cell has the mark")


@_with_cells("one id for all", "the same id")
def _(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["id"] = "answer-pool"


@_with_cells("ids that are none")
def _(cells: list[dict[str, Any]]) -> None:
    for cell, wrong in zip(cells, ([], {}, 7, "x" * 10**6, "../../etc"), strict=False):
        cell["id"] = wrong


@_with_cells("an answer that became text", "became a text cell")
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["cell_type"] = "markdown"


@_with_cells("an answer that was deleted", "No answer", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    del cells[2]


@_with_cells("all answers before what they import")
def _(cells: list[dict[str, Any]]) -> None:
    cells.reverse()


@_with_cells("answers defined twice", "last one counts", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    cells.append(code_cell("again", "def pool(x, size=2):\n    return x"))


@_with_cells("cells that are none", "no cell")
def _(cells: list[dict[str, Any]]) -> None:
    cells[:0] = [None, 7, [], "cell", {"cell_type": []}, {"cell_type": "code", "source": {"a": 1}}]


@_with_cells("lines that are none")
def _(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["source"] = [7, *cell["source"].splitlines(keepends=True), None, ["while True: pass"]]


@_with_cells("line ends of all kinds")
def _(cells: list[dict[str, Any]]) -> None:
    for cell, end in zip(cells, ("\r\n", "\r", "\n\r\n", "\r\n", "\r"), strict=True):
        cell["source"] = cell["source"].replace("\n", end)


@_with_cells("tabs")
def _(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["source"] = cell["source"].replace("    ", "\t")


@_with_cells("5000 cells", "only the first")
def _(cells: list[dict[str, Any]]) -> None:
    cells += [code_cell(f"more-{i}", "more = 1") for i in range(5000)]


@_with_cells("a hundred cells that end the process", r"Cell 7.*left out")
def _(cells: list[dict[str, Any]]) -> None:
    cells += [code_cell(f"end-{i}", "import os\nos._exit(0)") for i in range(100)]


@_with_cells("a million lines", "only .* could be read")
def _(cells: list[dict[str, Any]]) -> None:
    cells.insert(1, code_cell("long", "x = 1\n" * 10**6))


for name, source, says in (
    ("parentheses without end", "(" * 50_000 + ")" * 50_000, "not Python"),
    ("sums without end", "x = " + "+1" * 90_000, r"Cell 2|^"),
    ("a NUL", "x = 1\0", "not Python|Cell 2"),
    ("no Python", "def pool(x, size=2:\n    return", "Cell 2 is not Python"),
    ("input()", "name = input('Who are you? ')", "nobody to ask"),
    ("a magic", "%matplotlib inline\n%load_ext autoreload\n%cd /", "no effect"),
    ("a timed cell", "%%time\nx = 1", "effect|^"),
    ("a shell command", "!rm -rf ~ /\n!pip install coursekit\nfiles = !ls /", "no effect"),
    ("a shell cell", "%%bash\nkill -9 -1\nrm -rf /", "no effect"),
    ("help", "np.zeros?\n?np", "effect"),
    ("await", "import asyncio\nawait asyncio.sleep(0)", "Cell 2"),
    ("a breakpoint", "breakpoint()", "Cell 2"),
    ("reads standard input", "import sys\nsys.stdin.read(), open(0).read()", "^"),
    ("a coding cookie", "# -*- coding: utf-7 -*-\nx = '+AGE-'", "^"),
    ("encodings", "x = '\\ud800' + '\U0001f600' + chr(0xD800)\nraise ValueError(x)", "Cell 2"),
    ("markup", "raise ValueError('</script><script>alert(1)</script>')", "Cell 2"),
    ("a web of imports", "from numpy import *\nfrom os import *", "^"),
):

    def _insert(cells: list[dict[str, Any]], source: str = source) -> None:
        cells.insert(1, code_cell("odd", source))

    _with_cells(f"a cell with {name}", says)(_insert)


@_with_cells("a name in another alphabet", "No answer|does not define", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["source"] = cells[2]["source"].replace("def pool", "def рооl")


@_with_cells("a name in other letters of the same", "")
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["source"] = cells[2]["source"].replace("def pool", "def 𝓹𝓸𝓸𝓵")


@_with_cells("an answer that is never defined", "^", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["source"] = "if False:\n    def pool(x, size=2):\n        return x"


def _folder(folder: Path) -> None:
    (folder / "mallory.ipynb").mkdir()
    (folder / "mallory.ipynb" / "mallory.ipynb").write_bytes(_encoded("utf-8"))


def _sparse(folder: Path) -> None:
    with (folder / "mallory.ipynb").open("wb") as file:
        file.truncate(200_000_000)


FILES += [
    HandedIn("a folder that is called like a notebook", _folder),
    HandedIn("200 MB of nothing", _sparse, None, "200 MB"),
]
