"""Experiments that compare: one question each, the same code small in a lecture and large.

Every module but `result` and `catalogue` asks one question and has ``run(scale) -> Result``. With
``Scale.LIVE`` it takes seconds and a lecture runs it; with ``Scale.STORED``
``python benchmarks/experiments.py NAME`` runs it, and the result is committed in ``stored/``,
where `stored` reads it.
"""

from coursekit.experiments.catalogue import find, names
from coursekit.experiments.result import Result, Scale, stored

__all__ = ["Result", "Scale", "find", "names", "stored"]
