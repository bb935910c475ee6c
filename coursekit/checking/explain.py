"""Exceptions in a tutor's words: what usually causes this one, and where to look."""

from __future__ import annotations

import re

from coursekit.checking.causes import CAUSES
from coursekit.checking.limits import Ended, OutOfTime


def describe_error(error: BaseException, seconds: float) -> str:
    """``IndexError: index 5 is out of bounds …`` in at most 200 characters."""
    if isinstance(error, OutOfTime):
        return f"Still running after {seconds:g} seconds, so it was stopped."
    if isinstance(error, Ended):
        return str(error)
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "(its message cannot be printed)"
    return f"{type(error).__name__}: {text}"[:200] if text else type(error).__name__


def likely_cause(error: BaseException) -> str:
    """The usual cause of `error`, or "" when there is nothing useful to say."""
    if isinstance(error, OutOfTime):
        return (
            "Does every `while` loop come to an end? If it is only slow, let NumPy work on whole "
            "windows or arrays rather than on single numbers."
        )
    if isinstance(error, Ended):
        return ""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    try:
        text = str(error)
    except Exception:
        text = ""
    # UFuncTypeError is a private subclass of TypeError: the more special name comes first.
    for name, pattern, cause in sorted(CAUSES, key=lambda c: c[0] != type(error).__name__):
        if name.lstrip("_") in {k.lstrip("_") for k in kinds} and re.search(pattern, text):
            return cause
    return ""
