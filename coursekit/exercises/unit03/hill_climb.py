"""``hill_climb``: learning without a gradient, by trying."""

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, given, tiny


def _climb(
    loss,
    w,
    steps,
    better=np.less,
    *,
    best=None,
    candidate=np.add,
    kept=lambda new, step: new,
    rejected=lambda w, step: w,
    noted=lambda new, best: best,
):
    """The right answer with each of its parts free: most mistakes are this with one part wrong.

    ``better(new, best)`` decides; ``best`` is the loss to begin with; ``candidate(w, step)`` is
    tried; w becomes ``kept(candidate, step)`` or ``rejected(w, step)``; ``noted(new, best)`` goes
    into the losses.
    """
    w, best = np.array(w, float), loss(w) if best is None else best
    losses = []
    for step in steps:
        place = candidate(w, step)
        new = loss(place)
        if better(new, best):
            w, best = kept(place, step), new
        else:
            w = rejected(w, step)
        losses.append(noted(new, best))
    return w, np.array(losses)


exercise = Exercise(
    "hill_climb(loss, w, steps)",
    unit="03",
    title="Learn by trying",
    reference=_climb,
    points=3,
    checks={
        "better and worse": 1.5,
        "equal losses": 0.5,
        "losses below 0": 0.5,
        "in any form": 0.5,
    },
    minutes=20,
    difficulty=2,
    comparison=Comparison(outputs=("w", "losses")),
    hints=(
        "Keep two things between tries: the best weights so far, and their loss. Before the first "
        "try these are `w` and `loss(w)`.",
        "A try is `candidate = w + step`, a new array. If `loss(candidate)` is smaller than the "
        "best loss, candidate and its loss become the best ones; if not, nothing happens.",
        "After each try, kept or not, append the best loss so far to a list. At the end return the "
        "best weights and that list.",
    ),
)


