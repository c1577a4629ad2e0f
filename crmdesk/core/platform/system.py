"""Which operating system this is, and how to ask its own small programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum


class System(StrEnum):
    """The operating systems the program knows; any other Unix counts as Linux."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


def current_system() -> System:
    """The operating system this process runs on."""
    return {"win32": System.WINDOWS, "darwin": System.MACOS}.get(sys.platform, System.LINUX)


def run_program(command: Sequence[str]) -> str:
    """Run a small program of the operating system and return what it printed.

    Raises:
        OSError: it is missing, failed, or took longer than ten seconds.
    """
    # Few starts run one; loading what runs it is a fiftieth of each.
    import subprocess

    try:
        done = subprocess.run(list(command), capture_output=True, text=True, check=True, timeout=10)
    except subprocess.SubprocessError as error:
        raise OSError(f"{command[0]} failed: {type(error).__name__}") from error
    return done.stdout
