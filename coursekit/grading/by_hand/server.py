"""The server behind the page: HTTP on this machine only, for one marker."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError

from coursekit.grading.by_hand.desk import LONGEST_COMMENT, Desk, Given, Told
from coursekit.grading.by_hand.errors import ByHandError
from coursekit.grading.by_hand.guard import ADDRESS, LARGEST_REQUEST, Access, Guarded, Nothing
from coursekit.grading.by_hand.page import entrance, marking_page


class Front(Guarded):
    """The page; with the token, the way in."""

    def initialize(self, **given: Any) -> None:
        """Called by Tornado: `question` and `named` as in `marking_page`."""
        super().initialize(**given)
        self.question: str = given["question"]
        self.named: bool = given["named"]

    def may_enter(self) -> bool:
        """With the cookie or the token."""
        return super().may_enter() or self.shows_token()

    def get(self) -> None:
        """The page, or the way there."""
        if self.shows_token():
            self.let_in()
            self.finish(entrance(self.nonce))
            return
        self.finish(
            marking_page(
                self.nonce,
                question=self.question,
                named=self.named,
                longest_comment=LONGEST_COMMENT,
            )
        )


class Asked(Guarded):
    """What the page asks for and sends: JSON."""

    def initialize(self, **given: Any) -> None:
        """Called by Tornado: `desk` holds what is asked for."""
        super().initialize(**given)
        self.desk: Desk = given["desk"]

    def get(self, what: str) -> None:
        """Something to look at."""
        name = self.get_query_argument("question", "")
        if what == "questions":
            self._reply(self.desk.overview())
        elif what == "question":
            self._reply(self.desk.question(name, self.get_query_argument("names", "") == "1"))
        elif what == "answer":
            self._reply(self.desk.answer(name, self.get_query_argument("id", "")))
        else:
            raise HTTPError(404)

    def post(self, what: str) -> None:
        """Something to do."""
        body = self.told()
        name = _text(body, "question")
        if what == "mark":
            self._reply(self.desk.mark(name, _text(body, "id"), _given(body)))
        elif what == "spread":
            self._reply(self.desk.spread(name, _text(body, "id")))
        elif what == "undo":
            self._reply(self.desk.undo(name))
        else:
            raise HTTPError(404)

    def _reply(self, told: Told) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(told))


def application(
    desk: Desk, access: Access, *, question: str = "", named: bool = False
) -> Application:
    """All addresses there are."""
    return Application(
        [
            (r"/", Front, {"access": access, "question": question, "named": named}),
            (r"/api/([a-z]{1,20})", Asked, {"access": access, "desk": desk}),
        ],
        default_handler_class=Nothing,
        default_handler_args={"access": access},
        log_function=lambda _: None,  # Tornado's would write the token to the terminal
    )


async def serve(
    desk: Desk,
    ready: Callable[[Access], None],
    *,
    port: int = 0,
    question: str = "",
    named: bool = False,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve the page until `stop` is set, or Ctrl-C or SIGTERM comes.

    Args:
        desk: what is to be marked.
        ready: called when the page can be opened, with the address and its token.
        port: 0 for any that is free.
        question, named: see `marking_page`.

    Raises:
        ByHandError: the port is taken.
    """
    listening = _listening(port)
    access = Access(listening.getsockname()[1])
    server = HTTPServer(
        application(desk, access, question=question, named=named),
        max_body_size=LARGEST_REQUEST,
        max_header_size=16 * 1024,
        body_timeout=20,
        idle_connection_timeout=300,
    )
    stop = stop or asyncio.Event()
    with _signals(stop):
        server.add_socket(listening)
        try:
            ready(access)
            await stop.wait()
        finally:
            server.stop()
            await server.close_all_connections()


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.bind((ADDRESS, port))
        listening.listen()
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise ByHandError(
            f"Port {port} of this machine cannot be used ({error.strerror}): take another --port, "
            "or none for any that is free."
        ) from None
    return listening


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the block in order, where the system can do that."""
    loop = asyncio.get_running_loop()
    handled = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # Windows, or not the main thread
        handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def _given(body: dict[str, Any]) -> Given:
    points, items = body.get("points"), body.get("items")
    if points is not None and not (type(points) in (int, float) and abs(points) < 1e9):
        raise HTTPError(400, reason="Points are a number")
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise HTTPError(400, reason="Items are a list of texts")
    return Given(
        points=None if points is None else float(points),
        comment=_text(body, "comment"),
        items=items,
        seen=_text(body, "seen"),
    )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise HTTPError(400, reason=f"No {name} was sent")
    return value
