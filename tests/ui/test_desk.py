"""What pages ask their desk for many times is read once, and again when it may have changed."""

from __future__ import annotations

from tests.ui.pages import PageStand


def test_the_zone_is_kept_until_something_changed(desk, qtbot, tmp_path):
    stand = PageStand(desk.workspace, desk.admin, tmp_path)
    first = stand.desk.zone
    desk.workspace.settings.set(desk.admin, "workspace.time_zone", "Asia/Tokyo")

    assert stand.desk.zone is first
    stand.desk.changed({"workspace.time_zone": "Asia/Tokyo"})
    assert stand.desk.zone.key == "Asia/Tokyo"
    stand.close()
