"""``settings``: the settings of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.parameters import NUMBERS_BELOW_ZERO, JsonLines, group
from crmdesk.cli.session import seat

if TYPE_CHECKING:
    from crmdesk.core.settings import SettingState

app = group("See and change the settings.")
Key = Annotated[str, typer.Argument(metavar="KEY", help="E.g. backup.keep_days.")]


@app.command("list")
def list_settings(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every setting."""
    with seat(context) as here:
        documents = [_document(each) for each in here.workspace.settings.all(here.actor)]
        if not (here.output.as_json or as_lines):
            documents = [{name: _word(value) for name, value in d.items()} for d in documents]
        here.output.items("settings", documents, ("key", "value", "default"), as_lines=as_lines)


@app.command("get")
def get(context: typer.Context, key: Key) -> None:
    """Show one setting."""
    with seat(context) as here:
        document = _document(here.workspace.settings.one(here.actor, key))
        here.output.result(document, _word(document["value"]), document["help"])


@app.command("set", context_settings=NUMBERS_BELOW_ZERO)
def set_value(
    context: typer.Context,
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value.")],
) -> None:
    """Change a setting."""
    with seat(context) as here:
        here.workspace.settings.set(here.actor, key, value)
        document = _document(here.workspace.settings.one(here.actor, key))
        here.output.result(document, f"{key} is {_word(document['value'])} now.")


def _word(value: object) -> str:
    """A value as it is typed, by the words that the refusal of another one names."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _document(state: SettingState) -> dict[str, Any]:
    return {
        "key": state.setting.key,
        "value": state.value,
        "default": state.setting.default,
        "help": state.setting.help,
    }
