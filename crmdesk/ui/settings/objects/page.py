"""Settings, Objects: an object is chosen above, its pages stand below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.names import name_from_label
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.settings.objects.associations_tab import AssociationsTab
from crmdesk.ui.settings.objects.details_tab import DetailsTab
from crmdesk.ui.settings.objects.form_tab import FormTab
from crmdesk.ui.settings.objects.object_tab import ObjectTab
from crmdesk.ui.settings.objects.pipelines_tab import PipelinesTab
from crmdesk.ui.settings.objects.properties_tab import PropertiesTab
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.choice import Choice
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.tabs_small import TabsSmall

PROPERTIES, PIPELINES, ASSOCIATIONS, FORM, DETAILS = (
    "properties",
    "pipelines",
    "associations",
    "form",
    "details",
)


class ObjectsPage(QWidget):
    """One page a subject; each is made when it is first looked at."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("objects_page")
        self.setAccessibleName(say("Objects"))
        self._desk = desk
        self._objects: Sequence[ObjectType] = ()
        self.header = PageHeader(
            say("Objects"), say("What records hold, how they move on, and how they hang together.")
        )
        self.choice = Choice(say("Object"))
        self.choice.setObjectName("object_choice")
        self.add = Button(say("Add object"), icon="plus")
        self.add.setObjectName("add_object")
        self.restore = Button(say("Bring back"), icon="undo-2")
        self.restore.setObjectName("restore_object")
        may = desk.may(Permission.EDIT_PROPERTIES)
        self.add.set_reason("" if may else say("You may not change property settings."))
        self.header.add(self.choice)
        self.header.add(self.restore)
        self.header.add(self.add)
        self.tabs = TabsSmall(say("Pages of the object"))
        self.stack = QStackedWidget()
        self._pages: dict[str, ObjectTab] = {}
        self._lay_out()
        self._read_objects()
        for key, title in self._titles():
            self.tabs.add(key, title)
        self._connect()
        self.show_page(PROPERTIES)

    def _titles(self) -> Sequence[tuple[str, str]]:
        return (
            (PROPERTIES, say("Properties")),
            (PIPELINES, say("Pipelines")),
            (ASSOCIATIONS, say("Associations")),
            (FORM, say("Create dialog")),
            (DETAILS, say("Object")),
        )

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(24, 16, 24, 0)
        head.addWidget(self.header)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 24, 0)
        bar.addWidget(self.tabs)
        bar.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(bar)
        column.addWidget(self.stack, 1)

    def _connect(self) -> None:
        self.choice.activated.connect(lambda _index: self._show_object())
        self.tabs.chosen.connect(self.show_page)
        self.add.clicked.connect(self._add_object)
        self.restore.clicked.connect(self._ask_restore)

    # -- showing -------------------------------------------------------------------------
    @property
    def object_type(self) -> ObjectType:
        """The object on show."""
        return self._objects[max(0, self.choice.currentIndex())]

    @property
    def shown_page(self) -> ObjectTab:
        """The page on show."""
        return self._pages[self.tabs.current]

    def show_page(self, key: str) -> None:
        """Show a page of the object."""
        if key not in self._pages:
            self._pages[key] = self._make(key)
            self._pages[key].changed.connect(self._changed)
            self.stack.addWidget(self._pages[key])
        elif self._pages[key].object_type != self.object_type:
            self._pages[key].show_object(self.object_type)
        self.stack.setCurrentWidget(self._pages[key])
        self.tabs.show_key(key)

    def _make(self, key: str) -> ObjectTab:
        desk, own = self._desk, self.object_type
        if key == ASSOCIATIONS:
            return AssociationsTab(desk, own, self._objects)
        if key == DETAILS:
            details = DetailsTab(desk, own)
            details.put_away.connect(self._read_objects)
            return details
        makers: dict[str, Callable[[Desk, ObjectType], ObjectTab]] = {
            PROPERTIES: PropertiesTab,
            PIPELINES: PipelinesTab,
            FORM: FormTab,
        }
        return makers[key](desk, own)

    def _show_object(self) -> None:
        self.shown_page.show_object(self.object_type)

    def show_object(self, name: str) -> None:
        """Show an object by its internal name."""
        place = self.choice.findData(name)
        if place >= 0:
            self.choice.setCurrentIndex(place)
            self._show_object()

    def open_for(self, about: str) -> None:
        """Show a page of an object, and one thing of it: ``deals/pipelines/renewals``."""
        name, _, rest = about.partition("/")
        page, _, thing = rest.partition("/")
        self._read_objects()
        self.show_object(name)
        if page in dict(self._titles()):
            self.show_page(page)
            if thing:
                self.shown_page.open_named(thing)

    def _read_objects(self) -> None:
        desk, chosen = self._desk, self.choice.currentData()
        self._objects = desk.workspace.definitions.objects(desk.actor)
        self.choice.clear()
        for each in self._objects:
            self.choice.addItem(each.plural_label, each.name)
        self.choice.setCurrentIndex(max(0, self.choice.findData(chosen)))
        may = desk.may(Permission.SUPER_ADMIN)
        self.restore.setVisible(
            may and bool(desk.workspace.definitions.archived_objects(desk.actor))
        )

    def _changed(self) -> None:
        """Definitions were written here: read them again, and tell the other pages."""
        self._read_objects()
        associations = self._pages.get(ASSOCIATIONS)
        if isinstance(associations, AssociationsTab):
            associations.show_objects(self._objects)
        self._show_object()
        self._desk.changed(self.object_type.name)

    # -- objects -------------------------------------------------------------------------
    def _add_object(self) -> None:
        dialog = ObjectDialog(self.window())
        desk = self._desk

        def send() -> None:
            label, plural = dialog.label.text().strip(), dialog.plural.text().strip()
            name = name_from_label(plural or label, {each.name for each in self._objects})
            dialog.set_busy(say("Adding..."))
            write = partial(
                desk.workspace.definitions.add_object, desk.actor, name, label, plural or None
            )
            desk.run_write(dialog, write, done, lambda error: dialog.show_error(sentence(error)))

        def done(added: ObjectType) -> None:
            dialog.accept()
            self._changed()
            self.show_object(added.name)

        dialog.decided.connect(send)
        dialog.open()

    def _ask_restore(self) -> None:
        desk = self._desk
        away = desk.workspace.definitions.archived_objects(desk.actor)
        decision = Decision(
            title=say("Objects"),
            heading=say("Bring an object back"),
            sentence=say("It comes with its properties and its records."),
            safe=say("Cancel"),
            deed=say("Bring back"),
            icon="undo-2",
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("restore_object_dialog")
        choice = QComboBox()
        choice.setObjectName("archived_objects")
        for each in away:
            choice.addItem(each.label, each.id)
        dialog.body.addWidget(FormField(say("Object"), choice))
        service = desk.workspace.definitions
        dialog.decided.connect(
            lambda: self.shown_page.write(
                partial(service.restore_object, desk.actor, int(choice.currentData()))
            )
        )
        dialog.open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # An import may have made properties meanwhile.
        self._read_objects()
        if self.shown_page.object_type != self.object_type:
            self._show_object()


class ObjectDialog(DecisionDialog):
    """Asks for the names of a new object."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(
            Decision(
                title=say("Objects"),
                heading=say("Add an object"),
                sentence=say("It begins with a name, an owner and the record's own properties."),
                safe=say("Cancel"),
                deed=say("Add object"),
                icon="box",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("object_dialog")
        self.label, self.plural = QLineEdit(), QLineEdit()
        self.label.setObjectName("new_object_label")
        self.plural.setObjectName("new_object_plural")
        self.body.addWidget(FormField(say("Name of one record"), self.label))
        self.body.addWidget(FormField(say("Name of several"), self.plural))
