"""What leaves the gradebook: for a spreadsheet, for Canvas, for Moodle."""

import csv
import io
import os

import pytest
from gradebook_records import record
from hypothesis import given
from hypothesis import strategies as st

from coursekit.grading.class_list import Student as Listed
from coursekit.grading.gradebook.database import Gradebook
from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.export import (
    CANVAS_COLUMNS,
    MOODLE_COLUMNS,
    Exported,
    Target,
    export,
)
from coursekit.grading.gradebook.finding import find_assignment, find_question, find_student
from coursekit.grading.gradebook.intake import take_in
from coursekit.grading.gradebook.late import Amount, LateRule
from coursekit.grading.gradebook.marks import give_mark, grant, set_rule
from coursekit.grading.gradebook.models import Granted
from coursekit.grading.gradebook.roster import import_roster
from coursekit.grading.gradebook.rules import moment
from coursekit.grading.gradebook.standing import load
from coursekit.grading.records import Kind
from coursekit.grading.rosters import read_roster

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Unit 04 (991)\r\n"
    "    Points Possible,,,,,9\r\n"
    '"Lee, Ann",101,S1,alee,Tuesday,\r\n'
    '"Ünal, Bob",102,S2,bob,Tuesday,\r\n'
    '"Fox, Eve",103,S3,eve,Monday,\r\n'
    '"Ray, Zoe",104,S4,zoe,Monday,\r\n'
)


@pytest.fixture
def book(tmp_path):
    """Ann is late, Bob's essay waits, Eve's file is unreadable, Zoe handed nothing in."""
    roster = tmp_path / "canvas.csv"
    roster.write_text(CANVAS, encoding="utf-8")
    with Gradebook(tmp_path / "book.sqlite", create=True) as opened:
        import_roster(read_roster(roster).students, opened)
        with opened.writing() as session:
            due = moment("2026-11-20 23:59 Europe/Berlin")
            set_rule(session, "unit 04", LateRule(due=due, penalty=Amount(0.1, share=True)))
        friday, saturday = "2026-11-20T20:00:00+01:00", "2026-11-21T20:00:00+01:00"
        take_in(
            [
                record("alee", essay=True, submitted=saturday),
                record("bob", (4, 2.25, 0), essay=True, submitted=friday),
                record("eve", kind=Kind.UNREADABLE, submitted=friday),
            ],
            opened,
        )
        mark(opened, "alee", "essay", 1, comment="see <notes>; then", rubric_items=["=idea"])
        yield opened


def mark(book, student, question, points, **said):
    with book.writing() as session:
        chosen = find_student(session, student)
        give_mark(session, chosen, find_question(session, question, None), points, **said)


def exported(book, target, assignment="unit 04", **settings):
    with book.reading() as session:
        one = find_assignment(session, assignment) if assignment else None
        return export(load(session), target, one, **settings)


def table(made, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(made.to_bytes().decode(encoding), newline="")))


def test_the_spreadsheet_has_a_row_per_student_and_adds_up(book):
    made = exported(book, Target.CSV)
    assert made.to_bytes().startswith(b"\xef\xbb\xbfIdentifier,Name,")
    rows = {row["Identifier"]: row for row in table(made, "utf-8-sig")}
    assert list(rows) == ["eve", "alee", "zoe", "bob"]  # by name
    ann = rows["alee"]
    assert [ann[name] for name in ("conv2d (of 4)", "maxpool (of 3)", "essay (of 3)")] == [
        "4",
        "3",
        "1",
    ]
    assert (ann["Score"], ann["Late penalty"], ann["Total (of 12)"]) == ("10", "-1", "9")
    assert ann["Submitted"] == "2026-11-21 20:00:00+01:00"
    assert ann["Late work"] == "1 day late: −10 % = 9 of 10"
    assert ann["By hand"] == "essay 1 (=idea; see <notes>; then)"
    assert (rows["bob"]["Status"], rows["bob"]["essay (of 3)"]) == ("to be marked", "")
    assert (rows["eve"]["Status"], rows["eve"]["Total (of 12)"]) == ("unreadable", "0")
    assert (rows["zoe"]["Status"], rows["zoe"]["Total (of 12)"]) == ("nothing handed in", "")


