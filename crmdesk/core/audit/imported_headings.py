"""Recognises the three logs that HubSpot exports by the headings of their columns.

The API's names (``occurredAt``) and the labels of the files (``Approximate location``) both
occur, in any capitals and order; what is not known here stays in the details of an entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from crmdesk.core.audit.imported_model import LogKind
from crmdesk.core.errors import UserError


class Part(StrEnum):
    """What a column of such a file tells."""

    ID = "id"
    AT = "at"
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    ACTION = "action"
    TYPE = "type"
    USER = "user"
    OBJECT_ID = "object_id"
    SUCCEEDED = "succeeded"
    ADDRESS = "address"
    COUNTRY = "country"
    REGION = "region"
    LOCATION = "location"
    AGENT = "agent"
    SIGN_IN_TYPE = "sign_in_type"


_HEADINGS: Mapping[Part, tuple[str, ...]] = {
    Part.ID: ("id", "eventid", "activityid"),
    Part.AT: (
        *("occurredat", "loginat", "createdat", "time", "timestamp", "datetime", "date"),
        *("occurred", "datemodified", "modifieddate", "modifiedon", "logintime", "logindate"),
    ),
    Part.CATEGORY: ("category",),
    Part.SUBCATEGORY: ("subcategory",),
    Part.ACTION: ("action",),
    Part.TYPE: ("type", "eventtype", "activitytype", "activity", "securityactivity"),
    Part.USER: (
        *("actinguseruseremail", "useremail", "actinguseremail", "email", "modifiedby", "user"),
        *("actinguser", "emailaddress"),
    ),
    Part.OBJECT_ID: ("targetobjectid", "objectid", "targetobject", "object"),
    Part.SUCCEEDED: ("loginsucceeded", "succeeded", "success", "loginstatus", "status"),
    Part.ADDRESS: ("ipaddress", "ip"),
    Part.COUNTRY: ("countrycode", "country"),
    Part.REGION: ("regioncode", "region", "stateregion"),
    Part.LOCATION: ("approximatelocation", "location"),
    Part.AGENT: ("useragent", "agent", "browser"),
    Part.SIGN_IN_TYPE: ("logintype", "typeoflogin", "loginmethod"),
}
#: Headings that only this program's own report of its log has.
_OWN = ({"detailserased", "actedas"}, {"erased", "actorkind"})
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def recognise_log(headings: Sequence[str], file_name: str) -> tuple[LogKind, dict[Part, int]]:
    """Which log a file is, and where its columns stand.

    Raises:
        UserError: ``log_file_is_own``, ``log_file_not_recognised``.
    """
    names = [_NO_LETTER.sub("", heading.casefold()) for heading in headings]
    if any(own <= set(names) for own in _OWN):
        raise UserError(
            "log_file_is_own",
            f"{file_name} is a report of CRM Desk, whose entries have a log of their own.",
            "Choose a file that HubSpot exported from its audit, login or security history.",
        )
    columns = {part: place for part in Part if (place := _place(part, names)) is not None}
    kind = _kind(columns)
    if kind is None or Part.AT not in columns:
        raise UserError(
            "log_file_not_recognised",
            f"{file_name} does not have the headings of an audit, login or security history.",
            "Choose the CSV file as HubSpot exported it, with its first row.",
            headings=", ".join(headings[:20])[:500],
        )
    return kind, columns


def _place(part: Part, names: Sequence[str]) -> int | None:
    return next((names.index(name) for name in _HEADINGS[part] if name in names), None)


def _kind(columns: Mapping[Part, int]) -> LogKind | None:
    if Part.CATEGORY in columns and Part.ACTION in columns:
        return LogKind.AUDIT
    # A list of imports has a status too: a history of logins also says whose, or from where.
    if Part.SUCCEEDED in columns and Part.USER in columns and Part.ADDRESS in columns:
        return LogKind.LOGIN
    if Part.TYPE in columns and Part.USER in columns:
        return LogKind.SECURITY
    return None
