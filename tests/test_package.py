"""What importing the package costs, and which way its arrows point."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import coursekit

PACKAGE = Path(coursekit.__file__).parent

# Lower may not import higher; the library part is everything not named here.
LAYERS = {"exercises": 0, "checking": 1, "authoring": 2, "grading": 2, "cli": 3}


def modules_after(code):
    report = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_neither_torch_nor_matplotlib():
    loaded = modules_after("import coursekit")
    assert not loaded & {"torch", "matplotlib", "matplotlib.pyplot", "numpy"}


def test_checking_loads_neither_torch_nor_pyplot():
    loaded = modules_after(
        "from coursekit import check, hint, progress; check(None);"
        "from coursekit.exercises import find; find('cross_correlate2d')"
    )
    assert not loaded & {"torch", "matplotlib.pyplot", "pandas", "IPython"}


def test_the_library_loads_neither_torch_nor_pyplot():
    loaded = modules_after("import coursekit.filters, coursekit.data, coursekit.plots")
    assert not loaded & {"torch", "matplotlib.pyplot"}


def test_unknown_attributes_are_errors():
    assert "check" in dir(coursekit)
    name = "nothing_of_the_kind"
    with pytest.raises(AttributeError, match=name):
        getattr(coursekit, name)


def layer(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return LAYERS.get(part, -1)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_arrows_point_one_way():
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        if path.parent == PACKAGE and path.stem in ("__init__", "__main__", "doctor"):
            continue
        for name in imported(path):
            parts = name.split(".")
            if parts[0] != "coursekit" or len(parts) < 2 or parts[1] not in LAYERS:
                continue
            if LAYERS[parts[1]] > layer(path):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_data_is_the_bottom():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in (PACKAGE / "data").rglob("*.py")
        for name in imported(path)
        if name.startswith("coursekit.")
        and not name.startswith(("coursekit.data", "coursekit.errors", "coursekit.arguments"))
    ]
    assert not wrong