def test_the_overview_has_a_column_per_assignment(book):
    take_in([record("bob", (1, 1, 1), assignment="unit 05")], book)
    rows = {row["Identifier"]: row for row in table(exported(book, Target.CSV, None), "utf-8-sig")}
    assert rows["bob"]["unit 05 (of 9)"] == rows["bob"]["Sum"] == "3"
    assert rows["bob"]["Incomplete"] == "unit 04: to be marked"
    assert (rows["alee"]["unit 04 (of 12)"], rows["alee"]["unit 05 (of 9)"]) == ("9", "")


def test_canvas_gets_its_own_columns_back(book):
    made = exported(book, Target.CANVAS, column="Unit 04 (991)")
    content = made.to_bytes()
    assert content.splitlines()[0] == b"Student,ID,SIS User ID,SIS Login ID,Section,Unit 04 (991)"
    assert content.splitlines()[1] == b"    Points Possible,,,,,12"
    came = {row["ID"]: row for row in csv.DictReader(io.StringIO(CANVAS))}
    rows = {row["ID"]: row for row in table(made) if row["ID"]}
    for number, row in rows.items():
        assert [row[name] for name in CANVAS_COLUMNS] == [
            came[number][name] for name in CANVAS_COLUMNS
        ]
    grades = {number: row["Unit 04 (991)"] for number, row in rows.items()}
    assert grades == {"101": "9", "102": "", "103": "0", "104": ""}
    assert any("Ünal, Bob: questions wait" in remark for remark in made.remarks)
    assert any("Ray, Zoe: nothing handed in" in remark for remark in made.remarks)


def test_what_is_unfinished_or_missing_is_given_on_demand(book):
    made = exported(book, Target.CANVAS, unfinished=True, missing_as_zero=True, out_of=100)
    grades = {row["ID"]: row["unit 04"] for row in table(made)}
    assert grades == {"": "100", "101": "75", "102": "52.0833", "103": "0", "104": "0"}
    assert not any("Without a grade" in remark for remark in made.remarks)


def test_who_is_exempt_is_excused_in_canvas(book):
    with book.writing() as session:
        zoe, unit = find_student(session, "zoe"), find_assignment(session, None)
        grant(session, zoe, unit, Granted.EXEMPTION, reason="ill")
    rows = {row["ID"]: row["unit 04"] for row in table(exported(book, Target.CANVAS))}
    assert rows["104"] == "EX"


def test_canvas_takes_all_assignments_at_once(book):
    take_in([record("bob", (1, 1, 1), assignment="unit 05")], book)
    made = exported(book, Target.CANVAS, None)
    rows = {row["ID"]: row for row in table(made)}
    assert (rows[""]["unit 04"], rows[""]["unit 05"], rows["102"]["unit 05"]) == ("12", "9", "3")


def test_a_grader_that_failed_gives_no_grade_anywhere(book):
    take_in([record("zoe", kind=Kind.INFRASTRUCTURE)], book)
    made = exported(book, Target.CANVAS, missing_as_zero=True, unfinished=True)
    assert {row["ID"]: row["unit 04"] for row in table(made)}["104"] == ""
    assert any("Ray, Zoe: the grader failed" in remark for remark in made.remarks)
    rows = {row["Identifier"]: row for row in table(exported(book, Target.CSV), "utf-8-sig")}
    assert (rows["zoe"]["Status"], rows["zoe"]["Total (of 12)"]) == ("not graded", "")


