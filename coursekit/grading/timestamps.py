"""nbgrader's note of when something was handed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

TIMESTAMP = "timestamp.txt"
BYTES = 200

_FORM = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)? *([A-Za-z_/+:\d-]*)")


def timestamp(text: str) -> str:
    """ISO 8601 in UTC for "2026-02-03 15:58:23.948203 America/Los_Angeles"; "" for others."""
    found = _FORM.fullmatch(text.strip())
    if not found:
        return ""
    try:
        naive = datetime.fromisoformat(found[1])
        return naive.replace(tzinfo=_zone(found[2])).astimezone(UTC).isoformat()
    except (ValueError, OSError, KeyError, OverflowError):
        return ""


def _zone(name: str) -> tzinfo:
    if name in ("", "UTC", "Z"):
        return UTC
    if name[0] in "+-":
        offset = datetime.strptime(name, "%z").tzinfo
        assert offset is not None
        return offset
    return ZoneInfo(name)
