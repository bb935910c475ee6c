"""Text of unknown origin made fit for a record or a page: encodable, of bounded length, unable to
hide or reorder what stands around it. It is still to be escaped where it is put into HTML.
"""

from __future__ import annotations

LONGEST = 2000

_KEPT = "\n\t"
_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_INVISIBLE = "\u2028\u2029\u2060\ufeff\ufffe\uffff"

_REPLACED: dict[int, str] = (
    {code: "\N{REPLACEMENT CHARACTER}" for code in range(0xD800, 0xE000)}  # lone surrogates
    | {code: "\N{REPLACEMENT CHARACTER}" for code in range(0x80, 0xA0)}
    | {ord(c): "\N{REPLACEMENT CHARACTER}" for c in _BIDIRECTIONAL + _INVISIBLE}
    | {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in _KEPT}
    | {0x7F: "\N{SYMBOL FOR DELETE}"}
)


def plain(text: str, most: int = LONGEST) -> str:
    """The first `most` characters of `text`, every control character replaced by a visible sign.

    Line breaks and tabs stay. What was cut off is counted at the end.
    """
    kept = text[:most].replace("\r\n", "\n").translate(_REPLACED)
    left_out = len(text) - most
    return f"{kept} … ({left_out:,} more characters)" if left_out > 0 else kept
