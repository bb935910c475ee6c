"""Exercises about tensors: arrays outside, tensors inside, gradients compared, modules driven."""

import re

import numpy as np
import pytest

from coursekit.checking.calling import answer_call
from coursekit.checking.ladder import climb
from coursekit.checking.stubs import is_stub
from coursekit.exercises import Comparison, Exercise, case, scripted, tiny
from coursekit.exercises.exercise import CaseMaker
from coursekit.exercises.given import given, maker
from coursekit.exercises.problems import UnfitAnswer
from coursekit.exercises.tensors import as_arrays, as_tensors, count, load, number, on_paper

torch = pytest.importorskip("torch")
nn = torch.nn

HINTS = ("a", "b", "c")


def exercise(signature, reference, cases: CaseMaker, **options) -> Exercise:
    made = Exercise(
        signature,
        unit="07",
        title="t",
        reference=reference,
        points=4,
        minutes=5,
        difficulty=1,
        hints=HINTS,
        tensors=True,
        **options,
    )
    made.cases(cases)
    return made


def halves(x, y):
    return 0.5 * x * y


def half_cases(rng):
    x = np.array([[1, 2], [3, 4]], np.float32)
    yield tiny("two by two", x, x, expected=x * x / 2)
    yield case("larger", *rng.standard_normal((2, 3, 5)).astype(np.float32)).with_gradients("x")


HALVES = exercise("halves(x, y)", halves, half_cases)


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, y: 0.5 * x * y,
        lambda x, y: torch.mul(x, y).div(2),
        lambda x, y: torch.einsum("ij,ij->ij", x, y) / 2,
    ],
)
def test_right_answers(answer):
    result = climb(HALVES, answer)
    assert result.passed and "in double precision" in result.message, result


def test_an_input_out_of_the_graph_shows_in_its_gradient():
    result = climb(HALVES, lambda x, y: nn.Parameter(x * 1) * y / 2)
    assert result.output == "gradient at x", result


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x, y: (x * y / 2).numpy(), "grad"),
        (lambda x, y: x.detach() * y / 2, "No gradient flows back through your answer"),
        (lambda x, y: torch.tensor(0.5 * np.asarray(x.detach()) * np.asarray(y)), "No gradient"),
        (lambda x, y: x.mul_(y).mul_(0.5), "changes its input|leaf"),
        (lambda x, y: x * y, "wrong in all 4 places"),
        (lambda x, y: (x * y / 2).to_sparse(), "ordinary tensor .* sparse_coo"),
        (lambda x, y: (x * y / 2).to("meta"), "ordinary tensor .* meta"),
        (
            lambda x, y: list(x * y / 2),
            "One tensor is wanted, a list of 2 came back: |`torch.stack",
        ),
        (
            lambda x, y: [
                [a * b / 2 for a, b in zip(p, q, strict=True)] for p, q in zip(x, y, strict=True)
            ],
            "One tensor",
        ),
        (lambda x, y: None, r"Expected a tensor of shape \(2, 2\); your function returned None"),
        (lambda x, y: (x * y / 2).sum(), "should have shape"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(answer, said):
    def named(x, y):
        return answer(x, y)

    result = climb(HALVES, named)
    assert not result.passed
    assert re.search(said, result.message), result.message


def weighted(x, weights):
    w, b = weights["a"]
    return x * w + b


def weighted_cases(rng):
    x, w, b = rng.standard_normal((3, 2, 4)).astype(np.float32)
    yield case("a dict", x, {"a": (w, b)}).with_gradients("x", "weights")


WEIGHTED = exercise("weighted(x, weights)", weighted, weighted_cases)


def test_gradients_at_what_a_dict_holds():
    def takes_out(x, weights):
        w, b = weights.pop("a")
        return x * w + b

    def with_parameters(x, weights):
        w, b = (nn.Parameter(each) for each in weights["a"])
        return x * w + b

    def without_b(x, weights):
        w, b = weights["a"]
        return x * w + b.data

    assert climb(WEIGHTED, takes_out).passed
    result = climb(WEIGHTED, with_parameters)
    assert result.output == 'gradient at weights["a"][0]', result
    assert result.diagnosis.startswith('No gradient reaches `weights["a"][0]`'), result
    assert 'reaches `weights["a"][1]`' in climb(WEIGHTED, without_b).diagnosis
    assert result.call == "weighted(x, weights)"


def test_what_an_answer_switches_off_is_on_again():
    def switches_off(x, y):
        torch.set_grad_enabled(False)
        return x * y / 2

    assert "No gradient flows back" in climb(HALVES, switches_off).message
    assert torch.is_grad_enabled() and climb(HALVES, halves).passed


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (lambda x, y: nn.ModuleList([nn.ReLU()])(x), "has no `forward`"),
        (lambda x, y: nn.functional.max_pool2d(x[None].to(torch.uint16), 2), "become floats"),
    ],
)
def test_what_pytorch_has_not_is_not_taken_for_the_stub(module, said):
    def named(x, y):
        return module(x, y)

    result = climb(HALVES, named)
    assert result.rung == "runs" and said in result.diagnosis, (result.message, result.diagnosis)


