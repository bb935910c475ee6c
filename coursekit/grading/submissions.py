"""What a class has handed in, in the layouts that people have: one notebook for each attempt.

Every file is either a submission or named among the problems, so that nobody is lost silently.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.class_list import Roster, Student
from coursekit.grading.handed_in import File, SubmissionsError, files_in
from coursekit.grading.layouts import Key, Layout, Place, resembles, without_ending
from coursekit.grading.notebooks import LIMITS
from coursekit.grading.regular_files import UnreadableNotebook
from coursekit.grading.safe_names import safe_name, shown_name
from coursekit.grading.timestamps import BYTES, TIMESTAMP, timestamp

__all__ = [
    "Found",
    "Submission",
    "SubmissionsError",
    "find_submissions",
    "own_submission",
    "safe_name",
]

_PROBLEMS = 1_000
_KINDS = {
    "a web page": (".html", ".htm"),
    "a PDF": (".pdf",),
    "a Python script": (".py",),
    "a text": (".txt", ".md", ".rtf", ".doc", ".docx", ".odt"),
    "an archive that is no zip": (".rar", ".7z", ".gz", ".tgz", ".tar"),
    "a picture": (".png", ".jpg", ".jpeg", ".gif", ".heic"),
    "JSON": (".json",),
}


@dataclass(frozen=True)
class Submission:
    """One attempt of one student. It is small, and can be sent to another process.

    Attributes:
        student: the identifier that roster or layout gives.
        name: where it lies, to be shown: "class.zip/ada/lenet.ipynb".
        attempt: from 1 in order of time; the last one counts.
        submitted: ISO 8601 with offset where the layout says it, else "".
        late_flag: whether the platform marked it as late.
    """

    student: str
    name: str
    file: File
    attempt: int = 1
    submitted: str = ""
    late_flag: bool = False

    def read(self) -> bytes:
        """The notebook's bytes.

        Raises:
            UnreadableNotebook: it is too large, damaged, or no longer there.
        """
        return self.file.read(LIMITS.file)

    def digest(self) -> str:
        """SHA-256 of the bytes, hex; "" when they cannot be read."""
        try:
            return hashlib.sha256(self.read()).hexdigest()
        except UnreadableNotebook:
            return ""


@dataclass(frozen=True)
class Found:
    """What is there to grade.

    Attributes:
        submissions: by student, then attempt.
        problems: sentences on all that is no submission, and on students who have none.
    """

    submissions: tuple[Submission, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Item:
    """A file and whose it is."""

    file: File
    place: Place

    @property
    def container(self) -> tuple[int, str]:
        """What stands for the student on the first level: the file itself, a folder, a zip."""
        return self.file.root, self.file.parts[0]

    @property
    def order(self) -> tuple[int, float, list[tuple[int, str]]]:
        """Later hand-ins come later."""
        return self.place.order, self.file.modified, _natural(self.file.shown)

    @property
    def is_notebook(self) -> bool:
        return self.file.name.lower().endswith(".ipynb")

    def fit(self, notebook_name: str | None) -> int:
        """How well it fits the notebook that was given out, by its name or its folder's."""
        if notebook_name is None:
            return 0
        folder = self.file.parts[-2] if len(self.file.parts) > 2 else ""
        named = resembles(self.place.name, notebook_name)
        return max(named, int(resembles(folder, notebook_name) == 2))


def find_submissions(
    paths: Iterable[Path | str], roster: Roster | None = None, notebook_name: str | None = None
) -> Found:
    """Find one notebook for each attempt in folders, zips and single notebooks.

    Known layouts: a notebook per student, a folder per student, what Canvas and Moodle export, and
    nbgrader's ``submitted``; each as a folder or a zip, and with a zip in place of a student's
    notebook or in a student's folder. Nothing is unpacked to disk.

    Args:
        roster: gives students the identifiers of the class.
        notebook_name: of the notebook given out; tells which of several is meant. Without it, or
            when several are named like it, the newest is taken.

    Raises:
        SubmissionsError: a path is not there, or cannot be used.
    """
    files, problems = files_in([Path(path) for path in paths])
    owned: defaultdict[str, list[_Item]] = defaultdict(list)
    for key, items in _by_key(files).items():
        student, doubt = _student(key, roster)
        problems += doubt
        owned[student] += items
    submissions: list[Submission] = []
    for student in sorted(owned):
        attempts, said = _attempts(student, owned[student], notebook_name)
        submissions += attempts
        problems += said
    if roster is not None:
        problems += [
            f"{_called(student)}: handed in nothing."
            for student in roster.students
            if student.identifier not in owned
        ]
    return Found(tuple(submissions), _at_most(problems))


