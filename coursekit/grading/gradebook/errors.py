"""What can go wrong with a gradebook, said so that the user can put it right."""

from coursekit.errors import CourseError


class GradebookError(CourseError, ValueError):
    """The gradebook cannot be opened, read or changed; the message says why and what to do."""
