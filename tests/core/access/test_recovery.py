"""A wiped keyring, a second workstation, an encrypted file: how the workspace key comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crmdesk.core.access import keys, recovery_key
from crmdesk.core.access.keyring_store import KeyringStore
from crmdesk.core.access.recovery import keyring_status, recover_key, use_store
from crmdesk.core.access.secret_file import FileStore
from crmdesk.core.access.secrets import SecretStore
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.errors import PermissionDenied, SecondFactorRefused
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import Workspace, create_workspace
from crmdesk.core.workspace_folder import read_workspace_file
from crmdesk.core.workspace_key import KEY_NAME, load_key
from tests.builders import PASSWORD, PLACE, Desk
from tests.core.access.people import enrolled, refusal_of
from tests.secret_service import SecretService


@pytest.fixture
def paper(timed_desk: Desk) -> str:
    """The recovery key of the desk's workspace, as its sheet shows it."""
    made = recovery_key.generate()
    with timed_desk.workspace.database.write() as tx:
        tx.sql("UPDATE workspace SET wrapped_key = ?", (recovery_key.wrap(timed_desk.key, made),))
    return made.text


@pytest.fixture
def keyring(restored_keyring: SecretService) -> SecretStore:
    """The real keyring, which does not hold the key."""
    restored_keyring.wipe()
    return KeyringStore.open()


def file_store(folder: Path) -> FileStore:
    return FileStore(folder / "secrets", lambda: "over the hills")


def test_a_wiped_keyring_gets_the_key_back_and_everything_works(
    tmp_path: Path, restored_keyring: SecretService
):
    folder = tmp_path / "workspace"
    wanted = NewWorkspace("Northwind", "ingrid@n.example", "Ingrid Solberg", PASSWORD, {})
    created = create_workspace(folder, wanted, KeyringStore.open())
    created.workspace.close()
    restored_keyring.wipe()
    store = KeyringStore.open()
    missing = refusal_of(lambda: load_key(folder, store))
    assert missing.code == "workspace_key_missing"

    typed = created.recovery_key.lower().replace("-", " ")
    actor = recover_key(folder, typed, store, PLACE)

    assert actor.email == "ingrid@n.example"
    opened = Workspace(folder, load_key(folder, KeyringStore.open()))
    assert opened.sign_in.sign_in("ingrid@n.example", PASSWORD, None, PLACE)
    opened.close()


def test_recovering_is_logged_with_who_did_it(timed_desk: Desk, paper: str, keyring: SecretStore):
    recover_key(timed_desk.folder, paper, keyring, PLACE, clock=timed_desk.workspace.database.clock)
    last = timed_desk.sql(
        "SELECT subcategory, user_id, host FROM audit_events ORDER BY id DESC LIMIT 1"
    )
    assert last == [("WORKSPACE_KEY_RECOVERED", 1, PLACE.host)]


def test_somebody_with_two_factor_gives_a_code_too(
    timed_desk: Desk, paper: str, keyring: SecretStore
):
    desk, clock = timed_desk, timed_desk.workspace.database.clock
    phone = enrolled(desk, desk.admin)

    def recover(code: str | None) -> object:
        return recover_key(desk.folder, paper, keyring, PLACE, code=code, clock=clock)

    missing = refusal_of(lambda: recover(None))
    assert (type(missing), missing.code) == (SecondFactorRefused, "code_missing")
    assert refusal_of(lambda: recover("000000")).code == "code_wrong"
    assert desk.audit_actions()[-1] == ("TWO_FACTOR_CODE_REFUSED", "refused")
    assert not keyring_status(desk.folder, keyring).ok
    code = phone.next_code()
    recover(code)
    assert keyring_status(desk.folder, keyring).ok
    assert refusal_of(lambda: recover(code)).code == "code_wrong"
    recover(phone.recovery_codes[0])


def test_a_wrong_or_mistyped_recovery_key_changes_nothing(
    timed_desk: Desk, paper: str, keyring: SecretStore
):
    before = timed_desk.audit_actions()
    other = recovery_key.generate().text
    slip = paper[:-1] + ("0" if paper[-1] != "0" else "1")
    for typed, code in ((other, "recovery_key_wrong"), (slip, "recovery_key_mistyped")):
        refused = refusal_of(
            lambda typed=typed: recover_key(timed_desk.folder, typed, keyring, PLACE)
        )
        assert refused.code == code
    assert not keyring_status(timed_desk.folder, keyring).ok
    assert timed_desk.audit_actions() == before


def test_whoever_recovers_is_named_and_is_a_super_admin(
    timed_desk: Desk, paper: str, keyring: SecretStore
):
    desk = timed_desk
    marc = desk.user("Marc Dubois")
    with pytest.raises(PermissionDenied):
        recover_key(desk.folder, paper, keyring, PLACE, email=marc.email)
    with pytest.raises(PermissionDenied):
        recover_key(desk.folder, paper, keyring, PLACE, email="nobody@northwind.example")
    ann = desk.user("Ann Lee", super_admin=True)
    assert refusal_of(lambda: recover_key(desk.folder, paper, keyring, PLACE)).code == (
        "admin_to_name"
    )
    assert recover_key(desk.folder, paper, keyring, PLACE, email=ann.email).user_id == ann.user_id


