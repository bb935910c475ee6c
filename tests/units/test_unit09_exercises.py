"""Unit 09's exercises: the numbers in their text, its solutions, and answers as strangers write
them."""

import re

import numpy as np
import pytest
from exercise_text import exercise_text, section

from coursekit.checking.ladder import climb
from coursekit.exercises import find, in_unit
from coursekit.exercises.given import given

torch = pytest.importorskip("torch")
nn = torch.nn

SLUG = "09_resnet"
IMPORTS = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"


def solution(name):
    """The text of one exercise's answer, as the course gives it."""
    text = exercise_text(SLUG)
    code = re.search(rf"^(?:def|class) {name}\(.*?(?=^# %%)", text, re.DOTALL | re.MULTILINE)
    return re.sub(r"\n *### (BEGIN|END) SOLUTION", "", code[0])


def run(name, code):
    """The function or class that `code` defines."""
    scope = {}
    exec(IMPORTS + code, scope)
    return scope[name]


def changed(name, *pairs):
    """The course's answer with some of its text replaced: (old, new), …"""
    code = solution(name)
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in code
        code = code.replace(old, new)
    return run(name, code)


@pytest.mark.parametrize("exercise", in_unit("09"), ids=lambda e: e.name)
def test_the_solution_passes_and_its_stub_is_no_attempt(exercise):
    assert climb(exercise, run(exercise.name, solution(exercise.name))).passed
    stub = re.sub(
        r"### BEGIN SOLUTION.*?### END SOLUTION",
        "raise NotImplementedError",
        exercise_text(SLUG),
        flags=re.DOTALL,
    )
    code = re.search(
        rf"^(?:def|class) {exercise.name}\(.*?(?=^# %%)", stub, re.DOTALL | re.MULTILINE
    )
    assert code[0].count("raise NotImplementedError") == 1 + exercise.a_class
    assert exercise.make_cases(0)[0].tiny and exercise.make_cases(0)[0].has_expected


# The worked examples in the text


def drawing(number):
    """The lines of the first drawing of a section, each as its numbers."""
    drawn = re.search(r"```text\n(.*?)# ```", section(SLUG, number), re.DOTALL)[1]
    lines = [re.sub(r"(?:layer|conv|bn|image|channel) ?\d", "", line) for line in drawn.split("\n")]
    found = [[float(n) for n in re.findall(r"-?\d+\.?\d*", line)] for line in lines]
    return [numbers for numbers in found if numbers]


def steps_of(name):
    """What the layers of a block give step by step on its first case."""
    case = find(name).make_cases(0)[0]
    values = case.kwargs
    block = find(name).reference(values["in_channels"], values["channels"])
    tensors = {k: torch.from_numpy(v) for k, v in values["weights"].items()}
    block.load_state_dict(tensors, strict=False)
    block.eval()
    x = out = torch.from_numpy(values["x"])
    steps = [x]
    with torch.no_grad():
        for i in range(len(block.kernels)):
            out = block.step(i, out)
            steps.append(out)
            if i < len(block.kernels) - 1:
                out = out.relu()
                steps.append(out)
        steps += [out + x, (out + x).relu()]
    assert np.allclose(steps[-1], case.expected[0], atol=1e-3)
    return [s[0].numpy().round(3) + 0.0 for s in steps]


def test_batch_normalisation_by_hand():
    case = find("batch_norm2d").make_cases(0)[0]
    x, gamma, beta, mean, var = (a.ravel() for a in case.args)
    y, new_mean, new_var = (np.ravel(e) for e in case.expected)
    assert drawing(1) == [[*x[:2], *y[:2]], [*x[2:], *y[2:]]]
    assert (gamma, beta, mean, var) == (3, 10, 0, 1)
    text = section(SLUG, 1)
    for words, value in (
        ("(9 + 3 + 3 + 1) / 4", x.mean()),
        ("(25 + 1 + 1 + 9) / 4", x.var()),
        ("3 · (9 − 4) / 3 + 10", y[0]),
        ("36 / 3", x.var(ddof=1)),
        ("0.9 · 0 + 0.1 · 4", new_mean[0]),
        ("0.9 · 1 + 0.1 · 12", new_var[0]),
    ):
        assert f"| {words} | {value:g} |" in text
        assert eval(words.translate(str.maketrans("·−", "*-"))) == pytest.approx(value)


