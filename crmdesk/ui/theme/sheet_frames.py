"""Style sheet of what holds and says things: labels, surfaces, tabs, menus, tables, scroll bars."""

from __future__ import annotations

LABELS = """
QLabel { background: transparent; }
QLabel[role="display"] {
    font-family: "$display_family"; font-size: ${size_display}px; font-weight: 600;
}
QLabel[role="title"] {
    font-family: "$display_family"; font-size: ${size_title}px; font-weight: 600;
}
QLabel[role="heading"] { font-size: ${size_heading}px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="medium"] { font-weight: 500; }
QLabel[role="caption"] { font-size: ${size_caption}px; color: $text3; }
QLabel[role="header"] { font-size: ${size_caption}px; font-weight: 500; color: $text3; }
QLabel[role="axis"] { font-size: ${size_axis}px; color: $text3; }
QLabel[tone="text"] { color: $text; }
QLabel[tone="text2"] { color: $text2; }
QLabel[tone="text3"] { color: $text3; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="ok"] { color: $ok; }
QLabel:disabled, QLabel[tone]:disabled { color: $disabled; }
QLabel[role="key"] {
    background: $neutral; color: $text2; border-radius: 4px; padding: 1px 8px;
    font-size: ${size_caption}px;
}
"""

SURFACES = """
QMainWindow, QFrame[role="window"] { background: $window; border: none; }
QDialog, QFrame[role="page"], QStackedWidget[role="page"] { background: $surface; border: none; }
QFrame[role="top_row"] { background: $window; border: none; }
QFrame[role="tab_row"], QFrame[role="head"] {
    background: $window; border: none; border-bottom: 1px solid $border;
}
QFrame[role="foot"] { background: $window; border: none; border-top: 1px solid $border; }
QFrame[role="left_list"] { background: $window; border: none; border-right: 1px solid $border; }
QFrame[role="panel"] { background: $surface; border: none; }
QFrame[role="panel_foot"] { background: transparent; border: none; border-top: 1px solid $border; }
QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="card"][tone="window"] { background: $window; }
QFrame[role="card"][tone="info"] { background: $soft; border-color: $chip_edge; }
QFrame[role="popover"] { background: $raised; border: 1px solid $border; border-radius: 10px; }
QFrame[role="toast"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[role="banner"] { border: 1px solid $border; border-radius: 8px; background: $surface; }
QFrame[role="banner"][tone="ok"] { background: $ok_soft; border-color: $ok_edge; }
QFrame[role="banner"][tone="info"] { background: $soft; border-color: $chip_edge; }
QFrame[role="banner"][tone="warn"] { background: $warn_soft; border-color: $warn_edge; }
QFrame[role="banner"][tone="danger"] { background: $danger_soft; border-color: $danger_edge; }
QFrame[role="banner"][strip="true"] { border-width: 0 0 1px 0; border-radius: 0; }
QFrame[role="rule"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="post"] { background: $border; border: none; max-width: 1px; min-width: 1px; }
QScrollArea { background: transparent; border: none; }
QFrame[role="focus_edge"] {
    background: transparent; border: 2px solid $accent; border-radius: 6px;
}
QSplitter::handle { background: $border; }
"""

TABS = """
QTabBar { background: transparent; border: none; font-weight: 500; }
QTabBar::tab {
    height: ${px32}px; padding: 2px 12px 0px 12px; margin: 0px;
    border: none; border-bottom: 2px solid transparent; background: transparent; color: $text2;
}
QTabBar[role="main"]::tab { height: ${px36}px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:disabled { color: $disabled; }
QTabBar::tab:selected:disabled { border-bottom-color: transparent; }
QTabBar[keyfocus="true"]::tab:selected {
    border: 2px solid $accent; border-radius: 6px; padding: 0px 10px 0px 10px;
}
/* Where tabs do not fit, two buttons scroll them; the torn edge says nothing that they do not. */
QTabBar::scroller { width: ${px28}px; }
QTabBar::tear { image: none; width: 0px; border: none; }
QTabBar QToolButton {
    min-width: 0px; min-height: 0px; border: none; border-radius: 0px; padding: 0px;
    background: $surface;
}
QTabBar QToolButton:hover { background: $hover; }
QTabBar QToolButton::left-arrow { image: url("$mark_left"); }
QTabBar QToolButton::right-arrow { image: url("$mark_right"); }
QTabBar QToolButton::left-arrow:disabled { image: url("$mark_left_off"); }
QTabBar QToolButton::right-arrow:disabled { image: url("$mark_right_off"); }
QTabBar[none="true"]::tab:selected { color: $text2; border-bottom-color: transparent; }
"""

MENUS = """
QMenuBar { background: transparent; border: none; }
QMenuBar::item { padding: 6px 9px; border-radius: 6px; background: transparent; color: $text2; }
QMenuBar::item:selected { background: $press; color: $text; }
QMenu { background: $raised; border: 1px solid $border; padding: 4px; color: $text; }
QMenu::item { padding: 6px 24px 6px 10px; border-radius: 4px; }
QMenu::item:selected { background: $soft; color: $soft_text; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 4px 6px; }
QMenu::indicator { width: ${px14}px; height: ${px14}px; margin-left: 8px; }
QMenu::indicator:checked { image: url("$mark_check_text"); }
QToolTip {
    background: $tip; color: $tip_text; border: none; padding: 4px 8px;
    font-size: ${size_caption}px;
}
"""

TABLES = """
QTableView, QTreeView, QListView {
    background: $surface; border: none; outline: none; color: $text;
    selection-background-color: $soft; selection-color: $text; gridline-color: $grid;
}
QListView[role="plain"], QListWidget[role="plain"] { background: transparent; }
/* What completes a search opens below it, as a combo box's list does. */
QListView[role="completions"] {
    background: $raised; color: $text; border: 1px solid $border; padding: 4px;
}
QListView::item { min-height: ${px32}px; padding: 0px 8px; border-radius: 6px; }
QListView::item:hover { background: $hover; }
QListView::item:selected { background: $soft; color: $soft_text; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section {
    background: $surface; color: $text3; border: none; border-bottom: 1px solid $border;
    padding: 0px 8px; font-size: ${size_caption}px; font-weight: 500;
}
QTableCornerButton::section { background: $surface; border: none; }
"""

# macOS overlays its own bars and is left alone.
SCROLL_BARS = """
QScrollBar { background: transparent; border: none; margin: 0px; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $scroll; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $border_strong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
