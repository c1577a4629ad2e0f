"""What is kept of a fault in the program itself: where it happened, and no value of anybody's.

Messages of exceptions are left out, since they may quote what a person typed or what a record
holds; the names of the exceptions and the lines of our own code are enough to find the fault.
"""

from __future__ import annotations

import os
import platform as computer
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import platformdirs

import crmdesk
from crmdesk.core.clock import system_time
from crmdesk.core.platform.files import PROGRAM


def crash_folder() -> Path:
    """Where crash logs are kept; not created here."""
    return platformdirs.user_state_path(PROGRAM, appauthor=False)


def write_crash_log(error: BaseException, folder: Path | None = None) -> Path | None:
    """Write a crash log (0600) and return its path; None when even that is not possible."""
    where = folder or crash_folder()
    now = system_time()
    path = where / f"crash-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write("\n".join([_heading(), f"At: {now.isoformat()}", *_story(error), ""]))
    except OSError:
        return None
    return path


def _heading() -> str:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return f"CRM Desk {crmdesk.__version__}, Python {version}, {computer.system()}"


def _story(error: BaseException) -> Iterator[str]:
    """The chain of exceptions, the last first, each with where it came from."""
    current: BaseException | None = error
    while current is not None:
        kind = type(current)
        yield f"{kind.__module__}.{kind.__qualname__}"
        for frame in traceback.extract_tb(current.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        current = current.__cause__ or current.__context__
