"""Where the commands write, and their exit statuses."""

from rich.console import Console

out = Console()
err = Console(stderr=True)

USAGE_ERROR = 2
FAILED = 1


def say(line: str) -> None:
    """Print a line as it is, however long: paths stay in one piece."""
    out.print(line, highlight=False, markup=False, soft_wrap=True)


def complain(line: str) -> None:
    """The same on stderr."""
    err.print(line, highlight=False, markup=False, soft_wrap=True)
