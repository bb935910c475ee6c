"""Networks, optimizers, batches in pieces, files: the whole path from weights to learning."""

import math

import numpy as np
import pytest

from coursekit.data import load_digits32
from coursekit.numpy_nn import (
    SGD,
    Adam,
    BatchGradient,
    Flatten,
    Linear,
    ReLU,
    Sequential,
    check_gradients,
    he_normal,
    lecun_uniform,
    lenet1,
    lenet5,
    load_parameters,
    modified_lenet,
    pytorch_uniform,
    save_parameters,
    softmax_cross_entropy,
    xavier_uniform,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn

NETWORKS = {"lenet1": (lenet1, 28), "lenet5": (lenet5, 32), "modified": (modified_lenet, 28)}


def digits(n, dtype="float32"):
    data = load_digits32()
    return data.x_train[:n].astype(dtype), data.y_train[:n]


def torch_lenet(net, size, dtype):
    side = ((size - 4) // 2 - 4) // 2
    theirs = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(16 * side * side, 120), nn.ReLU()),
        *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    ).to(dtype)
    with torch.no_grad():
        for a, b in zip(net.params.values(), theirs.parameters(), strict=True):
            b.copy_(torch.from_numpy(a))
    return theirs


@pytest.mark.parametrize(
    ("net", "count"),
    [
        (lenet1(), 2578),
        (lenet5(), 60000),
        (modified_lenet(32), 61706),
        (modified_lenet(28), 44426),
    ],
    ids=["lenet1", "lenet5", "modified32", "modified28"],
)
def test_parameter_counts(net, count):
    assert net.parameter_count() == count and f"{count:,} parameters" in repr(net)


def test_lenet5_layer_by_layer():
    counts = [n for layer in lenet5().layers if (n := layer.parameter_count())]
    assert counts == [156, 12, 1516, 32, 48120, 10164]
    assert lenet5().layers[4].table[4] == (0, 4, 5)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("size", [28, 32])
