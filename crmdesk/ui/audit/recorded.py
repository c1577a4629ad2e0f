"""What is recorded: every category of the catalogue, where it comes from, and how many entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.catalogue import CategoryEntry
from crmdesk.core.setting_declarations import Edition
from crmdesk.ui import words
from crmdesk.ui.audit.log_words import edition_name
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.messages import sentence
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout, rule

_EXAMPLES = 6


class RecordedList(QWidget):
    """A row for each category; numbers come when they are counted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("audit_recorded")
        self._desk = desk
        self.rows: list[CategoryRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.read()

    def read(self) -> None:
        """Make the rows, and count."""
        self._wording = Wording.of(self._desk)
        empty_layout(self._column)
        shown = set(self._wording.catalogue.visible_in(self._wording.edition))
        self.rows = []
        for category in self._wording.catalogue.categories:
            if self.rows:
                self._column.addWidget(rule())
            row = CategoryRow(category, self._examples(category), shown=category in shown)
            self.rows.append(row)
            self._column.addWidget(row)
        self.count()

    @Slot()
    def count(self) -> None:
        """Count the entries of each category."""
        desk = self._desk
        desk.run_query(
            self,
            "recorded",
            lambda: desk.workspace.audit_reader.facets(desk.actor).categories,
            self._show_counts,
            lambda error: self.rows[0].set_count(sentence(error)),
        )

    def _examples(self, category: CategoryEntry) -> Sequence[str]:
        """What its entries are about: its own subcategories, or the objects of now."""
        if category.per_object:
            return [each.plural_label for each in self._wording.objects.values()]
        written = [each.label for each in category.subcategories if each.has_source]
        return written or [each.label for each in category.subcategories]

    def _show_counts(self, counts: Mapping[str, int]) -> None:
        for row in self.rows:
            row.show_count(counts.get(row.category.code, 0))


class CategoryRow(QWidget):
    """One category; its accessible name is all that it says."""

    def __init__(self, category: CategoryEntry, examples: Sequence[str], *, shown: bool) -> None:
        super().__init__()
        self.category, self._shown = category, shown
        self.setObjectName(f"audit_category_{category.code}")
        self._count = label("", TextStyle.CAPTION, "text2", tabular=True)
        here = say("Recorded") if category.has_source else say("No source in this workspace")
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(label(category.label, TextStyle.STRONG))
        top.addWidget(Badge(here, BadgeTone.OK if category.has_source else BadgeTone.NEUTRAL))
        if category.edition is Edition.ENTERPRISE:
            top.addWidget(Badge(edition_name(category.edition), BadgeTone.INFO))
        top.addStretch(1)
        top.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(top)
        said = [category.label, here, category.description]
        column.addWidget(Paragraph(category.description, TextStyle.BODY, "text"))
        if examples:
            said.append(_listed(examples))
            column.addWidget(Paragraph(said[-1], TextStyle.CAPTION, "text2"))
        self._said = said
        self.setAccessibleName(" ".join(said))

    def show_count(self, count: int) -> None:
        """Say how many entries there are, where the edition shows them."""
        if not self._shown:
            self.set_count(say("Not shown in this edition"))
        elif count or self.category.has_source:
            self.set_count(say("%Ln entr{y|ies}", count))

    def set_count(self, text: str) -> None:
        """Say something in place of the number."""
        self._count.setText(text)
        self.setAccessibleName(" ".join([*self._said, text]))


def _listed(examples: Sequence[str]) -> str:
    named = ", ".join(examples[:_EXAMPLES])
    more = len(examples) - _EXAMPLES
    return filled(say("%1 and %2 more"), named, words.number(more)) if more > 0 else named
