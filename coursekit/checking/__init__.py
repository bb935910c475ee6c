"""Exercises run inside the student's notebook: `check`, `hint`, `progress`."""

from coursekit.checking.api import Hint, check, hint, progress
from coursekit.checking.result import Result

__all__ = ["Hint", "Result", "check", "hint", "progress"]