@pytest.mark.parametrize("batch", [1, 12])
def test_logits_and_gradients_equal_pytorch(batch, size, dtype):
    x, labels = digits(batch, dtype)
    x = x[:, :, :size, :size]
    net = modified_lenet(size, dtype=dtype)
    theirs = torch_lenet(net, size, getattr(torch, dtype))
    t = torch.tensor(x, requires_grad=True)
    logits = theirs(t)
    loss = nn.functional.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    ours = net.forward(x)
    our_loss, dlogits = softmax_cross_entropy(ours, labels)
    dx = net.backward(dlogits)
    atol = 1e-10 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(ours, logits.detach(), rtol=0, atol=atol)
    assert our_loss == pytest.approx(loss.item(), abs=atol)
    np.testing.assert_allclose(dx, t.grad, rtol=0, atol=atol)
    for (name, grad), p in zip(net.grads.items(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(grad, p.grad, rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize("kind", ["sgd", "momentum", "decay", "adam", "adam with decay"])
def test_optimizers_equal_pytorch(kind):
    ours, theirs = {
        "sgd": (SGD, torch.optim.SGD),
        "adam": (Adam, torch.optim.Adam),
    }.get(kind.split()[0], (SGD, torch.optim.SGD))
    options = {"momentum": {"momentum": 0.9}, "adam with decay": {"weight_decay": 0.1}}.get(
        kind, {}
    )
    if kind == "decay":
        options = {"momentum": 0.9, "weight_decay": 0.1}
    rng = np.random.default_rng(0)
    params = {"a": rng.standard_normal((3, 2)), "b": rng.standard_normal(4)}
    tensors = [torch.tensor(p, requires_grad=True) for p in params.values()]
    mine, other = ours(params, 0.05, **options), theirs(tensors, 0.05, **options)
    for _ in range(5):
        grads = {name: rng.standard_normal(p.shape) for name, p in params.items()}
        for tensor, g in zip(tensors, grads.values(), strict=True):
            tensor.grad = torch.tensor(g)
        mine.step(grads)
        other.step()
    for p, tensor in zip(params.values(), tensors, strict=True):
        np.testing.assert_allclose(p, tensor.detach(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [lambda p: SGD(p, 0.1, momentum=0.9), Adam], ids=["sgd", "adam"])
def test_an_optimizer_goes_on_where_it_stopped(kind):
    w = np.arange(3.0)
    first = kind({"w": w})
    first.step({"w": np.ones(3)})
    copy = w.copy()
    second = kind({"w": copy})
    second.load_state(first.state())
    first.step({"w": w / 2})
    second.step({"w": copy / 2})
    assert (w == copy).all()
    with pytest.raises(ValueError, match="another network"):
        second.load_state({"v.x": w, "t": np.array(1)})
    assert f"lr={first.lr}" in repr(first)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": 0}, "lr must be above 0"),
        ({"lr": 1, "momentum": 1}, "momentum"),
        ({"lr": 1, "weight_decay": -1}, "weight_decay"),
    ],
)
def test_optimizers_refuse(options, message):
    with pytest.raises(ValueError, match=message):
        SGD({}, **options)


@pytest.mark.parametrize("kind", NETWORKS)
def test_overfits_twenty_digits(kind):
    build, size = NETWORKS[kind]
    x, labels = digits(20)
    if size == 28:
        x = x[:, :, 2:30, 2:30]
    net = build(seed=1)
    optimizer = Adam(net.params, 3e-3)
    gradient = BatchGradient(net)
    losses = []
    for _ in range(120):
        losses.append(gradient(x, labels))
        optimizer.step(net.grads)
    assert losses[-1] < 0.05 * losses[0]
    assert (net.predict(x, batch=7).argmax(1) == labels).all()


def test_the_first_loss_is_near_log_10():
    x, labels = digits(50)
    for build in (lenet5, lambda: modified_lenet(32)):
        loss, _ = softmax_cross_entropy(build().forward(x), labels)
        assert loss == pytest.approx(math.log(10), abs=1.0)


def test_pieces_and_threads_change_nothing():
    x, labels = digits(23, "float64")
    net = modified_lenet(32, dtype=np.float64)
    whole = BatchGradient(net, piece=100)(x, labels), net.grads
    expected, _ = softmax_cross_entropy(net.forward(x), labels)
    assert whole[0] == expected
    pieces = BatchGradient(net, piece=5)(x, labels), net.grads
    with BatchGradient(net, piece=5, threads=2) as gradient:
        threads = gradient(x, labels), net.grads
    assert pieces[0] == pytest.approx(whole[0]) and threads[0] == pieces[0]
    for name in net.params:
        np.testing.assert_allclose(pieces[1][name], whole[1][name], atol=1e-12)
        assert (threads[1][name] == pieces[1][name]).all()
    with pytest.raises(ValueError, match="pair up"):
        gradient(x, labels[:-1])


def test_float32_stays_float32():
    x, labels = digits(3)
    net = modified_lenet(32)
    loss, dlogits = softmax_cross_entropy(net.forward(x.astype(np.float64)), labels)
    dx = net.backward(dlogits)
    assert isinstance(loss, float) and dx.dtype == np.float32
    assert {g.dtype for g in net.grads.values()} == {np.dtype(np.float32)}
    assert all(g.shape == net.params[name].shape for name, g in net.grads.items())


def test_a_network_is_a_layer():
    net = Sequential(Linear(4, 3, rng=0, dtype=np.float64), ReLU(), Linear(3, 2, dtype=np.float64))
    x = np.random.default_rng(5).standard_normal((3, 4))
    assert max(check_gradients(net, x).values()) < 1e-6
    assert "input" not in repr(net) and "Linear(4 → 3)" in repr(net)
    outer = Sequential(net, ReLU())
    assert list(outer.params) == ["0.0.w", "0.0.b", "0.2.w", "0.2.b"]


def test_networks_refuse():
    with pytest.raises(ValueError, match=r"layer 1 of Sequential does not fit.*Flatten"):
        Sequential(ReLU(), Linear(4, 2), input_shape=(1, 2, 2))
    assert Sequential(Flatten(), Linear(4, 2), input_shape=(1, 2, 2)).output_shape((1, 2, 2)) == (
        2,
    )
    with pytest.raises(ValueError, match="at least one"):
        Sequential()
    with pytest.raises(ValueError, match=r"takes x \(N, 1, 28, 28\)"):
        modified_lenet().forward(np.zeros((1, 1, 32, 32)))
    with pytest.raises(ValueError, match="at least 16"):
        modified_lenet(15)


def test_parameters_survive_a_file(tmp_path):
    net, other = modified_lenet(seed=1), modified_lenet(seed=2)
    save_parameters(net, tmp_path / "net.npz")
    load_parameters(other, tmp_path / "net.npz")
    assert all((net.params[name] == other.params[name]).all() for name in net.params)
    x = np.random.default_rng(0).standard_normal((2, 1, 28, 28)).astype(np.float32)
    assert (net.forward(x) == other.forward(x)).all()
    assert [p.name for p in tmp_path.iterdir()] == ["net.npz"]


def test_files_that_are_refused(tmp_path):
    path = tmp_path / "net.npz"
    save_parameters(modified_lenet(32), path)
    net = modified_lenet(28)
    before = net.params["7.w"].copy()
    with pytest.raises(ValueError, match=r"another network: 7\.w should be float32 \(120, 256\)"):
        load_parameters(net, path)
    assert (net.params["7.w"] == before).all()
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match="cannot be read"):
        load_parameters(net, path)
    np.savez(path, **{"0.w": np.array([{}], dtype=object)}, allow_pickle=True)
    with pytest.raises(ValueError, match="cannot be read"):
        load_parameters(net, path)
    with pytest.raises(ValueError, match="npz"):
        save_parameters(net, tmp_path / "net.pkl")
    with pytest.raises(FileNotFoundError):
        load_parameters(net, tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("draw", "variance"),
    [
        (he_normal, 2 / 150),
        (xavier_uniform, 2 / (150 + 400)),
        (lecun_uniform, (2.4 / 150) ** 2 / 3),
        (pytorch_uniform, 1 / 150 / 3),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_initial_weights_have_the_right_variance(draw, variance):
    w = draw((16, 6, 5, 5), np.random.default_rng(0))
    assert w.var() == pytest.approx(variance, rel=0.1) and abs(w.mean()) < 0.1 * w.std()


def test_seeds():
    a, b, c = (modified_lenet(seed=s).params["0.w"] for s in (3, 3, 4))
    assert (a == b).all() and (a != c).any()
    with pytest.raises(ValueError, match="two axes"):
        he_normal((3,), np.random.default_rng(0))
