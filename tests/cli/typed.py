"""A pseudo-terminal that types answers, as a person would."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from dataclasses import dataclass

from tests.cli.conftest import Terminal, command

_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Typed:
    """How a command ended, and everything that stood on the screen."""

    code: int
    screen: str


def typed(terminal: Terminal, words: tuple[str, ...], *answers: tuple[str, str]) -> Typed:
    """Run a command at a terminal of its own; each answer is typed when its question stands."""
    child, screen = pty.fork()
    if child == 0:
        # Tests that run in the background inherit an interrupt that is ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(command(terminal.folder)[0], [*command(terminal.folder), *words])
    shown, waiting, seen = b"", list(answers), 0
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        ready, _, _ = select.select([screen], [], [], 1)
        if not ready:
            continue
        try:
            piece = os.read(screen, 4096)
        except OSError:
            # The other side of the terminal was closed: the command ended.
            break
        if not piece:
            break
        shown += piece
        if waiting and waiting[0][0].encode() in shown[seen:]:
            seen = len(shown)
            os.write(screen, waiting.pop(0)[1].encode() + b"\n")
    os.close(screen)
    _, status = os.waitpid(child, 0)
    text = shown.decode(errors="replace")
    assert "Traceback" not in text, text
    assert not waiting, text
    return Typed(os.waitstatus_to_exitcode(status), text)
