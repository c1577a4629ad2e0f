"""The Restore tab in a window of its own, over a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.backup.model import Backup
from crmdesk.core.records.record import Record
from crmdesk.ui.restore.page import RestorePage
from tests.builders import Desk
from tests.ui.hands import AtWork, at_work

Open = Callable[..., AtWork]


@pytest.fixture
def open_page(qtbot: Any, tmp_path: Path) -> Iterator[Open]:
    """Builds the tab over what the test has put into its desk before."""
    with ExitStack() as opened:

        def build(desk: Desk, actor: Actor | None = None) -> AtWork:
            return opened.enter_context(at_work(RestorePage, desk, tmp_path, qtbot, actor))

        yield build


@pytest.fixture
def damaged(timed_desk: Desk) -> tuple[Desk, Backup, list[Record]]:
    """Three contacts that were backed up, then had phones overwritten and a city filled in."""
    people = [timed_desk.contact(firstname=f"Ann {n}", phone=f"555-010{n}") for n in range(3)]
    backup = timed_desk.backup()
    for person in people:
        timed_desk.edit(person, phone="000", city="Bergen")
    return timed_desk, backup, people
