"""Unit 07's exercises: the numbers in their text, and answers as strangers write them."""

import re

import numpy as np
import pytest
from exercise_text import exercise_text, section

from coursekit.checking.ladder import climb
from coursekit.exercises import find, in_unit
from coursekit.exercises.tensors import on_paper

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional

SLUG = "07_alexnet"
CHANNELS = (96, 256, 384, 384, 256)


def tiny(name, number=0):
    return find(name).make_cases(0)[number]


def rows_of(number):
    """The tables of a section, each row as its cells."""
    lines = [line[2:] for line in section(SLUG, number).splitlines() if line.startswith("# |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def drawings(number):
    """The drawings of a section, each as the numbers of its lines."""
    drawn = re.findall(r"```text\n(.*?)```", section(SLUG, number), flags=re.DOTALL)
    return [[_numbers(line) for line in one.rstrip("# \n").splitlines()] for one in drawn]


def _numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", text.replace("−", "-"))]


@pytest.mark.parametrize("exercise", in_unit("07"), ids=lambda e: e.name)
def test_a_small_case_comes_first_and_layouts_are_tried_on_a_larger_one(exercise):
    cases = exercise.make_cases(0)
    assert cases[0].tiny and cases[0].has_expected
    values = [v for c in cases if not c.tiny for v in (*c.args, *c.kwargs.values())]
    assert any(isinstance(v, np.ndarray) and v.ndim == 4 for v in values)


@pytest.mark.parametrize("exercise", in_unit("07"), ids=lambda e: e.name)
def test_the_signature_in_the_text_is_that_of_the_exercise(exercise):
    text = re.sub(r"\(\s+(.*?)\s+\):", r"(\1):", exercise_text(SLUG), flags=re.DOTALL)
    assert exercise.first_line in text


# The worked examples in the text


def test_two_steps_by_hand():
    w, b = np.zeros(2), np.zeros(2)
    said = [_numbers(" ".join(row[1:])) for row in rows_of(1) if row[0][0] in "12"]
    assert len(said) == 2
    # "ln 2 = 0.693" in the first row.
    assert said[0].pop(2) == 2
    for row in said:
        scores = 2 * w + b
        p = np.exp(scores) / np.exp(scores).sum()
        w, b = w - 0.5 * 2 * (p - [1, 0]), b - 0.5 * (p - [1, 0])
        assert row == pytest.approx([*scores, -np.log(p[0]), *w, *b], abs=6e-4)
    case = tiny("train_step", 1)
    assert dict(zip(case.expected.names, case.expected, strict=True))[
        "learned[0]"
    ].ravel() == pytest.approx(w)
    assert "1.076\n# instead of 0.576" in section(SLUG, 1)
    assert w[0] + 0.5 == pytest.approx(1.076, abs=5e-4)


def test_four_numbers_are_dropped_or_not():
    x, u = tiny("inverted_dropout").args
    (drawn,) = drawings(2)
    assert np.allclose(drawn, [x, u, tiny("inverted_dropout").expected])
    quarter = tiny("inverted_dropout", 1)
    assert quarter.args[1].tolist() == pytest.approx([0.1, 0.6, 0.25, 0.3])
    assert "0.1, 0.6, 0.25, 0.3 and\n# 0, −8⁄3, 4, 16⁄3" in section(SLUG, 2)
    assert quarter.expected == pytest.approx([0, -8 / 3, 4, 16 / 3])


def test_one_pixel_is_normalised():
    shares = [row[1:] for row in rows_of(3) if row[0] == "answer"]
    sums = [row[1:] for row in rows_of(3) if "sum" in row[0]]
    for i, (answer, summed) in enumerate(zip(shares, sums, strict=True)):
        said = [[int(n) for n in cell.split("⁄")] for cell in answer]
        case = tiny("local_response_norm", i)
        assert [a / b for a, b in said] == pytest.approx(case.expected.ravel())
        assert [1 + sum(map(int, cell.split("+"))) for cell in summed] == pytest.approx(
            [(j + 1) * b / a for j, (a, b) in enumerate(said)]
        )


def test_a_window_of_a_padded_picture():
    plain, mirrored, two = (tiny("random_crop_and_flip", i) for i in range(3))
    x = plain.args[0][0, 0]
    wide = np.pad(x, 1)
    (drawn,) = drawings(4)
    windows = [np.array(c.expected)[0, 0] for c in (plain, mirrored)]
    assert drawn[0] == [*wide[0]]
    assert drawn[1] == [*x[0], *wide[1], 0, *windows[0][0], *windows[1][0]]
    assert drawn[2] == [*x[1], *wide[2], 0, *windows[0][1], *windows[1][1]]
    assert drawn[3] == [*wide[3]]
    assert "2 3 0 over\n# 5 6 0, and mirrored 0 3 2 over 0 6 5" in section(SLUG, 4)
    assert wide[1:3, 2:].tolist() == [[2, 3, 0], [5, 6, 0]]
    assert np.array(two.expected)[1, 0].tolist() == [[0, 3, 2], [0, 6, 5]]
    assert 2 * (256 - 224) ** 2 == 2048 and "2048" in section(SLUG, 4)


def test_the_colours_of_four_pixels():
    case = tiny("pca_color_augmentation")
    x, pixels, alphas = case.args
    said = re.findall(r"\(([-−\d., ]+)\)", section(SLUG, 5).split("By hand")[1])
    points = np.array([_numbers(one) for one in said[:4]])
    assert points.tolist() == pixels.tolist() and _numbers(said[4]) == [*pixels.mean(0)]
    covariance = np.cov(pixels.T, ddof=0)
    table = [row for row in rows_of(5) if row[0] in "123"]
    shift = np.zeros(3)
    for k, row in enumerate(table):
        value, p, alpha, part = (_numbers(cell) for cell in row[1:])
        assert covariance @ p == pytest.approx(value[0] * np.array(p), abs=1e-5)
        assert np.linalg.norm(p) == pytest.approx(1) and sum(p) >= 0
        assert alpha[0] == pytest.approx(alphas[0, k])
        assert part == pytest.approx(alpha[0] * value[0] * np.array(p))
        shift += part
    assert shift.tolist() == pytest.approx([3, 4, 1])
    assert case.expected.ravel() == pytest.approx(x.ravel() + shift)
    assert 1 / np.sqrt(3) == pytest.approx(0.58, abs=5e-3)


def test_the_table_of_alexnet():
    rows = [row for row in rows_of(6) if len(row) == 3][2:]
    said = [int(row[2].replace(",", "")) for row in rows if row[2]]
    network = on_paper(find("AlexNet").reference)
    learned = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    counts = [sum(p.numel() for p in m.parameters()) for m in learned]
    assert said == [*counts, sum(counts)]
    assert said[-1] == tiny("AlexNet").expected[0] == 60_965_224
    # Few channels, the same sizes.
    small = find("AlexNet").reference(2, (2, 4, 6, 8, 10), 2)
    sizes, x = [], torch.zeros(1, 3, 227, 227)
    for layer in small.features:
        x = layer(x)
        if not isinstance(layer, nn.ReLU | nn.LocalResponseNorm):
            sizes.append(f"c{x.shape[1] // 2}×{x.shape[2]}×{x.shape[3]}")
    assert sizes[:-1] == [row[1] for row in rows[:7]]
    assert x.shape[2:] == (6, 6) and rows[7][1] == "c5 · 36"


def test_the_solution_agrees_with_torch():
    rng = np.random.default_rng(1)
    x = torch.from_numpy(30 * rng.standard_normal((2, 7, 3, 4)))
    ours = find("local_response_norm").reference(x, 4, 1e-3, 0.6, 1.5)
    assert torch.allclose(ours, F.local_response_norm(x, 4, 4e-3, 0.6, 1.5))


# Answers as strangers write them


def _step_that_validates(model, optimizer, x, labels):
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    model.eval()
    with torch.no_grad():
        return F.cross_entropy(model(x), labels).item()


def _step_with_softmax(model, optimizer, x, labels):
    model.train()
    optimizer.zero_grad()
    probabilities = torch.softmax(model(x), dim=1)
    loss = nn.CrossEntropyLoss()(probabilities, labels)
    loss.backward()
    optimizer.step()
    return float(loss)


def _step_that_only_adds(model, optimizer, x, labels):
    model.train()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


def _step_in_evaluation(model, optimizer, x, labels):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


def _step_without_graph(model, optimizer, x, labels):
    model.train()
    with torch.no_grad():
        scores = model(x)
    loss = F.cross_entropy(scores, labels)
    loss.backward()
    optimizer.step()
    return loss.item()


def _step_on_a_gpu(model, optimizer, x, labels):
    model.to("cuda")
    return _step_in_evaluation(model, optimizer, x.to("cuda"), labels.to("cuda"))


def _step_that_keeps_the_graph(model, optimizer, x, labels):
    total = 0
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    total += loss
    return total


def _dropout_of_torch(x, u, p=0.5, training=True):
    return F.dropout(x, p, training)


def _dropout_by_layer(x, u, p=0.5, training=True):
    keep = (u > p).float()
    return x * keep / (1 - p) if training else x


def _dropout_by_mean(x, u, p=0.5, training=True):
    mask = (u >= p).float()
    return x * mask / mask.mean() if training else x


def _dropout_in_place(x, u, p=0.5, training=True):
    return x.mul_(u >= p).div_(1 - p) if training else x


def _dropout_as_published(x, u, p=0.5, training=True):
    return x * (u >= p) if training else (1 - p) * x


def _norm_of_torch(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    return F.local_response_norm(x, size, alpha, beta, k)


def _norm_from_negative_places(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    channels = []
    for i in range(x.shape[1]):
        s = (x[:, i - size // 2 : i + (size - 1) // 2 + 1] ** 2).sum(1)
        channels.append(x[:, i] / (k + alpha * s) ** beta)
    return torch.stack(channels, 1)


def _norm_in_place(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    for i in range(x.shape[1]):
        s = (x[:, max(0, i - size // 2) : i + (size - 1) // 2 + 1] ** 2).sum(1)
        x[:, i] = x[:, i] / (k + alpha * s) ** beta
    return x


def _norm_both_ways(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    out, half = torch.zeros_like(x), size // 2
    for i in range(x.shape[1]):
        s = x[:, max(0, i - half) : i + half + 1].pow(2).sum(1)
        out[:, i] = x[:, i] / (k + alpha * s) ** beta
    return out


def _norm_with_a_caret(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    return x / (k + alpha * (x ^ 2))


def _windows(x, tops, lefts, padding):
    wide = nn.ZeroPad2d(padding)(x)
    for n, picture in enumerate(wide):
        top, left = int(tops[n]), int(lefts[n])
        yield picture[:, top : top + x.shape[2], left : left + x.shape[3]]


def _crop_with_a_negative_step(x, tops, lefts, flips, padding=4):
    cut = zip(_windows(x, tops, lefts, padding), flips, strict=True)
    return torch.stack([w[:, :, ::-1] if flip else w for w, flip in cut])


def _crop_with_fliplr(x, tops, lefts, flips, padding=4):
    cut = zip(_windows(x, tops, lefts, padding), flips, strict=True)
    return torch.stack([torch.fliplr(w) if flip else w for w, flip in cut])


def _crop_in_a_list(x, tops, lefts, flips, padding=4):
    cut = zip(_windows(x, tops, lefts, padding), flips, strict=True)
    return [w.flip(-1) if flip else w for w, flip in cut]


def _crop_by_rolling(x, tops, lefts, flips, padding=4):
    moved = [
        torch.roll(x[n], (padding - int(tops[n]), padding - int(lefts[n])), (1, 2))
        for n in range(len(x))
    ]
    return torch.stack([m.flip(-1) if f else m for m, f in zip(moved, flips, strict=True)])


def _crop_of_mirrored_pictures(x, tops, lefts, flips, padding=4):
    x = torch.where(flips[:, None, None, None], x.flip(3), x)
    return torch.stack(list(_windows(x, tops, lefts, padding)))


def _colours(x, pixels, alphas, *, correction=0, turn=True, fall=True):
    values, p = torch.linalg.eigh(torch.cov(pixels.T, correction=correction))
    if fall:
        values, p = values.flip(0), p.flip(1)
    if turn:
        p = torch.where(p.sum(0) < 0, -p, p)
    return x + ((alphas * values) @ p.T)[:, :, None, None]


def _colours_by_default(x, pixels, alphas):
    return _colours(x, pixels, alphas, correction=1)


def _colours_unturned(x, pixels, alphas):
    return _colours(x, pixels, alphas, turn=False)


def _colours_rising(x, pixels, alphas):
    return _colours(x, pixels, alphas, fall=False)


def _colours_in_place(x, pixels, alphas):
    pixels -= pixels.mean(0)
    return _colours(x, pixels, alphas)


def _colours_of_the_picture(x, pixels, alphas):
    return _colours(x, x.permute(0, 2, 3, 1).reshape(-1, 3), alphas)


class _AlexNet(nn.Module):
    """As most students write it."""

    groups, padding, alpha, dropout = 2, 0, 5e-4, nn.Dropout

    def __init__(self, classes=1000, channels=CHANNELS, hidden=4096):
        super().__init__()
        a, b, c, d, e = channels
        options = {"alpha": self.alpha, "beta": 0.75, "k": 2}
        self.features = nn.Sequential(
            *(nn.Conv2d(3, a, 11, 4, self.padding), nn.ReLU(True)),
            *(nn.LocalResponseNorm(5, **options), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(a, b, 5, 1, 2, groups=self.groups), nn.ReLU(True)),
            *(nn.LocalResponseNorm(5, **options), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(b, c, 3, 1, 1), nn.ReLU(True)),
            *(nn.Conv2d(c, d, 3, 1, 1, groups=self.groups), nn.ReLU(True)),
            *(nn.Conv2d(d, e, 3, 1, 1, groups=self.groups), nn.ReLU(True), nn.MaxPool2d(3, 2)),
        )
        self.classifier = nn.Sequential(
            *(self.dropout(), nn.Linear(36 * e, hidden), nn.ReLU(True)),
            *(self.dropout(), nn.Linear(hidden, hidden), nn.ReLU(True)),
            nn.Linear(hidden, classes),
        )

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class _OneTower(_AlexNet):
    groups = 1


class _For224(_AlexNet):
    padding = 2


class _AlphaOfThePaper(_AlexNet):
    alpha = 1e-4


class _NoDropout(_AlexNet):
    dropout = nn.Identity


class _DropsInEvaluation(_AlexNet):
    dropout = nn.Identity

    def forward(self, x):
        x = F.dropout(self.features(x).flatten(1))
        return self.classifier[4:](F.dropout(self.classifier[:4](x)))


class _ForgetsToFlatten(_AlexNet):
    def forward(self, x):
        return self.classifier(self.features(x))


class _Probabilities(_AlexNet):
    def forward(self, x):
        return super().forward(x).softmax(dim=1)


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("train_step", _step_that_validates, "`first_loss`|`loss` should be"),
        ("train_step", _step_with_softmax, "Softmax is taken twice"),
        ("train_step", _step_that_only_adds, "Gradients add up"),
        ("train_step", _step_in_evaluation, r"`model.train\(\)` is missing"),
        ("train_step", _step_without_graph, "No gradient flows from the loss"),
        ("train_step", _step_on_a_gpu, "There is no GPU here"),
        ("train_step", _step_that_keeps_the_graph, "the whole graph of the step stays"),
        ("inverted_dropout", _dropout_of_torch, "drawn at random"),
        ("inverted_dropout", _dropout_by_layer, "not u <= p"),
        ("inverted_dropout", _dropout_by_mean, "the share that happened to stay"),
        ("inverted_dropout", _dropout_in_place, "You write into x"),
        ("inverted_dropout", _dropout_as_published, "as it was published"),
        ("local_response_norm", _norm_of_torch, "alpha is divided by size"),
        ("local_response_norm", _norm_from_negative_places, "begins below 0"),
        ("local_response_norm", _norm_in_place, "used for the next ones"),
        ("local_response_norm", _norm_both_ways, "has size \\+ 1 channels"),
        ("local_response_norm", _norm_with_a_caret, "no power in Python"),
        ("random_crop_and_flip", _crop_with_a_negative_step, "no slices with a negative step"),
        ("random_crop_and_flip", _crop_with_fliplr, "upside down"),
        ("random_crop_and_flip", _crop_in_a_list, "torch.stack"),
        ("random_crop_and_flip", _crop_by_rolling, "comes back on the other"),
        ("random_crop_and_flip", _crop_of_mirrored_pictures, "Cut first, then mirror"),
        ("pca_color_augmentation", _colours_by_default, "divided by M - 1"),
        ("pca_color_augmentation", _colours_unturned, "which is arbitrary"),
        ("pca_color_augmentation", _colours_rising, "The eigenvalues rise"),
        ("pca_color_augmentation", _colours_in_place, "changes its input: `pixels`"),
        ("pca_color_augmentation", _colours_of_the_picture, "The components come from x"),
        ("AlexNet", _OneTower, "There are no groups"),
        ("AlexNet", _For224, "right for pictures of 224×224"),
        ("AlexNet", _AlphaOfThePaper, "divides alpha by the size"),
        ("AlexNet", _NoDropout, "Nothing is dropped in training"),
        ("AlexNet", _DropsInEvaluation, "dropped in evaluation too"),
        ("AlexNet", _ForgetsToFlatten, "`.flatten\\(1\\)` makes a row"),
        ("AlexNet", _Probabilities, "returns probabilities"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_strangers_mistakes_are_named(name, wrong, words):
    result = climb(find(name), wrong)
    assert not result.passed
    assert re.search(words, result.message + result.diagnosis), result


def _step_by_scaler(model, optimizer, x, labels):
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    optimizer.zero_grad(set_to_none=True)
    loss = nn.NLLLoss()(nn.LogSoftmax(dim=1)(model.train()(x)), labels)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    return np.float64(loss.detach())


class _Dropped(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, u, p):
        ctx.factor = (u >= p) / (1 - p)
        return x * ctx.factor

    @staticmethod
    def backward(ctx, dout):
        return dout * ctx.factor, None, None


def _dropout_with_its_own_gradient(x, u, p=0.5, training=True):
    return _Dropped.apply(x, u, p) if training else x


def _norm_by_convolution(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    i = torch.arange(x.shape[1])
    away = i - i[:, None]
    band = ((away >= -(size // 2)) & (away <= (size - 1) // 2)).to(x.dtype)
    return x * (k + alpha * F.conv2d(x**2, band[:, :, None, None])).pow(-beta)


def _crop_by_sampling(x, tops, lefts, flips, padding=4):
    n, _, h, w = x.shape
    wide = F.pad(x, (padding,) * 4)
    rows, columns = tops[:, None] + torch.arange(h), torch.arange(w).expand(n, w)
    columns = lefts[:, None] + torch.where(flips[:, None], w - 1 - columns, columns)
    places = [
        (2 * columns[:, None, :].expand(n, h, w) + 1) / wide.shape[3] - 1,
        (2 * rows[:, :, None].expand(n, h, w) + 1) / wide.shape[2] - 1,
    ]
    grid = torch.stack(places, -1).to(x.dtype)
    return F.grid_sample(wide, grid, mode="nearest", align_corners=False)


def _colours_by_svd(x, pixels, alphas):
    u, values, _ = torch.linalg.svd(torch.cov(pixels.T, correction=0))
    u = u * torch.sign(u.sum(0))
    return x + torch.einsum("nk,k,ck->nc", alphas, values, u)[..., None, None]


def _alexnet_from_a_function(classes=1000, channels=CHANNELS, hidden=4096):
    network = _AlexNet(classes, channels, hidden)
    return nn.Sequential(network.features, nn.Flatten(), network.classifier)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("train_step", _step_by_scaler),
        ("inverted_dropout", _dropout_with_its_own_gradient),
        ("local_response_norm", _norm_by_convolution),
        ("random_crop_and_flip", _crop_by_sampling),
        ("pca_color_augmentation", _colours_by_svd),
        ("AlexNet", _AlexNet),
        ("AlexNet", _alexnet_from_a_function),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_strangers_right_answers_pass(name, right):
    result = climb(find(name), right)
    assert result.passed, result
