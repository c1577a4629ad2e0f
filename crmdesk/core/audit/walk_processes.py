"""Several processes go through one long log, each through stretches of it.

A stretch is held against the entry before it as the file has it; that this is the entry which the
stretch before ended with is looked at when they are put together. Each reads a snapshot of its
own: entries are only added, and what was added since is not asked for.
"""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from crmdesk.core.audit.walk import BEGINNING, Link, Told, Walk, Walked, nobody
from crmdesk.core.db import sqlite_audit
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_seals import SEGMENT
from crmdesk.core.platform.helping import helping_process

#: Entries; whole segments, so that their seals serve.
_STRETCH = 50 * SEGMENT
#: Entries; a process takes half a second to start.
_WORTH_A_PROCESS = 100_000
_MOST_PROCESSES = 8
#: How long whoever wants to stop it may have to wait until that is seen.
_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries ``first`` to ``last`` of a log, and the signed hashes among them."""

    path: Path
    mac_key: bytes | None
    anchors: Mapping[int, bytes]
    first: int
    last: int


def processes_for(entries: int, processors: int) -> int:
    """How many processes should share a log of so many entries; 0 reads it right here."""
    many = min(processors, _MOST_PROCESSES, entries // _WORTH_A_PROCESS)
    return many if many > 1 else 0


def stretches(
    path: Path,
    mac_key: bytes | None,
    anchors: Mapping[int, bytes],
    last: int,
    length: int = _STRETCH,
) -> list[Stretch]:
    """A log of ``last`` entries in stretches of one length."""
    signed = sorted(anchors)

    def stretch(first: int) -> Stretch:
        until = min(first + length - 1, last)
        among = signed[bisect_left(signed, first) : bisect_left(signed, until + 1)]
        return Stretch(path, mac_key, {each: anchors[each] for each in among}, first, until)

    return [stretch(first) for first in range(1, last + 1, length)]


def walk_in_processes(
    connection: sqlite3.Connection,
    asked: Sequence[Stretch],
    processes: int,
    told: Told = nobody,
) -> Walked:
    """Let processes go through stretches; returns what is found up to the first bad entry.

    Args:
        connection: reads here what a process that failed has left.
        asked: of one log, in order, from its first entry on.
        processes: how many to start.
        told: hears how many entries were looked at, a few times a second; where it raises, the
            processes are ended.
    """
    with _walkers(processes) as pipes:
        found = _found(asked, pipes, told)
    link, erased, anchored, sealed, misfits = BEGINNING, 0, 0, 0, 0
    for number, stretch in enumerate(asked):
        walked = found.get(number)
        if walked is None or walked.before != link:
            walk = Walk(connection, stretch.mac_key, stretch.anchors, link, told)
            walked = walk.stretch(stretch.last)
        link, erased = walked.last, erased + walked.erased
        anchored = walked.anchored or anchored
        sealed, misfits = sealed + walked.sealed, misfits + walked.misfits
        if walked.reason is not None:
            return Walked(BEGINNING, link, erased, anchored, walked.reason, sealed, misfits)
    return Walked(BEGINNING, link, erased, anchored, None, sealed, misfits)


def _found(asked: Sequence[Stretch], pipes: Sequence[Connection], told: Told) -> dict[int, Walked]:
    """What came of each stretch, of all before the first with a bad entry at least."""
    found: dict[int, Walked] = {}
    busy: dict[Connection, int] = {}
    waiting = iter(range(len(asked)))
    bad = len(asked)

    def give(pipe: Connection) -> None:
        number = next(waiting, None)
        if number is not None and number < bad:
            with suppress(OSError):
                pipe.send(asked[number])
                busy[pipe] = number

    for pipe in pipes:
        give(pipe)
    while any(number < bad for number in busy.values()):
        ready = wait(list(busy), _LOOK_AGAIN_S)
        for pipe in [each for each in busy if each in ready]:
            number = busy.pop(pipe)
            # What a process that ended has left is read by whoever puts it together.
            with suppress(EOFError, OSError):
                found[number] = pipe.recv()
                bad = bad if found[number].reason is None else min(bad, number)
                give(pipe)
        told(sum(asked[number].last - asked[number].first + 1 for number in found))
    return found


@contextmanager
def _walkers(many: int) -> Iterator[list[Connection]]:
    """So many processes that wait for stretches; they are gone when the block ends, done or not."""
    with ExitStack() as stack:
        yield [stack.enter_context(helping_process(_work)).pipe for _ in range(many)]


def _work(pipe: Connection) -> None:
    """What another process does; it ends where nobody listens."""
    # Millions of tuples come and go, and none of them in a circle.
    gc.disable()
    while True:
        pipe.send(_walked(pipe.recv()))


def _walked(asked: Stretch) -> Walked:
    with sqlite_audit.open_for_verification(asked.path) as connection:
        before = BEGINNING
        if asked.first > 1:
            before = Link(asked.first - 1, *sqlite_audit.link_at(connection, asked.first - 1))
        return Walk(connection, asked.mac_key, asked.anchors, before).stretch(asked.last)
