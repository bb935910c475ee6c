"""The eight questions to ask about an architecture (D4 5), answered side by side.

The figures are computed from the networks' graphs; the words are in `eight_answers`.
"""

from __future__ import annotations

import difflib
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from coursekit.analysis.eight_answers import ARCHITECTURES, QUESTIONS, Answers
from coursekit.analysis.graph import INPUT, Layer
from coursekit.analysis.networks import network
from coursekit.analysis.summary import Summary, summary
from coursekit.analysis.tables import count
from coursekit.errors import CourseError

NAMES = tuple(answers.name for answers in ARCHITECTURES)
"""The architectures that `eight_questions` knows, oldest first."""

_INTERESTING = (
    *("Conv2d", "PartialConv2d", "Linear", "RadialBasis", "Subsample2d", "MaxPool2d"),
    *("AdaptiveAvgPool2d", "LocalResponseNorm", "BatchNorm2d", "Dropout", "Concatenate", "Add"),
)
_COLUMN = 34
"""Characters of a column in plain text."""


@dataclass(frozen=True)
class Card:
    """One architecture: the words of its paper, and the figures of its graph.

    Attributes:
        answers: the words.
        table: the summary at the size of the paper.
        depth: layers that multiply by weights, on the longest way from the picture to the scores.
        field: the receptive field of the last maps, in pixels.
        dense_share: the part of all parameters that lies in fully connected layers, 0 to 1.
    """

    answers: Answers
    table: Summary
    depth: int
    field: int
    dense_share: float

    @cached_property
    def cells(self) -> dict[str, str]:
        """What stands in its column, by the heading of the row."""
        totals = self.table.totals
        kinds = Counter(layer.type for layer in self.table.layers)
        side = self.table.input_shape[1]
        return {
            "paper": self.answers.paper,
            **{asked: getattr(self.answers, key) for key, asked in QUESTIONS.items()},
            "input": "×".join(map(str, self.table.input_shape)),
            "layers": ", ".join(f"{kinds[k]} {k}" for k in _INTERESTING if kinds[k]),
            "depth": f"{self.depth} layers with weights",
            "parameters": f"{totals['parameters']:,}",
            "of these dense": f"{self.dense_share:.0%}",
            "multiply-adds": count(totals["macs"]),
            "activations": f"{count(totals['activation_bytes'], 'B')} per picture",
            "receptive field": f"{self.field} of {side} pixels",
        }


class EightQuestions:
    """Architectures side by side: a column for each, the questions and figures as rows."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = tuple(cards)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Heading and one text per architecture, for every row below the names."""
        headings = self.cards[0].cells
        return [(h, *(card.cells[h] for card in self.cards)) for h in headings]

    def to_markdown(self) -> str:
        """The table in markdown."""
        names = ["", *(card.answers.name for card in self.cards)]
        lines = [names, ["---"] * len(names), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"

    def __repr__(self) -> str:
        blocks = []
        for card in self.cards:
            lines = [card.answers.name]
            for heading, text in card.cells.items():
                wrapped = textwrap.wrap(text, 2 * _COLUMN)
                lines += [f"  {heading:26} {wrapped[0]}"]
                lines += [f"  {'':26} {more}" for more in wrapped[1:]]
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)

    def _repr_html_(self) -> str:
        style = "text-align:left;vertical-align:top;padding:.2em .6em"
        wide = f'style="{style};min-width:11em"'
        names = "".join(
            f'<th scope="col" {wide}>{escape(card.answers.name)}</th>' for card in self.cards
        )
        body = "".join(
            f'<tr><th scope="row" style="{style}">{escape(heading)}</th>'
            + "".join(f"<td {wide}>{escape(text)}</td>" for text in texts)
            + "</tr>"
            for heading, *texts in self.rows
        )
        return (
            '<div style="overflow-x:auto" tabindex="0"><table style="border-collapse:collapse">'
            f"<thead><tr><td></td>{names}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def eight_questions(*names: str) -> EightQuestions:
    """Ask the eight questions about the architectures with these names (all, without any).

    >>> eight_questions("AlexNet").cards[0].depth
    8

    Raises:
        CourseError: there is no such architecture; says which there are.
    """
    return EightQuestions([_card(_answers(name)) for name in names or NAMES])


def _answers(name: str) -> Answers:
    known = {answers.name.lower(): answers for answers in ARCHITECTURES}
    if not isinstance(name, str) or name.lower() not in known:
        close = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
        hint = f" Did you mean {known[close[0]].name}?" if close else ""
        raise CourseError(
            f"The eight questions are not answered for {name!r}.{hint} "
            f"They are for: {', '.join(NAMES)}."
        )
    return known[name.lower()]


def _card(answers: Answers) -> Card:
    table = summary(network(answers.network))
    fields = [layer.spans[0].size for layer in table.layers if layer.spans]
    dense = sum(layer.parameter_count for layer in table.layers if layer.type == "Linear")
    return Card(answers, table, depth(table.layers), fields[-1], dense / table.totals["parameters"])


def depth(layers: Sequence[Layer]) -> int:
    """Layers that multiply by weights, on the longest way through the network.

    Paths side by side count once: GoogLeNet has 22 such layers and ResNet-50 has 50, as their
    papers count.
    """
    below = {INPUT: 0}
    for layer in layers:
        below[layer.name] = max(below[i] for i in layer.inputs) + (layer.macs > 0)
    return max(below.values())