def test_an_array_is_refused_where_a_tensor_is_wanted():
    with pytest.raises(UnfitAnswer, match="A tensor is wanted, a float64 array of shape"):
        as_arrays(np.zeros((2, 3)))


def test_tensors_share_memory_and_come_back_as_copies():
    x = np.arange(6.0).reshape(2, 3)[:, ::2]
    tensor = as_tensors([x])[0]
    tensor[0, 0] = 7
    assert x[0, 0] == 7
    back = as_arrays(tensor)
    tensor[0, 0] = 8
    assert back[0, 0] == 7
    assert as_arrays((torch.ones(2, dtype=torch.bfloat16), 3))[0].dtype == np.float32


class Reference(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs)
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.linear(self.norm(x))


SCRIPT = """
    net = Layer(3, 2)
    load(net, weights)
    numbers = count(net)
    y = net(x)
    backward(y, dy)
    dw = gradients(net)
    kept = state(net)
    net.eval()
    later = net(x)
    return numbers, y, dw, kept, later
"""


def layer_cases(rng):
    def draw(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    yield scripted(
        "by order",
        SCRIPT,
        weights=[draw(3), draw(3), draw(2, 3), draw(2)],
        x=draw(5, 3),
        dy=draw(5, 2),
    )


LAYER = exercise("Layer(inputs, outputs)", Reference, layer_cases, a_class=True)


def test_a_module_is_driven_by_a_script():
    assert climb(LAYER, Reference).passed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("self.more = nn.Linear(2, 2)", "should have 4 parameters.* has 6: norm.weight"),
        ("self.linear = nn.Linear(outputs, inputs)", r"`linear.weight` should have shape \(2, 3\)"),
        ("self.linear = nn.Linear(inputs, outputs, bias=False)", "yours has 3"),
    ],
)
def test_other_parameters_are_named(change, said):
    class Layer(Reference):
        def __init__(self, inputs, outputs):
            super().__init__(inputs, outputs)
            exec(change, {"nn": nn}, {"self": self, "inputs": inputs, "outputs": outputs})

    result = climb(LAYER, Layer)
    assert result.rung == "returns"
    assert re.search(said, result.message), result.message


def test_a_parameter_without_gradient_is_named():
    class Layer(Reference):
        def forward(self, x):
            with torch.no_grad():
                y = self.norm(x)
            return self.linear(y)

    assert "No gradient comes back to the parameter `norm.weight`" in climb(LAYER, Layer).message


