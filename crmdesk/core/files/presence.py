"""What a path that a person named leads to, where the disk may refuse to say.

pathlib raises for a name that is too long and for a folder that may not be looked into. Here that
means "not there": whoever then opens or writes the file says in a sentence what is wrong with it.
"""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether a file can be seen there, or a link to one."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder can be seen there, or a link to one."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Whether anything can be seen there; a link that leads nowhere is nothing."""
    try:
        return path.exists()
    except OSError:
        return False


def typed_path(text: str | Path) -> Path:
    """A path as a person typed it: ``~`` is a home folder where it names one.

    A ``~`` before what is nobody's name is a character like any other: files are called so.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def absolute_path(text: str | Path) -> Path:
    """The same, from the root of the disk."""
    return typed_path(text).absolute()


def holds_nothing(folder: Path) -> bool:
    """Whether nothing can be seen in a folder, which need not be there."""
    try:
        return not any(folder.iterdir())
    except OSError:
        return True


def resolved(path: Path) -> Path:
    """Where a path really leads; itself where links lead in circles."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()
