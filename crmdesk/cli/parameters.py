"""What several commands share: options, each worded once, and the making of a group."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

JsonLines = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line.")]
Code = Annotated[
    str | None,
    typer.Option("--otp", metavar="CODE", help="Six digits from your app, or a recovery code."),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
Meant = Annotated[bool, typer.Option("--yes", help="It is meant: do not ask.")]
RecoveryKeyStdin = Annotated[
    bool, typer.Option("--recovery-key-stdin", help="Read the recovery key from standard input.")
]
Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until it is done, or let it run by itself.")
]
ObjectName = Annotated[
    str, typer.Argument(metavar="OBJECT", help="Name of the object, e.g. contacts.")
]
OptionalObject = Annotated[
    str | None, typer.Argument(metavar="[OBJECT]", help="Only those of this object.")
]
RecordId = Annotated[int, typer.Argument(metavar="ID", help="The record ID.")]

#: For commands whose value may begin with a minus sign: it is no option, and told why it is wrong.
NUMBERS_BELOW_ZERO = {"ignore_unknown_options": True}


def group(text: str, kind: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """A group of commands; without one of them it prints its help."""
    return typer.Typer(
        cls=kind, help=text, no_args_is_help=True, rich_markup_mode=None, add_completion=False
    )
