"""Make the next items in a thread while the present one is being used."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

# Enough that neither thread waits for the other to be woken: with one item ahead, both did.
_AHEAD = 4


def read_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """Yield what ``items`` yields, a few items ahead of the reader.

    Worth it where making an item leaves the interpreter lock free (inflate, SQLite, hashing).
    """
    with ThreadPoolExecutor(1) as pool:
        coming = deque(pool.submit(next, items, None) for _ in range(_AHEAD))
        try:
            while (item := coming.popleft().result()) is not None:
                coming.append(pool.submit(next, items, None))
                yield item
        finally:
            for unwanted in coming:
                unwanted.cancel()
