from __future__ import annotations

from PySide6.QtCore import Qt

from crmdesk.ui.widgets.left_list import LeftList, ListItem
from tests.ui.clipping import clipped, stretched


def objects(show, longer=str) -> LeftList:
    places = LeftList("Objects")
    places.add_group(longer("Objects"))
    places.add("contacts", longer("Contacts"), "contact-round", "12,480")
    places.add("companies", longer("Companies"), "building-2", "3,204")
    places.add("conversations", longer("Talks"), "messages-square")
    show(places, height=500)
    return places


def test_a_press_goes_to_a_place(show, qtbot):
    places = objects(show)

    with qtbot.waitSignal(places.chosen) as told:
        qtbot.mouseClick(places.findChild(ListItem, "companies"), Qt.MouseButton.LeftButton)

    assert told.args == ["companies"]
    assert places.current == "companies"


def test_going_to_a_place_from_code_is_silent_and_none_can_be_current(show, qtbot):
    places = objects(show)

    with qtbot.assertNotEmitted(places.chosen):
        places.set_current("contacts")
    assert places.current == "contacts"
    places.set_current("")

    assert places.current == ""


def test_the_count_is_part_of_the_spoken_name(show):
    places = objects(show)

    places.set_count("contacts", "12,481")

    assert places.findChild(ListItem, "contacts").accessibleName() == "Contacts, 12,481"


def test_a_place_that_cannot_be_used_says_why_below_it(show):
    places = objects(show)

    places.set_reason("conversations", "Cannot be restored")

    item = places.findChild(ListItem, "conversations")
    assert not item.isEnabled()
    assert item.accessibleDescription() == "Cannot be restored"
    assert clipped(places) == []


def test_longer_words_still_fit_beside_their_counts(show):
    assert clipped(objects(show, stretched)) == []


def test_a_place_can_be_taken_away(show):
    places = objects(show)

    places.remove("companies")
    places.set_current("contacts")

    assert places.findChild(ListItem, "companies").isHidden()
