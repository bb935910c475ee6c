"""What usually causes an exception: its type, a pattern in its message, and a tutor's words.

Of those that fit, the first speaks.
"""

from __future__ import annotations

_OF_PYTORCH: tuple[tuple[str, str, str], ...] = (
    (
        "NameError",
        r"'(torch|nn|F)'",
        "PyTorch is not imported: run the notebook's first cell.",
    ),
    (
        "AttributeError",
        r"cannot assign (module|parameters) before",
        "A layer is set before the module is ready: call `super().__init__()` in the first line of "
        "`__init__`.",
    ),
    (
        "NotImplementedError",
        r"missing the required .forward. function",
        "This module has no `forward`. In a class of yours, is `def forward(self, x)` spelt so, "
        "and indented as part of the class? `nn.ModuleList` only keeps layers; "
        "`nn.Sequential(*layers)` also runs them, one after the other.",
    ),
    (
        "NotImplementedError",
        r"bitwise_xor",
        "`^` is no power in Python: write `x ** 2`.",
    ),
    (
        "ValueError",
        r"step must be greater than zero",
        "Tensors have no slices with a negative step: `x.flip(-1)` turns the last axis round.",
    ),
    (
        "NotImplementedError",
        r"not implemented for '",
        "PyTorch cannot do this with numbers of that dtype. Whole numbers become floats by "
        "`x.float()`.",
    ),
    (
        "TypeError",
        r"received an invalid combination of arguments",
        "A function of PyTorch gets other kinds of things than it takes; the message says, after "
        "`got`, which. Is a pair or a list passed where a tensor belongs?",
    ),
    (
        "TypeError",
        r"expected size to be one of int",
        "A size came out as a float: `round(…)` and `//` give whole numbers, `/` never does.",
    ),
    (
        "TypeError",
        r"is not a Module subclass",
        "`nn.Sequential` takes modules, one by one. A list needs a star, "
        "`nn.Sequential(*layers)`; a class has to be called, `nn.ReLU()`; a function such as "
        "`F.relu` is no module.",
    ),
    (
        "TypeError",
        r"Tensor doesn't define __round__",
        "Python's `round` takes no tensor: `int(t)` or `t.item()` makes an ordinary number of one "
        "that holds a single number.",
    ),
    (
        "RuntimeError",
        r"mat1 and mat2 shapes|size mismatch, got input|shapes cannot be multiplied",
        "A linear layer takes another number of features than reach it. Print the shape just "
        "before: is something not flattened, or is the size reckoned for another input?",
    ),
    (
        "RuntimeError",
        r"expected input\[.*\] to have \d+ channels|weight of size .* expected input",
        "A convolution takes another number of channels than reach it. Follow the channels from "
        "layer to layer; grouped convolutions have a part of them only.",
    ),
    (
        "RuntimeError",
        r"running_mean should contain|weight to be a vector of size",
        "A norm layer is made for another number of channels than reach it.",
    ),
    (
        "RuntimeError",
        r"must match the size of tensor b|Sizes of tensors must match|expanded size of the tensor",
        "Two tensors that meet here have sizes that do not fit. Print both shapes just before.",
    ),
    (
        "RuntimeError",
        r"expected scalar type|mixed dtype|must have the same dtype|to have the same dtype",
        "Tensors of dtypes that do not fit meet. Make new tensors like the input: "
        "`torch.zeros(n, dtype=x.dtype, device=x.device)`.",
    ),
    (
        "RuntimeError",
        r"leaf [Vv]ariable that requires grad",
        "A tensor whose gradient is wanted is changed in place (`+=`, `x[i] = …`, a function that "
        "ends in `_`). Write the result into a new tensor.",
    ),
    (
        "RuntimeError",
        r"modified by an inplace operation",
        "A tensor that back-propagation still needs is changed in place (`+=`, `x[i] = …`, a "
        "function that ends in `_`). Write the result into a new tensor.",
    ),
    (
        "RuntimeError",
        r"backward through the graph a second time",
        "The graph is used for a second backward pass: does something keep a tensor of the last "
        "step, with its history? `.detach()` cuts it off.",
    ),
    (
        "RuntimeError",
        r"does not require grad and does not have a grad_fn",
        "The loss has no history: something on the way takes the numbers out of the graph "
        "(`.detach()`, `.item()`, `.numpy()`, `torch.no_grad()`).",
    ),
    (
        "RuntimeError",
        r"is invalid for input of size",
        "The new shape holds another number of elements than the tensor has.",
    ),
    (
        "RuntimeError",
        r"view size is not compatible",
        "`.view` needs numbers that lie in order in memory: use `.reshape(…)` or `.flatten(1)`.",
    ),
    (
        "RuntimeError",
        r"could not infer output dtype|Input dtype must be either a floating",
        "A mean of whole numbers is asked for: convert first, `x.float()`.",
    ),
    (
        "RuntimeError",
        r"Boolean value of Tensor",
        "A condition got a whole tensor where one True or False belongs: say `.any()` or `.all()`, "
        "or use `torch.where` or a mask.",
    ),
    (
        "RuntimeError",
        r"all the tensors to be on the same device|to be on the same device",
        "Tensors on two devices meet. Make new tensors where the input is: `device=x.device`.",
    ),
    (
        "AssertionError",
        r"not compiled with CUDA",
        "There is no GPU here. Leave tensors where they come, and make new ones there: "
        "`device=x.device`.",
    ),
    (
        "RuntimeError",
        r"No CUDA GPUs|NVIDIA driver",
        "There is no GPU here. Leave tensors where they come, and make new ones there: "
        "`device=x.device`.",
    ),
    (
        "RuntimeError",
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy is used on the way (`np.…`, `.numpy()`): no gradient can flow back through it. Work "
        "on the tensors with PyTorch's own functions.",
    ),
    (
        "ValueError",
        r"only one element tensors can be converted",
        "A whole tensor stands where a single number belongs (`math.sqrt`, `float`). PyTorch's own "
        "functions take whole tensors: `torch.sqrt(x)`.",
    ),
    (
        "ValueError",
        r"expected .*\dD.* input \(got \dD input\)",
        "A layer is made for inputs with another number of axes. For pictures (N, C, H, W) it is "
        "one that ends in 2d, such as `nn.BatchNorm2d`.",
    ),
    (
        "ValueError",
        r"Expected more than 1 value per channel when training",
        "A batch norm in training mode gets a single number per channel. Should it be in "
        "evaluation mode? A layer made in `forward` is new each time, and never is: make layers in "
        "`__init__`.",
    ),
    (
        "TypeError",
        r"\.__init__\(\) takes 1 positional argument but",
        "A class that takes no arguments is given some. If it is yours, is its `__init__` spelt "
        "so, with two underscores on either side, and indented as part of the class?",
    ),
    (
        "TypeError",
        r"torch\.return_types",
        "`max`, `min`, `median` and the like give two things along an axis: take `.values`, or use "
        "`x.amax(dim=…)`.",
    ),
    (
        "TypeError",
        r"^view\(\) takes from 0 to 2",
        "This is a NumPy array, not a tensor: NumPy has been used on the way, and no gradient can "
        "flow back through it.",
    ),
    (
        "RuntimeError",
        r"arguments to matmul need to be at least 1D",
        "A product of matrices gets a single number: was more summed or averaged than is meant?",
    ),
    (
        "AttributeError",
        r"^type object",
        "The class has no attribute of this name: check the spelling.",
    ),
    (
        "RuntimeError",
        r"[Oo]utput size is too small|can't be greater than actual input size",
        "The picture has become smaller than the window. Follow height and width from layer to "
        "layer: a stride or a padding is another than in the table.",
    ),
)

