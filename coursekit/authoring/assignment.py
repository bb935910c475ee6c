"""An instructor's assignment: its source checked, and built into a notebook for students."""

from __future__ import annotations

import ast
import copy
import hashlib
import importlib.util
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.authoring.advice import Program, advice
from coursekit.authoring.assignment_source import Cell, read_source
from coursekit.authoring.directives import expand
from coursekit.authoring.execute import execute
from coursekit.authoring.exercise_quality import SEEDS, examine
from coursekit.authoring.home_checks import home_checks, storable
from coursekit.authoring.markers import RUBRIC, SOLUTION, STUB, unmarked, without
from coursekit.authoring.notebooks import METADATA, dumps
from coursekit.authoring.sources import SourceCell
from coursekit.checking.ladder import climb
from coursekit.errors import CourseError
from coursekit.exercises import Exercise
from coursekit.grading.assignments import (
    EXERCISES,
    PLACEHOLDERS,
    SETTINGS,
    Assignment,
    load_assignment,
)
from coursekit.training.files import write_whole

RELEASE, SOLUTIONS = "release", "solution"

_FURTHER_SEEDS = range(len(SEEDS), len(SEEDS) + 7)
"""What holds by chance with three seeds seldom holds with ten."""

_CARD = re.compile(r"^<!-- card: (\w+) -->$", flags=re.MULTILINE)
_SHORTEST_LEAK = 12
"""Characters of a line of a solution that cannot stand in a release by chance."""


