"""One object says everything about an exercise; the notebook's check and a grader both run it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from coursekit.exercises.comparison import Comparison, Mismatch
from coursekit.exercises.performing import Call, perform
from coursekit.exercises.script import parsed
from coursekit.exercises.values import Named, copied, numbers_in

Function = Callable[..., Any]
CaseMaker = Callable[[np.random.Generator], Iterable["Case"]]
PropertyTest = Callable[[Function, np.random.Generator], "Mismatch | str | None"]

_NOTHING = object()

RIGHT_VALUES = "right values"
"""The one check of an exercise that does not divide its points: all cases."""

IN_ANY_FORM = "in any form"
"""The check that what is beyond values holds: the input stays as it was, a second call gives the
same, any memory layout and single precision will do, and so on."""


@dataclass(frozen=True, eq=False)
class Case:
    """One call of the student's function, or one script that drives the student's class.

    Attributes:
        name: what is special about it, as a noun phrase ("a 4×5 picture, stride 2").
        args, kwargs: the arguments; the function gets a copy. With a script, `kwargs` are the
            values its lines name.
        tiny: small enough to be worked out by hand; shown in full when it fails.
        expected: the stored answer, or nothing: then the reference gives it.
        script: see `coursekit.exercises.script`; "" for a plain call.
        reads: parameters whose `Given` objects are read after the call; what is read is compared
            like a further returned value.
        check: name of the exercise's check that it counts for; "" for the first.
        gradients: parameters at which the gradient of the answer is compared like a further
            returned value (of an exercise about tensors).
    """

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    tiny: bool = False
    expected: Any = _NOTHING
    script: str = ""
    reads: tuple[str, ...] = ()
    check: str = ""
    gradients: tuple[str, ...] = ()

    @property
    def has_expected(self) -> bool:
        """Whether the expected answer is stored with the case."""
        return self.expected is not _NOTHING

    def counts_for(self, check: str) -> Case:
        """The same case, which counts for another of the exercise's checks than the first."""
        return replace(self, check=check)

    def asking_reference(self) -> Case:
        """The same case without its stored answer."""
        return replace(self, expected=_NOTHING)

    def reading(self, *parameters: str) -> Case:
        """The same case, in which also the state of these `Given` arguments is compared.

        A stored answer is then a dict: ``{"returned": …, "w": …}`` (several returned values have
        their outputs' names).
        """
        return replace(self, reads=parameters, expected=_named(self.expected))

    def with_gradients(self, *parameters: str) -> Case:
        """The same case, in which also the gradients at these arguments are compared.

        They are those of a weighted sum of what is returned (of the first value, if there are
        several). A stored answer is then a dict: ``{"returned": …, "gradient at x": …}``.
        """
        return replace(self, gradients=parameters, expected=_named(self.expected))


def _named(stored: Any) -> Any:
    return Named.of(stored) if isinstance(stored, Mapping) else stored


def case(name: str, *args: Any, **kwargs: Any) -> Case:
    """A case whose expected answer comes from the reference."""
    return Case(name, args, kwargs)


def tiny(name: str, *args: Any, expected: Any = _NOTHING, **kwargs: Any) -> Case:
    """A case small enough for paper; with `expected`, worked out by hand."""
    return Case(name, args, kwargs, tiny=True, expected=expected)


