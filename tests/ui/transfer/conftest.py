from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion
from crmdesk.ui.transfer.page import TransferPage
from tests.builders import Desk
from tests.ui.pages import PageStand

WriteFile = Callable[..., Path]


@pytest.fixture
def stand(desk: Desk, qapp, tmp_path: Path) -> Iterator[PageStand]:
    apply_theme(qapp, "light")
    set_reduced_motion(True)
    made = PageStand(desk.workspace, desk.admin, tmp_path)
    yield made
    made.close()
    set_reduced_motion(None)


@pytest.fixture
def page(stand: PageStand, qtbot) -> TransferPage:
    return shown(qtbot, TransferPage(stand.desk))


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """Write a table of text; returns its path."""

    def write_lines(*lines: str, name: str = "contacts.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return write_lines


def shown(qtbot, page: TransferPage, width: int = 1280, height: int = 700) -> TransferPage:
    page.resize(width, height)
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    return page


def texts(widget: QWidget) -> str:
    """Every accessible name and text in sight below a widget."""
    found = []
    for child in widget.findChildren(QWidget):
        if child.isVisibleTo(widget):
            found.append(child.accessibleName())
            text = getattr(child, "text", None)
            found.append(text() if callable(text) else "")
    return "\n".join(found)
