"""Says how many entries a list or a report of the log leaves out, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.cli.output import plural

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat
    from crmdesk.core.audit.filters import AuditFilters


def tell_left_out(here: Seat, filters: AuditFilters, *, in_file: bool) -> None:
    """Remark on entries that the filters find and that are kept back.

    Args:
        in_file: it is a report, which also goes without details where the edition shows none, and
            without content activity where the settings say so.
    """
    from crmdesk.core.exports.model import Exclusion
    from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest

    asked = ReportRequest(AuditLogReport(filters))
    excluded = here.workspace.reports.estimate(here.actor, asked).excluded
    if found := excluded.get(Exclusion.EDITION):
        entries = plural(found, "entry", "entries")
        here.output.remark(f"Without {entries} that this edition does not show.")
    if in_file and (found := excluded.get(Exclusion.DETAILS)):
        entries = plural(found, "entry", "entries")
        here.output.remark(f"Without the details of {entries}, which this edition does not show.")
    if in_file and (found := excluded.get(Exclusion.CONTENT_EDITION)):
        entries = plural(found, "entry", "entries")
        here.output.remark(f"Without {entries} of content activity, as the settings say.")
