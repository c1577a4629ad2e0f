"""Settings, Objects: each page of an object by mouse and keyboard, over a real workspace."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from crmdesk.core.records.create_forms import FormField
from crmdesk.core.records.pipeline_rows import NewStage
from crmdesk.core.records.types import PropertyType
from tests.ui.clipping import clipped
from tests.ui.hands import nameless
from tests.ui.settings.conftest import dialog_named, has_dialog

LEFT, ENTER, ALT = Qt.MouseButton.LeftButton, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def objects(settings_page, qtbot):
    """The page of objects, as a Super Admin sees it."""
    page = settings_page()
    page.show_section("objects")
    shown = page.shown_page
    qtbot.waitUntil(lambda: shown.shown_page.table.count > 0)
    return shown


def property_of(desk, name, object_name="contacts"):
    return desk.workspace.definitions.object(desk.admin, object_name).property(name)


def stage_names(desk, pipeline="default"):
    found = desk.workspace.pipelines.list(desk.admin, "deals")
    return [s.name for each in found if each.name == pipeline for s in each.stages]


def test_a_property_is_added_by_keyboard_with_a_name_made_from_its_label(objects, desk, qtbot):
    tab = objects.shown_page
    tab.add.setFocus()
    qtbot.keyClick(tab.add, ENTER)
    panel = tab.panel
    qtbot.keyClicks(panel.label, "Favourite boat")
    assert panel.name.text() == "favourite_boat"
    panel.kind.setCurrentIndex(panel.kind.findData("enumeration"))
    for text in ("Sloop", "Ketch"):
        qtbot.keyClicks(panel.options.text, text)
        qtbot.keyClick(panel.options.text, ENTER)
    panel.options.list.list.setFocus()
    qtbot.keyClick(panel.options.list.list, Qt.Key.Key_Up, ALT)
    assert not clipped(objects)
    panel.save.setFocus()
    qtbot.keyClick(panel.save, ENTER)

    qtbot.waitUntil(lambda: not panel.isVisible())
    found = property_of(desk, "favourite_boat")
    assert found.type is PropertyType.ENUMERATION
    assert [option.label for option in found.options] == ["Ketch", "Sloop"]
    qtbot.waitUntil(lambda: objects.shown_page.table.row(found.id) is not None)


def test_a_property_is_changed_in_its_panel(objects, desk, qtbot):
    tab, city = objects.shown_page, property_of(desk, "city")
    tab.open_property(city.id)
    panel = tab.panel
    assert not panel.name_field.isVisible()
    panel.label.setText("Town")
    panel.group.setCurrentText("Where")
    panel.description.setText("Where the person lives.")
    qtbot.mouseClick(panel.checks["required"].box, LEFT)
    qtbot.mouseClick(panel.save, LEFT)

    qtbot.waitUntil(lambda: property_of(desk, "city").label == "Town")
    now = property_of(desk, "city")
    assert (now.group, now.required, now.description) == ("Where", True, "Where the person lives.")
    qtbot.waitUntil(lambda: tab.group.findData("Where") > 0)


def test_a_wrong_name_is_told_at_its_field(objects, qtbot):
    tab = objects.shown_page
    qtbot.mouseClick(tab.add, LEFT)
    tab.panel.label.setText("Town")
    tab.panel.name.setText("city")
    qtbot.mouseClick(tab.panel.save, LEFT)
    qtbot.waitUntil(lambda: "already" in tab.panel.name_field.error)


def test_a_calculated_property_says_why_it_stays(objects, desk):
    tab = objects.shown_page
    tab.open_property(property_of(desk, "createdate").id)
    assert not tab.panel.save.isEnabled()
    assert "calculates" in tab.panel._notice.accessibleName()


def test_properties_are_narrowed_by_text_and_group(objects, desk, qtbot):
    tab = objects.shown_page
    qtbot.keyClicks(tab.search, "phone")
    qtbot.waitUntil(lambda: 0 < tab.table.count < 10)
    tab.search.clear()
    tab.group.setCurrentIndex(tab.group.findData("Address"))
    tab.group.activated.emit(tab.group.currentIndex())
    wanted = sum(
        p.group == "Address"
        for p in desk.workspace.definitions.object(desk.admin, "contacts").properties
    )
    qtbot.waitUntil(lambda: tab.table.count == wanted)


def test_a_property_is_put_away_and_brought_back(objects, desk, qtbot):
    tab, city = objects.shown_page, property_of(desk, "city")
    tab.table.action_chosen.emit("archive", city.id)
    dialog_named("archive_dialog").deed_button.click()
    qtbot.waitUntil(
        lambda: bool(desk.workspace.definitions.archived_properties(desk.admin, "contacts"))
    )
    qtbot.mouseClick(tab.mode._buttons["archived"], LEFT)
    qtbot.waitUntil(lambda: tab.table.count == 1)
    tab.table.action_chosen.emit("restore", city.id)
    qtbot.waitUntil(lambda: tab.table.count == 0)
    assert property_of(desk, "city").id == city.id


def test_a_property_moves_up_in_the_list(objects, desk, qtbot):
    tab, last = objects.shown_page, property_of(desk, "lastname")
    tab.table.action_chosen.emit("up", last.id)

    def before_the_first_name():
        names = [
            p.name for p in desk.workspace.definitions.object(desk.admin, "contacts").properties
        ]
        return names.index("lastname") < names.index("firstname")

    qtbot.waitUntil(before_the_first_name)


def test_a_type_changes_once_the_loss_is_ticked(objects, desk, qtbot, tmp_path):
    desk.contact(zip="8500")
    desk.contact(zip="none")
    objects.shown_page.open_type(property_of(desk, "zip"))
    dialog = dialog_named("type_dialog")
    qtbot.waitUntil(lambda: dialog.plan is not None)
    assert "1 value is carried over exactly." in dialog.numbers.plain_text()
    assert not dialog.deed_button.isEnabled()
    dialog.save_to(str(tmp_path / "left.csv"))
    qtbot.waitUntil((tmp_path / "left.csv").exists)
    # The dialog grows in the turn after its content did.
    qtbot.waitUntil(lambda: not clipped(dialog))
    qtbot.mouseClick(dialog.accept_losses.box, LEFT)
    dialog.deed_button.click()

    qtbot.waitUntil(lambda: property_of(desk, "zip").type is PropertyType.NUMBER)
    qtbot.waitUntil(lambda: not has_dialog("type_dialog"))


def test_groups_are_added_renamed_moved_and_deleted(objects, desk, qtbot):
    qtbot.mouseClick(objects.shown_page.groups, LEFT)
    dialog = dialog_named("groups_dialog")
    service = desk.workspace.property_groups

    def names():
        return [each.name for each in service.list(desk.admin, "contacts")]

    qtbot.keyClicks(dialog.name, "Harbour")
    qtbot.keyClick(dialog.name, ENTER)
    qtbot.waitUntil(lambda: "Harbour" in names())
    qtbot.waitUntil(lambda: len(dialog.groups.items()) == len(names()))
    item = dialog.groups.list.item(1)
    item.setText("Where")
    qtbot.waitUntil(lambda: "Where" in names())
    qtbot.waitUntil(lambda: dialog.groups.items()[1].key == "Where")
    dialog.groups.list.setCurrentRow(1)
    qtbot.mouseClick(dialog.groups.up, LEFT)
    qtbot.waitUntil(lambda: names()[0] == "Where")
    dialog.groups.list.setCurrentRow(0)
    qtbot.mouseClick(dialog.groups.remove, LEFT)
    ask = dialog_named("move_dialog")
    ask.places.setCurrentIndex(ask.places.findData("Harbour"))
    ask.deed_button.click()
    qtbot.waitUntil(lambda: "Where" not in names())
    assert property_of(desk, "city").group == "Harbour"
    dialog.accept()


def test_pipelines_are_added_renamed_ordered_and_deleted(objects, desk, qtbot):
    objects.show_object("deals")
    objects.show_page("pipelines")
    tab = objects.shown_page
    qtbot.mouseClick(tab.add_pipeline, LEFT)
    dialog = dialog_named("pipeline_dialog")
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: bool(dialog._error.plain_text()))
    qtbot.keyClicks(dialog.label, "Renewals")
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: tab.choice.count() == 2)

    def labels():
        return [each.label for each in desk.workspace.pipelines.list(desk.admin, "deals")]

    tab.choice.setCurrentIndex(1)
    tab._show_stages()
    qtbot.mouseClick(tab.up, LEFT)
    qtbot.waitUntil(lambda: labels() == ["Renewals", "Sales Pipeline"])
    qtbot.waitUntil(lambda: tab.pipeline.label == "Renewals" and tab.choice.currentIndex() == 0)
    qtbot.mouseClick(tab.rename, LEFT)
    again = dialog_named("pipeline_dialog")
    again.label.setText("Extensions")
    again.deed_button.click()
    qtbot.waitUntil(lambda: labels()[0] == "Extensions")
    desk.deal(pipeline="renewals", dealstage=stage_names(desk, "renewals")[0])
    tab.read()
    qtbot.waitUntil(lambda: tab.pipeline.records == 1)
    qtbot.mouseClick(tab.remove, LEFT)
    ask = dialog_named("move_dialog")
    ask.places.setCurrentIndex(ask.places.findData("default/closedwon"))
    ask.deed_button.click()
    qtbot.waitUntil(lambda: labels() == ["Sales Pipeline"])
    assert desk.sql("SELECT dealstage FROM obj_deals") == [("closedwon",)]


def test_stages_are_added_changed_moved_and_deleted_with_their_records(objects, desk, qtbot):
    deal = desk.deal(pipeline="default", dealstage="contractsent")
    objects.show_object("deals")
    objects.show_page("pipelines")
    tab = objects.shown_page
    qtbot.waitUntil(lambda: tab.table.count == 7)
    won = next(each for each in tab.pipeline.stages if each.name == "closedwon")
    assert tab.table.row(won.id).cells["probability"].text == "100 %"
    qtbot.mouseClick(tab.add_stage, LEFT)
    dialog = dialog_named("stage_dialog")
    qtbot.keyClicks(dialog.label, "Asked")
    qtbot.keyClicks(dialog.probability, "often")
    dialog.deed_button.click()
    assert "0 to 100" in dialog.probability_field.error
    dialog.probability.setText("12,5")
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: "asked" in stage_names(desk))
    qtbot.waitUntil(lambda: tab.table.count == 8)
    asked = next(each for each in tab.pipeline.stages if each.name == "asked")
    assert asked.probability == "0.125"
    tab.table.action_chosen.emit("up", asked.id)
    qtbot.waitUntil(lambda: stage_names(desk).index("asked") == 6)

    sent = next(each for each in tab.pipeline.stages if each.name == "contractsent")
    tab.table.action_chosen.emit("remove", sent.id)
    ask = dialog_named("move_dialog")
    assert "1 record stands in it and moves." in ask._decision.sentence
    ask.places.setCurrentIndex(ask.places.findData("asked"))
    ask.deed_button.click()
    qtbot.waitUntil(lambda: "contractsent" not in stage_names(desk))
    assert desk.value(deal, "dealstage") == "asked"


def test_the_records_of_pipelines_are_counted_outside_the_windows_thread(objects, desk, qtbot):
    objects.show_object("deals")
    objects.show_page("pipelines")
    tab = objects.shown_page
    qtbot.waitUntil(lambda: tab.choice.count() == 1)
    desk.pipeline("renewals", "asked", "renewed")

    tab.read()

    assert tab.choice.count() == 1
    qtbot.waitUntil(lambda: tab.choice.count() == 2)


def test_objects_without_stages_say_so(objects):
    objects.show_page("pipelines")
    tab = objects.shown_page
    assert not tab.add_stage.isVisible()
    assert "go through no pipeline" in tab.table._empty.accessibleName()


def test_labels_and_limits_are_set_up(objects, desk, qtbot):
    objects.show_page("associations")
    tab, service = objects.shown_page, desk.workspace.association_definitions
    tab.other.setCurrentIndex(tab.other.findData("companies"))
    tab.read()
    qtbot.mouseClick(tab.add, LEFT)
    dialog = dialog_named("label_dialog")
    qtbot.keyClicks(dialog.label, "Employer")
    qtbot.keyClicks(dialog.inverse, "Employee")
    assert not clipped(dialog)
    qtbot.keyClick(dialog.inverse, ENTER)
    qtbot.waitUntil(lambda: bool(service.labels(desk.admin, "contacts", "companies")))
    qtbot.waitUntil(lambda: tab.table.count == 1)
    found = service.labels(desk.admin, "contacts", "companies")[0]
    assert (found.label, found.inverse_label) == ("Employer", "Employee")

    qtbot.mouseClick(tab.limits[0][1], LEFT)
    limit = dialog_named("limit_dialog")
    limit.number.setText("none")
    limit.deed_button.click()
    assert limit.field.error
    limit.number.setText("3")
    limit.deed_button.click()
    qtbot.waitUntil(lambda: "at most 3 companies" in tab.limits[0][0].text())
    assert [each.maximum for each in service.limits(desk.admin)] == [3]

    tab.table.action_chosen.emit("remove", found.id)
    dialog_named("remove_label_dialog").deed_button.click()
    qtbot.waitUntil(lambda: not service.labels(desk.admin, "contacts", "companies"))


def test_the_create_dialog_is_laid_out_and_set_back(objects, desk, qtbot):
    objects.show_page("form")
    tab, service = objects.shown_page, desk.workspace.create_forms
    assert not tab.save.isEnabled()
    tab.fields.list.setCurrentRow(0)
    tab.fields.list.setFocus()
    qtbot.keyClick(tab.fields.list, Qt.Key.Key_Delete)
    tab.choice.setCurrentIndex(tab.choice.findData("zip"))
    qtbot.mouseClick(tab.add, LEFT)
    qtbot.keyClick(tab.fields.list, Qt.Key.Key_Space)
    assert not clipped(objects)
    qtbot.mouseClick(tab.save, LEFT)
    qtbot.waitUntil(lambda: bool(service.get(desk.admin, "contacts")))
    assert service.get(desk.admin, "contacts")[-1] == FormField("zip", required=True)
    qtbot.waitUntil(tab.reset.isEnabled)
    qtbot.mouseClick(tab.reset, LEFT)
    qtbot.waitUntil(lambda: service.get(desk.admin, "contacts") == ())


def test_an_object_is_added_renamed_put_away_and_brought_back(objects, desk, qtbot):
    qtbot.mouseClick(objects.add, LEFT)
    dialog = dialog_named("object_dialog")
    qtbot.keyClicks(dialog.label, "Boat")
    qtbot.keyClicks(dialog.plural, "Boats")
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: objects.choice.currentData() == "boats")
    objects.show_page("details")
    tab = objects.shown_page
    tab.label.setText("Vessel")
    qtbot.mouseClick(tab.save, LEFT)
    definitions = desk.workspace.definitions
    qtbot.waitUntil(lambda: definitions.object(desk.admin, "boats").label == "Vessel")
    qtbot.mouseClick(tab.remove, LEFT)
    ask = dialog_named("remove_object_dialog")
    qtbot.keyClicks(ask.name_edit, "boats")
    ask.deed_button.click()
    qtbot.waitUntil(objects.restore.isVisible)
    assert objects.choice.findData("boats") < 0
    qtbot.mouseClick(objects.restore, LEFT)
    back = dialog_named("restore_object_dialog")
    assert back.findChild(QComboBox, "archived_objects").currentText() == "Boats"
    back.deed_button.click()
    qtbot.waitUntil(lambda: objects.choice.findData("boats") >= 0)


def test_without_the_right_everything_is_shown_and_nothing_can_be_pressed(settings_page, desk):
    page = settings_page(desk.user("Una User"))
    page.show_section("objects")
    objects = page.shown_page
    assert not objects.shown_page.add.isEnabled()
    objects.show_object("deals")
    for key in ("pipelines", "associations", "form", "details"):
        objects.show_page(key)
        tab = objects.shown_page
        assert tab.reason
        first = {"pipelines": "add_stage", "associations": "add"}.get(key, "save")
        assert not getattr(tab, first).isEnabled()


def test_everything_has_a_name_and_nothing_is_cut_in_a_small_window(objects, desk, qtbot):
    desk.workspace.pipelines.add(desk.admin, "deals", "Renewals", [NewStage("Asked")])
    objects.window().resize(960, 551)
    objects.show_object("deals")
    for key in ("properties", "pipelines", "associations", "form", "details"):
        objects.show_page(key)
        assert nameless(objects) == [], key
        assert clipped(objects) == [], key
