"""`coursekit grade` as an instructor runs it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coursekit.grading.levels import Level
from coursekit.grading.probing import probe
from coursekit.grading.results import read_records

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "02_convolution_and_filters.ipynb"
EXERCISE = ROOT / "exercises" / "02_convolution_and_filters.ipynb"

pytestmark = pytest.mark.skipif(
    probe().level is Level.NONE, reason="there is no sandbox: " + " ".join(probe().lacks)
)


ENVIRONMENT = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}


def grade(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "coursekit", "grade", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=ENVIRONMENT,
    )


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "ada.ipynb").write_bytes(SOLUTION.read_bytes())
    (folder / "bob.ipynb").write_bytes(EXERCISE.read_bytes())
    (folder / "cyd.ipynb").write_bytes(SOLUTION.read_bytes()[:9000])
    return folder


def records(folder):
    return {r.student: r for r in read_records(folder / "results.jsonl")}


def test_a_class_gets_marks_feedback_report_and_gradebook(tmp_path, handed_in):
    (handed_in / "dan.pdf").write_bytes(b"%PDF-1.4")
    done = grade(handed_in, "--unit", "02", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = records(tmp_path / "out")
    assert {n: (str(r.kind), r.score) for n, r in found.items()} == {
        "ada": ("graded", found["ada"].points),
        "bob": ("graded", 0),
        "cyd": ("unreadable", 0),
    }
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {"report.html", "run.json", "feedback"}
    assert sorted(p.stem for p in (tmp_path / "out" / "feedback").iterdir()) == [
        "ada",
        "bob",
        "cyd",
    ]
    assert (tmp_path / "gradebook.sqlite").is_file()
    assert "cyd" in done.stderr and "dan" in done.stderr and "PDF" in done.stderr
    assert "full" in done.stdout or "portable" in done.stdout
    again = [sys.executable, "-m", "coursekit", "report", "out", "--out", "again"]
    subprocess.run([*again, "--db", "gradebook.sqlite"], cwd=tmp_path, env=ENVIRONMENT, check=True)
    assert len(list((tmp_path / "again" / "feedback").iterdir())) == 3


def test_two_judges_and_shards_give_the_same_marks(tmp_path, handed_in):
    (handed_in / "eve.ipynb").write_bytes(SOLUTION.read_bytes())
    seed = ("--unit", "02", "--seed", 5)
    assert grade(handed_in, *seed, "--out", "one", "--jobs", 2, cwd=tmp_path).returncode == 0
    for part in (1, 2):
        done = grade(handed_in, *seed, "--shard", f"{part}/2", "--out", f"p{part}", cwd=tmp_path)
        assert done.returncode == 1  # this run alone has not graded all
    parts = records(tmp_path / "p1") | records(tmp_path / "p2")
    whole = records(tmp_path / "one")
    assert {n: r.score for n, r in parts.items()} == {n: r.score for n, r in whole.items()}
    merged = subprocess.run(
        [sys.executable, "-m", "coursekit", "report", "p1", "p2", "--out", "both"],
        cwd=tmp_path,
        env=ENVIRONMENT,
    )
    assert merged.returncode == 0
    assert len(list((tmp_path / "both" / "feedback").iterdir())) == 4


def test_a_run_goes_on_where_it_ended(tmp_path, handed_in):
    late = handed_in / "eve.ipynb"
    assert grade(handed_in, "--unit", "02", "--out", "out", cwd=tmp_path).returncode == 0
    first = (tmp_path / "out" / "results.jsonl").read_text()
    late.write_bytes(SOLUTION.read_bytes())
    again = grade(handed_in, "--unit", "02", "--out", "out", cwd=tmp_path)
    assert again.returncode == 2 and "--resume" in again.stderr
    resumed = grade(handed_in, "--unit", "02", "--out", "out", "--resume", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    now = (tmp_path / "out" / "results.jsonl").read_text()
    assert now.startswith(first) and len(now.splitlines()) == 4


def test_notebooks_of_another_assignment_are_no_zeros(tmp_path, handed_in):
    done = grade(handed_in, "--unit", "03", cwd=tmp_path)
    assert done.returncode == 2 and "another assignment" in done.stderr
    assert not (tmp_path / "gradebook.sqlite").exists()


def test_a_zip_is_graded_as_it_is_and_json_is_for_programs(tmp_path, handed_in):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for path in handed_in.iterdir():
            archive.write(path, f"{path.stem}/{path.name}")
    done = grade("class.zip", "--unit", "2", "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert (told["graded"], told["unreadable"], told["infrastructure errors"]) == (2, 1, 0)
    assert set(records(tmp_path / "results")) == {"ada", "bob", "cyd"}


def test_a_student_grades_a_notebook_alone(tmp_path):
    done = grade("--self", SOLUTION, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "26 of 26 points." in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing-here", "--unit", "02"], "nothing-here"),
        ([".", "--unit", "02"], "No notebook was found"),
        (["."], "Say what is graded"),
        ([".", "--unit", "77"], "77"),
        ([".", "--unit", "two"], "A unit is a number"),
        ([".", "--unit", "02", "--assignment", "."], "not both"),
        ([".", "--assignment", "."], "assignment.toml"),
        ([".", "--unit", "02", "--shard", "3/2"], "--shard is I/N"),
        ([".", "--unit", "02", "--roster", "none.csv"], "none.csv"),
        (["--self", "a.ipynb", "b.ipynb", "--unit", "02"], "one notebook"),
    ],
)
def test_mistakes_of_the_user_are_one_line(tmp_path, arguments, says):
    done = grade(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()
