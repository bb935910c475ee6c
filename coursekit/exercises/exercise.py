"""One object says everything about an exercise; the notebook's check and a grader both run it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from coursekit.exercises.comparison import Comparison, Mismatch

Function = Callable[..., Any]
CaseMaker = Callable[[np.random.Generator], Iterable["Case"]]
PropertyTest = Callable[[Function, np.random.Generator], "Mismatch | str | None"]

_NOTHING = object()


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    Attributes:
        name: what is special about it, as a noun phrase ("a 4×5 picture, stride 2").
        args, kwargs: the arguments; the function gets a copy.
        tiny: small enough to be worked out by hand; shown in full when it fails.
        expected: the stored answer, or nothing: then the reference gives it.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    tiny: bool = False
    expected: Any = _NOTHING

    @property
    def has_expected(self) -> bool:
        """Whether the expected answer is stored with the case."""
        return self.expected is not _NOTHING

    def asking_reference(self) -> Case:
        """The same case without its stored answer."""
        return replace(self, expected=_NOTHING)


def case(name: str, *args: Any, **kwargs: Any) -> Case:
    """A case whose expected answer comes from the reference."""
    return Case(name, args, kwargs)


def tiny(name: str, *args: Any, expected: Any = _NOTHING, **kwargs: Any) -> Case:
    """A case small enough for paper; with `expected`, worked out by hand."""
    return Case(name, args, kwargs, tiny=True, expected=expected)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students give, and the sentence a good tutor would say to it."""

    name: str
    says: str
    answer: Function


@dataclass(frozen=True)
class RightAnswer:
    """An unusual answer that is right, and must pass."""

    name: str
    answer: Function
    needs: str = ""
    """A package that not everybody has; the answer is tried where it is installed."""


@dataclass(frozen=True)
class Property:
    """Something that holds of every right answer, beyond its values on the cases."""

    name: str
    says: str
    test: PropertyTest


class Exercise:
    """What is asked, how it is checked, what goes wrong, and how to help.

    Args:
        signature: the function asked for, as it stands in the notebook:
            ``"cross_correlate2d(x, k, stride=1, padding=0)"``. Its name is the exercise's name.
        unit: two digits, "02".
        title: what is built, in a few words.
        reference: a right answer; gives the expected values.
        points: marks; minutes: a beginner's working time; difficulty: 1 (warm-up) to 5.
        builds_on: names of exercises or ideas that come before.
        hints: from a nudge to nearly the answer, at least three.
        comparison: how values are compared.
        seconds: time limit for one call.
        variants: also call with Fortran-ordered, strided, read-only and float32 copies of the
            array arguments. Turn off where an argument's memory layout or dtype is the point.

    Raises:
        ValueError: an impossible signature, unit, difficulty, or too few hints.

    Cases, known mistakes, unusual right answers and properties are added by decorators.
    """

    def __init__(
        self,
        signature: str,
        *,
        unit: str,
        title: str,
        reference: Function,
        points: int,
        minutes: int,
        difficulty: int,
        hints: Sequence[str],
        builds_on: Sequence[str] = (),
        comparison: Comparison | None = None,
        seconds: float = 5.0,
        variants: bool = True,
    ) -> None:
        self.signature = signature
        self.name, self.parameters = _parsed(signature)
        if not re.fullmatch(r"\d\d", unit):
            raise ValueError(f"unit is two digits such as '02'; got {unit!r}.")
        if not 1 <= difficulty <= 5:
            raise ValueError(f"difficulty goes from 1 to 5; {self.name} has {difficulty}.")
        if len(hints) < 3:
            raise ValueError(f"{self.name} needs at least three hints; it has {len(hints)}.")
        self.unit = unit
        self.title = title
        self.reference = reference
        self.points = points
        self.minutes = minutes
        self.difficulty = difficulty
        self.hints = tuple(hints)
        self.builds_on = tuple(builds_on)
        self.comparison = comparison or Comparison()
        self.seconds = seconds
        self.variants = variants
        self.mistakes: list[Mistake] = []
        self.right_answers: list[RightAnswer] = []
        self.properties: list[Property] = []
        self._make_cases: CaseMaker | None = None

    def __repr__(self) -> str:
        return (
            f"Exercise({self.signature!r}, unit={self.unit!r}, {self.points} points, "
            f"{len(self.mistakes)} known mistakes)"
        )

    def cases(self, maker: CaseMaker) -> CaseMaker:
        """Decorator: ``maker(rng)`` yields the cases; smaller ones first."""
        self._make_cases = maker
        return maker

    def mistake(self, says: str) -> Callable[[Function], Function]:
        """Decorator: a known wrong answer and the tutor's sentence for it."""

        def add(answer: Function) -> Function:
            self.mistakes.append(Mistake(_spoken(answer), " ".join(says.split()), answer))
            return answer

        return add

    def also_right(self, name: str, *, needs: str = "") -> Callable[[Function], Function]:
        """Decorator: an unusual answer that is right; `needs` names a package it imports."""

        def add(answer: Function) -> Function:
            self.right_answers.append(RightAnswer(name, answer, needs))
            return answer

        return add

    def holds(self, says: str) -> Callable[[PropertyTest], PropertyTest]:
        """Decorator: a property. ``test(answer, rng)`` returns None when it holds, else what
        was found: a `Mismatch` (see `coursekit.exercises.comparison.same`) or a sentence."""

        def add(test: PropertyTest) -> PropertyTest:
            self.properties.append(Property(_spoken(test), " ".join(says.split()), test))
            return test

        return add

    def make_cases(self, seed: int) -> list[Case]:
        """The cases for a seed, tiny ones first, then by the size of their input."""
        if self._make_cases is None:
            raise ValueError(f"{self.name} has no cases: decorate a function with @….cases.")
        made = list(self._make_cases(np.random.default_rng(seed)))
        # A stable sort: the first case that fails is then the smallest that fails.
        return sorted(made, key=lambda c: (not c.tiny, _size(c)))

    def expected(self, case: Case) -> Any:
        """The right answer to `case`, stored or from the reference (run on a copy)."""
        if case.has_expected:
            return case.expected
        args, kwargs = copied(case.args), copied(case.kwargs)
        with np.errstate(all="ignore"):
            return self.reference(*args, **kwargs)


def copied(value: Any) -> Any:
    """A copy of nested tuples, lists and dicts in which every array is new."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if isinstance(value, tuple | list):
        return type(value)(copied(v) for v in value)
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    return value


def _parsed(signature: str) -> tuple[str, inspect.Signature]:
    match = re.fullmatch(r"([A-Za-z_]\w*)(\(.*\))", signature.strip(), flags=re.DOTALL)
    if not match:
        raise ValueError(f"a signature reads 'name(x, k, stride=1)'; got {signature!r}.")
    scope: dict[str, Any] = {}
    try:
        exec(f"def {match[1]}{match[2]}: ...", {}, scope)
    except SyntaxError as error:
        raise ValueError(f"signature {signature!r} is not valid Python: {error.msg}.") from None
    return match[1], inspect.signature(scope[match[1]])


def _spoken(function: Callable[..., Any]) -> str:
    return function.__name__.strip("_").replace("_", " ")


def _size(case: Case) -> int:
    return sum(int(np.size(v)) for v in (*case.args, *case.kwargs.values()) if v is not None)
