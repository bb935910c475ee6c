"""``perceptron_update``: learn from one mistake."""

import numpy as np

from coursekit import perceptron
from coursekit.exercises import Comparison, Exercise, case, same, tiny

exercise = Exercise(
    "perceptron_update(w, b, x, y, learning_rate=1.0)",
    unit="01",
    title="Learn from one mistake",
    reference=perceptron.perceptron_update,
    points=3,
    checks={"a mistake": 1, "when to move": 1, "learning rate": 0.5, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    comparison=Comparison(outputs=("w", "b")),
    hints=(
        "First the score, `w @ x + b`. When is it a mistake? When the score and the label y have "
        "different signs; a score of 0 counts as a mistake too. Both in one: y * score <= 0.",
        "No mistake: return `w` and `b` as they came. After a mistake, the score of this example "
        "should move towards its label: add something with the sign of y.",
        "After a mistake, w becomes w + learning_rate * y * x and b becomes b + learning_rate * y. "
        "Write `w = w + ...` and not `w += ...`, which would change the caller's array.",
    ),
)


@exercise.cases
def cases(rng):
    when = "when to move"
    w, x = np.array([1.0, -1.0, 0.0]), np.array([1.0, 3.0, 2.0])
    yield tiny("score −2, label +1: a mistake", w, 0.0, x, 1, expected=([2, 2, 2], 1))
    yield tiny("score −2, label −1: right", w, 0.0, x, -1, expected=([1, -1, 0], 0)).counts_for(
        when
    )
    yield tiny(
        "score 0, label −1: a mistake, half a step",
        np.zeros(3),
        0.0,
        x,
        -1,
        learning_rate=0.5,
        expected=([-0.5, -1.5, -1], -0.5),
    ).counts_for(when)
    yield tiny(
        "score 0, label +1", np.array([2.0, 0, -1]), 0.0, x, 1, expected=([3, 3, 1], 1)
    ).counts_for(when)
    for d, y, margin, rate, name in (
        (3, 1, -2.0, 1.0, "a mistake, label +1"),
        (4, -1, -1.5, 1.0, "a mistake, label −1"),
        (5, 1, -12.0, 0.1, "a mistake, a tenth of a step"),
        (5, -1, -2.5, 0.25, "a mistake, a quarter of a step"),
        (6, 1, -40.0, 2.0, "far on the wrong side, a double step"),
        (4, 1, 2.0, 1.0, "right, label +1"),
        (4, -1, 2.0, 0.5, "right, label −1"),
        (6, 1, 0.3, 1.0, "right, but only just, label +1"),
        (5, -1, 0.3, 1.0, "right, but only just, label −1"),
        (5, 1, 2e-4, 1.0, "right by a hair"),
        (4, 1, 0.6, 0.25, "right by more than a quarter of a step"),
    ):
        w, x, b = rng.standard_normal(d), 2 * rng.standard_normal(d), float(rng.normal())
        w += x * (y * margin - w @ x - b) / (x @ x)
        check = "when to move" if margin > 0 else "a mistake" if rate == 1 else "learning rate"
        yield case(f"{name}, D = {d}", w, b, x, y, learning_rate=rate).counts_for(check)
    for y in (-1, 1):
        w, x = rng.standard_normal(4), rng.standard_normal(4)
        b = float(-3 * (w @ x) - np.sign(w @ x))
        yield case(f"the bias alone decides, label {y:+d}", w, b, x, y).counts_for(when)
        b = float(y * (2 * abs(w @ x) + 1))
        yield case(
            f"the bias says the right thing, label {y:+d}", y * abs(w), b, abs(x), y
        ).counts_for(when)
    yield case("one weight", np.array([0.5]), -2.0, np.array([3.0]), 1)
    pixels = rng.integers(0, 17, 12).astype(np.float64)
    yield case("the first example of all: zero weights", np.zeros(12), 0.0, pixels, 1).counts_for(
        when
    )


@exercise.holds("After a mistake the score moves towards the label by η (|x|² + 1).")
def moves_the_score(answer, rng):
    w, x = rng.standard_normal(5), rng.standard_normal(5)
    y = -1 if w @ x > 0 else 1
    new_w, new_b = answer(w, 0.0, x, y, 0.5)
    gained = y * (np.asarray(new_w) @ x + new_b - w @ x)
    return same(float(gained), float(0.5 * (x @ x + 1)))


@exercise.holds("A loop over examples may pass on what came back: five updates in a row.")
def can_be_repeated(answer, rng):
    xs, ys = rng.standard_normal((5, 3)), [1, -1, 1, 1, -1]
    w, b, w_wanted, b_wanted = np.zeros(3), 0.0, np.zeros(3), 0.0
    for x, y in zip(xs, ys, strict=True):
        w, b = answer(w, b, x, y)
        w_wanted, b_wanted = perceptron.perceptron_update(w_wanted, b_wanted, x, y)
    return same((np.asarray(w), b), (w_wanted, b_wanted), outputs=("w", "b"))


def _score(w, b, x):
    return float(np.dot(w, x) + b)


def _step(w, b, change, x, bias_change=None):
    """The right answer's update with its amount free."""
    return w + change * x, b + (change if bias_change is None else bias_change)


@exercise.mistake(
    "Weights change although the example is on the right side: update only when y * score <= 0."
)
def updates_always(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x)


@exercise.mistake("Nothing ever changes: after a mistake, return the new weights and bias.")
def never_updates(w, b, x, y, learning_rate=1.0):
    return w.copy(), b


@exercise.mistake(
    "A score of exactly 0 counts as a mistake too: y * score <= 0, with the equals sign. (With "
    "zero weights learning would never begin.)"
)
def spares_the_boundary(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) < 0 else (w.copy(), b)


@exercise.mistake(
    "The condition is the wrong way round: your weights change when the example is right, and stay "
    "when it is wrong."
)
def updates_when_right(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) > 0 else (w.copy(), b)


@exercise.mistake(
    "The condition is the wrong way round, and includes 0: update when y * score <= 0, not >= 0."
)
def updates_when_right_or_zero(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) >= 0 else (w.copy(), b)


@exercise.mistake(
    "The label is missing in the condition: a negative score is a mistake only when y is +1."
)
def judges_without_the_label(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The bias is missing in the score: it is w · x + b.")
def judges_without_the_bias(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, 0, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The brackets are missing in the condition: y multiplies the bias too, y * (w @ x + b)."
)
def judges_without_brackets(w, b, x, y, learning_rate=1.0):
    right = y * _score(w, 0, x) + b > 0
    return (w.copy(), b) if right else _step(w, b, learning_rate * y, x)


@exercise.mistake(
    "The bias is added to every product and so counts D times: the score is (w * x).sum() + b."
)
def counts_the_bias_often(w, b, x, y, learning_rate=1.0):
    right = y * (w * x + b).sum() > 0
    return (w.copy(), b) if right else _step(w, b, learning_rate * y, x)


@exercise.mistake("The bias is subtracted in the score: it is w · x + b.")
def judges_with_minus_the_bias(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, -b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "A score of 0 is read as +1, so with y = +1 nothing changes: on the boundary both labels count "
    "as mistakes."
)
def reads_zero_as_plus(w, b, x, y, learning_rate=1.0):
    guess = 1 if _score(w, b, x) >= 0 else -1
    return _step(w, b, learning_rate * y, x) if guess != y else (w.copy(), b)


@exercise.mistake(
    "A score of 0 is read as −1, so with y = −1 nothing changes: on the boundary both labels count "
    "as mistakes."
)
def reads_zero_as_minus(w, b, x, y, learning_rate=1.0):
    guess = 1 if _score(w, b, x) > 0 else -1
    return _step(w, b, learning_rate * y, x) if guess != y else (w.copy(), b)


@exercise.mistake(
    "Examples that are right by less than 1 are updated too. That is the support vector machine's "
    "margin; the perceptron is content when y * score > 0."
)
def asks_for_a_margin(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) < 1 else (w.copy(), b)


@exercise.mistake(
    "Subtracted where it should be added: w and b move away from the label. It is w + "
    "learning_rate * y * x."
)
def moves_away(w, b, x, y, learning_rate=1.0):
    return _step(w, b, -learning_rate * y, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The update uses the perceptron's own guess, the sign of the score, where the label y belongs "
    "(or it is subtracted, and a score of 0 is let pass)."
)
def uses_its_own_guess(w, b, x, y, learning_rate=1.0):
    score = _score(w, b, x)
    return _step(w, b, learning_rate * np.sign(score), x) if y * score <= 0 else (w.copy(), b)


@exercise.mistake(
    "The update leaves out the label: with y = −1 the example is subtracted, learning_rate * y * x."
)
def leaves_out_the_label(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The step is twice as large: y minus the guess is ±2. Use y alone, learning_rate * y * x."
)
def steps_twice_as_far(w, b, x, y, learning_rate=1.0):
    return _step(w, b, 2 * learning_rate * y, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The guess is 0 or 1 while the labels are −1 and +1, so y minus guess is wrong even when the "
    "guess is right. Compare signs: a mistake is y * score <= 0."
)
def guesses_zero_or_one(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * (y - (1 if _score(w, b, x) > 0 else 0)), x)


@exercise.mistake(
    "The guess is 0 or 1 (1 from a score of 0 on) while the labels are −1 and +1, so y minus guess "
    "is wrong even when the guess is right. A mistake is y * score <= 0."
)
def guesses_one_or_zero(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * (y - (1 if _score(w, b, x) >= 0 else 0)), x)


@exercise.mistake(
    "The step is proportional to y minus the score (the Widrow–Hoff rule). The perceptron steps by "
    "learning_rate * y * x, and only after a mistake."
)
def steps_by_the_error(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * (y - _score(w, b, x)), x)


@exercise.mistake(
    "After a mistake the step is y minus the score (the Widrow–Hoff rule): it is learning_rate * y "
    "* x, however wrong the score."
)
def steps_by_the_error_of_mistakes(w, b, x, y, learning_rate=1.0):
    score = _score(w, b, x)
    return (w.copy(), b) if y * score > 0 else _step(w, b, learning_rate * (y - score), x)


@exercise.mistake(
    "The weights change always, the bias only after a mistake: both belong under the `if`."
)
def updates_w_always(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return _step(w, b, change, x, change if y * _score(w, b, x) <= 0 else 0)


@exercise.mistake(
    "The bias changes always, the weights only after a mistake: both belong under the `if`."
)
def updates_b_always(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return _step(w, b, change if y * _score(w, b, x) <= 0 else 0, x, change)


@exercise.mistake("The bias is not updated: after a mistake add learning_rate * y to it.")
def forgets_the_bias(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x, 0) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The weights are not updated: after a mistake add learning_rate * y * x to them.")
def forgets_the_weights(w, b, x, y, learning_rate=1.0):
    return _step(w, b, 0, x, learning_rate * y) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The bias moves the wrong way: add learning_rate * y to it.")
def moves_the_bias_away(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return _step(w, b, change, x, -change) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The bias is updated with x, so it becomes an array. Its own input is always 1: add "
    "learning_rate * y."
)
def multiplies_the_bias_by_x(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return _step(w, b, change, x, change * x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The bias grows by the sum of x. Its own input is always 1: add learning_rate * y."
)
def adds_the_sum_to_the_bias(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    right = y * _score(w, b, x) > 0
    return (w.copy(), b) if right else _step(w, b, change, x, change * x.sum())


@exercise.mistake(
    "The bias grows by the mean of x. Its own input is always 1: add learning_rate * y."
)
def adds_the_mean_to_the_bias(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    right = y * _score(w, b, x) > 0
    return (w.copy(), b) if right else _step(w, b, change, x, change * x.mean())


@exercise.mistake(
    "The step of the bias is multiplied by the bias itself, so from 0 it never moves: add "
    "learning_rate * y."
)
def multiplies_the_bias_by_itself(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return (w.copy(), b) if y * _score(w, b, x) > 0 else _step(w, b, change, x, change * b)


@exercise.mistake(
    "x is missing in the step of the weights, so all of them move alike: learning_rate * y * x."
)
def steps_without_x(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return (w.copy(), b) if y * _score(w, b, x) > 0 else _step(w, b, change, np.ones_like(x))


@exercise.mistake("The learning rate is ignored: multiply both steps by it.")
def ignores_the_rate(w, b, x, y, learning_rate=1.0):
    return _step(w, b, y, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The learning rate is missing in the step of the bias.")
def ignores_the_rate_for_b(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x, y) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The learning rate is missing in the step of the weights.")
def ignores_the_rate_for_w(w, b, x, y, learning_rate=1.0):
    return _step(w, b, y, x, learning_rate * y) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The learning rate multiplies the old weights as well: it belongs to the step alone, "
    "w + learning_rate * y * x."
)
def scales_the_old_weights(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) > 0:
        return w.copy(), b
    return learning_rate * (w + y * x), learning_rate * (b + y)


@exercise.mistake("The learning rate divides the step: multiply by it.")
def divides_by_the_rate(w, b, x, y, learning_rate=1.0):
    return _step(w, b, y / learning_rate, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The old weights are thrown away: the step is added to them.")
def returns_the_step(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) > 0:
        return w.copy(), b
    return learning_rate * y * x, learning_rate * y


@exercise.mistake(
    "The step alone comes back, 0 when there is no mistake: return the new weights and bias."
)
def returns_the_change(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y if y * _score(w, b, x) <= 0 else 0.0
    return change * x, change


@exercise.mistake(
    "The weights, not the example, are added in the update: w + learning_rate * y * x."
)
def adds_w_to_itself(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, w) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The example is brought to length 1 before the update: use x as it is.")
def normalises_the_example(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    right = y * _score(w, b, x) > 0
    return (w.copy(), b) if right else _step(w, b, change, x / np.linalg.norm(x))


@exercise.mistake("The new weights are brought to length 1: leave them as they come.")
def normalises_the_weights(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) > 0:
        return w.copy(), b
    w, b = _step(w, b, learning_rate * y, x)
    return w / np.linalg.norm(w), b


@exercise.mistake(
    "The update is repeated until the example is right: one call makes one update at most (`if`, "
    "not `while`)."
)
def repeats_until_right(w, b, x, y, learning_rate=1.0):
    w = w.copy()
    while y * _score(w, b, x) <= 0:
        w, b = _step(w, b, learning_rate * y, x)
    return w, b


@exercise.mistake(
    "Your function changes the caller's `w`: write `w = w + ...`, which makes a new array, and not "
    "`w += ...`."
)
def updates_in_place(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) <= 0:
        w += learning_rate * y * x
        b = b + learning_rate * y
    return w, b


@exercise.mistake("Only the weights come back: return both, `return w, b`.")
def returns_weights_only(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x)[0] if y * _score(w, b, x) <= 0 else w.copy()


@exercise.mistake(
    "Without a mistake nothing comes back: `return w, b` belongs after the `if`, not inside it."
)
def returns_inside_the_if(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) <= 0 else None


@exercise.mistake("The label is missing in the step of the bias: add learning_rate * y.")
def leaves_out_the_label_for_b(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return (w.copy(), b) if y * _score(w, b, x) > 0 else _step(w, b, change, x, learning_rate)


@exercise.mistake("The label is missing in the step of the weights: add learning_rate * y * x.")
def leaves_out_the_label_for_w(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) > 0:
        return w.copy(), b
    return _step(w, b, learning_rate, x, learning_rate * y)


@exercise.mistake(
    "Two things: the update leaves out the label, learning_rate * y * x; and the bias is missing "
    "in the score."
)
def leaves_out_label_and_bias(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate, x) if y * _score(w, 0, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "`w * x` multiplies element by element and gives an array; the score is one number, "
    "`w @ x + b`."
)
def compares_an_array(w, b, x, y, learning_rate=1.0):
    if y * (w * x + b) <= 0:
        return _step(w, b, learning_rate * y, x)
    return w.copy(), b


@exercise.mistake(
    "The condition asks every element of `w * x` (`all`): the score is one number, `w @ x + b`."
)
def asks_all_elements(w, b, x, y, learning_rate=1.0):
    wrong = np.all(y * (w * x + b) <= 0)
    return _step(w, b, learning_rate * y, x) if wrong else (w.copy(), b)


@exercise.mistake(
    "The condition asks whether any element of `w * x` is wrong: the score is one number, "
    "`w @ x + b`."
)
def asks_any_element(w, b, x, y, learning_rate=1.0):
    wrong = np.any(y * (w * x + b) <= 0)
    return _step(w, b, learning_rate * y, x) if wrong else (w.copy(), b)


@exercise.mistake(
    "The bias is taken as a threshold, w · x − b, and moves down: here the score is w · x + b, and "
    "b becomes b + learning_rate * y."
)
def uses_a_threshold(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return (w.copy(), b) if y * _score(w, -b, x) > 0 else _step(w, b, change, x, -change)


@exercise.mistake(
    "y * score is compared with the learning rate: a mistake is y * score <= 0, whatever the rate."
)
def compares_with_the_rate(w, b, x, y, learning_rate=1.0):
    wrong = y * _score(w, b, x) <= learning_rate
    return _step(w, b, learning_rate * y, x) if wrong else (w.copy(), b)


@exercise.mistake(
    "A tolerance is left at the boundary: an example that is right, however narrowly, changes "
    "nothing. It is y * score <= 0."
)
def leaves_a_tolerance(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) < 1e-3 else (w.copy(), b)


@exercise.mistake(
    "The learning rate is always 0.1: use `learning_rate` as it comes, and keep its default of 1.0."
)
def fixes_the_rate(w, b, x, y, learning_rate=1.0):
    return _step(w, b, 0.1 * y, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "Called without a learning rate your function takes 0.1: keep the default, `learning_rate=1.0`."
)
def changes_the_default(w, b, x, y, learning_rate=0.1):
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("The step is halved: it is learning_rate * y * x, without a factor ½.")
def halves_the_step(w, b, x, y, learning_rate=1.0):
    return _step(w, b, learning_rate * y / 2, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake(
    "The step is proportional to the score: it is learning_rate * y * x, however wrong the score."
)
def steps_by_the_score(w, b, x, y, learning_rate=1.0):
    score = _score(w, b, x)
    return (w.copy(), b) if y * score > 0 else _step(w, b, -learning_rate * score, x)


@exercise.mistake(
    "The bias is updated first, and the condition asked again before the weights: ask once, then "
    "update both."
)
def asks_again_after_the_bias(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) <= 0:
        b = b + learning_rate * y
    if y * _score(w, b, x) <= 0:
        w = w + learning_rate * y * x
    return w.copy(), b


@exercise.mistake(
    "The weights are updated first, and the condition asked again before the bias: ask once, then "
    "update both."
)
def asks_again_after_the_weights(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) <= 0:
        w = w + learning_rate * y * x
    if y * _score(w, b, x) <= 0:
        b = b + learning_rate * y
    return w.copy(), b


@exercise.mistake(
    "The condition is asked again after every single weight: ask once, then change all of w."
)
def asks_again_after_each_weight(w, b, x, y, learning_rate=1.0):
    w = w.copy()
    for i in range(len(w)):
        if y * _score(w, b, x) <= 0:
            w[i] += learning_rate * y * x[i]
    if y * _score(w, b, x) <= 0:
        b = b + learning_rate * y
    return w, b


@exercise.mistake("w and x have changed places in the update: it is w + learning_rate * y * x.")
def exchanges_w_and_x(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) > 0:
        return w.copy(), b
    return x + learning_rate * y * w, b + learning_rate * y


@exercise.mistake(
    "The score uses w[0] and w[1] only: it is the sum over all D inputs, `w @ x + b`."
)
def scores_with_two_inputs(w, b, x, y, learning_rate=1.0):
    right = y * (w[0] * x[0] + w[1] * x[1] + b) > 0
    return (w.copy(), b) if right else _step(w, b, learning_rate * y, x)


@exercise.mistake(
    "The score is written for exactly three inputs: it is the sum over all D of them, `w @ x + b`."
)
def scores_with_three_inputs(w, b, x, y, learning_rate=1.0):
    right = y * (w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + b) > 0
    return (w.copy(), b) if right else _step(w, b, learning_rate * y, x)


@exercise.mistake(
    "The old weights shrink by the factor 1 − learning_rate (a moving average): add the step to "
    "the full old weights."
)
def averages_old_and_new(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) > 0:
        return w.copy(), b
    keep = 1 - learning_rate
    return _step(keep * w, keep * b, learning_rate * y, x)


@exercise.mistake("Weights and bias come back in one array: return two values, `return w, b`.")
def returns_one_array(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y if y * _score(w, b, x) <= 0 else 0.0
    return np.append(*_step(w, b, change, x))


@exercise.mistake("The bias becomes an array like w: it is one number, b + learning_rate * y.")
def makes_the_bias_an_array(w, b, x, y, learning_rate=1.0):
    if y * _score(w, b, x) > 0:
        return w.copy(), b
    return _step(w, b, learning_rate * y, x, learning_rate * y * np.ones_like(w))


@exercise.mistake(
    "Only the label +1 is treated: with y = −1 a score of 0 or more is a mistake too."
)
def treats_plus_only(w, b, x, y, learning_rate=1.0):
    wrong = y > 0 and y * _score(w, b, x) <= 0
    return _step(w, b, learning_rate * y, x) if wrong else (w.copy(), b)


@exercise.mistake(
    "Only the label −1 is treated: with y = +1 a score of 0 or less is a mistake too."
)
def treats_minus_only(w, b, x, y, learning_rate=1.0):
    wrong = y < 0 and y * _score(w, b, x) <= 0
    return _step(w, b, learning_rate * y, x) if wrong else (w.copy(), b)


@exercise.mistake("The label is converted from 0 and 1 (2y − 1): here it is −1 or +1 already.")
def converts_the_label(w, b, x, y, learning_rate=1.0):
    y = 2 * y - 1
    return _step(w, b, learning_rate * y, x) if y * _score(w, b, x) <= 0 else (w.copy(), b)


@exercise.mistake("x is squared in the step: it is learning_rate * y * x.")
def squares_the_example(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    return (w.copy(), b) if y * _score(w, b, x) > 0 else _step(w, b, change, x**2, change)


@exercise.mistake(
    "The sum of x is added to every weight: each weight has its own input, learning_rate * y * x."
)
def adds_the_sum_to_all_weights(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y
    right = y * _score(w, b, x) > 0
    return (w.copy(), b) if right else _step(w, b, change, np.full(len(x), x.sum()), change)


@exercise.mistake("The learning rate is multiplied twice: once is enough, learning_rate * y * x.")
def multiplies_the_rate_twice(w, b, x, y, learning_rate=1.0):
    change = learning_rate**2 * y
    return (w.copy(), b) if y * _score(w, b, x) > 0 else _step(w, b, change, x)


@exercise.also_right("loops over Python lists")
def with_lists(w, b, x, y, learning_rate=1.0):
    w, x = np.asarray(w).tolist(), np.asarray(x).tolist()
    if y * (sum(p * q for p, q in zip(w, x, strict=True)) + b) > 0:
        return w, b
    return [p + learning_rate * y * q for p, q in zip(w, x, strict=True)], b + learning_rate * y


@exercise.also_right("no `if`: the step is multiplied by True or False")
def without_if(w, b, x, y, learning_rate=1.0):
    change = learning_rate * y * (y * (w @ x + b) <= 0)
    return w + change * x, b + change


@exercise.also_right("the sign of the score compared with the label, in a list")
def with_sign(w, b, x, y, learning_rate=1.0):
    w = w.copy()
    if np.sign(np.dot(w, x) + b) != y:
        w += learning_rate * y * x
        b += learning_rate * y
    return [w, np.float64(b)]


@exercise.also_right("the bias as one more weight")
def with_one_more_weight(w, b, x, y, learning_rate=1.0):
    v, z = np.append(w, b), np.append(x, 1)
    if y * (v @ z) <= 0:
        v = v + learning_rate * y * z
    return v[:-1], v[-1]


@exercise.also_right("single precision, read-only")
def with_float32(w, b, x, y, learning_rate=1.0):
    if y * (np.dot(w, x) + b) <= 0:
        w, b = w + learning_rate * y * x, b + learning_rate * y
    w = np.array(w, np.float32)
    w.flags.writeable = False
    return w, np.float32(b)


@exercise.also_right("torch tensors", needs="torch")
def with_torch(w, b, x, y, learning_rate=1.0):
    import torch

    w, x = (torch.from_numpy(np.array(v, np.float64)) for v in (w, x))
    if y * (torch.dot(w, x) + b) <= 0:
        return w + learning_rate * y * x, b + learning_rate * y
    return w, b