def test_no_module_at_all():
    class Layer:
        def __init__(self, inputs, outputs):
            self.w = torch.zeros(outputs, inputs)

        def __call__(self, x):
            return x @ self.w.T

    assert "An nn.Module is wanted" in climb(LAYER, Layer).message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("self.linear = 1", "super().__init__()"),
        ("return nn.Linear(4, 2)(x)", "takes another number of features"),
        ("return nn.Conv2d(2, 3, 1)(x[:, :, None, None])", "another number of channels"),
        ("return x + torch.zeros(7, 2)", "sizes that do not fit"),
        ("return x.double() @ torch.zeros(3, 2)", "dtypes that do not fit"),
        ("return x[:, torch.tensor(4)]", "past the end"),
        ("w = nn.Parameter(x.clone()); w += 1; return w[:, :2]", "in place"),
        ("return x.view(-1, 7)", "another number of elements"),
        ("return (x.T).view(-1)", "`.reshape"),
        ("return x.int().mean() * x[:, :2]", "whole numbers"),
        ("return x if x else x", "whole tensor"),
        ("import numpy; return numpy.sqrt(self.linear.weight)", "NumPy is used on the way"),
        ("import math; return x * math.sqrt(x)", "torch.sqrt(x)"),
        ("return nn.BatchNorm2d(3)(x)", "ends in 2d"),
        ("return nn.BatchNorm1d(3)(x[:1])", "made in `forward`"),
        ("return nn.Sigmoid(3)(x)", "with two underscores"),
        ("return nn.Linear(1, 2, 3, 4, 5, 6, 7)(x)", "wrong number or names of arguments"),
        ("return x.max(1) @ x", "`.values`"),
        ("return self.linear.weight.detach().numpy().view(1, 2, 3, 4)", "a NumPy array"),
        ("return x.mean() @ x", "more summed or averaged"),
        ("return nn.Linear.features", "no attribute of this name"),
    ],
)
def test_exceptions_of_torch_are_explained(change, said):
    class Layer(Reference):
        def __init__(self, inputs, outputs):
            if "self.linear =" in change:
                self.linear = nn.Linear(inputs, outputs)
            super().__init__(inputs, outputs)

    scope = {"nn": nn, "torch": torch}
    exec("def forward(self, x):\n " + change, scope)
    Layer.forward = scope["forward"]
    result = climb(LAYER, Layer)
    assert said in result.diagnosis, (result.message, result.diagnosis)


def test_loading_by_name():
    script = """
        net = Layer(3, 2)
        load(net, weights)
        net.eval()
        y = net(x)
        return y
    """
    weights = {
        name: np.ones(tuple(t.shape), np.float32)
        for name, t in Reference(3, 2).state_dict().items()
        if "batches" not in name
    }
    named = exercise(
        "Layer(inputs, outputs)",
        Reference,
        lambda rng: [scripted("by name", script, weights=weights, x=np.ones((4, 3), np.float32))],
        a_class=True,
    )
    assert climb(named, Reference).passed

    class Layer(Reference):
        def __init__(self, inputs, outputs):
            super().__init__(inputs, outputs)
            self.bn = self.norm
            del self.norm

        def forward(self, x):
            return self.linear(self.bn(x))

    said = climb(named, Layer).message
    assert "Yours has no norm.weight, norm.bias" in said
    assert "It has bn.weight" in said


@maker
def _network_for_this_test(w, b):
    network = nn.Linear(w.shape[1], w.shape[0])
    network.weight.data, network.bias.data = torch.from_numpy(w), torch.from_numpy(b)
    return network


def test_a_function_is_driven_by_a_script_over_a_given_network():
    script = """
        optimizer = sgd(network, 0.5, 0.9)
        first = step(network, optimizer, x)
        second = step(network, optimizer, x)
        learned = parameters(network)
        return first, second, learned
    """

    def step(network, optimizer, x):
        optimizer.zero_grad()
        loss = network(x).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    def cases(rng):
        w, b, x = (rng.standard_normal(n).astype(np.float32) for n in ((2, 3), 2, (4, 3)))
        yield scripted("two steps", script, network=given("_network_for_this_test", w, b), x=x)

    made = exercise("step(network, optimizer, x)", step, cases)
    assert climb(made, step).passed

    def forgets(network, optimizer, x):
        loss = network(x).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    assert climb(made, forgets).output == "learned[0]"


def test_an_exception_in_a_script_keeps_what_came_before_as_arrays():
    class Layer(Reference):
        def eval(self):
            raise RuntimeError("no")

    outcome = answer_call(Layer, LAYER.call_of(LAYER.make_cases(0)[0]), seconds=5)
    assert isinstance(outcome.error, RuntimeError)
    assert type(outcome.before[1]) is np.ndarray


def test_a_module_that_only_raises_is_a_stub():
    class Stub(nn.Module):
        """To be written."""

        def __init__(self, inputs, outputs):
            raise NotImplementedError

        def forward(self, x):
            raise NotImplementedError

    class Begun(Stub):
        def forward(self, x):
            return x

    class Bare(nn.Module):
        pass

    assert climb(LAYER, Stub).rung == "attempted"
    assert [is_stub(c) for c in (Stub, Begun, Bare, nn.Linear)] == [True, False, False, False]


