"""The language of the window: the locale of numbers and dates, and English plurals.

Plural texts are written once, in English, with both forms in sight::

    self.tr("%Ln value{|s} {was|were} cleared", "", count)

``%Ln`` is the number with the locale's grouping. A translation brings its own forms.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

_FORMS = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")


class EnglishPlurals(QTranslator):
    """Chooses between ``{one|many}``; every other text stays as it is."""

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, _context: str, source: str, _disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        if n < 0 or "{" not in source:
            return None
        return _FORMS.sub(lambda forms: forms[1 if n == 1 else 2], source)


def install_language(app: QCoreApplication) -> None:
    """Install plurals and a locale that groups digits; once, before the first text is made."""
    if app.property("language_installed"):
        return
    app.setProperty("language_installed", True)
    if QLocale.system().language() == QLocale.Language.C:
        # The "C" locale writes 12480 and has no words for months in sentences.
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    translator = EnglishPlurals(app)
    app.installTranslator(translator)
