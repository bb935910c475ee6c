"""Names of students become names of files, one for each."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.grading.safe_names import LONGEST, safe_name, shown_name


@pytest.mark.parametrize("name", ["ada", "ada@x.org", "a.b-c_d+e", "0", "lovelaceada_12345"])
def test_plain_names_stay(name):
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("Ada Lovelace", "Ada-Lovelace-"),
        ("José", "Jose-"),
        ("../../etc/passwd", "etc-passwd-"),
        ("a/b", "a-b-"),
        ("a\\b", "a-b-"),
        ("a\0b", "a-b-"),
        ("", "student-"),
        (".", "student-"),
        ("..", "student-"),
        ("京都", "student-"),
        ("con", "con-"),
        ("nul.ipynb", "nul-ipynb-"),
        ("com1.txt", "com1-txt-"),
        ("ada.", "ada-"),
        ("-rf", "rf-"),
        ("a..b", "a-b-"),
        ("x" * 101, "x" * 80),
        ("é" * 1000, "e" * 80),
        ("\ud800", "student-"),
        ("ada-0123456789ab", "ada-0123456789ab-"),
    ],
)
def test_other_names_get_a_hash(name, begins):
    found = safe_name(name)
    assert found.startswith(begins)
    assert found != name
    assert len(found) <= LONGEST


def test_case_and_accents_make_other_files():
    names = ["ada", "Ada", "ADA", "áda", "ada ", "ada.", "a\u200bda"]
    assert len({safe_name(name).lower() for name in names}) == len(names)


def test_one_name_in_two_forms_is_one_file():
    assert safe_name(unicodedata.normalize("NFD", "José")) == safe_name("José")


@given(st.text(max_size=150), st.text(max_size=150))
def test_any_two_names(first, second):
    found = safe_name(first)
    assert found.isascii()
    assert 0 < len(found) <= LONGEST
    assert not set(found) & set('/\\:*?"<>|\0 \n')
    assert found[0] not in ".-"
    assert found[-1] not in ". "
    assert safe_name(found).startswith(found)
    same = unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)
    assert (found.lower() == safe_name(second).lower()) == same


def test_shown_names_are_one_line():
    assert shown_name("a\nb\tc\x1b[2J\u202ed\ud800") == "a␤b␉c␛[2J\ufffdd\ufffd"
    assert len(shown_name("x" * 10_000)) < 400
