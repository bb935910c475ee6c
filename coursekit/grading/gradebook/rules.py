"""Late rules as people write them: TOML, options of a command; and as the gradebook keeps them.

One table per assignment::

    ["unit 04"]
    due = "2026-11-20 23:59 Europe/Berlin"
    grace = 15             # minutes
    late_days = 3          # free days per student, over the course
    penalty = "10 %"       # per day begun, of the score; or "1 point"
    cap = "50 %"           # the most that can be lost
    closes = "2026-11-27 23:59 Europe/Berlin"
    counts = "last"        # or "best"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.late import Amount, Counting, LateRule

KEYS = tuple(field.name for field in fields(LateRule))

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d)(?P<seconds>:\d\d(\.\d{1,6})?)?"
    r"\s*(?P<zone>Z|[+-]\d\d:\d\d|[A-Za-z][\w+/-]*)?"
)
_AMOUNT = re.compile(r"(?P<value>\d{1,6}(\.\d{1,6})?)\s*(?P<unit>%|points?|)")
_YEARS = range(1990, 2200)


def read_rules(path: Path) -> dict[str, LateRule]:
    """The rules of a TOML file, by assignment.

    Raises:
        GradebookError: the file cannot be read, or a rule in it is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise GradebookError(f"{path} cannot be read as TOML: {error}") from None
    rules = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise GradebookError(
                f'{path}: "{name}" stands outside of a table; one like ["unit 04"] per assignment '
                "was expected."
            )
        try:
            rules[name] = rule_from(table)
        except GradebookError as error:
            raise GradebookError(f"{path}, [{name}]: {error}") from None
    return rules


def rule_from(table: Mapping[str, Any], base: LateRule | None = None) -> LateRule:
    """A rule from its table; what the table does not say is as in `base`.

    Values may be text as on the command line, or numbers. "none" takes a deadline or cap away.

    Raises:
        GradebookError: a key or a value that no rule has.
    """
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        raise GradebookError(
            f"a late rule has no '{unknown[0]}'; it has {', '.join(KEYS[:-1])} and {KEYS[-1]}."
        )
    base = base or LateRule()
    values = {name: getattr(base, name) for name in KEYS}
    for name, said in table.items():
        values[name] = _READERS[name](name, said)
    rule = LateRule(**values)
    if rule.due and rule.closes and rule.closes < rule.due:
        raise GradebookError("closes must not be before due.")
    return rule


def rule_table(rule: LateRule) -> dict[str, str | int]:
    """The rule as plain data that `rule_from` reads back; what is usual is left out."""
    usual, table = LateRule(), {}
    for name in KEYS:
        value = getattr(rule, name)
        if value == getattr(usual, name):
            continue
        if isinstance(value, datetime):
            value = moment_text(value)
        table[name] = value if isinstance(value, int) else str(value)
    return table


def moment(said: str) -> datetime:
    """A moment from "2026-11-20 23:59 Europe/Berlin" or "2026-11-20T23:59+01:00".

    Without seconds, the whole minute is meant: work that comes at 23:59:40 is in time.

    Raises:
        GradebookError: it is no date and time, or has no time zone, or an unknown one.
    """
    found = _MOMENT.fullmatch(said.strip())
    example = '"2026-11-20 23:59 Europe/Berlin" or "2026-11-20 23:59+01:00"'
    if not found:
        raise GradebookError(
            f"a date, time and time zone like {example} was expected, got '{said}'."
        )
    if not found["zone"]:
        raise GradebookError(f"'{said}' has no time zone; write it like {example}.")
    try:
        wall = datetime.fromisoformat(
            f"{found['date']}T{found['time']}{found['seconds'] or ':59.999999'}"
        )
    except ValueError as error:
        raise GradebookError(f"'{said}' is no date and time: {error}.") from None
    if wall.year not in _YEARS:
        raise GradebookError(f"'{said}': a year from 1990 to 2199 was expected.")
    return wall.replace(tzinfo=_zone(found["zone"]))


def moment_text(value: datetime) -> str:
    """The text that `moment` reads back."""
    whole_minute = (value.second, value.microsecond) == (59, 999999)
    precision = "minutes" if whole_minute else "auto"
    if isinstance(value.tzinfo, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat(' ', precision)} {value.tzinfo.key}"
    return value.isoformat(" ", precision)


def amount(said: str) -> Amount:
    """An amount from "10 %", "1.5 points" or "2" (points).

    Raises:
        GradebookError: it is neither.
    """
    found = _AMOUNT.fullmatch(said.strip())
    if not found:
        raise GradebookError(f'"10 %" or "1 point" was expected, got \'{said}\'.')
    value = float(found["value"])
    if found["unit"] != "%":
        return Amount(value)
    if value > 100:
        raise GradebookError(f"at most 100 % can be lost, got '{said}'.")
    return Amount(value / 100, share=True)


def _zone(name: str) -> ZoneInfo | timezone:
    if name in ("Z", "UTC"):
        return UTC
    if name[0] in "+-":
        hours, minutes = int(name[1:3]), int(name[4:])
        if hours < 15 and minutes < 60:
            sign = -1 if name[0] == "-" else 1
            return timezone(sign * timedelta(hours=hours, minutes=minutes))
    else:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # OSError: the name of a folder, such as Europe
            pass
    raise GradebookError(f"there is no time zone '{name}'; Europe/Berlin and +01:00 are some.")


def _read_moment(name: str, said: object) -> datetime | None:
    if said in (None, "none", ""):
        return None
    text = said.isoformat() if isinstance(said, datetime) else str(said)
    try:
        return moment(text)
    except GradebookError as error:
        raise GradebookError(f"{name}: {error}") from None


def _read_amount(name: str, said: object) -> Amount | None:
    if said in (None, "none", ""):
        return None
    try:
        return amount(str(said))
    except GradebookError as error:
        raise GradebookError(f"{name}: {error}") from None


def _read_penalty(name: str, said: object) -> Amount:
    return _read_amount(name, said) or Amount(0.0)


def _read_count(name: str, said: object) -> int:
    if isinstance(said, bool) or not re.fullmatch(r"\d{1,5}", str(said)):
        raise GradebookError(f"{name}: a whole number from 0 was expected, got '{said}'.")
    return int(str(said))


def _read_counting(name: str, said: object) -> Counting:
    try:
        return Counting(str(said))
    except ValueError:
        raise GradebookError(f"{name}: 'last' or 'best' was expected, got '{said}'.") from None


_READERS = {
    "due": _read_moment,
    "grace": _read_count,
    "late_days": _read_count,
    "penalty": _read_penalty,
    "cap": _read_amount,
    "closes": _read_moment,
    "counts": _read_counting,
}
