"""Unit 08's exercises: the numbers in their text, and answers as strangers write them."""

import re

import numpy as np
import pytest
from exercise_text import exercise_text, section

from coursekit.checking.ladder import climb
from coursekit.exercises import find, in_unit

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional

SLUG = "08_vgg_and_inception"
D = [64, 64, "M", 128, 128, "M", *([256] * 3), "M", *([512] * 3), "M", *([512] * 3), "M"]


def tiny(name, number=0):
    return find(name).make_cases(0)[number]


def drawings(number):
    """The drawings of a section, each as its lines of numbers."""
    drawn = re.findall(r"```text\n(.*?)```", section(SLUG, number), flags=re.DOTALL)
    return [
        [[float(n) for n in re.findall(r"-?\d+", line)] for line in one.rstrip("# \n").splitlines()]
        for one in drawn
    ]


def numbers(*grids):
    """The lines of a drawing with these grids side by side, where all are of one height."""
    return [[float(v) for row in rows for v in row] for rows in zip(*grids, strict=True)]


def solution(name):
    """The answer that the solution notebook gives."""
    cell = re.search(rf"^def {name}\(.*?### END SOLUTION", exercise_text(SLUG), re.M | re.S)
    scope = {"torch": torch, "nn": nn, "F": F}
    exec(cell[0], scope)
    return scope[name]


@pytest.mark.parametrize("exercise", in_unit("08"), ids=lambda e: e.name)
def test_the_solution_passes(exercise):
    result = climb(exercise, solution(exercise.name))
    assert result.passed, result


@pytest.mark.parametrize("exercise", in_unit("08"), ids=lambda e: e.name)
def test_a_small_case_comes_first(exercise):
    case = exercise.make_cases(0)[0]
    assert case.tiny and case.has_expected


# The worked examples in the text


def test_vgg_by_hand():
    one, two = (tiny("vgg_features", k) for k in (0, 1))
    (whole,), (pooled,) = one.expected[0][0], two.expected[0][0]
    lines = drawings(1)[1][1:]
    picture = one.kwargs["x"][0, 0]
    middle = [[], pooled[0], pooled[1], []]
    assert lines == numbers(picture, whole, middle)
    shown = {float(w) for w in np.unique(one.kwargs["weights"][0])}
    assert shown == {1} and one.kwargs["weights"][1].tolist() == [-2]


def test_vgg_counted():
    text = section(SLUG, 1)
    assert str(D).replace("'", '"') == " ".join(drawing_text(1, 0).split())
    build = find("vgg_features").reference
    net = build([4, "M", 6], 2)
    counts = [sum(p.numel() for p in layer.parameters()) for layer in net]
    assert [n for n in counts if n] == [76, 222] and sum(counts) == 298
    assert "= 76 in" in text and "= 222 in" in text and "298 in all" in text
    with torch.device("meta"):
        features = build(D)
        assert features(torch.empty(1, 3, 224, 224)).shape == (1, 512, 7, 7)
    assert sum(isinstance(a, nn.Conv2d) for a in features) == 13
    # 13 convolutions; with three linear layers VGG-16 has 138,357,544 numbers.
    linear = 4096 * (512 * 49 + 1) + 4096 * 4097 + 1000 * 4097
    assert sum(p.numel() for p in features.parameters()) + linear == 138_357_544


def drawing_text(number, which):
    found = re.findall(r"```text\n(.*?)```", section(SLUG, number), flags=re.DOTALL)
    return found[which].replace("# ", "").replace("#", "")


def test_most_weights_sit_where_maps_become_a_vector():
    alexnet, vgg = 4096 * 256 * 6 * 6 / 60_965_224, 4096 * 512 * 7 * 7 / 138_357_544
    assert min(alexnet, vgg) > 0.5 and "Most weights of AlexNet and VGG" in section(SLUG, 2)


def test_averages_by_hand():
    case = tiny("global_average_pool")
    (first, second) = case.args[0][0]
    assert case.expected == [[3, -1]]
    assert drawings(2)[0] == [
        [0, *first[0], first.sum(), 4, 3],
        [*first[1]],
        [],
        [1, *second[0], second.sum(), 4, -1],
        [*second[1]],
    ]
    assert "become the row 3, −1 of shape (1, 2)" in section(SLUG, 2)


