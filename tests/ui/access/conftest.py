"""A signed-in person in a real workspace, with or without two-factor authentication."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from PySide6.QtWidgets import QWidget

from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion
from tests.builders import Desk
from tests.ui.pages import PageStand


@pytest.fixture(autouse=True)
def look(qapp) -> Iterator[None]:
    apply_theme(qapp, "light")
    set_reduced_motion(True)
    yield
    set_reduced_motion(None)


@pytest.fixture
def stand(desk: Desk, qapp, tmp_path: Path) -> Iterator[PageStand]:
    made = PageStand(desk.workspace, desk.admin, tmp_path)
    yield made
    made.close()


@pytest.fixture
def page(qtbot) -> QWidget:
    """What dialogs open over."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


class Phone:
    """The authenticator app of the test: it never shows a code twice."""

    def __init__(self, secret: str) -> None:
        self._codes = pyotp.TOTP(secret)
        self._step = -1

    def code(self) -> str:
        """The next code that was not given yet; the one of the next half minute is taken too."""
        from time import time

        self._step = max(self._step + 1, int(time()) // 30)
        return self._codes.at(self._step * 30)


@pytest.fixture
def phone(desk: Desk) -> Phone:
    """Two-factor authentication is set up, half a minute ago."""
    from time import time

    two_factor = desk.workspace.two_factor
    secret = two_factor.begin_enrolment(desk.admin).secret
    codes = pyotp.TOTP(secret)
    two_factor.confirm_enrolment(desk.admin, codes.at(int(time()) - 30))
    return Phone(secret)