@pytest.mark.parametrize(("name", "number"), [("BasicBlock", 2), ("Bottleneck", 3)])
def test_blocks_by_hand(name, number):
    steps = steps_of(name)
    rows = max(s.shape[0] * s.shape[1] for s in steps)
    wanted = [[] for _ in range(rows)]
    for step in steps:
        for row, numbers in zip(wanted, step.reshape(-1, step.shape[-1]), strict=False):
            row += numbers.tolist()
    assert np.concatenate(drawing(number)) == pytest.approx(np.concatenate(wanted), abs=1e-3)


def test_what_a_bottleneck_saves():
    def convolutions(block):
        return sum(p.numel() for p in block.parameters() if p.ndim == 4)

    counts = (
        convolutions(find("Bottleneck").reference(256, 64)),
        convolutions(find("BasicBlock").reference(256, 256)),
    )
    assert [f"{n:,}" in section(SLUG, 3) for n in counts] == [True, True]


def test_a_network_by_hand():
    case = find("ResNet").make_cases(0)[0]
    values = case.kwargs
    net = find("ResNet").reference(
        values["block"].make(), values["blocks"], values["classes"], values["width"]
    )
    tensors = {k: torch.from_numpy(v) for k, v in values["weights"].items()}
    net.load_state_dict(tensors, strict=False)
    net.eval()
    lines = []
    with torch.no_grad():
        x = net.stem(torch.from_numpy(values["x"]))
        lines.append(x)
        for layer in (net.layer1, net.layer2, net.layer3, net.layer4):
            x = layer(x)
            lines.append(x)
    shown = [line.flatten().numpy().round(3).tolist() for line in lines]
    assert drawing(4) == shown
    assert case.expected[0].tolist() == [[12.5, -1]]
    assert "The scores are 12.5 and −1" in section(SLUG, 4)


def test_the_networks_that_the_text_names():
    resnet = find("ResNet").reference
    text = exercise_text(SLUG)
    for block, blocks, expansion in (
        ("BasicBlock", (2, 2, 2, 2), 1),
        ("Bottleneck", (3, 4, 6, 3), 4),
    ):
        kind = type(block, (find(block).reference,), {"expansion": expansion})
        with torch.device("meta"):
            count = sum(p.numel() for p in resnet(kind, blocks).parameters())
        assert f"{count:,}" in text


def test_squeeze_and_excitation_by_hand():
    case = find("squeeze_excitation").make_cases(0)[0]
    x, w1, b1, w2, b2 = case.args
    y = np.array(case.expected)[0, :, 0]
    assert drawing(5) == [[*x[0, 0, 0], *y[0]], [*x[0, 1, 0], *y[1]]]
    assert x.mean((2, 3)).tolist() == [[2, 1]] and w1.tolist() == [[1, -1]]
    assert not b1.any() and not b2.any() and w2.ravel() == pytest.approx([0, np.log(3)])
    assert (y[:, 1] / x[0, :, 0, 1]).tolist() == [1 / 2, 3 / 4]


def test_a_plain_block_is_called_like_a_residual_one():
    block = given("plain_block", 3).make()
    made = block(2, 4, stride=2)
    assert block.expansion == 3
    out = made(torch.zeros(1, 2, 5, 7))
    assert out.shape == (1, 12, 3, 4) and (out >= 0).all()


# Answers as strangers write them: (exercise, replaced text, …, words that the student reads).

BN = "batch_norm2d"
SE = "squeeze_excitation"
UNBIASED = "x.var(dim=(0, 2, 3), unbiased=True)"


