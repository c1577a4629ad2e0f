"""What an entry says happened: category, subcategory and action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The categories of the log; which of them an edition shows is in the catalogue."""

    LOGIN = "login"
    SECURITY = "security"
    APPROVALS = "approvals"
    CRM_OBJECT = "crm_object"
    ASSOCIATION = "association"
    ASSOCIATION_DEFINITION = "association_definition"
    LIST = "list"
    PIPELINE = "pipeline"
    PRIVACY = "privacy"
    PROPERTY = "property"
    PROPERTY_VALUE = "property_value"
    RECORD_FORM = "record_form"
    SENSITIVE = "sensitive_property"
    SETTINGS = "settings"
    WORKFLOW = "workflow"


class Action(StrEnum):
    """The verb of an entry."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    PURGE = "purge"
    MERGE = "merge"
    IMPORT = "import"
    EXPORT = "export"
    DOWNLOAD = "download"
    VERIFY = "verify"
    REVEAL = "reveal"
    UNDO = "undo"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    LOCK = "lock"
    UNLOCK = "unlock"
    EXPIRE = "expire"
    CANCEL = "cancel"
    ENABLE = "enable"
    DISABLE = "disable"
    REFUSE = "refuse"
    OTHER = "other"


class Result(StrEnum):
    """How the action ended."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of entry."""

    category: Category
    subcategory: str
    action: Action


def login(subcategory: str, action: Action) -> EventKind:
    """Sign-ins and what belongs to them."""
    return EventKind(Category.LOGIN, subcategory, action)


LOGIN_SUCCEEDED = login("LOGIN_SUCCEEDED", Action.SIGN_IN)
LOGIN_FAILED = login("LOGIN_FAILED", Action.SIGN_IN)
LOGOUT = login("LOGOUT", Action.SIGN_OUT)
SESSION_LOCKED = login("SESSION_LOCKED", Action.LOCK)
SESSION_UNLOCKED = login("SESSION_UNLOCKED", Action.UNLOCK)


def security(code: str, action: Action) -> EventKind:
    """Security activity; ``code`` is the field's own name for it."""
    return EventKind(Category.SECURITY, code, action)


