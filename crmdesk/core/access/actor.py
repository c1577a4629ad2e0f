"""Who acts, and from where: every service call carries one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What kind of actor stands behind an entry of the audit log."""

    USER = "user"
    SUPPORT = "support"
    SCHEDULE = "schedule"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class SignInType(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105 - a name, not a secret
    RECOVERY_CODE = "recovery_code"
    SSO = "sso"
    REMEMBERED = "remembered"
    COMMAND_LINE = "command_line"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an action came from, as this computer reports it; blank where unknown."""

    address: str = ""
    host: str = ""
    agent: str = ""
    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at a session, a schedule, or the program itself.

    Attributes:
        viewer: who really sits there, where a Super Admin looks as this user would.
    """

    kind: ActorKind
    user_id: int | None = None
    email: str = ""
    full_name: str = ""
    session_id: str | None = None
    sign_in_type: str = ""
    place: Place = Place()
    viewer: Actor | None = None


SYSTEM = Actor(kind=ActorKind.SYSTEM, full_name="CRM Desk")