@pytest.mark.parametrize(
    ("name", "pairs", "words"),
    [
        (BN, (", unbiased=False", ""), "say `unbiased=False` for y"),
        (BN, ("unbiased=True", "unbiased=False"), "PyTorch keeps the unbiased one"),
        (BN, ("if training:", "if True:"), "`training` is ignored"),
        (BN, ("if training:", "if not training:"), "the wrong way round"),
        (BN, ("beta[None, :, None, None]", "beta"), "beta has no axes"),
        (BN, ("gamma[None, :, None, None]", "gamma"), "gamma has no axes"),
        (BN, ("torch.sqrt(variance + eps)", "(torch.sqrt(variance) + eps)"), "eps is added after"),
        (BN, ("unbiased.detach()", "unbiased.sqrt()"), "without the square root"),
        (BN, ("x.mean(dim=(0, 2, 3))", "x.mean(dim=(0, 2, 3)).detach()"), "the mean is taken out"),
        (BN, (UNBIASED, UNBIASED + " * len(x) / (len(x) - 1 or 1)"), ""),
        (BN, ("return y, running_mean, running_var", "return y"), "Expected 3 values"),
        (
            BN,
            ("return y, running_mean, running_var", "return y, running_var, running_mean"),
            "have changed places",
        ),
        (BN, ("old * running_mean", "running_mean.mul_(old)"), "changes its input"),
        ("BasicBlock", ("F.relu(out + shortcut)", "out + shortcut"), "no ReLU after the addition"),
        ("BasicBlock", ("F.relu(out + shortcut)", "F.relu(out) + shortcut"), "before the addition"),
        ("BasicBlock", ("self.bn1", "self.norm1"), "It has norm1.weight"),
        ("BasicBlock", ("bias=False", "bias=True"), "`bias=False`"),
        ("BasicBlock", ("stride != 1 or", "stride == 2 or"), "Yours has no downsample.0.weight"),
        ("BasicBlock", (" or in_channels", " and in_channels"), "one of the two is enough, `or`"),
        ("BasicBlock", ("shortcut = x if", "shortcut = x.detach() if"), "the gradient at x is not"),
        ("BasicBlock", ("        super().__init__()\n", ""), "call `super().__init__()`"),
        ("BasicBlock", ("def forward", "def foward"), "no `forward`"),
        ("BasicBlock", ("F.relu(self.bn1(self.conv1(x)))", "self.conv1(x)"), ""),
        ("BasicBlock", ("        return F", "        F"), "returns nothing"),
        (
            "Bottleneck",
            (
                "channels, 1, bias=False)\n        self.bn1",
                "channels, 1, stride, bias=False)\n        self.bn1",
                "3, stride=stride",
                "3",
            ),
            "as in the paper of 2015",
        ),
        ("Bottleneck", ("out_channels = 4 * channels", "out_channels = channels"), "four times"),
        ("Bottleneck", ("in_channels != out_channels", "in_channels != channels"), "4 * channels"),
        (
            "Bottleneck",
            ("F.relu(self.bn2(self.conv2(out)))", "self.bn2(self.conv2(out))"),
            "after the 3×3 convolution is missing",
        ),
        ("Bottleneck", (", padding=1", ""), "is not padded"),
        ("ResNet", ("1 if i == 0 else 2", "2"), "The first stage has stride 2"),
        (
            "ResNet",
            ("block(out_channels, channels)", "block(out_channels, channels, 1 + (i > 0))"),
            "Every block of a stage",
        ),
        ("ResNet", ("nn.Sequential(*stage)", "nn.ModuleList(stage)"), "`nn.ModuleList` only keeps"),
        ("ResNet", ("nn.Sequential(*stage)", "tuple(stage)"), "has to be an `nn.Sequential"),
        ("ResNet", ("nn.Sequential(*stage)", "nn.Sequential(stage)"), "A list needs a star"),
        ("ResNet", ("x.mean(dim=(2, 3))", "x.flatten(1)"), "they have become one pixel"),
        ("ResNet", ("x.mean(dim=(2, 3))", "x.mean(dim=(2, 3)).squeeze()"), "every axis of length"),
        ("ResNet", ("3, stride=2, padding=1)", "3, padding=1)"), "windows are 3 apart"),
        (
            "ResNet",
            (
                "[block(out_channels, channels) for _ in range(count - 1)]",
                "[block(out_channels, channels)] * (count - 1)",
            ),
            "share their weights",
        ),
        ("ResNet", ("nn.Linear(in_channels,", "nn.Linear(8 * width,"), "fits all"),
        ("ResNet", ("self.fc(x.mean", "F.softmax(self.fc(x.mean", "3)))", "3))), 1)"), "probabil"),
        (SE, ("torch.sigmoid(hidden @ w2.T + b2)", "F.softmax(hidden @ w2.T + b2, 1)"), "compete"),
        (SE, ("gates[:, :, None, None]", "gates"), "have no axes"),
        (SE, ("w1.T", "w1", "w2.T", "w2"), "not transposed"),
        (SE, ("return x * ", "return x.mul_(", "None]", "None])"), "in place"),
        (SE, ("dim=(2, 3)", "dim=(0, 2, 3)"), ""),
        (SE, ("F.relu(means @ w1.T + b1)", "F.relu(means @ w1.T) + b1"), "before it"),
        (SE, ("x.mean(dim=(2, 3))", "x.flatten(2).max(2)"), "`.values`"),
    ],
)
def test_strangers_mistakes_are_named(name, pairs, words):
    result = climb(find(name), changed(name, *pairs))
    assert not result.passed
    assert words in result.message + result.diagnosis, result


