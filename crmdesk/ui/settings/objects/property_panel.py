"""The panel that adds or changes a property."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.names import name_from_label
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.settings.objects.options_editor import OptionsEditor
from crmdesk.ui.settings.objects.words import say, type_choices, type_words
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel

_FROM_PIPELINES = (PropertyFormat.PIPELINE.value, PropertyFormat.STAGE.value)
_LABEL_CODES = ("label_blank", "label_too_long", "label_unprintable")
_NAME_CODES = ("property_exists", "property_name_invalid", "property_name_reserved")


class PropertyPanel(SidePanel):
    """What a property is called, what it holds, and what holds for it.

    Signals:
        saved: internal name of the property.
        type_asked: change the type of the property on show.
    """

    saved = Signal(str)
    type_asked = Signal()

    def __init__(self, desk: Desk, reason: str) -> None:
        super().__init__("objects", say("Property"), stepping=False)
        self._desk, self._reason = desk, reason
        self.object_type: ObjectType | None = None
        self.found: Property | None = None
        self._make_fields()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(11, 12, 16, 16)
        column.setSpacing(12)
        for widget in (
            self._notice,
            self.label_field,
            self.name_field,
            self.kind_field,
            self.type_line,
            self.change_type,
            self.group_field,
            self.description_field,
            self.options,
            *self.checks.values(),
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.add_page("property", say("Property"), body)
        self.discard = Button(say("Discard"), ButtonKind.SECONDARY)
        self.discard.clicked.connect(self.closed)
        self.save = Button(say("Save property"), ButtonKind.PRIMARY)
        self.save.setObjectName("save_property")
        self.save.clicked.connect(self._send)
        self.set_foot([self.discard, self.save])
        self.hide()

    def _make_fields(self) -> None:
        self._notice = Banner(BannerTone.INFO, "")
        self._notice.hide()
        self.label, self.name, self.description = QLineEdit(), QLineEdit(), QLineEdit()
        self.label.setObjectName("property_label")
        self.name.setObjectName("property_name")
        self.kind, self.group = QComboBox(), QComboBox()
        self.kind.setObjectName("property_type")
        self.group.setObjectName("property_group")
        self.group.setEditable(True)
        for kind, text in type_choices():
            self.kind.addItem(text, kind.value)
        self.label_field = FormField(say("Label"), self.label)
        help_text = say("For imports, exports and the command line. It stays for good.")
        self.name_field = FormField(say("Internal name"), self.name, help_text)
        self.kind_field = FormField(say("Type"), self.kind)
        self.type_line = Paragraph("", TextStyle.BODY, "text2")
        self.change_type = Link(say("Change type"), "type")
        self.change_type.setObjectName("change_type")
        self.change_type.clicked.connect(self.type_asked)
        self.group_field = FormField(say("Group"), self.group)
        self.description_field = FormField(say("Description"), self.description)
        self.options = OptionsEditor()
        self.checks = {
            "required": CheckRow(say("Required"), say("Every new record needs a value.")),
            "unique": CheckRow(say("Unique"), say("No two records share a value.")),
            "sensitive": CheckRow(
                say("Sensitive"), say("Masked until revealed; each look is in the log.")
            ),
        }
        for key, row in self.checks.items():
            row.box.setObjectName(f"property_{key}")
        self.label.textEdited.connect(self._propose_name)
        self.kind.currentIndexChanged.connect(self._follow_type)

    # -- showing -------------------------------------------------------------------------
    def show_property(
        self, object_type: ObjectType, found: Property | None, groups: Sequence[str]
    ) -> None:
        """Show a property, or an empty form for a new one."""
        self.object_type, self.found = object_type, found
        new = found is None
        self.set_heading(say("New property") if found is None else found.label, self._about())
        self.label.setText("" if found is None else found.label)
        self.name.setText("" if found is None else found.name)
        self.description.setText("" if found is None else found.description)
        self.group.clear()
        self.group.addItems(list(groups))
        self.group.setCurrentText("" if found is None else found.group)
        self.options.show_options(() if found is None else found.options)
        for key, row in self.checks.items():
            row.set_checked(found is not None and bool(getattr(found, key)))
        for field in (self.name_field, self.kind_field):
            field.setVisible(new)
        self.type_line.setVisible(not new)
        if found is not None:
            self.type_line.set_text(say("Type: %1").replace("%1", type_words(found.type)))
        for field in (self.label_field, self.name_field):
            field.clear_error()
        self._follow_type()
        self._follow_rights()
        self.save.set_idle()
        self.show()

    def _about(self) -> str:
        if self.object_type is None:
            return ""
        if self.found is None:
            return self.object_type.plural_label
        return f"{self.object_type.plural_label}, {self.found.name}"

    def _follow_type(self) -> None:
        found = self.found
        kind = found.type if found is not None else PropertyType(str(self.kind.currentData()))
        elsewhere = found is not None and found.format in _FROM_PIPELINES
        self.options.setVisible(kind.has_options and not elsewhere and not self._is_owner())

    def _is_owner(self) -> bool:
        return self.found is not None and self.found.format == PropertyFormat.OWNER

    def _follow_rights(self) -> None:
        """What CRM Desk fills in itself, and what may not be changed, is shown only."""
        found = self.found
        reason = self._reason
        if not reason and found is not None and found.calculated:
            reason = say("CRM Desk calculates this property; it cannot be changed.")
        self._notice.setVisible(bool(reason))
        self._notice.set_state(BannerTone.INFO, reason)
        controls = (self.label, self.name, self.kind, self.group, self.description, self.options)
        for control in (*controls, *(row.box for row in self.checks.values())):
            control.setEnabled(not reason)
        fixed = found is None or found.format in _FROM_PIPELINES or self._is_owner()
        self.change_type.setVisible(not reason and not fixed)
        self.save.set_reason(reason)

    def _propose_name(self, text: str) -> None:
        self.label_field.clear_error()
        if self.found is None and self.object_type is not None:
            taken = set(self.object_type.by_name)
            self.name.setText(name_from_label(text, taken) if text.strip() else "")

    # -- saving --------------------------------------------------------------------------
    def _send(self) -> None:
        owner, found, desk = self.object_type, self.found, self._desk
        if owner is None or self.save.busy:
            return
        service = desk.workspace.definitions
        self.save.set_busy(say("Saving..."))
        if found is None:
            write = partial(service.add_property, desk.actor, owner.name, self._definition())
        else:
            changes = self._changes(found)
            if not changes:
                self.save.set_idle()
                self.closed.emit()
                return
            write = partial(service.set_property, desk.actor, owner.name, found.name, changes)
        desk.run_write(self, write, self._done, self._failed)

    def _definition(self) -> PropertyDefinition:
        kind = PropertyType(str(self.kind.currentData()))
        return PropertyDefinition(
            self.name.text().strip(),
            self.label.text().strip(),
            kind,
            group=self.group.currentText().strip(),
            description=self.description.text().strip(),
            options=self.options.options() if kind.has_options else (),
            required=self.checks["required"].is_checked(),
            unique=self.checks["unique"].is_checked(),
            sensitive=self.checks["sensitive"].is_checked(),
        )

    def _changes(self, found: Property) -> dict[str, Any]:
        now: dict[str, Any] = {
            "label": self.label.text().strip(),
            "group": self.group.currentText().strip(),
            "description": self.description.text().strip(),
            **{key: row.is_checked() for key, row in self.checks.items()},
        }
        changes = {key: value for key, value in now.items() if value != getattr(found, key)}
        if not self.options.isHidden():
            old = [(o.value, o.label) for o in found.options if not o.archived]
            if [(o.value, o.label) for o in self.options.options()] != old:
                changes["options"] = self.options.options()
        return changes

    def _done(self, found: Property) -> None:
        self.save.set_idle()
        self.saved.emit(found.name)

    def _failed(self, error: Exception) -> None:
        self.save.set_idle()
        code = error.code if isinstance(error, UserError) else ""
        if code in _LABEL_CODES:
            self.label_field.set_error(sentence(error))
            self.label.setFocus()
        elif code in _NAME_CODES and self.found is None:
            self.name_field.set_error(sentence(error))
            self.name.setFocus()
        else:
            told = message(error)
            self._notice.show()
            self._notice.set_state(BannerTone.DANGER, told.title, told.advice)
