"""Unit 07: what the lecture says without printing it, with the lecture's own functions."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from lecture_code import code_cells, definitions
from torch import nn

from coursekit import data, models, numpy_nn
from coursekit.analysis import network, summary
from coursekit.claims.history import TOP_5_ERROR
from coursekit.experiments import Scale, activations, over_fitting, stored
from coursekit.training.augment import PCAColor, rgb_principal_components

SLUG = "07_alexnet"
LECTURE = definitions(SLUG)


def test_2012_against_the_year_before():
    errors = {entry.year: entry.error for entry in TOP_5_ERROR}
    assert (errors[2011], errors[2012]) == (25.8, 16.4)


def test_tensors_and_arrays():
    a = np.zeros(3)
    shared, copied = torch.from_numpy(a), torch.tensor(a)
    a[0] = 1
    assert (shared[0], copied[0]) == (1, 0)
    assert (torch.zeros(2) + torch.zeros(2).double()).dtype == torch.float64
    assert (torch.zeros(2) + 0.5).dtype == torch.float32


def test_cross_entropy_takes_scores_as_ours_does():
    scores = np.random.default_rng(0).standard_normal((5, 10))
    labels = np.arange(5)
    theirs = nn.functional.cross_entropy(torch.from_numpy(scores), torch.from_numpy(labels))
    assert theirs.item() == pytest.approx(numpy_nn.softmax_cross_entropy(scores, labels)[0])


def test_alexnets_places_along_a_side():
    places = [(side + 2 * pad - 11) / 4 + 1 for side, pad in ((224, 0), (224, 2), (227, 0))]
    assert places == [54.25, 55.25, 55]
    graph = summary(network("alexnet"))
    assert graph.rows[0]["output_shape"] == [96, 55, 55]


def test_reach_of_a_layer_with_groups():
    reach = LECTURE["reach"]
    layer = nn.Conv2d(4, 6, 3, groups=2)
    found = reach(layer).tolist()
    assert found == [[True] * 3 + [False] * 3] * 2 + [[False] * 3 + [True] * 3] * 2
    assert reach(nn.Conv2d(3, 2, 1)).all()


@pytest.mark.parametrize("shape", [(2, 7, 3, 4), (1, 3, 1, 1)])
def test_response_normalisation_is_the_library_s(shape):
    x = torch.randn(shape, dtype=torch.float64) * 50
    library = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
    torch.testing.assert_close(LECTURE["response_norm"](x), library(x))


def test_the_lecture_and_the_model_normalise_alike():
    norms = [m for m in models.build("alexnet").modules() if isinstance(m, nn.LocalResponseNorm)]
    assert [(m.size, m.alpha, m.beta, m.k) for m in norms] == [(5, 5e-4, 0.75, 2.0)] * 2


def test_cuts_of_a_picture():
    assert (32 * 32 * 2, 33 * 33 * 2) == (2048, 2178)


def test_variances_depend_on_the_unit_and_deviations_do_not():
    photo = data.load_photo("chelsea")
    x = torch.tensor(photo).permute(2, 0, 1)[None].contiguous()
    directions, of_bytes = rgb_principal_components(x)
    _, of_shares = rgb_principal_components(x.double() / 255)
    torch.testing.assert_close(of_bytes, of_shares, rtol=1e-4, atol=1e-6)  # white counts as 1
    # "brightness": all three entries of the first direction alike in sign and size
    assert directions[0].min() > 0.5 and directions[0].max() < 0.65
    # "from blue to orange": red and blue of opposite sign
    assert directions[1][0] * directions[1][2] < -0.4
    alphas = (torch.tensor([[0.1, 0, 0]]),)
    changed = PCAColor(directions, of_bytes).apply(x.double() / 255, alphas)
    assert 5 < 255 * (changed - x.double() / 255).norm(dim=1).mean() < 7


def test_a_softmax_too_many_never_reaches_zero():
    perfect = torch.eye(10)[:1]
    assert nn.functional.cross_entropy(perfect, torch.tensor([0])).item() == pytest.approx(
        1.46, abs=0.005
    )


def test_unequal_shares_count_by_their_size():
    x = torch.randn(64, 5, dtype=torch.float64)
    w = torch.randn(5, dtype=torch.float64, requires_grad=True)

    def gradient(rows):
        return torch.autograd.grad((x[rows] @ w).tanh().mean(), w)[0]

    parts = gradient(slice(0, 48)), gradient(slice(48, 64))
    torch.testing.assert_close(0.75 * parts[0] + 0.25 * parts[1], gradient(slice(0, 64)))
    assert not torch.allclose(0.5 * parts[0] + 0.5 * parts[1], gradient(slice(0, 64)))


def test_short_numbers():
    brain, half = torch.bfloat16, torch.float16
    assert torch.tensor(1.0, dtype=brain) + 0.001 == 1 < torch.tensor(1.0, dtype=half) + 0.001
    assert torch.tensor(1e-8).to(half) == 0 < torch.tensor(1e-8).to(brain)


def test_zfnet_costs_more_work_and_keeps_alexnets_maps():
    alex, zf = (summary(network(name)) for name in ("alexnet", "zfnet"))
    assert zf.totals["macs"] > 1.5 * alex.totals["macs"]
    maps = [
        [r["output_shape"][0] for r in table.rows if r["type"] == "Conv2d"] for table in (alex, zf)
    ]
    assert maps[0] == maps[1] == [96, 256, 384, 384, 256]


def test_alexnets_dense_layers():
    table = summary(network("alexnet"))
    dense = sum(r["parameters"] for r in table.rows if r["type"] == "Linear")
    assert dense / table.totals["parameters"] > 0.95


def test_the_loop_learns_and_the_forgetful_one_does_not():
    x = torch.randn(96, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    known = torch.utils.data.TensorDataset(x, (x[:, 0] > 0).long())
    scope = LECTURE | {"criterion": nn.CrossEntropyLoss()}
    LECTURE["train"].__globals__["criterion"] = scope["criterion"]
    torch.manual_seed(0)
    model = nn.Linear(4, 2).double()
    LECTURE["train"](model, known, 20)
    assert LECTURE["share_right"](model, known) > 0.95
    assert not model.training
    weight = nn.Parameter(torch.zeros(2))
    weight.grad = torch.ones(2)
    LECTURE["Forgetful"]([weight], 0.1).zero_grad()
    assert weight.grad.sum() == 2


def test_the_live_runs_are_small():
    for experiment in (activations, over_fitting):
        live = experiment.setup(Scale.LIVE)
        assert live.train * live.settings.epochs <= 4000 and live.dtype == torch.float64


def test_the_stored_results_say_what_the_lecture_says():
    found = stored("activations")
    assert found is not None
    relu, tanh, sigmoid = (
        found.last(name, "training_accuracy") for name in ("ReLU", "tanh", "sigmoid")
    )
    assert min(relu, tanh) > 0.9 and abs(relu - tanh) < 0.08 and sigmoid < 0.3
    epochs = [found.numbers[f"{name}: epochs to 75 %"] for name in ("ReLU", "tanh")]
    assert max(epochs) / min(epochs) <= 3  # "the factor six does not show"
    highest = [found.numbers[f"{name} at 0.03"] for name in ("ReLU", "tanh")]
    assert highest[0] < 0.3 < 0.8 < highest[1]


def test_the_stored_result_about_over_fitting_says_what_the_lecture_says():
    found = stored("over_fitting")
    assert found is not None
    right = {n: found.last(n, "training_accuracy") for n in found.series}
    new = {n: found.last(n, "validation_accuracy") for n in found.series}
    loss = {n: found.last(n, "validation_loss") for n in found.series}
    gap = {n: right[n] - new[n] for n in right}
    assert right["neither"] > 0.99  # "learned by heart"
    assert gap["augmentation"] < gap["neither"] / 2
    assert abs(new["dropout"] - new["neither"]) < 0.02
    assert loss["dropout"] < 0.85 * loss["neither"]
    half = {n: rows[len(rows) // 4]["training_accuracy"] for n, rows in found.series.items()}
    assert half["dropout"] < half["neither"] - 0.1  # "it is slow"
    assert right["both"] < 0.95  # "has not finished learning"
    both = [found.numbers[f"both, start {k}"] for k in (0, 1)]
    assert abs(both[0] - both[1]) > 0.1


def test_the_lecture_has_at_most_40_cells():
    assert len(code_cells(SLUG)) <= 20
