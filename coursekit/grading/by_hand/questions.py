"""The questions of a results folder that a person marks, and every student's answer to them.

Of an answer only its place in ``results.jsonl`` and a few digests are kept in memory: the text and
the pictures of a large class are read when they are looked at.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.grading.by_hand.errors import ByHandError
from coursekit.grading.records import ByHand, Kind, Record, RecordError

NAME = "results.jsonl"


@dataclass(frozen=True)
class Answer:
    """One student's answer to one question.

    Attributes:
        submission: SHA-256 of the notebook; digest: of this answer alone.
        alike: equal for answers that say the same, however it is spaced.
        blank: nothing can be seen in it.
        line: where its record begins in the file; index: which of the record's answers it is.
    """

    student: str
    submission: str
    digest: str
    alike: str
    blank: bool
    line: int
    index: int


@dataclass
class Question:
    """One question, as the record that was graded last words it.

    Attributes:
        code: whether the texts are code, for a plot.
        answers: by student.
    """

    name: str
    title: str
    points: float
    rubric: str
    code: bool = False
    answers: dict[str, Answer] = field(default_factory=dict)


@dataclass
class _Known:
    file: int = 0
    size: int = 0
    assignment: str = ""
    graded: str = ""
    unreadable: int = 0
    questions: dict[str, Question] = field(default_factory=dict)
    counts: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Attempt and time of the record that counts, by student."""


class Questions:
    """What is to be marked, read from a results folder and kept up to date.

    Of a student's records the last attempt that could be graded counts.
    """

    def __init__(self, folder: str | Path) -> None:
        """Read the results. Raises ByHandError: there are none, or of several assignments."""
        self.path = Path(folder) / NAME
        self._known = _Known()
        self.read_on()

    @property
    def assignment(self) -> str:
        """Its name, as in the records."""
        return self._known.assignment

    @property
    def unreadable(self) -> int:
        """Lines of the results that are no records."""
        return self._known.unreadable

    @property
    def by_name(self) -> dict[str, Question]:
        """In the assignment's order; those that somebody's counting attempt has."""
        return {name: q for name, q in self._known.questions.items() if q.answers}

    def read_on(self) -> None:
        """Take in the records that have been added since the last time. Raises ByHandError."""
        try:
            with self.path.open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_ino != self._known.file or about.st_size < self._known.size:
                    self._known = _Known(file=about.st_ino)
                file.seek(self._known.size)
                for line in file:
                    if not line.endswith(b"\n"):
                        break  # still being written, or torn
                    self._take(line, self._known.size)
                    self._known.size += len(line)
        except FileNotFoundError:
            raise ByHandError(
                f"There are no results in {self.path.parent}: the folder that `coursekit grade "
                "--out` made was expected."
            ) from None
        except OSError as error:
            raise ByHandError(f"{self.path} cannot be read: {error.strerror}") from error

    def load(self, answer: Answer) -> ByHand:
        """The answer itself. Raises ByHandError when the file is no longer what it was."""
        try:
            with self.path.open("rb") as file:
                file.seek(answer.line)
                record = Record.from_json(file.readline().decode())
            return record.by_hand[answer.index]
        except (OSError, ValueError, RecordError, IndexError) as error:
            raise ByHandError(
                f"{self.path} was changed while it was in use ({error}); start again."
            ) from error

    def _take(self, line: bytes, start: int) -> None:
        try:
            record = Record.from_json(line.decode())
        except (RecordError, UnicodeDecodeError):
            self._known.unreadable += bool(line.strip())
            return
        known = self._known
        if known.assignment not in ("", record.assignment):
            raise ByHandError(
                f"{self.path} holds results of '{known.assignment}' and of '{record.assignment}'; "
                "the results of one assignment were expected."
            )
        known.assignment = record.assignment
        now = (record.attempt, record.graded)
        if record.kind is not Kind.GRADED or now < known.counts.get(record.student, now):
            return
        known.counts[record.student] = now
        for question in known.questions.values():
            question.answers.pop(record.student, None)
        for index, answer in enumerate(record.by_hand):
            question = self._question(answer, record.graded)
            question.answers[record.student] = _entry(record, answer, start, index)
        known.graded = max(known.graded, record.graded)

    def _question(self, answer: ByHand, graded: str) -> Question:
        found = self._known.questions.get(answer.question)
        if found is None:
            found = Question(
                answer.question, answer.title, answer.points, answer.rubric, answer.code
            )
            self._known.questions[answer.question] = found
        elif graded >= self._known.graded:
            found.title, found.points, found.rubric = answer.title, answer.points, answer.rubric
        return found


def _entry(record: Record, answer: ByHand, line: int, index: int) -> Answer:
    pictures = [image.get("data", "") for image in answer.images]
    words = " ".join(answer.text.split())
    if not words.isprintable():
        words = " ".join("".join(filter(str.isprintable, words)).split())
    return Answer(
        record.student,
        record.digest,
        _digest(answer.text, *pictures),
        _digest(words, *pictures),
        not words and not pictures,
        line,
        index,
    )


def _digest(*texts: str) -> str:
    whole = hashlib.sha256()
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()
