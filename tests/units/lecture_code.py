"""A lecture's own code, for the tests of what it says."""

import ast
from pathlib import Path
from typing import Any

from coursekit.authoring.sources import read_cells

SOURCES = Path(__file__).parents[2] / "sources"


def code_cells(slug: str) -> list[str]:
    """The texts of the code cells of a unit's lecture, such as "04_lenet_in_numpy"."""
    return [c.text for c in read_cells(SOURCES / slug / "lecture.py") if c.kind == "code"]


def definitions(slug: str) -> dict[str, Any]:
    """The lecture's imports, functions and classes, without what its cells run."""
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    trees = [ast.parse(text) for text in code_cells(slug)]
    body = [node for tree in trees for node in tree.body if isinstance(node, kinds)]
    scope: dict[str, Any] = {}
    exec(compile(ast.Module(body, []), f"{slug}/lecture.py", "exec"), scope)
    return scope
