"""Exercises that ask for a class, and functions whose arguments are functions or objects."""

import numpy as np
import pytest

from coursekit.authoring.exercise_quality import examine, untouched
from coursekit.checking.ladder import climb
from coursekit.checking.stubs import is_stub
from coursekit.exercises import Exercise, case, given, maker, scripted, tiny
from coursekit.exercises.given import LinearNetwork
from coursekit.exercises.problems import UnfitAnswer
from coursekit.exercises.script import copy_into, count, parsed, run_script
from coursekit.exercises.values import Named

TRAINS = """
    net = Scale(2)
    copy_into(net.parameters(), weights)
    y = net.forward(x)
    dx = net.backward(dy)
    gradients = net.gradients()
    return y, dx, gradients
"""


class Scale:
    """y = w x + b, with a weight and a bias per feature."""

    def __init__(self, features, seed=0):
        rng = np.random.default_rng(seed)
        self.w, self.b = rng.standard_normal(features), np.zeros(features)

    def forward(self, x):
        self.x = np.asarray(x, float)
        return self.w * self.x + self.b

    def backward(self, dy):
        self.dw, self.db = (dy * self.x).sum(0), np.asarray(dy).sum(0)
        return dy * self.w

    def parameters(self):
        return [self.w, self.b]

    def gradients(self):
        return [self.dw, self.db]


def scale_exercise() -> Exercise:
    exercise = Exercise(
        "Scale(features, seed=0)",
        unit="98",
        title="A layer with a weight per feature",
        reference=Scale,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("one", "two", "three"),
        a_class=True,
        seconds=1.0,
    )

    @exercise.cases
    def cases(rng):
        yield scripted(
            "how many numbers it learns",
            "net = Scale(3)\ntotal = count(net.parameters())\nreturn total",
            tiny=True,
            expected={"total": 6},
        )
        for n in (1, 4):
            yield scripted(
                f"a batch of {n}",
                TRAINS,
                weights=[rng.standard_normal(2), rng.standard_normal(2)],
                x=rng.standard_normal((n, 2)),
                dy=rng.standard_normal((n, 2)),
            )

    @exercise.holds("A twice larger input gives a twice larger output.")
    def linear(answer, rng):
        script = "net = Scale(2)\ny = net.forward(x)\nreturn y"
        x = rng.standard_normal((3, 2))
        (once,), (twice,) = answer(script, x=x), answer(script, x=2 * x)
        return None if np.allclose(2 * once, twice) else "It does not."

    @exercise.mistake("The bias is forgotten.")
    class NoBias(Scale):
        def forward(self, x):
            return super().forward(x) - self.b

    @exercise.mistake("The gradient of the bias is a mean: add it up over the batch.")
    class MeanBias(Scale):
        def backward(self, dy):
            dx = super().backward(dy)
            self.db = np.mean(dy, axis=0)
            return dx

    @exercise.mistake("`parameters` gives copies: what is written into them is lost.")
    class Copies(Scale):
        def parameters(self):
            return [self.w.copy(), self.b.copy()]

    @exercise.mistake("The gradients come in another order than the parameters.")
    class OtherOrder(Scale):
        def gradients(self):
            return [self.db, self.dw]

    @exercise.mistake("The constructor starts the bias at 1, which no case can see but the last.")
    class NotLinear(Scale):
        def __init__(self, features, seed=0):
            super().__init__(features, seed)
            self.b += 1

    for name in ("a subclass", "another", "a third"):
        exercise.also_right(name)(type("Right", (Scale,), {}))

    @exercise.also_right("a function that makes the object")
    def factory(features, seed=0):
        return Scale(features, seed)

    return exercise


def test_a_class_is_checked_like_a_function():
    assert examine(scale_exercise()).problems == []


def test_the_lines_run_are_shown():
    result = climb(scale_exercise(), type("NoGradients", (Scale,), {"gradients": lambda s: [s.w]}))
    assert result.rung == "returns"
    assert (
        result.message == "`gradients` should be a list of 2 arrays; a list of 1 arrays came back."
    )
    for shown in (repr(result), result._repr_html_()):
        assert "net = Scale(2)" in shown and "gradients = net.gradients()" in shown


@pytest.mark.parametrize(
    ("methods", "rung", "words"),
    [
        ({"parameters": lambda s: [s.w]}, "tiny", "should be 6, but is 3"),
        ({"parameters": lambda s: {"w": s.w}}, "returns", "a dict came back"),
        ({"parameters": lambda s: [1, 2]}, "returns", "yours holds an int"),
        ({"parameters": lambda s: [s.w[:, None], s.b]}, "returns", "should have shape (2,)"),
        ({"backward": None}, "runs", "'NoneType' object is not callable"),
        ({"gradients": lambda s: None}, "returns", "`gradients` should be a list of 2 arrays"),
        ({"forward": lambda s, x: x[:, :1]}, "shape", "`y` should have shape"),
        ({"__init__": lambda s, size: None}, "callable", "def __init__(self, features, seed=0):"),
    ],
)
def test_what_is_wrong_with_a_class(methods, rung, words):
    exercise = scale_exercise()
    if rung == "callable":
        exercise.make_cases(0)
        exercise.cases(lambda rng: [scripted("a", "n = Scale(2, seed=1)\nreturn n")])
    result = climb(exercise, type("Theirs", (Scale,), methods))
    assert result.rung == rung
    assert words in result.message


def test_the_line_of_a_method_is_named():
    class Theirs(Scale):
        def forward(self, x):
            nothing = None
            return nothing + 1

    result = climb(scale_exercise(), Theirs)
    assert "line 3 of `forward`: `return nothing + 1`" in result.message


