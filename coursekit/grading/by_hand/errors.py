"""What can go wrong while marking by hand, said so that the user can put it right."""

from coursekit.errors import CourseError


class ByHandError(CourseError):
    """Results cannot be read, or a mark cannot be kept; the message says what to do."""