def test_inception_by_hand():
    one, corner = (tiny("inception_module", k) for k in (0, 1))
    assert drawings(3)[1][1:] == numbers(corner.args[0][0, 0], *corner.expected[0])
    assert np.ravel(one.expected).tolist() == [2, 3, 5, 4]
    rows = re.findall(r"^# \| (?:\d×\d|pooling) \|(.*)\|$", section(SLUG, 3), re.M)
    plain = {k: (float(w.flat[0]), float(b[0])) for k, (w, b) in one.args[1].items()}
    names = [
        (None, "1x1"),
        ("3x3_reduce", "3x3"),
        ("5x5_reduce", "5x5"),
        (None, "pool_projection"),
    ]
    for row, (before, name), out in zip(rows, names, [2, 3, 5, 4], strict=True):
        first, _, second, last = (cell.strip().replace("−", "-") for cell in row.split("|"))
        pairs = [(first, before), (second, name)]
        for text, key in pairs:
            said = tuple(float(n) for n in text.split(",")) if text else None
            assert said == (plain[key] if key else None)
        assert float(last) == out
    assert 7 * -2 + 5 == -9 and "7 · (−2) + 5 = −9" in section(SLUG, 3)


def test_scale_jitter_by_hand():
    one, two = (tiny("scale_jitter", k) for k in (0, 1))
    x = torch.from_numpy(one.args[0])
    large = F.interpolate(x, (4, 4), mode="bilinear", antialias=True)[0, 0]
    lines = drawings(4)[0]
    spot = two.args[0][0, 0]
    small, cut = two.expected[0][0], one.expected[0][0]
    assert lines == [
        [*large[0], *spot[0]],
        [*x[0, 0, 0], *large[1], *cut[0], *spot[1], *small[0]],
        [*x[0, 0, 1], *large[2], *cut[1], *spot[2], *small[1]],
        [*large[3], *spot[3]],
    ]
    assert [a.item() for a in one.args[1:4]] == [4, 1, 2]
    assert "row 1 and column 2" in " ".join(section(SLUG, 4).replace("#", " ").split())
    assert round(7 * 8 / 5) == 11 and "becomes 8×11, since 7 · 8 / 5 = 11.2" in section(SLUG, 4)


def test_no_half_comes_up():
    for seed in range(3):
        for case in find("scale_jitter").make_cases(seed):
            x, sides = case.args[:2]
            h, w = sorted(x.shape[2:])
            assert not any(2 * w * side % (2 * h) == h for side in sides), case.name


def test_ten_looks_by_hand():
    case = tiny("multi_crop_predict")
    x = case.args[1][0, 0]
    at = [(0, 0), (0, 2), (2, 0), (2, 2), (1, 1)]
    crops, mirrored = ([float(x[i, j + k]) for i, j in at] for k in (0, 1))
    lines = drawings(5)[0]
    assert lines[0] == [*x[0], *crops] and lines[1] == [*x[1], *mirrored]
    assert lines[2] == [*x[2]] and lines[3][:4] == [*x[3]]
    ones = int(sum(crops) + sum(mirrored))
    assert ones == 4 and "(0.75 · 4 + 0.5 · 6) / 10 = 0.6" in section(SLUG, 5)
    assert case.expected == [[0.6, 0.4]]


# What must not be refused


def test_widths_with_an_odd_rest_do_not_come_up():
    """Mirroring the picture first is as good a way, and differs there in the middle crop."""
    for case in find("multi_crop_predict").make_cases(0):
        x = case.kwargs["x"] if case.script else case.args[1]
        sizes = re.findall(r"predict\(model, x, (\d+)\)", case.script) or [case.args[2]]
        assert (x.shape[3] - int(sizes[0])) % 2 == 0, case.name


# Answers as strangers write them


def _vgg(convolution, relu=nn.ReLU, pool=lambda: nn.MaxPool2d(2), together=nn.Sequential):
    def answer(configuration, in_channels=3):
        layers, channels = [], in_channels
        for entry in configuration:
            if entry == "M":
                layers.append(pool())
            else:
                layers += [convolution(channels, entry), relu()]
                channels = entry
        return together(*layers)

    return answer


def _conv(channels, entry):
    return nn.Conv2d(channels, entry, 3, padding=1)


def _lazy(configuration, in_channels=3):
    net = _vgg(lambda _, entry: nn.LazyConv2d(entry, 3, padding=1))(configuration)
    with torch.no_grad():
        net(torch.zeros(1, in_channels, 64, 64))
    return net


def _classes(configuration, in_channels=3):
    class Net(nn.Module):
        def __init__(self):
            self.layers = nn.Sequential(nn.Conv2d(in_channels, 2, 3))

    return Net()


