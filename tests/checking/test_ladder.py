"""Each rung of the ladder, reached by an answer that fails there and nowhere before."""

import numpy as np
import pytest

from coursekit.checking.ladder import climb
from coursekit.checking.stubs import is_stub
from coursekit.exercises import Comparison, Exercise, case, find, tiny
from coursekit.exercises.comparison import RUNGS


def test_a_right_answer_passes(halve):
    result = climb(halve, lambda x, times=1: np.asarray(x) * 0.5**times)
    assert result.passed
    assert result
    assert result.rung == "passed"
    assert "3 inputs" in result.message


def untouched(x, times=1):
    """Half."""
    raise NotImplementedError


def untouched_with_message(x, times=1):
    raise NotImplementedError("write me")


def passing(x, times=1):
    pass


def dots(x, times=1): ...


@pytest.mark.parametrize("stub", [untouched, untouched_with_message, passing, dots])
def test_stubs_are_not_attempts(halve, stub):
    assert is_stub(stub)
    result = climb(halve, stub)
    assert not result.attempted
    assert not result.passed
    assert result.message == "Not attempted yet."


def forgot_the_raise(x, times=1):
    y = x / 2**times
    raise NotImplementedError
    return y


def wrong_arity(x):
    return x / 2


def raises(x, times=1):
    return x[len(x)]


def endless(x, times=1):
    while True:
        x = x / 2


def nothing(x, times=1):
    x / 2**times


def generates(x, times=1):
    yield x / 2**times


def wrong_shape(x, times=1):
    return (x / 2**times)[None]


def wrong_kind(x, times=1):
    return x > 0


def not_finite(x, times=1):
    return np.where(x == x.flat[0], np.nan, x / 2**times)


def wrong_values(x, times=1):
    return x / 2**times + (x > 4)


def wrong_later(x, times=1):
    return x / 2 if x.ndim == 1 else x / 2 + 1


def changes_input(x, times=1):
    answer = x / 2**times
    x += 1
    return answer


calls = []


def counts_calls(x, times=1):
    calls.append(1)
    return x / 2**times + (len(calls) > 3)


def needs_contiguous(x, times=1):
    return np.frombuffer(x.data.cast("B"), x.dtype).reshape(x.shape) / 2**times


def needs_writable(x, times=1):
    x += 0
    return x / 2**times


def breaks_the_property(x, times=1):
    return x / 2**times if x.shape != (4,) else np.abs(x / 2**times)


@pytest.mark.parametrize(
    ("answer", "rung", "words"),
    [
        (forgot_the_raise, "runs", "NotImplementedError"),
        (wrong_arity, "callable", "def halve(x, times=1):"),
        (raises, "runs", "IndexError"),
        (endless, "runs", "Still running after 0.5 seconds"),
        (nothing, "returns", "returned None"),
        (generates, "returns", "generator"),
        (wrong_shape, "shape", "(1, 2)"),
        (wrong_kind, "dtype", "True and False"),
        (not_finite, "finite", "NaN"),
        (wrong_values, "tiny", "First at [1]: expected 2.5, got 3.5"),
        (wrong_later, "random", "wrong in"),
        (changes_input, "properties", "`x` is different after the call"),
        (counts_calls, "properties", "second time"),
        (needs_contiguous, "properties", "not contiguous"),
        (needs_writable, "properties", "read-only"),
        (breaks_the_property, "properties", "Halving a sum"),
    ],
    ids=lambda v: getattr(v, "__name__", None),
)
def test_each_rung(halve, answer, rung, words):
    calls.clear()
    result = climb(halve, answer)
    assert result.rung == rung, result
    assert words in result.message, result
    assert result.attempted
    assert not result.passed
    assert result.climbed == list(RUNGS[: RUNGS.index(rung)])


def test_parameters_in_another_order_are_named(halve):
    result = climb(halve, lambda times=1, x=None: x / 2**times)
    assert "another order, (times, x)" in result.diagnosis
    more = climb(halve, lambda x, other=None, times=1: x / 3**times)
    assert "another order" not in more.diagnosis


def test_cases_run_from_tiny_to_large(halve):
    sizes = [c.args[0].size for c in halve.make_cases(0)]
    assert sizes == [2, 12, 210]


def test_the_same_seed_gives_the_same_result(halve):
    first, second = (climb(halve, wrong_later, seed=5) for _ in range(2))
    assert repr(first) == repr(second)
    assert repr(climb(halve, wrong_later, seed=6)) != repr(first)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_known_mistakes_speak(halve, index):
    mistake = halve.mistakes[index]
    result = climb(halve, mistake.answer)
    assert result.diagnosis == mistake.says
    assert result.mistake == mistake.name


def test_a_known_mistake_that_agrees_by_chance_stays_silent(halve):
    def also_wrong_elsewhere(x, times=1):
        # Doubles on the tiny case only; everywhere else it is something else again.
        return x * 2.0 if x.ndim == 1 else x - 3

    assert climb(halve, also_wrong_elsewhere).mistake == ""


def test_the_answer_cannot_change_what_is_expected(halve):
    def vandal(x, times=1):
        x[...] = 0
        return np.zeros(x.shape)

    result = climb(halve, vandal)
    assert not result.passed
    assert result.expected.tolist() == [1, 2.5]


def test_a_mistake_that_explains_one_input_of_several_says_so(halve):
    def doubles_and_more(x, times=1):
        # Doubles everywhere; on the case "twice" something else is wrong as well.
        return x * 2**times + (times == 2)

    result = climb(halve, doubles_and_more)
    assert result.diagnosis.startswith("You doubled: halving divides.")


