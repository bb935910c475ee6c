"""Where the commands write, and their exit statuses."""

from rich.console import Console

out = Console()
err = Console(stderr=True)

USAGE_ERROR = 2
FAILED = 1
