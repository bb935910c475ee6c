"""A class to be marked by hand: realistic, messy and hostile answers, and a server for them."""

import asyncio
import base64
import contextlib
import http.client
import io
import json
import threading

from PIL import Image

from coursekit.grading.by_hand.desk import Desk
from coursekit.grading.by_hand.server import serve
from coursekit.grading.records import ByHand, Kind, Record

RUBRIC = """\
What the answer should say:

- 1: names the receptive field
- 1.5: says that it grows with depth, with $r_l = r_{l-1} + (k - 1) j$
- ½: gives an example with numbers
- -1: confuses it with the number of channels
"""
ESSAYS = (
    "The receptive field is the part of the *image* that can change one output.",
    "It grows: two layers of 3×3 see 5×5 pixels, three see 7×7.\n\n- so depth helps\n- stride too",
    "# My answer\n\nWith $r_l = r_{l-1} + (k_l - 1) j_l$ we get\n\n$$\nr_3 = 1 + 2 + 2\n= 5\n$$",
    "| layer | sees |\n|---|---|\n| 1 | 3 |\n| 2 | 5 |\n\n```python\nprint(1 + 2 * 2)\n```",
    "i dont know but i think its the nr of channels ??? sorry ran out of time :(",
    "قد يكون مجال الاستقبال هو جزء الصورة الذي يراه العصبون.",
    "See [my blog](http://tracker.example/me?id=7) ![](http://tracker.example/pixel.png)",
)
HOSTILE = (
    "<script>document.title = 'owned'; fetch('/api/undo')</script>",
    '<img src=x onerror="window.owned = 1"> <svg onload=window.owned=1> [x](javascript:owned=1)',
    "</textarea></article></script><script>window.owned = 1</script>{{ 7 * 7 }} ${7 * 7}",
    "I said \u202eevif si erocs ym\u202c and \x00\x1b[31m and \ud800 alone",
    "<style>* { display: none }</style><base href=//evil.example><form action=//evil.example>",
    "word " * 200_000,
    "[" * 50_000,
    "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n" + "|a\n" * 5_000,
)


def png(width=320, height=200, colour=(30, 90, 160)):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def image(content, kind="image/png"):
    return {"type": kind, "data": base64.b64encode(content).decode()}


def record(student, text="", images=(), *, attempt=1, graded="2026-11-20T10:00:00+00:00", **rest):
    answers = (
        ByHand("why", "Why depth helps", 3, RUBRIC, text),
        ByHand(
            "plot", "Plot the loss", 2, "", "plt.plot(losses)  # mine", tuple(images), code=True
        ),
    )
    told = {
        "assignment": "unit 06",
        "student": student,
        "submission": f"{student}.ipynb",
        "digest": f"{attempt:064x}",
        "kind": Kind.GRADED,
        "graded": graded,
        "seed": 1,
        "level": "full",
        "by_hand": answers,
        "attempt": attempt,
    }
    return Record(**{**told, **rest})


def line(told):
    # A lone surrogate cannot be written as UTF-8: a grader would escape it.
    text = told.to_json()
    return text.encode("utf-8", "backslashreplace") + b"\n"


def write_class(folder, records):
    folder.mkdir(exist_ok=True)
    with (folder / "results.jsonl").open("ab") as file:
        file.writelines(map(line, records))


def the_class():
    """Forty students: essays, six blank answers, hostile ones, pictures that are none."""
    drawn = [
        [image(png())],
        [image(b"<svg onload=alert(1)>")],
        [image(b"GIF89a....")],
        [{"type": "text/html", "data": "<script>window.owned=1</script>"}],
        [image(png()), image(png(200, 300, (200, 60, 20)))],
        [],
    ]
    texts = [*HOSTILE, "", "  \n", "\u200b", "", "", "\t"]
    texts += [ESSAYS[i % len(ESSAYS)] + "!" * (i // len(ESSAYS)) for i in range(40 - len(texts))]
    names = [f"student{i:02d}" for i in range(39)] + ["<b>Robert'); DROP</b>\u202e"]
    return [
        record(name, text, drawn[i % len(drawn)])
        for i, (name, text) in enumerate(zip(names, texts, strict=True))
    ]


class Running:
    """A server in a thread, and a client that says exactly what it is told."""

    def __init__(self, folder, who="Ann", **options):
        self._ready = threading.Event()
        self._options = options
        self._desk = Desk(folder, who)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(10)

    async def _run(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await serve(self._desk, self._came, stop=self._stop, **self._options)

    def _came(self, access):
        self.access = access
        self._ready.set()

    def stop(self):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    @property
    def host(self):
        return f"127.0.0.1:{self.access.port}"

    @property
    def cookie(self):
        return f"{self.access.cookie}={self.access.session}"

    def ask(self, path, body=None, method=None, **changed):
        """Status, headers, content. Headers as a browser's; `changed` ones None are left out."""
        headers = {"Host": self.host, "Cookie": self.cookie}
        if body is not None:
            headers |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.access.port, timeout=10)
        with contextlib.closing(connection):
            method = method or ("GET" if body is None else "POST")
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            content = b"" if body is None else body
            if not isinstance(content, bytes):
                content = json.dumps(content).encode()
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def json(self, path, body=None, **changed):
        status, _, content = self.ask(path, body, **changed)
        assert status == 200, content
        return json.loads(content)


def a_mark(server, points=1, **changed):
    identifier = server.json("/api/question?question=why")["answers"][0]["id"]
    whole = dict(question="why", id=identifier, points=points, comment="", items=[], seen="")
    return whole | changed
