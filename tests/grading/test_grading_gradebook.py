"""The gradebook: taking in, regrading, marks by hand, what counts, what can go wrong."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from gradebook_records import a_class, record
from sqlalchemy import func, select
from typer.testing import CliRunner

from coursekit.cli.gradebook import app
from coursekit.errors import CourseError
from coursekit.grading.by_hand.marks import HandMarks, Seen
from coursekit.grading.class_list import Student as Listed
from coursekit.grading.gradebook.database import Gradebook
from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.finding import find_assignment, find_question, find_student
from coursekit.grading.gradebook.intake import take_in
from coursekit.grading.gradebook.late import Amount, Counting, LateRule
from coursekit.grading.gradebook.marks import give_mark, grant, marks_of, set_rule, take_in_marks
from coursekit.grading.gradebook.models import (
    Acceptance,
    Granted,
    Score,
    Student,
    Submission,
    Verdict,
)
from coursekit.grading.gradebook.regrade import Change, accept, compare
from coursekit.grading.gradebook.roster import import_roster
from coursekit.grading.gradebook.rules import moment
from coursekit.grading.gradebook.standing import State, load
from coursekit.grading.records import Kind

DUE = moment("2026-11-20 12:00 UTC")


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "gradebook.sqlite", create=True) as opened:
        yield opened


def standing(book, student, assignment="unit 04"):
    with book.reading() as session:
        course = load(session)
        return course.of(find_student(session, student), find_assignment(session, assignment))


def standing_of(book, student):
    with book.reading() as session:
        return find_student(session, student)


def counts(book):
    with book.reading() as session:
        tables = Student, Submission, Verdict, Score, Acceptance
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def rule(book, **settings):
    with book.writing() as session:
        set_rule(session, "unit 04", LateRule(**settings))


def mark(book, student, question, points, **said):
    with book.writing() as session:
        chosen = find_student(session, student)
        give_mark(session, chosen, find_question(session, question, None), points, **said)


def adjust(book, student, granted, amount=0.0):
    with book.writing() as session:
        chosen = find_student(session, student), find_assignment(session, None)
        grant(session, *chosen, granted, amount, reason="ill")


# Taking in


def test_what_is_taken_in_counts(book):
    done = take_in([record("ann", (4, 1.5, 0)), record("bob")], book)
    assert (done.records, done.graded, done.accepted, done.known) == (2, 2, 2, 0)
    found = standing(book, "ann")
    assert [earned.score for earned in found.earned] == [4, 1.5, 0]
    assert (found.state, found.total, found.points) == (State.GRADED, 5.5, 9)


def test_the_same_record_twice_changes_nothing(book):
    records = [*a_class(5), record("u", kind=Kind.UNREADABLE)]
    take_in(records * 2, book)
    before = counts(book)
    done = take_in(records, book)
    assert (done.known, done.graded, done.accepted, done.waiting) == (6, 0, 0, 0)
    assert counts(book) == before == [6, 6, 6, 15, 6]


def test_results_that_grow_are_taken_in_again_and_again(book):
    records = a_class(30)
    for end in (10, 10, 25, 30):
        take_in(records[:end], book)
        assert counts(book)[0] == end
    assert counts(book) == [30, 30, 30, 90, 30]


def test_two_thousand_records_take_well_under_five_seconds(book):
    records = a_class(2000, essay=True)
    start = time.perf_counter()
    take_in(records, book)
    assert time.perf_counter() - start < 5
    assert counts(book)[3] == 6000


def test_an_unreadable_submission_has_no_points_and_is_seen(book):
    take_in([record("ann"), record("bob", kind=Kind.UNREADABLE)], book)
    found = standing(book, "bob")
    assert (found.state, found.total, found.final) == (State.UNREADABLE, 0, 0)
    assert "It could not be read." in found.notes


def test_a_failure_of_the_grader_gives_no_score_until_it_is_graded(book):
    failed = record("ann", kind=Kind.INFRASTRUCTURE)
    done = take_in([failed, record("bob")], book)
    assert (done.infrastructure, done.accepted) == (1, 1)
    assert standing(book, "ann").state is State.UNGRADED
    assert standing(book, "ann").final is None
    take_in([failed, record("ann", graded="2026-11-22T21:00:00+00:00")], book)
    assert standing(book, "ann").final == 9


def test_a_failure_of_the_grader_never_replaces_a_score(book):
    take_in([record("ann")], book)
    failed = record("ann", kind=Kind.INFRASTRUCTURE)
    assert compare(book, [failed]) == []
    accept(book, [failed])
    assert standing(book, "ann").final == 9


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scores": (5, 0, 0)}, "score"),
        ({"scores": (-1, 0, 0)}, "score"),
        ({"scores": (float("nan"), 0, 0)}, "score"),
        ({"scores": ("4", 0, 0)}, "number"),
        ({"student": ""}, "no name"),
        ({"student": "a\nb"}, "control"),
        ({"student": "a\x00b"}, "control"),
        ({"student": "a" * 301}, "too long"),
        ({"assignment": " "}, "no name"),
        ({"digest": "0" * 301}, "digest"),
        ({"attempt": 0}, "attempt"),
        ({"attempt": 10**30}, "attempt"),
    ],
)
def test_a_record_that_cannot_be_true_is_refused_with_all_others(book, changes, says):
    wrong = record(**{"student": "eve", **changes})
    with pytest.raises(GradebookError, match=f"(?s)Record 2 .*{says}"):
        take_in([record("ann"), wrong], book)
    assert counts(book) == [0, 0, 0, 0, 0]


def test_hostile_text_is_kept_and_can_be_shown(book):
    take_in([record("[red]ann[/]", problem="\x1b[2J\ud800" * 3, seed=2**200)], book)
    take_in([record("'; drop table student; --")], book)
    assert standing(book, "[red]ann[/]").final == 9
    shown = CliRunner().invoke(app, ["show", "--db", book.name])
    assert "[red]ann[/]" in shown.stdout
    assert "\x1b" not in shown.stdout


# Attempts


def test_all_attempts_are_kept_and_the_last_counts(book):
    first = record("ann", (4, 3, 2), digest="a", attempt=1)
    second = record("ann", (1, 0, 0), digest="b", attempt=2)
    take_in([second, first], book)
    found = standing(book, "ann")
    assert (found.attempts, found.attempt.number, found.total) == (2, 2, 1)


def test_a_new_file_with_the_same_number_is_a_later_attempt(book):
    take_in([record("ann", digest="a")], book)
    take_in([record("ann", (1, 1, 1), digest="b")], book)
    assert (standing(book, "ann").attempts, standing(book, "ann").total) == (2, 3)


def test_the_best_attempt_counts_after_its_penalty(book):
    rule(book, due=DUE, penalty=Amount(0.5, share=True), counts=Counting.BEST)
    early = record("ann", (4, 1, 0), digest="a", submitted="2026-11-20T10:00:00+00:00")
    late = record("ann", digest="b", attempt=2, submitted="2026-11-20T20:00:00+00:00")
    take_in([early, late], book)
    found = standing(book, "ann")
    assert (found.total, found.attempt.number, found.attempts) == (5, 1, 2)


def test_of_equal_attempts_the_one_that_uses_no_late_day_is_best(book):
    rule(book, due=DUE, late_days=2, counts=Counting.BEST)
    early = record("ann", digest="a", submitted="2026-11-20T10:00:00+00:00")
    late = record("ann", digest="b", attempt=2, submitted="2026-11-20T20:00:00+00:00")
    take_in([early, late], book)
    assert (standing(book, "ann").late.free, standing(book, "ann").late.left) == (0, 2)


def test_an_attempt_after_closing_does_not_replace_one_in_time(book):
    rule(book, due=DUE, closes=DUE)
    take_in([record("ann", (1, 0, 0), digest="a", submitted="2026-11-20T10:00:00+00:00")], book)
    late = record("ann", digest="b", attempt=2, submitted="2026-11-21T10:00:00+00:00")
    take_in([late], book)
    assert standing(book, "ann").total == 1
    take_in([replace(late, student="bob")], book)
    assert standing(book, "bob").state is State.TOO_LATE
    assert standing(book, "bob").final == 0


def test_an_attempt_that_the_grader_failed_on_leaves_no_score(book):
    take_in([record("ann", digest="a")], book)
    take_in([record("ann", kind=Kind.INFRASTRUCTURE, digest="b", attempt=2)], book)
    assert standing(book, "ann").state is State.UNGRADED


# Late days over the course


def test_late_days_are_used_in_the_order_of_the_deadlines(book):
    with book.writing() as session:
        for name, due in (("z first", "2026-10-01"), ("a second", "2026-11-01")):
            late = LateRule(due=moment(f"{due} 12:00 UTC"), late_days=2, penalty=Amount(1))
            set_rule(session, name, late)
    take_in([record("ann", assignment="a second", submitted="2026-11-02T18:00:00+00:00")], book)
    assert standing(book, "ann", "a second").arithmetic == "2 days late: 2 late days used, 0 left"
    take_in([record("ann", assignment="z first", submitted="2026-10-01T18:00:00+00:00")], book)
    assert standing(book, "ann", "z first").arithmetic == "1 day late: 1 late day used, 1 left"
    found = standing(book, "ann", "a second")
    assert found.arithmetic == "2 days late: 1 late day used, 0 left; −1 point = 8 of 9"
    assert found.total == 8


@pytest.mark.parametrize(
    "submitted", ["", "yesterday", "2026-11-25T10:00:00", "9999-12-31T23:59:59Z"]
)
def test_a_time_that_is_not_known_is_on_time_and_listed(book, submitted):
    rule(book, due=DUE, penalty=Amount(1))
    take_in([record("ann", submitted=submitted)], book)
    found = standing(book, "ann")
    assert (found.total, found.late.unknown) == (9, True)
    shown = CliRunner().invoke(app, ["show", "--db", book.name]).stdout
    assert "Time of submission unknown, on time: everybody." in shown


def test_excuses_and_extra_points_and_taking_them_back(book):
    rule(book, due=DUE, penalty=Amount(2))
    take_in([record("ann", submitted="2026-11-23T10:00:00+00:00")], book)
    assert standing(book, "ann").total == 3
    adjust(book, "ann", Granted.LATE_DAYS, 2)
    assert standing(book, "ann").total == 7
    adjust(book, "ann", Granted.EXTRA_POINTS, 0.5)
    adjust(book, "ann", Granted.ALL_LATE_DAYS)
    assert standing(book, "ann").total == 9.5
    assert "ill" in standing(book, "ann").notes
    adjust(book, "ann", Granted.EXEMPTION)
    assert standing(book, "ann").state is State.EXEMPT
    adjust(book, "ann", Granted.NOTHING)
    assert (standing(book, "ann").total, standing(book, "ann").notes) == (3, ())


@pytest.mark.parametrize(
    ("granted", "amount", "reason"),
    [
        (Granted.LATE_DAYS, 1.5, "ill"),
        (Granted.LATE_DAYS, 0, "ill"),
        (Granted.LATE_DAYS, float("inf"), "ill"),
        (Granted.EXTRA_POINTS, float("nan"), "ill"),
        (Granted.EXEMPTION, 0, " "),
    ],
)
def test_an_adjustment_that_cannot_be_meant_is_refused(book, granted, amount, reason):
    take_in([record("ann")], book)
    with pytest.raises(GradebookError, match="expected"), book.writing() as session:
        chosen = find_student(session, "ann"), find_assignment(session, None)
        grant(session, *chosen, granted, amount, reason=reason)


# Regrading


def test_a_regrade_is_seen_first_and_accepted_then(book):
    take_in([record("ann", (4, 0, 0)), record("bob")], book)
    again = [record("ann", (4, 3, 0), version="v2"), record("bob", version="v2")]
    changes = compare(book, again)
    assert changes == [
        Change("ann", "unit 04", "maxpool", 0, 3, "exercise version changed"),
        Change("ann", "unit 04", "", 4, 7, ""),
    ]
    assert standing(book, "ann").total == 4
    assert counts(book)[2] == 2
    accept(book, again)
    assert standing(book, "ann").total == 7
    assert counts(book)[2] == 4
    assert compare(book, again) == []
    assert accept(book, again).accepted == 0


def test_taking_in_another_verdict_keeps_the_marks(book):
    take_in([record("ann", (4, 0, 0))], book)
    again = record("ann", seed=2)
    done = take_in([again], book)
    assert (done.accepted, done.waiting) == (0, 1)
    assert standing(book, "ann").total == 4
    assert compare(book, [again])[0].why == "seed"
    accept(book, [again])
    assert standing(book, "ann").total == 9


def test_an_accepted_regrade_can_be_taken_back(book):
    first, second = record("ann", (4, 0, 0)), record("ann", version="v2")
    take_in([first], book)
    accept(book, [second])
    assert standing(book, "ann").total == 9
    accept(book, [first])
    assert standing(book, "ann").total == 4


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"seed": 2}, "seed"),
        ({"level": "portable", "limits": {"call": 1.0}}, "sandbox level, limits"),
        ({"versions": {"numpy": "3"}}, "library versions"),
        ({"digest": "new", "attempt": 2}, "new attempt"),
        ({"version": "v2", "seed": 2}, "exercise version changed"),
        ({"graded": "2026-12-01T00:00:00+00:00"}, "graded again"),
        ({"kind": Kind.UNREADABLE}, "graded → unreadable"),
    ],
)
def test_why_a_mark_would_change(book, changes, why):
    take_in([record("ann")], book)
    assert compare(book, [record("ann", (0, 0, 0), **changes)])[0].why == why


def test_a_question_that_is_worth_more_now_is_said(book):
    take_in([record("ann")], book)
    again = record("ann", version="v2")
    more = replace(again.questions[0], points=8.0, score=8.0)
    again = replace(again, questions=(more, *again.questions[1:]))
    changes = compare(book, [again])
    assert changes[0].why == "points of the question 4 → 8"
    accept(book, [again])
    assert (standing(book, "ann").total, standing(book, "ann").points) == (13, 13)


def test_a_question_that_is_left_out_counts_no_more(book):
    take_in([record("ann")], book)
    again = replace(record("ann", version="v2"), questions=record("ann").questions[:2])
    assert compare(book, [again])[0] == Change(
        "ann", "unit 04", "softmax", 2, None, "question left out"
    )
    accept(book, [again])
    assert (standing(book, "ann").total, standing(book, "ann").points) == (7, 7)


def test_a_student_whom_a_new_question_was_not_put_to_is_not_graded(book):
    take_in([record("ann"), record("bob")], book)
    longer = record("ann", version="v2")
    added = replace(longer.questions[0], exercise="dropout")
    accept(book, [replace(longer, questions=(*longer.questions, added))])
    assert standing(book, "ann").final == 13
    assert standing(book, "bob").state is State.UNGRADED


# Marks by hand


def test_a_question_for_a_person_waits_for_a_mark(book):
    take_in([record("ann", essay=True)], book)
    assert standing(book, "ann").state is State.TO_MARK
    assert standing(book, "ann").final is None
    mark(book, "ann", "essay", 2.5, comment="well put", rubric_items=["names overlap"])
    found = standing(book, "ann")
    assert (found.final, found.points) == (11.5, 12)
    assert (found.earned[3].comment, found.earned[3].rubric_items) == (
        "well put",
        ("names overlap",),
    )


def test_no_regrade_overwrites_a_mark_by_hand(book):
    take_in([record("ann", (0, 3, 2), essay=True)], book)
    mark(book, "ann", "essay", 3)
    mark(book, "ann", "conv2d", 2, comment="the idea is right")
    again = record("ann", (4, 1, 2), essay=True, version="v2")
    assert [change.question for change in compare(book, [again])] == ["maxpool", ""]
    accept(book, [again])
    found = standing(book, "ann")
    assert [earned.score for earned in found.earned] == [2, 1, 2, 3]
    assert [earned.by_hand for earned in found.earned] == [True, False, False, True]


def test_the_history_of_marks_is_kept_and_they_can_be_taken_back(book):
    take_in([record("ann", (0, 3, 2))], book)
    for points in (1, 2, None):
        mark(book, "ann", "conv2d", points, who="tutor")
    assert standing(book, "ann").earned[0].score == 0
    with book.reading() as session:
        history = marks_of(session, find_student(session, "ann"))
    assert [(name, made.points, made.who) for name, made in history] == [
        ("conv2d", 1, "tutor"),
        ("conv2d", 2, "tutor"),
        ("conv2d", None, "tutor"),
    ]


@pytest.mark.parametrize("points", [-0.5, 4.5, float("nan"), float("inf")])
def test_a_mark_must_be_within_the_question(book, points):
    take_in([record("ann")], book)
    with pytest.raises(GradebookError, match="0 to 4"):
        mark(book, "ann", "conv2d", points)


def test_a_mark_for_an_earlier_attempt_is_to_be_looked_at_again(book):
    take_in([record("ann", essay=True, digest="a")], book)
    mark(book, "ann", "essay", 1)
    take_in([record("ann", essay=True, digest="b", attempt=2)], book)
    found = standing(book, "ann")
    assert found.final == 10
    assert "essay was marked on an earlier attempt" in found.notes


def test_work_on_paper_can_be_marked_without_a_submission(book):
    take_in([record("bob", essay=True), record("ann", kind=Kind.UNREADABLE)], book)
    import_roster([Listed("carl")], book)
    mark(book, "carl", "essay", 2)
    assert (standing(book, "carl").final, standing(book, "carl").attempts) == (2, 0)


def test_marks_from_the_page_are_taken_in_once_and_undone(book, tmp_path):
    take_in([record("ann", essay=True), record("bob", essay=True)], book)
    page = HandMarks(tmp_path)
    seen = [Seen(name, f"{name}-1", "x") for name in ("ann", "bob", "stranger")]
    act = page.give("unit 04", "essay", seen, 2, who="tutor", items=["clear"])
    done = take_in_marks(page.history(), book)
    assert (done.new, done.left_out) == (2, 1)
    assert take_in_marks(page.history(), book).new == 0
    assert standing(book, "ann").earned[3].rubric_items == ("clear",)
    page.undo(act, who="tutor")
    assert take_in_marks(page.history(), book).undone == 2
    assert standing(book, "ann").state is State.TO_MARK


# The roster


def test_a_roster_names_students_and_removes_nobody(book):
    assert take_in([record("ann"), record("eve")], book).strangers == ("ann", "eve")
    done = import_roster([Listed("ann", "Ann Lee", "ann@x.org"), Listed("bob", "Bob")], book)
    assert (done.added, done.changed, done.others) == (1, 1, ("eve",))
    done = import_roster([Listed("ann"), Listed("bob", "Robert")], book)
    assert (done.changed, done.unchanged) == (1, 1)
    assert standing(book, "Lee").student.email == "ann@x.org"
    assert standing(book, "bob").state is State.NOTHING


def test_two_rosters_of_one_class_are_the_same_students(book):
    canvas = Listed("alee", "Lee, Ann", login="alee", ids={"canvas": "17", "sis": "S9"})
    moodle = Listed("ALee@x.org", "Ann Lee", "ALee@x.org", ids={"sis": "S9", "moodle": "4711"})
    import_roster([canvas, Listed("bob")], book)
    done = import_roster([moodle], book)
    assert (done.added, done.changed, done.others) == (0, 1, ("bob",))
    ann = standing_of(book, "alee")
    assert (ann.canvas_id, ann.moodle_id, ann.email) == ("17", "4711", "ALee@x.org")


def test_a_number_of_moodle_says_nothing_about_who_it_is(book):
    import_roster([Listed("ann@x.org", ids={"moodle": "1", "canvas": "1"})], book)
    assert import_roster([Listed("bob@x.org", ids={"moodle": "1"})], book).added == 1


def test_an_identifier_that_would_spoil_a_terminal_is_refused(book):
    with pytest.raises(GradebookError, match="control"):
        import_roster([Listed("ann"), Listed("bob\x1b[2J")], book)
    assert counts(book)[0] == 0


def test_two_lines_are_never_one_student(book):
    import_roster([Listed("ann", email="shared@x.org")], book)
    both = [Listed("a", email="shared@x.org"), Listed("b", email="shared@x.org")]
    done = import_roster(both, book)
    assert (done.added, done.changed + done.unchanged) == (1, 1)


def test_students_are_found_by_what_people_type(book):
    import_roster(
        [
            Listed("s1", "Ann Lee", "ann@x.org", "alee"),
            Listed("s2", "Ann Li"),
            Listed("s22", "Bob"),
        ],
        book,
    )
    with book.reading() as session:
        for said in ("s1", "S1", "ann@x.org", "alee", "Lee", "ann lee"):
            assert find_student(session, said).identifier == "s1"
        assert find_student(session, "s2").identifier == "s2"
        for said, says in (("Ann", "2 students"), ("zoe", "no student 'zoe'"), (" ", "Which")):
            with pytest.raises(GradebookError, match=says):
                find_student(session, said)


# Databases


def test_a_gradebook_is_there_again_after_closing(tmp_path):
    file = tmp_path / "a" / ".." / "book.sqlite"
    with Gradebook(f"sqlite:///{tmp_path}/book.sqlite", create=True) as book:
        take_in([record("ann")], book)
    (tmp_path / "a").mkdir()
    with Gradebook(file) as book:
        assert standing(book, "ann").final == 9


def test_looking_at_a_gradebook_that_is_not_there_makes_none(tmp_path):
    with pytest.raises(GradebookError, match="There is no gradebook"):
        Gradebook(tmp_path / "book.sqlite")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty").touch()
    with pytest.raises(GradebookError, match="There is no gradebook"):
        Gradebook(tmp_path / "empty")


def test_the_database_of_another_program_is_left_alone(tmp_path):
    file = tmp_path / "book.sqlite"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE about (format TEXT, version INT)")
        other.execute("INSERT INTO about VALUES ('recipes', 1)")
    before = file.read_bytes()
    for create in (True, False):
        with pytest.raises(GradebookError, match="another program"):
            Gradebook(file, create=create)
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    file = tmp_path / "thesis.pdf"
    file.write_bytes(b"%PDF-1.7" + bytes(5000))
    with pytest.raises(GradebookError, match="no gradebook"):
        Gradebook(file, create=True)
    assert file.read_bytes() == b"%PDF-1.7" + bytes(5000)


def test_a_newer_gradebook_is_left_alone(tmp_path):
    file = tmp_path / "book.sqlite"
    Gradebook(file, create=True).close()
    with sqlite3.connect(file) as newer:
        newer.execute("UPDATE about SET version = 2")
        newer.execute("ALTER TABLE about DROP COLUMN begun")
    with pytest.raises(GradebookError, match="version 2"):
        Gradebook(file, create=True)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("{tmp}/no/such/folder/book.sqlite", "cannot be opened"),
        ("nosuchdb://host/name", "driver"),
        ("://", "URL"),
        ("{tmp}", "cannot be opened"),
    ],
)
def test_a_place_that_cannot_be_is_said(tmp_path, where, says):
    with pytest.raises(GradebookError, match=says):
        Gradebook(where.format(tmp=tmp_path), create=True)


def test_a_password_is_never_shown():
    with pytest.raises(GradebookError) as caught:
        Gradebook("nosuchdb://user:geheim@host/name")
    assert "geheim" not in str(caught.value)


def test_a_read_only_disk_is_said(tmp_path):
    file = tmp_path / "book.sqlite"
    with Gradebook(file, create=True) as book:
        take_in([record("ann")], book)
    with Gradebook(f"sqlite:///file:{file}?mode=ro&uri=true") as book:
        assert standing(book, "ann").final == 9
        with pytest.raises(GradebookError, match="may only be read"):
            take_in([record("bob")], book)


def test_a_full_disk_leaves_the_gradebook_as_it_was(tmp_path):
    file = tmp_path / "book.sqlite"
    with Gradebook(file, create=True) as book:
        take_in([record("ann")], book)
        before = counts(book)
        with book.writing() as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        event_listened = f"PRAGMA max_page_count = {pages}"
        with pytest.raises(GradebookError, match="disk is full"), book.writing() as session:
            session.connection().exec_driver_sql(event_listened)
            session.add_all(Student(identifier=f"s{i}", name="x" * 900) for i in range(900))
        assert counts(book) == before


def test_a_writer_waits_for_another_and_then_says_so(tmp_path):
    file = tmp_path / "book.sqlite"
    with Gradebook(file, create=True, patience=0.2) as book, Gradebook(file) as other:
        with other.writing(), pytest.raises(GradebookError, match="another process is writing"):
            take_in([record("ann")], book)
        take_in([record("ann")], book)
        assert standing(book, "ann").final == 9


TAKE_IN = """
import sys
sys.path.insert(0, sys.argv[1])
from gradebook_records import a_class
from coursekit.grading.class_list import Student as Listed
from coursekit.grading.gradebook.database import Gradebook
from coursekit.grading.gradebook.intake import take_in
size, seed, wait = map(int, sys.argv[3:])
book = Gradebook(sys.argv[2], create=True)
print("ready", flush=True)
sys.stdin.readline()
if wait:
    from coursekit.grading.gradebook import intake
    final = intake._Intake.use_questions
    def stop(*arguments):
        final(*arguments)
        print("written", flush=True)
        sys.stdin.readline()
    intake._Intake.use_questions = stop
