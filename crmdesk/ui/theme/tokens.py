"""The table of colours, light and dark: the only place where a colour value is written.

Everything that paints asks ``current_tokens().color("text2")``; everything that the style sheet
colours is filled from the same table. Dark is drawn, not inverted: surfaces get lighter as they
rise, and the accent splits into a light one for text and lines and a deeper one for fills.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cache

from PySide6.QtGui import QColor


class Scheme(StrEnum):
    """Which of the two drawn sets of colours is shown."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tint:
    """A pair for an avatar: the fill and the initials on it."""

    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """All named colours of one scheme, each as ``#RRGGBB``."""

    scheme: Scheme
    window: str
    surface: str
    raised: str
    sunken: str
    neutral: str
    hover: str
    press: str
    border: str
    grid: str
    border_strong: str
    text: str
    text2: str
    text3: str
    disabled: str
    accent: str
    fill: str
    fill_hover: str
    fill_press: str
    on_fill: str
    soft: str
    soft_text: str
    danger: str
    danger_soft: str
    danger_fill: str
    danger_fill_hover: str
    warn: str
    warn_soft: str
    ok: str
    ok_soft: str
    ok_icon: str
    warn_icon: str
    ok_edge: str
    warn_edge: str
    danger_edge: str
    s1: str
    s2: str
    s3: str
    s4: str
    quiet: str
    scroll: str
    tip: str
    tip_text: str
    code_paper: str
    code_ink: str
    tints: tuple[Tint, ...]

    @property
    def dark(self) -> bool:
        """Whether light text stands on dark surfaces."""
        return self.scheme is Scheme.DARK

    def color(self, role: str) -> QColor:
        """Return the colour of a role such as ``"text2"``; an unknown role is a bug.

        The object is fresh, so that a caller may change its alpha.
        """
        return QColor(_parsed(getattr(self, role)))

    def colors(self) -> dict[str, str]:
        """All roles with their values, for the style sheet and the contrast test."""
        skipped = ("scheme", "tints")
        return {
            item.name: getattr(self, item.name) for item in fields(self) if item.name not in skipped
        }

    def high_contrast(self) -> Tokens:
        """The same scheme where every edge carries meaning and soft fills become outlines."""
        return replace(
            self,
            border=self.border_strong,
            grid=self.border_strong,
            soft=self.surface,
            ok_soft=self.surface,
            warn_soft=self.surface,
            danger_soft=self.surface,
            neutral=self.surface,
            ok_edge=self.ok_icon,
            warn_edge=self.warn_icon,
            danger_edge=self.danger,
            text2=self.text,
            text3=self.text2,
        )


@cache
def _parsed(value: str) -> QColor:
    return QColor(value)


LIGHT = Tokens(
    scheme=Scheme.LIGHT,
    window="#F4F5F7",
    surface="#FFFFFF",
    raised="#FFFFFF",
    sunken="#EBEDF0",
    neutral="#EBEDF0",
    hover="#F0F2F5",
    press="#E3E6EA",
    border="#DDE1E6",
    grid="#E8EBEE",
    border_strong="#868E99",
    text="#1A1D21",
    text2="#4A525C",
    text3="#626B76",
    disabled="#8A929C",
    accent="#2456C7",
    fill="#2456C7",
    fill_hover="#1D48AB",
    fill_press="#173B8D",
    on_fill="#FFFFFF",
    soft="#E6EDFB",
    soft_text="#1D48AB",
    danger="#B3261E",
    danger_soft="#FCECEA",
    danger_fill="#B3261E",
    danger_fill_hover="#931D17",
    warn="#7A4F00",
    warn_soft="#FFF4DA",
    ok="#17693F",
    ok_soft="#E4F4EA",
    ok_icon="#1E8750",
    warn_icon="#A86A00",
    ok_edge="#ABD8BE",
    warn_edge="#E8CB8A",
    danger_edge="#EDB9B4",
    s1="#2456C7",
    s2="#0B7F75",
    s3="#B4530A",
    s4="#8440A8",
    quiet="#6F90DB",
    scroll="#B9C0C8",
    tip="#22262B",
    tip_text="#FFFFFF",
    code_paper="#FFFFFF",
    code_ink="#000000",
    tints=(
        Tint("#D7E3FC", "#1D3F8F"),
        Tint("#D3EEE9", "#0B5049"),
        Tint("#EBDDF5", "#5F2A80"),
        Tint("#FBE0CF", "#7A3306"),
        Tint("#F9DADA", "#8C1D18"),
        Tint("#E2E6EA", "#3A414A"),
    ),
)

DARK = Tokens(
    scheme=Scheme.DARK,
    window="#15171A",
    surface="#1C1F23",
    raised="#262A2F",
    sunken="#111315",
    neutral="#2D3238",
    hover="#24282D",
    press="#2E3338",
    border="#343A41",
    grid="#2A2F35",
    border_strong="#757E89",
    text="#E8EAED",
    text2="#B6BCC4",
    text3="#959DA7",
    disabled="#727A84",
    accent="#8DB2FF",
    fill="#2F66D9",
    fill_hover="#3A70E2",
    fill_press="#2759C2",
    on_fill="#FFFFFF",
    soft="#1E2E50",
    soft_text="#A9C5FF",
    danger="#FF9087",
    danger_soft="#3A1F1E",
    danger_fill="#C4352B",
    danger_fill_hover="#A82B22",
    warn="#F0C575",
    warn_soft="#342912",
    ok="#7AD3A0",
    ok_soft="#172E20",
    ok_icon="#4DBB7F",
    warn_icon="#E0A93B",
    ok_edge="#31603F",
    warn_edge="#6B5526",
    danger_edge="#733B37",
    s1="#7CA6FF",
    s2="#4CC2B4",
    s3="#F0975A",
    s4="#C79AE6",
    quiet="#5277C4",
    scroll="#4A525B",
    tip="#E8EAED",
    tip_text="#15171A",
    code_paper="#FFFFFF",
    code_ink="#000000",
    tints=(
        Tint("#233A6B", "#C5D7FF"),
        Tint("#1E4A45", "#B5EBE2"),
        Tint("#46305A", "#E5CDF7"),
        Tint("#5A341A", "#FFD0AD"),
        Tint("#572827", "#FFC9C4"),
        Tint("#3A4149", "#DFE3E8"),
    ),
)

TOKENS = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}
