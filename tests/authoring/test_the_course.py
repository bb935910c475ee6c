"""The course itself: its sources keep the rules, and what is built is what they give."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from coursekit.authoring.build import LIMIT, stale
from coursekit.authoring.course import KINDS, find_units
from coursekit.authoring.execute import ENVIRONMENT
from coursekit.authoring.notebooks import loads
from coursekit.authoring.rules import check_built, check_sources

ROOT = Path(__file__).parents[2]
UNITS = find_units(ROOT)
by_slug = pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.slug)


def test_there_are_units():
    assert [u.number for u in UNITS][:2] == ["01", "02"]


def test_everything_built_is_what_the_sources_give():
    assert list(stale(UNITS)) == []


def test_nothing_is_built_that_has_no_source():
    built = {p for kind in KINDS for p in (ROOT / kind).glob("*.ipynb")}
    assert built == {u.notebook(kind) for u in UNITS for kind in KINDS}


@by_slug
def test_sources_keep_the_rules(unit):
    assert [str(p) for p in check_sources([unit])] == []


@by_slug
@pytest.mark.parametrize("kind", ["lectures", "solutions"])
def test_built_notebooks_keep_the_rules(unit, kind):
    assert list(check_built(kind, loads(unit.notebook(kind)))) == []


@by_slug
@pytest.mark.parametrize("kind", KINDS)
def test_notebooks_are_small_and_valid(unit, kind):
    path = unit.notebook(kind)
    assert path.stat().st_size <= LIMIT
    nbformat.validate(loads(path))


@by_slug
def test_solutions_pass_their_own_checks(unit):
    verdicts = {}
    for cell in loads(unit.notebook("solutions")).cells:
        if cell.id.startswith("check-"):
            verdicts[cell.id] = cell.outputs[0].data["text/plain"].splitlines()[0]
    assert verdicts
    assert all(v.endswith(": passed") for v in verdicts.values()), verdicts


@by_slug
def test_an_untouched_exercise_notebook_runs_to_the_end(unit):
    notebook = loads(unit.notebook("exercises"))
    folder = {"metadata": {"path": str(unit.notebook("exercises").parent)}}
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=folder)
    client.execute(env={**os.environ, **ENVIRONMENT})
    checks = [c for c in notebook.cells if c.id.startswith("check-")]
    assert checks
    for cell in checks:
        assert "not attempted yet" in cell.outputs[0].data["text/plain"]
        assert "not attempted yet" in cell.outputs[0].data["text/html"]