print(take_in(a_class(size, seed), book).accepted)
"""


def process(file, size, seed, wait=0):
    return subprocess.Popen(
        [sys.executable, "-c", TAKE_IN, str(Path(__file__).parent), str(file)]
        + [str(value) for value in (size, seed, wait)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_killed_in_the_middle_leaves_nothing_of_its_call(tmp_path):
    file = tmp_path / "book.sqlite"
    with Gradebook(file, create=True) as book:
        take_in([record("ann")], book)
        before = counts(book)
    with process(file, 2000, 0, wait=1) as killed:
        killed.stdin.write("go\n")
        killed.stdin.flush()
        assert [killed.stdout.readline().strip() for _ in range(2)] == ["ready", "written"]
        os.kill(killed.pid, signal.SIGKILL)
    with Gradebook(file) as book:
        assert counts(book) == before
        assert take_in(a_class(2000), book).accepted == 2000


def test_processes_that_take_in_at_once_lose_and_double_nothing(tmp_path):
    file = tmp_path / "book.sqlite"
    both = [process(file, 400, 0), process(file, 500, 0)]
    for one in both:
        assert one.stdout.readline() == "ready\n"
    said = []
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in both:
        said.append(int(one.communicate(timeout=60)[0]))
    assert sum(said) == 500
    with Gradebook(file) as book:
        assert counts(book) == [500, 500, 500, 1500, 500]


# The command line


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def results(folder, records):
    folder.mkdir(exist_ok=True)
    lines = "".join(f"{one.to_json()}\n" for one in records)
    (folder / "results.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_a_sunday_night(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    friday = "2026-11-20T21:00:00+01:00"
    monday = "2026-11-23T21:00:00+01:00"
    late = record("s0001", submitted=monday, essay=True)
    class_ = [record("s0000", (4, 1, 2), submitted=friday, essay=True), late]
    class_.append(record("s0002", kind=Kind.UNREADABLE, submitted=friday))
    done = run("take-in", results(tmp_path / "results", class_))
    assert done.exit_code == 0
    assert "3 records: 2 graded, 1 unreadable, 0 infrastructure errors" in done.stdout
    due = "2026-11-20 23:59 Europe/Berlin"
    done = run("rule", "04", "--due", due, "--penalty", "10 %", "--late-days", 2)
    assert done.stdout == f"unit 04: due {due}, late_days 2, penalty 10 %\n"
    assert run("mark", "s0000", "essay", 3, "--comment", "good").exit_code == 0
    assert run("mark", "s0001", "essay", 0).stdout == "s0001, essay: 0 of 3 by hand.\n"
    shown = run("show", "--student", "s0001").stdout
    assert "3 days late: 2 late days used, 0 left; −10 % = 8.1 of 9" in shown
    assert "total: 8.1 of 12" in shown
    done = run("excuse", "s0001", "--reason", "flu", "--days", 1)
    assert "1 late day excused (flu)" in done.stdout
    assert "total: 9 of 12" in run("show", "-s", "s0001").stdout
    whole = run("show").stdout
    assert "unit 04: 2 graded, 1 unreadable; mean 6.33." in whole
    done = run("export", "--format", "csv", "--out", "grades.csv")
    assert done.stdout == "grades.csv: 3 students.\n"
    again = [record("s0000", (4, 3, 2), submitted=friday, essay=True, version="v2")]
    seen = run("regrade", results(tmp_path / "again", again))
    assert "exercise version changed" in seen.stdout
    assert "Totals that change: 1 (1 up, 0 down)." in seen.stdout
    assert "10" in run("show", "-a", "04").stdout
    assert run("regrade", tmp_path / "again", "--accept").exit_code == 0
    assert "total: 12 of 12" in run("show", "-s", "s0000").stdout


def test_marks_from_the_page_come_with_the_results(tmp_path):
    folder = results(tmp_path / "results", [record("ann", essay=True)])
    HandMarks(folder).give("unit 04", "essay", [Seen("ann", "ann-1", "x")], 2, who="tutor")
    db = tmp_path / "book.sqlite"
    assert "1 new mark by hand" in run("take-in", folder, "--db", db).stdout
    assert "total: 11 of 12" in run("show", "-s", "ann", "--db", db).stdout


def test_a_torn_last_line_counts_as_never_written(tmp_path):
    folder = results(tmp_path / "results", a_class(3))
    with (folder / "results.jsonl").open("a") as file:
        file.write(record("torn").to_json()[:200])
    done = run("take-in", folder, "--db", tmp_path / "book.sqlite")
    assert "3 records" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "--db", "none.sqlite"], "There is no gradebook none.sqlite"),
        (["take-in", "nowhere"], "There is no nowhere"),
        (["take-in", "bad"], "line 1: not a record"),
        (["show", "-s", "zoe"], "no student 'zoe'"),
        (["show", "-a", "unit 9"], "no assignment 'unit 9'"),
        (["mark", "ann", "conv2d"], "Give points"),
        (["mark", "ann", "conv2d", "99"], "0 to 4 points"),
        (["mark", "ann", "dropout", "1"], "no question 'dropout'; known: conv2d"),
        (["rule", "unit 04", "--due", "tomorrow"], "due: "),
        (["rule", "unit 5", "--grace", "5"], "--new"),
        (["rule", "--grace", "5"], "Which assignment"),
        (["rule", "--file", "rules.toml"], "cannot be read"),
        (["excuse", "ann", "--days", "1", "--exempt", "--reason", "x"], "Only one"),
        (["excuse", "ann", "--reason", ""], "A reason"),
        (["extra", "ann", "nan", "--reason", "x"], "A number of points"),
        (["export", "--format", "xls", "--out", "x"], "csv, canvas or moodle"),
        (["export", "--format", "canvas", "--out", "x"], "number of Canvas"),
        (["export", "--format", "csv", "--out", "no/folder/x"], "cannot be written"),
    ],
)
def test_every_mistake_is_one_clear_line(tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    run("take-in", results(tmp_path / "good", [record("ann")]))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "results.jsonl").write_text("{}\n")
    done = run(*arguments)
    assert isinstance(done.exception, CourseError), done.output
    assert says in str(done.exception)
    assert "\n" not in str(done.exception)
