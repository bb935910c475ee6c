"""A rubric as its author wrote it: items worth points, and the text around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ITEM = re.compile(
    r"\s*[-*+]\s+(?P<sign>[-+−–])?\s*(?P<whole>\d{1,4}(?:[.,]\d{1,3})?)?(?P<fraction>[½¼¾])?"
    r"(?:\s*(?:points?|pts?))?\s*:\s*(?P<text>\S.*?)\s*"
)
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}


@dataclass(frozen=True)
class Item:
    """One thing to look for, and what it adds or takes."""

    text: str
    points: float


@dataclass(frozen=True)
class Rubric:
    """Items in the author's order; `text` is the rest, Markdown."""

    items: tuple[Item, ...]
    text: str


def read_rubric(source: str) -> Rubric:
    """Lines such as ``- 1: names the receptive field`` or ``- -½: no unit`` become items."""
    items: list[Item] = []
    rest = []
    for line in source.splitlines():
        item = _item(line)
        if item is None:
            rest.append(line)
        elif item not in items:
            items.append(item)
    return Rubric(tuple(items), "\n".join(rest).strip())


def _item(line: str) -> Item | None:
    found = _ITEM.fullmatch(line)
    if not found or not (found["whole"] or found["fraction"]):
        return None
    value = float((found["whole"] or "0").replace(",", "."))
    value += _FRACTIONS.get(found["fraction"] or "", 0)
    return Item(found["text"], -value if found["sign"] in ("-", "−", "–") else value)
