"""What every wizard stands in: a bar of steps, a banner, the step in sight, and a foot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, IconButton
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.stepper import Stepper


class WizardFrame(QWidget):
    """The frame of a wizard; what its buttons do is the wizard's own affair.

    Args:
        steps: names of the steps.
        close: what the x closes, e.g. "Close the import".
        back: the text of the button at the left of the foot.

    Attributes:
        stepper, close_button: in the bar.
        banner: hidden until :meth:`show_banner`.
        back, reason: in the foot; the reason stands left of the buttons that go on.
    """

    def __init__(
        self, steps: Sequence[str], close: str, back: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.stepper = Stepper(steps)
        self.close_button = IconButton("x", close)
        self.banner = Banner(BannerTone.INFO, " ")
        self.back = Button(back)
        self.reason = ElidedLabel("", TextStyle.CAPTION, "text2")
        self._stack = QStackedWidget()
        self._slot = QWidget()
        slot = QVBoxLayout(self._slot)
        slot.setContentsMargins(24, 12, 24, 0)
        slot.addWidget(self.banner)
        self._foot_row = QHBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        column.addWidget(self._slot)
        column.addWidget(self._stack, 1)
        column.addWidget(self._foot())
        self.hide_banner()

    def _bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "head")
        bar.setFixedHeight(px(48))
        row = QHBoxLayout(bar)
        row.setContentsMargins(22, 0, 16, 0)
        row.addWidget(self.stepper)
        row.addStretch(1)
        row.addWidget(self.close_button)
        return bar

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "foot")
        foot.setFixedHeight(px(56))
        row = self._foot_row
        foot.setLayout(row)
        row.setContentsMargins(24, 0, 24, 0)
        row.setSpacing(12)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.reason)
        return foot

    def add_steps(self, *pages: QWidget) -> None:
        """Add the pages of the steps, in order."""
        for page in pages:
            self._stack.addWidget(page)

    def add_ways_on(self, *buttons: QWidget) -> None:
        """Add the buttons at the right of the foot; the last one is the primary."""
        for button in buttons:
            self._foot_row.addWidget(button)

    def add_line(self, line: QWidget) -> None:
        """Put a thin line, such as a bar of progress, right below the steps."""
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(1, line)

    def show_page(self, number: int, *, finished: bool = False) -> None:
        """Show the page of a step, and where that is on the way."""
        self.stepper.set_current(number, finished=finished)
        self._stack.setCurrentIndex(number)

    def show_banner(self, tone: BannerTone, title: str, text: str = "", action: str = "") -> None:
        """Say something above the step; the step stays as it is."""
        self.banner.set_state(tone, title, text, action)
        self.banner.show()
        self._slot.show()

    def hide_banner(self) -> None:
        """Say nothing above the step."""
        self.banner.hide()
        self._slot.hide()
