"""Nothing that is handed in gains a point, hurts anybody, or stays."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import broken_files
import broken_zips
import hostile
import psutil
import pytest
from attacks import ATTACKS

from coursekit.errors import CourseError
from coursekit.grading.feedback.student import write_feedback
from coursekit.grading.judge import Judge
from coursekit.grading.levels import Level
from coursekit.grading.probing import probe
from coursekit.grading.records import Kind, Record
from coursekit.grading.submissions import find_submissions

ROOT = Path(__file__).parents[2]
EVERYWHERE = [attack for attack in ATTACKS if attack.everywhere]
MOST_SECONDS = 30.0
ORDINARY = ("kills", "daemon", "disk", "processes", "descriptor", "sockets", "classroom", "carries")

named = {"ids": lambda value: getattr(value, "name", value)}


STRONGEST = probe().level


@pytest.fixture
def judge(request: pytest.FixtureRequest, judge_at: Callable[[Level], Judge]) -> Judge:
    """A judge at the strongest level that there is, or at the one that the test names."""
    return judge_at(getattr(request, "param", STRONGEST))


@pytest.fixture(autouse=True)
def nothing_stays(judge: Judge, open_folder: Path, classroom: Path) -> Iterator[None]:
    """After a test, there are the same processes, and the same files in the same state."""
    files, processes = state_of(open_folder), descendants()
    shared = Path("/dev/shm"), Path("/var/tmp"), Path("/")
    yield
    until = time.monotonic() + 5
    while descendants() != processes and time.monotonic() < until:
        time.sleep(0.02)
    assert descendants() == processes
    assert state_of(open_folder) == files
    assert not [f for folder in shared for f in folder.glob("coursekit-hostile*")]


def descendants() -> set[int]:
    """The processes that this one has started, and those that they have."""
    return {p.pid for p in psutil.Process().children(recursive=True)}


def state_of(folder: Path) -> dict[str, tuple[object, ...]]:
    """What lies in a folder: kinds, permissions, sizes and times."""
    found = {}
    for path in folder.rglob("*"):
        told = path.lstat()
        found[str(path)] = (told.st_mode,)
        if not path.is_dir():
            found[str(path)] += (told.st_nlink, told.st_size, told.st_mtime_ns)
    return found


def words(record: Record) -> str:
    """All that a record says, but for the student's own code."""
    said = [record.problem, *record.notes]
    for question in record.questions:
        said += [question.message, question.diagnosis, *question.notes]
        said += [check.says for check in question.checks]
        said.append(json.dumps(question.shown))
    return "\n".join(said)


def hand_in(judge: Judge, folder: Path) -> Record:
    """The record of the only submission in a folder, which can be kept and shown."""
    (submission,) = find_submissions([folder]).submissions
    begun = time.monotonic()
    record = judge.grade(submission)
    assert time.monotonic() - begun < MOST_SECONDS
    assert Record.from_json(record.to_json()) == record
    write_feedback(record, folder / "feedback.html")
    return record


def assert_deserved(record: Record, submission: hostile.Attack | broken_files.HandedIn) -> None:
    """Each question has the points that it deserves."""
    scores = {question.exercise: question.score for question in record.questions}
    assert scores == {name: submission.deserves(name) for name in hostile.RIGHT}, words(record)


def assert_next_is_unharmed(judge: Judge, folder: Path) -> None:
    """What somebody else hands in right afterwards gets all points."""
    folder.mkdir()
    (folder / "next.ipynb").write_text(json.dumps(hostile.clean()), encoding="utf-8")
    record = hand_in(judge, folder)
    assert record.score == record.points == 4 * hostile.FULL, words(record)


def assert_harmless(judge: Judge, attack: hostile.Attack, classroom: Path, tmp_path: Path) -> None:
    """The attack gains nothing, loses nothing else, and tells no hidden numbers."""
    folder = tmp_path / "attack"
    folder.mkdir()
    (folder / "mallory.ipynb").write_bytes(hostile.written(attack, classroom))
    record = hand_in(judge, folder)
    assert record.kind is Kind.GRADED, record.problem
    assert_deserved(record, attack)
    said = words(record)
    assert re.search(attack.says, said), said
    assert not [secret for secret in (*attack.reveals, *hidden_numbers(judge)) if secret in said]
    assert len(said) < 100_000
    assert_next_is_unharmed(judge, tmp_path / "next")


def hidden_numbers(judge: Judge) -> list[str]:
    """Numbers, as texts, from the inputs that no student may see."""
    cases = [c for e in judge.assignment.exercises for c in e.make_cases(judge.seed) if not c.tiny]
    return [repr(float(case.args[0].flat[0])) for case in cases]


@pytest.mark.parametrize("attack", ATTACKS, **named)
def test_an_attack_gains_nothing(
    judge: Judge, attack: hostile.Attack, classroom: Path, tmp_path: Path
) -> None:
    assert_harmless(judge, attack, classroom, tmp_path)


