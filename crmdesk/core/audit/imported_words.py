"""HubSpot's names for categories, objects, actions and activities, in the words of the catalogue.

Both its API's codes (``CRM_OBJECT``) and the labels on its pages ("Value updates") occur. What is
not known keeps its own name in the details of the entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action, Category, EventKind

#: The catalogue's category for what has none of ours.
OTHER = "other"
_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    Category.LOGIN: ("LOGIN", "LOGINS", "LOGIN_ACTIVITY"),
    Category.SECURITY: ("SECURITY", "SECURITY_ACTIVITY"),
    Category.APPROVALS: ("APPROVAL", "APPROVALS"),
    "communication_preference": ("COMMUNICATION_PREFERENCE", "COMMUNICATION_PREFERENCES"),
    "content": ("CONTENT", "CONTENT_ACTIVITY"),
    Category.CRM_OBJECT: ("CRM_OBJECT", "CRM_OBJECTS"),
    Category.ASSOCIATION: (
        *("CRM_OBJECT_ASSOCIATION", "CRM_OBJECT_ASSOCIATIONS"),
        *("CUSTOM_OBJECT_ASSOCIATION", "CUSTOM_OBJECT_ASSOCIATIONS"),
    ),
    Category.ASSOCIATION_DEFINITION: (
        *("ASSOCIATION_DEFINITION", "ASSOCIATION_DEFINITIONS"),
        "ASSOCIATION_DEFINITION_UPDATES",
    ),
    "customer_agent": ("CUSTOMER_AGENT", "CUSTOMER_AGENT_ACTIONS"),
    Category.PRIVACY: ("PRIVACY_REQUEST", "PRIVACY_REQUESTS", "GDPR", "DATA_PRIVACY"),
    Category.LIST: ("LIST", "LISTS", "SEGMENT", "SEGMENTS"),
    "meetings": ("MEETING", "MEETINGS"),
    "multi_account": ("MULTI_ACCOUNT", "MULTI_ACCOUNT_MANAGEMENT"),
    Category.PIPELINE: ("PIPELINE", "PIPELINES", "PIPELINE_CHANGES"),
    Category.PROPERTY: ("PROPERTY", "PROPERTIES", "PROPERTY_UPDATES", "PROPERTY_DEFINITION"),
    Category.PROPERTY_VALUE: ("PROPERTY_VALUE", "PROPERTY_VALUES", "VALUE_UPDATES"),
    Category.RECORD_FORM: ("RECORD_CREATION_FORM", "RECORD_CREATION_FORMS", "RECORD_FORM"),
    "salesforce": ("SALESFORCE", "SALESFORCE_ACTIVITY"),
    Category.SENSITIVE: ("SENSITIVE_PROPERTY", "SENSITIVE_PROPERTIES", "SENSITIVE_DATA"),
    Category.SETTINGS: ("SETTING", "SETTINGS"),
    Category.WORKFLOW: ("WORKFLOW", "WORKFLOWS"),
}
_OBJECTS = {
    "CONTACT": "CONTACTS",
    "COMPANY": "COMPANIES",
    "DEAL": "DEALS",
    "TICKET": "TICKETS",
    "PRODUCT": "PRODUCTS",
    "CALL": "CALLS",
    "CONVERSATION": "CONVERSATIONS",
    "TASK": "TASKS",
}
#: Categories whose subcategory is the object that an action was about.
_OF_OBJECTS = frozenset({Category.CRM_OBJECT, Category.PROPERTY_VALUE, Category.ASSOCIATION})
_ABOUT_OBJECTS = _OF_OBJECTS | {Category.PIPELINE, Category.PROPERTY, Category.RECORD_FORM}
_ACTIONS = {
    "CREATED": Action.CREATE,
    "ADD": Action.CREATE,
    "ADDED": Action.CREATE,
    "UPDATED": Action.UPDATE,
    "EDIT": Action.UPDATE,
    "DELETED": Action.DELETE,
    "REMOVE": Action.DELETE,
    "REMOVED": Action.DELETE,
    "ARCHIVE": Action.DELETE,
    "RESTORED": Action.RESTORE,
    "MERGED": Action.MERGE,
    "PURGED": Action.PURGE,
    "IMPORTED": Action.IMPORT,
    "EXPORTED": Action.EXPORT,
    "DOWNLOADED": Action.DOWNLOAD,
    "LOGIN": Action.SIGN_IN,
    "ENABLED": Action.ENABLE,
    "DISABLED": Action.DISABLE,
    "CANCELLED": Action.CANCEL,
    "CANCELED": Action.CANCEL,
}
_VERBS = _ACTIONS | {
    "CREATE": Action.CREATE,
    "UPDATE": Action.UPDATE,
    "DELETE": Action.DELETE,
    "INSTALL": Action.CREATE,
    "UNINSTALL": Action.DELETE,
    "REQUIRE": Action.ENABLE,
    "UNREQUIRE": Action.DISABLE,
}
# Kinds are few and rows many; what somebody hostile wrote must not pile up.
_KINDS_KEPT = 4_096
_BETWEEN_WORDS = re.compile(r"[^A-Z0-9]+")


@lru_cache(_KINDS_KEPT)
def as_code(text: str) -> str:
    """A name as the catalogue writes codes: ``Value updates`` is ``VALUE_UPDATES``."""
    return _BETWEEN_WORDS.sub("_", text.upper()).strip("_")


@lru_cache(_KINDS_KEPT)
def category_of(text: str) -> str:
    """The catalogue's code of a category; :data:`OTHER` for one it does not know."""
    code = as_code(text)
    return next((ours for ours, theirs in _CATEGORIES.items() if code in theirs), OTHER)


@lru_cache(_KINDS_KEPT)
def action_of(text: str) -> Action:
    """The catalogue's action."""
    code = as_code(text)
    known = {action.name: action for action in Action}
    return known.get(code) or _ACTIONS.get(code, Action.OTHER)


@lru_cache(_KINDS_KEPT)
def target_of(category: str, text: str) -> tuple[str, str | None]:
    """Subcategory and API name of the object, from what the file says of it."""
    code = as_code(text)
    plural = _OBJECTS.get(code, code)
    about = plural.lower() if category in _ABOUT_OBJECTS and plural else None
    if category in _OF_OBJECTS:
        return plural, about
    # Ours are named by the thing that changed, theirs by the object it belongs to.
    own = {Category.PIPELINE: "PIPELINE", Category.PROPERTY: "PROPERTY"}
    if category == Category.RECORD_FORM:
        return kinds.CREATE_FORM_CHANGED.subcategory, about
    return own.get(Category(category), code) if category in set(Category) else code, about


@lru_cache(_KINDS_KEPT)
def security_kind(text: str) -> tuple[str, Action]:
    """Code and action of a security activity."""
    code = as_code(text)
    known = _security_actions().get(code)
    words = code.split("_")
    return code, known or _VERBS.get(words[0]) or _VERBS.get(words[-1], Action.OTHER)


@cache
def _security_actions() -> dict[str, Action]:
    ours = [kind for kind in vars(kinds).values() if isinstance(kind, EventKind)]
    # Of several the first stands for what the code is named after.
    return {kind.subcategory: kind.action for kind in reversed(ours)}
