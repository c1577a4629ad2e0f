"""The words that ``import`` understands, each with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmdesk.core.transfer.model import ArchivedMatches, ImportMode

ObjectOrZip = Annotated[str, typer.Argument(metavar="OBJECT", help="Which object.")]
File = Annotated[Path | None, typer.Argument(metavar="FILE", help="The file.")]
Mode = Annotated[ImportMode | None, typer.Option(help="What may become of a row (upsert).")]
Key = Annotated[
    str | None, typer.Option(metavar="PROPERTY", help="What finds the record of a row.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=PROPERTY", help="Where a column goes."),
]
CreateProperties = Annotated[
    bool, typer.Option("--create-properties", help="Make a property for unknown columns.")
]
Encoding = Annotated[str | None, typer.Option(metavar="E", help="E.g. utf-8, cp1252.")]
Delimiter = Annotated[
    str | None, typer.Option(metavar="D", help="comma, semicolon, tab, pipe or a character.")
]
Header = Annotated[
    bool | None,
    typer.Option("--header/--no-header", help="Whether the first row names the columns."),
]
Sheet = Annotated[str | None, typer.Option(metavar="S", help="Sheet of a workbook.")]
Objects = Annotated[
    list[str] | None, typer.Option("--object", metavar="O", help="Only this one of a zip.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
Errors = Annotated[
    Path | None, typer.Option("--errors", metavar="FILE", help="Write refused rows here.")
]
MaxBytes = Annotated[
    int | None, typer.Option("--max-bytes", metavar="N", min=1, help="Refuse larger files.")
]
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
Guarded = Annotated[
    bool | None,
    typer.Option(
        "--for-spreadsheet/--as-written",
        help="Whether the file was exported for spreadsheets: then apostrophes before what looks "
        "like a formula go. An unchanged export of this workspace needs no saying.",
    ),
]
InBin = Annotated[
    ArchivedMatches | None,
    typer.Option("--in-bin", help="What becomes of rows whose record is in the recycle bin."),
]
Tables = Annotated[
    list[str] | None,
    typer.Option("--table", metavar="SHEET=OBJECT", help="Import several sheets in one go."),
]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="FILE=OBJECT", help="Import another file in the same go."),
]
Shared = Annotated[
    list[str] | None,
    typer.Option(
        "--shared", metavar="COLUMN", help="A column of two tables associates their records."
    ),
]
