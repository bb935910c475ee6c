"""CONTRIBUTING.md, followed to the letter in a copy of the course."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```python file=(\S+)\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)
COMMANDS = [
    line
    for block in re.findall(r"^```console\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


@pytest.mark.timeout(300)
def test_a_unit_is_added_by_following_the_steps(tmp_path):
    copy = tmp_path / "course"
    copy.mkdir()
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "coursekit", copy / "coursekit", ignore=ignore)
    shutil.copy(ROOT / "course.py", copy)
    (copy / "README.md").write_text("<!-- units -->\n<!-- /units -->\n")
    for name, content in FILES:
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(copy), "NO_COLOR": "1"}
    assert len(COMMANDS) >= 4
    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == "python"
        if arguments[2] == "check-exercises":
            arguments = ["-c", CHECK_ONLY_THE_NEW_UNIT]
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    for kind in ("lectures", "exercises", "solutions"):
        assert (copy / kind / "90_negatives.ipynb").is_file()
    assert "[1 exercises, 5 minutes, 1 points]" in (copy / "README.md").read_text()
    assert "negative" in (copy / "docs" / "checks.md").read_text()


# The other units' exercises are examined in tests/exercises.
CHECK_ONLY_THE_NEW_UNIT = """
from coursekit.authoring.exercise_quality import examine
from coursekit.exercises import in_unit
problems = [p for e in in_unit("90") for p in examine(e).problems]
raise SystemExit("\\n".join(problems) or 0)
"""
