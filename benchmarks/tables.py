"""Tables in the middle of a page: each stands between two comments with its name."""

from collections.abc import Sequence
from pathlib import Path


def fill(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put the lines between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises ValueError when the page has no such place; it is then left as it was.
    """
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page} has no place for a table: put {begin.strip()} and {end} there")
    body = "".join(f"{line}\n" for line in lines)
    page.write_text(before + begin + body + end + after, encoding="utf-8")