def scripted(
    name: str,
    script: str,
    *,
    tiny: bool = False,
    expected: Mapping[str, Any] | None = None,
    **values: Any,
) -> Case:
    """A case that drives a class: the lines of `script` use `values` by their names.

    `expected`, when stored, maps the names that the script returns to their values.

    Raises:
        ValueError: the script says something that a script cannot say.
    """
    parsed(script)
    lines = "\n".join(line.strip() for line in script.strip().splitlines())
    stored = _NOTHING if expected is None else Named.of(expected)
    return Case(name, (), values, tiny, stored, script=lines)


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
            Of a class, how it is made: ``"LeNet(size=28, classes=10)"``.
        a_class: whether a class is asked for; its cases are `scripted`.
        unit: two digits, "02".
        title: what is built, in a few words.
        reference: a right answer; gives the expected values.
        checks: what the points are for, as ``{"no stride": 2, "stride": 1, IN_ANY_FORM: 1}``: each
            check is earned when all the cases that count for it are right (see
            `Case.counts_for`), and `IN_ANY_FORM` when all else is right and holds whatever the
            form of the input. If left out: `RIGHT_VALUES` has 80 % of the points, the rest is for
            `IN_ANY_FORM`.
        points: marks; minutes: a beginner's working time; difficulty: 1 (warm-up) to 5.
        builds_on: names of exercises or ideas that come before.
        hints: from a nudge to nearly the answer, at least three.
        comparison: how values are compared.
        seconds: time limit for one call.
        uses: modules of this package that the answer may import; when it is graded, it finds no
            other.
        withheld: modules that those import, and that hold the answer: they are not there then.
        variants: also call with Fortran-ordered, strided, read-only and float32 copies of the
            array arguments. Turn off where an argument's memory layout or dtype is the point.
        tensors: whether the answer works on PyTorch's tensors: arrays in the cases become tensors
            before a call, tensors in the answer become arrays after it.

    Raises:
        ValueError: an impossible signature, unit, difficulty, too few hints, or checks whose points
            are not those of the exercise.

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
        a_class: bool = False,
        checks: Mapping[str, float] | None = None,
        uses: Sequence[str] = (),
        withheld: Sequence[str] = (),
        tensors: bool = False,
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
        self.comparison = replace(comparison or Comparison(), tensors=tensors)
        self.seconds = seconds
        self.variants = variants
        self.a_class = a_class
        self.uses, self.withheld = tuple(uses), tuple(withheld)
        self.tensors = tensors
        self.checks = _points_of(self.name, points, checks)
        self.mistakes: list[Mistake] = []
        self.right_answers: list[RightAnswer] = []
        self.properties: list[Property] = []
        self._make_cases: CaseMaker | None = None

    @property
    def first_line(self) -> str:
        """How the answer begins: the ``def`` of the function, or of the class's ``__init__``."""
        if not self.a_class:
            return f"def {self.signature}:"
        inside = self.signature[len(self.name) + 1 :]
        return f"def __init__(self{', ' if inside != ')' else ''}{inside}:"

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
        _expect_text("mistake", says)

        def add(answer: Function) -> Function:
            self.mistakes.append(Mistake(_spoken(answer), " ".join(says.split()), answer))
            return answer

        return add

    def also_right(self, name: str, *, needs: str = "") -> Callable[[Function], Function]:
        """Decorator: an unusual answer that is right; `needs` names a package it imports."""
        _expect_text("also_right", name)

        def add(answer: Function) -> Function:
            self.right_answers.append(RightAnswer(name, answer, needs))
            return answer

        return add

    def holds(self, says: str) -> Callable[[PropertyTest], PropertyTest]:
        """Decorator: a property. ``test(answer, rng)`` returns None when it holds, else what
        was found: a `Mismatch` (see `coursekit.exercises.comparison.same`) or a sentence.

        `answer` is called like the function. Of a class it is ``answer(script, **values)``, which
        gives what the script returns. `Given` arguments are made as in a case.
        """
        _expect_text("holds", says)

        def add(test: PropertyTest) -> PropertyTest:
            self.properties.append(Property(_spoken(test), " ".join(says.split()), test))
            return test

        return add

    def make_cases(self, seed: int) -> list[Case]:
        """The cases for a seed, tiny ones first, then by the size of their input."""
        if self._make_cases is None:
            raise ValueError(f"{self.name} has no cases: decorate a function with @….cases.")
        made = list(self._make_cases(np.random.default_rng(seed)))
        for unknown in (c for c in made if c.check and c.check not in self.checks):
            raise ValueError(
                f"{self.name}: the case '{unknown.name}' counts for '{unknown.check}', which is "
                f"none of the checks: {', '.join(self.checks)}."
            )
        # A stable sort: the first case that fails is then the smallest that fails.
        return sorted(made, key=lambda c: (not c.tiny, _size(c)))

    def answered(self, case: Case) -> Case:
        """The case with its right answer stored in it."""
        return case if case.has_expected else replace(case, expected=self.expected(case))

    def expected(self, case: Case) -> Any:
        """The right answer to `case`, stored or from the reference (run on a copy)."""
        if case.has_expected:
            return case.expected
        args, kwargs = copied(case.args), copied(case.kwargs)
        with np.errstate(all="ignore"):
            return self.perform(self.reference, replace(case, args=args, kwargs=kwargs))

    def perform(self, answer: Function, case: Case) -> Any:
        """What `answer` gives on `case`, whose arguments it may keep and change.

        Raises whatever the answer raises.
        """
        return perform(answer, self.call_of(case))

    def call_of(self, case: Case) -> Call:
        """The call that `case` asks for, as data."""
        return Call(
            self.name,
            tuple(self.parameters.parameters),
            self.comparison.outputs,
            case.args,
            case.kwargs,
            case.script,
            case.reads,
            self.tensors,
            case.gradients,
        )


def _expect_text(decorator: str, said: Any) -> None:
    if not isinstance(said, str):
        raise TypeError(
            f'the decorator takes a text: @….{decorator}("…"), with parentheses; got {said!r}.'
        )


def _points_of(name: str, points: float, checks: Mapping[str, float] | None) -> dict[str, float]:
    """The checks with their points, `IN_ANY_FORM` last."""
    if checks is None:
        return {RIGHT_VALUES: round(0.8 * points, 6), IN_ANY_FORM: round(0.2 * points, 6)}
    given = dict(checks)
    last = given.pop(IN_ANY_FORM, 0)
    if not given or min(given.values()) <= 0 or last < 0:
        raise ValueError(
            f"{name}: checks map at least one name beside '{IN_ANY_FORM}' to points above 0; got "
            f"{dict(checks)}."
        )
    total = sum(given.values()) + last
    if abs(total - points) > 1e-9:
        raise ValueError(
            f"{name}: the checks' points add up to {total:g}, but it has {points:g} points."
        )
    return {**given, IN_ANY_FORM: last}


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
    return numbers_in((*case.args, *case.kwargs.values()))
