"""The command palette: records, commands, settings and audit entries from one field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.actions import Actions, ActionSpec, MenuName
from crmdesk.ui.frame.palette_list import PaletteList
from crmdesk.ui.frame.palette_search import Wish, find_actions, read_wish
from crmdesk.ui.frame.values import PaletteGroup, PaletteLine, PaletteSource
from crmdesk.ui.queries import Queries
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.window_state import WindowState

WIDTH = 600
_TALLEST = 400
_TYPING_PAUSE_MS = 120
_RECENT = "commands"


class CommandPalette(Popover):
    """Opens under the search box; typing searches, Enter opens, Esc closes.

    Args:
        actions: the commands it offers.
        sources: the searches it asks off the GUI thread.
        queries: runs them.
        state: remembers the commands used last.

    Signals:
        ran: a line was run.
        left: it led somewhere, and nothing there took the focus.
    """

    ran = Signal(object)
    left = Signal()

    def __init__(
        self,
        actions: Actions,
        sources: Sequence[PaletteSource],
        queries: Queries,
        state: WindowState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", WIDTH, parent)
        self.setObjectName("command_palette")
        self.setAccessibleName(self.tr("Command palette"))
        self._actions, self._sources = actions, tuple(sources)
        self._queries, self._state = queries, state
        self._found: dict[str, PaletteGroup] = {}
        self._centred_on: QWidget | None = None
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._build()
        actions.used.connect(self._remember)

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(8, 8, 8, 2)
        self.field = SearchField(self.tr("Search or run a command"), self)
        self.field.setObjectName("palette_field")
        self.field.setMinimumHeight(px(36))
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        head.addWidget(self.field)
        self.body.addLayout(head)
        middle = QVBoxLayout()
        middle.setContentsMargins(8, 0, 8, 8)
        self.list = PaletteList(self)
        self.list.picked.connect(self._run)
        self.nothing = label("", tone="text2", parent=self)
        self.nothing.setMargin(12)
        middle.addWidget(self.list)
        middle.addWidget(self.nothing)
        self.body.addLayout(middle)
        self.body.addWidget(self._foot())

    def _foot(self) -> QWidget:
        foot = QFrame(self)
        foot.setProperty("role", "panel_foot")
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 8, 16, 8)
        moving = self.tr("\u2191 \u2193 to move, Enter to open, Esc to close")
        row.setSpacing(16)
        row.addWidget(Paragraph(moving, TextStyle.CAPTION, "text3", parent=foot), 1)
        signs = self.tr("Type > for commands only, # for record IDs")
        # Both wrap: in longer languages they do not fit one line.
        end = Paragraph(signs, TextStyle.CAPTION, "text3", parent=foot)
        end.setAlignment(Qt.AlignmentFlag.AlignTrailing)
        row.addWidget(end, 1)
        return foot

    def open_over(self, anchor: QWidget, typed: str = "") -> None:
        """Open under the search box with some text already typed."""
        self._centred_on = anchor
        self._found.clear()
        self.field.setText(typed)
        self._show()
        self.open_under(anchor, centred=True)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._pause.start()

    def groups(self) -> list[PaletteGroup]:
        """What is found for the text now typed, as far as it is known."""
        wish = read_wish(self.field.text())
        groups = [] if wish.by_id else self._commands(wish)
        if not wish.commands_only:
            groups += [
                self._found[source.key] for source in self._sources if source.key in self._found
            ]
        return groups

    def _commands(self, wish: Wish) -> list[PaletteGroup]:
        recent = self._state.recent(_RECENT)
        found = find_actions(self._actions.specs(), wish.words, recent)
        places = [spec for spec in found if spec.menu is MenuName.GO]
        others = [spec for spec in found if spec.menu is not MenuName.GO]
        if not wish.words and not wish.commands_only:
            others = others[:6]
        return [
            PaletteGroup(self.tr("Commands"), [self._line(spec) for spec in others]),
            PaletteGroup(self.tr("Go to"), [self._line(spec) for spec in places]),
        ]

    def _line(self, spec: ActionSpec) -> PaletteLine:
        reason = self._actions.reason(spec.key)
        return PaletteLine(
            spec.text,
            lambda: self._actions.trigger(spec.key),
            detail=reason or spec.place,
            icon=spec.icon,
            keys=self._actions.keys_shown(spec.key),
            enabled=not reason,
        )

    @Slot()
    def _typed(self) -> None:
        self._found.clear()
        self._show()
        self._pause.start()

    @Slot()
    def _ask(self) -> None:
        wish = read_wish(self.field.text())
        for source in self._sources:
            key = f"palette {source.key}"
            fits = source.prefix == ("#" if wish.by_id else "")
            if wish.words and fits and not wish.commands_only:
                self._ask_one(source, key, wish.words)
            else:
                self._queries.cancel(self, key)

    def _ask_one(self, source: PaletteSource, key: str, words: str) -> None:
        def show(answer: object) -> None:
            self._found[source.key] = source.show(answer)
            self._show()

        def fail(_error: Exception) -> None:
            # The commands still work; a search that fails here fails loudly on its own page.
            self._found.pop(source.key, None)

        self._queries.run_query(self, key, lambda: source.find(words), show, fail)

    def _show(self) -> None:
        groups = [group for group in self.groups() if group.lines]
        self.list.show_groups(groups)
        self.list.setVisible(bool(groups))
        self.nothing.setVisible(not groups)
        text = self.tr("Nothing found for “%1”").replace("%1", self.field.text().strip())
        self.nothing.setText(text)
        self.list.setFixedHeight(min(self.list.wanted_height() + 4, px(_TALLEST)))
        if self._centred_on is not None and self.isVisible():
            self._place(centred=True)

    @Slot(object)
    def _run(self, line: PaletteLine) -> None:
        if not line.enabled:
            return
        window, where = self.window(), self.geometry()
        self.dismiss()
        # Now, or it would stand there until a page that is opened for the first time is built.
        window.repaint(where)
        line.run()
        self.ran.emit(line)
        if self._centred_on is not None and self._centred_on.hasFocus():
            self.left.emit()

    @Slot(str)
    def _remember(self, key: str) -> None:
        self._state.add_recent(_RECENT, key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = watched is self.field and event.type() is QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and self._key(event.key()):
            return True
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        moves: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Down: lambda: self.list.step(1),
            Qt.Key.Key_Up: lambda: self.list.step(-1),
            Qt.Key.Key_Return: self._run_current,
            Qt.Key.Key_Enter: self._run_current,
            Qt.Key.Key_Escape: self.dismiss,
        }
        move = moves.get(key)
        if move is not None:
            move()
        return move is not None

    def _run_current(self) -> None:
        line = self.list.current
        if line is not None:
            self._run(line)
