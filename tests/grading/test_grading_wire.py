"""What travels between judge and worker comes back as it was, and nothing else comes in."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from coursekit.exercises import given
from coursekit.exercises.layouts import fortran, read_only, reversed_rows, strided
from coursekit.exercises.values import Named
from coursekit.grading.inside import wire


def sent(value):
    message = bytearray(wire.encode({"value": value}))
    return wire.decode(*wire.split(message))["value"]


def test_plain_values_come_back():
    for value in (None, True, "text", 3, -(2**61), 0.1, float("inf"), [1, [2.5, "x"]], (1, (2,))):
        assert sent(value) == value
    assert sent({"a": [1], "b": None}) == {"a": [1], "b": None}
    assert sent(2**80) == 2**80
    assert sent(3 + 4j) == 3 + 4j
    assert np.isnan(sent(float("nan")))


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int64", "float16", "float32", "float64", "complex128"]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4), (2, 3, 4)])
def test_arrays_come_back(dtype, shape):
    x = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    back = sent(x)
    assert back.dtype == x.dtype and back.shape == x.shape
    np.testing.assert_array_equal(back, x)
    assert back.flags.writeable


@pytest.mark.parametrize("layout", [fortran, strided, reversed_rows, read_only])
def test_layouts_come_back(layout):
    x = layout(np.arange(12.0).reshape(3, 4))
    back = sent(x)
    np.testing.assert_array_equal(back, x)
    assert [s // abs(s) for s in back.strides] == [s // abs(s) for s in x.strides]
    for flag in ("c_contiguous", "f_contiguous", "writeable"):
        assert getattr(back.flags, flag) == getattr(x.flags, flag)


def test_other_byte_orders_and_long_doubles_become_ours():
    assert sent(np.arange(3, dtype=">i4")).tolist() == [0, 1, 2]
    assert sent(np.arange(3, dtype=np.longdouble)).dtype == np.float64
    assert sent(np.float32(1.5)) == np.float32(1.5)


def test_named_values_and_given_arguments_come_back():
    back = sent(Named(("w[0]", "loss"), (np.ones(2), 3.0)))
    assert back.names == ("w[0]", "loss") and back[1] == 3.0
    asked = sent(given("quadratic", np.eye(2), np.ones(2)))
    assert asked.maker == "quadratic"
    assert asked.make()(np.zeros(2)) == 0


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "object"),
        (np.array(["a"]), "ndarray_of_dtype_U1"),
        ({1: 2}, "dict"),
        ({1, 2}, "set"),
    ],
)
def test_of_anything_else_only_the_type_is_told(value, name):
    assert type(sent(value)).__name__ == name


def test_generators_functions_and_classes_are_told_apart():
    assert type(sent(x for x in "ab")).__name__ == "generator"
    assert callable(sent(len)) and not isinstance(sent(len), type)
    assert isinstance(sent(dict), type)


def test_an_array_object_of_ones_own_is_no_array():
    class Lying(np.ndarray):
        def tobytes(self, order="C"):
            raise AssertionError("was asked")

    assert type(sent(np.zeros(3).view(Lying))).__name__ == "Lying"


def message(told, body=b""):
    text = json.dumps(told).encode()
    return bytearray(struct.pack(">II", len(text), len(body)) + text + body)


@pytest.mark.parametrize(
    "value",
    [
        ["a", "<f8", [10], 0, "C"],
        ["a", "<f8", [-1], 0, "C"],
        ["a", "<f8", [1, 2.5], 0, "C"],
        ["a", "<f8", [True], 0, "C"],
        ["a", "<f8", [0] * 40, 0, "C"],
        ["a", "<f8", [0, 10**30], 0, "C"],
        ["a", "|O", [1], 0, "C"],
        ["a", ["<f8"], [1], 0, "C"],
        ["a", "<f8", [1], -8, "C"],
        ["a", "<f8", [1], 0, "X"],
        ["a"],
        ["q", 1],
        [],
        [["l", []]],
        {"a": 1},
        ["n", ["one"], []],
        ["i", "9" * 2000],
        ["i", "nine"],
        ["d", 3],
        ["t", None],
        ["c", "x", 0],
    ],
)
def test_what_is_no_value_is_refused(value):
    with pytest.raises(wire.WireError):
        wire.decode(*wire.split(message({"value": value}, bytes(16))))


def test_deep_nesting_is_refused():
    deep = "[" * 100_000 + "]" * 100_000
    text = b'{"value": ' + deep.encode() + b"}"
    with pytest.raises(wire.WireError):
        wire.decode(text, b"")


def test_a_message_is_taken_when_it_is_whole():
    whole = wire.encode({"value": np.arange(5)})
    came = bytearray()
    for byte in whole[:-1]:
        came.append(byte)
        assert wire.split(came) is None
    came += whole[-1:] + b"next"
    assert wire.decode(*wire.split(came))["value"].tolist() == [0, 1, 2, 3, 4]
    assert came == b"next"


def test_too_long_a_message_is_refused_at_its_first_bytes():
    with pytest.raises(wire.WireError, match="announced"):
        wire.split(bytearray(struct.pack(">II", 0, 1 << 31)))
    with pytest.raises(wire.WireError, match="too large"):
        wire.encode({"value": np.broadcast_to(0.0, (1 << 24,)).copy()})


@settings(max_examples=300, deadline=None)
@forall(st.binary(max_size=300))
def test_arbitrary_bytes_are_a_message_or_an_error(junk):
    try:
        found = wire.split(bytearray(junk))
        if found is not None:
            wire.decode(*found)
    except wire.WireError:
        pass


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["a", "l", "t", "d", "n", "i", "c", "g", "o", "<f8", "C", "R"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@forall(JSON, st.binary(max_size=40))
def test_arbitrary_json_is_a_value_or_an_error(value, body):
    with contextlib.suppress(wire.WireError):
        wire.decode(*wire.split(message({"value": value}, body)))
