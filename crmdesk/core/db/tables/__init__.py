"""Every table but those of the CRM objects, which are made from their definitions.

Times are 24 characters of UTC text (see :mod:`crmdesk.core.clock`), JSON is text, and yes/no is
0 or 1, so that any SQL tool reads the file without us.
"""

from __future__ import annotations

from crmdesk.core.db.tables.audit import audit_details, audit_events, audit_seals
from crmdesk.core.db.tables.audit_index import audit_index_state, audit_marks
from crmdesk.core.db.tables.base import metadata, views
from crmdesk.core.db.tables.comments import (
    audit_comment_drafts,
    audit_comment_reads,
    audit_comments,
)
from crmdesk.core.db.tables.definitions import (
    object_types,
    pipeline_stages,
    pipelines,
    properties,
    property_options,
)
from crmdesk.core.db.tables.history import (
    change_sets,
    property_history,
    record_aliases,
    record_history,
    source_records,
    tombstones,
    value_history,
)
from crmdesk.core.db.tables.imported_logs import imported_events, imported_logs
from crmdesk.core.db.tables.leaving import export_downloads, export_thresholds, exports
from crmdesk.core.db.tables.looks import (
    backup_drills,
    create_form_fields,
    import_templates,
    property_groups,
    saved_views,
    segment_members,
    segments,
    view_places,
)
from crmdesk.core.db.tables.mail import mail_choices, mail_server, outbox
from crmdesk.core.db.tables.people import (
    attempt_counters,
    one_time_codes,
    recovery_codes,
    sessions,
    step_ups,
    team_members,
    team_stays,
    teams,
    user_permissions,
    users,
    viewings,
)
from crmdesk.core.db.tables.relations import (
    association_history,
    association_labels,
    association_limits,
    associations,
)
from crmdesk.core.db.tables.work import (
    backups,
    import_details,
    imports,
    jobs,
    locks,
    notifications,
    plans,
    restores,
)
from crmdesk.core.db.tables.workspace import clock_state, definitions_state, settings, workspace

__all__ = [
    "association_history",
    "association_labels",
    "association_limits",
    "associations",
    "attempt_counters",
    "audit_comment_drafts",
    "audit_comment_reads",
    "audit_comments",
    "audit_details",
    "audit_events",
    "audit_index_state",
    "audit_marks",
    "audit_seals",
    "backup_drills",
    "backups",
    "change_sets",
    "clock_state",
    "create_form_fields",
    "definitions_state",
    "export_downloads",
    "export_thresholds",
    "exports",
    "import_details",
    "import_templates",
    "imported_events",
    "imported_logs",
    "imports",
    "jobs",
    "locks",
    "mail_choices",
    "mail_server",
    "metadata",
    "notifications",
    "object_types",
    "one_time_codes",
    "outbox",
    "pipeline_stages",
    "pipelines",
    "plans",
    "properties",
    "property_groups",
    "property_history",
    "property_options",
    "record_aliases",
    "record_history",
    "recovery_codes",
    "restores",
    "saved_views",
    "segment_members",
    "segments",
    "sessions",
    "settings",
    "source_records",
    "step_ups",
    "team_members",
    "team_stays",
    "teams",
    "tombstones",
    "user_permissions",
    "users",
    "value_history",
    "view_places",
    "viewings",
    "views",
    "workspace",
]