def own_submission(notebook: Path | str) -> Submission:
    """A student's own notebook, on their own machine."""
    path = Path(notebook)
    file = File((path.name,), path.name, path)
    return Submission(without_ending(path.name), path.name, file)


def _by_key(files: Sequence[File]) -> dict[Key, list[_Item]]:
    names: defaultdict[int, set[str]] = defaultdict(set)
    for file in files:
        names[file.root].add(file.parts[0])
    layouts = {root: Layout(first_level) for root, first_level in names.items()}
    owned: defaultdict[Key, list[_Item]] = defaultdict(list)
    for file in files:
        item = _Item(file, layouts[file.root].place(file.parts))
        owned[item.place.key].append(item)
    return owned


def _student(key: Key, roster: Roster | None) -> tuple[str, list[str]]:
    """The student's identifier, and what is doubtful about it."""
    identifier = shown_name(key.identifier)
    if roster is None:
        return identifier, []
    candidates = roster.candidates(key)
    if len(candidates) == 1:
        return candidates[0].identifier, []
    if not candidates:
        return identifier, [f"{identifier}: not in the roster; graded under this name."]
    names = " or ".join(_called(student) for student in candidates[:4])
    return identifier, [f"{identifier}: it may be {names}; graded under this name."]


def _attempts(
    student: str, items: Sequence[_Item], notebook_name: str | None
) -> tuple[list[Submission], list[str]]:
    """A student's attempts in order, and sentences on all their other files."""
    hand_ins: defaultdict[tuple[int, str], list[_Item]] = defaultdict(list)
    for item in items:
        if item.is_notebook:
            hand_ins[item.container].append(item)
    best = max((item.fit(notebook_name) for item in items if item.is_notebook), default=0)
    chosen = [
        max(fitting, key=lambda item: item.order)
        for notebooks in hand_ins.values()
        if (fitting := [item for item in notebooks if item.fit(notebook_name) == best])
    ]
    dated = [(_submitted(item, items), item) for item in chosen]
    dated.sort(key=lambda pair: (pair[0], pair[1].order))
    submissions = [
        Submission(student, item.file.shown, item.file, attempt, submitted, item.place.late)
        for attempt, (submitted, item) in enumerate(dated, 1)
    ]
    others = [item for item in items if item not in chosen and item.file.name != TIMESTAMP]
    return submissions, _left_aside(student, submissions, others)


def _submitted(chosen: _Item, items: Sequence[_Item]) -> str:
    """When it was handed in, as nbgrader notes it next to the notebook; sorts as text."""
    for item in items:
        if item.file.name == TIMESTAMP and item.file.parts[:-1] == chosen.file.parts[:-1]:
            try:
                return timestamp(item.file.read(BYTES).decode("ascii", "replace"))
            except UnreadableNotebook:
                return ""
    return ""


def _left_aside(
    student: str, submissions: Sequence[Submission], others: Sequence[_Item]
) -> list[str]:
    """A sentence on each file of a student that is not graded."""
    if submissions:
        graded = submissions[-1].name
        return [f"{student}: {item.file.shown} was left aside; {graded} counts." for item in others]
    return [
        f"{student}: handed in {_kind(item.file.name)}, not the notebook ({item.file.shown})."
        for item in others
    ]


def _kind(name: str) -> str:
    ending = "." + name.lower().rpartition(".")[2]
    return next((kind for kind, endings in _KINDS.items() if ending in endings), "something else")


def _called(student: Student) -> str:
    if not student.name or student.name == student.identifier:
        return shown_name(student.identifier)
    return shown_name(f"{student.name} ({student.identifier})")


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that puts lenet-10 behind lenet-9."""
    return [
        (int(part) if part.isdecimal() else 0, part) for part in re.split(r"([0-9]{1,18})", name)
    ]


def _at_most(problems: Sequence[str]) -> tuple[str, ...]:
    if len(problems) <= _PROBLEMS:
        return tuple(problems)
    return (*problems[:_PROBLEMS], f"and {len(problems) - _PROBLEMS:,} more of the kind.")
