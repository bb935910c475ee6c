"""What lies in a folder of pictures: classes, picture files, other files, in a fixed order."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.data.pictures import PICTURE_ENDINGS, shown
from coursekit.errors import CourseError

#: What the names of sub-folders mean in a data set that is dealt out already.
PARTS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}

_NOT_OURS = "__MACOSX"  # left by archives


class PictureFolderError(CourseError, ValueError):
    """A folder does not hold pictures in classes; the message says what is there and what to do."""


@dataclass
class Scan:
    """The files of a folder; paths begin with the folder.

    Attributes:
        classes: names of the class folders, sorted; with parts, those of the training part.
        files, labels, parts: a picture file, its class and its part: "train", "validation",
            "test", or "" when the folder is not dealt out. Sorted by part, class and path.
        others: files that are no pictures by their names.
        unread: (path, reason) of links that lead nowhere and folders that cannot be listed.
    """

    classes: tuple[str, ...] = ()
    files: list[Path] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    unread: list[tuple[Path, str]] = field(default_factory=list)


def scan_folder(folder: Path) -> Scan:
    """Find the classes of a folder and their picture files.

    Each sub-folder is a class, with all pictures in it and in its own sub-folders. Where the
    sub-folders are called train and val or test (or training, valid, validation), and nothing
    else, and hold folders themselves, the classes lie in these. Hidden files and folders do not
    count. Links are followed; each folder of a class is entered once, so loops end.

    Raises PictureFolderError when there are no classes, one only, or one that train does not know.
    """
    if not folder.is_dir():
        raise PictureFolderError(
            f"{shown(folder)} is not a folder: give one that holds a sub-folder for each class"
        )
    scan = Scan()
    top = _sub_folders(folder, scan)
    rooms = _parts(top) or {"": folder}
    by_part = {part: top if not part else _sub_folders(room, scan) for part, room in rooms.items()}
    learned = next(iter(by_part))
    scan.classes = tuple(path.name for path in by_part[learned])
    _check(rooms[learned], scan)
    for part, class_folders in by_part.items():
        for path in class_folders:
            if path.name not in scan.classes:
                raise PictureFolderError(
                    f"{shown(path)} is a class that {shown(rooms[learned])} does not have: "
                    f"there are {', '.join(map(shown, scan.classes))}"
                )
            found = _pictures(path, scan)
            scan.files += found
            scan.labels += [scan.classes.index(path.name)] * len(found)
            scan.parts += [part] * len(found)
    return scan


def _parts(top: list[Path]) -> dict[str, Path]:
    """Part → its folder, "train" first; empty when the folder is not dealt out."""
    found: dict[str, Path] = {}
    for path in top:
        part = PARTS.get(path.name.lower(), "")
        if not part or part in found or not _sub_folders(path, Scan()):
            return {}
        found[part] = path
    if "train" not in found or len(found) == 1:
        return {}
    return {part: found[part] for part in ("train", "validation", "test") if part in found}


def _check(folder: Path, scan: Scan) -> None:
    if not scan.classes:
        loose = sum(_is_picture(path) for path in scan.others)
        raise PictureFolderError(
            f"{shown(folder)} has no sub-folders"
            + (f", but {loose} pictures of its own" if loose else " and no pictures")
            + ": make a sub-folder for each class, and put its pictures there"
        )
    if len(scan.classes) == 1:
        raise PictureFolderError(
            f"{shown(folder)} has one class only, {shown(scan.classes[0])}: add a sub-folder for "
            "each other class, or give another folder"
        )


def _entries(folder: Path, scan: Scan) -> list[Path]:
    """What lies in a folder and is not hidden, sorted by name."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        scan.unread.append((folder, f"cannot be listed: {error.strerror}"))
        return []
    return [folder / name for name in names if not name.startswith(".") and name != _NOT_OURS]


def _sub_folders(folder: Path, scan: Scan) -> list[Path]:
    entries = _entries(folder, scan)
    scan.others += [path for path in entries if not path.is_dir()]
    return [path for path in entries if path.is_dir()]


def _pictures(folder: Path, scan: Scan) -> list[Path]:
    """The picture files of a class, from its folder downwards, sorted."""
    found: list[Path] = []
    waiting, entered = [folder], set()
    while waiting:
        here = waiting.pop()
        if (real := os.path.realpath(here)) in entered:
            continue
        entered.add(real)
        for path in _entries(here, scan):
            if path.is_dir():
                waiting.append(path)
            elif not _is_picture(path):
                scan.others.append(path)
            elif path.is_file():
                found.append(path)
            else:
                reason = "is a link that leads nowhere" if path.is_symlink() else "is not a file"
                scan.unread.append((path, reason))
    return sorted(found)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_ENDINGS
