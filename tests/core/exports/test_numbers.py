"""The list of exports as a window reads it: numbers of all, and only the rows in sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import (
    ExportFilter,
    ExportOrder,
    ExportRequest,
    ExportSource,
    ExportState,
)
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk


def export(desk: Desk, name: str, actor=None, source: str = "") -> str:
    asked = ExportRequest(RecordQuery("contacts"), name=name, source_name=source)
    return desk.workspace.exports.create(actor or desk.admin, asked)


def names(desk: Desk, actor=None, wanted: ExportFilter = ExportFilter(), **order) -> list[str]:  # noqa: B008
    exports, actor = desk.workspace.exports, actor or desk.admin
    numbers = exports.numbers(actor, wanted, **order)
    found = exports.numbered(actor, numbers)
    return [found[number].name for number in numbers]


def test_the_newest_comes_first_and_every_column_sorts_both_ways(timed_desk: Desk) -> None:
    for name, source in (("beta", "Z"), ("Alpha", "y"), ("Gamma", "X")):
        export(timed_desk, name, source=source)
        timed_desk.time.forward(seconds=1)

    assert names(timed_desk) == ["Gamma", "Alpha", "beta"]
    by_name = names(timed_desk, order=ExportOrder.NAME, descending=False)
    assert by_name == ["Alpha", "beta", "Gamma"]
    assert names(timed_desk, order=ExportOrder.SOURCE) == ["beta", "Alpha", "Gamma"]
    for order in ExportOrder:
        up = names(timed_desk, order=order, descending=False)
        assert names(timed_desk, order=order) == up[::-1]


def test_states_and_users_narrow_it(desk: Desk) -> None:
    edda = desk.user("Edda Berg", Permission.EXPORT)
    export(desk, "Mine")
    stopped = export(desk, "Hers", edda)
    desk.workspace.exports.cancel(desk.admin, stopped)

    of_edda = ExportFilter(users=(edda.user_id,))
    assert names(desk, wanted=of_edda) == ["Hers"]
    ended = ExportFilter(states=(ExportState.CANCELLED, ExportState.FAILED))
    assert names(desk, wanted=ended) == ["Hers"]
    assert names(desk, wanted=ExportFilter(states=(ExportState.QUEUED,))) == ["Mine"]


def test_sources_and_parts_of_a_name_narrow_it_in_any_case(desk: Desk) -> None:
    export(desk, "Åses liste")
    export(desk, "Other")
    for part in ("åse", "ÅSES", "LISTE"):
        assert names(desk, wanted=ExportFilter(name=part)) == ["Åses liste"]
    of_records = ExportFilter(sources=(ExportSource.OBJECT, ExportSource.VIEW))
    assert len(names(desk, wanted=of_records)) == 2
    assert names(desk, wanted=ExportFilter(sources=(ExportSource.SEGMENT,))) == []


def test_downloads_are_counted_and_sorted_only_where_their_history_is_shown(
    desk: Desk, tmp_path: Path
) -> None:
    desk.contact()
    edda = desk.user("Edda Berg", Permission.EXPORT)
    exports = desk.workspace.exports
    ids = {name: export(desk, name, edda) for name in ("Seen", "Secret")}
    for name, export_id in ids.items():
        desk.workspace.run_job(str(exports.show(edda, export_id).job_id))
        exports.download(edda, export_id, tmp_path / f"{name}.csv")
    exports.download(desk.admin, ids["Seen"], tmp_path / "again.csv")

    assert exports.show(edda, ids["Seen"]).downloads == 2
    assert exports.show(edda, ids["Secret"]).downloads is None
    assert names(desk, edda, order=ExportOrder.DOWNLOADS) == ["Seen", "Secret"]


@pytest.mark.parametrize("narrowed", [ExportFilter(), ExportFilter(name="m")])
def test_numbers_of_others_bring_nothing(desk: Desk, narrowed: ExportFilter) -> None:
    edda = desk.user("Edda Berg", Permission.EXPORT)
    export(desk, "Mine")
    exports = desk.workspace.exports
    numbers = exports.numbers(desk.admin)

    assert list(exports.numbers(edda, narrowed)) == []
    assert exports.numbered(edda, numbers) == {}
    (mine,) = exports.list(desk.admin)
    assert exports.number_of(desk.admin, mine.id) == numbers[0]
    assert exports.number_of(edda, mine.id) is None
    assert len(exports.numbered(desk.admin, [*numbers, 999])) == 1
