"""The panel of one entry: what changed, every fact the log holds of it, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.verify import Reason
from crmdesk.core.setting_declarations import Edition
from crmdesk.ui import words
from crmdesk.ui.audit.bulk_tab import BulkTab
from crmdesk.ui.audit.comments.tab import CommentsTab
from crmdesk.ui.audit.entry_deeds import EntryDeeds, place_words
from crmdesk.ui.audit.entry_facts import (
    detail_facts,
    entry_facts,
    fault,
    opens_into_records,
    shown_changes,
    sign_in_facts,
)
from crmdesk.ui.audit.places import Place, look_at
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.exports.words import filled
from crmdesk.ui.messages import message
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.facts import FactList
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel, empty_layout
from crmdesk.ui.widgets.value_change import ShownChange, ValueChange

# The panel opens with a few of them; the others come between what the window does.
_MOST_CHANGES, _AT_ONCE, _TURN_MS = 40, 4, 5
DETAILS, RECORDS, COMMENTS = "details", "records", "comments"


class EntryPanel(SidePanel):
    """Shows one entry of the log.

    Signals:
        shown: an entry stands in the panel now; carries it.
    """

    shown = Signal(object)

    def __init__(self, wording: Wording, deeds: EntryDeeds, parent: QWidget | None = None) -> None:
        super().__init__("audit", say("Entry"), parent=parent)
        self.wording, self.deeds = wording, deeds
        self._desk = wording.desk
        self.event_id: int | None = None
        content = QWidget()
        self._body = QVBoxLayout(content)
        self._body.setContentsMargins(11, 14, 16, 16)
        self._body.setSpacing(12)
        self.check = Badge("")
        self.copy_button = IconButton("link", say("Copy link to this entry"))
        self.copy_button.setObjectName("audit_copy_link")
        self.copy_button.clicked.connect(self.copy_link)
        self.tools.insertWidget(0, self.copy_button)
        self.event: AuditEvent | None = None
        self._coming: AuditEvent | None = None
        self._waiting: list[ShownChange] = []
        self._last: QWidget = content
        self._content = content
        self._notes = QWidget(content)
        self._notes.hide()
        self._turns = QTimer(self, interval=_TURN_MS)
        self._turns.timeout.connect(self._add_more)
        self.bulk = BulkTab(wording)
        self.bulk.chosen.connect(self._desk.go)
        self.add_page(DETAILS, say("Details"), content)
        self.add_page(RECORDS, say("Records"), self.bulk, scrolls=False)
        self.show_tab(RECORDS, shown=False)
        self.comments = CommentsTab(self._desk)
        self.comments.counted.connect(self._count_comments)
        self.comments.failed.connect(deeds.failed)
        self.add_page(COMMENTS, say("Comments"), self.comments, scrolls=False)
        self.page_chosen.connect(lambda _key: self._fit_page())

    @property
    def complete(self) -> bool:
        """Whether everything about the entry stands."""
        return not self._turns.isActive()

    @property
    def _enterprise(self) -> bool:
        return self.wording.edition is Edition.ENTERPRISE

    def show_entry(self, event_id: int) -> None:
        """Read an entry and show it; one that is gone says so."""
        self.event_id = event_id
        self.event, self._coming, self._waiting = None, None, []
        self._turns.stop()
        empty_layout(self._body)
        self._notes = QWidget(self._content)
        self._notes.hide()
        QVBoxLayout(self._notes).setContentsMargins(0, 0, 0, 0)
        desk = self._desk
        try:
            event = desk.workspace.audit_reader.event(desk.actor, event_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the panel says it
            said = message(error)
            self.set_heading(filled(say("Entry %1"), words.number(event_id)))
            self._body.addWidget(Banner(BannerTone.DANGER, said.title, said.advice))
            self._body.addStretch(1)
            self.set_foot([])
            return
        self._fill(event)
        self._check(event_id)
        self.shown.emit(event)

    def copy_link(self) -> None:
        """Put a link that opens this entry on the clipboard."""
        if self.event_id is not None:
            QGuiApplication.clipboard().setText(self.wording.link(f"audit/{self.event_id}"))
            self._desk.toast(say("Link copied"), say("It opens this entry in CRM Desk."))

    def look_again(self) -> None:
        """Find out what can be done from the entry: records may be back, a file may be gone."""
        event, desk = self.event, self._desk
        if event is not None and self._enterprise:
            desk.run_query(
                self,
                "place",
                lambda: look_at(desk, event, self.deeds.deleted_records(event)),
                lambda place: self._show_place(event, place),
                self.deeds.failed.emit,
            )

    def _fill(self, event: AuditEvent) -> None:
        wording = self.wording
        self.event = event
        who = filled(say("%1, %2"), wording.who(event), wording.at(event, inside=True))
        self.set_heading(wording.title(event), who)
        self.set_foot([])
        self._show_bulk(event)
        self._show_comments(event)
        self.look_again()
        # The panel opens before its body stands.
        self._coming = event
        self._turns.start()

    def _show_bulk(self, event: AuditEvent) -> None:
        """A bulk action is one entry; its records are a page of their own."""
        many = opens_into_records(event) and (event.object or "") in self.wording.objects
        many = many and self._enterprise
        self.show_tab(RECORDS, shown=many)
        if many:
            self.set_page_title(RECORDS, filled(say("Records %1"), words.number(event.subjects)))
            self.bulk.show_entry(event)

    def _show_comments(self, event: AuditEvent) -> None:
        """Entries of another program's log are read here, not talked about."""
        own = event.id > 0
        self.show_tab(COMMENTS, shown=own)
        if own:
            self.set_page_title(COMMENTS, say("Comments"))
            self.comments.show_entry(event.id)

    def show_comment(self, event_id: int, comment_id: int = 0) -> None:
        """Show an entry with what is said about it, and one comment of it if one is given."""
        self.show_entry(event_id)
        self.show_page(COMMENTS)
        self._fit_page()
        if comment_id:
            self.comments.show_comment(event_id, comment_id)

    def _count_comments(self, count: int) -> None:
        text = filled(say("Comments %1"), words.number(count)) if count else say("Comments")
        self.set_page_title(COMMENTS, text)

    def _fit_page(self) -> None:
        """Comments bring a foot of their own."""
        self._foot.setVisible(self.foot.count() > 0 and self.page != COMMENTS)

    def _fill_body(self, event: AuditEvent) -> None:
        wording = self.wording
        if not self._enterprise:
            self._body.addWidget(FactList(sign_in_facts(wording, event)))
            more = say("Enterprise also shows old and new values, ids, session and source.")
            self._body.addWidget(Paragraph(more, TextStyle.CAPTION, "text2"))
            self._body.addStretch(1)
            return
        self._body.addWidget(self._notes)
        changes = shown_changes(wording, event)
        self._waiting = list(changes[_AT_ONCE:_MOST_CHANGES])
        for change in changes[:_AT_ONCE]:
            self._last = ValueChange(change)
            self._body.addWidget(self._last)
        if len(changes) > _MOST_CHANGES:
            more = say("and %n more values", len(changes) - _MOST_CHANGES)
            self._body.addWidget(label(more, TextStyle.CAPTION, "text2"))
        facts = [*sign_in_facts(wording, event), *entry_facts(wording, event)]
        self._body.addWidget(FactList(facts))
        self._add_details(event)
        self._body.addStretch(1)

    def _add_more(self) -> None:
        """Show the body, then a few more changes in each turn below those that stand."""
        event, self._coming = self._coming, None
        if event is not None:
            self._fill_body(event)
            return
        now, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        for change in now:
            place = self._body.indexOf(self._last) + 1
            self._last = ValueChange(change)
            self._body.insertWidget(place, self._last)
        if not self._waiting:
            self._turns.stop()

    def _add_details(self, event: AuditEvent) -> None:
        if event.erased:
            gone = say("The personal details of this entry were erased. The entry itself stays.")
            self._body.addWidget(Paragraph(gone, TextStyle.CAPTION, "text2"))
            return
        facts = detail_facts(event)
        if facts:
            self._body.addWidget(rule())
            self._body.addWidget(FactList(facts))

    def _show_place(self, event: AuditEvent, place: Place) -> None:
        if event.id != self.event_id:
            return
        self.set_foot(self.deeds.buttons(event, place))
        self._fit_page()
        self._set_notes(place_words(event, place, self._desk))

    def _set_notes(self, notes: Sequence[tuple[str, str]]) -> None:
        """Say as text what has to be known before a button is pressed."""
        layout = self._notes.layout()
        if isinstance(layout, QVBoxLayout):
            empty_layout(layout)
            for icon, text in notes:
                layout.addWidget(_note(icon, text))
        self._notes.setVisible(bool(notes))

    def _check(self, event_id: int) -> None:
        imported = event_id < 0
        text = say("Imported: not proven here") if imported else say("Checking this entry")
        self.check = Badge(text, BadgeTone.NEUTRAL, "file-up" if imported else "shield")
        self._body.insertWidget(0, self.check)
        if imported:
            return
        desk, badge = self._desk, self.check

        def done(reason: Reason | None) -> None:
            if reason is None:
                badge.set_state(say("Entry verified"), BadgeTone.OK, "shield-check")
            else:
                badge.set_state(say("Not as it was written"), BadgeTone.DANGER, "shield-x")
                why = Paragraph(fault(reason), TextStyle.BODY, "danger")
                self._body.insertWidget(1, why)

        def failed(_error: Exception) -> None:
            badge.set_state(say("Could not be checked"), BadgeTone.WARN, "shield-alert")

        desk.run_query(
            self,
            "check",
            lambda: desk.workspace.audit.check_entry(desk.actor, event_id),
            done,
            failed,
        )


def _note(icon: str, text: str) -> QWidget:
    card = QFrame()
    card.setProperty("role", "card")
    row = QHBoxLayout(card)
    row.setContentsMargins(12, 10, 12, 10)
    row.setSpacing(12)
    row.addWidget(IconLabel(icon, "text2"))
    row.addWidget(Paragraph(text, TextStyle.BODY, "text2"), 1)
    return card
