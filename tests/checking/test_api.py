"""`check`, `hint` and `progress` as a student types them, well and badly."""

import functools

import numpy as np
import pytest

from coursekit import check, hint, progress
from coursekit.checking import records
from coursekit.exercises import UnknownExercise
from coursekit.filters import conv_output_size as the_courses_own


def conv_output_size(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) // stride + 1


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv(records.ENVIRONMENT, str(tmp_path / "progress.sqlite"))


def test_found_by_the_functions_name():
    result = check(conv_output_size)
    assert result.passed
    assert result.name == "conv_output_size"
    assert progress("02").passed == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda n, f, stride=1, padding=0: (n + 2 * padding - f) // stride + 1,
        functools.partial(conv_output_size),
        np.vectorize(conv_output_size),
    ],
    ids=["lambda", "partial", "callable object"],
)
def test_any_callable_under_a_given_name(answer):
    assert check(answer, "conv_output_size").passed


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "You passed None"),
        (5, "without calling it"),
        (np.zeros((2, 2)), "without calling it"),
        ("conv_output_size", "without quotes"),
        (int, "class `int`"),
        ((i for i in ()), "type generator"),
        (lambda: 1, "No exercise is called '<lambda>'"),
        (print, "No exercise is called 'print'"),
    ],
)
def test_things_that_are_no_answers(answer, words):
    result = check(answer)
    assert words in result.message
    assert not result.passed
    assert repr(result)
    assert result._repr_html_()
    assert progress("02").passed == 0


def test_a_name_that_comes_close_is_suggested():
    def conv_outputsize(n, f):
        return 1

    assert "Did you mean conv_output_size" in check(conv_outputsize).message


def test_the_courses_own_function_is_no_answer():
    result = check(the_courses_own)
    assert not result.attempted
    assert "not yours" in result.message


def test_stub_leaves_no_trace():
    def conv_output_size(n, f, stride=1, padding=0):
        raise NotImplementedError

    assert not check(conv_output_size).attempted
    assert records.entries() == {}


def test_hints_go_on_and_are_counted():
    first, second = hint(conv_output_size), hint("conv_output_size")
    assert "Hint 1 of" in repr(first)
    assert "Hint 2 of" in repr(second)
    for _ in range(10):
        last = hint(conv_output_size)
    assert "last hint" in repr(last)
    assert "last hint" in last._repr_html_()
    assert records.entries()["conv_output_size"].hints == 12
    with pytest.raises(UnknownExercise):
        hint("no_such_exercise")


def test_nothing_is_lost_when_progress_cannot_be_saved(tmp_path, monkeypatch):
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv(records.ENVIRONMENT, str(blocker / "progress.sqlite"))
    result = check(conv_output_size)
    assert result.passed
    assert "cannot be kept" in result.note
    assert "Hint 1" in repr(hint(conv_output_size))
    assert "Hint 2" in repr(hint(conv_output_size))


def test_a_hostile_name_does_no_harm():
    class Odd:
        __name__ = 5

        def __call__(self, n):
            return n

    assert not check(Odd()).passed


def test_two_functions_at_once():
    assert "One function at a time" in check(len, len).message
    assert "One function at a time" in check("softmax", len).message


def test_an_object_or_lambda_is_found_by_the_name_it_has_in_the_notebook():
    class Counting:
        def __call__(self, n, f, stride=1, padding=0):
            return (n + 2 * padding - f) // stride + 1

    space = {"check": check, "hint": hint, "conv_output_size": Counting()}
    exec("result = check(conv_output_size); help = hint(conv_output_size)", space)
    assert (space["result"].name, space["result"].passed) == ("conv_output_size", True)
    assert space["help"].exercise == "conv_output_size"
    exec("gaussian_kernel = lambda size, sigma: None\nresult = check(gaussian_kernel)", space)
    assert space["result"].name == "gaussian_kernel"
