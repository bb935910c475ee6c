"""Weights in files, and the published ones."""

import hashlib
import pickle
from collections import OrderedDict

import pytest
import torch
from torch import nn

from coursekit.data import MissingDataError
from coursekit.models import (
    ModelError,
    SmallVGG,
    WeightsError,
    build,
    load_weights,
    published,
    published_weights,
    save_weights,
)
from coursekit.models.weights import without_prefixes


def small(seed: int = 0) -> nn.Module:
    model = build("small-vgg", classes=3, width=0.1, seed=seed)
    with torch.no_grad():
        model(torch.randn(8, model.in_channels, 16, 16))  # batch statistics of its own
    return model


def same(a: nn.Module, b: nn.Module) -> bool:
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


@pytest.mark.parametrize(
    ("name", "wrapped"),
    [
        ("a.pth", lambda state: state),
        ("a.th", lambda state: {"state_dict": {f"module.{k}": v for k, v in state.items()}}),
        ("a.pt", lambda state: {"model": state, "epoch": 3}),
        ("a.pth", lambda state: {f"_orig_mod.module.{k}": v for k, v in state.items()}),
    ],
)
def test_the_usual_forms_are_read(tmp_path, name, wrapped) -> None:
    source, model = small(1), small(2)
    assert not same(source, model)
    torch.save(wrapped(source.state_dict()), tmp_path / name)
    load_weights(model, tmp_path / name)
    assert same(source, model)


def test_what_is_saved_is_read_back(tmp_path) -> None:
    source, model = small(1), small(2)
    path = tmp_path / "weights.safetensors"
    save_weights(nn.DataParallel(source.to(memory_format=torch.channels_last)), path)
    load_weights(model, str(path))
    assert same(source, model)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    half = small(3).half()
    load_weights(half, path)
    assert half.classifier.weight.dtype == torch.float16


def test_files_from_before_batches_were_counted(tmp_path) -> None:
    source, model = small(1), small(2)
    state = {k: v for k, v in source.state_dict().items() if "num_batches" not in k}
    torch.save(dict(state), tmp_path / "old.pth")
    load_weights(model, tmp_path / "old.pth")
    torch.testing.assert_close(model.features[1].running_var, source.features[1].running_var)


def test_a_name_that_only_begins_like_a_wrapper_stays() -> None:
    state = {"module.weight": torch.ones(1), "other": torch.ones(1)}
    assert without_prefixes(state) == state
    assert without_prefixes({}) == {}


def fails(model, path) -> str:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(WeightsError) as caught:
        load_weights(model, path)
    assert all(torch.equal(before[name], t) for name, t in model.state_dict().items())
    return str(caught.value)


