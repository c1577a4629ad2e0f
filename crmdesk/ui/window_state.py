"""What the window remembers from one start to the next. Nothing secret, no CRM data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtWidgets import QWidget

from crmdesk.ui.remembered import remembered
from crmdesk.ui.tables.cells import RowHeight, Sort

USUAL = QSize(1280, 800)
_TITLE_BAR = 40


def first_size(window: QWidget) -> QSize:
    """Size of a window at the first start: with its title bar it fits the screen it is on."""
    room = window.screen().availableSize()
    return USUAL.boundedTo(QSize(room.width(), room.height() - _TITLE_BAR))


@dataclass(frozen=True, slots=True)
class TableState:
    """How a person left a table.

    Attributes:
        columns: keys of the chosen columns in their order; empty means the default ones.
        widths: widths set by hand, by column key, in logical pixels.
        sort: the order, or None.
        height: the row height.
    """

    columns: tuple[str, ...] = ()
    widths: tuple[tuple[str, int], ...] = ()
    sort: Sort | None = None
    height: RowHeight = RowHeight.NORMAL


# Demonstrations come and go, each in a folder of its own.
_WORKSPACES = 8


class WindowState:
    """Geometry, tab and tables, kept on this computer.

    Args:
        settings: where to keep it; a file of its own in tests.
    """

    def __init__(self, settings: QSettings) -> None:
        self._kept = remembered(settings)

    @property
    def geometry(self) -> QByteArray:
        """The window's geometry as Qt saved it; empty at the first start."""
        value = self._kept.value("window/geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._kept.set("window/geometry", value)

    def tab(self, workspace: str) -> str:
        """Key of the tab that was open in a workspace; empty when it was not opened lately."""
        return self._tabs().get(workspace, "")

    def set_tab(self, workspace: str, key: str) -> None:
        """Remember the tab that is open; the workspaces used last are kept."""
        others = {known: tab for known, tab in self._tabs().items() if known != workspace}
        kept = dict(list({workspace: key, **others}.items())[:_WORKSPACES])
        self._kept.set("window/tabs", json.dumps(kept))

    def _tabs(self) -> dict[str, str]:
        try:
            kept = json.loads(str(self._kept.value("window/tabs", "{}")))
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in kept.items()} if isinstance(kept, dict) else {}

    def table(self, name: str, default: TableState | None = None) -> TableState:
        """The state of a table; the default when nothing readable is kept."""
        default = default or TableState()
        try:
            kept = json.loads(str(self._kept.value(f"tables/{name}", "")))
            return _table_from(kept)
        except (ValueError, LookupError, TypeError):
            return default

    def set_table(self, name: str, state: TableState) -> None:
        """Remember the state of a table."""
        sort = [state.sort.key, state.sort.descending] if state.sort else None
        kept = {
            "columns": list(state.columns),
            "widths": dict(state.widths),
            "sort": sort,
            "height": state.height.name,
        }
        self._kept.set(f"tables/{name}", json.dumps(kept))

    def recent(self, name: str) -> Sequence[str]:
        """A short list of keys used last, newest first (the palette's commands)."""
        try:
            kept = json.loads(str(self._kept.value(f"recent/{name}", "[]")))
        except ValueError:
            return ()
        return tuple(str(key) for key in kept) if isinstance(kept, list) else ()

    def add_recent(self, name: str, key: str, keep: int = 8) -> None:
        """Put a key at the head of a short list."""
        rest = [known for known in self.recent(name) if known != key]
        self._kept.set(f"recent/{name}", json.dumps([key, *rest][:keep]))


def _table_from(kept: dict[str, object]) -> TableState:
    columns = kept["columns"]
    widths = kept["widths"]
    sort = kept["sort"]
    if not isinstance(columns, list) or not isinstance(widths, dict):
        raise TypeError("not the state of a table")
    return TableState(
        tuple(str(key) for key in columns),
        tuple((str(key), int(width)) for key, width in widths.items()),
        Sort(str(sort[0]), bool(sort[1])) if isinstance(sort, list) else None,
        RowHeight[str(kept["height"])],
    )
