"""The package as a whole: its names, its examples, what it imports."""

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

from coursekit import filters

MODULES = [f"coursekit.filters.{m.name}" for m in pkgutil.iter_modules(filters.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_public_function_shows_an_example() -> None:
    finder = doctest.DocTestFinder(recurse=False)
    for name in filters.__all__:
        (test,) = finder.find(getattr(filters, name), name)
        assert test.examples, name
        function = getattr(filters, name)
        if inspect.signature(function).parameters:
            assert "Raises" in function.__doc__ or "errors" in function.__doc__, name


def test_all_is_sorted_and_complete() -> None:
    assert list(filters.__all__) == sorted(filters.__all__)
    functions = {n for n, v in vars(filters).items() if callable(v) and not n.startswith("_")}
    assert functions == set(filters.__all__)


def test_imports_numpy_only() -> None:
    code = (
        "import sys, coursekit.filters as f; f.gaussian_blur([[1.0]], 1.0);"
        "bad = {'scipy', 'torch', 'matplotlib', 'skimage'} & set(sys.modules); assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
