"""Of which exports it is shown who saved a copy: every combination, once."""

from __future__ import annotations

import json
from itertools import product

import pytest
from sqlalchemy import insert

from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.tables import export_downloads
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportSource
from tests.builders import Desk
from tests.left_exports import left

_AT = "2026-11-22T09:00:00.000Z"
_RECORDS = {ExportSource.OBJECT, ExportSource.VIEW, ExportSource.SEGMENT}


def test_a_history_is_shown_of_plain_records_that_a_super_admin_saved_from_the_list(
    desk: Desk,
) -> None:
    edda = desk.user("Edda Berg", Permission.EXPORT)
    expected: dict[str, bool] = {}
    for source, sensitive, savers, from_list in product(
        ExportSource, (False, True), ((), ("own",), ("admin",), ("own", "admin")), (False, True)
    ):
        labels = json.dumps(["Salary"] if sensitive else [])
        export_id = left(desk, _AT, 1, edda.user_id, source=source.value, sensitive=labels)
        with desk.workspace.database.write() as tx:
            for saver in savers:
                by_admin = saver == "admin"
                tx.execute(
                    insert(export_downloads).values(
                        export_id=export_id,
                        user_id=1 if by_admin else edda.user_id,
                        at=tx.now_text,
                        address="192.0.2.7",
                        host="desk-7",
                        from_list=int(from_list),
                        by_super_admin=int(by_admin),
                    )
                )
        expected[export_id] = (
            source in _RECORDS and not sensitive and "admin" in savers and from_list
        )

    exports = desk.workspace.exports
    shown = exports.list(desk.admin, limit=1_000)

    assert len(shown) == len(expected) == len(ExportSource) * 2 * 4 * 2
    assert {each.id: each.has_history for each in shown} == expected
    assert {each.id for each in shown if each.downloads} == {
        export_id for export_id, is_shown in expected.items() if is_shown
    }
    for export_id, is_shown in expected.items():
        if is_shown:
            assert exports.history(desk.admin, export_id)
        else:
            with pytest.raises(UserError, match="no download history"):
                exports.history(desk.admin, export_id)
