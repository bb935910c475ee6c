"""A cell's text as Python: magics become calls, and what is no Python is said, not run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from coursekit.checking.stubs import is_stub_definition
from coursekit.grading.plain import plain

_SPECIAL = re.compile(
    r"^[ \t]*([%!?,;/]|>>>|In \[)|=[ \t]*[%!]|\?[ \t]*$|\A\s*[ \t]\S", re.MULTILINE
)
"""Where IPython reads a cell otherwise than Python does; looked for in what is no Python."""
_RUNS_ITS_BODY = re.compile(r"\A\s*%%(time|capture|prun)\b[^\n]*")
"""Cell magics whose body binds names in the notebook."""
_RUNS_ITS_LINE = re.compile(r"^([ \t]*)%(?:time|prun)[ \t]+(?=[^\s-])", re.MULTILINE)

_LONGEST_CELL, _LONGEST_LINE = 20_000, 500
"""Characters. IPython's search for question marks takes the square of a line's length."""
_KNOWN_CHARACTERS = 4_000
_PASSES = 5
"""Each pass reads the whole cell. More are needed only where a command's quotes do not close."""


@dataclass(frozen=True)
class Definition:
    """The last top-level statement of a cell that defines a name.

    Attributes:
        first, last: its lines in `Code.text`, from 1, decorators included.
        stub: whether it is still what the exercise gave.
    """

    name: str
    first: int
    last: int
    stub: bool


@dataclass(frozen=True)
class Code:
    """A cell read as Python.

    Attributes:
        text: what can be compiled, or "" when `problem` says why nothing can.
        problem: "line 3: '(' was never closed"; hostile text may be quoted in it.
        notes: what was changed to make it Python.
        definitions: by name: functions, classes, assignments and imports at the top level, also
            inside of ``if``, ``try``, ``with`` and loops.
        only_imports: whether it does nothing else; magics do not count.
    """

    text: str
    problem: str = ""
    notes: tuple[str, ...] = ()
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    only_imports: bool = False


def python_of(source: str) -> Code:
    """Read the text of a cell as Python; nothing of it is executed.

    Line magics, cell magics and shell commands become calls of ``get_ipython()``, as in Jupyter.
    """
    return _known(source) if len(source) <= _KNOWN_CHARACTERS else _read(source)


@lru_cache(maxsize=4096)
def _known(source: str) -> Code:
    """A class hands in the cells that it was given many times over."""
    return _read(source)


def _read(source: str) -> Code:
    notes: tuple[str, ...] = ()
    tree = _parsed(source)
    if isinstance(tree, str) and _SPECIAL.search(source):
        source = _without_magics(source)
        tree = _parsed(source)
        if "get_ipython()" in source:
            notes = ("Magics and shell commands have no effect in grading.",)
    if isinstance(tree, str):
        return Code("", tree)
    return Code(source, "", notes, _definitions(tree), _only_imports(tree))


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of a module in order, also those inside of compound ones but not of scopes."""
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            blocks = [getattr(node, name, ()) for name in _BLOCKS]
            left.extend(child for block in reversed(blocks) for child in reversed(block))


_BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")


def _parsed(source: str) -> ast.Module | str:
    """The syntax tree, or what is wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a student's "\d" must not reach the instructor
            return ast.parse(source)
    except SyntaxError as error:
        return plain(f"line {error.lineno}: {error.msg}", 300)
    except (RecursionError, MemoryError):
        return "the code is nested too deeply"
    except (ValueError, OverflowError) as error:  # a NUL, a number of too many digits
        return plain(str(error), 300)


def _without_magics(source: str) -> str:
    for _ in range(_PASSES):
        if not (opened := _RUNS_ITS_BODY.match(source)):
            break
        source = "\n" * opened.group().count("\n") + source[opened.end() :]
    source = _RUNS_ITS_LINE.sub(r"\1", source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _transformed(source)
    except (RuntimeError, SyntaxError, ValueError, MemoryError, RecursionError, IndexError):
        return source  # and the parser says what is wrong with it


def _transformed(source: str) -> str:
    """What IPython makes of a cell.

    Its own ``transform_cell`` changes one line, then reads the cell again from the start: seconds
    for a hostile one. Here, each pass changes all lines it can, from the last to the first.
    """
    # A tenth of a second, and most notebooks do without.
    from IPython.core.inputtransformer2 import TransformerManager, make_tokens_by_line

    manager = TransformerManager()
    lines = [line + "\n" for line in source.split("\n")]
    for transform in manager.cleanup_transforms + manager.line_transforms:
        lines = transform(lines)
    if sum(map(len, lines)) > _LONGEST_CELL or max(map(len, lines)) > _LONGEST_LINE:
        return "".join(lines)  # a cell magic is done by now
    for _ in range(_PASSES):
        found = [
            transformer
            for tokens in make_tokens_by_line(lines)
            for kind in manager.token_transformers
            if (transformer := kind.find([tokens]))
        ]
        if not found:
            break
        changed: set[int] = set()
        for transformer in reversed(found):
            if transformer.start_line not in changed:
                lines = transformer.transform(lines)
                changed.add(transformer.start_line)
    return "".join(lines)


def _definitions(tree: ast.Module) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    for statement in statements(tree):
        for name in _defined(statement):
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno, *(d.lineno for d in decorators)])
            last = statement.end_lineno or first
            found[name] = Definition(name, first, last, is_stub_definition(statement))
    return found


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.Assign(targets=targets):
            yield from _targets(targets)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            yield name


def _targets(targets: list[ast.expr]) -> Iterator[str]:
    left = list(targets)
    while left:
        match left.pop():
            case ast.Name(id=name):
                yield name
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                left.extend(elements)
            case ast.Starred(value=value):
                left.append(value)


def _only_imports(tree: ast.Module) -> bool:
    imports = 0
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports += 1
        elif not _is_idle(statement):
            return False
    return imports > 0


def _is_idle(statement: ast.stmt) -> bool:
    """Whether it is a text, or a magic."""
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))))
        ):
            return True
    return False
