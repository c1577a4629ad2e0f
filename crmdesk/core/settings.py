"""Reads and changes the settings of a workspace."""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import settings, workspace
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.setting_declarations import SETTINGS, Edition, Setting, SettingType, Value
from crmdesk.core.setting_values import FOLLOWS_EDITION, parse_setting

_NAME = "workspace.name"
_EDITION_INTERVALS = {
    Edition.STARTER: timedelta(days=7),
    Edition.PROFESSIONAL: timedelta(days=7),
    Edition.ENTERPRISE: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class SettingState:
    """A setting with its value of now."""

    setting: Setting
    value: Value


@dataclass(frozen=True, slots=True)
class SettingChange:
    """What :meth:`Settings.set` did; nothing where old and new are the same."""

    key: str
    old: Value
    new: Value


class Settings:
    """The settings, each declared in :mod:`crmdesk.core.setting_declarations`.

    Args:
        elsewhere: how to read what is shown among the settings and not kept with them, e.g. where
            the key lies, which is known before the database can be opened.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        elsewhere: Mapping[str, Callable[[], Value]] | None = None,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._elsewhere = dict(elsewhere or {})

    def get(self, tx: Tx | None, key: str) -> Value:
        """The value of now, for the services; a value that no longer fits counts as not set.

        Args:
            tx: the transaction to read in; ``None`` opens one.
            key: e.g. ``"backup.keep_days"``.
        """
        if key in self._elsewhere:
            return self._elsewhere[key]()
        if tx is None:
            with self._database.read() as own:
                return read_setting(own, key)
        return read_setting(tx, key)

    def number(self, tx: Tx | None, key: str) -> int:
        """:meth:`get` of a setting that is a number."""
        return int(self.get(tx, key))

    def text(self, tx: Tx | None, key: str) -> str:
        """:meth:`get` of a setting that is text."""
        return str(self.get(tx, key))

    def flag(self, tx: Tx | None, key: str) -> bool:
        """:meth:`get` of a setting that is on or off."""
        return bool(self.get(tx, key))

    def edition(self, tx: Tx | None) -> Edition:
        """The edition of now."""
        return Edition(self.text(tx, "workspace.edition"))

    def backup_interval(self, tx: Tx | None) -> timedelta:
        """How long after a completed backup the next may be made; zero is no limit."""
        given = self.text(tx, "backup.min_interval")
        if given == FOLLOWS_EDITION:
            return _EDITION_INTERVALS[self.edition(tx)]
        return timedelta(hours=int(given))

    def all(self, actor: Actor) -> list[SettingState]:
        """Every setting, in the order of their declaration.

        Raises:
            NotSignedIn: no session, or it ended.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        with self._database.read() as tx:
            return [SettingState(found, self.get(tx, key)) for key, found in SETTINGS.items()]

    def one(self, actor: Actor, key: str) -> SettingState:
        """One setting.

        Raises:
            NotSignedIn: no session, or it ended.
            UserError: ``setting_unknown``.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        found = _declared(key)
        return SettingState(found, self.get(None, key))

    def set(self, actor: Actor, key: str, value: object) -> SettingChange:
        """Change a setting.

        Args:
            actor: a Super Admin.
            key: e.g. ``"backup.keep_days"``.
            value: text as typed, or a value of the setting's type.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``setting_unknown``, ``setting_invalid``, ``setting_elsewhere``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        found = _declared(key)
        if not found.editable:
            raise UserError("setting_elsewhere", f"{key} is not changed here.", found.help, key=key)
        new = parse_setting(found, value)
        with self._database.write() as tx:
            return self.change(tx, actor, key, new)

    def change(self, tx: Tx, actor: Actor, key: str, new: Value) -> SettingChange:
        """Store and log a value in another service's transaction; the caller has checked both."""
        old = read_setting(tx, key)
        if old == new:
            return SettingChange(key, old, new)
        text = json.dumps(new, ensure_ascii=False)
        stored = tx.execute(update(settings).where(settings.c.key == key).values(value=text))
        if stored.rowcount == 0:
            tx.execute(insert(settings).values(key=key, value=text))
        if key == _NAME:
            tx.execute(update(workspace).values(name=new))
        self._audit_log.log(
            tx,
            actor,
            kinds.SETTING_CHANGED,
            object_type="setting",
            object_id=key,
            link=f"settings/{key}",
            details={"old": old, "new": new},
        )
        return SettingChange(key, old, new)


def read_setting(tx: Tx, key: str) -> Value:
    """The stored value, or the default where there is none or it does not fit its declaration.

    A setting is read in every call: a value that another program broke must not stop the work.
    """
    found = SETTINGS[key]
    # As plain SQL: each page of a table asks for one or two, and waits for it.
    row = tx.sql("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    if row is None:
        return _unset(tx, found)
    value = _stored(found, row[0])
    return _unset(tx, found) if value is None else value


def _stored(setting: Setting, text: str) -> Value | None:
    """The stored value, unless it is not one that :meth:`Settings.set` would have stored."""
    try:
        value = json.loads(text)
        if setting.type is SettingType.TIME_ZONE:
            # Listing every zone, as checking what was typed does, takes too long for a read.
            return zoneinfo.ZoneInfo(value).key
        if setting.type is SettingType.FOLDER:
            # Its disk may be away just now; that is no reason to forget it.
            return str(value)
        return parse_setting(setting, value)
    except (ValueError, TypeError, zoneinfo.ZoneInfoNotFoundError, UserError):
        return None


def _unset(tx: Tx, setting: Setting) -> Value:
    if setting.key == _NAME:
        return str(tx.scalar(select(workspace.c.name)) or "")
    return setting.default


def _declared(key: str) -> Setting:
    if key not in SETTINGS:
        raise WrongUsage(
            "setting_unknown",
            f"There is no setting “{key}”.",
            f"The settings are {', '.join(SETTINGS)}.",
            key=key,
        )
    return SETTINGS[key]
