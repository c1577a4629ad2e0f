"""The Backup tab in a window of its own, over a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmdesk.ui.backup.page import BackupPage
from tests.builders import Desk
from tests.ui.hands import AtWork, at_work

Open = Callable[[Desk], AtWork]


@pytest.fixture
def open_page(qtbot: Any, tmp_path: Path) -> Iterator[Open]:
    """Builds the tab over what the test has put into its desk before."""
    with ExitStack() as opened:

        def build(desk: Desk) -> AtWork:
            work = opened.enter_context(at_work(BackupPage, desk, tmp_path, qtbot))
            work.wait(lambda: work.page._vault is not None)
            work.wait(lambda: work.page.table.count == len(work.page._vault.backups))
            return work

        yield build
