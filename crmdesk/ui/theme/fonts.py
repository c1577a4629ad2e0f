"""The bundled Inter and the eight text styles made from it.

Inter is bundled because the system's default font differs per machine, so that a text cut on one
is whole on another. Sizes are pixels at 100 % text scale and grow by one factor together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from crmdesk.core.resources import resource_path

TEXT_FAMILY = "Inter"
DISPLAY_FAMILY = "Inter Display"
_FILES = ("Inter-Regular", "Inter-Medium", "Inter-SemiBold", "InterDisplay-SemiBold")
BASE_SIZE = 13
SMALLEST, LARGEST = 11, 18


class TextStyle(StrEnum):
    """The named styles; ``MEDIUM`` is body in Medium, for names in tables and for buttons."""

    DISPLAY = "display"
    TITLE = "title"
    HEADING = "heading"
    STRONG = "strong"
    BODY = "body"
    MEDIUM = "medium"
    CAPTION = "caption"
    HEADER = "header"
    AXIS = "axis"


@dataclass(frozen=True, slots=True)
class Face:
    """Size and line height in pixels at 100 %, weight, and whether it is the display cut."""

    size: int
    line: int
    weight: QFont.Weight
    display: bool = False


FACES = {
    TextStyle.DISPLAY: Face(26, 32, QFont.Weight.DemiBold, display=True),
    TextStyle.TITLE: Face(20, 24, QFont.Weight.DemiBold, display=True),
    TextStyle.HEADING: Face(15, 20, QFont.Weight.DemiBold),
    TextStyle.STRONG: Face(13, 18, QFont.Weight.DemiBold),
    TextStyle.BODY: Face(13, 18, QFont.Weight.Normal),
    TextStyle.MEDIUM: Face(13, 18, QFont.Weight.Medium),
    TextStyle.CAPTION: Face(12, 16, QFont.Weight.Normal),
    TextStyle.HEADER: Face(12, 16, QFont.Weight.Medium),
    TextStyle.AXIS: Face(11, 16, QFont.Weight.Normal),
}


@dataclass(frozen=True, slots=True)
class Typography:
    """The families in use and the factor that every size is multiplied by."""

    text: str = TEXT_FAMILY
    display: str = DISPLAY_FAMILY
    scale: float = 1.0

    def size(self, style: TextStyle) -> int:
        """Letter size of a style in pixels."""
        return round(FACES[style].size * self.scale)

    def line(self, style: TextStyle) -> int:
        """Line height of a style in pixels."""
        return round(FACES[style].line * self.scale)

    def px(self, length: int) -> int:
        """A length that has to grow with the text, such as a row's height."""
        return round(length * self.scale)

    def font(self, style: TextStyle | str, tabular: bool = False) -> QFont:
        """A font of a style, with digits of one width where numbers stand under each other."""
        face = FACES[TextStyle(style)]
        font = QFont(self.display if face.display else self.text)
        font.setPixelSize(self.size(TextStyle(style)))
        font.setWeight(face.weight)
        # Full hinting at 1x spaces 13 px text unevenly.
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font


def clamped_scale(scale: float) -> float:
    """Keep the base size within what the layouts were drawn for: 11 to 18 pixels."""
    return min(max(scale, SMALLEST / BASE_SIZE), LARGEST / BASE_SIZE)


@cache
def load_fonts() -> bool:
    """Register the bundled fonts once; false when a file is missing or unreadable."""
    return all(
        QFontDatabase.addApplicationFont(str(resource_path("fonts", f"{name}.ttf"))) >= 0
        for name in _FILES
    )


def typography(scale: float, system_font: bool = False) -> Typography:
    """Choose the families: Inter, or the system's own when the user asked for it."""
    if system_font or not load_fonts():
        family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        return Typography(family, family, clamped_scale(scale))
    return Typography(scale=clamped_scale(scale))
