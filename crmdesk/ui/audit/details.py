"""The panel of one entry: details, the records of a bulk action, comments, what can be done."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.event import AuditEvent
from crmdesk.ui import words
from crmdesk.ui.audit.bulk_tab import BulkTab
from crmdesk.ui.audit.comments.tab import CommentsTab
from crmdesk.ui.audit.entry_body import EntryBody
from crmdesk.ui.audit.entry_deeds import EntryDeeds, place_words
from crmdesk.ui.audit.entry_facts import opens_into_records
from crmdesk.ui.audit.places import Place, look_at
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.exports.words import filled
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.badge import Badge
from crmdesk.ui.widgets.side_panel import SidePanel

DETAILS, RECORDS, COMMENTS = "details", "records", "comments"


class EntryPanel(SidePanel):
    """Shows one entry of the log."""

    def __init__(self, wording: Wording, deeds: EntryDeeds, parent: QWidget | None = None) -> None:
        super().__init__("audit", say("Entry"), parent=parent)
        self._wording, self.deeds = wording, deeds
        self._desk = wording.desk
        self.event_id: int | None = None
        self.event: AuditEvent | None = None
        self.body = EntryBody(wording)
        self.bulk = BulkTab(wording)
        self.comments = CommentsTab(self._desk)
        self.add_page(DETAILS, say("Details"), self.body)
        self.add_page(RECORDS, say("Records"), self.bulk, scrolls=False)
        self.add_page(COMMENTS, say("Comments"), self.comments, scrolls=False)
        self.offer_page(RECORDS, offered=False)
        self.body.copy_asked.connect(self.copy_link)
        self.bulk.chosen.connect(self._desk.go)
        self.comments.counted.connect(self._count_comments)
        for part in (self.body, self.bulk, self.comments):
            part.failed.connect(deeds.failed)
        self.page_chosen.connect(lambda _key: self._fit_page())

    @property
    def complete(self) -> bool:
        """Whether everything about the entry stands."""
        return self.body.complete

    @property
    def check(self) -> Badge:
        """Says whether the entry is as it was written."""
        return self.body.check

    def set_wording(self, wording: Wording) -> None:
        """Show entries with the labels and the zone of now."""
        self._wording = self.body.wording = self.bulk.source.wording = wording

    def show_entry(self, event_id: int) -> None:
        """Read an entry and show it; one that is gone says so."""
        self.event_id, self.event = event_id, None
        desk = self._desk
        try:
            event = desk.workspace.audit_reader.event(desk.actor, event_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the panel says it
            self.set_heading(filled(say("Entry %1"), words.number(event_id)))
            for page in (RECORDS, COMMENTS):
                self.offer_page(page, offered=False)
            self.body.show_error(message(error))
            self.set_foot([])
            return
        self._fill(event)

    def show_comment(self, event_id: int, comment_id: int = 0) -> None:
        """Show an entry with what is said about it, and one comment of it if one is given."""
        self.show_entry(event_id)
        if self.event is None:
            return
        self.show_page(COMMENTS)
        self._fit_page()
        if comment_id:
            self.comments.show_comment(event_id, comment_id)

    def copy_link(self) -> None:
        """Put a link that opens this entry on the clipboard."""
        if self.event_id is not None:
            QGuiApplication.clipboard().setText(self._wording.link(f"audit/{self.event_id}"))
            self._desk.toast(say("Link copied"), say("It opens this entry in CRM Desk."))

    def look_again(self) -> None:
        """Find out what can be done from the entry: records may be back, a file may be gone."""
        event, desk = self.event, self._desk
        if event is not None and self._wording.edition.shows_details:
            desk.run_query(
                self,
                "place",
                lambda: look_at(desk, event, self.deeds.deleted_records(event)),
                lambda place: self._show_place(event, place),
                self.deeds.failed.emit,
            )

    def _fill(self, event: AuditEvent) -> None:
        wording = self._wording
        self.event = event
        who = filled(say("%1, %2"), wording.who(event), wording.at(event, inside=True))
        self.set_heading(wording.title(event), who)
        self.set_foot([])
        self.body.show_event(event)
        self._show_bulk(event)
        self._show_comments(event)
        self.look_again()

    def _show_bulk(self, event: AuditEvent) -> None:
        """A bulk action is one entry; its records are a page of their own."""
        known = (event.object or "") in self._wording.objects
        detailed = self._wording.edition.shows_details
        many = opens_into_records(event) and known and detailed
        self.offer_page(RECORDS, offered=many)
        if many:
            self.set_page_title(RECORDS, filled(say("Records %1"), words.number(event.subjects)))
            self.bulk.show_entry(event)

    def _show_comments(self, event: AuditEvent) -> None:
        """Entries of another program's log are read here, not talked about."""
        own = event.id > 0
        self.offer_page(COMMENTS, offered=own)
        if own:
            self.set_page_title(COMMENTS, say("Comments"))
            self.comments.show_entry(event.id)

    def _count_comments(self, count: int) -> None:
        text = filled(say("Comments %1"), words.number(count)) if count else say("Comments")
        self.set_page_title(COMMENTS, text)

    def _show_place(self, event: AuditEvent, place: Place) -> None:
        if event is self.event:
            self.set_foot(self.deeds.buttons(event, place))
            self._fit_page()
            self.body.set_notes(place_words(event, place, self._desk))

    def _fit_page(self) -> None:
        """Comments bring a foot of their own."""
        self._foot.setVisible(self.foot.count() > 0 and self.page != COMMENTS)
