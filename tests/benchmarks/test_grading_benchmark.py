"""The class that grading is measured on is what it says, and its figures are figures of it."""

import ast
import json
import shutil
import subprocess
import sys
from collections import Counter

import grading
import grading_class
import pytest

from coursekit.grading.levels import Level
from coursekit.grading.notebooks import UnreadableNotebook, read_notebook
from coursekit.grading.probing import probe

STUDENTS = 40


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes") / "class"
    return folder, grading_class.write_class(folder, "02", STUDENTS)


def sources(path):
    """The answers in a notebook, by exercise."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return {name: cell["source"] for name, cell in grading_class._answers(notebook)}


def test_the_class_has_its_shares(handed_in):
    folder, kinds = handed_in
    counts = Counter(kinds.values())
    assert sorted(path.name for path in folder.iterdir()) == sorted(kinds)
    assert counts["endless"] == 1 and counts["right"] >= STUDENTS * 0.4
    assert {kind: counts[kind] for kind in grading_class.SHARES} == {
        kind: round(share * STUDENTS) for kind, share in grading_class.SHARES.items()
    }


def test_the_same_seed_writes_the_same_class(handed_in, tmp_path):
    folder, kinds = handed_in
    assert grading_class.write_class(tmp_path / "again", "02", STUDENTS) == kinds
    for name in kinds:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    assert grading_class.write_class(tmp_path / "other", "02", STUDENTS, seed=1) != kinds


def test_notebooks_are_what_they_are_called(handed_in):
    folder, kinds = handed_in
    right = next(sources(folder / name) for name, kind in kinds.items() if kind == "right")
    for name, kind in kinds.items():
        if kind == "cut off":
            with pytest.raises(UnreadableNotebook):
                read_notebook(folder / name)
            continue
        answers = sources(folder / name)
        changed = [exercise for exercise in right if answers[exercise] != right[exercise]]
        broken = [e for e in right if not grading_class._is_python(answers[e])]
        assert bool(changed) == (kind != "right")
        assert len(broken) == (kind == "no Python")
        if kind in ("wrong", "slow", "untouched"):
            assert len(changed) == len(right)
        if kind in ("endless", "no Python"):
            assert len(changed) == 1


@pytest.mark.parametrize("mistake", grading_class.MISTAKES)
def test_a_mistake_changes_the_code_and_not_the_docstring(mistake):
    solved = dict(grading_class._answers(grading_class._read("solutions", "02")))
    made = 0
    for cell in solved.values():
        source = grading_class._text(cell["source"])
        if (wrong := grading_class.mistaken(source, mistake)) is not None:
            made += 1
            before, after = (ast.parse(text).body[0] for text in (source, wrong))
            assert ast.get_docstring(before) == ast.get_docstring(after)
            assert ast.dump(before) != ast.dump(after)
    assert made


def test_nothing_that_loops_until_is_touched():
    assert (
        grading_class.mistaken("def f(n):\n    while n:\n        n = n - 1\n", "one too many")
        is None
    )


def needs_the_sandbox():
    if probe().level is Level.NONE:
        pytest.skip("no sandbox here: nothing is graded")
    if sys.platform != "linux":
        pytest.skip("processes are looked at through /proc")


def test_a_run_is_measured_whole(handed_in, tmp_path):
    needs_the_sandbox()
    folder, kinds = handed_in
    wanted = [
        next(n for n in kinds if kinds[n] == kind) for kind in ("right", "untouched", "cut off")
    ]
    small = tmp_path / "small"
    small.mkdir()
    for name in wanted:
        shutil.copy(folder / name, small / name)
    run = grading.grade(small, "02", memory=True)
    assert run.students == 3 and sorted(run.each) == sorted(n.partition(".")[0] for n in wanted)
    assert 0 < run.first < run.wall and run.judge > 0 and run.workers > 0
    assert 30e6 < run.memory < 1e9
    assert min(run.records, run.pages, run.gradebook) > 1000
    assert run.rate == pytest.approx(180 / run.wall)


def test_a_run_that_fails_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="exit status"):
        grading.grade(tmp_path, "02")


def test_memory_counts_what_is_shared_once():
    child = [sys.executable, "-c", "x = bytearray(30 << 20); print(1, flush=True); input()"]
    code = f"import subprocess; subprocess.run({child!r})"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()
        memory = grading.tree_memory(process.pid)
        process.communicate(b"\n")
    assert 30 << 20 < memory < 90 << 20
    assert grading.tree_memory(process.pid) == 0


def test_the_parts_of_a_worker_are_timed(monkeypatch):
    needs_the_sandbox()
    monkeypatch.setattr(grading, "WORKERS", 3)
    monkeypatch.setattr(grading, "CALLS", 40)
    times = grading.parts("02")("parts", ["numpy"])
    assert set(times) == {"warm parent", "spawn", "first answer", "kill", "call"}
    assert 0 < times["call"] < times["spawn"] < times["warm parent"]


def test_a_kernel_executes_a_notebook(tmp_path):
    pytest.importorskip("ipykernel")
    marked = tmp_path / "ran"
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [
        cell | {"source": "1 / 0"},
        cell | {"id": "b", "source": f"open({str(marked)!r}, 'w')"},
    ]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (tmp_path / "some.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert grading.kernel()("execute", str(tmp_path / "some.ipynb")) > 0.1
    assert marked.exists()


def made_up(students, wall, memory=0):
    each = {f"student{number:05}": 0.05 for number in range(students)}
    return grading.Run(students, wall, 0.02 * students, 0.03 * students, 1.0, memory,
                       14_000 * students, 20_000 * students, 6_000 * students, each)  # fmt: skip


def test_the_report_is_reckoned_from_the_runs():
    kinds = {f"student{number:05}.ipynb": "right" for number in range(19)}
    kinds["student00019.ipynb"] = "endless"
    runs = {
        grading.WITH: [made_up(20, 10.0), made_up(20, 8.0), made_up(20, 9.0)],
        grading.WITHOUT: [made_up(20, 1.2)],
        grading.TWO: [made_up(20, 0.8)],
    }
    found = grading.Measured(
        "02", kinds, runs, [(0.05, 2.0), (0.04, 2.0), (0.05, 2.5)], [0.2, 0.25, 0.2],
        {"NumPy": {"warm parent": 300.0, "spawn": 3.0}},
        {20: [made_up(20, 1.0)], 2000: [made_up(2000, 100.0)]},
        {20: made_up(20, 1.0, 100_000_000), 2000: made_up(2000, 100.0, 119_800_000)},
    )  # fmt: skip
    text = "\n".join(grading.report(found))
    assert "| one job | 20 | 9.0 | 1.0 | 133 | 133 |" in text
    assert "| two jobs, no endless loop | 20 | 0.8 | 1.0 | 1,500 | 750 |" in text
    assert "judge 20, workers 30, waiting 10; together 60." in text
    assert "| ours, 120 notebooks | 50 | 1,200 | 50 |" in text
    assert "| 2,000 | 100.0 | 50 | 50 | 50 | 120 |" in text
    assert "| 0.0% | 0.050 | 1.4 | 0.3 | 3.12 |" in text
    assert "memory grows by 10.0 kB per submission" in text and "would take 1.1 GB" in text
