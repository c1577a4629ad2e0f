"""Every action is registered once; menus, shortcuts, palette and key list come from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from crmdesk.ui.icons import icon
from crmdesk.ui.theme.apply import theme_signals, when_quiet


class MenuName(StrEnum):
    """The menus of the window, in their order."""

    FILE = "file"
    EDIT = "edit"
    VIEW = "view"
    GO = "go"
    HELP = "help"


def menu_title(menu: MenuName) -> str:
    """The title of a menu."""
    titles = {
        MenuName.FILE: QCoreApplication.translate("Actions", "File"),
        MenuName.EDIT: QCoreApplication.translate("Actions", "Edit"),
        MenuName.VIEW: QCoreApplication.translate("Actions", "View"),
        MenuName.GO: QCoreApplication.translate("Actions", "Go"),
        MenuName.HELP: QCoreApplication.translate("Actions", "Help"),
    }
    return titles[menu]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing a person can do in the window.

    Attributes:
        key: its name in code, in tests and in what is remembered.
        text: verb and object, already translated.
        menu: the menu it stands in, or None for the palette alone.
        keys: shortcuts in Qt's portable form, the first one shown; "Ctrl" is Command on macOS.
        icon: name of its icon, or empty.
        group: actions of one number stand together; a line divides the groups.
        place: where it belongs, said beside it in the palette ("Backup", "Tab").
        words: other words it is found by.
        in_palette: whether the command palette offers it.
    """

    key: str
    text: str
    menu: MenuName | None = None
    keys: tuple[str, ...] = ()
    icon: str = ""
    group: int = 0
    place: str = ""
    words: tuple[str, ...] = ()
    in_palette: bool = True


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line of the list of all keys."""

    menu: MenuName | None
    text: str
    keys: tuple[str, ...]


class Actions(QObject):
    """The registry.

    Args:
        window: the widget whose shortcuts they are.

    Signals:
        listed: an action came or went.
        used: key of an action that was run.
    """

    listed = Signal()
    used = Signal(str)

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._specs: dict[str, ActionSpec] = {}
        self._actions: dict[str, QAction] = {}
        self._reasons: dict[str, str] = {}
        self._held: dict[str, str] = {}
        theme_signals().changed.connect(self._refresh_icons)

    def attach(self, window: QWidget) -> None:
        """Make the shortcuts work in a window."""
        self._window = window
        for action in self._actions.values():
            window.addAction(action)

    def register(self, spec: ActionSpec, run: Callable[[], object]) -> QAction:
        """Add an action.

        Raises:
            ValueError: the key or a shortcut is taken.
        """
        self._refuse_double(spec)
        action = QAction(spec.text.replace("&", "&&"), self)
        action.setObjectName(f"action_{spec.key}")
        action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _=False: self._run(spec.key, run))
        self._specs[spec.key] = spec
        self._actions[spec.key] = action
        self._dress(action, spec)
        if self._window is not None:
            self._window.addAction(action)
        self.listed.emit()
        return action

    def remove(self, key: str) -> None:
        """Take an action away, e.g. one the user may no longer do."""
        self._specs.pop(key, None)
        self._reasons.pop(key, None)
        action = self._actions.pop(key, None)
        if action is not None:
            if self._window is not None:
                self._window.removeAction(action)
            action.deleteLater()
            self.listed.emit()

    def hold(self, keys: Sequence[str], reason: str) -> None:
        """Disable actions for good, whatever a page offers."""
        for key in keys:
            self._held[key] = reason
            self.set_reason(key, reason)

    def set_reason(self, key: str, reason: str) -> None:
        """Disable an action for a reason, or enable it with an empty one."""
        reason = self._held.get(key, "") or reason
        if key not in self._actions or self._reasons.get(key, "") == reason:
            return
        self._reasons[key] = reason
        action = self._actions[key]
        action.setEnabled(not reason)
        action.setToolTip(reason)
        action.setStatusTip(reason)

    def reason(self, key: str) -> str:
        """Why an action cannot be run now; empty when it can."""
        return self._reasons.get(key, "")

    def trigger(self, key: str) -> bool:
        """Run an action as its menu entry would; False when it is disabled or unknown."""
        action = self._actions.get(key)
        if action is None or not action.isEnabled():
            return False
        action.trigger()
        return True

    def action(self, key: str) -> QAction:
        """The action of a key.

        Raises:
            KeyError: there is none.
        """
        return self._actions[key]

    def has(self, key: str) -> bool:
        """Whether an action is registered."""
        return key in self._actions

    def specs(self) -> list[ActionSpec]:
        """All actions, as they were registered."""
        return list(self._specs.values())

    def keys_shown(self, key: str) -> str:
        """The first shortcut as this system writes it, or empty."""
        spec = self._specs[key]
        return shown_keys(spec.keys[0]) if spec.keys else ""

    def key_list(self) -> list[KeyLine]:
        """Every action with a shortcut, by menu."""
        order = [*MenuName, None]
        lines = [
            KeyLine(spec.menu, spec.text, tuple(shown_keys(keys) for keys in spec.keys))
            for spec in self._specs.values()
            if spec.keys
        ]
        return sorted(lines, key=lambda line: order.index(line.menu))

    def fill(self, menu: QMenu, name: MenuName) -> None:
        """Put the actions of a menu into it, a line between groups."""
        menu.clear()
        chosen = [spec for spec in self._specs.values() if spec.menu is name]
        group = None
        for spec in sorted(chosen, key=lambda spec: spec.group):
            if group is not None and spec.group != group:
                menu.addSeparator()
            group = spec.group
            menu.addAction(self._actions[spec.key])

    def _refuse_double(self, spec: ActionSpec) -> None:
        if spec.key in self._specs:
            raise ValueError(f"action {spec.key!r} is registered twice")
        taken = {keys: other.key for other in self._specs.values() for keys in other.keys}
        for keys in spec.keys:
            if keys in taken:
                raise ValueError(f"{keys} belongs to {taken[keys]!r} and {spec.key!r}")

    def _run(self, key: str, run: Callable[[], object]) -> None:
        run()
        self.used.emit(key)

    @staticmethod
    def _dress(action: QAction, spec: ActionSpec) -> None:
        if spec.icon:
            action.setIcon(icon(spec.icon))

    @Slot()
    def _refresh_icons(self) -> None:
        # Menus are closed while the look changes.
        for key in self._specs:
            when_quiet(partial(self._refresh_icon, key))

    def _refresh_icon(self, key: str) -> None:
        if shiboken6.isValid(self) and key in self._specs:
            self._dress(self._actions[key], self._specs[key])


def shown_keys(keys: str) -> str:
    """A shortcut as it stands on a key cap: "Ctrl Shift B" (the system's signs on macOS)."""
    text = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    # "Ctrl++" keeps its plus: only the plus between two keys is a joint.
    head, tail = (text[:-1], text[-1:]) if text.endswith("+") else (text, "")
    return head.replace("+", " ") + tail
