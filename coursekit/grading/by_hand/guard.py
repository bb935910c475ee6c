"""What keeps others out of a page that shows students' work on this machine.

The server listens on 127.0.0.1 only. That is not enough: other users of the machine can connect,
and any website open in the same browser can send requests there. So a random token is needed,
which becomes a cookie that no other site can make the browser send; the Host header is checked
against names rebound by a hostile name server, the Origin header of whatever writes; and the page
may run, load and connect to nothing but what we put there.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from tornado.web import HTTPError, RequestHandler

from coursekit.grading.by_hand.desk import MarkedMeanwhileError, NotThereError
from coursekit.grading.by_hand.errors import ByHandError

ADDRESS = "127.0.0.1"
LARGEST_REQUEST = 128 * 1024
"""Bytes. A mark with the longest comment needs a third of it."""

_NEVER_CHANGING = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Access:
    """Who may come in: the holder of the token once, the holder of the cookie after that."""

    port: int
    token: str = field(default_factory=_secret)
    session: str = field(default_factory=_secret)

    @property
    def address(self) -> str:
        """Where the page is; whoever knows it may mark."""
        return f"http://{ADDRESS}:{self.port}/?token={self.token}"

    @property
    def hosts(self) -> tuple[str, str]:
        """What a browser that means us says in its Host header."""
        return f"{ADDRESS}:{self.port}", f"localhost:{self.port}"

    @property
    def cookie(self) -> str:
        """Its name: browsers keep one jar for all ports of a host."""
        return f"coursekit-by-hand-{self.port}"


class Guarded(RequestHandler):
    """A handler behind the checks; every answer carries the headers, refusals too."""

    def initialize(self, **given: Any) -> None:
        """Called by Tornado with what the route was given: `access`, and more for some."""
        self.access: Access = given["access"]

    def set_default_headers(self) -> None:
        """Called by Tornado before anything else, and again before an error is written."""
        self.nonce = secrets.token_urlsafe(16)
        self.clear_header("Server")
        for name, value in _NEVER_CHANGING.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", _POLICY.format(nonce=self.nonce))

    def prepare(self) -> None:
        """Refuse what is not from our page, in our browser."""
        if self.request.headers.get_list("Host") not in ([host] for host in self.access.hosts):
            raise HTTPError(403, reason="Wrong host")
        if not self.may_enter():
            raise HTTPError(403, reason="No access")
        if self.request.method not in ("GET", "HEAD"):
            self._check_writing()

    def may_enter(self) -> bool:
        """Whether the request shows the cookie."""
        return _same(self.get_cookie(self.access.cookie), self.access.session)

    def shows_token(self) -> bool:
        """Whether the request shows the token."""
        return _same(self.get_query_argument("token", None), self.access.token)

    def let_in(self) -> None:
        """Give the browser its cookie."""
        self.set_cookie(
            self.access.cookie, self.access.session, httponly=True, samesite="Strict", path="/"
        )

    def told(self) -> dict[str, Any]:
        """The request's JSON object. Raises HTTPError 400: it is none."""
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise HTTPError(400, reason="JSON was expected") from None
        if not isinstance(body, dict):
            raise HTTPError(400, reason="A JSON object was expected")
        return body

    def write_error(self, status_code: int, **about: Any) -> None:
        """A refusal in words: JSON, without anything of our inside."""
        error = about.get("exc_info", (None, None, None))[1]
        answer: dict[str, Any] = {"error": self._reason}
        if isinstance(error, ByHandError):
            answer["error"] = str(error)
            self.set_status(404 if isinstance(error, NotThereError) else 400)
        if isinstance(error, MarkedMeanwhileError):
            answer["mark"] = error.mark
            self.set_status(409)
        self.finish(answer)

    def log_exception(self, *about: Any) -> None:
        """Tornado's log is for what surprises us; the page says the rest."""
        if not isinstance(about[1], ByHandError):
            super().log_exception(*about)

    def _check_writing(self) -> None:
        origin = f"http://{self.request.headers['Host']}"
        if self.request.headers.get_list("Origin") != [origin]:
            raise HTTPError(403, reason="Wrong origin")
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPError(415, reason="JSON was expected")


class Nothing(Guarded):
    """Every other address."""

    def prepare(self) -> None:
        """Refuse first, then say that there is nothing."""
        super().prepare()
        raise HTTPError(404)


def _same(shown: str | None, secret: str) -> bool:
    return shown is not None and hmac.compare_digest(shown.encode(), secret.encode())