STRANGE = {
    "reduced with einsum": (
        BN,
        ("x.mean(dim=(0, 2, 3))", "torch.einsum('nchw->c', x) / (x.numel() / x.shape[1])"),
    ),
    "moved with lerp": (
        BN,
        (
            "old * running_mean + momentum * mean.detach()",
            "torch.lerp(running_mean, mean, momentum)",
        ),
    ),
    "in double precision": (
        BN,
        ("mean, variance = running_mean", "x = x.double()\n    mean, variance = running_mean"),
    ),
    "copies that are written into": (
        BN,
        (
            "mean, variance = running_mean, running_var\n",
            "running_mean, running_var = running_mean.clone(), running_var.clone()\n"
            "    mean, variance = running_mean.clone(), running_var.clone()\n",
            "running_mean = old * running_mean + momentum * mean.detach()",
            "running_mean.mul_(old).add_(momentum * mean.detach())",
        ),
    ),
    "an attribute expansion, a ReLU module": (
        "BasicBlock",
        (
            "        super().__init__()\n",
            "        super().__init__()\n        self.relu, self.expansion = nn.ReLU(True), 1\n",
            "F.relu(",
            "self.relu(",
        ),
    ),
    "an empty Sequential where nothing changes": (
        "BasicBlock",
        (
            "self.downsample = None",
            "self.downsample = nn.Sequential()",
            "x if self.downsample is None else ",
            "",
        ),
    ),
    "layers in a container, used by name": (
        "BasicBlock",
        (
            "        out = F.relu(self.bn1(self.conv1(x)))\n"
            "        out = self.bn2(self.conv2(out))",
            "        m = dict(self.named_children())\n"
            "        out = m['bn2'](m['conv2'](m['bn1'](m['conv1'](x)).relu()))",
        ),
    ),
    "out of a factory": (
        "Bottleneck",
        (
            "class Bottleneck(nn.Module)",
            "def Bottleneck(*a, **k):\n    return _Block(*a, **k)\n\n\nclass _Block(nn.Module)",
        ),
    ),
    "sums in place": ("Bottleneck", ("F.relu(out + shortcut)", "F.relu_(out.add_(shortcut))")),
    "weights scaled by hand": (
        "Bottleneck",
        (
            "        self.downsample = None\n",
            "        nn.init.zeros_(self.bn3.weight)\n        self.downsample = None\n",
        ),
    ),
    "He's first weights": (
        "ResNet",
        (
            "self.fc = nn.Linear(in_channels, classes)\n",
            "self.fc = nn.Linear(in_channels, classes)\n"
            "        for m in self.modules():\n"
            "            if isinstance(m, nn.Conv2d):\n"
            "                nn.init.kaiming_normal_(m.weight, mode='fan_out')\n",
        ),
    ),
    "channels last": (
        "ResNet",
        (
            "        x = F.relu(self.bn1",
            "        x = x.to(memory_format=torch.channels_last)\n        x = F.relu(self.bn1",
        ),
    ),
    "stages called in a loop": (
        "ResNet",
        (
            "        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))\n",
            "        for i in range(1, 5):\n            x = self.get_submodule(f'layer{i}')(x)\n",
        ),
    ),
    "convolutions for linear layers": (
        SE,
        ("means @ w1.T + b1", "F.conv1d(means[..., None], w1[..., None], b1)[..., 0]"),
    ),
    "exponentials": (
        SE,
        ("torch.sigmoid(hidden @ w2.T + b2)", "1 / (1 + (-(hidden @ w2.T + b2)).exp())"),
    ),
    "broadcast by repeating": (
        SE,
        ("gates[:, :, None, None]", "gates.repeat_interleave(x[0, 0].numel(), 1).view_as(x)"),
    ),
}


@pytest.mark.parametrize("what", STRANGE)
def test_strange_right_answers_pass(what):
    name, pairs = STRANGE[what]
    result = climb(find(name), changed(name, *pairs))
    assert result.passed, result
