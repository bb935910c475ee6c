"""The line to the judge: messages forged, replayed, torn and too large."""

from __future__ import annotations

import textwrap
from typing import Any

from hostile import ATTACKS, ENDED, PRETENDS, Attack, answer

_WIRE = """
    import os, socket, threading
    from coursekit.grading.inside import wire

    def reply(value, **more):
        told = dict(seconds=0.0, value=value, error=None, where="", before=None, modified=[],
                    printed="", warned=[])
        return wire.encode({**told, **more})

    def found(**more):
        told = dict(there=True, callable=True, type="function", parameters=[["x", 1, False]],
                    changed=False, randomness="")
        return wire.encode({**told, **more, "class": False})

    def send(*messages):
        for message in messages:
            os.write(3, message)
"""


def _forger(name: str, body: str, says: str = PRETENDS + "|longer", **more: Any) -> None:
    answer(name, textwrap.dedent(_WIRE) + textwrap.dedent(body), says, **more)


_forger(
    "a message before the reply",
    """
    def pool(x, size=2):
        send(reply(np.zeros((x.shape[0] // size, x.shape[1] // size)), score=10, passed=True))
        return x
    """,
)
_forger(
    "answers to calls that were not made yet",
    """
    def pool(x, size=2):
        send(*(reply(np.zeros((2, 2))) for _ in range(200)))
        return x
    """,
)
_forger(
    "answers for the next questions",
    """
    def pool(x, size=2):
        send(reply(x), *[found(), *[reply(np.zeros((2, 2)))] * 60] * 3)
        return x
    """,
)
_forger(
    "a message of its own to every descriptor",
    """
    def pool(x, size=2):
        text = b'{"score": 10, "passed": true, "status": "passed"}\\n'
        for descriptor in range(256):
            for message in (text, reply(x), found(), b"\\0" * 64):
                try:
                    os.write(descriptor, message)
                except OSError:
                    pass
        return x
    """,
    everywhere=True,
)
_forger(
    "a message without end",
    """
    def pool(x, size=2):
        send(wire.LENGTHS.pack(1 << 24, 1 << 26))
        while True:
            send(bytes(1 << 16))
    """,
)
_forger(
    "a message of four gigabytes",
    """
    def pool(x, size=2):
        send(wire.LENGTHS.pack(0xFFFFFFFF, 0xFFFFFFFF))
        return x
    """,
    ENDED,
)
_forger("half a message", "def pool(x, size=2):\n    send(reply(x)[:9])\n    os._exit(0)")
_forger(
    "an array that is sent once and named a million times",
    """
    def pool(x, size=2):
        many = b",".join([b'["a","|u1",[4194304],0,"C"]'] * 100_000)
        text = b'{"seconds":0.0,"value":["l",[%s]]}' % many
        send(wire.LENGTHS.pack(len(text), 1 << 22), text)
        for _ in range(4):
            send(bytes(1 << 20))
        return x
    """,
)
_forger(
    "levels without end in a message",
    """
    def pool(x, size=2):
        for depth in (150, 400, 900, 100_000):
            text = b'{"seconds":0.0,"value":%s1%s}' % (b'["l",[' * depth, b"]]" * depth)
            send(wire.LENGTHS.pack(len(text), 0), text)
        return x
    """,
)
for kind, message in {
    "seconds without end": "reply(x, seconds=1.7e308)",
    "an error of arrays": "reply(x, error={'type': x, 'says': x})",
    "an error with an odd name": "reply(x, error={'type': 'ExceptionGroup', 'says': chr(0xD800)})",
    "lies of the wrong type": "reply(x, before=7, modified={}, printed=9, warned=[[]], where=x)",
    "arrays for words": "reply(x, seconds=x, error=x, where=x, before=x, modified=x)",
    "a promise of the judge's": """raw('{"value": ["g", "quadratic", [1]]}')""",
    "a class with a name": """raw('{"value": ["o", "class", "__import__"]}')""",
    "two values of one name": """raw('{"value": ["n", ["a", "a"], [1, 2]]}')""",
    "names that are none": """raw('{"value": ["n", [[], {}], [1, 2]]}')""",
    "an array of objects": """raw('{"value": ["a", "|O", [1], 0, "C"]}')""",
    "an array without end": """raw('{"value": ["a", "<f8", [1e999], 0, "C"]}')""",
    "an array of length 2⁶³": """raw('{"value": ["a", "<f8", [0, %d], 0, "S"]}' % (2**63 - 1))""",
    "an array before the message": """raw('{"value": ["a", "<f8", [true], -8, "R"]}')""",
    "a number of 5000 digits": """raw('{"value": ' + "9" * 5000 + "}")""",
    "a long integer": """raw('{"value": ["i", "' + "9" * 999 + '"]}')""",
    "time that is no number": """raw('{"value": NaN, "seconds": NaN}')""",
    "a list": 'raw("[]")',
    "half an object": 'raw("{")',
    "bytes": "raw(chr(255) * 9)",
}.items():
    _forger(
        f"replies with {kind}",
        f"""
        def raw(text):
            return wire.LENGTHS.pack(len(text), 0) + text.encode("latin-1")

        def pool(x, size=2):
            send({message})
            return x
        """,
    )
_forger(
    "a name that is an array",
    """
    def pool(x, size=2):
        send(found(type=x, parameters=[[["d", []], 7, 1]] * 3, changed=x, there=x, callable=x))
        send(wire.encode({"cell": x, "error": x, "seconds": x}))
        return x
    """,
)
ATTACKS.append(
    Attack(
        "a cell that answers for itself",
        first=textwrap.dedent(_WIRE)
        + textwrap.dedent(
            """
            send(wire.encode({"cell": np.arange(2), "error": None, "seconds": 0.0}))
            send(wire.encode({"cell": 2, "error": {"type": 7, "says": [], "line": "x"}}))
            """
        ),
        says=r"Cell 2",
    )
)
_forger(
    "no line any more",
    """
    def pool(x, size=2):
        os.closerange(0, 256)
        return x
    """,
)
_forger(
    "another line",
    """
    def pool(x, size=2):
        ours, theirs = socket.socketpair()
        os.dup2(theirs.fileno(), 3)
        return x
    """,
)
_forger(
    "a line that is closed in one direction",
    """
    def pool(x, size=2):
        socket.socket(fileno=3).shutdown(socket.SHUT_RD)
        return x
    """,
)
_forger(
    "descriptors for the judge",
    """
    import array

    def pool(x, size=2):
        line = socket.socket(fileno=os.dup(3))
        descriptors = array.array("i", [0, 1, 2] * 20)
        for _ in range(50):
            line.sendmsg([reply(x)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
        return x
    """,
)
_forger(
    "a thread that speaks all the time",
    """
    def speak():
        while True:
            send(reply(np.zeros((1, 1))))

    def pool(x, size=2):
        threading.Thread(target=speak, daemon=True).start()
        return x
    """,
)
_forger(
    "reads the calls and answers them with what was asked",
    """
    def pool(x, size=2):
        while True:
            head = os.read(3, 8)
            text, body = wire.lengths(head)
            told = wire.decode(os.read(3, text), os.read(3, body) if body else b"")
            send(reply(told.get("args", [0])[0]))
    """,
)