def test_a_keyring_that_cannot_keep_it_costs_no_code(
    timed_desk: Desk, paper: str, keyring: SecretStore, restored_keyring: SecretService
):
    desk, clock = timed_desk, timed_desk.workspace.database.clock
    phone = enrolled(desk, desk.admin)
    code = phone.next_code()
    restored_keyring.stop_keyring()
    refused = refusal_of(
        lambda: recover_key(desk.folder, paper, keyring, PLACE, code=code, clock=clock)
    )
    assert refused.code.startswith("keyring_")
    restored_keyring.start_keyring()
    recover_key(desk.folder, paper, KeyringStore.open(), PLACE, code=code, clock=clock)


def test_without_a_keyring_the_key_comes_back_into_an_encrypted_file(
    timed_desk: Desk, paper: str, tmp_path: Path
):
    store = file_store(tmp_path)
    recover_key(timed_desk.folder, paper, store, PLACE)

    assert read_workspace_file(timed_desk.folder).secret_store == "file"
    assert load_key(timed_desk.folder, file_store(tmp_path)) == timed_desk.key
    names = [name for name, _ in timed_desk.audit_actions()][-2:]
    assert names == ["WORKSPACE_KEY_RECOVERED", "SECRET_STORE_CHANGED"]


def test_choosing_the_encrypted_file_moves_the_key_and_is_logged(
    desk: Desk, tmp_path: Path, keyring: SecretStore
):
    keyring.set(f"{desk.workspace.id}/{KEY_NAME}", keys.key_to_text(desk.key))
    store = file_store(tmp_path)

    use_store(desk.workspace, desk.admin, keyring, store)

    assert load_key(desk.folder, store) == desk.key
    assert refusal_of(lambda: load_key(desk.folder, keyring)).code == "workspace_key_missing"
    assert read_workspace_file(desk.folder).secret_store == desk.workspace.file.secret_store
    assert desk.workspace.file.secret_store == "file"
    assert desk.audit_actions()[-1] == ("SECRET_STORE_CHANGED", "ok")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o600


def test_only_a_super_admin_chooses_where_the_key_is_kept(desk: Desk, tmp_path: Path):
    marc = desk.user("Marc Dubois")
    with pytest.raises(PermissionDenied):
        use_store(desk.workspace, marc, None, file_store(tmp_path))
    assert not (tmp_path / "secrets").exists()


def test_the_status_says_what_is_wrong(desk: Desk, keyring: SecretStore, tmp_path: Path):
    name = f"{desk.workspace.id}/{KEY_NAME}"
    missing = keyring_status(desk.folder, keyring)
    assert missing.problem is not None
    assert (missing.ok, missing.problem.code) == (False, "workspace_key_missing")
    keyring.set(name, keys.key_to_text(b"\1" * 32))
    other = keyring_status(desk.folder, keyring)
    assert other.problem is not None
    assert other.problem.code == "wrong_key"
    keyring.set(name, "not a key")
    damaged = keyring_status(desk.folder, keyring)
    assert damaged.problem is not None
    assert damaged.problem.code == "key_damaged"
    keyring.set(name, keys.key_to_text(desk.key))
    good = keyring_status(desk.folder, keyring)
    assert (good.backend, good.ok, good.problem) == ("keyring", True, None)
    assert "SecretService" in good.detail
    elsewhere = tmp_path / "nothing"
    assert refusal_of(lambda: keyring_status(elsewhere, keyring)).code == "workspace_missing"


def test_a_copied_folder_opens_on_a_second_workstation(
    timed_desk: Desk, paper: str, keyring: SecretStore, tmp_path: Path
):
    timed_desk.workspace.close()
    copy = tmp_path / "copy"
    shutil.copytree(timed_desk.folder, copy)
    recover_key(copy, paper, keyring, PLACE)
    Workspace(copy, load_key(copy, keyring)).close()


# -- a new recovery key ------------------------------------------------------------------------
def renewed(desk: Desk, code: str) -> str:
    service, purpose = desk.workspace.recovery_keys, StepUpPurpose.NEW_RECOVERY_KEY
    binding = service.binding(desk.admin)
    proof = desk.workspace.two_factor.step_up(desk.admin, purpose, binding, code)
    return service.renew(desk.admin, proof)


def test_a_new_recovery_key_opens_the_workspace_and_the_old_one_no_more(
    timed_desk: Desk, paper: str, keyring: SecretStore
):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)

    made = renewed(desk, phone.next_code())

    assert made != paper
    assert desk.audit_actions()[-1] == ("WORKSPACE_RECOVERY_KEY_RENEWED", "ok")
    assert desk.workspace.inbox.list(desk.admin)[0].kind == "recovery_key_renewed"
    clock, code = desk.workspace.database.clock, phone.next_code()
    old = refusal_of(lambda: recover_key(desk.folder, paper, keyring, PLACE, clock=clock))
    assert old.code == "recovery_key_wrong"
    recover_key(desk.folder, made, keyring, PLACE, code=code, clock=clock)
    assert load_key(desk.folder, keyring) == desk.key


def test_a_new_recovery_key_takes_a_code_and_who_has_none_sets_it_up(timed_desk: Desk, paper: str):
    desk = timed_desk
    service = desk.workspace.recovery_keys

    assert refusal_of(lambda: service.renew(desk.admin, None)).code == "not_enrolled"
    enrolled(desk, desk.admin)
    assert refusal_of(lambda: service.renew(desk.admin, None)).code == "code_missing"
    assert refusal_of(lambda: service.renew(desk.admin, "1" * 32)).code == "step_up_invalid"
    assert desk.audit_actions()[-1] == ("TWO_FACTOR_CODE_REFUSED", "refused")

    wrapped = desk.sql("SELECT wrapped_key FROM workspace")[0][0]
    assert recovery_key.unwrap(bytes(wrapped), recovery_key.parse(paper)) == desk.key
