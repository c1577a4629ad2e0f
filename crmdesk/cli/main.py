"""The commands, loaded when they are called, and how each of them ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from crmdesk.cli.faults import told_fault
from crmdesk.cli.output import Output
from crmdesk.cli.session import Call, call_of
from crmdesk.core.errors import UserError

PROGRAM = "crmdesk"
_CANCELLED = 130
_USAGE = 2
_HELP = "Usage:"
_GLOBAL = ("-w", "--workspace", "--as", "--json", "--quiet", "--version")
# What reads a number speaks in words for programmers.
_WORDS = {
    "Input should be a valid integer, unable to parse string as an integer": "that is no whole "
    "number.",
    "Input should be greater than or equal to ": "it has to be at least ",
    "Input should be less than or equal to ": "it can be at most ",
    # What checks a choice names its own kind of error first, which tells nobody anything.
    ": Value error, ": ": ",
}

#: Each command, and the module and name of its function or its group.
COMMANDS = {
    "init": "init:init",
    "workspace": "workspaces:app",
    "demo": "demo:demo",
    "sign-in": "sign_in:sign_in",
    "sign-out": "sign_in:sign_out",
    "whoami": "sign_in:who_am_i",
    "password": "password:app",
    "two-factor": "two_factor:app",
    "keyring": "keyring:app",
    "user": "users:app",
    "team": "teams:app",
    "object": "objects:app",
    "property": "properties:app",
    "pipeline": "pipelines:app",
    "association": "associations:app",
    "record": "records:app",
    "segment": "segments:app",
    "view": "views:app",
    "import": "imports:app",
    "export": "exports:app",
    "backup": "backups:app",
    "restore": "restores:app",
    "audit": "audit:app",
    "notification": "notifications:app",
    "outbox": "outbox:app",
    "privacy": "privacy:app",
    "settings": "settings:app",
    "job": "jobs:app",
    "open": "open:open_link",
    "check": "check:check",
    "self-test": "self_test:self_test",
}


class _Commands(MutableMapping[str, Any]):
    """The commands by name; a module is imported when its command is looked at.

    A command needs one of them, and each takes time to import.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name, COMMANDS[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _load(name: str, place: str) -> TyperCommand | TyperGroup:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"crmdesk.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        command = get_command(found)
    else:
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name)(found)
        command = get_command(single)
    command.name = name
    return command  # type: ignore[return-value]


class _Root(TyperGroup):
    """The group of all commands."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()


app = typer.Typer(
    cls=_Root,
    rich_markup_mode=None,
    help="Keeps CRM data safe: back it up, restore it, know who did what. "
    "Without a command it opens the window.",
)


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    workspace: Annotated[
        str | None,
        typer.Option(
            "-w",
            "--workspace",
            envvar="CRMDESK_WORKSPACE",
            metavar="PATH_OR_URL",
            help="The workspace's folder; without it the last one opened.",
        ),
    ] = None,
    email: Annotated[
        str | None,
        typer.Option("--as", metavar="EMAIL", help="Act as this signed-in user."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print exactly one JSON document.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no progress or remarks.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    call = call_of(context)
    call.workspace, call.email = workspace, email
    call.output.as_json, call.output.quiet = as_json, quiet
    if version:
        from crmdesk import __version__

        call.output.result({"version": __version__}, f"{PROGRAM} {__version__}")
    elif context.invoked_subcommand is None:
        raise typer.TyperException("A command is missing.")


def run(arguments: Sequence[str], open_window: Callable[[Path, str], int]) -> int:
    """Do what a command line asks for.

    Args:
        open_window: opens the window of a workspace at a place, which may be empty, for the
            command that asks for it.

    Returns:
        The exit code; see the conventions of the command line.
    """
    # Wrong usage is found before the options are read, and must be printed as asked for.
    call = Call(Output(as_json="--json" in arguments, quiet="--quiet" in arguments))
    try:
        code = _invoke(arguments, call)
    except UserError as error:
        call.output.error(error)
        code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        call.output.error(UserError("cancelled", "It was cancelled.", ""))
        code = _CANCELLED
    except typer.TyperException as error:
        call.output.error(_usage(error))
        if not call.output.as_json and (commands := _help_of_group(error)):
            sys.stderr.write(f"\n{commands}\n")
        code = _USAGE
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell.
        sys.stdout = None
        code = 1
    except Exception as error:  # noqa: BLE001 - the last place where a fault can be met
        code = told_fault(call.output, error)
    if call.window is not None and code == 0:
        return open_window(call.window, call.place)
    return code


def _invoke(arguments: Sequence[str], call: Call) -> int:
    command = get_command(app)
    outcome = command.main(list(arguments), prog_name=PROGRAM, standalone_mode=False, obj=call)
    code = outcome if isinstance(outcome, int) else 0
    if code == _CANCELLED:
        # Typer has met the interrupt; it is told of like any other.
        raise KeyboardInterrupt
    if "--help" not in arguments:
        call.output.finish()
    return code


def _usage(error: typer.TyperException) -> UserError:
    """What is wrong with the command line, with the command as it was typed."""
    option = getattr(error, "option_name", "")
    if option in _GLOBAL:
        message = f"{option} is in the wrong place: global options go before the command."
        return UserError("usage", message, f"E.g. `{PROGRAM} {option} … COMMAND`.")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    # A command without a name of its own leaves a gap.
    message = error.format_message()
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    if _help_of_group(error):
        message = f"A command of “{path.rpartition(' ')[2]}” is missing."
    if option[1:2].isdigit():
        message = f"{option} was taken for an option."
        return UserError("usage", message, f"Write -- before a value that begins so: -- {option}")
    return UserError("usage", message, f"Run `{' '.join(path.split())} --help`.")


def _help_of_group(error: typer.TyperException) -> str:
    """The help that a group without one of its commands gives; empty for any other error."""
    context = getattr(error, "ctx", None)
    text = error.format_message()
    # Help names each command, and all of them would be loaded to compare it with a short sentence.
    if context is None or not text.lstrip().startswith(_HELP):
        return ""
    return text if text == context.get_help() else ""