def test_a_class_with_untouched_methods_is_a_stub():
    assert is_stub(untouched(scale_exercise())) or climb(
        scale_exercise(), untouched(scale_exercise())
    ).rung in ("attempted", "runs")

    class Stub:
        """To be written."""

        def __init__(self, features):
            """Not yet."""
            raise NotImplementedError

        def forward(self, x):
            raise NotImplementedError

    class Begun(Stub):
        def forward(self, x):
            return x

    assert is_stub(Stub)
    assert not is_stub(Begun)
    assert not is_stub(int)


@pytest.mark.parametrize(
    "script",
    [
        "net = Scale(2)",
        "import os\nreturn os",
        "net = Scale(1 + 1)\nreturn net",
        "a = net.__class__\nreturn a",
        "a, b = net.forward(x)\nreturn a",
        "return f(x)",
        "x = (",
        "for i in x:\n  f(i)\nreturn x",
    ],
)
def test_a_script_says_only_what_it_can(script):
    with pytest.raises(ValueError, match="script"):
        parsed(script)


def test_later_calls_do_not_change_earlier_results():
    class Reuses:
        def __init__(self):
            self.out = np.zeros(2)

        def forward(self, x):
            self.out[:] = x
            return self.out

    script = "n = Reuses()\na = n.forward(x)\nb = n.forward(y)\nreturn a, b"
    values = {"x": np.ones(2), "y": np.zeros(2)}
    a, b = run_script(script, Reuses, "Reuses", values)
    assert a.tolist() == [1, 1] and b.tolist() == [0, 0]


def test_helpers_of_scripts():
    arrays = [np.zeros((2, 3)), np.zeros(2)]
    assert count(arrays) == 8
    copy_into(arrays, [np.ones((2, 3)), np.ones(2)])
    assert arrays[0].sum() == 6
    with pytest.raises(UnfitAnswer, match="should give 1 arrays"):
        copy_into(arrays, [np.ones(2)])
    arrays[1].flags.writeable = False
    with pytest.raises(UnfitAnswer, match="nobody can write into"):
        copy_into(arrays, [np.ones((2, 3)), np.ones(2)])


def step_exercise() -> Exercise:
    def reference(network, x, dscores, rate):
        scores = network.forward(x)
        network.backward(dscores)
        for p, g in zip(network.parameters(), network.gradients(), strict=True):
            p -= rate * g
        return float(scores.sum())

    exercise = Exercise(
        "step(network, x, dscores, rate)",
        unit="98",
        title="One step",
        reference=reference,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("one", "two", "three"),
    )

    @exercise.cases
    def cases(rng):
        yield tiny(
            "one weight",
            given("linear_network", np.array([[2.0]]), np.array([1.0])),
            np.array([[3.0]]),
            np.array([[1.0]]),
            0.5,
            expected={"returned": 7.0, "w": [[0.5]], "b": [0.5]},
        ).reading("network")
        yield case(
            "a batch of three",
            given("linear_network", rng.standard_normal((4, 5)), rng.standard_normal(4)),
            rng.standard_normal((3, 5)),
            rng.standard_normal((3, 4)),
            0.1,
        ).reading("network")

    return exercise


def test_the_state_of_a_given_object_is_compared():
    exercise = step_exercise()
    assert climb(exercise, exercise.reference).passed

    def changes_nothing(network, x, dscores, rate):
        return float(network.forward(x).sum())

    result = climb(exercise, changes_nothing)
    assert result.rung == "tiny"
    assert result.message.startswith("`w` is wrong in its only place")
    assert result.call == "step(network, x, dscores, 0.5)"


def test_a_given_object_is_new_for_every_call():
    exercise = step_exercise()
    first = exercise.make_cases(0)[0]
    for _ in range(2):
        value = exercise.perform(exercise.reference, first)
        assert value.names == ("returned", "w", "b")
        assert value[1].tolist() == [[0.5]]


def test_makers():
    f = given("quadratic", np.eye(2), np.zeros(2), 1.0).make()
    assert f([1.0, 2.0]) == 3.5
    assert given("waves", np.array([1.0, 2.0])).make()(np.zeros(2)) == 0
    assert given("valley", 100.0).make()([1.0, 1.0]) == 0

    @maker
    def doubled(x):
        return lambda: 2 * x

    assert given("doubled", 4).make()() == 8
    with pytest.raises(ValueError, match="no maker is called 'nothing'"):
        given("nothing")


def test_the_given_network_says_what_is_wrong():
    net = LinearNetwork(np.ones((2, 3)), np.zeros(2))
    with pytest.raises(RuntimeError, match="forward"):
        net.backward(np.ones((1, 2)))
    with pytest.raises(RuntimeError, match="backward"):
        net.gradients()
    assert net.forward(np.ones((4, 1, 3))).tolist() == [[3, 3]] * 4
    with pytest.raises(ValueError, match=r"\(1, 2\)"):
        net.backward(np.ones((1, 2)))
    assert net.backward(np.ones((4, 2))).shape == (4, 1, 3)
    assert [g.shape for g in net.gradients()] == [(2, 3), (2,)]


def test_named_values():
    named = Named.of({"a": 1, "g": [np.ones(2), np.ones(3)], "numbers": [1, 2]})
    assert named.names == ("a", "g[0]", "g[1]", "numbers")
    assert named.whole("g") == "a list of 2 arrays"
    with pytest.raises(ValueError, match="1 values, but 2 names"):
        Named(("a", "b"), (1,))
