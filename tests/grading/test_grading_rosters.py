"""Class lists as they are exported, and who is meant by a name or number."""

import pytest

from coursekit.grading.layouts import Key
from coursekit.grading.rosters import Roster, RosterError, Student, read_roster

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lab 04 (9001)
    Points Possible,,,,,10.0
"Lovelace, Ada",12345,S1,alovelace,"Math, 101",
"Turing, Alan",54321,S2,aturing,Math 101,9
"Student, Test",99,,f00d,Math 101,
"""
MOODLE = """Identifier,Full name,ID number,Email address,Status,Grade
Participant 123456,Ada Lovelace,S1,ada@example.org,Submitted,
Participant 777,Alan Turing,S2,alan@example.org,No submission,
"""


def roster_of(tmp_path, text, encoding="utf-8", **more):
    path = tmp_path / "class.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_roster(path, **more)


def test_canvas(tmp_path):
    found = roster_of(tmp_path, CANVAS)
    assert found.problems == ()
    assert found.students == (
        Student(
            "alovelace",
            "Lovelace, Ada",
            login="alovelace",
            section="Math, 101",
            ids={"canvas": "12345", "sis": "S1"},
        ),
        Student(
            "aturing",
            "Turing, Alan",
            login="aturing",
            section="Math 101",
            ids={"canvas": "54321", "sis": "S2"},
        ),
    )


def test_moodle(tmp_path):
    found = roster_of(tmp_path, MOODLE)
    assert [(s.identifier, s.name, s.ids) for s in found.students] == [
        ("ada@example.org", "Ada Lovelace", {"moodle": "123456", "sis": "S1"}),
        ("alan@example.org", "Alan Turing", {"moodle": "777", "sis": "S2"}),
    ]


def test_moodle_without_names(tmp_path):
    found = roster_of(tmp_path, "Identifier,Status\nParticipant 12,x\nParticipant 13,y\n")
    assert [s.identifier for s in found.students] == ["12", "13"]
    assert found.student_of(Key("Participant", "moodle", "13")) == found.students[1]


def test_participants_of_moodle(tmp_path):
    text = "First name,Surname,Email address,Groups\nAda,Lovelace,ada@x.org,A\n"
    (student,) = roster_of(tmp_path, text).students
    assert (student.name, student.section) == ("Ada Lovelace", "A")


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("student\nada\n", "ada"),
        ("Email;Name;LOGIN\na@x;Ada;ada\n", "ada"),
        ("name\tid\nAda\t007\n", "007"),
        ("Name,E-Mail\nAda,a@x\n", "a@x"),
        ("\n\nname\nAda\n\n ,\n", "Ada"),
        ("sep=;\nname;id\nAda;7\n", "7"),
        ('"last, first";name\nx;Ada\n', "Ada"),
        ("Last name,First name\nLovelace,Ada\n", "Ada Lovelace"),
    ],
)
def test_plain_lists(tmp_path, text, identifier):
    (student,) = roster_of(tmp_path, text).students
    assert student.identifier == identifier


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings(tmp_path, encoding, line_end):
    text = 'name,section\nJosé,"two\nlines"\n'.replace("\n", line_end)
    (student,) = roster_of(tmp_path, text, encoding).students
    assert student.name == "José"
    assert student.section.split() == ["two", "lines"]


def test_headers_in_another_language(tmp_path):
    text = "ID,Vollständiger Name,E-Mail-Adresse\nTeilnehmer/in123456,Ada Lovelace,a@x\n"
    columns = {"moodle": "id", "name": "Vollständiger Name", "email": "E-Mail-Adresse"}
    (student,) = roster_of(tmp_path, text, columns=columns).students
    assert (student.name, student.email) == ("Ada Lovelace", "a@x")
    assert student.ids == {"moodle": "123456"}


def test_the_identifier_tells_everybody_apart(tmp_path):
    text = "login,email,name\n,a@x,Ada\nb,b@x,Ben\n"
    assert [s.identifier for s in roster_of(tmp_path, text).students] == ["a@x", "b@x"]
    text = "login,name\nx,Ada\nX,Ben\n"
    assert [s.identifier for s in roster_of(tmp_path, text).students] == ["Ada", "Ben"]


def test_lines_that_are_nobodys_are_named(tmp_path):
    found = roster_of(tmp_path, "id,section\n1,A\n1,B\n,C\n2,D\n")
    assert [s.identifier for s in found.students] == ["1", "2"]
    assert "'1' twice" in found.problems[0]
    assert "says of nobody" in found.problems[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no headers at all"),
        ("grade,comment\n1,2\n", "It has 'grade', 'comment'"),
        (b"PK\x03\x04", "workbook"),
        (b"\xff\xfea", "no text"),
        ('name\n"' + "x" * 200_000, "no CSV"),
    ],
)
def test_what_is_no_roster(tmp_path, text, words):
    with pytest.raises(RosterError, match=words):
        roster_of(tmp_path, text)


def test_files_and_columns_that_are_not_there(tmp_path):
    with pytest.raises(RosterError, match="cannot be read"):
        read_roster(tmp_path / "nothing.csv")
    with pytest.raises(RosterError, match="no column 'Nom'"):
        roster_of(tmp_path, "name\nAda\n", columns={"name": "Nom"})
    with pytest.raises(RosterError, match="'surname' is nothing"):
        roster_of(tmp_path, "name\nAda\n", columns={"surname": "name"})


CLASS = Roster(
    (
        Student("s1", "Lovelace, Ada", "ada@x.org", "alove", ids={"canvas": "1", "sis": "77"}),
        Student("s2", "José María Muñoz", "jm@x.org", "jmm", ids={"canvas": "2", "moodle": "5"}),
        Student("s3", "Kim Lee", "kim@x.org", ids={"canvas": "3"}),
        Student("s4", "Lee Kim", "kim@y.org", ids={"canvas": "4"}),
        Student("s5", "李 明"),
        Student("jm@x", "Ben", "s3@x.org"),
    )
)


@pytest.mark.parametrize(
    ("key", "identifier"),
    [
        (Key("somebody", "canvas", "1"), "s1"),
        (Key("somebody", "moodle", "5"), "s2"),
        (Key("Ada Lovelace", "moodle", "99"), "s1"),
        (Key("Ada Lovelace", "canvas", "99"), None),
        ("s1", "s1"),
        ("S1", "s1"),
        ("s3", "s3"),  # an identifier goes before the beginning of an address
        ("ADA@x.org", "s1"),
        ("ada", "s1"),
        ("alove", "s1"),
        ("77", "s1"),
        ("ada lovelace", "s1"),
        ("Lovelace_Ada", "s1"),
        ("lovelaceada", "s1"),
        ("josé maría muñoz", "s2"),
        ("Jose\u0301 Mari\u0301a Mun\u0303oz", "s2"),
        ("Munoz, Jose Maria", "s2"),
        ("muñozjosémaría", "s2"),
        ("maríamuñozjosé", "s2"),
        ("明 李", "s5"),
        ("Kim Lee", None),
        ("kim", None),
        ("", None),
        ("---", None),
        ("stranger", None),
    ],
)
def test_who_is_meant(key, identifier):
    found = CLASS.student_of(key)
    assert (found and found.identifier) == identifier


def test_all_who_may_be_meant():
    assert [s.identifier for s in CLASS.candidates("Lee, Kim")] == ["s3", "s4"]
    assert CLASS.candidates("stranger") == ()