def test_moodle_gets_its_worksheet(book, tmp_path):
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_text(
        ",".join(MOODLE_COLUMNS)
        + "\nParticipant 4711,Ann Lee,ALEE@x.org,No submission,,12.00,Yes,-,-,\n"
        + "Participant 4712,Bob Ünal,bob@x.org,No submission,,12.00,Yes,-,-,\n",
        encoding="utf-8-sig",
    )
    import_roster([Listed("alee", email="alee@x.org"), Listed("bob", email="bob@x.org")], book)
    import_roster(read_roster(worksheet).students, book)
    made = exported(book, Target.MOODLE)
    assert made.to_bytes().startswith(b"\xef\xbb\xbfIdentifier,Full name,")
    ann, bob = table(made, "utf-8-sig")
    assert list(ann) == list(MOODLE_COLUMNS)
    assert (ann["Identifier"], ann["Grade"], ann["Maximum Grade"]) == (
        "Participant 4711",
        "9",
        "12",
    )
    assert (bob["Identifier"], bob["Grade"]) == ("Participant 4712", "")
    assert ann["Feedback comments"] == (
        "conv2d: 4 of 4; maxpool: 3 of 3; softmax: 2 of 2; Why pooling?: 1 of 3 (=idea; see "
        "&lt;notes&gt;; then); 1 day late: −10 % = 9 of 10"
    )
    assert any("Left out, not in the roster of Moodle: " in remark for remark in made.remarks)


@pytest.mark.parametrize(
    ("target", "assignment", "settings", "says"),
    [
        (Target.MOODLE, None, {}, "one assignment"),
        (Target.MOODLE, "unit 04", {}, "--worksheet"),
        (Target.CANVAS, "unit 04", {"out_of": 0}, "above 0"),
        (Target.CANVAS, None, {"column": "x"}, "say which"),
        (Target.CSV, "unit 04", {"out_of": 5}, "for Canvas and Moodle"),
    ],
)
def test_settings_that_do_not_go_together_are_said(book, target, assignment, settings, says):
    with pytest.raises(GradebookError, match=says):
        exported(book, target, assignment, **settings)


def test_an_empty_gradebook_has_nothing_to_export(tmp_path):
    with (
        Gradebook(tmp_path / "book.sqlite", create=True) as empty,
        pytest.raises(GradebookError, match="nothing to export"),
    ):
        exported(empty, Target.CSV, None)


def cells(value, delimiter=","):
    content = Exported([[value, 1.5]], 1, byte_order_mark=False).to_bytes().decode()
    return list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1+1",
        '"=1"',
        "x;=1",
        "x\t=1",
        "x\n+1",
        'x;"=1',
    ],
)
def test_no_cell_is_a_formula_whatever_separates_them(name):
    assert cells(name)[0][0] != name
    for delimiter in ",;\t":
        for row in cells(name, delimiter):
            for cell in row:
                assert not cell.lstrip(" \t\r\n\"'").startswith(("=", "+", "@", "＝")) or (
                    cell.lstrip(' \t\r\n"').startswith("'")
                ), cell


@pytest.mark.parametrize("name", ["Ann", "O'Neill", "-5", "+4.25", "a=b", "x - y", "Ünal, Bob", ""])
def test_harmless_text_stays_as_it_is(name):
    assert cells(name)[0][0] == name


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_every_text_can_be_written_and_is_read_back_in_one_cell(name):
    assert [len(row) for row in cells(name)] == [2]
    assert cells(name)[0][0].replace("'", "") == name.replace("'", "")


def test_numbers_are_written_as_numbers():
    made = Exported([[8.1, -0.9, 1 / 3, 10, 0.0, None]], 1, byte_order_mark=False)
    assert made.to_bytes() == b"8.1,-0.9,0.3333,10,0,\r\n"


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "grades.csv"
    file.write_text("old")
    made = Exported([["new"]], 1, byte_order_mark=False)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(GradebookError, match="No space left"):
        made.write(file)
    assert [path.name for path in tmp_path.iterdir()] == ["grades.csv"]
    assert file.read_text() == "old"
    monkeypatch.undo()
    made.write(file)
    assert file.read_text().strip() == "new"
