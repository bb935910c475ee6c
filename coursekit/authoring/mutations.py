"""Small changes to a right answer, as students make them: each gives another program.

A change is described by the code before and after. What follows from it is not known here: some
changes make no difference at all.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

LONGEST = 60
"""Characters of code quoted in a description."""

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
_INSTEAD = {
    "mean": ("sum", "median"),
    "sum": ("mean", "max"),
    "median": ("mean",),
    "max": ("min",),
    "min": ("max",),
    "amax": ("amin",),
    "amin": ("amax",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "nanmean": ("mean", "nansum"),
    "nansum": ("sum",),
    "nanmax": ("max",),
    "nanmin": ("min",),
    "nanmedian": ("median",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "floor": ("ceil", "round"),
    "ceil": ("floor", "round"),
    "round": ("floor",),
    "rint": ("floor",),
    "std": ("var",),
    "var": ("std",),
    "any": ("all",),
    "all": ("any",),
    "sin": ("cos",),
    "cos": ("sin",),
    "exp": ("expm1",),
    "log": ("log1p", "log2"),
    "cumsum": ("cumprod",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "zeros_like": ("ones_like",),
    "logical_and": ("logical_or",),
    "logical_or": ("logical_and",),
    "isfinite": ("isnan",),
    "hstack": ("vstack",),
    "vstack": ("hstack",),
    "abs": ("square",),
}
"""Functions that are taken for one another, by their last name."""

_SKIPPED = {
    "abs", "absolute", "fabs", "sqrt", "clip", "astype", "asarray", "array", "float", "int",
    "flip", "fliplr", "flipud", "sort", "sorted", "round", "rint", "floor", "ceil", "square",
    "transpose", "copy", "cumsum", "nan_to_num", "log", "exp", "unique", "roll", "pad", "reversed",
    "maximum", "minimum",
}  # fmt: skip
"""Functions of which the first argument alone is a plausible wrong answer."""


_LEFT_ALONE = (ast.Raise, ast.Assert, ast.arguments)


@dataclass(frozen=True)
class Mutation:
    """A changed program.

    Attributes:
        line: of the change, from 1, in the text.
        before, after: the code there; `after` is "" where code was left out.
        code: the whole changed text, compiled.
    """

    line: int
    before: str
    after: str
    code: CodeType


def mutations(text: str) -> Iterator[Mutation]:
    """Every change to the program `text`, one at a time; those that do not compile are left out."""
    tree = ast.parse(text)
    pairs = _named_together(tree)
    for place in list(_places(tree, tree, 1)):
        for new in _replacements(place.node, pairs):
            made = _made(tree, place, new)
            if made is not None:
                yield made


@dataclass(frozen=True)
class _Place:
    """Where a node hangs in the tree; `around` is the line of code that it belongs to."""

    node: ast.AST
    put: Callable[[ast.AST], None]
    around: ast.AST
    line: int


def _places(tree: ast.AST, around: ast.AST, line: int) -> Iterator[_Place]:
    """All statements and expressions that may be changed: no docstrings, no error messages."""
    compound = isinstance(tree, ast.For | ast.While | ast.If | ast.With | ast.FunctionDef)
    for name, value in ast.iter_fields(tree):
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or isinstance(node, _LEFT_ALONE):
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if name in ("decorator_list", "returns", "annotation"):
                continue
            whole = node if isinstance(node, ast.stmt) or compound else around
            at = getattr(node, "lineno", line)
            yield _Place(node, _putter(tree, name, index), whole, at)
            yield from _places(node, whole, at)


def _putter(parent: ast.AST, name: str, index: int | None) -> Callable[[ast.AST], None]:
    def put(node: ast.AST) -> None:
        if index is None:
            setattr(parent, name, node)
        else:
            getattr(parent, name)[index] = node

    return put


def _made(tree: ast.Module, place: _Place, new: ast.AST) -> Mutation | None:
    """The program with `new` in this place; None when that is no program."""
    before = ast.unparse(place.around)
    place.put(ast.fix_missing_locations(ast.copy_location(new, place.node)))
    try:
        code = compile(tree, "<a changed answer>", "exec")
        after = ast.unparse(new if place.around is place.node else place.around)
    except (SyntaxError, ValueError, TypeError):
        return None
    finally:
        place.put(place.node)
    return Mutation(place.line, *_shortened(before, "" if after == "pass" else after), code)


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Both texts, cut around the place where they differ when they are long."""
    before, after = (" ".join(text.split()) for text in (before, after))
    differ = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, differ - LONGEST // 2) if max(len(before), len(after)) > LONGEST else 0
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    if not text:
        return ""
    end = start + LONGEST
    return "…" * (start > 0) + text[start:end] + "…" * (end < len(text))


