"""The Restore tab in a window of its own, over a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.access.actor import Actor
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
