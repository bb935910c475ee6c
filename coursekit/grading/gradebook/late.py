"""Late work: how many days, how many of them are free, what the rest costs.

A rule is data and the arithmetic is a few pure functions: the same facts give the same marks,
whatever the order in which they became known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


class Counting(StrEnum):
    """Which of several attempts counts."""

    LAST = "last"
    BEST = "best"


@dataclass(frozen=True)
class Amount:
    """A share of the score (``share=True``, 0.1 is 10 %) or a number of points."""

    value: float
    share: bool = False

    def of(self, score: float) -> float:
        """In points, for this score."""
        return self.value * score if self.share else self.value

    def __str__(self) -> str:
        if self.share:
            return f"{number(100 * self.value, 6)} %"
        return f"{number(self.value, 6)} point{'s' * (self.value != 1)}"


NOTHING = Amount(0.0)


@dataclass(frozen=True)
class LateRule:
    """What one assignment's deadline means.

    Attributes:
        due: the last moment that is on time, with its time zone; None: nothing is late.
        grace: minutes that every deadline of this assignment is moved by, unannounced.
        late_days: days that a student may be late without penalty, over the course: those used
            for assignments due earlier are taken off.
        penalty: what each further day that was begun costs.
        cap: the most that can be lost; None: everything.
        closes: the last moment that counts at all; None: never.
        counts: which attempt counts.
    """

    due: datetime | None = None
    grace: int = 0
    late_days: int = 0
    penalty: Amount = NOTHING
    cap: Amount | None = None
    closes: datetime | None = None
    counts: Counting = Counting.LAST


@dataclass(frozen=True)
class Lateness:
    """One attempt against one rule.

    Attributes:
        days: days begun after the deadline; 0 is on time.
        forgiven: of these, excused by a person.
        free: of these, covered by the student's late days; left: late days that remain.
        closed: handed in after the assignment closed: nothing counts.
        unknown: there is a deadline, but no time of submission; counted as on time.
    """

    days: int = 0
    forgiven: int = 0
    free: int = 0
    left: int = 0
    closed: bool = False
    unknown: bool = False

    @property
    def charged(self) -> int:
        """Days that cost something."""
        return self.days - self.forgiven - self.free


ON_TIME = Lateness()


def days_late(due: datetime, submitted: datetime, grace: int = 0) -> int:
    """Days begun after `due` when the work came; 0 when it was on time.

    A day ends at the hour of the deadline in its own time zone, also where a clock change makes
    it 23 or 25 hours long. Coming exactly at a deadline is in time.
    """
    moment = submitted.astimezone(UTC) - timedelta(minutes=grace)
    days = max(0, (moment - _moment(due, 0)) // DAY - 2)
    while moment > _moment(due, days):
        days += 1
    return days


def lateness(
    rule: LateRule,
    submitted: datetime | None,
    *,
    used: int = 0,
    excused: int | None = 0,
) -> Lateness:
    """How late an attempt is.

    Args:
        rule: the assignment's.
        submitted: when the attempt came, with a time zone; None when nobody knows.
        used: late days that the student has used for assignments due earlier.
        excused: days that a person has excused; None excuses any number and opens what closed.
    """
    budget = max(0, rule.late_days - used)
    if submitted is None:
        return Lateness(left=budget, unknown=bool(rule.due or rule.closes))
    days = days_late(rule.due, submitted, rule.grace) if rule.due else 0
    forgiven = days if excused is None else min(days, excused)
    if excused is not None and rule.closes:
        after = days_late(rule.closes, submitted, rule.grace) - excused
        if after > 0:
            return Lateness(days, forgiven, 0, budget, closed=True)
    free = min(days - forgiven, budget)
    return Lateness(days, forgiven, free, budget - free)


def loss(rule: LateRule, late: Lateness, score: float) -> float:
    """Points that lateness takes from `score`: never more than the cap, never more than all."""
    if late.closed:
        return score
    lost = late.charged * rule.penalty.of(score)
    if rule.cap is not None:
        lost = min(lost, rule.cap.of(score))
    return round(min(lost, score), 6)


def explain(rule: LateRule, late: Lateness, score: float) -> str:
    """The arithmetic in words: "3 days late: 2 late days used, 0 left; −10 % = 8.1 of 9"."""
    if late.closed:
        return "after the assignment closed: nothing counts"
    if late.unknown:
        return "time of submission unknown: counted as on time"
    if not late.days:
        return "on time" if rule.due else ""
    parts = []
    if late.forgiven:
        parts.append(f"{_days(late.forgiven)} excused")
    if rule.late_days:
        parts.append(f"{late.free} late day{'s' * (late.free != 1)} used, {late.left} left")
    if lost := loss(rule, late, score):
        parts.append(f"{_charge(rule, late, score)} = {number(score - lost)} of {number(score)}")
    return ": ".join(filter(None, (f"{_days(late.days)} late", "; ".join(parts))))


def number(points: float, decimals: int = 2) -> str:
    """Points as people write them: at most so many decimals, none that say nothing."""
    text = f"{points:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def _charge(rule: LateRule, late: Lateness, score: float) -> str:
    """ "−20 % (2 days)", "−50 % (the most for lateness)"."""
    for limit in (rule.cap, Amount(1.0, share=True)):
        if limit and limit.of(score) < late.charged * rule.penalty.of(score):
            return f"−{limit} (the most for lateness)"
    total = Amount(late.charged * rule.penalty.value, rule.penalty.share)
    return f"−{total}" + (f" ({_days(late.charged)})" if late.charged > 1 else "")


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"


def _moment(due: datetime, days: int) -> datetime:
    """The deadline moved by whole days on the wall clock, in UTC.

    Where a clock change makes that hour happen twice, or not at all, the later reading counts:
    in the student's favour.
    """
    wall = due.replace(tzinfo=None) + days * DAY
    readings = [wall.replace(tzinfo=due.tzinfo, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(readings)
