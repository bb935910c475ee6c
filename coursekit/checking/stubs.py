"""Is an answer still the untouched stub?"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

_EVERY_CLASS_HAS = {*vars(type("Empty", (), {})), "__firstlineno__", "__static_attributes__"}


def is_stub(function: Any) -> bool:
    """Whether a function is still untouched: a docstring and ``raise NotImplementedError``.

    A class is untouched as long as each of its methods is; of what it inherits, only where it has
    none of its own.
    """
    if isinstance(function, type):
        members = [m for name, m in vars(function).items() if name not in _EVERY_CLASS_HAS]
        if members or function.__bases__ == (object,):
            return all(inspect.isfunction(m) and is_stub(m) for m in members)
        return all(map(is_stub, function.__bases__))
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return False
    # Code from `exec` has no source, or (from Python 3.13 on) an empty one.
    return bool(tree.body) and is_stub_definition(tree.body[0])


def is_stub_definition(statement: ast.stmt) -> bool:
    """Whether a statement defines what is still untouched, as `is_stub` says of functions.

    A class is untouched as long as it has methods and each of them is, or has nothing at all. An
    assignment is untouched when it assigns ``None`` or ``...``.
    """
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return all(_says_nothing(inner) for inner in statement.body)
        case ast.ClassDef():
            rest = [inner for inner in statement.body if not _says_nothing(inner)]
            # What a class inherits may be all that was asked for.
            return bool(rest or not statement.bases) and all(map(is_stub_definition, rest))
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            return value is None or (
                isinstance(value, ast.Constant) and value.value in (None, Ellipsis)
            )
    return False


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False
