"""Groups of near-identical answers, for a person to look at. Likeness is no proof of anything.

Answers with the same normalised source belong together; so do answers that share most of their
passages. A passage says the less the more of the class has it, and nothing at all when many have
it or the exercise itself gives it: so the one line that half a class writes makes no group.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.exercises import UnknownExercise, find
from coursekit.grading.feedback.fingerprints import all_passages, fingerprints
from coursekit.grading.feedback.normalised import normalised

ALIKE = 0.5
"""Share of the evidence in two answers that both have, from which they are a group."""

EVIDENCE = 60.0
"""Bits of evidence that a group needs: a dozen passages that hardly anybody else has."""

UNSEEN = 20
"""Students assumed beyond those who answered: in a class of three, little is unusual."""

COMMON = 0.2
"""Share of the class from which a passage that these have in common says nothing."""

FEW = 20
"""Students who may share a passage in a class of any size before it says nothing."""


@dataclass(frozen=True)
class Member:
    """One answer of a group; `likeness` is that to the group's first, from 0 to 1."""

    student: str
    source: str
    likeness: float


@dataclass(frozen=True)
class Group:
    """Answers to one question that are alike, the one with most neighbours first.

    Attributes:
        evidence: bits of it that the least similar member shares with the first.
        same: whether all are the same but for names, comments and layout.
    """

    members: tuple[Member, ...]
    evidence: float
    same: bool

    @property
    def likeness(self) -> float:
        """Of the least similar member."""
        return min(m.likeness for m in self.members)


def groups(answers: Mapping[str, str], given: Sequence[str] = ()) -> list[Group]:
    """Groups of near-identical answers to one question, those with most evidence first.

    Args:
        answers: each student's source.
        given: texts that everybody has: the stub, the reference solution, code in hints.
    """
    return _Answers(answers, given).groups() if len(answers) > 1 else []


def given_texts(exercise: str) -> list[str]:
    """What an exercise of ours itself gives: its reference solution and the code in its hints.

    A signature is part of the reference. Nothing for an exercise that is not known here.
    """
    try:
        found = find(exercise)
    except UnknownExercise:
        return []
    texts = [code for hint in found.hints for code in re.findall("`([^`]+)`", hint)]
    try:
        return [*texts, textwrap.dedent(inspect.getsource(found.reference))]
    except (OSError, TypeError):  # its source is not at hand
        return texts


@dataclass(frozen=True)
class _Distinct:
    """One normalised source: who wrote it, and the passages that were not given."""

    students: tuple[str, ...]
    passages: np.ndarray


@dataclass(frozen=True)
class _Edge:
    """Two answers that are alike: share of the evidence in common, and its bits."""

    likeness: float
    evidence: float


_Near = dict[int, dict[int, _Edge]]
"""For each of the distinct answers, by number, those like it."""


class _Answers:
    """All answers to one question."""

    def __init__(self, answers: Mapping[str, str], given: Sequence[str]) -> None:
        from scipy.sparse import csr_array

        self._answers = answers
        self._distinct = _distinct(answers, given)
        sizes = [d.passages.size for d in self._distinct]
        rows = np.repeat(np.arange(len(sizes)), sizes)
        passages = np.concatenate([d.passages for d in self._distinct])
        _, columns = np.unique(passages, return_inverse=True)
        self._writers = [len(d.students) for d in self._distinct]
        written = np.bincount(columns, np.array(self._writers, float)[rows])
        bits = np.log2((len(answers) + UNSEEN) / written)
        bits[written > max(FEW, COMMON * len(answers))] = 0.0
        weight = np.sqrt(bits[columns])
        shape = (len(sizes), bits.size)
        # The product of this with its transpose is the evidence that each two have in common.
        self._weights = csr_array((weight, (rows, columns)), shape=shape)
        self._weights.eliminate_zeros()
        self._evidence = np.bincount(rows, bits[columns], len(sizes))

    def groups(self) -> list[Group]:
        """The answer that most are like makes a group with them; then the next of the rest.

        So everybody in a group is like its first; chains of small likenesses make no group.
        """
        near = self._neighbours()
        reach = {i: self._writers[i] + sum(self._writers[j] for j in near[i]) for i in near}
        found = []
        while reach:
            centre = max(reach, key=lambda i: (reach[i], -i))
            if reach[centre] < 2:
                break
            alike = {i: edge for i, edge in near[centre].items() if i in reach}
            found.append(self._group(centre, alike))
            taken = (centre, *alike)
            for i in taken:
                del reach[i]
            for i in taken:
                for j in reach.keys() & near[i].keys():
                    reach[j] -= self._writers[i]
        return sorted(found, key=lambda g: (-g.evidence, g.members[0].student))

    def _group(self, centre: int, alike: Mapping[int, _Edge]) -> Group:
        edges = {centre: _Edge(1.0, float(self._evidence[centre])), **alike}
        order = sorted(edges, key=lambda i: (-edges[i].likeness, i != centre, i))
        members = tuple(
            Member(student, self._answers[student], round(edges[i].likeness, 3))
            for i in order
            for student in self._distinct[i].students
        )
        evidence = min(edge.evidence for edge in edges.values())
        return Group(members, round(evidence, 1), same=len(edges) == 1)

    def _neighbours(self) -> _Near:
        """For each distinct answer that is like another, or was written twice, those like it."""
        near: _Near = {
            i: {}
            for i, distinct in enumerate(self._distinct)
            if len(distinct.students) > 1 and self._evidence[i] >= EVIDENCE
        }
        common = (self._weights @ self._weights.T).tocoo()
        of_interest = (common.row < common.col) & (common.data >= EVIDENCE)
        first, second = common.row[of_interest], common.col[of_interest]
        shared = common.data[of_interest]
        share = shared / (self._evidence[first] + self._evidence[second] - shared)
        for k in np.flatnonzero(share >= ALIKE):
            i, j, edge = int(first[k]), int(second[k]), _Edge(float(share[k]), float(shared[k]))
            near.setdefault(i, {})[j] = edge
            near.setdefault(j, {})[i] = edge
        return near


def _distinct(answers: Mapping[str, str], given: Sequence[str]) -> list[_Distinct]:
    """The different answers, in order of the students' names."""
    known = np.unique(
        np.concatenate(
            [np.zeros(0, np.uint64)] + [all_passages(normalised(g).tokens) for g in given]
        )
    )
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for student in sorted(answers):
        by_text[answers[student]].append(student)
    by_tokens: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for text, students in by_text.items():
        by_tokens[normalised(text).tokens] += students
    return [
        _Distinct(tuple(students), np.setdiff1d(fingerprints(tokens), known, assume_unique=True))
        for tokens, students in by_tokens.items()
    ]
