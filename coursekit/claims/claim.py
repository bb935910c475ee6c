"""A figure from the source decks, what the code says to it, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape


class Verdict(StrEnum):
    """How a claim fares."""

    HOLDS = "holds"
    ROUGHLY = "holds, rounded"
    PARTLY = "holds in part"
    FAILS = "does not hold"


@dataclass(frozen=True)
class Finding:
    """What was computed for a claim, when it was asked.

    Attributes:
        computed: the figures, as text.
        verdict: how the claim fares beside them.
        why: where the difference comes from, or what the claim leaves out; a sentence or two.
    """

    computed: str
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class Claim:
    """One row of the ledger.

    Attributes:
        id: "F1" to "F25", as in the course map.
        source: deck and slide, such as "D1 27".
        says: the claim in our words, with the deck's figures.
        check: computes the figures anew.
    """

    id: str
    source: str
    says: str
    check: Callable[[], Finding]


HEADINGS = ("claim", "deck", "the deck says", "computed", "verdict", "why")


class Ledger:
    """Claims with their findings, as a table."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(claims)
        self.findings = tuple(claim.check() for claim in claims)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """One row of texts for each claim, in the order of `HEADINGS`."""
        return [
            (c.id, c.source, c.says, f.computed, str(f.verdict), f.why)
            for c, f in zip(self.claims, self.findings, strict=True)
        ]

    def to_markdown(self) -> str:
        """The table in markdown."""
        lines = ["| " + " | ".join(HEADINGS) + " |", "| " + " | ".join(["---"] * 6) + " |"]
        return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in self.rows)]) + "\n"

    def __repr__(self) -> str:
        blocks = [
            f"{id_} ({source}): {verdict}\n  deck: {says}\n  computed: {computed}\n  {why}"
            for id_, source, says, computed, verdict, why in self.rows
        ]
        return "\n".join(blocks)

    def _repr_html_(self) -> str:
        style = 'style="text-align:left;vertical-align:top;padding:.2em .6em"'
        head = "".join(f'<th scope="col" {style}>{h}</th>' for h in HEADINGS)
        body = "".join(
            "<tr>" + "".join(f"<td {style}>{escape(text)}</td>" for text in row) + "</tr>"
            for row in self.rows
        )
        return (
            '<div style="overflow-x:auto" tabindex="0"><table style="border-collapse:collapse">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
