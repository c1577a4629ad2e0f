"""A field for plain text that offers people after an @."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from crmdesk.core.audit.comment_text import Person
from crmdesk.ui.theme.apply import current_typography, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce

_MOST_OFFERED, _WIDTH, _ROW = 6, 300, 32
_LEAST_LINES, _MOST_LINES, _EDGES, _MARGIN = 2, 8, 14, 8
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
# An address has something before its @; a name may hold a space.
_BEGUN = re.compile(r"(?<![\w.+\-@])@([^\s@]{0,64}(?: [^\s@]{0,64})?)$")
_LONGEST_BEGUN = 140


class PeopleList(QListWidget):
    """Those who could be meant; a child of the window, as popovers are. The field keeps the focus.

    Signals:
        picked: the place of somebody in the list.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "popover")
        self.setAccessibleName(self.tr("People who can be tagged"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.hide()
        self.itemClicked.connect(lambda item: self.picked.emit(self.row(item)))

    def show_people(self, people: Sequence[Person], below: QWidget, at: QPoint, line: int) -> None:
        """Open below a line of a field, or above it where there is no room.

        Args:
            at: the line's lower end at the cursor, as the field counts.
            line: height of the line.
        """
        window = below.window()
        self.setParent(window)
        self.clear()
        for person in people:
            item = QListWidgetItem(f"{person.full_name}   {person.email}", self)
            item.setToolTip(person.email)
        self.setCurrentRow(0)
        row = max(self.sizeHintForRow(0), px(_ROW))
        self.resize(min(px(_WIDTH), window.width() - 2 * _MARGIN), row * len(people) + px(10))
        place = below.mapTo(window, at)
        left = min(max(place.x(), _MARGIN), window.width() - self.width() - _MARGIN)
        top = place.y() + 4
        if top + self.height() > window.height() - _MARGIN:
            top = max(place.y() - line - self.height() - 4, _MARGIN)
        self.move(left, top)
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        """Mark the next or the one before; the ends meet."""
        self.setCurrentRow((self.currentRow() + by) % self.count())


class CommentEdit(QPlainTextEdit):
    """Plain text; after an @ it offers those who may see the log.

    Signals:
        sent: Ctrl+Enter.
    """

    sent = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self._people: Sequence[Person] = ()
        self._offered: list[Person] = []
        self.popup = PeopleList(self)
        self.popup.picked.connect(self.take)
        self.textChanged.connect(self._fit)
        self._fit()

    @property
    def offered(self) -> Sequence[Person]:
        """Who is offered now."""
        return self._offered

    def set_people(self, people: Sequence[Person]) -> None:
        """Whom to offer, in their order."""
        self._people = people

    def take(self, number: int) -> None:
        """Put one of the offered people into the text."""
        person, begun = self._offered[number], self._begun()
        self._close()
        if begun is None:
            return
        cursor = self.textCursor()
        step = QTextCursor.MoveOperation.PreviousCharacter
        cursor.movePosition(step, QTextCursor.MoveMode.KeepAnchor, len(begun))
        alike = [each for each in self._people if each.full_name == person.full_name]
        cursor.insertText(f"{person.full_name if len(alike) == 1 else person.email} ")

    def offer(self) -> None:
        """Show who could be meant at the cursor, or nobody."""
        begun = self._begun()
        self._offered = [] if begun is None else self._fitting(begun.casefold())
        if not self._offered:
            self._close()
            return
        line = self.cursorRect()
        at = self.viewport().mapTo(self, line.bottomLeft())
        self.popup.show_people(self._offered, self, at, line.height())
        self._announce()

    def _announce(self) -> None:
        announce(self, self.popup.currentItem().text())

    def _close(self) -> None:
        self.popup.hide()

    def _begun(self) -> str | None:
        """What is typed after the @ before the cursor; None where there is none."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        found = _BEGUN.search(before[-_LONGEST_BEGUN:])
        return None if found is None else found[1]

    def _fitting(self, begun: str) -> list[Person]:
        def fits(person: Person) -> bool:
            name = person.full_name.casefold()
            starts = (name, person.email.casefold(), *name.split())
            return name != begun.strip() and any(each.startswith(begun) for each in starts)

        return [person for person in self._people if fits(person)][:_MOST_OFFERED]

    def _fit(self) -> None:
        lines = min(max(self.document().lineCount(), _LEAST_LINES), _MOST_LINES)
        line = max(self.fontMetrics().lineSpacing(), current_typography().line(TextStyle.BODY))
        self.setFixedHeight(lines * line + px(_EDGES))

    def _taken_by_list(self, event: QKeyEvent) -> bool:
        """Whether the open list of people took a key."""
        if not self.popup.isVisible() or event.modifiers():
            return False
        key = event.key()
        if key in _STEPS:
            self.popup.step(_STEPS[Qt.Key(key)])
            self._announce()
        elif key in _ENTER or key == Qt.Key.Key_Tab:
            self.take(self.popup.currentRow())
        elif key == Qt.Key.Key_Escape:
            self._close()
        else:
            return False
        return True

    def _is_ours(self, event: QKeyEvent) -> bool:
        """Whether a key of the window's own, such as Esc, means something here first."""
        key = event.key()
        if self.popup.isVisible() and not event.modifiers():
            return key in _STEPS or key in _ENTER or key in {Qt.Key.Key_Tab, Qt.Key.Key_Escape}
        return key in _ENTER and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        asks = event.type() is QEvent.Type.ShortcutOverride
        if asks and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._taken_by_list(event):
            return
        if event.key() in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.sent.emit()
            return
        super().keyPressEvent(event)
        if event.text() or self.popup.isVisible():
            self.offer()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            # Another text scale asks for another height.
            self._fit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._close()

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Tab is asked here before any key comes; the list of people has the first claim.
        if self.popup.isVisible():
            return False
        return super().focusNextPrevChild(forward)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._close()
