"""Pages from templates: everything escaped, one file each, written whole or not at all."""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.checking.render_html import text_html
from coursekit.errors import CourseError
from coursekit.grading.feedback import words
from coursekit.grading.plain import plain

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


class PageError(CourseError):
    """A page cannot be written; the message says where and why."""


def page(template: str, **values: Any) -> str:
    """The page that a template makes of `values`."""
    return _environment().get_template(template).render(**values)


def write_page(path: str | Path, text: str) -> None:
    """Write the file whole or not at all.

    Raises:
        PageError: it cannot be written.
    """
    path = Path(path)
    part = path.with_name(f".{path.name[:80]}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise PageError(
            f"{path} cannot be written: {reason}. Free some space or choose another folder; the "
            "results themselves are kept, and pages can be made from them again."
        ) from error


def prose(text: str) -> Markup:
    """A sentence of ours or of an instructor: `code` in backticks, line breaks kept."""
    from markupsafe import Markup

    return Markup(text_html(plain(text)))


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("coursekit.grading.feedback"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        plain=plain,
        prose=prose,
        number=words.number,
        points=words.points,
        moment=words.moment,
        duration=words.duration,
        sign=words.sign,
    )
    environment.globals.update(counted=words.counted, listed=words.listed)
    return environment
