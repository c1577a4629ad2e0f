"""No word of the Records tab is cut, in English and in longer languages."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.records.object_list import BIN
from tests.ui.clipping import PseudoTranslator, clipped


@pytest.fixture(params=["english", "longer"])
def language(request, qapp):
    """English as it is, or every sentence a third longer."""
    translator = PseudoTranslator()
    if request.param == "longer":
        qapp.installTranslator(translator)
    yield request.param
    QApplication.removeTranslator(translator)


def look(records, width: int, height: int) -> list[str]:
    records.page.resize(width, height)
    records.page.set_narrow(width < 1180)
    records.qtbot.wait(1)
    return clipped(records.page)


@pytest.mark.parametrize("size", [(1280, 711), (960, 551)])
def test_the_table_the_panel_its_fields_and_the_bin_fit(filled, open_page, language, size):
    records = open_page(filled)
    records.wait(lambda: records.page.face.table.count == 16)
    records.page.face.table.view.toggle_all()
    assert look(records, *size) == []

    records.page.face.filters.set_condition(Condition("lifecyclestage", Ask.ANY_OF, ("lead", "x")))
    records.page.open_record(1)
    records.wait(lambda: records.page.panel.history.entries)
    records.wait(lambda: records.page.panel.properties.complete)
    assert look(records, *size) == []

    records.page.panel.edit()
    assert look(records, *size) == []
    records.page.panel.discard()
    records.page.panel.show_page("history")
    assert look(records, *size) == []

    records.page.show_place(BIN)
    records.wait(lambda: records.page.bin.table.count == 3)
    records.page.open_record(records.page.bin.table.ids[0])
    assert look(records, *size) == []


def test_the_dialogs_fit(filled, open_page, language):
    records = open_page(filled)
    records.wait(lambda: records.page.face.table.count == 16)
    records.page.add_record()
    dialog = records.dialog()
    assert clipped(dialog) == []
    dialog.reject()
    records.wait(lambda: not records.dialogs())
    for ask in (records.page._delete, records.page._purge):
        ask([1])
        dialog = records.dialog()
        assert clipped(dialog) == []
        dialog.reject()
        records.wait(lambda: not records.dialogs())


def test_the_popovers_fit(filled, open_page, language):
    records = open_page(filled)
    filters = records.page.face.filters
    for name in ("lifecyclestage", "lastmodifieddate", "city", "hubspotscore", "hs_email_optout"):
        filters.open(name)
        for place in range(filters.popover.ask.count()):
            filters.popover.ask.setCurrentIndex(place)
            assert clipped(filters.popover) == [], (name, place)
        filters.popover.dismiss()
