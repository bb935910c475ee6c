"""Disks, output and nets."""

from __future__ import annotations

from hostile import answer, cell

answer(
    "writes into the classroom",
    """
    import os, shutil

    def pool(x, size=2):
        for attempt in (
            lambda: open("CLASSROOM/clean.ipynb", "w").write("{}"),
            lambda: os.remove("CLASSROOM/clean.ipynb"),
            lambda: os.truncate("CLASSROOM/clean.ipynb", 0),
            lambda: os.rename("CLASSROOM/clean.ipynb", "CLASSROOM/gone.ipynb"),
            lambda: os.link("CLASSROOM/clean.ipynb", "hard"),
            lambda: os.symlink("CLASSROOM", "soft") or open("soft/clean.ipynb", "w"),
            lambda: os.chmod("CLASSROOM/clean.ipynb", 0),
            lambda: os.utime("CLASSROOM/clean.ipynb", (0, 0)),
            lambda: os.mkdir("CLASSROOM/coursekit-hostile"),
            lambda: shutil.rmtree("CLASSROOM"),
        ):
            try:
                attempt()
            except OSError:
                pass
        return x
    """,
    r"shape|ended|raised",
    everywhere=True,
)
answer(
    "fills the disk",
    """
    import os, tempfile

    def pool(x, size=2):
        for place in (".", tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", "/"):
            try:
                with open(os.path.join(place, "coursekit-hostile"), "wb", buffering=0) as file:
                    for _ in range(2000):
                        file.write(bytes(1 << 20))
            except OSError:
                pass
        return x
    """,
    r"shape|ended|raised|longer",
    everywhere=True,
)
answer(
    "a hundred thousand files, and folders that cannot be removed",
    """
    import os

    def pool(x, size=2):
        try:
            for i in range(300):
                os.mkdir("coursekit-hostile-deep")
                os.chdir("coursekit-hostile-deep")
            os.chmod(".", 0)
            for i in range(100_000):
                open(f"../coursekit-hostile-{i}", "w").close()
        except OSError:
            pass
        return x
    """,
    r"shape|ended|raised|longer",
)
answer(
    "links to everywhere",
    """
    import os

    def pool(x, size=2):
        for i, target in enumerate(("/", "/etc/passwd", "CLASSROOM", "/proc/self/fd/3", ".")):
            try:
                os.symlink(target, f"coursekit-hostile-{i}")
            except OSError:
                pass
        os.mkfifo("coursekit-hostile-pipe")
        return open("coursekit-hostile-pipe").read()
    """,
    r"ended|raised|longer",
)

answer(
    "a gigabyte of output",
    """
    import os, sys
    from tqdm import tqdm

    def pool(x, size=2):
        for _ in tqdm(range(1000)):
            print("x" * (1 << 20))
            sys.stderr.write("y" * (1 << 18))
            sys.__stdout__.write("z" * (1 << 18))
            os.write(1, b"w" * (1 << 18))
            os.write(2, b"v" * (1 << 18))
        return x
    """,
    r"shape|ended|raised|longer",
    everywhere=True,
)
cell(
    "a cell that floods",
    """
    import os, warnings

    for i in range(500):
        print("x" * (1 << 20))
        os.write(2, b"v" * (1 << 18))
        warnings.warn(f"{i}" * 1000)
    """,
    r"",
)

answer(
    "sockets of all kinds",
    """
    import socket

    def pool(x, size=2):
        opened = []
        for family, kind, where in (
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 22)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 53)),
            (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 22)),
            (socket.AF_UNIX, socket.SOCK_STREAM, "\\0coursekit-hostile"),
            (socket.AF_UNIX, socket.SOCK_DGRAM, "coursekit-hostile-socket"),
            (getattr(socket, "AF_NETLINK", 16), socket.SOCK_RAW, (0, 0)),
            (getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM, (2, 22)),
        ):
            try:
                with socket.socket(family, kind) as end:
                    end.bind(where)
                    opened.append(family.name)
            except OSError:
                pass
        raise ValueError(f"opened {opened or 'nothing'}")
    """,
    r"opened nothing|ended",
    everywhere=True,
)
