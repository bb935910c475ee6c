"""Two networks side by side, so that the first difference stands out."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from coursekit.analysis.operations import Shape
from coursekit.analysis.summary import KEYS, Network, Row, Summary, summary
from coursekit.analysis.tables import comparison_html, comparison_text, totals_text

PAIRED = ("type", "output_shape", "parameters")
OWN = (*PAIRED, "macs")


@dataclass(frozen=True, repr=False)
class Comparison:
    """Rows of two summaries in pairs; None stands where one has no layer for the other's.

    Rows are the same when what they are agrees: type, shape, parameters, work. Only between
    networks in which every row is the same do the fields count (which all follow from the rows
    before).
    """

    left: Summary
    right: Summary
    left_rows: tuple[Row | None, ...]
    right_rows: tuple[Row | None, ...]

    @property
    def same(self) -> list[bool]:
        """For every pair, whether the rows agree."""
        for keys in (OWN, KEYS[1:]):
            pairs = zip(self.left_rows, self.right_rows, strict=True)
            found = [bool(a and b) and _of(a, keys) == _of(b, keys) for a, b in pairs]
            if not all(found):
                break
        return found

    @property
    def first_difference(self) -> tuple[Row | None, Row | None] | None:
        """The first pair that differs, or None."""
        if all(self.same):
            return None
        i = self.same.index(False)
        return self.left_rows[i], self.right_rows[i]

    @property
    def in_words(self) -> list[str]:
        """The first difference and the totals, a sentence each."""
        totals = [f"{s.model}: {totals_text(s)}." for s in (self.left, self.right)]
        pair = self.first_difference
        if pair is None:
            return ["All layers agree.", *totals]
        a, b = pair
        if a is None or b is None:
            row, model = (b, self.right.model) if a is None else (a, self.left.model)
            assert row is not None
            first = f"First difference: only {model} has {row['name']} ({row['type']})."
        else:
            keys = [k for k in KEYS[1:] if a[k] != b[k]]
            said = ", ".join(f"{k} {a[k]} against {b[k]}" for k in keys)
            first = f"First difference: {a['name']} and {b['name']}: {said}."
        return [first, *totals]

    def __repr__(self) -> str:
        return comparison_text(self)

    def _repr_html_(self) -> str:
        return comparison_html(self)


def compare(
    left: Network | Summary, right: Network | Summary, input_shape: Shape | None = None
) -> Comparison:
    """Put two networks (or their summaries) side by side.

    Layers are paired by what they are (type, output shape, parameters), so that one layer more in
    one network shifts nothing. See `summary` for what is raised.
    """
    tables = [s if isinstance(s, Summary) else summary(s, input_shape) for s in (left, right)]
    a, b = ([str(_of(row, PAIRED)) for row in t.rows] for t in tables)
    pairs: list[tuple[Row | None, Row | None]] = []
    for i, i_end, j, j_end in _blocks(a, b):
        mine, theirs = list(tables[0].rows[i:i_end]), list(tables[1].rows[j:j_end])
        both = min(len(mine), len(theirs))
        pairs += zip(mine[:both], theirs[:both], strict=True)
        pairs += [(row, None) for row in mine[both:]] + [(None, row) for row in theirs[both:]]
    return Comparison(tables[0], tables[1], tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))


def _blocks(a: list[str], b: list[str]) -> list[tuple[int, int, int, int]]:
    """Stretches that belong together: of `a` from i to i_end, of `b` from j to j_end.

    Where rows are only in one, they are taken as late as possible: of conv, relu, conv, relu
    against conv, relu it is the second pair that is new.
    """
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    blocks = [list(code[1:]) for code in matcher.get_opcodes()]
    for block, after in pairwise(blocks):
        i, i_end, j, j_end = block
        rows, start, end = (a, i, i_end) if j == j_end else (b, j, j_end)
        while (i == i_end) != (j == j_end) and end < len(rows) and rows[start] == rows[end]:
            start, end = start + 1, end + 1
            block[:] = [n + 1 for n in block]
            after[0], after[2] = block[1], block[3]
    return _filled(blocks)


def _filled(blocks: list[list[int]]) -> list[tuple[int, int, int, int]]:
    """The blocks, with the rows that shifting left over between them."""
    whole, i, j = [], 0, 0
    for block in blocks:
        if (i, j) != (block[0], block[2]):
            whole.append((i, block[0], j, block[2]))
        whole.append((block[0], block[1], block[2], block[3]))
        i, j = block[1], block[3]
    return whole


def _of(row: Row | None, keys: Sequence[str]) -> list[object]:
    return [row[key] for key in keys] if row else []