def rows(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


def test_another_network_is_named_and_nothing_changes(tmp_path) -> None:
    path = tmp_path / "a.safetensors"
    save_weights(rows(a=nn.Linear(2, 3), b=nn.Linear(3, 4), c=nn.Linear(4, 5)), path)
    said = fails(rows(a=nn.Linear(2, 3), d=nn.Linear(3, 4), c=nn.Linear(4, 6, bias=False)), path)
    assert said.splitlines() == [
        f"{path} does not fit this network:",
        "  2 missing in the file: d.weight, d.bias",
        "  3 not in the network: b.bias, b.weight, c.bias",
        "  1 of another shape: c.weight (file 5×4, network 6×4)",
        "Build the network that the file was saved from: its architecture and its options.",
    ]
    assert "6 missing in the file: 0.weight, 0.bias, 1.weight, …\n" in fails(
        nn.Sequential(*(nn.Linear(1, 1) for _ in range(3))), path
    )


def test_another_number_of_classes(tmp_path) -> None:
    path = tmp_path / "a.safetensors"
    save_weights(SmallVGG(3, width=0.1), path)
    said = fails(SmallVGG(5, width=0.1), path)
    assert "  2 of another shape: classifier.weight (file 3×16, network 5×16), classifier" in said
    assert "build the network with the file's classes, in_channels and width; another" in said


def test_files_that_hold_no_weights(tmp_path) -> None:
    model = small()
    assert "there is no file" in fails(model, tmp_path / "none.pth")
    assert "there is no file" in fails(model, tmp_path / "none.safetensors")
    assert "must end in .safetensors, .pth, .th, .pt; got 'a.npz'" in fails(
        model, tmp_path / "a.npz"
    )
    for content, words in (
        ({}, "an empty dict"),
        ([torch.ones(2)], "list"),
        ({"epoch": 3, "loss": 0.5}, "a dict with 'epoch', 'loss'"),
    ):
        torch.save(content, tmp_path / "a.pth")
        said = fails(model, tmp_path / "a.pth")
        assert "holds no weights" in said
        assert words in said


class Runs:
    def __reduce__(self):
        return (open, ("never-made", "w"))


def test_nothing_in_a_file_is_run(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": Runs()}, tmp_path / "a.pth")
    assert "could run code" in fails(small(), tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(pickle.dumps(Runs(), protocol=2))
    assert "could run code" in fails(small(), tmp_path / "b.pth")
    assert not (tmp_path / "never-made").exists()


@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_damaged_files(tmp_path, ending) -> None:
    model, path = small(), tmp_path / f"a.{ending}"
    if ending == "pth":
        torch.save(model.state_dict(), path)
    else:
        save_weights(model, path)
    whole = path.read_bytes()
    for content in (b"", b"no weights", whole[: len(whole) // 2], whole[:7]):
        path.write_bytes(content)
        assert str(path) in fails(model, path)
    path.unlink()
    path.mkdir()
    assert str(path) in fails(model, path)


def test_where_nothing_can_be_written(tmp_path) -> None:
    with pytest.raises(WeightsError, match=r"must end in \.safetensors, got 'a\.pth'"):
        save_weights(small(), tmp_path / "a.pth")
    with pytest.raises(WeightsError, match=r"no_folder.*cannot be written"):
        save_weights(small(), tmp_path / "no_folder" / "a.safetensors")


def test_the_published_files_are_torchvisions(torchvision_models) -> None:
    names = {"alexnet-one-tower": "alexnet", "googlenet-published": "googlenet"}
    names["squeezenet1.1"] = "squeezenet1_1"
    for ours, file in published.FILES.items():
        theirs = names.get(ours, ours.replace("-", "_"))
        weights = torchvision_models.get_model_weights(theirs)["IMAGENET1K_V1"]
        assert weights.url == published.SOURCE + file
        with torch.device("meta"):
            options = {"auxiliary": False} if theirs == "googlenet" else {}
            model = build(ours, **options)
        assert sum(p.numel() for p in model.parameters()) == weights.meta["num_params"]


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """A publisher of one file, in a folder."""
    content = b"weights of a kind"
    name = f"small-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    folder = tmp_path / "publisher"
    folder.mkdir()
    (folder / name).write_bytes(content)
    monkeypatch.setattr(published, "SOURCE", folder.as_uri() + "/")
    monkeypatch.setattr(published, "FILES", {"small": name})
    return folder / name


def test_a_published_file_is_fetched_once(publisher, tmp_path) -> None:
    path = published_weights("small", tmp_path)
    assert path == tmp_path / "weights" / publisher.name
    publisher.unlink()
    assert published_weights("small", tmp_path, download=False) == path


def test_a_damaged_file_is_fetched_again(publisher, tmp_path) -> None:
    path = published_weights("small", tmp_path)
    path.write_bytes(b"half of")
    with pytest.raises(MissingDataError, match="is damaged: its SHA-256 is"):
        published_weights("small", tmp_path, download=False)
    assert published_weights("small", tmp_path).read_bytes() == publisher.read_bytes()


def test_what_to_do_when_it_cannot_be_had(publisher, tmp_path) -> None:
    publisher.write_bytes(b"a network's log-in page")
    with pytest.raises(MissingDataError, match="invalid hash value"):
        published_weights("small", tmp_path)
    publisher.unlink()
    with pytest.raises(MissingDataError) as caught:
        published_weights("small", tmp_path)
    assert f"put {published.SOURCE}{publisher.name} into {tmp_path / 'weights'}." in str(
        caught.value
    )
    assert not list((tmp_path / "weights").iterdir())
    with pytest.raises(ModelError, match="no weights are published for 'lenet'; they are for sm"):
        published_weights("lenet")
