"""Whatever is killed, whenever: no record is lost, doubled or changed, and nothing runs on."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile
import psutil
import pytest

from coursekit.grading.assignments import Assignment
from coursekit.grading.judge import Judge, Patience
from coursekit.grading.levels import Level
from coursekit.grading.probing import probe
from coursekit.grading.records import Kind, Record
from coursekit.grading.results import LINES, read_records
from coursekit.grading.submissions import Submission, find_submissions

SEED = 7
STUDENTS = 12

SLOW = "import time\n\ntime.sleep(0.05)"
"""A cell that makes a submission last long enough to be killed in the middle."""

Marks = dict[str, dict[str, float]]

pytestmark = pytest.mark.skipif(probe().level is Level.NONE, reason="there is no sandbox here")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class: most answers right, some wrong, some that end their process."""
    folder = tmp_path_factory.mktemp("class")
    pools = (hostile.RIGHT["pool"], "def pool(x, size=2):\n    return x", "import os\nos._exit(0)")
    for number in range(STUDENTS):
        attack = hostile.Attack("", first=SLOW, pool=pools[number % len(pools)])
        text = json.dumps(hostile.notebook(attack.codes()))
        (folder / f"student{number:02}.ipynb").write_text(text, encoding="utf-8")
    return folder


class Grader:
    """``coursekit grade`` on a class, into one results folder."""

    def __init__(self, pictures: Assignment, handed_in: Path, out: Path) -> None:
        self.out = out
        self.temporary = handed_in.with_name(f"temporary-{out.parent.name}")
        self.temporary.mkdir(exist_ok=True)
        self._command = [
            *(sys.executable, "-m", "coursekit", "grade", str(handed_in)),
            *("--assignment", str(pictures.folder), "--out", str(out)),
            *("--db", str(out.with_suffix(".sqlite")), "--seed", str(SEED), "--json"),
        ]

    def start(self, *options: str, **how: Any) -> subprocess.Popen[str]:
        """The grader at work."""
        return subprocess.Popen(
            [*self._command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "NO_COLOR": "1",
                "COLUMNS": "1000",
                "TMPDIR": str(self.temporary),
            },
            **how,
        )

    def run(self, *options: str, **how: Any) -> tuple[int, str]:
        """Let it finish: its exit status, and all that it said."""
        with self.start(*options, **how) as process:
            said, complained = process.communicate(timeout=120)
        return process.returncode, said + complained

    def lines(self) -> list[bytes]:
        """The records that are there, as written."""
        file = self.out / LINES
        return file.read_bytes().splitlines(keepends=True) if file.exists() else []

    def marks(self) -> Marks:
        """The scores; fails if a student has two records, or one of another kind."""
        return marks_of(list(read_records(self.out / LINES)))


def marks_of(records: list[Record]) -> Marks:
    """The score of every check of every student."""
    assert all(record.kind is Kind.GRADED for record in records)
    marks = {
        record.student: {
            f"{q.exercise}, {c.name}": c.score for q in record.questions for c in q.checks
        }
        for record in records
    }
    assert len(marks) == len(records)
    return marks


@pytest.fixture
def grader(pictures: Assignment, handed_in: Path, tmp_path: Path) -> Grader:
    """A grader with an empty results folder."""
    return Grader(pictures, handed_in, tmp_path / "results")


@pytest.fixture(scope="module")
def undisturbed(pictures: Assignment, handed_in: Path) -> Marks:
    """The marks when nothing is killed."""
    with Judge(pictures, seed=SEED, level=probe().level) as judge:
        records = [judge.grade(s) for s in find_submissions([handed_in]).submissions]
    marks = marks_of(records)
    scores = {sum(questions.values()) for questions in marks.values()}
    assert len(marks) == STUDENTS and scores == {30.0, 40.0}
    return marks


def descendants(process: int) -> list[psutil.Process]:
    """All that a process has started, and that they have."""
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def assert_gone(processes: list[psutil.Process]) -> None:
    """They end within a few seconds."""
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert not alive


