"""What a student sees: one screen of text, HTML that escapes everything and says all in words."""

import re

import numpy as np
import pytest

from coursekit.checking.ladder import climb
from coursekit.checking.result import Result
from coursekit.checking.windows import MOST, window


def shifted(x, times=1):
    print("<script>alert(1)</script>")
    return x / 2**times + (np.arange(x.shape[-1]) == x.shape[-1] - 1)


def untouched(x, times=1):
    raise NotImplementedError


def test_text_fits_a_screen(halve):
    text = repr(climb(halve, shifted))
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 79
    assert lines[0] == "halve: is wrong on a small input"
    assert "Yours, shape (2,)" in text
    assert "Expected, shape (2,)" in text
    assert "[3.5]" in text


def test_text_fits_a_screen_for_a_large_array(halve):
    def wrong_when_large(x, times=1):
        return x / 2**times + (x.size > 12)

    result = climb(halve, wrong_when_large)
    assert result.rung == "random"
    lines = repr(result).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 79


def test_html_escapes_and_has_no_script(halve):
    page = climb(halve, shifted)._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Likely cause" in climb(halve, halve.mistakes[0].answer)._repr_html_()
    assert "border:2px solid" in page


def test_html_shows_larger_arrays_as_pictures_with_alt_text(halve):
    def wrong_when_large(x, times=1):
        return x / 2**times + 3 * (x > 1.5) * (x.size > 12)

    page = climb(halve, wrong_when_large)._repr_html_()
    alts = re.findall(r'<img alt="([^"]+)"', page)
    assert len(alts) == len(set(alts)) == 3
    assert all("14 by 15 pixels" in alt for alt in alts)


def test_html_of_stub_and_pass(halve):
    stub = climb(halve, untouched)
    assert "not attempted yet" in stub._repr_html_()
    assert "not attempted yet" in repr(stub)
    passed = climb(halve, halve.reference)
    assert "passed" in passed._repr_html_()


def test_html_is_balanced(halve):
    from html.parser import HTMLParser

    class Balance(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, attrs):
            if tag not in ("img", "br"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(climb(halve, shifted)._repr_html_())
    assert parser.open == []


def test_the_window_holds_the_first_difference():
    array = np.zeros((3, 30, 40))
    wrong = np.zeros(array.shape, bool)
    wrong[2, 17, 33] = True
    shown = window(array, wrong)
    assert len(shown.cells) == MOST
    assert sum(map(sum, shown.marked)) == 1
    assert shown.where == "[2, 13:21, 29:37]"


@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0), (2, 2, 2, 2)])
def test_windows_of_unusual_shapes(shape):
    assert isinstance(window(np.zeros(shape)).cells, list)
    result = Result("x", "shape", "m", got=np.zeros(shape), expected=np.ones(3))
    assert repr(result)
    assert result._repr_html_()


def test_digits_are_enough_to_see_the_difference():
    a, b = np.array([1.0]), np.array([1.0 + 2e-6])
    wrong = np.array([True])
    assert window(a, wrong, b).cells != window(b, wrong, a).cells
