"""The panel of one entry: what changed, and every fact the log holds of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.access.actor import ActorKind, SignInType
from crmdesk.core.audit.event import MASKED, AuditEvent
from crmdesk.core.audit.verify import Reason
from crmdesk.ui import words
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.messages import message
from crmdesk.ui.tables.cells import MASK
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.facts import FactList
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel, empty_layout
from crmdesk.ui.widgets.value_change import ShownChange, ValueChange

# The panel opens with a few of them; the others come between what the window does.
_MOST_CHANGES, _AT_ONCE, _TURN_MS = 40, 4, 5
# Shown by themselves, or only of use to machines.
_NOT_FACTS = {"changes", "values", "old", "new"}


class EntryPanel(SidePanel):
    """Shows one entry of the log."""

    def __init__(self, wording: Wording, parent: QWidget | None = None) -> None:
        super().__init__("audit", QCoreApplication.translate("Audit", "Entry"), parent=parent)
        self.wording = wording
        self._desk = wording.desk
        self.event_id: int | None = None
        content = QWidget()
        self._body = QVBoxLayout(content)
        self._body.setContentsMargins(11, 14, 16, 16)
        self._body.setSpacing(12)
        self.check = Badge("")
        self._event: AuditEvent | None = None
        self._waiting: list[ShownChange] = []
        self._last: QWidget = content
        self._turns = QTimer(self, interval=_TURN_MS)
        self._turns.timeout.connect(self._add_more)
        self.add_page("details", _say("Details"), content)

    @property
    def complete(self) -> bool:
        """Whether everything about the entry stands."""
        return not self._turns.isActive()

    def show_entry(self, event_id: int) -> None:
        """Read an entry and show it; one that is gone says so."""
        self.event_id = event_id
        self._event, self._waiting = None, []
        self._turns.stop()
        empty_layout(self._body)
        desk = self._desk
        try:
            event = desk.workspace.audit_reader.event(desk.actor, event_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the panel says it
            said = message(error)
            self.set_heading(_say("Entry %1").replace("%1", words.number(event_id)))
            self._body.addWidget(Banner(BannerTone.DANGER, said.title, said.advice))
            self._body.addStretch(1)
            self.set_foot([])
            return
        self._fill(event)
        self._check(event_id)

    def _fill(self, event: AuditEvent) -> None:
        wording = self.wording
        self.set_heading(
            wording.title(event),
            _say("%1, %2")
            .replace("%1", wording.who(event))
            .replace("%2", wording.at(event, inside=True)),
        )
        self._show_link(event)
        # The panel opens before its body stands.
        self._event = event
        self._turns.start()

    def _fill_body(self, event: AuditEvent) -> None:
        wording = self.wording
        changes = shown_changes(wording, event)
        self._waiting = list(changes[_AT_ONCE:_MOST_CHANGES])
        for change in changes[:_AT_ONCE]:
            self._last = ValueChange(change)
            self._body.addWidget(self._last)
        if len(changes) > _MOST_CHANGES:
            more = _say("and %n more values", len(changes) - _MOST_CHANGES)
            self._body.addWidget(label(more, TextStyle.CAPTION, "text2"))
        self._body.addWidget(FactList(entry_facts(wording, event)))
        self._add_details(event)
        self._body.addStretch(1)

    def _add_more(self) -> None:
        """Show the body, then a few more changes in each turn below those that stand."""
        event, self._event = self._event, None
        if event is not None:
            self._fill_body(event)
            return
        now, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        for change in now:
            place = self._body.indexOf(self._last) + 1
            self._last = ValueChange(change)
            self._body.insertWidget(place, self._last)
        if not self._waiting:
            self._turns.stop()

    def _add_details(self, event: AuditEvent) -> None:
        if event.erased:
            gone = _say("The personal details of this entry were erased. The entry itself stays.")
            self._body.addWidget(Paragraph(gone, TextStyle.CAPTION, "text2"))
            return
        facts = detail_facts(event)
        if facts:
            self._body.addWidget(rule())
            self._body.addWidget(FactList(facts))

    def _show_link(self, event: AuditEvent) -> None:
        link = event.link
        if not link:
            self.set_foot([])
            return
        button = Button(_say("View more information"), icon="arrow-up-right", trailing=True)
        button.setObjectName("audit_open_link")
        button.clicked.connect(lambda: self._desk.go(link))
        self.set_foot([button])

    def _check(self, event_id: int) -> None:
        self.check = Badge(_say("Checking this entry"), BadgeTone.NEUTRAL, "shield")
        self._body.insertWidget(0, self.check)
        desk, badge = self._desk, self.check

        def done(reason: Reason | None) -> None:
            if reason is None:
                badge.set_state(_say("Entry verified"), BadgeTone.OK, "shield-check")
            else:
                badge.set_state(_say("Not as it was written"), BadgeTone.DANGER, "shield-x")
                why = Paragraph(fault(reason), TextStyle.BODY, "danger")
                self._body.insertWidget(1, why)

        def failed(_error: Exception) -> None:
            badge.set_state(_say("Could not be checked"), BadgeTone.WARN, "shield-alert")

        desk.run_query(
            self,
            "check",
            lambda: desk.workspace.audit.check_entry(desk.actor, event_id),
            done,
            failed,
        )


def shown_changes(wording: Wording, event: AuditEvent) -> list[ShownChange]:
    """Old and new values of an entry, from every shape that entries write them in."""
    detail = event.detail
    if isinstance(changes := detail.get("changes"), list):
        return [
            ShownChange(
                wording.property(event.object, str(each.get("property", ""))),
                _text(each.get("old")),
                _text(each.get("new")),
            )
            for each in changes
        ]
    old, new = detail.get("old"), detail.get("new")
    if isinstance(old, dict) or isinstance(new, dict):
        before, after = (side if isinstance(side, dict) else {} for side in (old, new))
        names = list(dict.fromkeys([*before, *after]))
        pairs = [(name, _text(before.get(name)), _text(after.get(name))) for name in names]
        return [ShownChange(_spaced(name), a, b) for name, a, b in pairs if a != b]
    if "old" in detail or "new" in detail:
        return [ShownChange(str(detail.get("setting") or ""), _text(old), _text(new))]
    paired = [
        ShownChange(_spaced(name), _text(value["old"]), _text(value["new"]))
        for name, value in detail.items()
        if _is_pair(value)
    ]
    if paired or not isinstance(values := detail.get("values"), dict):
        return paired
    lost = event.action in {"delete", "purge"}
    return [
        ShownChange(
            wording.property(event.object, name),
            _text(value) if lost else None,
            None if lost else _text(value),
        )
        for name, value in values.items()
    ]


def entry_facts(wording: Wording, event: AuditEvent) -> list[tuple[str, str]]:
    """Who, from where, with what, and the numbers it is found by."""
    place = ", ".join(part for part in (event.address, event.host) if part)
    country = ", ".join(part for part in (event.region, _country(event.country)) if part)
    from_settings = _say("%1, from device settings").replace("%1", country) if country else ""
    return [
        (_say("User"), event.user or wording.who(event)),
        (_say("Acted as"), _actor_kind(event.actor_kind)),
        (_say("Category"), wording.category(event)),
        (_say("Subcategory"), wording.subcategory(event)),
        (_say("Action"), wording.action(event)[0]),
        (_say("Object"), wording.target(event)),
        (_say("Object ID"), event.object_id or ""),
        (_say("Records"), words.number(event.subjects) if event.subjects > 1 else ""),
        (_say("Time"), words.exact(event.at, wording.zone, seconds=True)),
        (_say("Signed in with"), _sign_in_type(event.sign_in_type)),
        (_say("Address"), place),
        (_say("Place"), from_settings),
        (_say("Source"), event.agent),
        (_say("Session"), (event.session_id or "")[:12]),
        (_say("Job"), event.job_id or ""),
        (_say("Entry"), f"#{words.number(event.id)}"),
    ]


def detail_facts(event: AuditEvent) -> list[tuple[str, str]]:
    """The rest of what an entry says, in the order it was written."""
    return [
        (_spaced(name), _text(value) or "")
        for name, value in event.detail.items()
        if name not in _NOT_FACTS and not _is_pair(value)
    ]


def fault(reason: Reason) -> str:
    """What is wrong with an entry."""
    return {
        Reason.MISSING: _say("The entry is not there, though later ones are."),
        Reason.CHANGED: _say("Something in this entry was changed after it was written."),
        Reason.UNLINKED: _say("It does not follow the entry before it."),
        Reason.FORGED: _say("It was rewritten by somebody without the workspace key."),
        Reason.OUT_OF_ORDER: _say("Its time is before that of the entry before it."),
        Reason.DETAILS_MISSING: _say("Its details are missing."),
        Reason.DETAILS_CHANGED: _say("Its details were changed after they were written."),
        Reason.COMMENT_CHANGED: _say("A comment is not as this entry tells, or is missing."),
        Reason.DAMAGED: _say("The file cannot be read from here on."),
        Reason.CUT: _say("The log ends before entries that are known to have been written."),
        Reason.REWRITTEN: _say("Entries up to here are not those that were signed."),
        Reason.ANCHOR_NOT_GENUINE: _say("A kept signature was not made by this workspace."),
        Reason.TABLE_MISSING: _say("The tables of the log are gone or were altered."),
        Reason.EMPTY: _say("The log is empty, though a workspace begins with an entry."),
    }[reason]


def _country(code: str) -> str:
    """The name of a country, in the language of the locale's data: "NO" → "Norway"."""
    territory = QLocale.codeToTerritory(code)
    known = territory is not QLocale.Country.AnyTerritory
    return QLocale.territoryToString(territory) if known else code