_OF_PYTHON_AND_NUMPY: tuple[tuple[str, str, str], ...] = (
    (
        "IndexError",
        r"out of bounds|out of range",
        "An index goes past the end of an array. Does a loop run too far, or is a size or an index "
        "written as a fixed number that does not fit this input?",
    ),
    (
        "IndexError",
        r"too many indices|must be integers|only integers|must be of integer",
        "An index does not fit the array: check how many axes it has, and that each index is an "
        "int.",
    ),
    (
        "TypeError",
        r"'(numpy\.)?float\w*' object cannot be interpreted as an integer|slice indices must",
        "A size or an index came out as a float. Division with `/` always gives a float; use `//`.",
    ),
    (
        "TypeError",
        r"missing \d+ required|takes (from \d+ to )?\d+ positional|unexpected keyword",
        "A call inside your function has the wrong number or names of arguments.",
    ),
    (
        "TypeError",
        r"bitwise_xor|unsupported operand type\(s\) for \^",
        "`^` is no power in Python: write `x ** 2`.",
    ),
    (
        "TypeError",
        r"Cannot interpret .* as a data type|data type '?\S+'? not understood",
        "The shape is one argument, a tuple: `np.zeros((rows, columns))`, with two pairs of "
        "parentheses.",
    ),
    (
        "TypeError",
        r"only (0-dimensional|length-1|size-1) arrays",
        "A whole array stands where a single number belongs.",
    ),
    (
        "TypeError",
        r"can't multiply sequence",
        "A list or a pair is used like a number. Take a pair apart (`rows, columns = …`); wrap a "
        "list in `np.asarray(...)`.",
    ),
    (
        "OverflowError",
        r"out of bounds for u?int",
        "A number does not fit into the array's small integers (a byte, uint8, ends at 255). "
        "Convert the array first: `x.astype(float)`.",
    ),
    (
        "ValueError",
        r"values to unpack",
        "`a, b = …` takes an array apart along its first axis, which has another length here.",
    ),
    (
        "TypeError",
        r"'NoneType'",
        "Something is None where a value is needed. Often a function without `return`.",
    ),
    (
        "TypeError",
        r"not callable",
        "Something that is no function is called. Often a variable has taken a function's name.",
    ),
    (
        "TypeError",
        r"unary -: '(tuple|list)'|and '(tuple|list)'|'(tuple|list)' and|concatenate (tuple|list)",
        "A pair (or list) is used like one number. Take it apart first: `rows, columns = …`.",
    ),
    (
        "ValueError",
        r"could not broadcast input array from shape .* into shape \(.*\b0\b.*\)",
        "The slice you write into is empty. `out[p:-p]` is empty when p is 0: end it with a "
        "length, `out[p : p + h]`.",
    ),
    (
        "ValueError",
        r"could not broadcast input array",
        "What you write does not fit into its place. Print both shapes just before; is a height "
        "used where a width belongs?",
    ),
    (
        "ValueError",
        r"could not be broadcast|shape mismatch|mismatch in its core dimension|not aligned",
        "Two arrays that meet here have shapes that do not fit. Print both shapes just before.",
    ),
    (
        "ValueError",
        r"truth value of an array",
        "A condition got a whole array where one True or False belongs. Should it be one number "
        "(a sum, `@`)? If not, say `.any()` or `.all()`, or use `np.where` or a mask.",
    ),
    (
        "ValueError",
        r"assignment destination is read-only|read-only",
        "Your function writes into its input. Make a copy first: `x = x.copy()`.",
    ),
    (
        "ValueError",
        r"setting an array element with a sequence|inhomogeneous",
        "A whole array lands where a single number belongs, or rows have different lengths.",
    ),
    ("ValueError", r"negative dimensions", "A size came out negative: check the size formula."),
    (
        "ValueError",
        r"cannot reshape",
        "The new shape holds a different number of elements than the old one.",
    ),
    (
        "UnboundLocalError",
        r"",
        "A variable is used before it has a value, perhaps because the `if` that sets it was "
        "skipped.",
    ),
    ("NameError", r"'np'", "NumPy is not imported: run the notebook's first cell."),
    (
        "NameError",
        r"",
        "A name is not defined. Check the spelling, and that the cell defining it has been run.",
    ),
    (
        "AttributeError",
        r"'(list|tuple)' object",
        "A list is used like an array: wrap it in `np.asarray(...)`.",
    ),
    (
        "AttributeError",
        r"^'(?!function)\w+' object has no attribute",
        "An object has no attribute or method of this name. Check the spelling; is it set in "
        "`__init__` (`self.name = …`), and is its `def` indented as part of the class?",
    ),
    ("AttributeError", r"module", "This name does not exist in that module: check the spelling."),
    ("RecursionError", r"", "Your function calls itself without end."),
    ("ZeroDivisionError", r"", "A division by zero: which of your quantities can be 0 here?"),
    ("MemoryError", r"", "Far too large an array was asked for: print the shape before making it."),
    ("UFuncTypeError", r"", "The result of an in-place operation does not fit the array's dtype."),
    (
        "SystemExit",
        r"",
        "Your function ends the whole program (`exit()` or `quit()`). Use `return`.",
    ),
    ("KeyError", r"", "A dictionary has no such key. Print its keys just before."),
    ("AssertionError", r"", "An `assert` of your own does not hold here."),
)

CAUSES = (*_OF_PYTORCH, *_OF_PYTHON_AND_NUMPY)
