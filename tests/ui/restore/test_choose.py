"""Choosing what to restore: objects, properties, numbers."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu

from crmdesk.core.backup.model import Backup
from crmdesk.core.records.record import Record
from crmdesk.core.restore.wizard import Step
from tests.builders import Desk
from tests.ui.restore.conftest import Open
from tests.ui.restore.ways import at_review, compared, from_backup, reviewed


def test_clears_are_counted_in_red_and_can_be_switched_off(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)
    panel = work.page.wizard.choose.panel

    work.page.flow.select(frozenset({"phone", "city"}))
    assert [line.text() for line in panel._lines] == [
        "3 values overwritten",
        "0 values filled in",
        "3 values cleared",
    ]
    assert panel._lines[2].property("tone") == "danger"
    work.click(panel.options.skip_clears.box)
    work.click(work.page.wizard.forward)
    reviewed(work)

    plan = work.page.flow.state.plan
    assert (plan.values.overwrite, plan.values.clear) == (3, 0)
    assert plan.skipped == {"clears_skipped": 3}


def test_conversations_are_listed_and_say_why_they_cannot_be_chosen(
    open_page: Open, timed_desk: Desk
) -> None:
    timed_desk.contact()
    timed_desk.add("conversations", subject="Hello")
    work = from_backup(open_page, timed_desk, timed_desk.backup())
    objects = work.page.wizard.choose.objects

    item = objects._items["conversations"]
    assert not item.isEnabled()
    assert item.accessibleDescription() == objects._reasons["conversations"].plain_text()
    assert "only backed up" in item.accessibleDescription()


def test_searching_and_showing_unchanged_properties_keeps_the_choice(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)
    compared(work)
    choose = work.page.wizard.choose
    table = choose.properties.table

    changed = table.count
    choose.search.setFocus()
    work.qtbot.keyClicks(choose.search, "city")
    work.wait(lambda: work.texts(table) == ["City"])
    assert work.page.flow.state.chosen == {"phone"}
    work.click_row(table, 0)
    assert work.page.flow.state.chosen == {"phone", "city"}
    assert work.page.escape(), "Esc clears the search"
    work.wait(lambda: table.count == changed)
    work.click(choose.only_changed)
    work.wait(lambda: table.count > changed)

    reasons = [row.reason for row in map(table.row, table.ids) if row is not None and row.reason]
    assert any("calculates" in reason for reason in reasons)
    assert work.page.flow.state.chosen == {"phone", "city"}


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
def test_a_group_narrows_the_properties(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)
    compared(work)
    choose = work.page.wizard.choose
    work.click(choose.only_changed)
    work.wait(lambda: choose.properties.table.count > 2)
    everything = choose.properties.table.count

    work.click(choose.group)
    menu = work.menu()
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()

    work.wait(lambda: 0 < choose.properties.table.count < everything)


def test_stopping_the_comparison_says_so_and_it_can_be_taken_up_again(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = open_page(desk)
    flow = work.page.flow
    flow.changed.connect(lambda: flow.stop() if flow.busy == "comparing" else None)
    work.page.open_link(f"restore/from/{backup.id}")
    work.wait(lambda: flow.state.step is Step.PROPERTIES and not flow.busy)
    flow.changed.disconnect()
    flow.changed.connect(work.page.wizard.show_state)

    assert work.page.wizard.banner.accessibleName().startswith("The comparison was stopped")
    assert not work.page.wizard.forward.isEnabled()
    work.click(work.page.wizard.banner.button)
    compared(work)
    assert work.page.wizard.forward.isEnabled()


def test_records_deleted_since_are_counted_with_the_way_to_the_recycle_bin(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    desk.delete(people[2])
    work = at_review(open_page, desk, backup, "phone")
    limits = work.page.wizard.review.limits

    link = next(b for b in limits.findChildren(type(work.page.wizard.primary)) if b.isVisible())
    assert link.plain_text() == "Open recycle bin"
    work.click(link)

    assert work.told.links == ["records/recycle-bin/contacts"]


def test_a_backup_without_an_object_that_can_be_restored_says_so(
    open_page: Open, timed_desk: Desk
) -> None:
    timed_desk.add("conversations", subject="Hello")
    backup = timed_desk.backup()
    work = open_page(timed_desk)

    work.page.open_link(f"restore/from/{backup.id}")
    work.wait(lambda: work.page.flow.state.step is Step.PROPERTIES)

    assert work.page.wizard.reason.text() == "No object of this backup can be restored"
    assert not work.page.wizard.banner.isVisible()
