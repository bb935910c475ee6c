"""The file of marks given by hand: several writers, kills, full disks, merging."""

import multiprocessing
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coursekit.grading.by_hand import marks as marks_file
from coursekit.grading.by_hand.errors import ByHandError
from coursekit.grading.by_hand.marks import HandMarks, Place, Seen

ROOT = Path(__file__).parents[2]


def seen(student="s1", answer="a"):
    return Seen(student, "f" * 64, answer)


def points_of(marks):
    return {place.student: mark.points for place, mark in marks.current().items()}


def test_the_last_mark_counts_and_history_stays(tmp_path):
    marks = HandMarks(tmp_path)
    assert marks.current() == {}
    marks.give("u", "q", [seen()], 1, who="Ann")
    marks.give("u", "q", [seen()], 2.5, who="Bert", comment="größer\n\u2028✓", items=["names it"])
    again = HandMarks(tmp_path)
    mark = again.current()[Place("u", "q", "s1")]
    assert (mark.points, mark.who, mark.comment) == (2.5, "Bert", "größer\n\u2028✓")
    assert mark.items == ("names it",)
    assert mark.seen == seen()
    assert [m.points for m in again.history()] == [1, 2.5]


def test_undo_takes_back_a_whole_act_and_nothing_else(tmp_path):
    marks = HandMarks(tmp_path)
    marks.give("u", "q", [seen("s1")], 1, who="Ann")
    act = marks.give("u", "q", [seen("s1"), seen("s2")], 0, who="Ann")
    marks.give("u", "q", [seen("s3")], 3, who="Ann")
    assert points_of(marks) == {"s1": 0, "s2": 0, "s3": 3}
    marks.undo(act, who="Ann")
    assert points_of(marks) == {"s1": 1, "s3": 3}
    assert sum(m.undone for m in marks.history()) == 2


def test_a_torn_last_line_counts_as_never_written(tmp_path):
    marks = HandMarks(tmp_path)
    marks.give("u", "q", [seen("s1")], 1, who="Ann")
    whole = marks.path.read_bytes()
    marks.give("u", "q", [seen("s2")], 2, who="Ann")
    both = marks.path.read_bytes()
    for cut in range(len(whole), len(both)):
        marks.path.write_bytes(both[:cut])
        torn = HandMarks(tmp_path)
        assert points_of(torn) == {"s1": 1}, cut
    marks.path.write_bytes(both[:-20])
    HandMarks(tmp_path).give("u", "q", [seen("s3")], 3, who="Ann")
    assert points_of(HandMarks(tmp_path)) == {"s1": 1, "s3": 3}


def test_files_are_merged_by_joining_them_in_any_order_and_twice(tmp_path):
    here, there = (HandMarks(tmp_path / name) for name in ("here", "there"))
    for marks in (here, there):
        marks.path.parent.mkdir()
    act = here.give("u", "q", [seen("s1")], 1, who="Ann")
    there.give("u", "q", [seen("s1"), seen("s2")], 2, who="Bert")
    here.undo(act, who="Ann")
    parts = [here.path.read_bytes(), there.path.read_bytes()]
    for order in (parts, parts[::-1], parts + parts):
        merged = tmp_path / "merged"
        shutil.rmtree(merged, ignore_errors=True)
        merged.mkdir()
        (merged / marks_file.NAME).write_bytes(b"".join(order))
        assert points_of(HandMarks(merged)) == {"s1": 2, "s2": 2}
        assert len(HandMarks(merged).history()) == 3


def test_marks_of_another_process_are_seen_and_replaced_files_read_anew(tmp_path):
    ours, theirs = HandMarks(tmp_path), HandMarks(tmp_path)
    ours.give("u", "q", [seen("s1")], 1, who="Ann")
    assert points_of(theirs) == {"s1": 1}
    theirs.give("u", "q", [seen("s2")], 2, who="Bert")
    assert points_of(ours) == {"s1": 1, "s2": 2}
    other = tmp_path / "other"
    other.write_bytes(b"\n" * 10_000 + ours.path.read_bytes().splitlines(keepends=True)[1])
    other.replace(ours.path)
    assert points_of(ours) == {"s2": 2}
    ours.path.unlink()
    assert points_of(ours) == {}


def test_a_clock_put_back_does_not_put_back_marks(tmp_path, monkeypatch):
    class Backwards(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime(2020, 1, 1, tzinfo=UTC)

    marks = HandMarks(tmp_path)
    marks.give("u", "q", [seen()], 1, who="Ann")
    monkeypatch.setattr(marks_file, "datetime", Backwards)
    monkeypatch.setattr(Backwards, "fromisoformat", datetime.fromisoformat)
    marks.give("u", "q", [seen()], 2, who="Ann")
    assert points_of(marks) == {"s1": 2}


def _give_many(folder, who):
    marks = HandMarks(folder)
    for number in range(30):
        marks.give("u", "q", [seen(f"{who}{number}")], number, who=who)


def test_two_processes_write_at_once_and_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_give_many, args=(tmp_path, who)) for who in "AB"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert points_of(HandMarks(tmp_path)) == {f"{w}{n}": n for w in "AB" for n in range(30)}


def test_whoever_looks_first_keeps_other_writers_out(tmp_path, monkeypatch):
    monkeypatch.setattr(marks_file, "PATIENCE", 0.05)
    ours, theirs = HandMarks(tmp_path), HandMarks(tmp_path)
    with ours.locked():
        with pytest.raises(ByHandError, match="Another process"):
            theirs.give("u", "q", [seen()], 1, who="Bert")
        ours.give("u", "q", [seen()], 2, who="Ann")
    assert points_of(theirs) == {"s1": 2}


def test_killed_while_writing_loses_at_most_the_last_mark(tmp_path):
    program = (
        "import sys\n"
        "from coursekit.grading.by_hand.marks import HandMarks, Seen\n"
        "marks = HandMarks(sys.argv[1])\n"
        "for n in range(100_000):\n"
        "    marks.give('u', 'q', [Seen(f's{n}', '', '')], n, who='Ann')\n"
        "    print(n, flush=True)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    for _ in range(20):
        writer.stdout.readline()
    writer.kill()
    told = 19 + len(writer.communicate()[0].splitlines())
    kept = points_of(HandMarks(tmp_path))
    assert len(kept) in (told + 1, told + 2)
    HandMarks(tmp_path).give("u", "q", [seen("after")], 1, who="Ann")
    assert len(HandMarks(tmp_path).current()) == len(kept) + 1


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    marks = HandMarks(tmp_path)
    marks.give("u", "q", [seen()], 1, who="Ann")
    before = marks.path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ByHandError, match=r"No space left.*Nothing was saved"):
        marks.give("u", "q", [seen()], 2, who="Ann")
    assert marks.path.read_bytes() == before


@pytest.mark.parametrize("points", [float("nan"), float("inf")])
def test_points_are_finite(tmp_path, points):
    with pytest.raises(ByHandError, match="finite"):
        HandMarks(tmp_path).give("u", "q", [seen()], points, who="Ann")


@pytest.mark.parametrize(
    "text",
    ['{"format": 2}', '{"format": 1}', "[]", '{"format": 1, "act": "a", "when": "2026-11-20"}'],
)
def test_a_line_that_is_no_mark_is_named(tmp_path, text):
    marks = HandMarks(tmp_path)
    marks.path.write_text(f"\n{text}\n")
    with pytest.raises(ByHandError, match="line 2"):
        marks.current()
