"""A check's result as HTML for the notebook: readable in light and dark themes and on a phone.

Colour is never the only sign: every verdict is also a word, every wrong number is also framed.
"""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np

from coursekit.checking.render_text import HEADINGS
from coursekit.checking.result import Result
from coursekit.checking.windows import Window, place_in, window
from coursekit.exercises.comparison import RUNGS

PICTURE_FROM = 12
"""Rows and columns from which a 2-D array is shown as a picture as well."""

FITS = 24
"""Characters of a table's row that fit the narrowest screen."""

_COLOURS = {"passed": "#009E73", "attempted": "#767676"}
_FAILED = "#D55E00"


def render_html(result: Result) -> str:
    """The result as one HTML fragment without scripts or style sheets."""
    colour = _COLOURS.get(result.rung, _FAILED)
    parts = [
        f'<div class="coursekit-check" style="border-left:5px solid {colour};'
        'padding:.1em 0 .1em 1em;margin:.3em 0;max-width:60em">',
        f"<p><strong><code>{escape(result.name or 'check')}</code> "
        f"{escape(HEADINGS[result.rung])}</strong></p>",
    ]
    if result.rung == "attempted":
        ask = f"; <code>hint({escape(result.name)})</code> helps" if result.name else ""
        parts.append(
            f"<p>{text_html(result.message)} Write your answer, run its cell and check again{ask}."
            "</p></div>"
        )
        return "".join(parts)
    parts.append(f"<p>{text_html(result.message)}</p>")
    if result.diagnosis:
        parts.append(f"<p><strong>Likely cause:</strong> {text_html(result.diagnosis)}</p>")
    if "\n" in result.call:
        parts.append(
            f"<p>Lines run ({escape(result.case)}):</p>"
            f'<pre style="margin:.2em 0;padding:.3em .6em">{escape(result.call)}</pre>'
        )
    elif result.call:
        parts.append(f"<p>Call: <code>{escape(result.call)}</code> ({escape(result.case)})</p>")
    if not result.passed:
        parts.append(_tables(result))
        parts.append(_ladder(result))
    if result.printed:
        parts.append(
            f"<details><summary>What your function printed</summary>"
            f"<pre>{escape(result.printed)}</pre></details>"
        )
    parts += [f"<p>Warning on the way: {escape(w)}</p>" for w in result.warned]
    if result.note:
        parts.append(f"<p>{text_html(result.note)}</p>")
    return "".join([*parts, "</div>"])


def text_html(text: str) -> str:
    """`text` escaped, with code where it has backticks, and its line breaks kept."""
    pieces = escape(text).split("`")
    marked = "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(pieces))
    return marked.replace("\n", "<br>")


def _ladder(result: Result) -> str:
    steps = [f"{r} ✓" for r in result.climbed]
    failed = f"<strong>{result.rung} ✗</strong>"
    later = list(RUNGS[RUNGS.index(result.rung) + 1 : -1])
    line = " · ".join([*steps, failed, *later])
    return f'<p style="font-size:85%;opacity:.8">{line}</p>'


def _tables(result: Result) -> str:
    blocks = []
    for name, value in result.inputs.items():
        shown = window(value, at=place_in(value, result.wrong))
        if sum(map(len, shown.cells)) <= 64:
            blocks.append(_block(f"{name}{shown.where}", value, shown))
    if result.got is not None and result.expected is not None:
        got, expected = np.asarray(result.got), np.asarray(result.expected)
        if got.ndim or expected.ndim:
            same_shape = got.shape == expected.shape
            of = f" {result.output}" if result.output else ""
            whose = "your" if of else "yours"
            wrong = result.wrong if same_shape else None
            left = window(got, wrong, expected if same_shape else None)
            right = window(expected, wrong, got if same_shape else None)
            blocks.append(_block(f"{whose}{of}{left.where}", got, left))
            blocks.append(_block(f"expected{of}{right.where}", expected, right))
            if not (np.ma.is_masked(result.got) or np.ma.is_masked(result.expected)):
                blocks += _pictures(got, expected)
    if not blocks:
        return ""
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start">'
        + "".join(blocks)
        + "</div>"
    )


def _block(title: str, value: np.ndarray, shown: Window) -> str:
    shape = " × ".join(map(str, value.shape)) or "a single number"
    rows = []
    for cells, marked in zip(shown.cells, shown.marked, strict=True):
        rows.append("<tr>" + "".join(map(_cell, cells, marked)) + "</tr>")
    # What does not fit a phone scrolls, and must be reached with the keyboard to do so.
    widest = max(map(len, (title, *map("   ".join, shown.cells))))
    keys = f' tabindex="0" role="group" aria-label="{escape(title)}"' if widest > FITS else ""
    return (
        f'<div style="overflow-x:auto"{keys}><table style="border-collapse:collapse;'
        'font-family:monospace">'
        f'<caption style="text-align:left;white-space:nowrap">{escape(title)} ({shape})</caption>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


_NUMBER = "text-align:right;padding:.1em .5em;white-space:nowrap"


def _cell(text: str, marked: bool) -> str:
    if marked:
        return (
            f'<td style="{_NUMBER};border:2px solid {_FAILED}"><strong>{escape(text)}</strong></td>'
        )
    return f'<td style="{_NUMBER}">{escape(text)}</td>'


def _pictures(got: np.ndarray, expected: np.ndarray) -> list[str]:
    if expected.ndim != 2 or min(expected.shape) < PICTURE_FROM or got.ndim != 2:
        return []
    if not np.isfinite(expected).all():
        return []
    low, high = float(expected.min()), float(expected.max())
    pictures = [
        _picture("yours as a picture", got, low, high),
        _picture("expected as a picture", expected, low, high),
    ]
    if got.shape == expected.shape:
        error = np.abs(np.nan_to_num(got.astype(float)) - expected)
        alt = "where they differ (white)"
        pictures.append(_picture(alt, error, 0.0, float(error.max())))
    return pictures


def _picture(title: str, array: np.ndarray, low: float, high: float) -> str:
    from PIL import Image

    with np.errstate(all="ignore"):
        scaled = (np.nan_to_num(array.astype(float)) - low) / ((high - low) or 1.0)
    grey = np.clip(np.rint(scaled * 255), 0, 255).astype(np.uint8)[:256, :256]
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    width = max(128, grey.shape[1])
    return (
        '<figure style="margin:0">'
        f'<img alt="{escape(title)}, {array.shape[0]} by {array.shape[1]} pixels" width="{width}" '
        f'style="image-rendering:pixelated" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(title)}</figcaption></figure>"
    )
