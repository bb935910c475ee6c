"""``sgd_momentum_step``: one step downhill, with momentum and weight decay."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Comparison, Exercise, case, same, tiny


def _reference(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    # The library's optimizer keeps v and changes its parameters in place: give it copies.
    options = {"momentum": momentum, "weight_decay": weight_decay}
    sgd = numpy_nn.SGD({"w": np.array(w, float)}, learning_rate, **options)
    sgd.load_state({"v.w": v})
    sgd.step({"w": dw})
    return sgd.params["w"], sgd.state()["v.w"]


exercise = Exercise(
    "sgd_momentum_step(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0)",
    unit="03",
    title="One step with momentum",
    reference=_reference,
    points=3,
    checks={"momentum": 1.5, "weight decay": 1, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    builds_on=("linear_backward", "cross_entropy"),
    comparison=Comparison(outputs=("w", "v")),
    hints=(
        "Three lines, in the order of the three formulas. Each uses what the line before made: the "
        "step is taken with the new v.",
        "Weight decay is a second part of the gradient, g = dw + weight_decay · w. From there on "
        "use g, never dw.",
        "`v = momentum * v + g` and `w = w - learning_rate * v`. Neither `v *= ...` nor "
        "`w -= ...`: these would change the caller's arrays. Return `w, v`.",
    ),
)


@exercise.cases
def cases(rng):
    w, dw, v = np.array([1.0, -2.0]), np.array([2.0, 1.0]), np.array([10.0, 4.0])
    yield tiny(
        "momentum ½, no weight decay",
        w,
        dw,
        v,
        0.1,
        momentum=0.5,
        expected=([0.3, -2.3], [7, 3]),
    )
    yield tiny(
        "the same with weight decay",
        w,
        dw,
        v,
        0.1,
        momentum=0.5,
        weight_decay=0.5,
        expected=([0.25, -2.2], [7.5, 2]),
    ).counts_for("weight decay")
    yield tiny(
        "the first step, v = 0, momentum 0.9",
        np.array([1.0, -2.0, 0.0]),
        np.array([2.0, 1.0, -4.0]),
        np.zeros(3),
        0.5,
        expected=([0, -2.5, 2], [2, 1, -4]),
    )
    r = rng.standard_normal
    for shape, rate, momentum, decay, name in (
        ((2, 2), 0.5, 0.6, 0.1, "a 2×2 matrix of weights"),
        ((5,), 0.1, 0.9, 0.0, "a row of weights"),
        ((3, 4), 0.05, 0.8, 0.0, "a matrix of weights"),
        ((3, 4), 0.2, 0.7, 0.3, "a matrix, with weight decay"),
        ((4, 4), 0.3, 0.6, 0.2, "a square matrix, with weight decay"),
        ((2, 3, 2, 2), 0.1, 0.9, 0.1, "four axes, as in a convolution layer"),
        ((6,), 0.25, 0.0, 0.0, "no momentum: plain gradient descent"),
        ((6,), 0.25, 0.0, 0.4, "no momentum, with weight decay"),
        ((6,), 1.0, 0.5, 0.5, "learning rate 1"),
        ((9, 1), 0.1, 0.95, 0.01, "one column of weights"),
        ((5,), 3.0, 0.9, 0.1, "a learning rate above 1"),
    ):
        arguments = {"momentum": momentum, "weight_decay": decay}
        check = "weight decay" if decay else "momentum"
        yield case(name, r(shape), 2 * r(shape), 3 * r(shape), rate, **arguments).counts_for(check)
    yield case("momentum and weight decay left out", r((3, 2)), r((3, 2)), 2 * r((3, 2)), 0.1)
    yield case("gradient 0: the weights roll on", r(5), np.zeros(5), r(5), 0.1, momentum=0.8)


@exercise.holds("Five steps in a row, each with what the one before returned.")
def can_be_repeated(answer, rng):
    w, v = rng.standard_normal(3), np.zeros(3)
    wanted = w, v
    for _ in range(5):
        dw = rng.standard_normal(3)
        w, v = answer(w, dw, v, 0.1, momentum=0.8, weight_decay=0.05)
        wanted = _reference(wanted[0], dw, wanted[1], 0.1, 0.8, 0.05)
    return same((np.asarray(w), np.asarray(v)), wanted, outputs=("w", "v"))


def _step(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    """The right answer for any numbers; most mistakes are this with one part wrong."""
    v = momentum * v + dw + weight_decay * w
    return w - learning_rate * v, v


# the step


@exercise.mistake("The weights go uphill: subtract learning_rate · v.")
def goes_uphill(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w + learning_rate * v, v


@exercise.mistake("The learning rate is missing in the step: w − learning_rate · v.")
def forgets_the_rate(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, 1, momentum, weight_decay)


@exercise.mistake("The learning rate divides the step: multiply by it.")
def divides_by_the_rate(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, 1 / learning_rate, momentum, weight_decay)


@exercise.mistake("The learning rate multiplies the old weights too: w − learning_rate · v.")
def scales_the_old_weights(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return learning_rate * (w - v), v


@exercise.mistake("The step comes back, not the new weights: w − learning_rate · v.")
def returns_the_step(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return learning_rate * v, v


@exercise.mistake("Minus the step comes back: it is added to the old weights.")
def returns_minus_the_step(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return -learning_rate * v, v


@exercise.mistake(
    "The step is taken with the old v: compute the new v first, then w − learning_rate · v with it."
)
def steps_with_the_old_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, new = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w - learning_rate * v, new


@exercise.mistake("The weights do not change: w − learning_rate · v is missing.")
def leaves_w(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return w.copy(), _step(w, dw, v, learning_rate, momentum, weight_decay)[1]


@exercise.mistake(
    "The gradient is subtracted beside v, which holds it already: the step is learning_rate · v."
)
def steps_with_both(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return new - learning_rate * (dw + weight_decay * w), v


@exercise.mistake(
    "The step looks ahead, g + momentum · v: that is Nesterov's momentum. Here it is "
    "learning_rate · v."
)
def looks_ahead(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    g = dw + weight_decay * w
    v = momentum * v + g
    return w - learning_rate * (g + momentum * v), v


@exercise.mistake("The step is multiplied by the momentum once more: it is learning_rate · v.")
def steps_by_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w - learning_rate * momentum * v, v


# v


@exercise.mistake(
    "The momentum is ignored in the step: w moves by learning_rate · g. Use the new v there."
)
def steps_with_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w - learning_rate * (dw + weight_decay * w), v


@exercise.mistake("The old v is thrown away: v becomes momentum · v + g.")
def forgets_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, 0 * v, learning_rate, momentum, weight_decay)


@exercise.mistake(
    "This is plain gradient descent: v comes back as it was. It becomes momentum · v + g, and w "
    "moves by it."
)
def descends_plainly(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return w - learning_rate * (dw + weight_decay * w), v.copy()


@exercise.mistake("The old v comes back: return the new one, momentum · v + g.")
def returns_the_old_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, weight_decay)[0], v.copy()


@exercise.mistake(
    "The gradient g comes back in place of v: return the new v, which the step was taken with."
)
def returns_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, _ = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return new, dw + weight_decay * w


@exercise.mistake("The old v is not multiplied by the momentum: v becomes momentum · v + g.")
def forgets_the_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, 1, weight_decay)


@exercise.mistake("The momentum multiplies w: it belongs to v, momentum · v + g.")
def multiplies_w_by_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, w, learning_rate, momentum, weight_decay)


@exercise.mistake("The momentum multiplies the gradient: it belongs to the old v.")
def multiplies_g_by_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = v + momentum * (dw + weight_decay * w)
    return w - learning_rate * v, v


@exercise.mistake(
    "The momentum multiplies old v and gradient together: v becomes momentum · v + g, g unscaled."
)
def multiplies_both_by_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * (v + dw + weight_decay * w)
    return w - learning_rate * v, v


@exercise.mistake(
    "The gradient is damped by (1 − momentum), a moving average: here v becomes momentum · v + g."
)
def averages(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * v + (1 - momentum) * (dw + weight_decay * w)
    return w - learning_rate * v, v


@exercise.mistake("The old v is multiplied by 1 − momentum: multiply it by momentum.")
def turns_the_momentum_round(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, 1 - momentum, weight_decay)


@exercise.mistake("The gradient is subtracted in v: v becomes momentum · v + g.")
def subtracts_g_in_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * v - (dw + weight_decay * w)
    return w - learning_rate * v, v


@exercise.mistake(
    "v has the other sign, momentum · v − g, and is added to w: here v becomes momentum · v + g, "
    "and is subtracted."
)
def turns_v_round(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * v - (dw + weight_decay * w)
    return w + learning_rate * v, v


@exercise.mistake(
    "The learning rate is inside v: here v becomes momentum · v + g, and the rate multiplies v in "
    "the step."
)
def puts_the_rate_in_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * v + learning_rate * (dw + weight_decay * w)
    return w - v, v


@exercise.mistake(
    "The learning rate is inside v and v has the other sign (v = momentum · v − rate · g, w + v): "
    "here v becomes momentum · v + g, and w − learning_rate · v."
)
def puts_the_rate_in_v_and_turns_it(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * v - learning_rate * (dw + weight_decay * w)
    return w + v, v


@exercise.mistake("The learning rate is used twice, in v and in the step: it belongs to the step.")
def uses_the_rate_twice(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * v + learning_rate * (dw + weight_decay * w)
    return w - learning_rate * v, v


@exercise.mistake("The gradient is missing in v: v becomes momentum · v + g.")
def leaves_out_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, 0 * dw, v, learning_rate, momentum, weight_decay)


@exercise.mistake("The gradient is squared in v (as in Adam): v becomes momentum · v + g.")
def squares_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    v = momentum * v + (dw + weight_decay * w) ** 2
    return w - learning_rate * v, v


@exercise.mistake("`dw` and `v` are exchanged: v is what is multiplied by the momentum.")
def exchanges_dw_and_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, v, dw, learning_rate, momentum, weight_decay)


@exercise.mistake("Learning rate and momentum are exchanged.")
def exchanges_rate_and_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, momentum, learning_rate, weight_decay)


@exercise.mistake("The gradient is brought to length 1: use it as it is.")
def normalises_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    g = dw + weight_decay * w
    return _step(w, g / (np.linalg.norm(g) + 1e-12), v, learning_rate, momentum)


@exercise.mistake("Only the sign of the gradient is used: use g as it is.")
def takes_the_sign_of_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, np.sign(dw + weight_decay * w), v, learning_rate, momentum)


# weight decay


@exercise.mistake("The weight decay is ignored: g = dw + weight_decay · w.")
def forgets_the_decay(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum)


@exercise.mistake(
    "The weight decay has the wrong sign and makes weights grow: g = dw + weight_decay · w."
)
def turns_the_decay(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, -weight_decay)


@exercise.mistake("w is missing in the weight decay: add weight_decay · w to the gradient.")
def adds_the_decay_alone(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw + weight_decay, v, learning_rate, momentum)


@exercise.mistake(
    "The weight decay is multiplied by the gradient: it is multiplied by w, dw + weight_decay · w."
)
def decays_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw + weight_decay * dw, v, learning_rate, momentum)


@exercise.mistake("The gradient is made smaller by the weight decay: w is, g = dw + decay · w.")
def shrinks_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw - weight_decay * dw, v, learning_rate, momentum)


@exercise.mistake(
    "The weight decay is doubled (the derivative of decay · w²): here g = dw + weight_decay · w."
)
def doubles_the_decay(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, 2 * weight_decay)


@exercise.mistake("The weight decay is halved: g = dw + weight_decay · w.")
def halves_the_decay(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, weight_decay / 2)


@exercise.mistake(
    "The weight decay uses w²: that is the loss. Its slope, and so the gradient, has w."
)
def decays_by_the_square(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw + weight_decay * w**2, v, learning_rate, momentum)


@exercise.mistake("The weight decay uses the sign of w only (L1): g = dw + weight_decay · w.")
def decays_by_the_sign(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw + weight_decay * np.sign(w), v, learning_rate, momentum)


@exercise.mistake("The weight decay uses the length of w, not w: g = dw + weight_decay · w.")
def decays_by_the_length(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw + weight_decay * np.linalg.norm(w), v, learning_rate, momentum)


@exercise.mistake("The weight decay multiplies v: it multiplies w, g = dw + weight_decay · w.")
def decays_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw + weight_decay * v, v, learning_rate, momentum)


@exercise.mistake(
    "The weight decay goes round the momentum, straight into w (as in AdamW): here it is part of "
    "the gradient, and so of v."
)
def decouples_the_decay(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, v = _step(w, dw, v, learning_rate, momentum)
    return new - learning_rate * weight_decay * w, v


@exercise.mistake(
    "The weights shrink by the weight decay without the learning rate, and v knows nothing of it: "
    "it is part of the gradient."
)
def decouples_without_the_rate(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, v = _step(w, dw, v, learning_rate, momentum)
    return new - weight_decay * w, v


@exercise.mistake(
    "The weight decay is applied after the step, to the new weights: it is part of the gradient, "
    "g = dw + weight_decay · w."
)
def decays_afterwards(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, v = _step(w, dw, v, learning_rate, momentum)
    return new - learning_rate * weight_decay * new, v


@exercise.mistake(
    "The new weights shrink by the weight decay, after the step and without the learning rate: it "
    "is part of the gradient."
)
def decays_afterwards_without_the_rate(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, v = _step(w, dw, v, learning_rate, momentum)
    return new - weight_decay * new, v


@exercise.mistake("The weight decay is multiplied by the learning rate in g: g = dw + decay · w.")
def decays_by_the_rate(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, learning_rate * weight_decay)


@exercise.mistake("Momentum and weight decay are exchanged.")
def exchanges_momentum_and_decay(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, weight_decay, momentum)


# the rest


@exercise.mistake("The momentum is always 0.9: use `momentum` as it comes.")
def fixes_the_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, 0.9, weight_decay)


@exercise.mistake(
    "Called without a momentum your function takes 0: keep the default, `momentum=0.9`."
)
def changes_the_default_momentum(w, dw, v, learning_rate, momentum=0.0, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, weight_decay)


@exercise.mistake(
    "Called without a weight decay your function takes one: keep the default, `weight_decay=0.0`."
)
def changes_the_default_decay(w, dw, v, learning_rate, momentum=0.9, weight_decay=5e-4):
    return _step(w, dw, v, learning_rate, momentum, weight_decay)


@exercise.mistake("The order is wrong: return `w, v`.")
def exchanges_the_outputs(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, weight_decay)[::-1]


@exercise.mistake("Only the weights come back: the next step needs v too. Return `w, v`.")
def returns_w_only(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, dw, v, learning_rate, momentum, weight_decay)[0]


@exercise.mistake("Your function changes the caller's `w`: write `w = w - ...`, not `w -= ...`.")
def updates_w_in_place(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    w[...] = new
    return w, v


@exercise.mistake(
    "Your function changes the caller's `v`: write `v = momentum * v + g`, a new array."
)
def updates_v_in_place(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    w, new = _step(w, dw, v, learning_rate, momentum, weight_decay)
    v[...] = new
    return w, v


@exercise.mistake(
    "Your function changes the caller's `w` and `v`: `*=`, `+=` and `-=` write into arrays. Make "
    "new ones."
)
def updates_both_in_place(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    w[...], v[...] = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w, v


@exercise.mistake(
    "Your function adds the weight decay into the caller's `dw`: write `g = dw + ...`, not `+=`."
)
def updates_dw_in_place(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    dw += weight_decay * w
    return _step(w, dw, v, learning_rate, momentum)


@exercise.mistake(
    "w is moved first, by the old v, and v is computed afterwards: first g, then v, then w."
)
def moves_w_first(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new = w - learning_rate * v
    return new, momentum * v + dw + weight_decay * new


@exercise.mistake("The gradient is cut off at −1 and 1 (`clip`): use it as it is.")
def clips_the_gradient(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    return _step(w, np.clip(dw + weight_decay * w, -1, 1), v, learning_rate, momentum)


@exercise.mistake("Only the sign of v is used in the step: it is learning_rate · v.")
def steps_by_the_sign_of_v(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w - learning_rate * np.sign(v), v


@exercise.mistake("The step is divided by 1 − momentum: it is learning_rate · v.")
def divides_by_one_minus_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    _, v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w - learning_rate * v / (1 - momentum), v


@exercise.mistake(
    "With a momentum of 0 (`if momentum:`) the old v is kept and used: v becomes g then. The "
    "formula needs no `if`."
)
def treats_no_momentum_apart(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    if momentum:
        return _step(w, dw, v, learning_rate, momentum, weight_decay)
    return w - learning_rate * v, v.copy()


@exercise.mistake(
    "With a momentum of 0 the old v comes back: v becomes g then. The formula needs no `if`."
)
def returns_the_old_v_without_momentum(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new, new_v = _step(w, dw, v, learning_rate, momentum, weight_decay)
    return new, new_v if momentum else v.copy()


def _without_decay(answer):
    def both(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
        return answer(w, dw, v, learning_rate, momentum)

    both.__name__ = f"{answer.__name__}_and_forgets_the_decay"
    return both


for _answer, _says in (
    (puts_the_rate_in_v, "the learning rate is inside v"),
    (puts_the_rate_in_v_and_turns_it, "the learning rate is inside v, and v has the other sign"),
    (averages, "the gradient is damped by 1 − momentum"),
    (looks_ahead, "the step looks ahead (Nesterov)"),
    (steps_with_the_old_v, "the step is taken with the old v"),
    (forgets_v, "the old v is thrown away"),
    (forgets_the_momentum, "the old v is not multiplied by the momentum"),
    (descends_plainly, "v comes back as it was, and w moves without it"),
    (turns_v_round, "v has the other sign"),
):
    exercise.mistake(
        f"Two things: {_says}; and the weight decay is ignored. First g = dw + weight_decay · w, "
        "then v becomes momentum · v + g, then w − learning_rate · v."
    )(_without_decay(_answer))


@exercise.also_right("one weight at a time, in lists")
def with_lists(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new_w, new_v = [], []
    for a, b, c in zip(np.ravel(w), np.ravel(dw), np.ravel(v), strict=True):
        new_v.append(momentum * c + b + weight_decay * a)
        new_w.append(a - learning_rate * new_v[-1])
    return np.reshape(new_w, w.shape).tolist(), np.reshape(new_v, v.shape).tolist()


@exercise.also_right("in place, on copies")
def on_copies(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    w, v = w.copy(), v.copy()
    v *= momentum
    v += dw
    v += weight_decay * w
    w -= learning_rate * v
    return w, v


@exercise.also_right("the step multiplied out, in a list")
def multiplied_out(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    new = (1 - learning_rate * weight_decay) * w - learning_rate * dw
    return [new - learning_rate * momentum * v, dw + momentum * v + weight_decay * w]


@exercise.also_right("momentum and weight decay by keyword only")
def by_keyword(w, dw, v, learning_rate, *, momentum=0.9, weight_decay=0.0):
    v = np.einsum("k,k...->...", [weight_decay, 1.0, momentum], np.stack([w, dw, v]))
    return w - learning_rate * v, v


@exercise.also_right("v worked out from the step")
def from_the_step(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    step = learning_rate * (momentum * v + weight_decay * w + dw)
    return np.asfortranarray(w - step), step / learning_rate


@exercise.also_right("single precision, read-only")
def with_float32(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    answer = _step(w, dw, v, learning_rate, momentum, weight_decay)
    answer = tuple(a.astype(np.float32) for a in answer)
    for a in answer:
        a.flags.writeable = False
    return answer


@exercise.also_right("torch's own optimizer", needs="torch")
def with_torch(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    import torch

    p = torch.nn.Parameter(torch.from_numpy(np.array(w, np.float64)))
    p.grad = torch.from_numpy(np.array(dw, np.float64))
    options = {"momentum": max(momentum, 1e-12), "weight_decay": weight_decay}
    optimizer = torch.optim.SGD([p], lr=learning_rate, **options)
    optimizer.state[p]["momentum_buffer"] = torch.from_numpy(np.array(v, np.float64))
    optimizer.step()
    return p, optimizer.state[p]["momentum_buffer"]
