"""An assignment of four questions, and judges of it, for the tests that grade."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hostile
import pytest

from coursekit.grading import remote
from coursekit.grading.assignments import Assignment, load_assignment
from coursekit.grading.judge import Judge, Patience
from coursekit.grading.levels import Level, SandboxError

SEED = 20_27
PATIENCE = Patience(cell=0.4, notebook=4.0, memory=1 << 29)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The assignment that the submissions in `hostile` answer."""
    folder = tmp_path_factory.mktemp("assignment") / "pictures"
    folder.mkdir()
    (folder / "assignment.toml").write_text(hostile.SETTINGS, encoding="utf-8")
    (folder / "assignment.py").write_text(hostile.SOURCE, encoding="utf-8")
    (folder / "exercises.py").write_text(hostile.EXERCISES, encoding="utf-8")
    return load_assignment(folder)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, as the ordinary temporary folder; all temporary files
    of the session are in it."""
    folder = Path(tempfile.mkdtemp(prefix="coursekit-tests-"))
    folder.chmod(0o755)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    yield folder
    tempfile.tempdir = before
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def judge_at(pictures: Assignment, open_folder: Path) -> Iterator[Callable[[Level], Judge]]:
    """A judge of `pictures` at a level of the sandbox; skips where the level cannot be had."""
    judges: dict[Level, Judge | SandboxError] = {}

    def judge(level: Level) -> Judge:
        if level not in judges:
            try:
                new = Judge(pictures, seed=SEED, level=level, patience=PATIENCE)
                judges[level] = new.__enter__()
            except SandboxError as error:
                judges[level] = error
        found = judges[level]
        if isinstance(found, SandboxError):
            pytest.skip(f"no {level} sandbox here: {found}")
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote, "GRACE", 0.3)
        patch.setattr(remote.Answer, "MOST_DEATHS", 2)
        yield judge
        for made in judges.values():
            if isinstance(made, Judge):
                made.close()


@pytest.fixture
def classroom(open_folder: Path) -> Iterator[Path]:
    """A folder with what the others have handed in."""
    folder = open_folder / "others"
    folder.mkdir()
    (folder / "clean.ipynb").write_text(json.dumps(hostile.clean()), encoding="utf-8")
    yield folder
    shutil.rmtree(folder)
