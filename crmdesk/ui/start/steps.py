"""What the start pages ask of the core; each function runs off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import qVersion

from crmdesk.core.access import recovery
from crmdesk.core.access.actor import Actor, Place
from crmdesk.core.access.device import describe_device
from crmdesk.core.access.secrets import SecretStore, StoreChoice, check_store, open_store
from crmdesk.core.backup.rebuild import Rebuilt, rebuild_workspace
from crmdesk.core.backup.rebuild_database import RebuildProgress
from crmdesk.core.damage import told_as_damage
from crmdesk.core.errors import NotSignedIn, UserError
from crmdesk.core.jobs.job import Job
from crmdesk.core.known_workspaces import KnownWorkspaces
from crmdesk.core.remembered_sessions import RememberedSessions
from crmdesk.core.workspace import Workspace, create_workspace
from crmdesk.core.workspace_folder import read_workspace_file
from crmdesk.core.workspace_key import load_key
from crmdesk.ui.start.restore import RestoreWish
from crmdesk.ui.start.wish import Wish

SECRET_FILE = "secrets.bin"  # noqa: S105 - the name of a file

#: How long the stored bytes are looked at before the window shows.
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Opened:
    """An open workspace with nobody signed in, or somebody whose session goes on.

    Attributes:
        interrupted: jobs that were found without a process, and ended.
        actor: who goes on with a remembered session.
        email: who signed in last, as far as the store tells.
        refusal: why a session that was remembered is over.
    """

    workspace: Workspace
    store: SecretStore
    interrupted: tuple[Job, ...] = ()
    actor: Actor | None = None
    email: str = ""
    refusal: NotSignedIn | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A new workspace with its first Super Admin signed in.

    Attributes:
        recovery_key: to be shown once.
    """

    opened: Opened
    recovery_key: str


def here() -> Place:
    """This computer as the log records it."""
    return describe_device(qVersion()).place


def open_workspace(folder: Path, passphrase: str | None) -> Opened:
    """Open a workspace, clean up after a crash, and go on with a remembered session.

    Raises:
        UserError: why it cannot be opened.
    """
    store = _store(folder, passphrase)
    workspace = Workspace(folder, load_key(folder, store), store=store)
    with told_as_damage(workspace.database):
        interrupted = tuple(workspace.start_up(_LOOK_SECONDS))
    _remember(workspace)
    try:
        remembered = RememberedSessions(store, workspace.id, workspace.folder).find()
    except UserError:
        # The store gave the key and refuses the rest: then nothing is remembered.
        remembered = None
    if remembered is None:
        return Opened(workspace, store, interrupted)
    try:
        actor = workspace.sign_in.resume(remembered.token, here())
    except NotSignedIn as refusal:
        return Opened(workspace, store, interrupted, email=remembered.email, refusal=refusal)
    return Opened(workspace, store, interrupted, actor, remembered.email)


def sign_in(opened: Opened, email: str, password: str, code: str | None, *, stay: bool) -> Actor:
    """Begin a session, and remember it where that is wished.

    Raises:
        NotSignedIn: wrong, or asked for too often.
        SecondFactorRefused: the code is missing or wrong.
    """
    done = opened.workspace.sign_in.sign_in(email, password, code, here())
    if stay:
        RememberedSessions(opened.store, opened.workspace.id, opened.workspace.folder).keep(
            email, done.token
        )
    return done.actor


def sign_out(opened: Opened, actor: Actor) -> None:
    """End a session and forget its token."""
    opened.workspace.sign_in.sign_out(actor)
    RememberedSessions(opened.store, opened.workspace.id, opened.workspace.folder).forget(
        actor.email
    )


def set_first_password(opened: Opened, email: str, one_time_code: str, new: str) -> Actor:
    """Set a password with a one-time code, and sign in with it."""
    opened.workspace.passwords.set_first(email, one_time_code, new, here())
    return opened.workspace.sign_in.sign_in(email, new, None, here()).actor


def create(wish: Wish) -> Begun:
    """Make a workspace and sign its first Super Admin in.

    Raises:
        UserError: why not; nothing is left behind.
    """
    if wish.passphrase is None:
        store = open_store(StoreChoice.KEYRING, wish.folder / SECRET_FILE)
    else:
        store = _file_store(wish.folder, wish.passphrase)
    created = create_workspace(wish.folder, wish.new, store)
    _remember(created.workspace)
    actor = created.workspace.sign_in.sign_in(wish.new.email, wish.new.password, None, here()).actor
    created.workspace.recovery_keys.await_confirmation(actor)
    opened = Opened(created.workspace, store, (), actor, wish.new.email)
    return Begun(opened, created.recovery_key)


def confirm_key(begun: Begun) -> None:
    """The last groups of the recovery key were typed from the sheet."""
    if begun.opened.actor is not None:
        begun.opened.workspace.recovery_keys.confirm(begun.opened.actor)


def recover(folder: Path, key: str, email: str, code: str | None, passphrase: str | None) -> None:
    """Put the workspace key back with the recovery key.

    Raises:
        UserError: the key is wrong, or the store cannot be used.
        SecondFactorRefused: this person's code is missing or wrong.
    """
    store = _store(folder, passphrase)
    recovery.recover_key(folder, key, store, here(), email=email, code=code)


def restore(wish: RestoreWish) -> Rebuilt:
    """Bring a workspace back from a complete backup.

    Raises:
        UserError: why not; nothing that looks like a workspace is left behind.
    """

    def report(step: RebuildProgress) -> None:
        wish.phase, wish.done, wish.total = step.phase, step.rows, step.total

    if wish.passphrase is None:
        store = open_store(StoreChoice.KEYRING, wish.folder / SECRET_FILE)
        # Found out before the work: a keyring may be there and locked.
        check_store(store)
    else:
        store = _file_store(wish.folder, wish.passphrase)
    return rebuild_workspace(
        wish.file,
        wish.folder,
        wish.key,
        lambda: store,
        report=report,
        cancelled=wish.stop.is_set,
    )


def name_of(folder: Path) -> str:
    """The name of the workspace in a folder; the folder's own where there is none."""
    try:
        return read_workspace_file(folder).name
    except UserError:
        return folder.name


def close(opened: Opened) -> None:
    """Anchor the audit log's head and close the database."""
    opened.workspace.anchors.anchor_to_keyring()
    opened.workspace.close()


def _store(folder: Path, passphrase: str | None) -> SecretStore:
    if passphrase is not None:
        return _file_store(folder, passphrase)
    choice = read_workspace_file(folder).secret_store
    return open_store(choice, folder / SECRET_FILE)


def _file_store(folder: Path, passphrase: str) -> SecretStore:
    return open_store(StoreChoice.FILE, folder / SECRET_FILE, lambda: passphrase)


def _remember(workspace: Workspace) -> None:
    try:
        KnownWorkspaces().remember(workspace.folder, workspace.file.name)
    except UserError:
        # Only the choice at the next start is lost.
        return
