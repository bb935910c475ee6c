"""Source code without what a copier changes first: names, comments, layout, docstrings."""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LONGEST = 20_000
"""Characters of one answer that are looked at."""

LOCAL = "local "
"""Before the number of a local name."""

_NAME = "\0"
"""Before a name, while it is not known whether the source itself gives it to something."""

_ENDED = "end"
_WITH_DOCSTRING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
_SILENT = (ast.Name, ast.arguments, ast.Module, ast.Expr)
_LEFT_OUT = frozenset({"ctx", "annotation", "returns", "type_comment", "type_params", "kind"})
_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers"})
_GIVES_NAME = {
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.ExceptHandler: "name",
    ast.arg: "arg",
}
_LAST_FIRST = {
    kind: [f for f in reversed(kind._fields) if f not in _LEFT_OUT and f != _GIVES_NAME.get(kind)]
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""The fields of each kind of node that follow its name, as a stack wants them."""

_WORDS = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<text>('''|\"\"\")[\s\S]*?\3|'[^'\n]*'|"[^"\n]*")
      | (?P<number>\d[\w.]*)
      | (?P<attribute>\.\s*[^\W\d]\w*)
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>[^\s\w])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Normalised:
    """One answer as a stream of tokens.

    Attributes:
        tokens: operators, calls, attributes, global names and constants as they are; local names
            numbered in order of appearance.
        parsed: whether it is Python; else the tokens are the words of the text.
    """

    tokens: tuple[str, ...]
    parsed: bool


def normalised(source: str) -> Normalised:
    """The tokens of `source`. Text that is no Python gives its words."""
    text = source[:LONGEST]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return Normalised(tuple(_words(text)), parsed=False)
    return Normalised(tuple(_stream(tree)), parsed=True)


def _stream(tree: ast.AST) -> list[str]:
    """The tokens of a tree."""
    tokens: list[str] = []
    bound: set[str] = set()
    waiting: list[Any] = [tree]  # not recursion: a deep tree must not end it
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is str:
            tokens.append(node)
        elif kind is ast.Name:
            tokens.append(_NAME + node.id)
            if type(node.ctx) is not ast.Load:
                bound.add(node.id)
        elif kind is ast.Constant:
            tokens += ("Constant", _constant(node.value))
        else:
            if kind not in _SILENT:
                tokens.append(kind.__name__)
            given = getattr(node, _GIVES_NAME[kind]) if kind in _GIVES_NAME else None
            if given:
                tokens.append(_NAME + given)
                bound.add(given)
            _push_children(waiting, node, kind)
    return _renamed(tokens, bound)


def _push_children(waiting: list[Any], node: ast.AST, kind: type[ast.AST]) -> None:
    """Put what follows a node on the stack: nodes, and strings that are tokens."""
    for name in _LAST_FIRST[kind]:
        value = getattr(node, name, None)
        if isinstance(value, list):
            if name in _BLOCKS:
                waiting.append(_ENDED)
            items = _without_docstring(node, value) if name == "body" else value
            waiting += [_NAME + i if isinstance(i, str) else i for i in reversed(items) if i]
        elif isinstance(value, str | ast.AST):
            waiting.append(value)


def _renamed(tokens: list[str], bound: set[str]) -> list[str]:
    """Names that the source itself gives, numbered in order of appearance."""
    numbers: dict[str, str] = {}
    for place, token in enumerate(tokens):
        if token.startswith(_NAME):
            name = token[1:]
            if name in bound:
                tokens[place] = numbers.setdefault(name, f"{LOCAL}{len(numbers)}")
            else:
                tokens[place] = name
    return tokens


def _without_docstring(node: ast.AST, body: list[ast.AST]) -> list[ast.AST]:
    if isinstance(node, _WITH_DOCSTRING) and body:
        match body[0]:
            case ast.Expr(value=ast.Constant(value=str())):
                return body[1:]
    return body


def _constant(value: object) -> str:
    # The hexadecimal of a large integer takes no time, its decimal digits may.
    return hex(value) if type(value) is int else repr(value)


def _words(text: str) -> Iterator[str]:
    numbers: dict[str, str] = {}
    for found in _WORDS.finditer(text):
        kind, word = found.lastgroup, found.group()
        if kind == "name" and not keyword.iskeyword(word):
            yield numbers.setdefault(word, f"{LOCAL}{len(numbers)}")
        elif kind != "comment":
            yield word
