"""Receptive fields: the closed form against gradients, for named networks and random graphs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.analysis import AnalysisError, Graph, network, summary
from coursekit.analysis.operations import (
    Combine,
    Concatenate,
    Conv2d,
    Pointwise,
    Pool2d,
    margins,
)

torch = pytest.importorskip("torch")
empirical = pytest.importorskip("coursekit.analysis.empirical")
from_torch = pytest.importorskip("coursekit.analysis.from_torch")
to_torch = pytest.importorskip("coursekit.analysis.to_torch")

PUBLISHED = {
    # A. Araujo et al., Distill 2019: receptive field and effective stride; effective padding where
    # the padding is the same as here.
    "alexnet": (195, 32, None),
    "vgg16": (212, 32, 90),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_fields(name):
    last = [row for row in summary(network(name)).rows if row["receptive_field"]][-1]
    field, jump, padding = PUBLISHED[name]
    assert (last["receptive_field"], last["jump"]) == (field, jump)
    assert padding in (None, last["padding"])


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("lenet-modified", "3"),
        ("alexnet", "conv5"),
        ("zfnet", "conv5"),
        ("vgg11", "pool5"),
        ("googlenet", "inception4c"),
        ("resnet18", "layer4.1.relu"),
        ("resnet50", "layer2.3.relu"),
        ("resnet20", "layer3.2.relu"),
    ],
)
def test_closed_form_is_what_gradients_say(name, layer):
    graph = to_torch.thin(network(name))
    found = next(x for x in graph.layers() if x.name == layer)
    span = found.spans[0]
    side = span.size + 4 * int(span.jump)
    module = to_torch.SpecifiedNetwork(graph)
    field = empirical.measured_field(
        module, (graph.input_shape[0], side, side), layer=layer.replace(".", "/")
    )
    for axis in (0, 1):
        assert field.support[axis] == found.spans[axis].region(field.unit[axis], side)


@st.composite
def random_graphs(draw):
    """Convolutions and pools with stride, padding, dilation; branches that add or concatenate."""
    graph = Graph("random", (1, 300, 300))
    below = "input"

    def window(at, stride):
        size, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 2))
        padding = draw(st.integers(0, (size - 1) * dilation))
        if draw(st.booleans()) or padding > size // 2:
            sizes = (size, size), (stride, stride), margins(padding), (dilation, dilation)
            return graph.add(Conv2d(*sizes, out_channels=2), at)
        return graph.add(Pool2d((size, size), (stride, stride), margins(padding)), at)

    for _ in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            below = window(below, draw(st.integers(1, 3)))
            continue
        # The paths of a branch keep the size, so that they can be joined.
        stride = draw(st.integers(1, 2))
        ends = []
        join = Combine() if draw(st.booleans()) else Concatenate()
        for _ in range(2 if isinstance(join, Combine) else 3):
            size = draw(st.sampled_from([1, 3, 5]))
            sizes = (size, size), (stride, stride), margins(size // 2)
            end = graph.add(Conv2d(*sizes, out_channels=2), below)
            ends.append(graph.add(Pointwise("ReLU"), end))
        below = graph.add(join, *ends)
    return graph


@settings(max_examples=40, deadline=None, derandomize=True)
@given(random_graphs())
def test_random_graphs(graph):
    last = graph.layers()[-1]
    module = to_torch.SpecifiedNetwork(graph)
    assert summary(module, graph.input_shape).totals == summary(graph).totals
    traced = from_torch.graph_of_module(module, graph.input_shape).layers()[-1]
    assert (traced.spans, traced.output_shape) == (last.spans, last.output_shape)
    field = empirical.measured_field(module, graph.input_shape)
    for axis in (0, 1):
        first = last.spans[axis].first + field.unit[axis] * last.spans[axis].jump
        end = last.spans[axis].last + field.unit[axis] * last.spans[axis].jump
        assert first >= 0 and end < 300, "the unit in the middle sees no padding"
        assert field.support[axis] == (first, end)


def test_the_effective_field_is_smaller_than_the_theoretical():
    graph = Graph("stack", (1, 61, 61))
    for _ in range(12):
        graph.add(Conv2d((3, 3), padding=margins(1)))
    torch.manual_seed(0)
    field = empirical.empirical_field(to_torch.SpecifiedNetwork(graph), (1, 61, 61))
    assert field.size == (25, 25) and field.unit == (30, 30)
    assert all(1 < w < 25 / 4 for w in field.width)


def test_what_cannot_be_measured():
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3), torch.nn.Flatten(), torch.nn.Linear(36, 2))
    with pytest.raises(AnalysisError, match="there is no layer 'conv'; there are 0, 1, 2"):
        empirical.measured_field(net, (1, 8, 8), layer="conv")
    with pytest.raises(AnalysisError, match=r"layer output gives \(2,\), not maps"):
        empirical.measured_field(net, (1, 8, 8))
    with pytest.raises(AnalysisError, match=r"unit \(9, 9\) is not in a map of \(6, 6\)"):
        empirical.measured_field(net, (1, 8, 8), layer="0", unit=(9, 9))
    dead = torch.nn.Conv2d(1, 1, 3)
    torch.nn.init.zeros_(dead.weight)
    field = empirical.empirical_field(dead, (1, 8, 8))
    with pytest.raises(AnalysisError, match="no pixel acts"):
        assert field.support


def test_measuring_leaves_the_module_as_it_was():
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).train()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    empirical.measured_field(net, (1, 9, 9))
    assert net.training and all(m.training for m in net)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