def _branches(x, weights, relu=F.relu):
    def layer(x, name, padding=0):
        return relu(F.conv2d(x, *weights[name], padding=padding))

    return [
        layer(x, "1x1"),
        layer(layer(x, "3x3_reduce"), "3x3", 1),
        layer(layer(x, "5x5_reduce"), "5x5", 2),
        layer(F.max_pool2d(x, 3, 1, 1), "pool_projection"),
    ]


def _as_a_module(x, weights):
    class Inception(nn.Module):
        def __init__(self):
            super().__init__()
            for name, (w, b) in weights.items():
                conv = nn.Conv2d(w.shape[1], w.shape[0], w.shape[2], padding=w.shape[2] // 2)
                conv.weight.data.copy_(w)
                conv.bias.data.copy_(b)
                self.add_module(f"conv{name}", conv)

        def forward(self, x):
            run = {name: getattr(self, f"conv{name}") for name in weights}
            three, five = (run[f"{k}_reduce"](x).relu() for k in ("3x3", "5x5"))
            pooled = F.max_pool2d(x, 3, 1, 1)
            ends = run["1x1"](x), run["3x3"](three), run["5x5"](five)
            return torch.cat([*ends, run["pool_projection"](pooled)], 1).relu()

    return Inception()(x)


def _jitter(shape, join=torch.stack, resize=None):
    def answer(x, sides, tops, lefts, size=224):
        crops = []
        for image, side, top, left in zip(x, sides, tops, lefts, strict=True):
            new = shape(*image.shape[1:], side)
            big = (resize or _smooth)(image, new)
            crops.append(big[:, top : top + size, left : left + size])
        return join(crops)

    return answer


def _smooth(image, new):
    return F.interpolate(image[None], new, mode="bilinear", antialias=True)[0]


def _nearest_whole(h, w, side):
    factor = int(side) / min(h, w)
    return [int(h * factor + 0.5), int(w * factor + 0.5)]


def _ten(mean, *, evaluating=True, restoring=True, context=torch.no_grad, mirrored=None):
    def answer(model, x, size):
        bottom, right = x.shape[2] - size, x.shape[3] - size
        places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
        crops = [x[..., top:, left:][..., :size, :size] for top, left in places]
        crops += [(mirrored or (lambda crop: crop.flip(-1)))(crop) for crop in crops]
        was = model.training
        if evaluating:
            model.eval()
        with context():
            p = mean([model(crop) for crop in crops])
        if restoring:
            model.train(was)
        return p

    return answer


def _mean(scores):
    return sum(s.softmax(1) for s in scores) / len(scores)


def _cut_anew(scores):
    return torch.cat(scores).softmax(1).view(-1, 10, scores[0].shape[1]).mean(1)


VGG, POOL, MODULE = "vgg_features", "global_average_pool", "inception_module"
JITTER, CROPS = "scale_jitter", "multi_crop_predict"


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        (VGG, _vgg(_conv, nn.ELU), "activation is ELU"),
        (VGG, _vgg(_conv, lambda: F.relu), "a function such as `F.relu` is no module"),
        (VGG, _vgg(_conv, together=lambda *a: nn.Sequential(a)), "needs a star"),
        (VGG, _vgg(_conv, together=lambda *a: nn.ModuleList(a)), "cannot be called"),
        (VGG, _vgg(_conv, together=lambda *a: None), "your function returned None"),
        (VGG, _vgg(lambda c, n: nn.Conv2d(c, n, 3, 1, 1, bias=False)), "no biases"),
        (VGG, _vgg(_conv, pool=lambda: nn.MaxPool2d((2, 1))), "axis 3"),
        (VGG, _vgg(_conv, together=lambda *a: nn.Sequential(*a).requires_grad_(False)), "learns"),
        (VGG, _classes, "super().__init__()"),
        (POOL, lambda x: F.adaptive_avg_pool2d(x, 1).squeeze(), "`.squeeze()`"),
        (POOL, lambda x: nn.AdaptiveAvgPool2d(1), "forget to call it"),
        (POOL, lambda x: F.avg_pool2d(x, x.size(3)).flatten(1), "high as the map is wide"),
        (POOL, lambda x: x.flatten(1).mean(1), "the channels have to stay"),
        (POOL, lambda x: [[m.mean() for m in image] for image in x], "One tensor is wanted"),
        (POOL, lambda x: x.mean((2, 3)).tolist(), "A tensor is wanted; a list"),
        (POOL, lambda x: torch.tensor(x.tolist()).mean((2, 3)), "out of the graph"),
        (POOL, lambda x: None, "Expected a tensor of shape"),
        (MODULE, lambda x, w: torch.cat(_branches(x, w, lambda y: y), 1).relu(), "two reductions"),
        (MODULE, lambda x, w: torch.cat(_branches(x, w)), "along axis 0"),
        (MODULE, lambda x, w: tuple(_branches(x, w)), "`torch.cat(parts, dim=…)`"),
        (MODULE, lambda x, w: F.conv2d(x, w["1x1"]), "a pair or a list passed where a tensor"),
        (MODULE, lambda x, w: torch.cat(_branches(x.relu(), w), 1), "applied to x first"),
        (MODULE, lambda x, w: torch.cat(_branches(x, w), 1).detach(), "out of the graph"),
        (MODULE, _as_a_module, "No gradient reaches the tensors in `weights`"),
        (JITTER, _jitter(lambda h, w, s: (s, round(w * s / h))), "`round` takes no tensor"),
        (JITTER, _jitter(lambda h, w, s: (int(s), int(s) * w / h)), "came out as a float"),
        (JITTER, _jitter(lambda h, w, s: (int(s), int(s))), "becomes a square"),
        (
            JITTER,
            _jitter(lambda h, w, s: [int(n * int(s) / min(h, w)) for n in (h, w)]),
            "rounded down",
        ),
        (JITTER, _jitter(_nearest_whole, list), "One tensor is wanted, a list"),
        (JITTER, _jitter(_nearest_whole, lambda c: torch.stack(c).int()), "whole numbers"),
        (
            JITTER,
            _jitter(
                _nearest_whole,
                resize=lambda a, new: F.interpolate(a[None], new, mode="bilinear")[0],
            ),
            "`antialias=True` is missing",
        ),
        (CROPS, _ten(lambda s: sum(s).div(10).softmax(1)), "softmax for each crop, then the mean"),
        (CROPS, _ten(_cut_anew), "first crop of all pictures"),
        (CROPS, _ten(lambda s: torch.stack(s).softmax(-1)), "is a sum or a mean missing"),
        (CROPS, _ten(lambda s: _mean(s).max(1)), "gives two tensors"),
        (CROPS, _ten(_mean, evaluating=False), "not in evaluation mode"),
        (CROPS, _ten(_mean, restoring=False), "stays in evaluation mode"),
        (CROPS, _ten(_mean, context=torch.enable_grad), "still has a graph"),
        (CROPS, _ten(_mean, mirrored=lambda crop: crop.flip(1)), "order of the channels"),
        (CROPS, _ten(_mean, mirrored=lambda crop: crop), "mirror images are missing"),
        (CROPS, lambda model, x, size: model(x).softmax(1), "whole picture"),
    ],
)
def test_strangers_mistakes_are_named(name, wrong, words):
    def answer(*args, **kwargs):
        return wrong(*args, **kwargs)

    result = climb(find(name), answer)
    assert not result.passed
    assert words.lower() in f"{result.message} {result.diagnosis}".lower(), result


