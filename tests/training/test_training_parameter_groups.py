"""Which parameters decay."""

from typing import Any

import pytest

torch = pytest.importorskip("torch")
grouping = pytest.importorskip("coursekit.training.parameter_groups")
nn = torch.nn


class Local(nn.Module):
    """A layer whose bias has three axes."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2, 3))
        self.bias = nn.Parameter(torch.ones(2, 4, 4))
        self.temperature = nn.Parameter(torch.tensor(1.0))


def model() -> Any:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.Sequential(nn.Conv2d(4, 4, 1, bias=False), nn.GroupNorm(2, 4)),
        nn.LayerNorm((4, 6, 6)),
        Local(),
        nn.Linear(8, 2),
    )


def test_weights_decay_and_norms_biases_and_scalars_do_not() -> None:
    decaying, other = grouping.parameter_groups(model(), 5e-4)
    assert decaying["weight_decay"] == 5e-4
    assert other["weight_decay"] == 0
    assert decaying["names"] == ["0.weight", "2.0.weight", "4.weight", "5.weight"]
    norms = ["1.weight", "1.bias", "2.1.weight", "2.1.bias", "3.weight", "3.bias"]
    assert other["names"] == ["0.bias", *norms, "4.bias", "4.temperature", "5.bias"]


def test_every_parameter_is_in_one_group_under_its_name() -> None:
    network = model()
    groups = grouping.parameter_groups(network, 0.1)
    named = {name: p for g in groups for name, p in zip(g["names"], g["params"], strict=True)}
    assert sum(len(group["names"]) for group in groups) == len(named)
    assert {name: id(p) for name, p in named.items()} == {
        name: id(p) for name, p in network.named_parameters()
    }


@pytest.mark.parametrize("norm", grouping.NORMS)
def test_norms_do_not_decay(norm: Any) -> None:
    layer = norm(2, 4) if norm is nn.GroupNorm else norm(4)
    if not list(layer.parameters()):
        layer = norm(4, affine=True)
    (group,) = grouping.parameter_groups(layer, 0.1)
    assert group["weight_decay"] == 0


def test_frozen_parameters_are_left_out_and_shared_ones_come_once() -> None:
    network = model()
    network[0].requires_grad_(False)
    network.append(network[5])
    names = [name for group in grouping.parameter_groups(network, 0.1) for name in group["names"]]
    assert "0.weight" not in names
    assert "0.bias" not in names
    assert names.count("5.weight") == 1
    assert "6.weight" not in names


def test_an_optimizer_takes_them() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1)
            parameter.grad = torch.zeros_like(parameter)
    optimizer = torch.optim.SGD(grouping.parameter_groups(network, 0.5), lr=0.5)
    optimizer.step()
    values = {name: set(p.flatten().tolist()) for name, p in network.named_parameters()}
    assert values.pop("0.weight") == {0.75}
    assert set(map(tuple, values.values())) == {(1.0,)}
    assert optimizer.param_groups[0]["names"] == ["0.weight"]
    optimizer.load_state_dict(optimizer.state_dict())


def test_a_model_that_cannot_learn_is_refused() -> None:
    with pytest.raises(ValueError, match="no parameters that learn"):
        grouping.parameter_groups(nn.ReLU(), 0.1)
    with pytest.raises(ValueError, match="no parameters that learn"):
        grouping.parameter_groups(model().requires_grad_(False), 0.1)
    with pytest.raises(ValueError, match="weight_decay must be at least 0"):
        grouping.parameter_groups(model(), -0.1)
