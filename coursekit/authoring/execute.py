"""Executing a notebook, so that the same notebook gives the same bytes."""

from __future__ import annotations

import copy
import os
import re
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from coursekit.authoring.sources import SourceError

TIMEOUT = 120
"""Seconds for one cell."""

ENVIRONMENT = {
    "COURSEKIT_PROGRESS": "memory",
    "COURSEKIT_LIVE": "off",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
"""What the kernel sees: its own progress, finished pictures, one thread, no chance."""

_WIDGET = "application/vnd.jupyter.widget-view+json"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def execute(notebook: NotebookNode, lines: list[int], source: Path, folder: Path) -> None:
    """Run all cells in a fresh kernel and keep the outputs in `notebook`.

    Args:
        lines: the source line each cell begins on; source: the file to name in a complaint.
        folder: the kernel's working folder.

    Raises:
        SourceError: a cell failed, hung or wrote to stderr; begins with file and line.
    """
    metadata = copy.deepcopy(notebook.metadata)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env={**os.environ, **ENVIRONMENT})
    except CellExecutionError as error:
        raise SourceError(_complaint(notebook, lines, source, error)) from None
    except (CellTimeoutError, DeadKernelError) as error:
        index = _last_run(notebook)
        first = str(error).strip().splitlines()[0]
        raise SourceError(f"{source}:{lines[index]}: {first}") from None
    notebook.metadata = metadata  # the kernel adds its versions
    for cell, line in zip(notebook.cells, lines, strict=True):
        if cell.cell_type == "code":
            cell.outputs = _tidy(cell.outputs)
            cell.metadata.pop("execution", None)
            for output in cell.outputs:
                if output.output_type == "stream" and output.name == "stderr":
                    raise SourceError(f"{source}:{line}: the cell writes to stderr: {output.text}")


def _tidy(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join chunks of one stream (where they are cut is chance); drop live widgets' ids."""
    tidy: list[NotebookNode] = []
    for output in outputs:
        same_stream = (
            tidy
            and output.output_type == "stream"
            and tidy[-1].output_type == "stream"
            and tidy[-1].name == output.name
        )
        if same_stream:
            tidy[-1].text += output.text
            continue
        if "data" in output:
            output.data.pop(_WIDGET, None)
        tidy.append(output)
    return tidy


def _complaint(
    notebook: NotebookNode, lines: list[int], source: Path, error: CellExecutionError
) -> str:
    for cell, line in zip(notebook.cells, lines, strict=True):
        for output in cell.get("outputs", []):
            if output.output_type != "error":
                continue
            text = _ANSI.sub("", "\n".join(output.traceback))
            inside = re.findall(rf"Cell In\[{cell.execution_count}\], line (\d+)", text)
            offset = int(inside[-1]) - 1 if inside else 0
            return f"{source}:{line + offset}: {output.ename}: {output.evalue}"
    return f"{source}: {error.ename}: {error.evalue}"


def _last_run(notebook: NotebookNode) -> int:
    code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    run = [i for i in code if notebook.cells[i].execution_count]
    later = [i for i in code if i > run[-1]] if run else code
    return later[0] if later else code[-1]