def _negative_slices(model, x, size):
    def five(x):
        top, left = (x.shape[2] - size) // 2, (x.shape[3] - size) // 2
        corners = [x[:, :, a, b] for a in _ends(size) for b in _ends(size)]
        return [*corners, x[:, :, top : top + size, left : left + size]]

    was = model.training
    with torch.inference_mode():
        scores = [model.eval()(crop) for crop in five(x) + five(torch.flip(x, [3]))]
    model.train(was)
    return _mean(scores)


def _ends(size):
    return slice(None, size), slice(-size, None)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        (VGG, _lazy),
        (VGG, _vgg(_conv, lambda: nn.ReLU(inplace=True))),
        (POOL, lambda x: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())(x)),
        (POOL, lambda x: torch.vmap(lambda image: image.mean((1, 2)))(x)),
        (POOL, lambda x: F.interpolate(x, size=1, mode="area").view(len(x), -1)),
        (MODULE, lambda x, w: torch.cat(_branches(x, w, lambda y: y * (y > 0)), -3)),
        (MODULE, lambda x, w: torch.cat([torch.cat(_branches(i[None], w), 1) for i in x])),
        (JITTER, _jitter(_nearest_whole)),
        (JITTER, _jitter(_nearest_whole, lambda crops: torch.cat([c[None] for c in crops]))),
        (CROPS, _negative_slices),
        (CROPS, _ten(lambda s: torch.stack(s, 1).log_softmax(2).exp().mean(1))),
    ],
)
def test_strangers_right_answers_pass(name, right):
    result = climb(find(name), lambda *args, **kwargs: right(*args, **kwargs))
    assert result.passed, result
