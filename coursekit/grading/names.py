"""The global names that a piece of code binds and uses, whatever scope it does so in."""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from coursekit.grading.python_code import statements

_SCOPES = 2_000
"""Nobody writes as many functions into a cell; looking up each name goes through all of them."""


@dataclass(frozen=True)
class Names:
    """Global names in a piece of code.

    Attributes:
        binds: assigned, defined, imported or deleted, also by functions that declare them global.
        changes: altered by an assignment: ``A.b = …``, ``A[i] += …``, ``del A[i]``.
        calls_on: may be altered by a call whose value is not used: ``A.append(…)``.
        uses: read, also inside of functions and classes; builtins are among them.
        imports: those of `binds` that an import binds.
        star: whether there is a ``from … import *``, which may bind anything.
    """

    binds: frozenset[str] = field(default_factory=frozenset)
    changes: frozenset[str] = field(default_factory=frozenset)
    calls_on: frozenset[str] = field(default_factory=frozenset)
    uses: frozenset[str] = field(default_factory=frozenset)
    imports: frozenset[str] = field(default_factory=frozenset)
    star: bool = False


def names_of(text: str) -> Names:
    """The global names of code that `python_of` has read; none for code that cannot be compiled."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree, table = ast.parse(text), symtable.symtable(text, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return Names()
    if len(table.get_children()) > _SCOPES:
        return Names()
    binds, uses, imports = set(), set(), set()
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            if scope is not table and not symbol.is_global():
                continue
            if symbol.is_assigned() or symbol.is_imported():
                binds.add(symbol.get_name())
            if symbol.is_imported():
                imports.add(symbol.get_name())
            if symbol.is_referenced():
                uses.add(symbol.get_name())
    return Names(
        frozenset(binds),
        frozenset(_changed(tree)),
        frozenset(_called_on(tree)),
        frozenset(uses),
        frozenset(imports),
        _has_star(tree),
    )


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    left = [table]
    while left:
        scope = left.pop()
        yield scope
        left.extend(scope.get_children())


def _changed(tree: ast.Module) -> Iterator[str]:
    """The names at the roots of what statements outside of functions write to."""
    for statement in statements(tree):
        match statement:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                yield from _roots(targets)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
                yield from _roots([target])
            case ast.For(target=target) | ast.AsyncFor(target=target):
                yield from _roots([target])


def _called_on(tree: ast.Module) -> Iterator[str]:
    for statement in statements(tree):
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
                yield from _roots([function])


def _roots(targets: list[ast.expr]) -> Iterator[str]:
    left = list(targets)
    while left:
        target = left.pop()
        match target:
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                left.extend(elements)
                continue
            case ast.Starred(value=value):
                left.append(value)
                continue
        depth = 0
        while isinstance(target, ast.Attribute | ast.Subscript):
            target, depth = target.value, depth + 1
        if depth and isinstance(target, ast.Name):
            yield target.id


def _has_star(tree: ast.Module) -> bool:
    imports = (s for s in statements(tree) if isinstance(s, ast.ImportFrom))
    return any(alias.name == "*" for statement in imports for alias in statement.names)
