"""What is told of a check while it runs, and that it can be ended anywhere."""

from __future__ import annotations

from functools import partial

import pytest

from crmdesk.core.audit import index_keeping
from crmdesk.core.check import Watch, check_workspace
from crmdesk.core.errors import Cancelled
from tests.builders import Desk, KeyBox


def test_a_check_tells_what_it_looks_at_and_ends_wherever_it_is_told_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.contact()
    desk.backup()
    monkeypatch.setattr(index_keeping, "_MARKED_STEP", 1)
    index_keeping.keep_index(desk.workspace.database)
    heard: dict[str, list[tuple[int, int]]] = {}
    watch = Watch(lambda name, done, total: heard.setdefault(name, []).append((done, total)))
    found = check_workspace(desk.workspace, desk.admin, KeyBox(), watch=watch)

    assert [each.name for each in found] == list(heard)
    counted = ("content_digests", "audit_log", "audit_index")
    assert all((heard[name][-1][1] > 0) is (name in counted) for name in heard), heard
    assert all(done <= total for told in heard.values() for done, total in told)
    for name in list(heard)[:-1]:
        heard.clear()
        # Seals and pieces of the index may be thrown away by then: more is not promised.
        with pytest.raises(Cancelled, match="entries of the log are as they were"):
            check_workspace(
                desk.workspace,
                desk.admin,
                KeyBox(),
                watch=Watch(watch.told, partial(heard.__contains__, name)),
            )
        assert list(heard)[-1] == name
