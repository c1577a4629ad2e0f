"""How values of records read in the window: labels, names of owners, times in the zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QLocale

from crmdesk.core.records.display import DisplayOptions, display
from crmdesk.core.records.record import MASKED, display_name
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.records.defaults import badge_property
from crmdesk.ui.tables.cells import MASK, Cell, Tone

_TONES = {
    Tone.OK: {"customer", "evangelist", "closedwon", "completed", "active", "open", "connected"},
    Tone.WARN: {"opportunity", "salesqualifiedlead", "contractsent", "waiting", "deferred"},
    Tone.INFO: {"lead", "marketingqualifiedlead", "appointmentscheduled", "in_progress", "new"},
}


def tone_of(value: str, label: str) -> Tone:
    """The tint of a state; the word beside it always says the same."""
    for tone, known in _TONES.items():
        if value.lower() in known or label.lower().replace(" ", "") in known:
            return tone
    return Tone.NEUTRAL


@dataclass(frozen=True)
class Showing:
    """Shows values of one object's records.

    Attributes:
        desk: zone and locale.
        object_type: whose records.
        owners: names of everybody who may own one, by owner value.
    """

    desk: Desk
    object_type: ObjectType
    owners: Mapping[str, str]

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of times; asked once, not for every cell."""
        return self.desk.zone

    @classmethod
    def of(cls, desk: Desk, object_type: ObjectType) -> Showing:
        """Read who may own records now."""
        found = desk.workspace.records.owners(desk.actor)
        return cls(desk, object_type, {owner.value: owner.name for owner in found})

    def name(self, values: Mapping[str, str | None]) -> str:
        """What a record is called."""
        return display_name(self.object_type, values)

    def text(self, shown: Property, value: str | None, *, exact: bool = True) -> str:
        """A value in words; no value is empty text.

        Args:
            shown: its property.
            value: canonical text, or the mask.
            exact: whole times instead of "Today 09:41".
        """
        if value is None:
            return ""
        if value == MASKED:
            return MASK
        if shown.type is PropertyType.DATE:
            return _day(value)
        if shown.type is PropertyType.DATETIME:
            return self._moment(value, exact=exact)
        return display(value, shown, self._options)

    def cell(self, shown: Property, value: str | None) -> Cell:
        """A value as a table paints it."""
        if value is None:
            return Cell()
        if value == MASKED:
            return Cell(masked=True)
        text = self.text(shown, value, exact=False)
        badge = badge_property(self.object_type)
        if badge is not None and badge.name == shown.name:
            return Cell(text, badge=tone_of(value, text))
        return Cell(" ".join(text.split()), quiet=shown.type is PropertyType.DATETIME)

    def _moment(self, value: str, *, exact: bool) -> str:
        try:
            at = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            return value
        return words.exact(at, self.zone) if exact else words.moment(at, self.zone)

    @cached_property
    def _options(self) -> DisplayOptions:
        locale = QLocale()
        return DisplayOptions(
            time_zone=self.zone,
            group_mark=locale.groupSeparator(),
            group_from=4 if len(locale.toString(1000)) > 4 else 5,
            decimal_mark=locale.decimalPoint(),
            yes=_say("Yes"),
            no=_say("No"),
            owners=tuple(self.owners.items()),
        )


def short_label(shown: Property) -> str:
    """The label where room is short: what every object has is called the same everywhere."""
    if shown.format == PropertyFormat.OWNER:
        return _say("Owner")
    if shown.format == PropertyFormat.UPDATED_AT:
        return _say("Last modified")
    return _say("Stage") if shown.format == PropertyFormat.LIFECYCLE else shown.label


def is_number(shown: Property) -> bool:
    """Whether values stand at the end of their column, digit under digit."""
    return shown.type is PropertyType.NUMBER and shown.format != PropertyFormat.RECORD_ID


def counted(object_type: ObjectType, count: int) -> str:
    """A number with the label of what is counted, e.g. "12,480 contacts"."""
    name = object_type.label if count == 1 else object_type.plural_label
    return f"{words.number(count)} {in_sentence(name)}"


def in_sentence(label: str) -> str:
    """A label inside a sentence: "Contacts" is small there, "VIP list" and "SKU" are not."""
    return label[:1].lower() + label[1:] if label[1:].islower() else label


def _day(value: str) -> str:
    try:
        return words.day(date.fromisoformat(value))
    except ValueError:
        return value


def _say(text: str) -> str:
    return QCoreApplication.translate("Records", text)
