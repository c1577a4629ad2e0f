"""What pages that show something else than records have to export."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.vocabulary import Vocabulary
from crmdesk.core.exports.model import Exclusion, ExportEstimate
from crmdesk.core.exports.report_model import (
    AuditLogReport,
    HistoryReport,
    ReportSubject,
    UsersReport,
)
from crmdesk.core.records.record import Record
from crmdesk.core.records.schema import Property
from crmdesk.ui.audit.filter_words import filter_words
from crmdesk.ui.exports.report_dialog import ReportOffer
from crmdesk.ui.exports.words import filled, say


def audit_log_offer(shown: AuditFilters, vocabulary: Vocabulary, zone: ZoneInfo) -> ReportOffer:
    """The entries that the log shows, and all of them.

    Args:
        shown: what the log is narrowed to.
        vocabulary: the words of its filters.
        zone: of its dates.
    """
    subjects: list[tuple[str, ReportSubject]] = [(say("The whole log"), AuditLogReport())]
    if shown != AuditFilters():
        # Without their number: it is counted anew below, and entries may have come since.
        subjects.insert(0, (say("What the log shows"), AuditLogReport(shown)))

    def notes(subject: ReportSubject, found: ExportEstimate) -> list[tuple[str, str]]:
        filters = subject.filters if isinstance(subject, AuditLogReport) else AuditFilters()
        said = filter_words(filters, vocabulary, zone)
        narrowed = filled(say("Filters: %1."), said) if said else say("No filter.")
        return [("list-filter", narrowed), *_excluded(found)]

    return ReportOffer(
        say("the audit log"),
        say("Audit log"),
        say("Entries"),
        subjects,
        lambda found: say("%Ln entr{y|ies}", found),
        notes=notes,
        comments=True,
    )


def _excluded(found: ExportEstimate) -> list[tuple[str, str]]:
    """What the editions leave out."""
    lines = []
    for reason, count in found.excluded.items():
        text = say("Without %Ln entr{y|ies} that this edition does not show.", count)
        if reason is Exclusion.CONTENT_EDITION:
            text = say("Without %Ln entr{y|ies} of content activity, as the settings say.", count)
        elif reason is Exclusion.DETAILS:
            text = say(
                "Without the details of %Ln entr{y|ies}, which this edition does not show.", count
            )
        lines.append(("eye-off", text))
    return lines


def users_offer() -> ReportOffer:
    """Every user, with what they may do."""
    return ReportOffer(
        say("the users"),
        say("Users"),
        say("Users"),
        [(say("All users"), UsersReport())],
        lambda found: say("%Ln user{|s}", found),
        has_choices=False,
    )


def history_offer(found: Property, record: Record, record_name: str) -> ReportOffer:
    """Every value that a property of a record had."""
    subject = HistoryReport(record.object_type, record.id, found.name)
    return ReportOffer(
        filled(say("the history of %1"), found.label),
        filled(say("%1 of %2"), found.label, record_name or str(record.id)),
        say("Values"),
        [(found.label, subject)],
        lambda count: say("%Ln value{|s}", count),
    )