@dataclass
class Findings:
    """What was found about an assignment.

    Attributes:
        problems: why it cannot be given to students, each with the name of what it is about.
        notes: what could be better.
        tried: cases, known mistakes and right answers, by exercise.
        graded_only: names of exercises that cannot be checked at home.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tried: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    graded_only: set[str] = field(default_factory=set)


def check_assignment(
    folder: Path, *, advise: bool = True, report: Callable[[str], None] = lambda _: None
) -> tuple[Assignment | None, Findings]:
    """Try everything that an assignment promises.

    Args:
        advise: also look for weak checks, which takes some seconds for each exercise.
        report: called with a line for what is begun.

    Returns:
        The assignment, unless it cannot be loaded, and what was found.
    """
    findings = Findings()
    try:
        assignment = load_assignment(folder)
        cells = read_source(assignment.folder / "assignment.py") if assignment.folder else []
    except CourseError as error:
        findings.problems.append(str(error))
        return None, findings
    findings.problems += [*_structure(assignment, cells), *_settings(assignment)]
    solutions = _solutions(assignment, cells, findings)
    for exercise in assignment.exercises:
        report(f"{exercise.name}: trying its checks")
        _examine(exercise, solutions.get(exercise.name), findings, advise)
    if not findings.problems:
        findings.problems += _leaks(assignment, cells, findings.graded_only)
    return assignment, findings


def build_assignment(
    folder: Path, *, advise: bool = True, report: Callable[[str], None] = lambda _: None
) -> tuple[list[Path], Findings]:
    """Check an assignment and write its release and its solution; all of it or nothing.

    Returns:
        The files written, none when there are problems, and what was found.
    """
    assignment, findings = check_assignment(folder, advise=advise, report=report)
    if assignment is None or assignment.folder is None or findings.problems:
        return [], findings
    cells = read_source(assignment.folder / "assignment.py")
    only = findings.graded_only
    release, solution = (_notebook(assignment, cells, kind, only) for kind in (RELEASE, SOLUTIONS))
    checks = _checks_file(assignment, only)
    source = Path(assignment.folder.name) / "assignment.py"
    with tempfile.TemporaryDirectory() as scratch:
        room = Path(scratch)
        (room / _checks_name(assignment)).write_text(checks, encoding="utf-8")
        try:
            report("running the untouched release")
            execute(copy.deepcopy(release[0]), release[1], source, room)
        except CourseError as error:
            findings.problems.append(f"an untouched release does not run to its end: {error}")
            return [], findings
        try:
            report("running the solution")
            execute(solution[0], solution[1], source, room)
        except CourseError as error:
            findings.problems.append(f"the solution does not run: {error}")
            return [], findings
    name = f"{assignment.name}.ipynb"
    texts = {
        assignment.folder / RELEASE / name: dumps(release[0]),
        assignment.folder / RELEASE / _checks_name(assignment): checks,
        assignment.folder / SOLUTIONS / name: dumps(solution[0]),
        assignment.folder / SOLUTIONS / _checks_name(assignment): checks,
    }
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        write_whole(path, text.encode())
    return list(texts), findings


def _checks_name(assignment: Assignment) -> str:
    return f"{assignment.name}_checks.py"


def _loads(assignment: Assignment) -> str:
    """The line by which a notebook loads its checks."""
    return f'load_exercises("{_checks_name(assignment)}")'


def _checks_file(assignment: Assignment, graded_only: Collection[str]) -> str:
    makers = assignment.givens.read_text(encoding="utf-8") if assignment.givens else ""
    at_home = [e for e in assignment.exercises if e.name not in graded_only]
    return home_checks(at_home, makers)


def _structure(assignment: Assignment, cells: Sequence[Cell]) -> Iterator[str]:
    """What is missing, double or misplaced in the source."""
    asked = [c.answers for c in cells if c.answers]
    known = [e.name for e in assignment.exercises]
    by_hand = [q.name for q in assignment.by_hand]
    for name, count in Counter([*asked, *by_hand]).items():
        if count > 1:
            yield f"{name}: {count} cells of assignment.py have this name; names must differ."
    for name, count in Counter(known).items():
        if count > 1:
            yield f"{name}: {count} exercises in {EXERCISES} have this name; names must differ."
    for name in sorted(set(asked) - set(known)):
        yield f"{name}: assignment.py asks for it, but {EXERCISES} has no exercise of this name."
    for name in sorted(set(known) - set(asked)):
        yield (
            f"{name}: {EXERCISES} has it, but no cell of assignment.py defines it with a solution "
            f"between `{SOLUTION[0]}` and `{SOLUTION[1]}`."
        )
    texts = "\n".join(c.text for c in cells)
    for exercise in (e for e in assignment.exercises if e.name in asked):
        cell = next(c for c in cells if c.answers == exercise.name)
        if exercise.first_line not in cell.text:
            yield f"{exercise.name}: line {cell.line} should read `{exercise.first_line}`."
        if f"<!-- card: {exercise.name} -->" not in texts:
            yield f"{exercise.name}: no text cell has its card, `<!-- card: {exercise.name} -->`."
        if not any(c.text.strip() == f"check({exercise.name})" for c in cells):
            yield f"{exercise.name}: no cell reads `check({exercise.name})`."
    for question in assignment.by_hand:
        if not re.fullmatch(r"[A-Za-z]\w{0,50}", question.name):
            yield f'{question.name}: by_hand="…" is a name of letters, digits and underscores.'
        if not question.points:
            yield f"{question.name}: points=… is missing in the first line of its cell."
        if not question.rubric:
            yield (
                f"{question.name}: it has no rubric: say between `{RUBRIC[0]}` and `{RUBRIC[1]}` "
                "what points are given for."
            )
    wanted = _loads(assignment)
    if asked and wanted not in texts:
        yield f"assignment.py: no cell reads `{wanted}`, which `check` needs on students' machines."
    if not (asked or by_hand):
        yield "assignment.py: it asks nothing."


def _settings(assignment: Assignment) -> Iterator[str]:
    if assignment.stated is not None and abs(assignment.stated - assignment.points) > 1e-9:
        yield (
            f"{SETTINGS}: points = {assignment.stated:g}, but the questions add up to "
            f"{assignment.points:g}."
        )


def _solutions(
    assignment: Assignment, cells: Sequence[Cell], findings: Findings
) -> dict[str, Program]:
    """Each answer in the notebook as a program that can be run by itself."""
    names: dict[str, Any] = {}
    found: dict[str, Program] = {}
    for cell in cells:
        if cell.kind != "code" or cell.by_hand:
            continue
        try:
            # Calls that stand by themselves (checks, plots) are for the notebook only.
            tree = ast.parse(cell.text)
            tree.body = [node for node in tree.body if not isinstance(node, ast.Expr)]
            exec(compile(tree, f"assignment.py, line {cell.line}", "exec"), names)
        except Exception as error:
            at = f"assignment.py:{cell.line}"
            findings.problems.append(f"{at}: {type(error).__name__}: {error}")
            continue
        if cell.answers:
            found[cell.answers] = Program(
                cell.text, "assignment.py", cell.line, names, cell.answers
            )
    return found


def _examine(
    exercise: Exercise, solution: Program | None, findings: Findings, advise: bool
) -> None:
    name = exercise.name
    try:
        quality = examine(exercise)
    except Exception as error:
        findings.problems.append(f"{name}: its checks do not run: {type(error).__name__}: {error}")
        return
    findings.tried[name] = (quality.cases, len(exercise.mistakes), len(exercise.right_answers))
    if unstorable := storable(exercise):
        findings.graded_only.add(name)
        findings.notes.append(unstorable)
    for problem in quality.problems:
        into = findings.notes if _is_minor(problem) else findings.problems
        into.append(f"{name}: {problem}")
    if solution:
        answer = solution.names[name]
        for seed in SEEDS:
            result = climb(exercise, answer, seed)
            if not result.passed:
                says = f"the solution in assignment.py does not pass (seed {seed})"
                findings.problems.append(f"{name}: {says}:\n{result!r}")
                break
    if not any(p.startswith(f"{name}:") for p in findings.problems):
        findings.problems += [f"{name}: {problem}" for problem in _by_chance(exercise)]
    if advise and not any(p.startswith(f"{name}:") for p in findings.problems):
        findings.notes += [f"{name}: {line}" for line in advice(exercise, solution)]


def _by_chance(exercise: Exercise) -> Iterator[str]:
    """Wrong answers that pass, and right ones that are refused, with a seed now and then."""
    for seed in _FURTHER_SEEDS:
        for mistake in exercise.mistakes:
            if climb(exercise, mistake.answer, seed, diagnosing=False).passed:
                yield (
                    f"a known mistake passes with seed {seed}, not with all: {mistake.name}. "
                    "Let some case hold for certain what tells it apart"
                )
        for right in exercise.right_answers:
            if right.needs and importlib.util.find_spec(right.needs) is None:
                continue
            result = climb(exercise, right.answer, seed, diagnosing=False)
            if not result.passed:
                yield f"a right answer is refused (seed {seed}): {right.name}\n{result!r}"


def _is_minor(problem: str) -> bool:
    """Whether an instructor may decide otherwise: how much is known, and what a mistake is told."""
    return problem.startswith(
        ("a known mistake is not named", "two mistakes share a sentence")
    ) or problem.endswith("are needed")


def _notebook(
    assignment: Assignment, cells: Sequence[Cell], kind: str, graded_only: Collection[str]
) -> tuple[NotebookNode, list[int]]:
    """The release or the solution, and the source line that each cell begins on."""
    made: list[NotebookNode] = []
    lines: list[int] = []
    seen: Counter[str] = Counter()
    for cell in cells:
        checked = _checked(cell)
        if checked in graded_only:
            continue
        text = _text(assignment, cell, cells, kind)
        if all(e.name in graded_only for e in assignment.exercises):
            text = text.replace(_loads(assignment), "").rstrip()
        identity = _identity(cell, checked)
        seen[identity] += 1
        if seen[identity] > 1:
            identity = f"{identity}-{seen[identity]}"
        make: Any = new_code_cell if cell.kind == "code" else new_markdown_cell
        node = make(source=text, id=identity)
        if cell.answers:
            node.metadata["coursekit"] = {"exercise": cell.answers}
        elif cell.by_hand:
            node.metadata["coursekit"] = {"question": cell.by_hand}
        made.append(node)
        lines.append(cell.line)
    metadata = {**METADATA, "coursekit": {"assignment": assignment.name}}
    return new_notebook(cells=made, metadata=NotebookNode(metadata), nbformat_minor=5), lines


def _text(assignment: Assignment, cell: Cell, cells: Sequence[Cell], kind: str) -> str:
    if cell.kind == "markdown" and not cell.by_hand:
        text = _hand_cards(assignment, cell.text)
        plain = [SourceCell(c.kind, c.text, c.line) for c in cells]
        return expand(text, plain, "solutions" if kind == SOLUTIONS else "exercises")
    text = without(cell.text, RUBRIC)
    if kind == SOLUTIONS:
        return unmarked(text, SOLUTION).strip("\n")
    instead = PLACEHOLDERS[cell.kind] if cell.by_hand else STUB
    return without(text, SOLUTION, instead).strip("\n") or instead


def _hand_cards(assignment: Assignment, text: str) -> str:
    questions = {q.name: q for q in assignment.by_hand}

    def card(match: re.Match[str]) -> str:
        question = questions.get(match[1])
        if question is None:
            return match[0]
        points = f"{question.points:g} point{'s' * (question.points != 1)}"
        return f"*{points} · read and marked by a person*"

    return _CARD.sub(card, text)


def _checked(cell: Cell) -> str:
    found = re.fullmatch(r"check\((\w+)\)", cell.text.strip()) if cell.kind == "code" else None
    return found[1] if found else ""


def _identity(cell: Cell, checked: str) -> str:
    """An id from what the cell is for, else from its content."""
    if cell.answers:
        return f"answer-{cell.answers}"[:60]
    if cell.by_hand:
        return f"question-{cell.by_hand}"[:60]
    if checked:
        return f"check-{checked}"[:60]
    return hashlib.sha256(f"{cell.kind}\n{cell.text}".encode()).hexdigest()[:12]


def _leaks(
    assignment: Assignment, cells: Sequence[Cell], graded_only: Collection[str]
) -> Iterator[str]:
    """Lines of solutions and rubrics that students would see."""
    release, _ = _notebook(assignment, cells, RELEASE, graded_only)
    shown = {line.strip() for cell in release.cells for line in cell.source.splitlines()}
    shown |= {line.strip() for line in _checks_file(assignment, graded_only).splitlines()}
    for cell in cells:
        name = cell.answers or cell.by_hand
        for line in cell.rubric.splitlines():
            if line.strip() in shown and len(line.strip()) >= _SHORTEST_LEAK:
                yield f"{name}: a line of its rubric stands in the release: `{line.strip()}`."
        # A single line may be given elsewhere on purpose; most of a solution is not.
        lines = {line.strip() for line in cell.solution if _tells(line)}
        if lines and len(lines & shown) > len(lines) / 2:
            leaked = sorted(lines & shown)[0]
            yield f"{name}: its solution stands in the release as well: `{leaked}`."


def _tells(line: str) -> bool:
    return len(line.strip()) >= _SHORTEST_LEAK and not line.strip().startswith("#")
