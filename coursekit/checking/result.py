"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.exercises.comparison import RUNGS


@dataclass
class Result:
    """The verdict on one answer. In Jupyter it shows itself; ``print(result)`` gives plain text.

    Attributes:
        name: the exercise's name ("" when none was found).
        rung: where on the ladder (`coursekit.exercises.comparison.RUNGS`) the check stopped.
        message: what was found, in one or two sentences.
        diagnosis: the likely cause, or "".
        mistake: the name of the known mistake recognised, or "".
        call: the failing call as Python would write it, arrays by name; case: what is special
            about it.
        inputs: the failing call's array arguments, by name.
        got, expected: the two values to compare, or None; wrong: where they differ.
        output: which returned value, when there are several.
        printed: the beginning of what the answer printed; warned: warnings it caused.
        note: anything else worth knowing (progress that could not be saved, say).
    """

    name: str
    rung: str
    message: str
    diagnosis: str = ""
    mistake: str = ""
    call: str = ""
    case: str = ""
    inputs: dict[str, np.ndarray] = field(default_factory=dict)
    got: Any = None
    expected: Any = None
    wrong: np.ndarray | None = None
    output: str = ""
    printed: str = ""
    warned: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether every rung held."""
        return self.rung == "passed"

    @property
    def attempted(self) -> bool:
        """Whether there is an answer at all, rather than the untouched stub."""
        return self.rung != "attempted"

    @property
    def climbed(self) -> list[str]:
        """The rungs that held."""
        return list(RUNGS[: RUNGS.index(self.rung)])

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        from coursekit.checking.render_text import render_text

        return render_text(self)

    def _repr_html_(self) -> str:
        from coursekit.checking.render_html import render_html

        return render_html(self)
