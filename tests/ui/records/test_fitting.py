"""No word of the Records tab is cut, in English and in longer languages."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.core.records.filters import parse_filter
from crmdesk.core.records.recycle_bin_model import bin_key
from crmdesk.core.records.views import ViewDefinition
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


@pytest.mark.parametrize("size", [(1280, 711), (960, 551)])
def test_groups_of_filters_segments_and_views_fit(filled, open_page, language, size):
    london = ((parse_filter("city:eq:London"),),)
    segments, views = filled.workspace.segments, filled.workspace.views
    made = segments.add(filled.admin, "contacts", "People in London", london)
    for name in ("Customers in London", "Changed this week"):
        views.add(filled.admin, "contacts", name, ViewDefinition(groups=london))
    records = open_page(filled)
    page = records.page
    records.wait(page.face.views.isVisible)
    page.face.filters.set_condition(Condition("city", Ask.STARTS_WITH, ("Lon",)))
    page.face.filters._add_line((Condition("createdate", Ask.PERIOD, ("last_30_days",)),))
    assert look(records, *size) == []
    page.open_link(f"records/contacts/segment/{made}")
    records.wait(lambda: page.face.segment is not None)
    page._segments._edit_filter()
    assert look(records, *size) == []


def test_the_dialogs_of_sets_and_bulk_actions_fit(filled, open_page, language):
    records = open_page(filled)
    page = records.page
    records.wait(lambda: page.face.table.count == 16)
    ids = page.face.table.ids[:3]
    openers = (
        lambda: page.bulk.edit(page.face.showing, ids),
        lambda: page.bulk.delete(page.face.object_type, ids),
        page._segments.make,
        page.face.views.save_as,
    )
    for opens in openers:
        opens()
        dialog = records.dialog()
        assert clipped(dialog) == []
        dialog.reject()
        records.wait(lambda: not records.dialogs())
    page.bulk.edit(page.face.showing, ids)
    dialog = records.dialog()
    row = dialog.rows[0]
    row.which.setCurrentIndex(row.which.findData("city"))
    row.value.set_text("Oslo")
    dialog.deed_button.click()
    records.wait(lambda: dialog.plan is not None)
    records.qtbot.wait(1)
    assert clipped(dialog) == []
    dialog.reject()


def test_the_question_who_keeps_an_address_fits(filled, open_page, language):
    gone = filled.contact(firstname="Ann", email="ann@example.org")
    filled.delete(gone)
    filled.contact(firstname="Anna", email="ann@example.org")
    records = open_page(filled)
    own = filled.workspace.definitions.object(filled.admin, "contacts")
    for ask in (records.page.bin_part.restore, records.page._purge):
        ask([bin_key(own.id, gone.id)])
        dialog = records.dialog()
        assert clipped(dialog) == []
        dialog.reject()
        records.wait(lambda: not records.dialogs())


@pytest.mark.parametrize("width", [1180, 1280, 1340, 1600])
def test_the_filters_that_are_off_give_way_before_the_row_breaks(filled, open_page, width):
    records = open_page(filled)
    page = records.page
    page.resize(width, 700)
    row = page.face.filters.rows[0]
    records.wait(lambda: page.width() == width and row.isVisible() and len(page.face.table.ids))
    for beside in (False, True):
        if beside:
            page.open_record(page.face.table.ids[0])
            records.wait(page.panel.isVisible)
            records.qtbot.wait(50)
        assert row.more.isVisible()
        assert row.more.y() < row.more.height(), (width, beside)
    row.set_condition(Condition("city", Ask.CONTAINS, ("London",)))
    records.wait(row.chips["city"].isVisible)
