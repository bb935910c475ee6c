"""The students of a class, and which of them a name or number means."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from coursekit.grading.layouts import Key
from coursekit.grading.people import flattened_names, folded, name_words

_K = TypeVar("_K", bound=Hashable)


@dataclass(frozen=True)
class Student:
    """One student.

    Attributes:
        identifier: unique in the roster, and what records call the student.
        name: as the roster writes it: "Lovelace, Ada" or "Ada Lovelace".
        ids: numbers by system: "canvas", "moodle" (participant) and "sis" (the university's).
    """

    identifier: str
    name: str = ""
    email: str = ""
    login: str = ""
    section: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster:
    """The students of a class, in the file's order.

    Attributes:
        problems: lines that could not be used, as sentences.
    """

    students: tuple[Student, ...]
    problems: tuple[str, ...] = ()

    def student_of(self, key: Key | str) -> Student | None:
        """The one student that a layout's key means; None when none or several may be meant."""
        candidates = self.candidates(key)
        return candidates[0] if len(candidates) == 1 else None

    def candidates(self, key: Key | str) -> tuple[Student, ...]:
        """All students that a key may mean.

        A platform's number decides. Then come identifier, login, e-mail address and
        numbers, then the whole name in any order of its words, last what Canvas makes
        of it in a file's name. Case never matters, and names are found without their accents too.
        """
        if isinstance(key, str):
            key = Key(key)
        if key.system and (found := self._by_number.get((key.system, key.number))):
            return tuple(found)
        text = folded(key.text)
        for index, wanted in (
            (self._by_identifier, text),
            (self._by_label, text),
            (self._by_words, name_words(key.text)),
            (self._by_bare_words, name_words(key.text, accents=False)),
            (self._by_flat_name, text),
        ):
            if wanted and (found := index.get(wanted)):
                # Who has another number is somebody else, of the same name. Not so with Moodle:
                # there, the numbers change with each assignment.
                others = key.system == "canvas"
                return tuple(s for s in found if not (others and "canvas" in s.ids))
        return ()

    @cached_property
    def _by_number(self) -> dict[tuple[str, str], list[Student]]:
        numbers = ((ids, student) for student in self.students for ids in student.ids.items())
        return _index(numbers)

    @cached_property
    def _by_identifier(self) -> dict[str, list[Student]]:
        return _index((folded(s.identifier), s) for s in self.students)

    @cached_property
    def _by_label(self) -> dict[str, list[Student]]:
        return _index((label, s) for s in self.students for label in _labels(s))

    @cached_property
    def _by_words(self) -> dict[str, list[Student]]:
        return _index((name_words(s.name), s) for s in self.students)

    @cached_property
    def _by_bare_words(self) -> dict[str, list[Student]]:
        return _index((name_words(s.name, accents=False), s) for s in self.students)

    @cached_property
    def _by_flat_name(self) -> dict[str, list[Student]]:
        return _index((flat, s) for s in self.students for flat in flattened_names(s.name))


def _index(pairs: Iterable[tuple[_K, Student]]) -> dict[_K, list[Student]]:
    found: dict[_K, list[Student]] = {}
    for key, student in pairs:
        students = found.setdefault(key, [])
        if student not in students:
            students.append(student)
    return found


def _labels(student: Student) -> Iterator[str]:
    for label in (student.login, student.email, *student.ids.values()):
        if label:
            yield folded(label)
    if student.email:
        yield folded(student.email).partition("@")[0]
