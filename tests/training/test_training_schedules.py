"""Schedules: constant, in steps, one cycle. (`WarmUpCosine` is in test_training_loop.py.)"""

import doctest
from itertools import pairwise
from typing import Any

import pytest

from coursekit.training import schedule
from coursekit.training.schedule import Constant, OneCycle, Schedule, Steps, WarmUpCosine

SHARES = [i / 1000 for i in range(1000)]


def test_the_examples_in_the_docstrings() -> None:
    done = doctest.testmod(schedule)
    assert (done.failed, done.attempted) == (0, 7)


@pytest.mark.parametrize(
    "rate",
    [
        Constant(0.1),
        WarmUpCosine(0.1, warm_up=0.1),
        Steps(0.1, warm_up=0.1),
        OneCycle(0.1),
        OneCycle(0.1, first=0.0, last=0.001),
    ],
)
def test_every_rate_is_above_0_up_to_the_peak_once_begun(rate: Schedule) -> None:
    rates = [rate(t) for t in SHARES]
    assert all(0 < r <= 0.1 * (1 + 1e-12) for r in rates[1:])
    assert max(rates) == pytest.approx(0.1)


def test_the_constant_stays() -> None:
    assert {Constant(0.3)(t) for t in (*SHARES, 1.0)} == {0.3}


def test_steps_go_down_at_the_shares_that_are_said() -> None:
    rate = Steps(2.0, at=(0.25, 0.5, 0.875), factor=0.5)
    assert [rate(t) for t in (0.0, 0.24, 0.25, 0.5, 0.874, 0.875, 1.0)] == [
        2,
        2,
        1,
        0.5,
        0.5,
        0.25,
        0.25,
    ]
    assert {Steps(2.0, at=())(t) for t in SHARES} == {2.0}


def test_steps_of_he_et_al() -> None:
    """64,000 steps, a tenth after 32,000 and after 48,000."""
    rate, steps = Steps(0.1), 64_000
    changes = [i for i in range(1, steps) if rate(i / steps) != rate((i - 1) / steps)]
    assert changes == [32_000, 48_000]
    assert rate(63_999 / steps) == pytest.approx(0.001)


def test_warm_up_is_a_straight_line_that_does_not_begin_at_0() -> None:
    rate = Steps(0.1, warm_up=0.2)
    assert rate(0) == pytest.approx(0.001)
    assert rate(0.05) == pytest.approx(0.025)
    assert rate(0.2) == 0.1
    assert [rate(t) for t in SHARES[:200]] == [
        pytest.approx(WarmUpCosine(0.1, warm_up=0.2)(t)) for t in SHARES[:200]
    ]


def test_one_cycle_is_two_straight_lines() -> None:
    rate = OneCycle(1.0, rise=0.25, first=0.2, last=0.1)
    assert rate(0) == pytest.approx(0.2)
    assert rate(0.125) == pytest.approx(0.6)
    assert rate(0.25) == 1.0
    assert rate(0.625) == pytest.approx(0.55)
    assert rate(1) == pytest.approx(0.1)
    ups = [b - a for a, b in pairwise(map(rate, SHARES))]
    assert ups[:250] == [pytest.approx(0.8 / 250)] * 250
    assert ups[250:] == [pytest.approx(-0.9 / 750)] * 749


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Constant(0), "rate must be above 0, got 0"),
        (lambda: Constant(float("nan")), "rate must be above 0"),
        (lambda: Steps(-1), "peak must be above 0"),
        (lambda: Steps(0.1, factor=1.0), r"factor in \(0, 1\)"),
        (lambda: Steps(0.1, warm_up=1.0), r"warm_up must be in \[0, 1\)"),
        (lambda: Steps(0.1, at=(30, 60)), "shares of the whole run, not epochs"),
        (lambda: Steps(0.1, at=(0.6, 0.5)), "at must rise"),
        (lambda: Steps(0.1, at=(0.1,), warm_up=0.2), "after warm_up 0.2"),
        (lambda: OneCycle(0), "peak must be above 0"),
        (lambda: OneCycle(0.1, rise=1.0), r"rise in \(0, 1\)"),
        (lambda: OneCycle(0.1, first=1.0), "shares of the peak"),
    ],
)
def test_what_is_no_schedule_is_refused(make: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()
