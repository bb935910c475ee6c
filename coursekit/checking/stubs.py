"""Is an answer still the untouched stub?"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

_EVERY_CLASS_HAS = {*vars(type("Empty", (), {})), "__firstlineno__", "__static_attributes__"}


def is_stub(function: Any) -> bool:
    """Whether a function is still untouched: a docstring and ``raise NotImplementedError``.

    A class is untouched as long as each of its methods is.
    """
    if isinstance(function, type):
        inherited = {k: v for c in function.__mro__[-2::-1] for k, v in vars(c).items()}
        members = [m for name, m in inherited.items() if name not in _EVERY_CLASS_HAS]
        return all(inspect.isfunction(m) and is_stub(m) for m in members)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return False
    # Code from `exec` has no source, or (from Python 3.13 on) an empty one.
    definition = tree.body[0] if tree.body else None
    if not isinstance(definition, ast.FunctionDef | ast.ClassDef):
        return False
    return all(_says_nothing(statement) for statement in definition.body)


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False
