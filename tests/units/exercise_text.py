"""The text of an exercise notebook, for the tests of the numbers in it."""

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "sources"


def exercise_text(slug: str) -> str:
    """All of a unit's exercise source, such as that of "04_lenet_in_numpy"."""
    return (SOURCES / slug / "exercises.py").read_text(encoding="utf-8")


def section(slug: str, number: int) -> str:
    """The text of one exercise, 1 being the first, up to its code."""
    sections = re.split(r"^# ## \d+ · ", exercise_text(slug), flags=re.MULTILINE)
    return sections[number].split("\n# %%\n")[0]
