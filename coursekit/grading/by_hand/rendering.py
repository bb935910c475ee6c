"""What a student wrote and drew, made safe to look at.

HTML in a text stays text, links and pictures from elsewhere become words, formulas stay as they
were typed. Every limit is there because a submission may be made to break the page.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from coursekit.grading.plain import plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

LONGEST_RENDERED = 20_000
"""Characters of a text that are laid out; the rest can be seen as plain text."""

LONGEST = 200_000
"""Characters of a text that are shown at all."""

LARGEST_IMAGE = 4_000_000
"""Bytes of one image."""

MOST_PIXELS = 25_000_000
MOST_IMAGES = 8

_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def safe_html(text: str) -> str:
    """Markdown as HTML without links and images; its only attributes are class names of ours."""
    return _markdown().render(plain(text, LONGEST_RENDERED))


def image_address(image: Mapping[str, str]) -> str | None:
    """A ``data:`` address; None unless the bytes are a PNG or JPEG picture of reasonable size."""
    data = image.get("data", "")
    if not isinstance(data, str) or len(data) > LARGEST_IMAGE * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    for magic, kind in _MAGIC.items():
        if content.startswith(magic) and _reasonable(content):
            return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
    return None


def _reasonable(content: bytes) -> bool:
    """Whether the header says PNG or JPEG and a size that a browser can hold."""
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
                width, height = picture.size
    except Exception:  # a forged header makes Pillow raise errors of many kinds
        return False
    return 0 < width * height <= MOST_PIXELS


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False})
    markdown.enable(["table", "strikethrough"]).disable("autolink")
    markdown.use(dollarmath_plugin, allow_labels=False, allow_digits=False, double_inline=True)
    markdown.core.ruler.push("tame", _tame)
    markdown.add_render_rule("link_open", _link_open)
    markdown.add_render_rule("link_close", _link_close)
    markdown.add_render_rule("image", _image)
    markdown.add_render_rule("math_inline", _inline_math)
    markdown.add_render_rule("math_inline_double", _display_math)
    markdown.add_render_rule("math_block", _block_math)
    return markdown


def _tame(state: StateCore) -> None:
    """Take the attributes from all that was parsed; headings stand below the page's own."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 2)}"
        _strip(token)
    _end_links(state.tokens)


def _strip(token: Token) -> None:
    address = token.attrs.get("href") or token.attrs.get("src")
    token.attrs = {}
    token.info = ""
    if address:
        token.meta["address"] = str(address)
    for child in token.children or ():
        _strip(child)


def _end_links(tokens: Sequence[Token]) -> None:
    """Let the end of each link know its address: it is written after the link's text."""
    for token in tokens:
        address = ""
        for child in token.children or ():
            if child.type == "link_open":
                address = child.meta.get("address", "")
            elif child.type == "link_close":
                child.meta["address"] = address


def _link_open(*_: Any) -> str:
    return '<span class="link">'


def _link_close(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return f" ({escape(tokens[index].meta.get('address', ''))})</span>"


def _image(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    token = tokens[index]
    words = (token.content, token.meta.get("address", ""))
    return f'<span class="link">[picture: {escape(", ".join(filter(None, words)))}]</span>'


def _inline_math(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return f'<span class="math">${escape(tokens[index].content)}$</span>'


def _display_math(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return f'<span class="math">$${escape(tokens[index].content)}$$</span>'


def _block_math(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return f'<p class="formula">$${escape(tokens[index].content)}$$</p>'
