"""The comparison that nbval is given in conftest.py."""

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location(
    "root_conftest", Path(__file__).parents[1] / "conftest.py"
)
root_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(root_conftest)
sanitize = root_conftest.sanitize


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("accuracy 0.973", "accuracy 0.974"),
        ("1.2345e-05", "1.2346e-05"),
        ("norm 1234.5", "norm 1234.9"),
        ('<img alt="a cat" src="data:image/webp;base64,AAAA">',) * 2,
        (
            '<img alt="a cat" src="data:image/webp;base64,AAAA">',
            '<img alt="a cat" src="data:image/webp;base64,BBBB+/==">',
        ),
        ("no numbers", "no numbers"),
    ],
)
def test_equal(one, other):
    assert sanitize(one) == sanitize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shape (3, 4)", "shape (3, 5)"),
        ("accuracy 0.973", "accuracy 0.975"),
        ("accuracy 0.973", "precision 0.973"),
        ("-1.5", "1.5"),
        ("1.0 2.0", "1.0"),
        (
            '<img alt="a cat" src="data:image/webp;base64,AAAA">',
            '<img alt="a dog" src="data:image/webp;base64,AAAA">',
        ),
    ],
)
def test_different(one, other):
    assert sanitize(one) != sanitize(other)


def test_other_values_pass_through():
    assert sanitize({"a": 1}) == {"a": 1}
