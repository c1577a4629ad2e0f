from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from crmdesk.ui.audit.page import AuditPage
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion
from tests.builders import Desk
from tests.ui.hands import AtWork
from tests.ui.pages import PageStand


@pytest.fixture
def stand(desk: Desk, qapp, tmp_path: Path) -> Iterator[PageStand]:
    apply_theme(qapp, "light")
    set_reduced_motion(True)
    made = PageStand(desk.workspace, desk.admin, tmp_path)
    yield made
    made.close()
    set_reduced_motion(None)


@pytest.fixture
def page(desk: Desk, stand: PageStand, qtbot) -> AuditPage:
    """The tab over a log of a dozen entries, shown and loaded."""
    ann = desk.contact(firstname="Ann", lastname="Devon", phone="555-0100")
    desk.edit(ann, phone="555-0199", firstname="Anna")
    desk.delete(desk.deal(dealname="Rattlesnake Canyon"))
    page = AuditPage(stand.desk)
    return shown(qtbot, page)


@pytest.fixture
def hands(page: AuditPage, desk: Desk, stand: PageStand, qtbot) -> AtWork:
    """Mouse and keys over the tab, and its window."""
    return AtWork(page, desk, stand, qtbot)


def entry_of(desk: Desk, **wanted: str) -> int:
    """The newest entry whose columns hold these values."""
    where = " AND ".join(f"{name} = ?" for name in wanted) or "true"
    rows = desk.sql(f"SELECT max(id) FROM audit_events WHERE {where}", *wanted.values())
    return int(rows[0][0] or 0)


def shown(qtbot, page: AuditPage, width: int = 1280, height: int = 700) -> AuditPage:
    page.resize(width, height)
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: page.table.count > 0)
    return page


def texts(widget: QWidget) -> str:
    """Every accessible name and text below a widget."""
    found = []
    for child in widget.findChildren(QWidget):
        if child.isVisibleTo(widget):
            found.append(child.accessibleName())
            text = getattr(child, "text", None)
            found.append(text() if callable(text) else "")
    return "\n".join(found)
