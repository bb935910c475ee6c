"""Late rules: their arithmetic, their words, how they are written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.late import (
    Amount,
    Counting,
    LateRule,
    days_late,
    explain,
    lateness,
    loss,
    number,
)
from coursekit.grading.gradebook.rules import (
    amount,
    moment,
    moment_text,
    read_rules,
    rule_from,
    rule_table,
)

BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("after", "days"),
    [
        (-DAY, 0),
        (0 * SECOND, 0),
        (SECOND, 1),
        (DAY, 1),
        (DAY + SECOND, 2),
        (10 * DAY - SECOND, 10),
        (400 * DAY + SECOND, 401),
    ],
)
def test_a_day_is_late_once_it_has_begun(after, days):
    assert (
        days_late(
            datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 5, 12, tzinfo=UTC) + after
        )
        == days
    )


def test_the_time_zone_of_the_submission_does_not_matter():
    moment_due = DUE.astimezone(UTC)
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin"):
        submitted = moment_due.astimezone(ZoneInfo(zone))
        assert days_late(DUE, submitted) == 0
        assert days_late(DUE, submitted + SECOND) == 1


@pytest.mark.parametrize(
    ("due", "length"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=BERLIN), 23),
        (datetime(2026, 10, 24, 23, 59, tzinfo=BERLIN), 25),
    ],
    ids=["spring", "autumn"],
)
def test_a_late_day_ends_at_the_hour_of_the_deadline_across_a_clock_change(due, length):
    day = length * HOUR
    assert days_late(due, due.astimezone(UTC) + day) == 1
    assert days_late(due, due.astimezone(UTC) + day + SECOND) == 2


def test_an_hour_that_happens_twice_or_never_is_read_in_the_students_favour():
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert days_late(twice, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == 0
    never = datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN)
    assert days_late(never, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == 0
    assert days_late(never, datetime(2026, 3, 29, 1, 30, 1, tzinfo=UTC)) == 1


def test_grace_moves_every_deadline():
    rule = LateRule(due=DUE, grace=15, closes=DUE + 2 * DAY, penalty=Amount(1))
    assert lateness(rule, DUE + 15 * timedelta(minutes=1)).days == 0
    assert lateness(rule, DUE + DAY + 15 * timedelta(minutes=1)).days == 1
    assert not lateness(rule, DUE + 2 * DAY + 15 * timedelta(minutes=1)).closed
    assert lateness(rule, DUE + 2 * DAY + timedelta(minutes=15, seconds=1)).closed


def test_late_days_are_used_before_anything_is_charged():
    rule = LateRule(due=DUE, late_days=3, penalty=Amount(0.1, share=True))
    late = lateness(rule, DUE + 3 * DAY, used=1)
    assert (late.days, late.free, late.left, late.charged) == (3, 2, 0, 1)
    assert loss(rule, late, 9) == 0.9
    assert explain(rule, late, 9) == "3 days late: 2 late days used, 0 left; −10 % = 8.1 of 9"


def test_excused_days_come_before_late_days():
    rule = LateRule(due=DUE, late_days=1, penalty=Amount(2))
    late = lateness(rule, DUE + 4 * DAY, excused=2)
    assert (late.forgiven, late.free, late.charged) == (2, 1, 1)
    assert explain(rule, late, 5) == (
        "4 days late: 2 days excused; 1 late day used, 0 left; −2 points = 3 of 5"
    )


def test_an_excuse_moves_the_closing_too():
    rule = LateRule(due=DUE, closes=DUE + DAY)
    assert lateness(rule, DUE + 3 * DAY).closed
    assert lateness(rule, DUE + 3 * DAY, excused=1).closed
    assert not lateness(rule, DUE + 3 * DAY, excused=2).closed
    assert not lateness(rule, DUE + 300 * DAY, excused=None).closed


def test_after_closing_nothing_counts_and_no_late_day_is_used():
    rule = LateRule(due=DUE, late_days=9, closes=DUE + DAY)
    late = lateness(rule, DUE + DAY + SECOND)
    assert late.closed and late.free == 0
    assert loss(rule, late, 7.5) == 7.5


def test_an_unknown_time_is_on_time_and_said():
    rule = LateRule(due=DUE, penalty=Amount(1))
    late = lateness(rule, None)
    assert late.unknown and loss(rule, late, 5) == 0
    assert "unknown" in explain(rule, late, 5)
    assert not lateness(LateRule(), None).unknown


def test_the_cap_is_the_most_that_can_be_lost():
    rule = LateRule(due=DUE, penalty=Amount(0.2, share=True), cap=Amount(0.5, share=True))
    late = lateness(rule, DUE + 4 * DAY)
    assert loss(rule, late, 8) == 4
    assert explain(rule, late, 8) == "4 days late: −50 % (the most for lateness) = 4 of 8"


def test_no_more_than_the_score_can_be_lost():
    rule = LateRule(due=DUE, penalty=Amount(3))
    late = lateness(rule, DUE + 4 * DAY)
    assert loss(rule, late, 8) == 8
    assert explain(rule, late, 8) == "4 days late: −100 % (the most for lateness) = 0 of 8"
    assert explain(rule, late, 0) == "4 days late"


amounts = st.one_of(
    st.builds(Amount, st.integers(0, 100).map(lambda n: n / 100), st.just(True)),
    st.builds(Amount, st.floats(0, 50)),
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]
).map(ZoneInfo)
rules = st.builds(
    LateRule,
    due=st.tuples(moments, zones).map(lambda pair: pair[0].astimezone(pair[1])),
    grace=st.integers(0, 2000),
    late_days=st.integers(0, 5),
    penalty=amounts,
    cap=st.none() | amounts,
)
scores = st.floats(0, 100).map(lambda value: round(value, 4))
delays = st.timedeltas(-timedelta(days=10), timedelta(days=40))


@given(rules, delays, scores, st.integers(0, 6), st.none() | st.integers(0, 6))
def test_days_and_points_add_up(rule, delay, score, used, excused):
    late = lateness(rule, rule.due.astimezone(UTC) + delay, used=used, excused=excused)
    assert late.days == late.forgiven + late.free + late.charged
    assert min(late.forgiven, late.free, late.left, late.charged) >= 0
    assert late.free + late.left == max(0, rule.late_days - used)
    assert late.charged == 0 or late.left == 0
    lost = loss(rule, late, score)
    assert 0 <= lost <= score
    assert rule.cap is None or lost <= rule.cap.of(score) + 1e-6
    assert late.charged or lost == 0
    said = explain(rule, late, score)
    if late.charged and lost:
        assert said.endswith(f"= {number(score - lost)} of {number(score)}")


@given(rules, delays, delays, scores)
def test_coming_later_never_gains_anything(rule, one, other, score):
    early, late = sorted((one, other))
    due = rule.due.astimezone(UTC)
    first, second = (lateness(rule, due + delay) for delay in (early, late))
    assert first.days <= second.days
    assert loss(rule, first, score) <= loss(rule, second, score)


@given(rules, delays, scores, scores)
def test_a_better_answer_is_never_worth_less(rule, delay, one, other):
    late = lateness(rule, rule.due.astimezone(UTC) + delay)
    less, more = sorted((one, other))
    assert less - loss(rule, late, less) <= more - loss(rule, late, more) + 1e-5


@given(rules, st.integers(0, 30), st.timedeltas(SECOND, 22 * HOUR))
def test_days_end_on_the_deadlines_own_clock(rule, days, before):
    ends = (rule.due.replace(tzinfo=None) + days * DAY).replace(tzinfo=rule.due.tzinfo)
    grace = timedelta(minutes=rule.grace)
    assert days_late(rule.due, ends.astimezone(UTC) - before + grace, rule.grace) <= days
    latest = max(ends.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    assert days_late(rule.due, latest + grace, rule.grace) == days
    assert days_late(rule.due, latest + grace + SECOND, rule.grace) == days + 1


@given(rules, st.sampled_from(Counting))
def test_a_rule_survives_being_written_down(rule, counts):
    plain = LateRule(rule.due, rule.grace, 3, Amount(0.125, True), Amount(2.5), rule.due, counts)
    again = rule_from(rule_table(plain))
    assert again == plain
    assert days_late(again.due, plain.due) == 0


def test_a_minute_is_meant_whole_unless_seconds_are_said():
    assert moment("2026-11-20 23:59 Europe/Berlin") > DUE + timedelta(seconds=59)
    assert moment("2026-11-20T23:59:00+01:00") == DUE
    for said in ("2026-11-20 23:59 Europe/Berlin", "2026-11-20 23:59:07+05:45"):
        assert moment_text(moment(said)) == said


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("tomorrow", "was expected"),
        ("2026-11-20 23:59", "no time zone"),
        ("2026-11-31 23:59 UTC", "no date"),
        ("2026-11-20 25:59 UTC", "no date"),
        ("0026-11-20 23:59 UTC", "year"),
        ("2026-11-20 23:59 Europe/Berln", "no time zone 'Europe/Berln'"),
        ("2026-11-20 23:59 Europe", "no time zone 'Europe'"),
        ("2026-11-20 23:59 ../../etc/passwd", "was expected"),
        ("2026-11-20 23:59+99:00", "no time zone"),
    ],
)
def test_a_wrong_moment_is_said(said, says):
    with pytest.raises(GradebookError, match=says):
        moment(said)


def test_amounts_are_shares_or_points():
    assert amount("10 %") == amount("10%") == Amount(0.1, share=True)
    assert amount("1.5 points") == amount("1.5") == Amount(1.5)
    for wrong in ("-1", "110 %", "ten", "nan", "1e9"):
        with pytest.raises(GradebookError):
            amount(wrong)


def test_rules_from_a_file(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(
        '["unit 04"]\ndue = "2026-11-20 23:59 Europe/Berlin"\ngrace = 15\nlate_days = 3\n'
        'penalty = "10 %"\ncap = "50 %"\ncounts = "best"\n'
        "[essay]\ndue = 2026-11-20T23:59:00+01:00\npenalty = 1\n",
        encoding="utf-8",
    )
    rules_read = read_rules(file)
    assert rules_read["unit 04"].counts is Counting.BEST
    assert rules_read["unit 04"].due == moment("2026-11-20 23:59 Europe/Berlin")
    assert rules_read["essay"].due == DUE
    assert rules_read["essay"].penalty == Amount(1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("due = 3", "outside of a table"),
        ("[a]\nDue = 3", "no 'Due'"),
        ("[a]\ndue = 2026-11-20", "was expected"),
        ('[a]\ngrace = "soon"', "grace: a whole number"),
        ("[a]\ngrace = true", "grace: a whole number"),
        ("[a]\nlate_days = -1", "late_days"),
        ('[a]\npenalty = "a lot"', "penalty"),
        ('[a]\ncounts = "first"', "'last' or 'best'"),
        ('[a]\ndue = "2026-11-20 10:00 UTC"\ncloses = "2026-11-19 10:00 UTC"', "before due"),
        ("[a", "TOML"),
    ],
)
def test_a_wrong_rule_is_said_with_its_place(tmp_path, text, says):
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(GradebookError, match=says) as caught:
        read_rules(file)
    assert str(file) in str(caught.value)


def test_what_is_not_said_stays_and_none_takes_away():
    base = rule_from({"due": "2026-11-20 10:00 UTC", "cap": "50 %", "grace": 5})
    changed = rule_from({"cap": "none", "late_days": "2"}, base)
    assert (changed.due, changed.grace, changed.cap, changed.late_days) == (base.due, 5, None, 2)
