"""The search field of the log: the language is completed while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QRect, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QListView

from crmdesk.core.audit.language_render import Completion
from crmdesk.ui.audit.say import say
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.properties import restyle
from crmdesk.ui.widgets.search_field import SearchField

_ROWS, _WIDTH, _BEFORE, _BELOW = 8, 440, 24, 4
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}


class SearchBox(SearchField):
    """Offers keys and values below itself; Enter or Tab takes the marked one.

    Args:
        completions: what could stand at a place of a text.

    Signals:
        typed: the text was changed by a person.
    """

    typed = Signal(str)

    def __init__(self, completions: Callable[[str, int], Sequence[Completion]]) -> None:
        super().__init__(say("Search, or type action:delete"))
        self.setAccessibleName(say("Search entries"))
        self._completions = completions
        self._offered: list[Completion] = []
        self._model = QStringListModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_ROWS)
        self._completer.setWidget(self)
        # By the place and not by the text: two values may be called the same.
        self._completer.activated[QModelIndex].connect(self._take)  # type: ignore[index]
        self.popup.setAccessibleName(say("Completions"))
        self.popup.setProperty("role", "completions")
        self.textEdited.connect(self._edited)

    @property
    def popup(self) -> QListView:
        """The list of completions."""
        found = self._completer.popup()
        assert isinstance(found, QListView)  # noqa: S101 - a completer of lists has no other
        return found

    @property
    def offered(self) -> Sequence[Completion]:
        """What is offered now."""
        return self._offered

    def show_text(self, text: str) -> None:
        """Show the words of another filter; nobody typed them."""
        if text != self.text():
            self.setText(text)
            if not self.hasFocus():
                # What does not fit is read from its beginning.
                self.setCursorPosition(0)
        self.set_error("")

    def set_error(self, error: str) -> None:
        """Mark what was typed as wrong; the sentence stands below the field."""
        restyle(self, "error", bool(error))
        self.setAccessibleDescription(error)

    def offer(self) -> None:
        """Show what could stand at the cursor."""
        self._offered = list(self._completions(self.text(), self.cursorPosition()))
        if not self._offered or self._is_complete():
            self.popup.hide()
            return
        self._model.setStringList([_line(each) for each in self._offered])
        left = max(0, self.cursorRect().left() - px(_BEFORE))
        self._completer.complete(QRect(left, self.height(), px(_WIDTH), _BELOW))

    def take(self, number: int) -> None:
        """Put one of the offered completions into the text."""
        found = self._offered[number]
        text = self.text()
        # A key waits for its value; a value is followed by the next word.
        tail = text[found.end :]
        after = "" if found.text.endswith(":") or tail.startswith(" ") else " "
        self.setText(text[: found.start] + found.text + after + tail)
        self.setCursorPosition(found.start + len(found.text) + len(after))
        self.typed.emit(self.text())
        if found.text.endswith(":"):
            self.offer()

    def _is_complete(self) -> bool:
        """Whether what is typed is the only thing that is offered."""
        if len(self._offered) != 1:
            return False
        only = self._offered[0]
        return self.text()[only.start : only.end] == only.text

    def _edited(self, text: str) -> None:
        self.typed.emit(text)
        self.offer()

    def _take(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._offered):
            self.take(index.row())

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.popup.isVisible() and event.key() in _ENTER | {Qt.Key.Key_Escape}:
            # The list takes these keys; the field would search, clear, or lose the focus.
            event.ignore()
            return
        asks = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if asks and event.key() == Qt.Key.Key_Space:
            self.offer()
            return
        super().keyPressEvent(event)


def _line(found: Completion) -> str:
    more = found.label not in ("", found.text)
    return f"{found.text}   {found.label}" if more else found.text