def _replacements(node: ast.AST, pairs: dict[str, str]) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    for kind, changes in _CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in pairs:
        yield ast.Name(pairs[node.id], ast.Load())


def _named_together(tree: ast.AST) -> dict[str, str]:
    """Names that are easily exchanged: those set together, as in ``h, w = x.shape``."""
    pairs: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            names = [e.id for e in node.elts if isinstance(e, ast.Name)]
            pairs.update(zip(names, names[1:] + names[:1], strict=True))
    return {a: b for a, b in pairs.items() if a != b}


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.Continue | ast.Break | ast.For):
        yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        for operator in _OPERATORS.get(type(node.op), ()):
            yield _with(node, op=operator())
    if isinstance(node, ast.If):
        yield _with(node, test=ast.Constant(True))
        yield _with(node, test=ast.Constant(False))


def _binary(node: ast.BinOp) -> Iterator[ast.AST]:
    for operator in _OPERATORS.get(type(node.op), ()):
        yield _with(node, op=operator())
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
        yield _with(node, left=node.right, right=node.left)
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.FloorDiv):
        yield node.left


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for i, operator in enumerate(node.ops):
        for other in _COMPARISONS.get(type(operator), ()):
            yield _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    yield from node.values


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        if value > 0:
            yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(0.0 if 0 < abs(value) < 1e-3 else 1.5 * value if value else 1.0)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    name = _last_name(node.func)
    for i in range(len(node.keywords)):
        yield _with(node, keywords=[*node.keywords[:i], *node.keywords[i + 1 :]])
    for other in _INSTEAD.get(name, ()):
        function: ast.AST = node.func
        if isinstance(function, ast.Attribute):
            yield _with(node, func=_with(function, attr=other))
        elif isinstance(function, ast.Name) and name in ("max", "min", "sum", "any", "all"):
            yield _with(node, func=ast.Name(other, ast.Load()))
    if name in _SKIPPED:
        if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
            yield node.func.value
        elif node.args:
            yield node.args[0]
    if len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args[:2]):
        yield _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
        yield _with(node, args=node.args[:-1])
    if name == "range" and len(node.args) == 1:
        yield _with(node, args=[ast.Constant(1), node.args[0]])
    if name in ("range", "arange") and node.args:
        last = min(len(node.args), 2) - 1
        fewer = ast.BinOp(node.args[last], ast.Sub(), ast.Constant(1))
        yield _with(node, args=[*node.args[:last], fewer, *node.args[last + 1 :]])


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr == "T":
        yield node.value
    if node.attr == "inf":
        yield ast.Constant(0.0)


def _name(node: ast.Name) -> Iterator[ast.AST]:
    if node.id == "float" and isinstance(node.ctx, ast.Load):
        yield ast.Name("int", ast.Load())


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    for part in ("lower", "upper", "step"):
        if getattr(node, part) is not None:
            yield _with(node, **{part: None})


def _tuple(node: ast.Tuple) -> Iterator[ast.AST]:
    if len(node.elts) == 2:
        yield _with(node, elts=node.elts[::-1])


def _either(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    for i in range(len(node.ifs)):
        yield _with(node, ifs=[*node.ifs[:i], *node.ifs[i + 1 :]])


_CHANGES: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.Name: _name,
    ast.Slice: _slice,
    ast.Tuple: _tuple,
    ast.IfExp: _either,
    ast.comprehension: _comprehension,
}


def _with(node: Any, **changes: Any) -> Any:
    """A copy of `node` with other fields."""
    new = copy.copy(node)
    for name, value in changes.items():
        setattr(new, name, value)
    return new


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "math", "scipy", "ndimage")
