"""Class lists as Canvas, Moodle or a spreadsheet writes them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.class_list import Roster, Student
from coursekit.grading.people import folded

__all__ = ["FIELDS", "Roster", "RosterError", "Student", "read_roster"]

FIELDS = (
    *("identifier", "name", "first", "last", "email", "login"),
    *("section", "sis", "canvas", "moodle"),
)
"""What a roster can say of a student: the keys of `read_roster`'s ``columns``."""

_BYTES = 20_000_000
_HEADERS = {
    "identifier": ("identifier", "id", "student id", "student_id", "student number"),
    "name": ("student", "name", "full name", "fullname", "student name"),
    "first": ("first name", "firstname", "given name"),
    "last": ("last name", "lastname", "surname", "family name"),
    "email": ("email address", "email", "e-mail", "mail"),
    "login": ("sis login id", "username", "login", "user"),
    "section": ("section", "groups", "group"),
    "sis": ("sis user id", "id number"),
}
"""By field, what its column may be called, the surest name first."""
_IDENTIFYING = ("identifier", "login", "email", "sis", "canvas", "moodle", "name")
"""What may identify a student, the best first."""
_PARTICIPANT = re.compile(r"\D+(\d+)")


class RosterError(CourseError):
    """A class list that cannot be read; the message says what was expected and what came."""


def read_roster(path: Path | str, columns: Mapping[str, str] | None = None) -> Roster:
    """Read a class list: Canvas' gradebook, Moodle's grading worksheet or participants, or a CSV.

    Students are identified by the first of these columns in which every line has a value of its
    own: identifier, login, e-mail address, university's number, platform's number, name.

    Args:
        path: UTF-8, UTF-16 or Windows' encoding; separated by commas, semicolons or tabs.
        columns: by field, the file's own header, where it is another:
            ``{"name": "Vollständiger Name", "email": "E-Mail-Adresse"}``.

    Raises:
        RosterError: the file cannot be read, or has no column that identifies students.
    """
    path, columns = Path(path), columns or {}
    unknown = sorted(set(columns) - set(FIELDS))
    if unknown:
        raise RosterError(f"{unknown[0]!r} is nothing a roster says; {', '.join(FIELDS)} are.")
    headers, *lines = _lines(path, _text(path)) or [[]]
    places = _places(headers, columns)
    missing = [header for field, header in columns.items() if field not in places]
    if missing:
        raise RosterError(f"The roster {path} has no column {missing[0]!r}: {_shown(headers)}.")
    if not places.keys() & {*_IDENTIFYING, "last"}:
        raise RosterError(
            f"The roster {path} needs a column that says who the students are: Student, Name, "
            f"Email, Login, ID or Identifier. It has {_shown(headers)}."
        )
    told = []
    for line in lines:
        values = {field: line[at].strip() for field, at in places.items() if at < len(line)}
        if any(values.values()) and not _is_nobody(values):
            told.append(_fields(values))
    return _roster(told)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_BYTES + 1)
    except OSError as error:
        raise RosterError(f"The roster {path} cannot be read: {error.strerror}.") from None
    if len(content) > _BYTES:
        raise RosterError(f"The roster {path} has more than {_BYTES:,} bytes: is it a class list?")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RosterError(f"A CSV was expected and {path} is a workbook. Save it as CSV.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content[:4]:  # UTF-16 without a mark
        encodings = ["utf-16-be" if content[:1] == b"\0" else "utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError(f"The roster {path} is no text. Save it as CSV in UTF-8.")


def _lines(path: Path, text: str) -> list[list[str]]:
    if text.startswith("sep="):  # a line for Excel
        text = text.partition("\n")[2]
    headers = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=re.sub(r'"[^"]*"', "", headers).count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise RosterError(f"The roster {path} is no CSV: {error}.") from None
    first = next((place for place, line in enumerate(lines) if any(line)), 0)
    return lines[first:]


def _places(headers: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """By field, the place of its column."""
    names = [folded(header) for header in headers]
    usual = {**_HEADERS}
    if {"sis user id", "sis login id"} & set(names):  # a gradebook of Canvas
        usual |= {"canvas": ("id",), "identifier": ("identifier",)}
    wanted = usual | {field: (folded(header),) for field, header in columns.items()}
    return {
        field: names.index(header)
        for field, called in wanted.items()
        if (header := next((name for name in called if name in names), None)) is not None
    }


def _is_nobody(values: Mapping[str, str]) -> bool:
    """Whether a line of Canvas' gradebook is about points, or its student for trying out."""
    name = folded(values.get("name", ""))
    return "canvas" in values and (
        name.startswith("points possible") or (name == "student, test" and not values.get("sis"))
    )


def _fields(values: dict[str, str]) -> dict[str, str]:
    """What a line says, with a whole name and the bare number of Moodle's participant."""
    halves = (values.pop("first", ""), values.pop("last", ""))
    if any(halves) and not values.get("name"):
        values["name"] = " ".join(filter(None, halves))
    # "Participant 123456", in the language of the site; never a mere number.
    if not values.get("moodle") and (found := _PARTICIPANT.fullmatch(values.get("identifier", ""))):
        if folded(found[0]).startswith("participant"):
            values["moodle"] = found[1]
            del values["identifier"]
    elif found := _PARTICIPANT.fullmatch(values.get("moodle", "")):
        values["moodle"] = found[1]
    return {field: value for field, value in values.items() if value}


def _roster(told: Sequence[Mapping[str, str]]) -> Roster:
    best = next((field for field in _IDENTIFYING if _tells_apart(told, field)), None)
    students: dict[str, Student] = {}
    problems = []
    for values in told:
        candidates = (values.get(field, "") for field in (best, *_IDENTIFYING) if field)
        identifier = next(filter(None, candidates), "")
        if not identifier:
            problems.append("A line of the roster says of nobody who it is.")
        elif folded(identifier) in students:
            problems.append(f"The roster has {identifier[:100]!r} twice: the first line counts.")
        else:
            students[folded(identifier)] = _student(identifier, values)
    return Roster(tuple(students.values()), tuple(problems))


def _tells_apart(told: Sequence[Mapping[str, str]], field: str) -> bool:
    counts = Counter(folded(values.get(field, "")) for values in told)
    return "" not in counts and max(counts.values(), default=0) == 1


def _student(identifier: str, values: Mapping[str, str]) -> Student:
    return Student(
        identifier,
        name=values.get("name", ""),
        email=values.get("email", ""),
        login=values.get("login", ""),
        section=values.get("section", ""),
        ids={system: values[system] for system in ("canvas", "moodle", "sis") if system in values},
    )


def _shown(headers: Sequence[str]) -> str:
    return ", ".join(repr(header[:40]) for header in headers[:12]) or "no headers at all"