def test_gradients_and_state_by_name_know_no_order():
    class Layer(Reference):
        def __init__(self, inputs, outputs):
            super().__init__(inputs, outputs)
            norm = self.norm
            del self.norm
            self.norm = norm

    class WithoutShift(Layer):
        def forward(self, x):
            return super().forward(x) - self.linear.bias.detach()

    script = """
        net = Layer(3, 2)
        load(net, weights)
        y = net(x)
        backward(y, dy)
        dw = gradients_by_name(net)
        kept = state_by_name(net)
        return y, dw, kept
    """
    rng = np.random.default_rng(0)
    shapes = {n: tuple(t.shape) for n, t in Reference(3, 2).state_dict().items() if t.ndim}
    values = {"weights": {n: rng.random(s).astype(np.float32) for n, s in shapes.items()}}
    values |= {"x": np.ones((4, 3), np.float32), "dy": np.ones((4, 2), np.float32)}
    values["x"][1:] *= rng.random((3, 3)).astype(np.float32)
    made = exercise(
        "Layer(inputs, outputs)",
        Reference,
        lambda rng: [scripted("by name", script, **values)],
        a_class=True,
    )
    right = climb(made, Layer)
    assert right.passed, right
    assert list(made.expected(made.make_cases(0)[0]).names) == [
        "y",
        *(f"dw[{n}]" for n in ("linear.bias", "linear.weight", "norm.bias", "norm.weight")),
        *(f"kept[{n}]" for n in ("norm.running_mean", "norm.running_var")),
    ]
    assert climb(made, WithoutShift).output == "y"

    class Still(Layer):
        def forward(self, x):
            return self.linear(self.norm(x)) * 1.5 - 0.5 * self.linear(self.norm(x)).detach()

    assert climb(made, Still).output == "dw[linear.bias]"


def test_several_values_may_come_as_a_list_where_gradients_are_compared():
    def both(x):
        return [2 * x, x.detach() + 1]

    def cases(rng):
        yield case("two values", np.ones((2, 2), np.float32)).with_gradients("x")

    made = exercise("both(x)", both, cases, comparison=Comparison(outputs=("y", "z")))
    assert climb(made, both).passed
    assert climb(made, lambda x: tuple(both(x))).passed


def test_of_many_names_only_the_first_are_listed():
    weights = {f"layer{i}.weight": np.zeros(1, np.float32) for i in range(20)}
    with pytest.raises(UnfitAnswer) as said:
        load(Reference(3, 2), as_tensors(weights))
    assert "layer11.weight and 8 more. Yours has no layer0.weight" in str(said.value)
    assert "It has norm.weight" in str(said.value)


def test_an_answer_may_be_its_argument():
    def the_same(x):
        return x

    made = exercise(
        "the_same(x)",
        the_same,
        lambda rng: [case("ones", np.ones((2, 2), np.float32)).with_gradients("x")],
    )
    assert climb(made, the_same).passed
    assert climb(made, lambda x: 2 * x - x).passed
    assert "No gradient flows" in climb(made, lambda x: x.detach()).message


def test_chance_is_the_same_at_every_check_and_the_students_own_is_left_alone():
    script = """
        net = Noise(3)
        y = net(x)
        return y
    """

    class Noise(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.w = nn.Parameter(torch.randn(size))

        def forward(self, x):
            return torch.nn.functional.dropout(x * self.w)

    made = exercise(
        "Noise(size)",
        Noise,
        lambda rng: [scripted("noise", script, x=np.ones((4, 3), np.float32))],
        a_class=True,
        variants=False,
    )
    torch.manual_seed(7)
    following = torch.rand(3)
    torch.manual_seed(7)
    assert climb(made, Noise).passed
    assert torch.equal(torch.rand(3), following)


def test_a_network_on_paper_is_counted_without_its_numbers():
    network = on_paper(nn.Linear, 100_000, out_features=100_000)
    assert count(network) == 100_000 * 100_001
    assert next(network.parameters()).device.type == "meta"

    def looks_at_its_numbers():
        made = nn.Linear(2, 3)
        assert made.weight.abs().max().item() > 0
        return made

    assert count(on_paper(looks_at_its_numbers)) == 9


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array(2.0)])
def test_a_plain_number(value):
    assert number(value) == 2 and type(number(value)) is float


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (torch.ones(()), r"a tensor of shape \(\) came back"),
        (None, "returned None"),
        ((1.0, 2.0), "a tuple of 2 came back"),
        (True, "a bool came back"),
    ],
)
def test_what_is_no_plain_number(value, said):
    with pytest.raises(UnfitAnswer, match=said):
        number(value)
