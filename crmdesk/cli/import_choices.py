"""What ``import`` can be told beside the columns: other records, fixed values, dates, templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmdesk.core.errors import WrongUsage
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.model import (
    ArchivedMatches,
    AssociationColumn,
    ImportMode,
    ImportRequest,
)

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat
    from crmdesk.core.transfer.model import Inspection

_ORDERS = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST)


@dataclass(frozen=True, slots=True)
class ColumnChoices:
    """What was said of columns, as it was typed."""

    mapping: Sequence[str] | None
    associate: Sequence[str] | None
    labels: Sequence[str] | None
    label_columns: Sequence[str] | None
    static: Sequence[str] | None
    dates: Sequence[str] | None
    create_properties: bool

    @property
    def named(self) -> dict[str, str]:
        """Columns and their properties; an empty one leaves its column out.

        Raises:
            WrongUsage: ``mapping_invalid``.
        """
        pairs = {}
        for text in self.mapping or ():
            header, equals, name = text.rpartition("=")
            if not equals:
                raise WrongUsage(
                    "mapping_invalid",
                    f"“{text}” is not of the form COLUMN=PROPERTY.",
                    "Write the column's heading and a property; COLUMN= leaves a column out.",
                )
            pairs[header] = name
        return pairs

    def refuse_unknown(self, headers: Sequence[str]) -> None:
        """Refuse columns that no table of the file has.

        Raises:
            WrongUsage: ``column_unknown``.
        """
        texts = (*(self.mapping or ()), *(self.associate or ()), *(self.dates or ()))
        named = [text.rpartition("=")[0] for text in texts if "=" in text]
        for header in named:
            if header not in headers:
                raise WrongUsage(
                    "column_unknown",
                    f"The file has no column “{header}”.",
                    f"Its columns are: {', '.join(headers)}.",
                )


@dataclass(frozen=True, slots=True)
class RowChoices:
    """What was said of rows and of templates."""

    mode: ImportMode | None
    key: str | None
    in_bin: ArchivedMatches | None
    lifecycle_back: bool
    template: str | None
    save_as: str | None


@dataclass(frozen=True, slots=True)
class Choices:
    """Both together, and how they change an import that is proposed."""

    columns: ColumnChoices
    rows: RowChoices

    def applied(self, request: ImportRequest, found: Inspection) -> ImportRequest:
        """The request with them; what a template said before is kept where they are silent.

        Args:
            found: the table; it takes of the columns those that it has.
        """
        headers = found.headers
        associations = self._associations(request, headers)
        linked = {each.header for each in associations}
        common, by_column = self._orders()
        static = dict(request.static) | _pairs(self.columns.static, "--static", "PROPERTY=VALUE")
        return replace(
            request,
            associations=associations,
            # A column that names records gives no value of the record itself.
            mapping={h: p for h, p in (request.mapping or {}).items() if h not in linked},
            static=static,
            date_order=common or request.date_order,
            date_orders=dict(request.date_orders)
            | {header: order for header, order in by_column.items() if header in headers},
            lifecycle_back=self.rows.lifecycle_back or request.lifecycle_back,
            archived_matches=self.rows.in_bin or request.archived_matches,
            mode=self.rows.mode or request.mode,
            key=self.rows.key or request.key,
        )

    def _associations(
        self, request: ImportRequest, headers: Sequence[str]
    ) -> tuple[AssociationColumn, ...]:
        """Those of the request, by heading or template, and those that were named."""
        found = {each.header: each for each in request.associations}
        named = _pairs(self.columns.associate, "--associate", "COLUMN=OBJECT")
        for header, target in named.items():
            object_name, _, name = target.partition(":")
            if header in headers:
                found[header] = AssociationColumn(header, object_name, name or RECORD_ID)
        labels = _pairs(self.columns.labels, "--associate-label", "COLUMN=LABEL")
        columns = _pairs(self.columns.label_columns, "--label-column", "COLUMN=COLUMN")
        return tuple(
            replace(
                each,
                label=labels.get(header, each.label),
                label_header=columns.get(header, each.label_header),
            )
            for header, each in found.items()
        )

    def _orders(self) -> tuple[DateOrder | None, dict[str, DateOrder]]:
        common, by_column = None, {}
        for text in self.columns.dates or ():
            header, equals, code = text.rpartition("=")
            order = date_order(code)
            if equals:
                by_column[header] = order
            else:
                common = order
        return common, by_column


def date_order(code: str) -> DateOrder:
    """The order that somebody typed.

    Raises:
        WrongUsage: ``date_format_unknown``.
    """
    order = next((each for each in _ORDERS if each.value == code.lower()), None)
    if order is None:
        raise WrongUsage(
            "date_format_unknown",
            f"“{code}” is no order of dates.",
            "Write dmy, mdy or ymd; of an import of records, with COLUMN= in front for one "
            "column only.",
        )
    return order


def with_template(here: Seat, request: ImportRequest, name: str | None) -> ImportRequest:
    """The request as a template says, where one is named.

    Raises:
        WrongUsage: ``template_unknown``.
    """
    if name is None:
        return request
    templates = here.workspace.import_templates
    known = [t for t in templates.list(here.actor) if t.object_name == request.object_name]
    for each in known:
        if each.name.casefold() == name.casefold():
            return templates.apply(here.actor, each.id, request)
    raise WrongUsage(
        "template_unknown",
        f"There is no template “{name}” for {request.object_name}.",
        "Known are: " + (", ".join(each.name for each in known) or "none yet") + ".",
    )


def save_template(
    here: Seat, name: str | None, proposed: Sequence[tuple[Inspection, ImportRequest]]
) -> None:
    """Keep what was chosen for each table, where a name is given."""
    for found, request in proposed if name else ():
        here.workspace.import_templates.save(here.actor, name or "", found.headers, request)


def table_pairs(texts: Sequence[str] | None) -> Mapping[str, str]:
    """Sheets and the objects they go to, in the order given."""
    return _pairs(texts, "--table", "SHEET=OBJECT")


def file_pairs(texts: Sequence[str] | None) -> Mapping[str, str]:
    """Further files and the objects they go to, in the order given."""
    return _pairs(texts, "--also", "FILE=OBJECT")


def _pairs(texts: Sequence[str] | None, option: str, form: str) -> dict[str, str]:
    found = {}
    for text in texts or ():
        name, equals, value = text.partition("=") if option == "--static" else text.rpartition("=")
        if not (equals and name and value):
            raise WrongUsage(
                "option_invalid",
                f"“{text}” is not of the form {form}.",
                f"Write {option} {form}.",
            )
        found[name] = value
    return found