def test_a_pattern_must_show_on_most_inputs(halve):
    def negative_by_chance(x, times=1):
        # On the tiny case every sign is wrong; on the others there is no pattern at all.
        return -x / 2**times if x.ndim == 1 else np.sin(x) + x**2

    assert "sign" not in climb(halve, negative_by_chance).diagnosis


def test_writing_into_the_input_is_said_when_it_spoils_the_values(halve):
    def spoils(x, times=1):
        x += 1
        return x / 2**times

    assert "changes its input `x` while it runs" in climb(halve, spoils).diagnosis


def test_rounding_noise_is_shown_as_zero(halve):
    def noisy(x, times=1):
        y = x / 2**times
        y[..., 0] = 1e-18
        return y

    assert "got 0.0" in climb(halve, noisy).message


def test_objects_that_raise_when_looked_at_are_survived(halve):
    class Hostile:
        @property
        def __signature__(self):
            raise RuntimeError

        def __call__(self, x, times=1):
            return x / 2**times

    assert climb(halve, Hostile()).passed


def test_a_library_without_negative_strides_is_no_mistake(halve):
    def strict(x, times=1):
        if any(step < 0 for step in np.asarray(x).strides):
            raise ValueError("At least one of the strides is negative (torch says this)")
        return np.asarray(x) / 2**times

    assert climb(halve, strict).passed


def test_a_long_double_too_large_for_a_float_is_shown(halve):
    result = climb(halve, lambda x, times=1: np.asarray(x) * np.longdouble("1e400"))
    assert not result.passed
    assert repr(result)


def two_values(**mistakes):
    """An exercise that asks for x + 1 and x + 2, with these known mistakes (sentence by name)."""
    two = Exercise(
        "two(x)",
        unit="99",
        title="Two values",
        reference=lambda x: (x + 1, x + 2),
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
        comparison=Comparison(outputs=("one", "other")),
    )
    two.cases(lambda rng: [tiny("a row", np.arange(3.0)), case("more", rng.standard_normal(5))])
    for says, answer in mistakes.items():
        two.mistake(says)(answer)
    return two


def test_another_number_of_values_than_a_known_mistake_gives():
    two = two_values(forgotten=lambda x: (x + 1,))
    assert climb(two, lambda x: (x + 1,)).diagnosis == "forgotten"


def test_values_that_are_no_numbers_do_not_hide_the_others():
    two = two_values(added=lambda x: (x + 1, None), doubled=lambda x: (2 * x, None))
    assert climb(two, lambda x: (2 * x, None)).diagnosis.startswith("doubled")
    assert climb(two, lambda x: (x + 1, None)).diagnosis.startswith("added")
    assert climb(two, lambda x: (x + 7, "text")).mistake == ""


def test_an_answer_that_counts_its_calls(halve):
    seen = []

    def counts(x, times=1):
        seen.append(1)
        return np.asarray(x) / 2**times + len(seen)

    result = climb(halve, counts)
    assert result.diagnosis.startswith("Called again on this same input, it answers differently.")


def test_a_property_whose_call_does_not_fit(halve):
    halve.holds("It takes the times by position.")(
        lambda answer, rng: answer(np.ones(3), 2) and None
    )

    def by_keyword(x, *, times=1):
        return np.asarray(x) / 2**times

    result = climb(halve, by_keyword)
    assert result.rung == "callable"
    assert "should read `def halve(x, times=1):`" in result.message


def test_numbers_that_differ_late_are_shown_with_more_digits(halve):
    result = climb(halve, lambda x, times=1: np.asarray(x) / 2**times * (1 + 3e-6))
    assert "expected 1.0, got 1.000003" in result.message
    assert result.diagnosis.startswith("Nearly right: every value is off by the same small share")


def test_a_mistake_that_is_right_here_is_not_named_for_a_wrong_dtype():
    def halves(x, of=2):
        return np.asarray(x) // of

    exercise = Exercise(
        "halves(x, of=2)",
        unit="90",
        title="Halves",
        reference=halves,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
        comparison=Comparison(whole=True),
    )

    @exercise.cases
    def cases(rng):
        yield tiny("two numbers", np.array([2, 4]), expected=[1, 2])
        yield case("more", 2 * rng.integers(0, 9, 5))
        yield case("thirds", 3 * rng.integers(0, 9, 6), 3)

    exercise.mistake("`of` is ignored.")(lambda x, of=2: np.asarray(x) // 2)
    result = climb(exercise, lambda x, of=2: np.asarray(x) / of)
    assert (result.rung, result.mistake) == ("dtype", "")
    assert "`//`" in result.diagnosis


def test_an_input_without_rows_can_be_shown():
    def of_rows(x):
        return x.sum(axis=0)

    exercise = Exercise(
        "of_rows(x)",
        unit="90",
        title="Sums",
        reference=of_rows,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
    )

    @exercise.cases
    def cases(rng):
        yield tiny("no rows", np.zeros((0, 2)), expected=[0, 0])
        yield case("rows", rng.random((3, 2)))

    result = climb(exercise, lambda x: x[0])
    assert "no rows" in str(result) and result._repr_html_()


@pytest.mark.parametrize("decorator", ["mistake", "also_right", "holds"])
def test_a_decorator_without_its_text_is_refused(decorator):
    with pytest.raises(TypeError, match=decorator):
        getattr(find("confusion_matrix"), decorator)(lambda x: x)