BACKUP_CREATED = security("DATA_BACKUP_CREATED", Action.CREATE)
BACKUP_DOWNLOADED = security("DATA_BACKUP_DOWNLOADED", Action.DOWNLOAD)
BACKUP_DELETED = security("DATA_BACKUP_DELETED", Action.DELETE)
BACKUP_EXPIRED = security("DATA_BACKUP_EXPIRED", Action.EXPIRE)
BACKUP_VERIFIED = security("DATA_BACKUP_VERIFIED", Action.VERIFY)
BACKUP_PINNED = security("DATA_BACKUP_PINNED", Action.UPDATE)
BACKUP_INTERRUPTED = security("DATA_BACKUP_INTERRUPTED", Action.CANCEL)
RESTORE_COMPLETED = security("DATA_RESTORE_COMPLETED", Action.RESTORE)
RESTORE_PLANNED = security("DATA_RESTORE_PLANNED", Action.VERIFY)
PROPERTY_REVISED = security("PROPERTY_HISTORY_REVISION", Action.RESTORE)
MERGE_REVERTED = security("MERGE_REVERT", Action.UNDO)
RESTORE_UNDONE = security("UNIFIED_RESTORE_UNDO_EXECUTION", Action.UNDO)
IMPORT = security("IMPORT", Action.IMPORT)
IMPORT_UNDONE = security("IMPORT_REVERTED", Action.UNDO)
JOB_INTERRUPTED = security("JOB_INTERRUPTED", Action.CANCEL)
JOB_CANCELLED = security("JOB_CANCELLED", Action.CANCEL)
GDPR_DELETE = security("GDPR_DELETE", Action.PURGE)
CONTACT_DATA_EXPORT = security("CONTACT_DATA_EXPORT", Action.EXPORT)
ADD_USER = security("ADD_USER", Action.CREATE)
REMOVE_USER = security("REMOVE_USER", Action.DELETE)
REMOVE_ADMIN_USER = security("REMOVE_ADMIN_USER", Action.DELETE)
UPDATE_USER = security("UPDATE_USER", Action.UPDATE)
VIEWING_STARTED = security("IMPERSONATE_USER", Action.ENABLE)
VIEWING_ENDED = security("IMPERSONATE_USER", Action.DISABLE)
DEACTIVATE_USER = security("DEACTIVATE_USER", Action.DISABLE)
REACTIVATE_USER = security("REACTIVATE_USER", Action.ENABLE)
ADD_ADMIN_USER = security("ADD_ADMIN_USER", Action.CREATE)
ADD_ADMIN_PERMISSIONS = security("ADD_ADMIN_PERMISSIONS", Action.ENABLE)
REMOVE_ADMIN_PERMISSIONS = security("REMOVE_ADMIN_PERMISSIONS", Action.DISABLE)
ADD_TWO_FACTOR = security("ADD_TWO_FACTOR_AUTHENTICATION", Action.ENABLE)
REMOVE_TWO_FACTOR = security("REMOVE_TWO_FACTOR_AUTHENTICATION", Action.DISABLE)
RESET_TWO_FACTOR = security("RESET_TWO_FACTOR_AUTHENTICATION", Action.DISABLE)
TWO_FACTOR_CODE_ACCEPTED = security("TWO_FACTOR_CODE_ACCEPTED", Action.VERIFY)
TWO_FACTOR_CODE_REFUSED = security("TWO_FACTOR_CODE_REFUSED", Action.VERIFY)
CHANGE_PASSWORD = security("CHANGE_PASSWORD", Action.UPDATE)
ONE_TIME_CODE_MADE = security("MANUAL_PASSWORD_RESET_EMAIL_SEND", Action.CREATE)
REGISTRATION_SENT = security("MANUAL_REGISTRATION_EMAIL_SEND", Action.CREATE)
TEAM_ADDED = security("TEAM_ADDED", Action.CREATE)
TEAM_DELETED = security("TEAM_DELETED", Action.DELETE)
TEAM_USER_ADDED = security("TEAM_USER_ADDED", Action.UPDATE)
TEAM_USER_DELETED = security("TEAM_USER_DELETED", Action.UPDATE)
WORKSPACE_CREATED = security("WORKSPACE_CREATED", Action.CREATE)
WORKSPACE_RESTORED = security("WORKSPACE_RESTORED", Action.RESTORE)
RESTORE_REPORT_SAVED = security("DATA_RESTORE_REPORT", Action.EXPORT)
RESTORE_SKIPPED_SAVED = security("DATA_RESTORE_SKIPPED", Action.EXPORT)
IMPORT_ERRORS_SAVED = security("IMPORT_ERRORS", Action.EXPORT)
UNCONVERTED_SAVED = security("PROPERTY_TYPE_VALUES", Action.EXPORT)
EXPORT_CREATED = security("EXPORT", Action.EXPORT)
USERS_EXPORTED = security("EXPORT_USERS", Action.EXPORT)
EXPORT_CANCELLED = security("EXPORT", Action.CANCEL)
EXPORT_DOWNLOADED = security("EXPORT_DOWNLOAD", Action.DOWNLOAD)
EXPORT_EXPIRED = security("EXPORT", Action.EXPIRE)
EXPORT_REQUESTED = EventKind(Category.APPROVALS, "EXPORT_APPROVAL", Action.CREATE)
EXPORT_APPROVED = EventKind(Category.APPROVALS, "EXPORT_APPROVAL", Action.ENABLE)
EXPORT_REJECTED = EventKind(Category.APPROVALS, "EXPORT_APPROVAL", Action.REFUSE)
EXPORT_THRESHOLD_CHANGED = EventKind(Category.SETTINGS, "EXPORT_THRESHOLD", Action.UPDATE)
MAIL_SERVER_CHANGED = EventKind(Category.SETTINGS, "MAIL_SERVER", Action.UPDATE)
MAIL_TESTED = EventKind(Category.SETTINGS, "MAIL_SERVER", Action.VERIFY)
MAIL_RETRIED = EventKind(Category.SETTINGS, "OUTBOX", Action.UPDATE)
COMPARISON_EXPORTED = security("DATA_BACKUP_COMPARISON", Action.EXPORT)
BACKUP_DRILLED = security("DATA_BACKUP_DRILL", Action.VERIFY)
KEY_RECOVERED = security("WORKSPACE_KEY_RECOVERED", Action.RESTORE)
PAGES_ACCEPTED = security("DATABASE_CONTENT_ACCEPTED", Action.UPDATE)
RECOVERY_KEY_RENEWED = security("WORKSPACE_RECOVERY_KEY_RENEWED", Action.UPDATE)
KEYRING_FILE_CHOSEN = security("SECRET_STORE_CHANGED", Action.UPDATE)
LOG_ANCHORED = security("AUDIT_LOG_ANCHORED", Action.EXPORT)
AUDIT_VIEW_CREATED = security("AUDIT_LOG_VIEW", Action.CREATE)
AUDIT_VIEW_CHANGED = security("AUDIT_LOG_VIEW", Action.UPDATE)
AUDIT_VIEW_REMOVED = security("AUDIT_LOG_VIEW", Action.DELETE)
LOG_IMPORTED = security("AUDIT_LOG_IMPORTED", Action.IMPORT)
LOG_IMPORT_REMOVED = security("AUDIT_LOG_IMPORTED", Action.DELETE)
COMMENT_ADDED = security("AUDIT_LOG_COMMENT", Action.CREATE)
COMMENT_CHANGED = security("AUDIT_LOG_COMMENT", Action.UPDATE)
COMMENT_REMOVED = security("AUDIT_LOG_COMMENT", Action.DELETE)
CLOCK_WENT_BACK = security("CLOCK_WENT_BACK", Action.UPDATE)
PERMISSION_REFUSED = security("PERMISSION_REFUSED", Action.REFUSE)
SETTING_CHANGED = EventKind(Category.SETTINGS, "SETTING", Action.UPDATE)
OBJECT_CREATED = EventKind(Category.PROPERTY, "OBJECT_DEFINITION", Action.CREATE)
OBJECT_REMOVED = EventKind(Category.PROPERTY, "OBJECT_DEFINITION", Action.DELETE)
PROPERTY_CREATED = EventKind(Category.PROPERTY, "PROPERTY", Action.CREATE)
PROPERTY_UPDATED = EventKind(Category.PROPERTY, "PROPERTY", Action.UPDATE)
PROPERTY_ARCHIVED = EventKind(Category.PROPERTY, "PROPERTY", Action.DELETE)
PROPERTY_RESTORED = EventKind(Category.PROPERTY, "PROPERTY", Action.RESTORE)
OBJECT_UPDATED = EventKind(Category.PROPERTY, "OBJECT_DEFINITION", Action.UPDATE)
OBJECT_RESTORED = EventKind(Category.PROPERTY, "OBJECT_DEFINITION", Action.RESTORE)
GROUP_CREATED = EventKind(Category.PROPERTY, "PROPERTY_GROUP", Action.CREATE)
GROUP_UPDATED = EventKind(Category.PROPERTY, "PROPERTY_GROUP", Action.UPDATE)
GROUP_DELETED = EventKind(Category.PROPERTY, "PROPERTY_GROUP", Action.DELETE)
PIPELINE_CREATED = EventKind(Category.PIPELINE, "PIPELINE", Action.CREATE)
PIPELINE_UPDATED = EventKind(Category.PIPELINE, "PIPELINE", Action.UPDATE)
PIPELINE_DELETED = EventKind(Category.PIPELINE, "PIPELINE", Action.DELETE)
STAGE_CREATED = EventKind(Category.PIPELINE, "STAGE", Action.CREATE)
STAGE_UPDATED = EventKind(Category.PIPELINE, "STAGE", Action.UPDATE)
STAGE_DELETED = EventKind(Category.PIPELINE, "STAGE", Action.DELETE)
LABEL_CREATED = EventKind(Category.ASSOCIATION_DEFINITION, "LABEL", Action.CREATE)
LABEL_UPDATED = EventKind(Category.ASSOCIATION_DEFINITION, "LABEL", Action.UPDATE)
LABEL_DELETED = EventKind(Category.ASSOCIATION_DEFINITION, "LABEL", Action.DELETE)
LIMIT_CHANGED = EventKind(Category.ASSOCIATION_DEFINITION, "LIMIT", Action.UPDATE)
CREATE_FORM_CHANGED = EventKind(Category.RECORD_FORM, "CREATE_FORM", Action.UPDATE)
SENSITIVE_CREATED = EventKind(Category.SENSITIVE, "PROPERTY", Action.CREATE)
SENSITIVE_CHANGED = EventKind(Category.SENSITIVE, "PROPERTY", Action.UPDATE)
SENSITIVE_EXPORTED = EventKind(Category.SENSITIVE, "VALUE", Action.EXPORT)
SENSITIVE_ACCESS_CHANGED = EventKind(Category.SENSITIVE, "ACCESS", Action.UPDATE)
SENSITIVE_REVEALED = EventKind(Category.SENSITIVE, "VALUE", Action.REVEAL)
PERSON_EXPORTED = EventKind(Category.PRIVACY, "DATA_SUBJECT_EXPORT", Action.EXPORT)
PERSON_DELETED = EventKind(Category.PRIVACY, "DATA_SUBJECT_DELETION", Action.PURGE)

SEGMENT_CREATED = EventKind(Category.LIST, "SEGMENT", Action.CREATE)
SEGMENT_CHANGED = EventKind(Category.LIST, "SEGMENT", Action.UPDATE)
SEGMENT_REMOVED = EventKind(Category.LIST, "SEGMENT", Action.DELETE)


def crm_object(object_type: str, action: Action) -> EventKind:
    """A record was created, deleted, brought back, merged or deleted for good."""
    return EventKind(Category.CRM_OBJECT, object_type.upper(), action)


def property_value(object_type: str) -> EventKind:
    """A user edited values of a record."""
    return EventKind(Category.PROPERTY_VALUE, object_type.upper(), Action.UPDATE)


def association(object_type: str, action: Action) -> EventKind:
    """A record was associated with another, or no longer, or the label between them changed."""
    return EventKind(Category.ASSOCIATION, object_type.upper(), action)
