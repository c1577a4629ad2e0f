"""The one way in: ``crmdesk`` and ``python -m crmdesk``.

It decides between the window and the command line, which do not know each other.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WORKSPACE_OPTIONS = ("-w", "--workspace")
_OBJECTS_BETWEEN_SEARCHES = 50_000
_USUAL_SEARCHES = gc.get_threshold()


def main() -> int:
    """Run the program; returns its exit code."""
    if getattr(sys, "frozen", False):
        # A frozen program is its own interpreter: the processes that help an import start it.
        from multiprocessing import freeze_support

        freeze_support()
    if sys.argv[1:] == ["--version"]:
        # Asked by installers and scripts: not worth loading anything for.
        from crmdesk import __version__

        sys.stdout.write(f"crmdesk {__version__}\n")
        return 0
    from crmdesk.core import platform

    platform.set_private_umask()
    platform.disable_core_dumps()
    return run(sys.argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Open the window when nothing but a workspace is named, else do what is asked."""
    if _names_at_most_a_workspace(arguments):
        return _open_window(arguments)
    with _little_search_for_garbage():
        match list(arguments):
            case ["--workspace", folder, "job", "run", job_id, "--key-stdin"]:
                from crmdesk.cli.worker import run_worker

                return run_worker(Path(folder), job_id)
        from crmdesk.cli.main import run as run_command

        return run_command(_as_command(arguments), open_window=_open_at)


@contextmanager
def _little_search_for_garbage() -> Iterator[None]:
    """Let Python look for cycles after more new objects than its usual 700, and not at the end.

    Nearly all that a command makes is what it imports, and that stays: looking through it again
    and again, and once more at the end, was a quarter of a command's time. A window that was
    opened goes by Python's own rules.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    try:
        yield
    finally:
        if gc.get_threshold()[0] == _OBJECTS_BETWEEN_SEARCHES:
            gc.freeze()


def _names_at_most_a_workspace(arguments: Sequence[str]) -> bool:
    match list(arguments):
        case []:
            return True
        case [option]:
            return option.startswith("--workspace=")
        case [option, _]:
            return option in _WORKSPACE_OPTIONS
    return False


def _as_command(arguments: Sequence[str]) -> list[str]:
    """The arguments; a link alone, as a desktop gives one to its program, is one to open."""
    if len(arguments) == 1 and arguments[0].lower().startswith("crmdesk:"):
        return ["open", arguments[0]]
    return list(arguments)


def _open_at(folder: Path, place: str) -> int:
    return _open_window(["--workspace", str(folder), *(["--place", place] if place else [])])


def _open_window(arguments: Sequence[str]) -> int:
    gc.set_threshold(*_USUAL_SEARCHES)
    from crmdesk.app import main as open_window

    return int(open_window(_with_named_workspace(arguments, os.environ)) or 0)


def _with_named_workspace(arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The arguments, and the environment's workspace where they name none, as for commands."""
    named = environment.get("CRMDESK_WORKSPACE")
    return list(arguments) or (["--workspace", named] if named else [])


if __name__ == "__main__":
    sys.exit(main())