@exercise.cases
def cases(rng):
    r = rng.standard_normal
    yield tiny(
        "loss(w) = w₀² + w₁², 3 tries",
        given("quadratic", 2 * np.eye(2), np.zeros(2)),
        np.array([2.0, 0.0]),
        np.array([[-1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]),
        expected=([0, 0], [1, 1, 0]),
    )
    yield tiny(
        "loss(w) = w₀², one weight; the first try is no better and no worse",
        given("quadratic", np.array([[2.0]]), np.zeros(1)),
        np.array([1.0]),
        np.array([[-2.0], [3.0], [-0.5], [1.0], [-1.0], [-0.25], [0.5], [-0.5]]),
        expected=([0.25], [1, 1, 0.25, 0.25, 0.25, 0.0625, 0.0625, 0.0625]),
    ).counts_for("equal losses")
    yield tiny(
        "loss(w) = w₀² + w₁² − 10, below 0; w of whole numbers",
        given("quadratic", 2 * np.eye(2), np.zeros(2), -10.0),
        np.array([3, 0]),
        np.array([[1.0, 0.0], [-2.5, 0.0], [0.5, 0.0], [-0.5, 0.0]]),
        expected=([0, 0], [-1, -9.75, -9.75, -10]),
    ).counts_for("losses below 0")
    for shape, tries, size, name in (
        ((2, 2), 3, 0.6, "a 2×2 matrix, 3 tries"),
        ((4,), 12, 0.6, "4 weights, 12 tries"),
        ((2, 3), 15, 0.5, "a matrix of weights, 15 tries"),
        ((3, 3), 9, 0.4, "a square matrix, 9 tries"),
        ((4,), 4, 0.4, "as many tries as weights"),
        ((1, 5), 8, 0.5, "one row of weights"),
        ((2, 1, 2, 2), 10, 0.4, "four axes"),
    ):
        n = int(np.prod(shape))
        half = r((n, n))
        f = given("quadratic", half @ half.T / n + np.eye(n), r(shape), float(r()))
        yield case(f"{name}, a quadratic", f, 2 * r(shape), size * r((tries, *shape)))
    far, step = np.array([-1.5, 2.0]), 0.3 * r((40, 2))
    yield case("40 tries in a bent valley", given("valley", 10.0), far, step)
    half = r((3, 3))
    f = given("quadratic", half @ half.T + np.eye(3), np.zeros(3), 1.0)
    yield case("at the bottom: nothing is better", f, np.zeros(3), r((5, 3)))
    bowl, far = given("quadratic", np.eye(8), np.zeros(8)), np.linspace(2, 0, 8)
    yield case("one try, and it is good", bowl, far, -far[np.newaxis] / 2)
    yield case("one try, and it is bad", bowl, far, far[np.newaxis] / 2)
    small = 1e-7 * np.arange(1.0, 7).reshape(2, 3)
    down = -0.2 * np.repeat(small[np.newaxis], 4, axis=0)
    name = "very small gains, which count all the same"
    yield case(name, given("quadratic", np.eye(6), np.zeros(6)), small, down)
    flat = given("quadratic", np.zeros((3, 3)), np.zeros(3), 3.0)
    yield case("on a plain every loss is the same", flat, r(3), r((5, 3))).counts_for(
        "equal losses"
    )
    slope = given("quadratic", np.zeros((2, 2)), np.array([1.0, 2.0]))
    yield case("a slope without end, below 0", slope, r(2), r((8, 2))).counts_for("losses below 0")


@exercise.holds("The losses never rise, and the last one belongs to the weights that come back.")
def never_worse(answer, rng):
    half = rng.standard_normal((3, 3))
    a, b = half @ half.T, rng.standard_normal(3)
    w, losses = answer(
        given("quadratic", a, b), rng.standard_normal(3), 0.5 * rng.standard_normal((20, 3))
    )
    w, losses = np.asarray(w, float), np.asarray(losses, float)
    if (np.diff(losses) > 0).any():
        return "They rise."
    last = 0.5 * w @ a @ w - b @ w
    return None if np.isclose(losses[-1], last) else "It does not."


def _kept(loss, w, losses):
    """Which tries were kept: those after which the best loss is smaller than before."""
    return np.diff(losses, prepend=loss(w)) < 0


@exercise.mistake(
    "Every step is kept: keep it only if it makes the loss smaller than the best so far."
)
def keeps_every_step(loss, w, steps):
    return _climb(loss, w, steps, lambda new, best: True)


@exercise.mistake("No step is ever kept: where the loss gets smaller, w becomes w + step.")
def keeps_no_step(loss, w, steps):
    return _climb(loss, w, steps, lambda new, best: False)


@exercise.mistake(
    "Steps are kept when the loss gets larger: the hill here is climbed downwards, keep smaller "
    "losses."
)
def climbs_up(loss, w, steps):
    return _climb(loss, w, steps, np.greater)


@exercise.mistake("A step that changes nothing is kept too: strictly smaller, `<` and not `<=`.")
def keeps_equal_losses(loss, w, steps):
    return _climb(loss, w, steps, np.less_equal)


@exercise.mistake(
    "The best loss begins at infinity, so the first step is kept whatever it does: begin with "
    "`loss(w)`."
)
def begins_at_infinity(loss, w, steps):
    return _climb(loss, w, steps, best=np.inf)


@exercise.mistake("The best loss begins at 0: begin with `loss(w)`.")
def begins_at_zero(loss, w, steps):
    return _climb(loss, w, steps, best=0.0)


@exercise.mistake("The best loss begins at 1: begin with `loss(w)`.")
def begins_at_one(loss, w, steps):
    return _climb(loss, w, steps, best=1.0)


@exercise.mistake("The sizes of the losses are compared (`abs`): below 0, smaller is further down.")
def compares_sizes(loss, w, steps):
    return _climb(loss, w, steps, lambda new, best: abs(new) < abs(best))


@exercise.mistake(
    "Every try begins at the first w: try the next step from the best weights so far."
)
def tries_from_the_start(loss, w, steps):
    return _climb(loss, w, steps, candidate=lambda _, step: w + step)


@exercise.mistake(
    "Each try is compared with the first loss: when a step is kept, its loss becomes the best."
)
def never_updates_the_best(loss, w, steps):
    first = loss(w)
    return _climb(loss, w, steps, lambda new, best: new < first)


@exercise.mistake(
    "The best loss stays the first one, also in `losses`: when a step is kept, its loss becomes "
    "the best."
)
def never_updates_the_best_at_all(loss, w, steps):
    last, _ = never_updates_the_best(loss, w, steps)
    return last, np.full(len(steps), loss(w))


@exercise.mistake(
    "Each try is compared with the try before, kept or not: compare with the best so far."
)
def compares_with_the_last_try(loss, w, steps):
    w = np.array(w, float)
    last, losses = loss(w), []
    for step in steps:
        new = loss(w + step)
        if new < last:
            w = w + step
        last = new
        losses.append(loss(w))
    return w, losses


@exercise.mistake(
    "Rejected steps stay in w: `w += step` (or `candidate = w` and then `+=`) moves w before you "
    "know the loss. Write `candidate = w + step`."
)
def keeps_rejected_steps(loss, w, steps):
    return _climb(loss, w, steps, rejected=np.add)


@exercise.mistake(
    "The tries go on from the last try, kept or not, and the best of them comes back: go on from "
    "the best weights."
)
def wanders_on(loss, w, steps):
    return takes_steps_for_places(loss, w, w + np.cumsum(steps, axis=0))


@exercise.mistake("The last try comes back, kept or not: return the best weights.")
def returns_the_last_try(loss, w, steps):
    return _climb(loss, w, steps[:-1])[0] + steps[-1], _climb(loss, w, steps)[1]


@exercise.mistake("The first w comes back: return the best weights.")
def returns_the_start(loss, w, steps):
    return np.array(w, float), _climb(loss, w, steps)[1]


@exercise.mistake(
    "The best loss moves on, but w stays where it began: when a step is kept, w becomes the "
    "candidate too."
)
def moves_the_loss_only(loss, w, steps):
    return np.array(w, float), tries_from_the_start(loss, w, steps)[1]


@exercise.mistake(
    "The weights after every try come back: return the last of them, an array of the shape of w."
)
def returns_all_weights(loss, w, steps):
    places = [_climb(loss, w, steps[: t + 1])[0] for t in range(len(steps))]
    return np.array(places), _climb(loss, w, steps)[1]


@exercise.mistake(
    "Kept weights are written into an array of whole numbers, `w.copy()`, which cuts their "
    "fractions off. Write `w = candidate`."
)
def cuts_the_weights(loss, w, steps):
    return _climb(loss, w, steps, kept=lambda new, step: new.astype(w.dtype))


@exercise.mistake("The sum of the kept steps comes back: return the weights they lead to.")
def returns_the_way(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best - w, losses


@exercise.mistake(
    "`losses` holds the loss of every try, also of the rejected: write down the best loss so far."
)
def notes_every_try(loss, w, steps):
    return _climb(loss, w, steps, noted=lambda new, best: new)


@exercise.mistake(
    "`losses` holds the losses of kept steps only: after every try, kept or not, it gets the best "
    "loss so far."
)
def notes_kept_steps_only(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best, losses[_kept(loss, w, losses)]


@exercise.mistake(
    "`losses` begins with the first loss and has one number too many: one number after each try."
)
def notes_the_first_loss(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best, np.append(loss(w), losses)


@exercise.mistake("`losses` holds the best loss before each try: write it down after the try.")
def notes_before_the_try(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best, np.append(loss(w), losses[:-1])


@exercise.mistake("`losses` is one number, the last loss: return the best loss after each try.")
def notes_the_last_loss(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best, losses[-1]


@exercise.mistake("`losses` holds the gains: write down the best loss itself after each try.")
def notes_the_gains(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best, -np.diff(losses, prepend=loss(w))


@exercise.mistake("`losses` holds True and False, kept or not: write down the best loss so far.")
def notes_what_is_kept(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best, _kept(loss, w, losses)


@exercise.mistake(
    "Places that were never filled stay 0 in `losses`: fill it after every try, kept or not."
)
def leaves_zeros(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    return best, np.where(_kept(loss, w, losses), losses, 0.0)


@exercise.mistake("The search stops at the first step that is no better: try all of them.")
def stops_at_the_first_failure(loss, w, steps):
    best, losses = breaks_at_the_first_failure(loss, w, steps)
    return best, [*losses, *[loss(best)] * (len(steps) - len(losses))]


@exercise.mistake(
    "The search ends (`break` or `return`) at the first step that is no better: try all T of them."
)
def breaks_at_the_first_failure(loss, w, steps):
    kept = _kept(loss, w, _climb(loss, w, steps)[1])
    return _climb(loss, w, steps[: np.argmin([*kept, False])])


@exercise.mistake(
    "The search ends (`break` or `return`) after the first good step: try all T of them."
)
def breaks_at_the_first_success(loss, w, steps):
    kept = _kept(loss, w, _climb(loss, w, steps)[1])
    return _climb(loss, w, steps[: np.argmax([*kept, True]) + 1])


@exercise.mistake("Only the first step is tried: `return` stands inside the loop.")
def returns_in_the_loop(loss, w, steps):
    return _climb(loss, w, steps[:1])


@exercise.mistake("The last step is never tried: the loop stops one early.")
def misses_the_last_step(loss, w, steps):
    best, losses = _climb(loss, w, steps[:-1])
    last = losses[-1] if len(losses) else loss(best)
    return best, np.append(losses, last)


@exercise.mistake("The first step is never tried: the loop begins one late.")
def misses_the_first_step(loss, w, steps):
    best, losses = _climb(loss, w, steps[1:])
    return best, np.append(loss(w), losses)


@exercise.mistake("The steps are subtracted: a try is w + step.")
def subtracts_the_steps(loss, w, steps):
    return _climb(loss, w, -steps)


@exercise.mistake("The steps are taken for places: a try is w + step, not the step itself.")
def takes_steps_for_places(loss, w, steps):
    return _climb(loss, w, steps, candidate=lambda _, step: step)


@exercise.mistake("The steps are tried in reverse order: take them as they come.")
def reverses_the_steps(loss, w, steps):
    return _climb(loss, w, steps[::-1])


@exercise.mistake("A rejected step is tried in the other direction too: one try for each step.")
def tries_both_directions(loss, w, steps):
    both = np.stack([steps, -steps], axis=1).reshape(-1, *w.shape)
    w, losses = _climb(loss, w, both)
    return w, losses[1::2]


@exercise.mistake("A good step is repeated while it helps: one try for each step (`if`).")
def repeats_good_steps(loss, w, steps):
    w = np.array(w, float)
    best, losses = loss(w), []
    for step in steps:
        for _ in range(1000):
            if not loss(w + step) < best:
                break
            w = w + step
            best = loss(w)
        losses.append(best)
    return w, losses


@exercise.mistake("Each number of a step is tried on its own: a step moves all weights at once.")
def tries_each_number(loss, w, steps):
    parts = (steps.reshape(-1, 1, w.size) * np.eye(w.size)).reshape(-1, *w.shape)
    best, losses = _climb(loss, w, parts)
    return best, losses[w.size - 1 :: w.size]


@exercise.mistake("Only part of each step is taken (a learning rate): w becomes w + step.")
def shortens_the_steps(loss, w, steps):
    return _climb(loss, w, 0.1 * steps)


@exercise.mistake("A kept step is added twice: w becomes w + step.")
def adds_kept_steps_twice(loss, w, steps):
    return _climb(loss, w, steps, kept=np.add)


@exercise.mistake(
    "The best step of all is looked for, and one is taken: keep each step that helps, and go on "
    "from there."
)
def takes_the_best_step(loss, w, steps):
    tried = [loss(w + step) for step in steps]
    return w + steps[int(np.argmin(tried))], np.minimum.accumulate(tried)


@exercise.mistake(
    "All steps are tried from the first w, and the best one is taken: go on from each w that is "
    "better. And `losses` holds the best loss so far."
)
def takes_the_best_step_and_notes_all(loss, w, steps):
    tried = [loss(w + step) for step in steps]
    return w + steps[int(np.argmin(tried))], tried


@exercise.mistake("The order is wrong: return `w, losses`.")
def exchanges_the_outputs(loss, w, steps):
    return _climb(loss, w, steps)[::-1]


@exercise.mistake("Only the weights come back: return `w, losses`.")
def returns_w_only(loss, w, steps):
    return _climb(loss, w, steps)[0]


@exercise.mistake("Only the losses come back: return `w, losses`.")
def returns_losses_only(loss, w, steps):
    return _climb(loss, w, steps)[1]


@exercise.mistake(
    "`w += step` cannot put fractions into whole numbers: write `w = w + step`, a new array."
)
def adds_in_place(loss, w, steps):
    w = w.copy()
    best, losses = loss(w), []
    for step in steps:
        new = loss(w + step)
        if new < best:
            w += step
            best = new
        losses.append(best)
    return w, losses


@exercise.mistake(
    "Your function changes the caller's `w`: write `w = w + step`, a new array, not `w += step`."
)
def moves_the_callers_w(loss, w, steps):
    best, losses = _climb(loss, w, steps)
    w[...] = best.astype(w.dtype)
    return best, losses


@exercise.mistake(
    "A step has to gain some minimum before it is kept: any gain counts, however small (`new < "
    "best`)."
)
def asks_for_a_minimum(loss, w, steps):
    return _climb(loss, w, steps, lambda new, best: new < best - 1e-12)


@exercise.mistake(
    "The tries follow the sum of all steps, and the best of them comes back, even if the start was "
    "better: go on from the best weights, which are `w` at first."
)
def takes_the_best_of_a_walk(loss, w, steps):
    places = w + np.cumsum(steps, axis=0)
    found = [loss(place) for place in places]
    return places[int(np.argmin(found))], np.minimum.accumulate(found)


@exercise.mistake(
    "The tries go on from the last one, kept or not, and `losses` holds them all: go on from the "
    "best weights, and write down the best loss so far."
)
def wanders_on_and_notes_all(loss, w, steps):
    places = w + np.cumsum(steps, axis=0)
    return wanders_on(loss, w, steps)[0], [loss(place) for place in places]


@exercise.mistake(
    "`losses` has the first loss and those of kept steps: after every try, kept or not, it gets "
    "the best loss so far."
)
def notes_first_and_kept(loss, w, steps):
    best, losses = notes_kept_steps_only(loss, w, steps)
    return best, [loss(w), *losses]


@exercise.mistake(
    "A rejected step is subtracted twice, or added before it is known to be good: where a try is "
    "no better, w stays exactly where it was."
)
def steps_back_too_far(loss, w, steps):
    return _climb(loss, w, steps, rejected=np.subtract)


@exercise.mistake(
    "`range(steps)` needs a number: `for step in steps:` gives one step after another."
)
def counts_with_steps(loss, w, steps):
    return _climb(loss, w, [steps[t] for t in range(steps)])


@exercise.mistake(
    "`losses` holds the weights: write down the loss of the best weights after each try."
)
def notes_the_weights(loss, w, steps):
    places = [_climb(loss, w, steps[: t + 1])[0] for t in range(len(steps))]
    return places[-1], np.array(places)


@exercise.also_right("a candidate, in a list of losses")
def with_a_candidate(loss, w, steps):
    best, best_loss, losses = w, loss(w), []
    for t in range(len(steps)):
        candidate = best + steps[t]
        candidate_loss = loss(candidate)
        if best_loss > candidate_loss:
            best, best_loss = candidate, candidate_loss
        losses += [best_loss]
    return best, losses


@exercise.also_right("the loss of the best weights asked again and again")
def asks_again(loss, w, steps):
    losses = np.zeros(len(steps))
    for t, step in enumerate(steps):
        if loss(w + step) < loss(w):
            w = w + step
        losses[t] = loss(w)
    return [w, losses]


@exercise.also_right("step on a copy, and step back when it was no good")
def steps_back(loss, w, steps):
    w = w.astype(float)
    losses = [loss(w)]
    for step in steps:
        before = w.copy()
        w += step
        new = loss(w)
        if new >= losses[-1]:
            w = before
            new = losses[-1]
        losses.append(new)
    return w, losses[1:]


@exercise.also_right("a running minimum, one try after another by recursion")
def by_recursion(loss, w, steps):
    if not len(steps):
        return np.asarray(w), []
    w = min(w, w + steps[0], key=loss)
    end, losses = by_recursion(loss, w, steps[1:])
    return end, [loss(w), *losses]


@exercise.also_right("plain lists come back")
def with_lists(loss, w, steps):
    w, losses = _climb(loss, w, steps)
    return w.tolist(), losses.tolist()


@exercise.also_right("the answer in single precision, read-only, in Fortran order")
def answers_in_float32(loss, w, steps):
    answer = [np.asfortranarray(a, np.float32) for a in _climb(loss, w, steps)]
    for a in answer:
        a.flags.writeable = False
    return tuple(answer)
