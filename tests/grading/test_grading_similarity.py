"""Copies are found however they are dressed; people who think for themselves are left in peace."""

import ast
import itertools
import random
import re
import time

import pytest
from independent_answers import ANSWERS, CROSS_CORRELATE2D, IM2COL, SOFTMAX
from made_up_class import source_of

from coursekit.exercises import find, names
from coursekit.grading.feedback.fingerprints import PASSAGE, WINDOW, all_passages, fingerprints
from coursekit.grading.feedback.normalised import normalised
from coursekit.grading.feedback.similarity import ALIKE, given_texts, groups


def renamed(source):
    """Every name that the function itself gives to something, in its parameters or its body."""
    nodes = list(ast.walk(ast.parse(source)))
    own = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    return re.sub(rf"(?<![.\w])({'|'.join(own)})\b", r"my_\1", source)


def commented(source):
    head, *rest = source.strip().splitlines()
    body = [line for r in rest for line in (r, "    # what the line above does", "")]
    return "\n".join([head, '    """Mine, all mine."""', *body])


def reformatted(source):
    return ast.unparse(ast.parse(source)).replace(" * ", "*").replace("    ", "\t")


def annotated(source):
    return source.replace("stride=1", "stride: int = 1").replace("):\n", ") -> np.ndarray:\n", 1)


def with_other_constants(source):
    return re.sub(r"\b\d\b", lambda found: str(int(found[0]) + 3), source)


def with_a_new_name_first(source):
    """Every other name is then numbered anew."""
    return source.replace("):\n", "):\n    new = 0\n", 1)


def reordered(source):
    """Neighbouring assignments of the function's own level change places."""
    lines = source.strip().splitlines()
    places = [
        i for i, line in enumerate(lines) if re.match(r"    \w+ = .*\)$|    \w+ = .* 1$", line)
    ]
    for a, b in itertools.pairwise(places):
        if b == a + 1:
            lines[a], lines[b] = lines[b], lines[a]
            return "\n".join(lines)
    raise AssertionError("nothing to reorder")


def with_more(source):
    head, first, *rest = source.strip().splitlines()
    return "\n".join([head, "    print(x.shape)", first, "    assert x.ndim > 0", *rest])


NAMES = ("sin", "cos", "tan", "exp", "log")
LONG = [IM2COL[0], IM2COL[2], CROSS_CORRELATE2D[0], CROSS_CORRELATE2D[5]]
SAME = [renamed, commented, reformatted, annotated]
NEAR = [with_other_constants, with_a_new_name_first, with_more, reordered]


def found(*answers, given=()):
    numbered = {f"student {i:02}": answer for i, answer in enumerate(answers)}
    return [[m.student for m in group.members] for group in groups(numbered, given)]


@pytest.mark.parametrize("change", SAME, ids=lambda f: f.__name__)
@pytest.mark.parametrize("source", LONG, ids=["im2col", "im2col 2", "correlate", "correlate 2"])
def test_a_dressed_up_copy_is_the_same(source, change):
    copy = change(source)
    assert copy != source
    assert normalised(copy) == normalised(source)
    (group,) = groups({"a": source, "b": copy, "c": SOFTMAX[0]})
    assert [m.student for m in group.members] == ["a", "b"]
    assert group.same and group.likeness == 1.0


@pytest.mark.parametrize("change", NEAR, ids=lambda f: f.__name__)
@pytest.mark.parametrize("source", [*LONG[:3]], ids=["im2col", "im2col 2", "correlate"])
def test_a_changed_copy_is_near(source, change):
    copy = change(renamed(source))
    assert normalised(copy) != normalised(source)
    (group,) = groups({"a": source, "b": copy, "c": SOFTMAX[0]})
    assert {m.student for m in group.members} == {"a", "b"}
    assert group.likeness >= ALIKE and not group.same


def test_different_constants_are_not_the_same_source():
    assert normalised("x = 1") != normalised("x = 2")
    assert normalised("x = 1") != normalised("x = 1.0") != normalised("x = True")
    assert normalised("f(axis=0)") != normalised("f(axes=0)")
    assert normalised("np.sum(x)") != normalised("np.max(x)")
    assert normalised("a = b + c") == normalised("z = b + c") != normalised("z = c + b")


@pytest.mark.parametrize("name", ANSWERS)
def test_independent_answers_make_no_group(name):
    assert found(*ANSWERS[name]) == []
    assert found(*ANSWERS[name], given=given_texts(name)) == []


@pytest.mark.parametrize("name", names())
def test_unusual_right_answers_of_the_course_make_no_group(name):
    answers = [source_of(a.answer) for a in find(name).right_answers]
    assert found(*answers, *ANSWERS.get(name, ()), given=given_texts(name)) == []


