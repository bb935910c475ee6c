"""Attacks, by what they go for: each module adds its own to the list."""

from hostile import ATTACKS

from attacks import (
    endings,
    endless,
    knowing,
    line,
    machine,
    memory,
    patches,
    pretenders,
    processes,
    spies,
)

__all__ = [
    "ATTACKS",
    "endings",
    "endless",
    "knowing",
    "line",
    "machine",
    "memory",
    "patches",
    "pretenders",
    "processes",
    "spies",
]
