"""The audit log as a report prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import filterfalse

from sqlalchemy import select

from crmdesk.core.audit.acting import acting_users, teams_called
from crmdesk.core.audit.catalogue import load_audit_catalogue
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.found import FoundEntries
from crmdesk.core.audit.imported_matching import imported_people, imported_withheld
from crmdesk.core.audit.kinds import LOG_IMPORTED
from crmdesk.core.audit.marks import RangeCounts
from crmdesk.core.audit.matching import Matching, edition_of
from crmdesk.core.audit.query import found_entries
from crmdesk.core.audit.vocabulary import objects_of_records
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import users as user_table
from crmdesk.core.db.tables import workspace
from crmdesk.core.errors import UserError
from crmdesk.core.exports.content import Cells
from crmdesk.core.exports.model import Exclusion, ExportSource, Naming
from crmdesk.core.exports.report_columns import report_columns
from crmdesk.core.exports.report_comments import comments_cell, discussed_entries
from crmdesk.core.exports.report_entries import entry_printer
from crmdesk.core.exports.report_model import AuditLogReport
from crmdesk.core.exports.report_table import ReportTable
from crmdesk.core.settings import read_setting

_CONTENT = "content"


def audit_log_table(tx: Tx, subject: AuditLogReport, choices: Naming) -> ReportTable:
    """The entries that pass, newest first.

    Raises:
        UserError: ``audit_user_unknown``.
        WrongUsage: a filter that does not exist.
    """
    _refuse_unknown_users(tx, subject.filters)
    filters, excluded = _allowed(tx, subject.filters)
    discussed = discussed_entries(tx) if subject.comments else frozenset()
    workspace_id = str(tx.scalar(select(workspace.c.id)))
    words = _kind_labels(tx) if choices is Naming.LABEL else _kind_codes

    printer = entry_printer(tx, workspace_id, words)
    found = found_entries(tx, filters)
    if found and not edition_of(tx).shows_details:
        excluded[Exclusion.DETAILS] = len(found)
    taken = frozenset() if subject.up_to is None else _taken_later(tx, subject.up_to)
    later = 0 if subject.up_to is None else _later(found, subject.up_to, taken)

    def rows() -> Iterator[Cells]:
        for number, cells in printer.rows(tx, _as_asked(found, subject.up_to, taken)):
            yield (*cells, comments_cell(tx, number, discussed)) if subject.comments else cells

    return ReportTable(
        ExportSource.AUDIT_LOG,
        "Audit log",
        "audit_log",
        report_columns(subject),
        len(found) - later,
        rows,
        excluded=excluded,
    )


def _taken_later(tx: Tx, up_to: int) -> frozenset[int]:
    """Imported entries whose log was taken after that entry; they may stand anywhere."""
    rows = tx.sql(
        "SELECT -id FROM imported_events WHERE log_id IN (SELECT CAST(object_id AS INTEGER) "
        "FROM audit_events WHERE id > ? AND subcategory = ? AND action = ?)",
        (up_to, LOG_IMPORTED.subcategory, LOG_IMPORTED.action.value),
    )
    return frozenset(number for (number,) in rows)


def _later(found: FoundEntries, up_to: int, taken: frozenset[int]) -> int:
    """How many entries came after that one."""
    own = RangeCounts(found.marks)
    imported = sum(1 for number in found if number in taken) if taken else 0
    return own.total - own.below(up_to + 1) + imported


def _as_asked(found: FoundEntries, up_to: int | None, taken: frozenset[int]) -> Iterator[int]:
    """The entries without those that came later; imported ones may stand among these."""
    if up_to is None:
        return iter(found)
    earlier = filter(up_to.__ge__, found)
    return filterfalse(taken.__contains__, earlier) if taken else earlier


def _allowed(tx: Tx, filters: AuditFilters) -> tuple[AuditFilters, dict[Exclusion, int]]:
    """The filters as the editions narrow them, and how many entries that leaves out."""
    excluded = {Exclusion.EDITION: _withheld(tx, filters) + imported_withheld(tx, filters)}
    if not read_setting(tx, "workspace.content_edition"):
        without = (*filters.without.categories, _CONTENT)
        narrowed = replace(filters, without=replace(filters.without, categories=without))
        before = len(found_entries(tx, filters))
        filters = narrowed
        excluded[Exclusion.CONTENT_EDITION] = before - len(found_entries(tx, filters))
    return filters, {reason: count for reason, count in excluded.items() if count}


def _withheld(tx: Tx, filters: AuditFilters) -> int:
    """How many own entries pass that only another edition shows."""
    matching = Matching(tx)
    everything = matching.passing(filters, in_any_edition=True)
    return (everything - matching.passing(filters)).count()


def _refuse_unknown_users(tx: Tx, filters: AuditFilters) -> None:
    """A name that was misspelt must not make a file that says that nothing was done."""
    known = set(tx.execute(select(user_table.c.id)).scalars())
    unknown = [
        prefix
        for prefix in filters.by
        if not (
            acting_users(tx, (prefix,))
            or teams_called(tx, (prefix,))
            or imported_people(tx, prefix)
        )
    ]
    unknown += [str(user_id) for user_id in filters.user_ids if user_id not in known]
    if unknown:
        raise UserError(
            "audit_user_unknown",
            f"No user or team is called “{unknown[0]}”, or begins so.",
            "Give an e-mail address, a name, a team, or the beginning of one.",
            by=unknown[0],
        )


def _kind_codes(category: str, subcategory: str, action: str) -> tuple[str, str, str]:
    return category, subcategory, action


def _kind_labels(tx: Tx) -> Callable[[str, str, str], tuple[str, str, str]]:
    """What happened, as the log shows it; of records by the name that their object has now."""
    catalogue = load_audit_catalogue()
    objects = {each.code.upper(): each.label for each in objects_of_records(tx)}

    # Kinds are few and entries many: each is looked up once.
    @cache
    def labels(category: str, subcategory: str, action: str) -> tuple[str, str, str]:
        label = catalogue.action_labels.get(action, action)
        found = catalogue.category(category)
        if found is None:
            return category, subcategory, label
        below = found.subcategory(subcategory)
        shown = objects.get(subcategory, subcategory) if below is None else below.label
        return found.label, shown, label

    return labels
