"""The command line, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.checking import records

ROOT = Path(__file__).parents[1]


def run(*arguments, cwd=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-m", "coursekit", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **environment},
    )


@pytest.mark.parametrize(
    "command", ["", "doctor", "build", "check-sources", "check-exercises", "progress", "summary"]
)
def test_help_is_there(command):
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert len(done.stdout.splitlines()) > 8


def test_version():
    assert run("--version").stdout.startswith("coursekit ")


def test_it_is_a_jupyter_subcommand():
    done = subprocess.run(
        [Path(sys.executable).with_name("jupyter"), "coursekit", "--version"],
        capture_output=True,
        text=True,
    )
    if "not found" in done.stderr:
        pytest.skip("coursekit is not installed, only imported")
    assert done.stdout.startswith("coursekit ")


def test_doctor_finds_what_is_needed():
    done = run("doctor", "--json")
    findings = {f["what"]: f for f in json.loads(done.stdout)}
    assert findings["numpy"]["level"] == "ok"
    assert findings["disk"]["level"] == "ok"
    assert done.returncode == 0
    assert "numpy" in run("doctor").stdout


def test_doctor_reports_a_progress_file_that_cannot_be_written(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    done = run("doctor", COURSEKIT_PROGRESS=str(blocker / "progress.sqlite"))
    assert done.returncode == 1
    assert "cannot be saved" in done.stdout
    assert "COURSEKIT_PROGRESS" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "77"], "There is no unit '77'"),
        (["check-sources", "no_such"], "There is no unit 'no_such'"),
        (["check-exercises", "no_file.py"], "No file of exercises"),
        (["progress", "two"], "A unit is a number"),
        (["progress", "77"], "No unit 77"),
        (["no-such-command"], "No such command"),
        (["build", "--jobs", "0"], "Invalid value"),
    ],
)
def test_a_users_mistake_is_one_message_and_no_traceback(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_checkout(tmp_path):
    done = run("build", cwd=tmp_path, PYTHONPATH=str(ROOT))
    assert done.returncode == 2
    assert "is not inside a checkout" in done.stderr


def test_build_check_agrees_with_the_sources():
    done = run("build", "--check")
    assert done.returncode == 0, done.stderr
    assert "what the sources give" in done.stdout


def test_check_sources():
    assert run("check-sources").returncode == 0


def test_check_exercises_on_the_worked_example():
    done = run("check-exercises", "docs/examples/own_exercises.py")
    assert done.returncode == 0, done.stderr
    assert "brightness_histogram" in done.stdout


def test_check_exercises_says_what_is_wrong(tmp_path):
    text = (ROOT / "docs" / "examples" / "own_exercises.py").read_text()
    broken = tmp_path / "mine.py"
    broken.write_text(text.replace("expected=[2, 1, 2, 1]", "expected=[1, 1, 2, 2]"))
    done = run("check-exercises", str(broken))
    assert done.returncode == 1
    assert "the reference does not pass" in done.stderr


def test_progress(tmp_path, monkeypatch):
    kept = str(tmp_path / "progress.sqlite")
    monkeypatch.setenv(records.ENVIRONMENT, kept)
    records.record_check("pad2d", "passed")
    assert "1 of 9 exercises passed" in run("progress", "02").stdout
    rows = json.loads(run("progress", "2", "--json").stdout)
    assert {r["exercise"]: r["status"] for r in rows}["pad2d"] == "passed"
    assert "Forgotten" in run("progress", "--reset", "--yes").stdout
    assert "0 of 9" in run("progress", "02").stdout
