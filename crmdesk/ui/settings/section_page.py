"""A page of declared settings, with what is typed kept until it is saved or discarded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.setting_declarations import SETTINGS, Section, Setting
from crmdesk.core.settings import SettingState
from crmdesk.ui.settings.card_rows import CardPage, settings_card
from crmdesk.ui.settings.setting_field import SettingField
from crmdesk.ui.settings.wording import section_words, setting_words


class SectionPage(CardPage):
    """The settings of one section, in cards.

    Args:
        states: every setting of the section with its value.
        reason: why they cannot be changed; empty when they can.
        before: cards that stand above, made elsewhere.

    Signals:
        changed: something was typed, or an error came or went.
    """

    changed = Signal()

    def __init__(
        self,
        section: Section,
        states: Sequence[SettingState],
        reason: str,
        before: Sequence[QWidget] = (),
    ) -> None:
        words = section_words(section)
        super().__init__(words.title, reason or words.line)
        self.fields: dict[str, SettingField] = {}
        by_key = {state.setting.key: state for state in states}
        for first in before:
            self.cards.addWidget(first)
        for card in words.cards:
            found = [by_key.pop(key) for key in card.keys if key in by_key]
            self._add_card(card.title, card.line, found, reason)
        if by_key:
            self._add_card(self.tr("More"), "", list(by_key.values()), reason)

    def _add_card(self, title: str, text: str, states: Sequence[SettingState], reason: str) -> None:
        fields = []
        for state in states:
            field = SettingField(state, reason, self)
            field.changed.connect(self.changed)
            field.error_changed.connect(self.changed)
            self.fields[state.setting.key] = field
            fields.append(field.widget)
        self.cards.addWidget(settings_card(title, text, fields))

    @property
    def dirty(self) -> list[SettingField]:
        """Fields that hold something else than what is saved."""
        return [field for field in self.fields.values() if field.is_dirty]

    @property
    def wrong(self) -> list[SettingField]:
        """Fields whose error is in sight."""
        return [field for field in self.fields.values() if field.error]

    def check(self) -> bool:
        """Check every changed field now."""
        # Every one of them: a person sees all errors at once.
        wrong = [field for field in self.dirty if not field.check()]
        return not wrong

    def discard(self) -> None:
        """Show what is saved."""
        for field in self.fields.values():
            field.show_value(field.saved)
        self.changed.emit()

    def go_to(self, key: str) -> None:
        """Put the focus into the field of a setting."""
        if key in self.fields:
            self.area.ensureWidgetVisible(self.fields[key].widget)
            self.fields[key].control.setFocus()


def setting_matching(section: Section, words: str) -> str:
    """Key of the first setting of a section whose title or help has the words, or empty.

    Asked while a person types, so no page is built for it.
    """
    wanted = words.casefold()
    keys = [key for card in section_words(section).cards for key in card.keys]
    keys += [key for key, each in SETTINGS.items() if each.section is section and key not in keys]
    return next((key for key in keys if wanted in _text_of(SETTINGS[key])), "")


def _text_of(setting: Setting) -> str:
    return f"{setting_words(setting).title} {setting.help} {setting.key}".casefold()
