"""Comparing a network with another implementation, and with what its docstring says."""

import math
import re

import torch

from coursekit.analysis import summary

_NUMBERS = 1_000_003


def on_meta(build, *args, **options):
    """A network of shapes only: no time for first values, no memory."""
    with torch.device("meta"):
        return build(*args, **options).eval()


def random_state(model):
    """Random weights and statistics of sensible size for every name of a state_dict."""
    drawn = torch.randn(_NUMBERS, generator=torch.Generator().manual_seed(0))

    def filled(name, tensor):
        if not tensor.dtype.is_floating_point:
            return torch.zeros(tensor.shape, dtype=tensor.dtype)
        count = tensor.numel()
        values = drawn.repeat(-(-count // _NUMBERS))[:count].view(tensor.shape)
        if tensor.dim() > 1:
            return values.mul_(math.sqrt(2 / tensor[0].numel()))
        if name.endswith(("running_var", "weight")):
            return values.abs() + 0.5
        return values * 0.1

    return {name: filled(name, tensor) for name, tensor in model.state_dict().items()}


def with_same_weights(ours, theirs):
    """Both networks, built on meta, with the same random weights: loaded strictly, both ways."""
    ours.load_state_dict(random_state(ours), strict=True, assign=True)
    theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)
    ours.load_state_dict(theirs.state_dict(), strict=True, assign=True)
    return ours, theirs


def assert_same_scores(ours, theirs, shape):
    """Equal scores for random pictures of this shape (N, C, H, W)."""
    x = torch.randn(shape)
    with torch.inference_mode():
        got, expected = ours(x), theirs(x)
    assert expected.std() > 0.01
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5 * expected.abs().max().item())


def figures(model, input_shape):
    """Parameters, multiply-adds and the last receptive field that is not the whole picture."""
    table = summary(model, input_shape)
    fields = [row["receptive_field"] for row in table.rows if row["receptive_field"]]
    return table.totals["parameters"], table.totals["macs"], fields[-1]


def weighing_layers(network, input_shape=None):
    """Output shape, parameters and multiply-adds of every layer that learns, in order."""
    layers = summary(network, input_shape).layers
    return [(n.output_shape, n.parameter_count, n.macs) for n in layers if n.parameter_count]


def assert_quoted(kind, label, *numbers):
    """One sentence or table row of the class's docstring has the label and all the numbers."""
    rows = [line for line in kind.__doc__.splitlines() if label in line]
    prose = " ".join(kind.__doc__.split())
    texts = rows + [part for part in re.split(r"[.:] ", prose) if label in part]
    written = [f"{n:,}" for n in numbers]
    assert any(all(re.search(rf"(?<![\d,]){n}(?![\d,]*\d)", t) for n in written) for t in texts), (
        f"{label!r} with {written} is not in the docstring of {kind.__name__}"
    )


def assert_volumes(kind, model, input_shape):
    """Every volume C×H×W of the docstring's diagram is a layer's output."""
    drawn = re.findall(r"(\d+)×(\d+)×(\d+)", kind.__doc__)
    assert len(drawn) > 3
    made = {tuple(row["output_shape"]) for row in summary(model, input_shape).rows}
    assert {tuple(map(int, volume)) for volume in drawn} <= made | {input_shape}
