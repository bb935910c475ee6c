"""A result in a record: back it shows the same, whatever it held."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from coursekit.checking.render_html import render_html
from coursekit.checking.render_text import render_text
from coursekit.checking.result import Result
from coursekit.grading.plain import plain
from coursekit.grading.records import RecordError
from coursekit.grading.shown import LARGEST, MOST, from_json, to_json


def through_json(result):
    line = json.dumps(to_json(result), allow_nan=False, ensure_ascii=False)
    line.encode("utf-8")
    return from_json(json.loads(line))


def compared(got, expected, **rest):
    wrong = got != expected if np.shape(got) == np.shape(expected) else None
    return Result("f", "random", "m", got=got, expected=expected, wrong=wrong, **rest)


def test_texts_come_back():
    result = Result(
        "f", "runs", "It stops.", "A likely cause.", "no_padding", "f(x)", "stride 2",
        output="dx", printed="hello\n\tthere", warned=["divided by 0"], note="seed 7",
    )  # fmt: skip
    assert through_json(result) == result


NUMBERS = st.sampled_from([np.float64, np.float32, np.int16, np.uint8, np.uint64, bool, complex])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_small_arrays_come_back_bit_for_bit(data):
    dtype = data.draw(NUMBERS)
    shapes = numpy_st.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    shape = data.draw(shapes)
    got = data.draw(numpy_st.arrays(dtype, shape))
    back = through_json(Result("f", "returns", "m", got=got, expected=got, inputs={"x": got}))
    for array in (back.got, back.expected, back.inputs["x"]):
        assert array.dtype == got.dtype
        np.testing.assert_array_equal(array, got, strict=True)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.sampled_from(
        [(401,), (900,), (3, 200), (30, 31), (2, 9, 40), (2, 3, 28, 28), (500, 2)]
    ),
    at=st.integers(0, 2**32),
    seed=st.integers(0, 99),
)
def test_the_page_shows_the_same_of_cut_arrays(shape, at, seed):
    expected = np.random.default_rng(seed).normal(size=shape) * 1e3
    got = expected.copy()
    got.flat[at % got.size] += 1e-3
    result = compared(got, expected, inputs={"x": expected, "k": got[..., :3]})
    back = through_json(result)
    assert render_text(back) == render_text(result)
    pictures = render_html(result).find("<figure")
    assert render_html(back)[:pictures] == render_html(result)[:pictures]


def test_large_arrays_keep_few_numbers_and_their_shape():
    expected = np.zeros((2, 3, 50, 60))
    got = expected + (np.arange(60) == 41)
    result = compared(got, expected, inputs={"x": expected})
    told = to_json(result)
    assert len(told["got"]["values"]) == len(told["wrong"]["values"]) == MOST
    assert len(json.dumps(told)) < 12_000
    back = through_json(result)
    assert back.got.shape == back.expected.shape == back.inputs["x"].shape == expected.shape
    assert np.ma.count(back.got) == MOST
    assert back.wrong.dtype == bool and not np.ma.isMaskedArray(back.wrong)


def test_no_picture_is_made_of_what_was_not_kept():
    ramp = np.linspace(0, 1, 900).reshape(30, 30)
    result = compared(1 - ramp, ramp)
    assert "<figure" in render_html(result)
    assert "<figure" not in render_html(through_json(result))
    small = compared(1 - ramp[:14, :14], ramp[:14, :14])
    assert render_html(through_json(small)) == render_html(small)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex128])
def test_what_json_has_no_number_for_survives(value, dtype):
    got = np.array([[value, 1.5]], dtype)
    back = through_json(compared(got, np.ones((1, 2))))
    np.testing.assert_array_equal(back.got, got, strict=True)
    assert back.wrong.tolist() == [[True, True]]


@pytest.mark.parametrize("got", ["text", None, np.array(["a"]), np.array([object()]), [1, 2]])
def test_what_is_no_array_of_numbers_is_left_out(got):
    back = through_json(Result("f", "returns", "m", got=got, expected=np.ones(2)))
    assert back.got is None
    assert render_html(back)


def test_enormous_arrays_are_left_out():
    huge = np.broadcast_to(np.float32(0), (LARGEST, 3))
    back = through_json(compared(huge, np.zeros(3), inputs={"x": huge}))
    assert back.got is None and back.inputs == {}
    with pytest.raises(RecordError):
        from_json({"rung": "shape", "got": {"dtype": "<f8", "shape": [10**9, 10**9], "values": []}})


def test_hostile_text_is_cut_and_encodable():
    hostile = "\ud800\u202egnp.exe\x1b[2J" + "A" * 1_000_000
    result = Result("f", "runs", hostile, printed=hostile, warned=[hostile] * 50)
    result.inputs = {f"{hostile}{i}": np.ones(2) for i in range(100)}
    told = to_json(result)
    assert len(json.dumps(told)) < 40_000
    message = through_json(result).message
    assert message.startswith("��gnp.exe␛[2J")
    assert message.endswith("more characters)")


def test_plain_text_keeps_what_people_write():
    assert plain("Zoë Ångström, 李小龍, مريم\n\tx → y") == "Zoë Ångström, 李小龍, مريم\n\tx → y"
    assert plain("a\r\nb\rc\x00") == "a\nb␍c␀"
    assert plain("abc", 2) == "ab … (1 more characters)"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"rung": "top"},
        {"rung": "shape", "got": 3},
        {"rung": "shape", "got": {"dtype": "O", "shape": [1], "values": [1]}},
        {"rung": "shape", "got": {"dtype": "<f8", "shape": [3], "values": [1]}},
        {"rung": "shape", "inputs": []},
        {"rung": "shape", "got": {"dtype": "nonsense", "shape": [1], "values": [1]}},
    ],
)
def test_what_is_no_result_is_refused(told):
    with pytest.raises(RecordError):
        from_json(told)
