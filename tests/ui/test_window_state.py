"""What the window remembers, and that nonsense in the file does no harm."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QSettings

from crmdesk.ui.remembered import remembered
from crmdesk.ui.tables.cells import RowHeight, Sort
from crmdesk.ui.window_state import TableState, WindowState


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def test_a_table_is_found_as_it_was_left(settings):
    state = TableState(
        ("name", "owner"), (("name", 180),), Sort("owner", descending=True), RowHeight.COMPACT
    )

    WindowState(settings).set_table("contacts", state)

    assert WindowState(settings).table("contacts") == state


def test_a_table_without_a_state_takes_the_default(settings):
    default = TableState(height=RowHeight.ROOMY)

    assert WindowState(settings).table("contacts", default) == default


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "{",
        "[]",
        "7",
        '{"columns": 3}',
        '{"columns": [], "widths": {}, "sort": [1], "height": "NORMAL"}',
        '{"columns": [], "widths": {}, "sort": null, "height": "HUGE"}',
    ],
)
def test_an_unreadable_state_is_the_default(settings, nonsense):
    settings.setValue("tables/contacts", nonsense)

    assert WindowState(settings).table("contacts") == TableState()


def test_the_geometry_is_kept(settings):
    state = WindowState(settings)
    assert state.geometry.isEmpty()

    state.geometry = QByteArray(b"abc")

    assert state.geometry == QByteArray(b"abc")


def test_each_workspace_keeps_its_own_tab_and_the_oldest_is_forgotten(settings):
    state = WindowState(settings)
    state.set_tab("/home/ann/northwind", "backup")
    for number in range(7):
        state.set_tab(f"/tmp/demo-{number}", "audit")

    assert state.tab("/home/ann/northwind") == "backup"
    assert state.tab("/tmp/demo-of-now") == ""
    state.set_tab("/tmp/demo-of-now", "records")
    assert state.tab("/home/ann/northwind") == ""


def test_the_command_used_last_comes_first_once(settings):
    state = WindowState(settings)
    for key in ("a", "b", "a"):
        state.add_recent("commands", key, keep=2)

    assert state.recent("commands") == ("a", "b")
    remembered(settings).set("recent/commands", "{")
    assert state.recent("commands") == ()