@pytest.mark.skipif(STRONGEST is not Level.FULL, reason="tried at this level above")
@pytest.mark.parametrize("judge", [Level.PORTABLE], indirect=True)
@pytest.mark.parametrize("attack", EVERYWHERE, **named)
def test_an_attack_gains_nothing_without_namespaces(
    judge: Judge, attack: hostile.Attack, classroom: Path, tmp_path: Path
) -> None:
    assert_harmless(judge, attack, classroom, tmp_path)


@pytest.mark.parametrize("handed_in", broken_files.FILES, **named)
def test_a_file_in_any_state_has_its_verdict(
    judge: Judge, handed_in: broken_files.HandedIn, classroom: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    handed_in.write(folder)
    record = hand_in(judge, folder)
    assert record.kind is (Kind.UNREADABLE if handed_in.honest is None else Kind.GRADED)
    if handed_in.honest is None:
        assert record.score == 0 and not record.questions
    else:
        assert_deserved(record, handed_in)
    assert re.search(handed_in.says, words(record)), words(record)
    assert_next_is_unharmed(judge, tmp_path / "next")


def test_what_is_no_file_of_their_own_is_refused(classroom: Path, tmp_path: Path) -> None:
    (tmp_path / "link.ipynb").symlink_to(classroom / "clean.ipynb")
    (tmp_path / "away").symlink_to(classroom)
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.ipynb")
    found = find_submissions([tmp_path])
    assert not found.submissions
    assert {re.search(r"link|away|loop|pipe", p)[0] for p in found.problems} == {
        "link",
        "away",
        "loop",
        "pipe",
    }


@pytest.mark.parametrize("name", broken_zips.ZIPS)
def test_a_zip_writes_nothing_and_hides_nobody(judge: Judge, name: str, tmp_path: Path) -> None:
    archive = tmp_path / "class.zip"
    broken_zips.ZIPS[name](archive)
    before = state_of(tmp_path)
    begun = time.monotonic()
    found = find_submissions([archive])
    assert time.monotonic() - begun < MOST_SECONDS
    (zoe,) = (s for s in found.submissions if s.student == "zoe")
    assert judge.grade(zoe).score == 4 * hostile.FULL
    others = [s for s in found.submissions if s is not zoe]
    assert not any(judge.grade(s).score for s in others[:3])
    assert found.problems or others
    assert state_of(tmp_path) == before


@pytest.mark.parametrize("name", broken_zips.BROKEN)
def test_a_broken_zip_is_named(name: str, tmp_path: Path) -> None:
    archive = tmp_path / "class.zip"
    broken_zips.BROKEN[name](archive)
    try:
        found = find_submissions([archive])
    except CourseError as error:
        assert "class.zip" in str(error)
    else:
        assert not found.submissions
        assert all("class.zip" in problem for problem in found.problems) and found.problems
    assert os.listdir(tmp_path) == ["class.zip"]


BECOME_USER = """
import os, sys
os.setgroups([])
os.setresgid(1000, 1000, 1000)
os.setresuid(1000, 1000, 1000)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def as_an_ordinary_user(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run Python as user 1000, who may look into the folders above Python and this checkout."""
    hidden: list[Path] = []
    shown: list[str] = []
    for place in map(Path, (sys.base_prefix, sys.prefix, ROOT)):
        above = list(reversed(place.parents))
        closed = [i for i, p in enumerate(above) if not p.stat().st_mode & stat.S_IXOTH]
        if closed:
            top, *others = above[closed[0] :]
            shown += [] if top in hidden else ["--tmpfs", str(top)]
            hidden.append(top)
            for other in others:  # one that is only implied would be closed again
                shown += ["--dir", str(other)]
            shown += ["--ro-bind", str(place), str(place)]
    python = [sys.executable, "-c", BECOME_USER, *arguments]
    return subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", *shown, *python] if shown else python,
        cwd=ROOT,
        env={**os.environ, "HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap")
def test_an_attack_gains_nothing_from_an_ordinary_user() -> None:
    home = Path(tempfile.mkdtemp(dir="/tmp", prefix="coursekit-tests-"))
    os.chown(home, 1000, 1000)
    chosen = f"test_an_attack_gains_nothing and ({' or '.join(ORDINARY)})"
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", __file__)
    try:
        if as_an_ordinary_user("-c", "import coursekit, pytest", home=home).returncode:
            pytest.skip("user 1000 cannot read this Python, or this checkout")
        done = as_an_ordinary_user(*tests, "-k", chosen, home=home)
    finally:
        shutil.rmtree(home)
    assert done.returncode == 0, done.stdout[-5000:]
    assert re.search(r"[1-9]\d passed", done.stdout), done.stdout[-5000:]
