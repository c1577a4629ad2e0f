"""The overview above the list of exports: every figure narrows the list to what it counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from crmdesk.core.access.permissions import Permission
from crmdesk.core.clock import Clock, to_text
from crmdesk.core.exports.model import ExportSource
from tests.builders import Desk
from tests.left_exports import left
from tests.ui.clipping import clipped
from tests.ui.exports.test_list import show  # noqa: F401
from tests.ui.hands import AtWork, nameless


def past(desk: Desk) -> None:
    """Two people's exports of some weeks, a failed one and a backup among them."""
    now = Clock().now()
    edda = desk.user("Edda Berg", Permission.EXPORT)
    for days, records in ((0, 10), (3, 700), (3, 1), (20, 40), (50, 9_000)):
        left(desk, to_text(now - timedelta(days=days)), records, edda.user_id)
    left(desk, to_text(now - timedelta(days=3)), 5)
    left(desk, to_text(now - timedelta(days=3)), 5, state="failed")
    left(desk, to_text(now), 5_000, source=ExportSource.BACKUP.value)


def ready(hands: AtWork, rows: int) -> None:
    """Wait until the list has so many rows and the figures stand."""
    hands.wait(lambda: hands.page.table.count == rows and hands.page.overview.isVisible())


def test_each_figure_narrows_the_list_to_the_exports_that_it_counts(desk: Desk, show) -> None:  # noqa: F811
    past(desk)
    hands = show(desk)
    page, overview = hands.page, hands.page.overview
    ready(hands, 8)
    assert nameless(page) == []
    found = overview.found
    assert (overview.exports.figure.plain_text(), found.whole.exports) == ("5", 5)
    assert overview.records.figure.plain_text() == "756"
    names = [link.accessibleName() for link in overview.exporters.links]
    assert names == ["Edda Berg: 4 exports, 751 records", "Ingrid Solberg: 1 export, 5 records"]

    amounts = (found.this_month.amount, found.last_month.amount)
    figures = [(overview.exports.figure, found.whole), (overview.records.figure, found.whole)]
    figures += zip(overview.months.links, amounts, strict=True)
    figures += [
        (link, each.amount)
        for link, each in zip(overview.exporters.links, found.exporters, strict=True)
    ]
    for link, amount in figures:
        link.click()
        hands.wait(lambda amount=amount: page.table.count == amount.exports)
        assert page.table.query.filter.filter().users == amount.wanted.users
    page.filters.clear()
    ready(hands, 8)
    assert not page.filters.wanted.narrows


# The offscreen platform cannot raise the tooltip's window.
@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_a_day_is_chosen_in_the_chart_by_keys_and_in_its_table(desk: Desk, show) -> None:  # noqa: F811
    past(desk)
    hands = show(desk)
    page, overview = hands.page, hands.page.overview
    ready(hands, 8)
    chart = overview.exports.chart
    assert chart.accessibleDescription().startswith("5 exports. Most: ")
    hands.tab_to(chart)
    for _ in range(3):
        hands.press(Qt.Key.Key_Left)
    assert chart.points[chart.current].sentence.endswith(": 3 exports, 706 records")
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.table.count == 3)
    assert page.table.view.hasFocus()

    hands.tab_to(overview.as_table)
    hands.press(Qt.Key.Key_Space)
    table = overview.days.table
    hands.wait(lambda: table.isVisible() and table.count == 30)
    assert hands.texts(table, "exports")[:4] == ["1", "0", "0", "3"]
    hands.press(Qt.Key.Key_Home)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.table.count == 1)
    assert not overview.days.isVisible()

    page.filters.clear()
    hands.tab_to(overview.months.by_user)
    hands.press(Qt.Key.Key_Space)
    table = overview.by_user.table
    hands.wait(lambda: table.count >= 2)
    users = {found.user_name for found in overview.found.exporters}
    assert set(hands.texts(table, "text1")) == users
    hands.press(Qt.Key.Key_Home)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: len(page.table.query.filter.users) == 1)


def test_a_narrow_window_folds_the_charts_and_an_own_list_has_no_exporters(
    desk: Desk,
    show,  # noqa: F811
) -> None:
    past(desk)
    marc = desk.user("Marc Dubois", Permission.EXPORT)
    left(desk, to_text(Clock().now()), 3, marc.user_id)
    hands = show(desk, marc)
    ready(hands, 1)
    overview = hands.page.overview
    assert overview.exports.figure.plain_text() == "1"
    assert not overview.exporters.isVisible()
    hands.page.set_narrow(True)
    assert not overview.exports.chart.isVisible()
    assert overview.findChild(QAbstractButton, "overview_days").isVisible()
    hands.page.resize(600, 551)
    hands.wait(lambda: not clipped(hands.page))
