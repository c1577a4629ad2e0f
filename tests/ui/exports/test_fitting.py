"""Nothing is cut off, in longer languages and small windows, and everything has a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.core.clock import Clock, to_text
from crmdesk.ui.exports.dialog import CHOSEN
from crmdesk.ui.settings.own_threshold import OwnThreshold
from crmdesk.ui.transfer.tab import ImportExportPage
from tests.left_exports import left
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.exports.test_dialog import counted, opened, pick, records  # noqa: F401
from tests.ui.exports.test_list import export, show, waiting  # noqa: F401
from tests.ui.hands import SIZE, SMALLEST, nameless
from tests.ui.records.conftest import filled, filled_template, open_page  # noqa: F401


@pytest.fixture(params=["as written", "a third longer"])
def wording(request, qapp) -> Iterator[str]:
    """English, and a language that needs more room."""
    translator = PseudoTranslator()
    if request.param == "a third longer":
        QApplication.installTranslator(translator)
    yield request.param
    QApplication.removeTranslator(translator)


def test_the_dialog_fits_with_every_field_in_sight(wording, records):  # noqa: F811
    records.page.exports.ask()
    dialog = opened(records)
    pick(dialog.columns, CHOSEN)
    dialog.associated.choose(["companies", "deals"])
    counted(records, dialog)
    records.wait(lambda: not clipped(dialog))
    # The dialog takes the height of its lines in a turn of its own.
    layout = dialog.layout()
    records.wait(lambda: dialog.height() == layout.totalHeightForWidth(dialog.width()))
    assert nameless(dialog) == []
    height = dialog.height()
    records.click(dialog.chosen)
    assert clipped(dialog.chosen.popover) == []
    deed = dialog.deed_button
    below = dialog.chosen.popover.geometry().bottom()
    assert below <= deed.mapTo(dialog, deed.rect().topLeft()).y()
    dialog.chosen.choose(["email", "firstname"])
    records.wait(lambda: dialog.estimate is None)
    assert dialog.height() == height
    counted(records, dialog)
    assert dialog.height() == height


@pytest.mark.parametrize("size", [SIZE, SMALLEST])
def test_the_list_and_the_panel_fit(wording, size, desk, show):  # noqa: F811
    _marc, export_id = waiting(desk)
    export(desk, name="Everybody")
    left(desk, to_text(Clock().now()), 12_123_456)
    hands = show(desk, page=ImportExportPage)
    page = hands.page
    page.resize(*size)
    page.set_narrow(size == SMALLEST)
    hands.wait(lambda: page.exports.table.count == 3 and page.exports.overview.isVisible())
    assert clipped(page) == []
    page.open_link(f"exports/{export_id}")
    hands.wait(lambda: not clipped(page))
    assert (page.width(), page.height()) == size
    page.exports.panel.show_page("history")
    hands.wait(lambda: not clipped(page))
    assert nameless(page) == []


def test_the_threshold_fits(wording, desk, show):  # noqa: F811
    hands = show(desk, page=OwnThreshold)
    hands.page.resize(560, 160)
    hands.page.edit.setText("0")
    hands.page.field.validate()
    hands.wait(lambda: not clipped(hands.page))
