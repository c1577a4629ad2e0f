"""The look a person chose: theme, text size, font. Kept on this computer, not in the workspace."""

from __future__ import annotations

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from crmdesk.ui.remembered import remembered
from crmdesk.ui.theme.apply import SchemeChoice, apply_theme
from crmdesk.ui.theme.fonts import BASE_SIZE, LARGEST, SMALLEST

_SCHEMES: tuple[SchemeChoice, ...] = ("light", "dark", "system")


class Look:
    """Reads, keeps and applies the look.

    Args:
        app: the one application.
        settings: where it is kept.
    """

    def __init__(self, app: QApplication, settings: QSettings) -> None:
        self._app, self._kept = app, remembered(settings)

    @property
    def theme(self) -> SchemeChoice:
        """``light``, ``dark`` or ``system``."""
        kept = str(self._kept.value("look/theme", "system"))
        return next((scheme for scheme in _SCHEMES if scheme == kept), "system")

    @property
    def text_size(self) -> int:
        """Size of body text in pixels, 11 to 18."""
        try:
            kept = int(str(self._kept.value("look/text_size", BASE_SIZE)))
        except ValueError:
            kept = BASE_SIZE
        return min(max(kept, SMALLEST), LARGEST)

    @property
    def system_font(self) -> bool:
        """Whether the desktop's own font is used in place of Inter."""
        return str(self._kept.value("look/system_font", "false")) == "true"

    def set_theme(self, theme: str) -> None:
        """Choose a theme and show it."""
        self._keep("theme", theme)

    def set_text_size(self, size: int) -> None:
        """Choose the size of body text and show it."""
        self._keep("text_size", size)

    def set_system_font(self, system_font: bool) -> None:
        """Choose between Inter and the desktop's font and show it."""
        self._keep("system_font", "true" if system_font else "false")

    def apply(self) -> None:
        """Show the kept look."""
        apply_theme(self._app, self.theme, self.text_size / BASE_SIZE, system_font=self.system_font)

    def _keep(self, name: str, value: object) -> None:
        if str(self._kept.value(f"look/{name}", "")) != str(value):
            self._kept.set(f"look/{name}", value)
            self.apply()
