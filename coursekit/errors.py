"""Errors that a user can put right."""


class CourseError(Exception):
    """The message says what was expected, what came and what to do; no traceback is needed."""
