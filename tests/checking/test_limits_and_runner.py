"""Calling code that misbehaves."""

import importlib
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from coursekit.checking.calling import call
from coursekit.checking.limits import OutOfTime, Printed, time_limit


def loop_forever():
    while True:
        pass


def loop_and_swallow():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def sleep_forever():
    time.sleep(60)


@pytest.mark.parametrize("function", [loop_forever, loop_and_swallow, sleep_forever])
def test_endless_code_is_stopped(function):
    started = time.monotonic()
    outcome = call(function, (), seconds=0.3)
    assert isinstance(outcome.error, OutOfTime)
    assert time.monotonic() - started < 20


def test_endless_code_is_stopped_in_other_threads_too():
    found = []
    thread = threading.Thread(target=lambda: found.append(call(loop_forever, (), seconds=0.3)))
    thread.start()
    thread.join(20)
    assert isinstance(found[0].error, OutOfTime)


@pytest.mark.parametrize("in_thread", [False, True])
def test_an_import_is_let_finish(tmp_path, monkeypatch, in_thread):
    name = f"slow_library_{in_thread}"
    body = (
        "import time\nend = time.monotonic() + 1\nwhile time.monotonic() < end: pass\ndone = True\n"
    )
    (tmp_path / f"{name}.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)

    def slow_import():
        module = importlib.import_module(name)
        while True:
            pass
        return module

    if in_thread:
        thread = threading.Thread(target=call, args=(slow_import, ()), kwargs={"seconds": 0.2})
        thread.start()
        thread.join(20)
    else:
        assert isinstance(call(slow_import, (), seconds=0.2).error, OutOfTime)
    assert sys.modules[name].done


def test_a_time_limit_leaves_nothing_behind():
    with time_limit(0.2):
        pass
    time.sleep(0.4)
    thread_result = []

    def quick():
        with time_limit(0.1):
            pass
        time.sleep(0.4)
        thread_result.append("alive")

    thread = threading.Thread(target=quick)
    thread.start()
    thread.join()
    assert thread_result == ["alive"]


def test_a_million_lines_are_counted_not_kept():
    def chatty():
        for i in range(1_000_000):
            print(i)
        return 1

    outcome = call(chatty, (), seconds=60)
    assert outcome.value == 1
    assert outcome.printed.lines == 1_000_000
    head = outcome.printed.head()
    assert head.startswith("0\n1\n2")
    assert "999,995 more lines" in head
    assert len(head) < 200


def test_one_endless_line_is_cut():
    printed = Printed()
    printed.write("x" * 10_000_000)
    assert len(printed.head()) <= 100


@pytest.mark.parametrize(
    "error", [ValueError("no"), SystemExit(3), GeneratorExit(), RecursionError(), MemoryError()]
)
def test_whatever_is_raised_is_caught(error):
    def raises():
        raise error

    assert call(raises, ()).error is error


def test_the_users_own_interrupt_is_not():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, ())


def test_where_it_happened_is_the_students_line():
    def index_too_far(x):
        y = x + 1
        return y[len(x)]

    outcome = call(index_too_far, (np.arange(3),))
    assert outcome.where == "line 3 of `index_too_far`: `return y[len(x)]`"


def test_errors_inside_numpy_point_at_the_students_line():
    def broadcast(x):
        return np.add(x, np.ones(7)).reshape(3)

    assert "broadcast" in call(broadcast, (np.arange(3),)).where


def test_inputs_are_copies_and_changes_are_noted():
    x, pair = np.arange(4.0), [np.arange(2), "a"]

    def changes(x, pair, k=None):
        x[0] = 99
        pair.append(1)
        k["n"] = 2
        return x

    outcome = call(changes, (x, pair), {"k": {"n": 1}}, names=("x", "pair"))
    assert outcome.modified == ["x", "pair", "k"]
    assert x[0] == 0
    assert len(pair) == 2


def test_nan_inputs_are_not_mistaken_for_changes():
    assert call(lambda x: x.sum(), (np.array([np.nan, 1.0]),)).modified == []


def test_an_answer_that_is_a_view_of_the_input_stays_what_it_was():
    kept = []

    def view(x):
        kept.append(x)
        return x[::-1]

    outcome = call(view, (np.arange(3),))
    kept[0][:] = 7
    assert outcome.value.tolist() == [2, 1, 0]


def test_warnings_are_noted_once():
    def warns():
        for _ in range(5):
            warnings.warn("careful", stacklevel=1)
        return np.log(np.zeros(1))

    assert call(warns, ()).warned == ["careful", "divide by zero encountered in log"]
