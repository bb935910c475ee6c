"""Driving a class through a script that is data: construct, load, forward, backward, read.

A script is a few lines of very small Python::

    net = LeNet(28)
    copy_into(net.parameters(), weights)
    scores = net.forward(x)
    return scores

Names are the values of the case, the class under test, earlier results, and the helpers below.
There are calls, attributes that do not begin with an underscore, numbers and lists; nothing else.
The same lines are shown to the student when they fail.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from coursekit.exercises.comparison import came, describe
from coursekit.exercises.problems import UnfitAnswer
from coursekit.exercises.values import Named, copied, is_list_of_arrays


def run_script(
    script: str,
    answer: Any,
    name: str,
    values: Mapping[str, Any],
    done: dict[str, Any] | None = None,
    *,
    helpers: Mapping[str, Callable[..., Any]] | None = None,
    finish: Callable[[Any], Any] = lambda value: value,
) -> Named:
    """What the script returns, when `answer` is the class called `name`.

    Arrays are copied as they are assigned and returned, so that what a later call writes into an
    array does not change an earlier result. `done`, if given, receives what is to be returned as
    soon as it is there: after an exception it holds what came before. `helpers` are functions that
    the lines can call beside those of `HELPERS`; `finish` is applied to what is returned as soon as
    it is there.

    Raises:
        UnfitAnswer: an answer does not fit the line; in words for the student.
        Exception: whatever the answer's own code raises.
    """
    scope = {**HELPERS, **(helpers or {}), **values, name: answer}
    done = {} if done is None else done
    lines = parsed(script)
    assert isinstance(lines[-1], ast.Return)
    wanted = [n.id for n in _returns(lines[-1])]
    for line in lines[:-1]:
        if isinstance(line, ast.Assign):
            target = line.targets[0]
            assert isinstance(target, ast.Name)
            scope[target.id] = copied(_value(line.value, scope))
            if target.id in wanted:
                done[target.id] = finish(_returned(scope[target.id]))
        else:
            assert isinstance(line, ast.Expr)
            _value(line.value, scope)
    return Named.of({n: done[n] for n in wanted})


def constructor_calls(script: str, name: str) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """How the script makes objects of the class: text, number of arguments, names of others."""
    for line in parsed(script):
        for node in ast.walk(line):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                keywords = tuple(k.arg for k in node.keywords if k.arg)
                yield ast.unparse(node), len(node.args), keywords


@lru_cache(maxsize=64)
def parsed(script: str) -> tuple[ast.stmt, ...]:
    """The lines of a script.

    Raises:
        ValueError: something that a script cannot say.
    """
    try:
        body = ast.parse(f"def script():\n{_indented(script)}").body[0]
    except SyntaxError as error:
        raise ValueError(f"the script is not Python: {error.msg}:\n{script}") from None
    assert isinstance(body, ast.FunctionDef)
    *lines, last = body.body
    for line in lines:
        named = isinstance(line, ast.Assign) and [type(t) for t in line.targets] == [ast.Name]
        if not named and not isinstance(line, ast.Expr):
            raise ValueError(f"a script has calls and `name = call`; got {ast.unparse(line)!r}.")
        for part in ast.iter_child_nodes(line):
            _refuse_unknown(part)
    if not isinstance(last, ast.Return) or not _returns(last):
        raise ValueError("a script ends with `return name, …`.")
    return tuple(body.body)


def _indented(script: str) -> str:
    return "\n".join(f"    {line.strip()}" for line in script.strip().splitlines())


def _returns(line: ast.Return) -> list[ast.Name]:
    value = line.value
    names = value.elts if isinstance(value, ast.Tuple) else [value] if value else []
    if not all(isinstance(n, ast.Name) for n in names):
        raise ValueError(f"a script returns names; got {ast.unparse(line)!r}.")
    return [n for n in names if isinstance(n, ast.Name)]


_PARTS = (ast.Name, ast.Constant, ast.List, ast.Call, ast.Attribute, ast.keyword, ast.expr_context)


def _refuse_unknown(expression: ast.AST) -> None:
    for node in ast.walk(expression):
        private = isinstance(node, ast.Attribute) and node.attr.startswith("_")
        if private or not isinstance(node, _PARTS):
            raise ValueError(f"a script cannot say {ast.unparse(node)!r}.")


def _value(node: ast.expr, scope: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return scope[node.id]
    if isinstance(node, ast.List):
        return [_value(part, scope) for part in node.elts]
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, scope), node.attr)
    assert isinstance(node, ast.Call)
    function = _value(node.func, scope)
    args = [_value(argument, scope) for argument in node.args]
    return function(*args, **{k.arg: _value(k.value, scope) for k in node.keywords if k.arg})


def _returned(value: Any) -> Any:
    if isinstance(value, np.ndarray) or is_list_of_arrays(value):
        return copied(value)
    return value


def copy_into(targets: Any, values: list[np.ndarray]) -> None:
    """Write each array of `values` into the array of `targets` at the same place.

    Raises:
        UnfitAnswer: another number of arrays, or other shapes.
    """
    arrays = _arrays(targets)
    wanted = ", ".join(str(v.shape) for v in values)
    if len(arrays) != len(values):
        raise UnfitAnswer(
            f"`parameters()` should give {len(values)} arrays, of shapes {wanted}; yours gives "
            f"{len(arrays)}."
        )
    for i, (array, value) in enumerate(zip(arrays, values, strict=True)):
        if array.shape != value.shape:
            raise UnfitAnswer(
                f"`parameters()[{i}]` should have shape {value.shape}, but has shape "
                f"{array.shape}. In order, the shapes are {wanted}."
            )
    for array, value in zip(arrays, values, strict=True):
        try:
            array[...] = value
        except ValueError as error:
            said = f"`parameters()` gives an array nobody can write into: {error}."
            raise UnfitAnswer(said) from None


def count(arrays: Any) -> int:
    """How many numbers there are in a list of arrays."""
    return sum(a.size for a in _arrays(arrays))


def equal(one: Any, other: Any) -> bool:
    """Whether two lists hold the same arrays in the same order, but for float32's rounding."""
    a, b = _arrays(one), _arrays(other)
    return len(a) == len(b) and all(
        x.shape == y.shape and np.abs(x - y).max() <= 1e-6 * max(1.0, np.abs(y).max())
        for x, y in zip(a, b, strict=True)
    )


def _arrays(found: Any) -> list[np.ndarray]:
    if not isinstance(found, list | tuple) or not all(isinstance(a, np.ndarray) for a in found):
        said = came(found)
        if isinstance(found, list | tuple):
            other = next(a for a in found if not isinstance(a, np.ndarray))
            said = f"yours holds {describe(other)}."
        raise UnfitAnswer(f"A list of NumPy arrays is wanted; {said}")
    return list(found)


HELPERS: dict[str, Callable[..., Any]] = {"copy_into": copy_into, "count": count, "equal": equal}
"""Functions that a script can call."""