def _is_pair(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"old", "new"}


def _text(value: Any) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, str):
        return MASK if value == MASKED else value
    if isinstance(value, bool):
        return _say("Yes") if value else _say("No")
    if isinstance(value, int):
        return words.number(value)
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Mapping) and all(isinstance(each, str | int) for each in value.values()):
        return "\n".join(f"{_spaced(name)}: {_text(each) or 0}" for name, each in value.items())
    return json.dumps(value, ensure_ascii=False, indent=1)


def _spaced(name: str) -> str:
    """A key of the details as a person reads it: ``values_written`` → "Values written"."""
    plain = name.replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]


def _actor_kind(kind: str) -> str:
    kinds = {
        ActorKind.USER: "",
        ActorKind.SUPPORT: _say("Support"),
        ActorKind.SYSTEM: _say("The program itself"),
        ActorKind.SCHEDULE: _say("Schedule"),
        ActorKind.UNKNOWN: _say("Nobody who is known"),
    }
    return kinds.get(ActorKind(kind), kind)


def _sign_in_type(kind: str) -> str:
    kinds = {
        SignInType.PASSWORD.value: _say("Password"),
        SignInType.PASSWORD_AND_CODE.value: _say("Password and 2FA"),
        SignInType.RECOVERY_CODE.value: _say("Password and recovery code"),
        SignInType.SSO.value: _say("Single sign-on"),
        SignInType.REMEMBERED.value: _say("Remembered session"),
        SignInType.COMMAND_LINE.value: _say("Command line"),
    }
    return kinds.get(kind, kind)


def _say(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Audit", text, "", count)
