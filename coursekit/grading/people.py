"""Names of people, written one way or the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator


def folded(text: str) -> str:
    """A text without differences of case, Unicode form and spacing."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def without_accents(text: str) -> str:
    """The letters alone: "Jose Munoz" for "José Muñoz"."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(character for character in apart if not unicodedata.combining(character))


def name_words(name: str, *, accents: bool = True) -> str:
    """The words of a name in alphabetical order: "Lovelace, Ada" is "Ada Lovelace"."""
    text = folded(name if accents else without_accents(name))
    return " ".join(sorted(re.findall(r"[^\W_]+", text)))


def flattened_names(name: str) -> Iterator[str]:
    """What Canvas may make of a name within a file's name: "lovelaceada"."""
    words = re.findall(r"[^\W_]+", folded(name))
    if "," in name or len(words) == 1:
        yield "".join(words)
        return
    # Where the family name begins is not said: "Ada de la Cruz".
    for first in range(1, len(words)):
        yield "".join(words[first:] + words[:first])
