"""What can go wrong with a network, said so that the user can put it right."""

from coursekit.errors import CourseError


class ModelError(CourseError, ValueError):
    """A network that cannot be built as asked, or pictures that it cannot take."""


class WeightsError(CourseError, ValueError):
    """A file of weights that cannot be read or written, or that is of another network."""
