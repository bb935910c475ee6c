"""The results folder: nothing lost, nothing doubled, whatever happens to the grader."""

import errno
import json

import pytest

from coursekit.grading.records import CheckMark, Kind, QuestionMark, Record, RecordError, Status
from coursekit.grading.results import LINES, RUN, Results, ResultsError, Run, latest, read_records

RUN_HERE = Run("unit 02", "unit:02", 7, "full", {"pad2d": "abc"}, {"cell": 10.0})


def record(student="ada", kind=Kind.GRADED, digest="d1", score=2.0):
    check = CheckMark("right values", 2.0, score, "" if score == 2 else "Fails: stride 2.")
    question = QuestionMark("pad2d", "Padding", "abc", 2.0, score, Status.PASSED, (check,))
    return Record(
        assignment="unit 02",
        student=student,
        submission=f"{student}.ipynb",
        digest=digest,
        kind=kind,
        graded="2026-11-20T10:00:00+00:00",
        seed=7,
        level="full",
        questions=(question,) if kind == Kind.GRADED else (),
        notes=("Cell 3: ½ a line\n",),
    )


def test_a_record_comes_back_as_it_was():
    whole = record()
    line = whole.to_json()
    assert "\n" not in line
    assert Record.from_json(line) == whole
    assert (whole.score, whole.points) == (2.0, 2.0)


@pytest.mark.parametrize("line", ["", "{}", "[]", "3", '{"format": 2}', '{"format": 1}', "{"])
def test_what_is_no_record_is_refused(line):
    with pytest.raises(RecordError):
        Record.from_json(line)


def test_records_are_appended_and_read(tmp_path):
    with Results(tmp_path / "out") as results:
        assert results.begin(RUN_HERE, resume=False) == RUN_HERE
        for name in ("ada", "bob"):
            results.append(record(name))
    assert [r.student for r in read_records(tmp_path / "out" / LINES)] == ["ada", "bob"]


def test_results_are_not_mixed_by_mistake(tmp_path):
    with Results(tmp_path) as results:
        results.begin(RUN_HERE, resume=False)
    with Results(tmp_path) as results, pytest.raises(ResultsError, match="--resume"):
        results.begin(RUN_HERE, resume=False)


def test_a_resumed_run_keeps_its_seed(tmp_path):
    with Results(tmp_path) as results:
        results.begin(RUN_HERE, resume=False)
    with Results(tmp_path) as results:
        other = Run("unit 02", "unit:02", 99, "full", {"pad2d": "abc"}, {"cell": 10.0})
        assert results.begin(other, resume=True).seed == 7


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"assignment": "unit 03"}, "assignment was unit 02, and is unit 03"),
        ({"versions": {"pad2d": "xyz"}}, "checks of pad2d have changed"),
        ({"versions": {"pad2d": "abc", "new": "1"}}, "checks of new have changed"),
        ({"level": "portable"}, "level was full"),
        ({"limits": {"cell": 5.0}}, "limits was"),
    ],
)
def test_a_run_of_something_else_is_not_resumed(tmp_path, change, says):
    with Results(tmp_path) as results:
        results.begin(RUN_HERE, resume=False)
    with Results(tmp_path) as results, pytest.raises(ResultsError, match=says):
        results.begin(Run(**{**vars(RUN_HERE), **change}), resume=True)


def test_failures_of_the_grader_are_not_done(tmp_path):
    with Results(tmp_path) as results:
        results.append(record("ada"))
        results.append(record("bob", Kind.INFRASTRUCTURE))
        results.append(record("cyd", Kind.UNREADABLE))
        assert {student for student, _, _ in results.done()} == {"ada", "cyd"}


def test_a_torn_last_line_is_cut_off(tmp_path):
    with Results(tmp_path) as results:
        results.append(record("ada"))
    with (tmp_path / LINES).open("ab") as file:
        file.write(record("bob").to_json().encode()[:50])
    assert [r.student for r in read_records(tmp_path / LINES)] == ["ada"]
    with Results(tmp_path) as results:
        results.append(record("bob"))
    assert [r.student for r in read_records(tmp_path / LINES)] == ["ada", "bob"]


def test_a_damaged_line_is_named(tmp_path):
    lines = [record("ada").to_json(), "damaged", record("bob").to_json()]
    (tmp_path / LINES).write_text("\n".join(lines) + "\n")
    with pytest.raises(RecordError, match="line 2"):
        list(read_records(tmp_path / LINES))


def test_two_graders_do_not_write_to_one_folder(tmp_path):
    with Results(tmp_path), pytest.raises(ResultsError, match="Another grader"), Results(tmp_path):
        pass
    with Results(tmp_path):
        pass


class FullDisk:
    """A file on a disk that has room for so many bytes more."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.file.write(data[: self.room])
        self.room -= written
        return written


@pytest.mark.parametrize("room", [0, 40])
def test_a_full_disk_leaves_whole_records_only(tmp_path, room):
    with Results(tmp_path) as results:
        results.append(record("ada"))
        results._file = FullDisk(results._file, room)
        with pytest.raises(ResultsError, match=r"No space left.*--resume"):
            results.append(record("bob"))
    assert (tmp_path / LINES).read_text() == record("ada").to_json() + "\n"


def test_the_latest_record_of_a_submission_counts():
    again = record("ada", score=1.0)
    found = latest(iter([record("ada", Kind.INFRASTRUCTURE), record("bob"), again]))
    assert found == [again, record("bob")]


def test_what_is_no_results_folder_is_said(tmp_path):
    (tmp_path / RUN).write_text(json.dumps({"what": 1}))
    with Results(tmp_path) as results, pytest.raises(ResultsError, match="no results folder"):
        results.run()


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot be written"), Results(tmp_path / "file" / "x"):
        pass
