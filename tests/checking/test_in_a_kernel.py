"""Checks in a real Jupyter kernel, where output and the main thread are Jupyter's own."""

import os

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

CELLS = (
    "import numpy as np\nfrom coursekit import check",
    "def conv_output_size(n, f, stride=1, padding=0):\n    while True:\n        pass",
    "check(conv_output_size)",
    "def conv_output_size(n, f, stride=1, padding=0):\n"
    "    for i in range(200_000):\n        print('line', i)\n    return n",
    "check(conv_output_size)",
    "def conv_output_size(n, f, stride=1, padding=0):\n    raise SystemExit",
    "check(conv_output_size)",
    "def conv_output_size(n, f, stride=1, padding=0):\n"
    "    return (n + 2 * padding - f) // stride + 1",
    "check(conv_output_size)",
)


def test_what_a_student_can_do_in_a_notebook():
    notebook = new_notebook(cells=[new_code_cell(code) for code in CELLS])
    client = NotebookClient(notebook, timeout=60, kernel_name="python3")
    client.execute(env={**os.environ, "COURSEKIT_PROGRESS": "memory"})
    outputs = [cell.outputs for cell in notebook.cells]
    assert [len(o) for o in outputs] == [0, 0, 1, 0, 1, 0, 1, 0, 1]
    said = [o[0]["data"]["text/plain"] for o in outputs if o]
    assert "Still running after 5 seconds" in said[0]
    assert "while True" in said[0] or "line 3" in said[0] or "pass" in said[0]
    assert "more lines" in said[1]
    assert len(said[1]) < 4000
    assert "SystemExit" in said[2]
    assert "passed" in said[3]