def test_what_half_the_class_writes_makes_no_group():
    assert found(*[SOFTMAX[0]] * 8, *SOFTMAX[1:]) == []
    assert found(*[IM2COL[0]] * 30, *IM2COL[1:]) == []


def test_what_a_quarter_of_a_class_writes_makes_no_group_however_long():
    others = [f"def im2col(x):\n    return {i}" for i in range(75)]
    assert found(*[IM2COL[0]] * 15, *others) != []
    assert found(*[IM2COL[0]] * 25, *others) == []


def test_a_long_answer_of_three_in_a_class_is_a_group():
    others = [renamed(s) for s in IM2COL[1:]] + list(CROSS_CORRELATE2D)
    assert found(IM2COL[0], *others, renamed(IM2COL[0]), commented(IM2COL[0])) == [
        ["student 00", "student 12", "student 13"]
    ]


def test_what_the_exercise_gives_makes_no_group():
    given = IM2COL[4]
    assert found(given, renamed(given), IM2COL[0]) == [["student 00", "student 01"]]
    assert found(given, renamed(given), IM2COL[0], given=[given]) == []


def test_the_reference_and_code_in_hints_are_given():
    texts = given_texts("im2col")
    assert any("def _im2col" in text for text in texts)
    assert any(text.startswith("out[:, :, i * w_out + j]") for text in texts)
    assert given_texts("no such exercise") == []


def test_everybody_in_a_group_is_like_its_first():
    """No chains: a like b and b like c does not bring a and c together."""
    steps = [f"    v{i} = np.{NAMES[i % 5]}(x[{i}] * a{i})" for i in range(60)]
    answers = ["\n".join(["def f(x):", *steps[i : i + 30]]) for i in range(0, 31, 3)]
    for group in groups({f"s{i:02}": a for i, a in enumerate(answers)}):
        assert group.likeness >= ALIKE
        assert len(group.members) < len(answers)


def test_text_that_is_no_python_is_compared_by_its_words():
    broken = IM2COL[0].replace("return", "retrun")
    copy = renamed(IM2COL[0]).replace("return", "retrun") + "# mine"
    assert not normalised(broken).parsed
    assert found(broken, copy, IM2COL[1]) == [["student 00", "student 01"]]


HOSTILE = {
    "deep minus": "x = " + "-" * 100_000 + "1",
    "deep parentheses": "(" * 100_000,
    "deep brackets": "[" * 90 + "]" * 90,
    "deep attributes": "x" + ".a" * 50_000,
    "deep calls": "f" + "()" * 50_000,
    "long sum": "x = " + "1+" * 9_000 + "1",
    "deep blocks": "".join(" " * i + "if 1:\n" for i in range(99)) + " " * 99 + "pass",
    "large integer": "x = 0x" + "f" * 15_000,
    "zero byte": "x\0y",
    "lone surrogate": "x = '\ud800'",
    "bad escape": r"x = '\d'",
    "nothing": "",
    "a megabyte": "x = 1\n" * 200_000,
    "quotes": "'" * 100_000,
    "backslashes": "'" + "\\" * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.filterwarnings("error")
def test_hostile_text_is_taken(text):
    started = time.monotonic()
    assert found(text, text, IM2COL[0]) in ([], [["student 00", "student 01"]])
    assert time.monotonic() - started < 2


def test_every_match_of_eleven_tokens_shares_a_fingerprint():
    rng = random.Random(3)
    shared = [f"word{i}" for i in range(PASSAGE + WINDOW - 1)]
    for _ in range(200):
        a, b = ([f"w{rng.random()}" for _ in range(rng.randint(0, 30))] for _ in range(2))
        one, other = fingerprints([*a, *shared, *b]), fingerprints([*b, *shared, *a])
        assert set(one) & set(other)
        assert set(one) <= set(all_passages([*a, *shared, *b]))


def test_groups_do_not_depend_on_order():
    answers = {f"s{i}": s for i, s in enumerate([*IM2COL, *map(with_more, IM2COL)])}
    backwards = dict(reversed(answers.items()))
    assert groups(answers) == groups(backwards) != []


def test_a_large_class_takes_seconds():
    rng = random.Random(1)

    def own(source):
        lines = source.strip().splitlines()
        for _ in range(rng.randint(3, 8)):
            mine = f"t{rng.random():.9f}".replace(".", "")
            lines.insert(1, f"    {mine} = np.{rng.choice(NAMES)}({rng.choice('abc')}, {mine})")
        return "\n".join(lines)

    answers = {f"s{i:04}": own(rng.choice(IM2COL + CROSS_CORRELATE2D)) for i in range(1000)}
    answers["thief"], answers["victim"] = renamed(CROSS_CORRELATE2D[5]), CROSS_CORRELATE2D[5]
    started = time.monotonic()
    groups(answers, given_texts("im2col"))
    assert time.monotonic() - started < 10
