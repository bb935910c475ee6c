"""The page as HTML: ours alone. What students wrote comes later, as data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import BaseLoader, Environment, Template
from markupsafe import Markup


def marking_page(nonce: str, *, question: str, named: bool, longest_comment: int) -> str:
    """The page to mark on, opened at a question ("" for the first), with or without names."""
    return _template("page.html").render(
        nonce=nonce,
        style=Markup(_text("page.css")),
        scripts=[Markup(_text(name)) for name in ("drawing.js", "page.js")],
        question=question,
        named=named,
        longest_comment=longest_comment,
    )


def entrance(nonce: str) -> str:
    """A page that leads on to the marking page.

    It, and not a redirect, because a browser that came from elsewhere would not send the new
    cookie along a redirect.
    """
    return _template("entrance.html").render(nonce=nonce)


@cache
def _template(name: str) -> Template:
    environment = Environment(loader=BaseLoader(), autoescape=True)
    return environment.from_string(_text(name))


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
