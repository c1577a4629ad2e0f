"""Users, teams, sessions, codes and what was tried wrongly."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, flag, metadata

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="user"),
    Column("password_hash", Text),
    flag("super_admin"),
    flag("active", 1),
    Column("created_at", Text, nullable=False),
    Column("removed_at", Text),
    Column("totp_secret", LargeBinary, comment="under the workspace key"),
    Column("totp_confirmed_at", Text),
    Column("totp_last_step", Integer, comment="no code of this step or an earlier one is taken"),
    **NEVER_REUSED,
)
Index(
    "ux_users_email",
    text("lower(email)"),
    unique=True,
    _table=users,
    sqlite_where=text("removed_at IS NULL"),
)
user_permissions = Table(
    "user_permissions",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("permission", Text, primary_key=True),
    **STRICT,
)
teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("removed_at", Text),
    **NEVER_REUSED,
)
team_members = Table(
    "team_members",
    metadata,
    Column("team_id", Integer, ForeignKey("teams.id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    **STRICT,
)
#: Who was in a team when something was done; ``team_members`` tells of now.
team_stays = Table(
    "team_stays",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("team_id", Integer, ForeignKey("teams.id"), nullable=False, index=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("first_event", Integer, nullable=False, comment="first entry of the log after joining"),
    Column("last_event", Integer, comment="last entry before leaving; empty for a member"),
    **STRICT,
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("sign_in_type", Text, nullable=False),
    Column("started_at", Text, nullable=False, comment="steady time"),
    Column("last_seen_at", Text, nullable=False, comment="steady time"),
    Column("locked_at", Text),
    Column("ended_at", Text),
    Column("address", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("region", Text, nullable=False),
    **STRICT,
)
#: A Super Admin who looks at the window as another user would.
viewings = Table(
    "viewings",
    metadata,
    Column("id", Text, primary_key=True, comment="stands for a session of the user"),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, comment="looked as"),
    Column("viewer_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("viewer_session_id", Text, ForeignKey("sessions.id"), nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    **STRICT,
)
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("used_at", Text),
    **STRICT,
)
one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("expires_at", Text, nullable=False, comment="steady time"),
    **STRICT,
)
attempt_counters = Table(
    "attempt_counters",
    metadata,
    Column("subject", Text, primary_key=True, comment="password:<user id>, code:<user id>, ..."),
    Column("failures", Integer, nullable=False),
    Column("window_started_at", Text),
    Column("last_failure_at", Text),
    Column("blocked_until", Text),
    **STRICT,
)
step_ups = Table(
    "step_ups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("session_id", Text),
    Column("purpose", Text, nullable=False),
    Column(
        "binding", Text, nullable=False, comment="what the code was given for, e.g. a plan hash"
    ),
    Column("method", Text, nullable=False, comment="code, recovery_code or sso"),
    Column("expires_at", Text, nullable=False, comment="steady time"),
    Column("used_at", Text),
    **STRICT,
)
