"""The list at the left of the Records tab: objects with their counts, and the recycle bin."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from crmdesk.core.records.object_definitions import ObjectCount
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.icons import icon
from crmdesk.ui.widgets.left_list import LeftList, ListItem

#: The place of the recycle bin; no object has this name.
BIN = "@bin"


class ObjectList(LeftList):
    """Objects above, the recycle bin at the foot; the same as a menu where the window is narrow.

    Signals:
        place_chosen: name of an object, or :data:`BIN`.
    """

    place_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.setAccessibleName(self.tr("Objects"))
        self._objects: tuple[ObjectType, ...] = ()
        self._counts: dict[str, int] = {}
        self.add_group(self.tr("Objects"))
        self.bin = ListItem(self.tr("Recycle bin"), "trash-2")
        self.bin.setObjectName(BIN)
        self._group.addButton(self.bin)
        self._items[BIN] = self.bin
        foot = QVBoxLayout()
        foot.setContentsMargins(15, 4, 15, 12)
        foot.addWidget(self.bin)
        self.top.addLayout(foot)
        self.chosen.connect(self.place_chosen)

    def show_objects(self, objects: Sequence[ObjectType]) -> None:
        """Show the objects of the workspace, in its order."""
        shown = tuple(objects)
        if [(o.name, o.plural_label, o.icon) for o in shown] == [
            (o.name, o.plural_label, o.icon) for o in self._objects
        ]:
            self._objects = shown
            return
        for known in self._objects:
            self.remove(known.name)
        self._objects = shown
        for found in shown:
            self.add(found.name, found.plural_label, found.icon)

    def show_counts(self, counts: Sequence[ObjectCount]) -> None:
        """Show how many records each object and the bin have."""
        for found in counts:
            name = found.object_type.name
            self._counts[name] = found.records
            if name in self._items:
                self.set_count(name, words.number(found.records))
        binned = sum(found.in_recycle_bin for found in counts)
        self._counts[BIN] = binned
        self.bin.set_count(words.number(binned))

    def menu(self, parent: QWidget) -> QMenu:
        """The same places as a menu."""
        menu = QMenu(parent)
        places = [(o.name, o.plural_label, o.icon) for o in self._objects]
        places.append((BIN, self.bin.plain_text(), "trash-2"))
        for name, text, picture in places:
            if name == BIN:
                menu.addSeparator()
            count = words.number(self._counts.get(name, 0))
            action = QAction(icon(picture), f"{text.replace('&', '&&')}\t{count}", menu)
            action.setObjectName(f"place_{name}")
            action.setCheckable(True)
            action.setChecked(name == self.current)
            action.triggered.connect(lambda _=False, place=name: self._go(place))
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _go(self, place: str) -> None:
        self.set_current(place)
        self.place_chosen.emit(place)
