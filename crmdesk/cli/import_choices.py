"""What ``import`` can be told beside the columns: other records, fixed values, dates, templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.core.errors import WrongUsage
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.transfer.columns import RECORD_ID
from crmdesk.core.transfer.model import (
    ArchivedMatches,
    AssociationColumn,
    ImportMode,
    ImportRequest,
)

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat
    from crmdesk.core.transfer.model import Inspection

Associate = Annotated[
    list[str] | None,
    typer.Option(
        "--associate", metavar="COLUMN=OBJECT[:PROPERTY]", help="The column names other records."
    ),
]
AssociateLabel = Annotated[
    list[str] | None,
    typer.Option(
        "--associate-label", metavar="COLUMN=LABEL", help="The label of these associations."
    ),
]
LabelColumn = Annotated[
    list[str] | None,
    typer.Option("--label-column", metavar="COLUMN=COLUMN", help="A column gives the labels."),
]
Static = Annotated[
    list[str] | None,
    typer.Option("--static", metavar="PROPERTY=VALUE", help="Every row gets this value."),
]
DateFormat = Annotated[
    list[str] | None,
    typer.Option(
        "--date-format", metavar="[COLUMN=]ORDER", help="How dates are written: dmy, mdy or ymd."
    ),
]
Template = Annotated[
    str | None, typer.Option("--template", metavar="NAME", help="Choose as this template says.")
]
SaveTemplate = Annotated[
    str | None,
    typer.Option("--save-template", metavar="NAME", help="Keep these choices under a name."),
]
LifecycleBack = Annotated[
    bool, typer.Option("--lifecycle-back", help="Let the lifecycle stage go back.")
]
InBin = Annotated[
    ArchivedMatches | None,
    typer.Option("--in-bin", help="What becomes of rows whose record is in the recycle bin."),
]
Tables = Annotated[
    list[str] | None,
    typer.Option(
        "--table", metavar="SHEET=OBJECT", help="Import several sheets, one after the other."
    ),
]
_ORDERS = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST)


@dataclass(frozen=True, slots=True)
class Choices:
    """The texts of these options, as they were given."""

    associate: Sequence[str]
    labels: Sequence[str]
    label_columns: Sequence[str]
    static: Sequence[str]
    dates: Sequence[str]
    lifecycle_back: bool
    in_bin: ArchivedMatches | None
    mode: ImportMode | None
    key: str | None

    def applied(self, request: ImportRequest, found: Inspection) -> ImportRequest:
        """The request with them; what a template said before is kept where they are silent.

        Args:
            found: the table; it takes of the columns those that it has.
        """
        headers = found.headers
        associations = self._associations(headers)
        named = {each.header for each in associations}
        kept = [each for each in request.associations if each.header not in named]
        common, by_column = self._orders()
        static = dict(request.static) | _pairs(self.static, "--static", "PROPERTY=VALUE")
        return replace(
            request,
            associations=(*kept, *associations),
            # A column that names records gives no value of the record itself.
            mapping={h: p for h, p in (request.mapping or {}).items() if h not in named},
            static=static,
            date_order=common or request.date_order,
            date_orders=dict(request.date_orders)
            | {header: order for header, order in by_column.items() if header in headers},
            lifecycle_back=self.lifecycle_back or request.lifecycle_back,
            archived_matches=self.in_bin or request.archived_matches,
            mode=self.mode or request.mode,
            key=self.key or request.key,
        )

    def _associations(self, headers: Sequence[str]) -> list[AssociationColumn]:
        labels = _pairs(self.labels, "--associate-label", "COLUMN=LABEL")
        columns = _pairs(self.label_columns, "--label-column", "COLUMN=COLUMN")
        found = []
        for header, target in _pairs(self.associate, "--associate", "COLUMN=OBJECT").items():
            object_name, _, name = target.partition(":")
            if header in headers:
                found.append(
                    AssociationColumn(
                        header,
                        object_name,
                        name or RECORD_ID,
                        labels.get(header, ""),
                        columns.get(header),
                    )
                )
        return found

    def _orders(self) -> tuple[DateOrder | None, dict[str, DateOrder]]:
        common, by_column = None, {}
        for text in self.dates:
            header, equals, code = text.rpartition("=")
            order = next((each for each in _ORDERS if each.value == code.lower()), None)
            if order is None:
                raise WrongUsage(
                    "date_format_unknown",
                    f"“{code}” is no order of dates.",
                    "Write dmy, mdy or ymd, with COLUMN= in front for one column only.",
                )
            if equals:
                by_column[header] = order
            else:
                common = order
        return common, by_column

    def refuse_unknown(self, headers: Sequence[str]) -> None:
        """Refuse columns that no table of the file has.

        Raises:
            WrongUsage: ``column_unknown``.
        """
        named = [text.rpartition("=")[0] for text in (*self.associate, *self.dates) if "=" in text]
        for header in named:
            if header not in headers:
                raise WrongUsage(
                    "column_unknown",
                    f"The file has no column “{header}”.",
                    f"Its columns are: {', '.join(headers)}.",
                )


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
    return _pairs(texts or (), "--table", "SHEET=OBJECT")


def _pairs(texts: Sequence[str], option: str, form: str) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=") if option == "--static" else text.rpartition("=")
        if not (equals and name and value):
            raise WrongUsage(
                "option_invalid",
                f"“{text}” is not of the form {form}.",
                f"Write {option} {form}.",
            )
        found[name] = value
    return found
