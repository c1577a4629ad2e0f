"""What is remembered on this computer: held in memory, written by a thread of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakValueDictionary

from PySide6.QtCore import QSettings


class Remembered:
    """The values of one file of settings (on Windows: of one place in the registry).

    QSettings waits for the disk twice each time the event loop has nothing to do, and locks its
    values meanwhile. Beside a backup that fills the disk a mere change of tab held the window
    up for half a second. So they are read once and written elsewhere; by one thread that stays,
    since starting one waits until it runs, and beside busy jobs that takes its time.

    Args:
        settings: where they are kept; get it by :func:`remembered`.
    """

    def __init__(self, settings: QSettings) -> None:
        self._place, self._format = settings.fileName(), settings.format()
        self._values = {key: settings.value(key) for key in settings.allKeys()}
        self._lock = threading.Lock()
        self._unwritten: dict[str, object] = {}
        self._writing = False
        # The end of the program waits for what such a pool has to do.
        self._pool = ThreadPoolExecutor(1, "crmdesk-remember")

    def value(self, key: str, default: Any = None) -> Any:
        """The value of a key, as it was given or as text."""
        return self._values.get(key, default)

    def set(self, key: str, value: object) -> None:
        """Remember a value. It is soon on the disk, and before the program ends."""
        self._values[key] = value
        with self._lock:
            self._unwritten[key] = value
            if self._writing:
                return
            self._writing = True
        self._pool.submit(self._write)

    def _write(self) -> None:
        while batch := self._take():
            settings = QSettings(self._place, self._format)
            for key, value in batch.items():
                settings.setValue(key, value)
            # Its end writes as sync() would. But that one waits for the disk with Python's
            # interpreter in its hands: each change of tab held the window up, beside a backup for
            # a tenth of a second and more.
            del settings

    def _take(self) -> dict[str, object]:
        with self._lock:
            batch, self._unwritten = self._unwritten, {}
            self._writing = bool(batch)
            return batch


# One for each place, so that no two tell different things; the thread holds it until all is kept.
_known: WeakValueDictionary[str, Remembered] = WeakValueDictionary()


def remembered(settings: QSettings) -> Remembered:
    """The values of these settings; the same object for everyone who names the same place."""
    found = _known.get(settings.fileName())
    if found is None:
        found = _known[settings.fileName()] = Remembered(settings)
    return found