def wait_for_lines(grader: Grader, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until a grader at work has written so many; fails if it ends first."""
    until = time.monotonic() + 60
    while len(grader.lines()) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_grader_that_is_killed_again_and_again_loses_and_doubles_nothing(
    grader: Grader, undisturbed: Marks, jobs: int
) -> None:
    moments = random.Random(jobs)
    kept: list[bytes] = []
    for round_ in range(3):
        resume = ("--resume",) if round_ else ()
        with grader.start("--jobs", str(jobs), *resume) as process:
            wait_for_lines(grader, len(kept) + 1, process)
            time.sleep(moments.uniform(0, 0.1))
            started = descendants(process.pid)
            process.kill()
            process.wait()
        assert_gone(started)
        whole = [line for line in grader.lines() if line.endswith(b"\n")]
        assert whole[: len(kept)] == kept
        kept = whole
    assert len(kept) < STUDENTS
    assert jobs > 1 or not list(grader.temporary.iterdir())  # the other one may just have begun
    status, said = grader.run("--jobs", str(jobs), "--resume")
    assert status == 0, said
    assert grader.lines()[: len(kept)] == kept
    assert grader.marks() == undisturbed


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_grader_that_is_stopped_ends_all_that_it_started(
    grader: Grader, undisturbed: Marks, stop: signal.Signals
) -> None:
    with grader.start("--jobs", "2") as process:
        wait_for_lines(grader, 2, process)
        started = descendants(process.pid)
        process.send_signal(stop)
        process.wait(30)
    assert_gone(started)
    assert grader.run("--resume")[0] == 0
    assert grader.marks() == undisturbed


def test_a_torn_last_line_is_graded_again_and_nothing_else(
    grader: Grader, undisturbed: Marks
) -> None:
    assert grader.run()[0] == 0
    lines = grader.lines()
    (grader.out / LINES).write_bytes(b"".join(lines)[: -len(lines[-1]) // 2])
    assert grader.run("--resume")[0] == 0
    assert grader.lines()[:-1] == lines[:-1]
    assert grader.marks() == undisturbed
    lines = grader.lines()
    assert grader.run("--resume")[0] == 0
    assert grader.lines() == lines


class Killer:
    """Kills one of the processes that `victims` names, once for each submission."""

    def __init__(self, victims: Callable[[], list[psutil.Process]], latest: float) -> None:
        self.killed = 0
        self._victims, self._latest = victims, latest
        self._moments = random.Random(1)

    def grade(self, judge: Judge, handed_in: Path) -> list[Record]:
        """The records of a class, during each of which something is killed at some moment."""
        return [self._grade(judge, s) for s in find_submissions([handed_in]).submissions]

    def _grade(self, judge: Judge, submission: Submission) -> Record:
        timer = threading.Timer(self._moments.uniform(0, self._latest), self._kill)
        timer.start()
        try:
            return judge.grade(submission)
        finally:
            timer.cancel()
            timer.join()

    def _kill(self) -> None:
        for victim in self._victims()[:1]:
            try:
                victim.kill()
                self.killed += 1
            except psutil.NoSuchProcess:
                pass


@pytest.fixture
def own_judge(pictures: Assignment) -> Iterator[Judge]:
    """A judge whose processes may be killed."""
    with Judge(
        pictures, seed=SEED, level=probe().level, patience=Patience(memory=1 << 29)
    ) as judge:
        yield judge


def warm_parents() -> list[psutil.Process]:
    """The processes that this one started itself."""
    return psutil.Process().children()


def workers() -> list[psutil.Process]:
    """The processes that the warm parents have forked."""
    found = warm_parents()
    for _ in range(2 if probe().level is Level.FULL else 1):  # bubblewrap is between
        found = [child for process in found for child in _children(process)]
    return found


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def test_a_warm_parent_that_is_killed_is_replaced(
    own_judge: Judge, handed_in: Path, undisturbed: Marks
) -> None:
    killer = Killer(warm_parents, latest=0.15)
    assert marks_of(killer.grade(own_judge, handed_in)) == undisturbed
    assert killer.killed


def test_a_worker_that_is_killed_costs_nobody_points(
    own_judge: Judge, handed_in: Path, undisturbed: Marks
) -> None:
    killer = Killer(workers, latest=0.15)
    assert marks_of(killer.grade(own_judge, handed_in)) == undisturbed
    assert killer.killed


def test_no_process_outlives_its_judge(pictures: Assignment, handed_in: Path) -> None:
    before = descendants(os.getpid())
    with Judge(pictures, seed=SEED, level=probe().level) as judge:
        judge.grade(find_submissions([handed_in]).submissions[0])
        started = [p for p in descendants(os.getpid()) if p not in before]
        assert started
    assert_gone(started)


def test_a_full_disk_is_said_and_what_was_written_is_safe(
    grader: Grader, undisturbed: Marks
) -> None:
    """No file may grow beyond a few records: what the kernel says then is what a full disk says."""
    limit = 25_000

    def forbid_long_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    status, said = grader.run(preexec_fn=forbid_long_files)
    assert status != 0
    assert "Traceback" not in said
    assert LINES in said and "--resume" in said
    kept = grader.lines()
    assert 0 < len(kept) < STUDENTS
    assert all(line.endswith(b"\n") and Record.from_json(line.decode()) for line in kept)
    assert grader.run("--resume")[0] == 0
    assert grader.lines()[: len(kept)] == kept
    assert grader.marks() == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory, of a few hundred kilobytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
def test_a_disk_that_fills_up_while_grading_and_is_cleared(
    pictures: Assignment, handed_in: Path, small_disk: Path, undisturbed: Marks
) -> None:
    grader = Grader(pictures, handed_in, small_disk / "results")
    status, said = grader.run()
    assert status != 0
    assert "Traceback" not in said and "No space left on device" in said
    kept = grader.lines()
    assert 0 < len(kept) < STUDENTS
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    assert grader.run("--resume")[0] == 0
    assert grader.lines()[: len(kept)] == kept
    assert grader.marks() == undisturbed
