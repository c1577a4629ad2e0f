"""Exports in the frame: the dialog, the list with every state, history, decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.ui.exports.dialog import CHOSEN, ExportDialog
from crmdesk.ui.records.page import RecordsPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of
from tests.ui.records.data import PEOPLE, fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state."""
    desk = desk_factory()
    fill(desk)
    window = window_of(desk).window
    window.go_to("records")
    page = window.page
    assert isinstance(page, RecordsPage)
    settle_until(lambda: page.face.table.count == len(PEOPLE))
    yield "records-button", window
    yield from _dialog(page)


def _dialog(page: RecordsPage) -> Iterator[tuple[str, QWidget]]:
    page.exports.ask()
    dialog = page.exports.dialog
    assert isinstance(dialog, ExportDialog)
    settle_until(lambda: dialog.estimate is not None)
    yield "dialog", dialog
    dialog.columns.setCurrentIndex(dialog.columns.findData(CHOSEN))
    settle_until(lambda: dialog.estimate is not None)
    dialog.chosen.click()
    settle(200)
    yield "dialog-columns", dialog
    dialog.reject()
