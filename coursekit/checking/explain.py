"""Exceptions in a tutor's words: what usually causes this one, and where to look."""

from __future__ import annotations

import re

from coursekit.checking.limits import Ended, OutOfTime

_CAUSES: tuple[tuple[str, str, str], ...] = (
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
        r"missing \d+ required|takes \d+ positional|unexpected keyword",
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


def describe_error(error: BaseException, seconds: float) -> str:
    """``IndexError: index 5 is out of bounds …`` in at most 200 characters."""
    if isinstance(error, OutOfTime):
        return f"Still running after {seconds:g} seconds, so it was stopped."
    if isinstance(error, Ended):
        return str(error)
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "(its message cannot be printed)"
    return f"{type(error).__name__}: {text}"[:200] if text else type(error).__name__


def likely_cause(error: BaseException) -> str:
    """The usual cause of `error`, or "" when there is nothing useful to say."""
    if isinstance(error, OutOfTime):
        return (
            "Does every `while` loop come to an end? If it is only slow, let NumPy work on whole "
            "windows or arrays rather than on single numbers."
        )
    if isinstance(error, Ended):
        return ""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    try:
        text = str(error)
    except Exception:
        text = ""
    # UFuncTypeError is a private subclass of TypeError: the more special name comes first.
    for name, pattern, cause in sorted(_CAUSES, key=lambda c: c[0] != type(error).__name__):
        if name.lstrip("_") in {k.lstrip("_") for k in kinds} and re.search(pattern, text):
            return cause
    return ""
