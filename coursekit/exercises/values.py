"""What goes into a call and comes out of it: copies of our own, several values with names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np


class Named(tuple[Any, ...]):
    """Several values with a name each, in a fixed order."""

    names: tuple[str, ...]

    def __new__(cls, names: Iterable[str], values: Iterable[Any]) -> Self:
        made = super().__new__(cls, values)
        made.names = tuple(names)
        if len(made.names) != len(made):
            raise ValueError(f"{len(made)} values, but {len(made.names)} names.")
        return made

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The values of a mapping; a list of arrays, or several values with names, counts as one
        value per array."""
        names: list[str] = []
        flat: list[Any] = []
        for name, value in values.items():
            if isinstance(value, Named):
                names += [f"{name}[{inner}]" for inner in value.names]
                flat += value
            elif is_list_of_arrays(value):
                names += [f"{name}[{i}]" for i in range(len(value))]
                flat += value
            else:
                names.append(name)
                flat.append(value)
        return cls(names, flat)

    def only(self, names: Iterable[str]) -> Named:
        """The values under these names, lists of arrays with them."""
        kept = set(names)
        places = [i for i, name in enumerate(self.names) if name.partition("[")[0] in kept]
        return Named([self.names[i] for i in places], [self[i] for i in places])

    def whole(self, name: str) -> str:
        """In words, how many values there are under `name`: "a list of 10 arrays"."""
        count = sum(n.startswith(f"{name}[") for n in self.names)
        return f"a list of {count} arrays" if count else "one value"


def is_list_of_arrays(value: Any) -> bool:
    """Whether `value` is a list or tuple of arrays (and not of numbers)."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(hasattr(v, "__array__") and getattr(v, "ndim", 0) for v in value)
    )


_ATOMS = frozenset((int, float, bool, str, type(None)))


def copied(value: Any) -> Any:
    """A copy of nested tuples, lists and dicts in which every array is new."""
    if type(value) in _ATOMS:
        return value
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if isinstance(value, list):
        return [copied(v) for v in value]
    if isinstance(value, Named):
        return Named(value.names, map(copied, value))
    if isinstance(value, tuple):
        return tuple(copied(v) for v in value)
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    return value


def numbers_in(value: Any) -> int:
    """How many numbers an argument holds, in nested lists and tuples too."""
    if isinstance(value, tuple | list):
        return sum(map(numbers_in, value))
    return int(np.size(value)) if value is not None else 0
