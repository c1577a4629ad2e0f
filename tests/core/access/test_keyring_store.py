"""Against a real Secret Service: gnome-keyring on a bus of the test's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest
from secretstorage.exceptions import ItemNotFoundException

from crmdesk.core.access.keyring_store import ENVIRONMENT_NAME, KeyringStore
from crmdesk.core.access.secrets import check_store, open_store
from crmdesk.core.errors import UserError
from crmdesk.core.platform import System
from tests.secret_service import SecretService

NAME = "5f0c/workspace-key"
SECRET = "canary-3c9e"


@pytest.fixture
def store() -> KeyringStore:
    return KeyringStore.open()


def refusal_of(work) -> UserError:
    with pytest.raises(UserError) as refusal:
        work()
    error = refusal.value
    assert error.hint
    assert SECRET not in error.message + error.hint + repr(error)
    return error


def test_a_secret_is_kept_replaced_and_forgotten(store: KeyringStore):
    store.set(NAME, "earlier")
    store.set(NAME, SECRET)
    assert store.get(NAME) == SECRET

    store.delete(NAME)
    assert store.get(NAME) is None


def test_another_program_of_the_desktop_reads_the_same_entry(store: KeyringStore):
    store.set(NAME, SECRET)

    backend = "keyring.backends.SecretService.Keyring"
    child = subprocess.run(
        [sys.executable, "-m", "keyring", "-b", backend, "get", "crmdesk", NAME],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert child.stdout.strip() == SECRET


def test_two_workspaces_do_not_see_each_others_secrets(store: KeyringStore):
    store.set("aaaa/workspace-key", "one")
    store.set("bbbb/workspace-key", "two")

    assert store.get("aaaa/workspace-key") == "one"
    assert store.get("bbbb/workspace-key") == "two"


def test_an_unknown_secret_is_none_and_forgetting_it_does_nothing(store: KeyringStore):
    assert store.get("nothing/here") is None
    store.delete("nothing/here")


def test_any_text_survives(store: KeyringStore):
    value = "Zürich ∑ \n\t\"'\\ 🙂"
    store.set(NAME, value)

    assert store.get(NAME) == value


def test_the_longest_value_fits_and_a_longer_one_is_a_mistake_of_the_program(store: KeyringStore):
    store.set(NAME, "x" * 1279)
    assert store.get(NAME) == "x" * 1279

    with pytest.raises(ValueError, match="1280"):
        store.set(NAME, "x" * 1280)


def test_the_store_says_which_keyring_it_is(store: KeyringStore):
    assert store.backend == "keyring"
    assert store.detail == "keyring.backends.SecretService.Keyring"
    assert open_store("keyring", Path("unused")).detail == store.detail


def test_a_working_keyring_passes_its_check(store: KeyringStore):
    check_store(store)


def test_a_locked_keyring_says_so_and_keeps_the_secret(
    store: KeyringStore, restored_keyring: SecretService
):
    store.set(NAME, SECRET)
    restored_keyring.restart_locked()

    for work in (
        lambda: store.get(NAME),
        lambda: store.set(NAME, SECRET),
        lambda: store.delete(NAME),
        lambda: check_store(store),
    ):
        assert refusal_of(work).code == "keyring_locked"


def test_a_wiped_keyring_has_no_secret_and_takes_a_new_one(
    store: KeyringStore, restored_keyring: SecretService
):
    store.set(NAME, SECRET)
    restored_keyring.wipe()

    assert store.get(NAME) is None
    store.set(NAME, "recovered")
    assert store.get(NAME) == "recovered"


def test_a_keyring_that_vanished_is_missing(store: KeyringStore, restored_keyring: SecretService):
    store.set(NAME, SECRET)
    restored_keyring.stop_keyring()

    assert refusal_of(lambda: store.get(NAME)).code == "keyring_missing"
    assert refusal_of(KeyringStore.open).code == "keyring_missing"


def test_a_keyring_that_falls_over_a_question_is_asked_again(
    store: KeyringStore, restored_keyring: SecretService
):
    store.set(NAME, SECRET)
    restored_keyring.freeze_keyring()

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(store.get, NAME)
        # A question is on its way only once the frozen daemon has it: half a second is plenty.
        wait([answer], timeout=0.5)
        assert not answer.done()
        restored_keyring.fell_keyring()
        assert answer.result(timeout=20) == SECRET


def test_without_a_bus_the_refusal_says_what_to_install(no_keyring: None):
    error = refusal_of(KeyringStore.open)

    assert error.code == "keyring_missing"
    assert "gnome-keyring" in error.hint
    assert "crmdesk keyring use-file" in error.hint


def test_a_bus_that_died_is_a_missing_keyring(store: KeyringStore, dead_bus: None):
    assert refusal_of(KeyringStore.open).code == "keyring_missing"
    assert refusal_of(lambda: store.get(NAME)).code == "keyring_missing"


@pytest.mark.parametrize("system", [System.MACOS, System.WINDOWS])
def test_each_system_has_its_own_keyring_and_no_other_is_taken(system: System):
    """Here the backends of other systems cannot work; nothing else is tried in their place."""
    assert refusal_of(lambda: KeyringStore.open({}, system)).code == "keyring_missing"


def test_a_backend_named_by_the_environment_is_taken():
    named = {ENVIRONMENT_NAME: "keyring.backends.SecretService.Keyring"}

    assert KeyringStore.open(named).detail == named[ENVIRONMENT_NAME]


@pytest.mark.parametrize(
    "name", ["no.such.Backend", "keyring.backends.fail.Nothing", "nodots", "a..b"]
)
def test_a_backend_that_is_not_installed_is_named_in_the_refusal(name: str):
    error = refusal_of(lambda: KeyringStore.open({ENVIRONMENT_NAME: name}))

    assert error.code == "keyring_missing"
    assert name in error.message


def test_the_backend_that_always_fails_is_a_missing_keyring():
    store = KeyringStore.open({ENVIRONMENT_NAME: "keyring.backends.fail.Keyring"})

    assert refusal_of(lambda: store.get(NAME)).code == "keyring_missing"


def test_a_backend_that_forgets_is_found_out():
    """The null backend takes everything and keeps nothing: a lost key, were it believed."""
    store = KeyringStore.open({ENVIRONMENT_NAME: "keyring.backends.null.Keyring"})

    error = refusal_of(lambda: store.set(NAME, SECRET))

    assert error.code == "keyring_refused"
    assert "does not give it back" in error.message


class StubbornKeyring(keyring.backend.KeyringBackend):
    """A third-party backend that raises whatever it likes."""

    priority = 0

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_password(self, service: str, username: str) -> str:
        return "there"

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error

    def delete_password(self, service: str, username: str) -> None:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        keyring.errors.PasswordSetError(SECRET),
        keyring.errors.PasswordDeleteError(SECRET),
        keyring.errors.KeyringError(SECRET),
        keyring.errors.InitError(SECRET),
        OSError(SECRET),
        TypeError(SECRET),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_backend_raises_is_a_sentence_without_the_secret(error: Exception):
    store = KeyringStore(StubbornKeyring(error))

    assert refusal_of(lambda: store.set(NAME, SECRET)).code == "keyring_refused"
    assert refusal_of(lambda: store.delete(NAME)).code == "keyring_refused"


class SharedKeyring(keyring.backend.KeyringBackend):
    """A keyring in which another process is quicker, at each of these moments.

    Args:
        kept: what the other one keeps right after us, time by time.
        moves: how often it replaces the entry between our finding and reading it.
        forgets: whether it forgets the entry right before us.
    """

    priority = 0

    def __init__(self, kept: Sequence[str] = (), moves: int = 0, *, forgets: bool = False) -> None:
        self.value: str | None = None
        self._kept, self._moves, self._forgets = list(kept), moves, forgets

    def get_password(self, service: str, username: str) -> str | None:
        if self._moves:
            self._moves -= 1
            raise ItemNotFoundException("Item does not exist!")
        return self.value

    def set_password(self, service: str, username: str, password: str) -> None:
        self.value = self._kept.pop(0) if self._kept else password

    def delete_password(self, service: str, username: str) -> None:
        self.value = None
        if self._forgets:
            raise keyring.errors.PasswordDeleteError("No such password!")


def test_a_value_is_kept_although_another_process_kept_one_at_the_same_moment():
    shared = SharedKeyring(["the other's"])

    KeyringStore(shared).set(NAME, SECRET)

    assert shared.value == SECRET


def test_nobody_is_refused_where_others_keep_values_all_the_while():
    shared = SharedKeyring([str(number) for number in range(50)])

    KeyringStore(shared).set(NAME, SECRET)

    assert shared.value is not None


def test_a_keyring_that_gives_back_what_it_had_before_is_found_out():
    error = refusal_of(lambda: KeyringStore(SharedKeyring(["earlier"] * 50)).set(NAME, SECRET))

    assert error.code == "keyring_refused"


def test_an_entry_that_another_process_replaces_is_asked_for_again():
    store = KeyringStore(SharedKeyring(moves=2))

    store.set(NAME, SECRET)

    assert store.get(NAME) == SECRET


def test_a_secret_that_another_process_has_just_forgotten_is_forgotten():
    store = KeyringStore(SharedKeyring(forgets=True))
    store.set(NAME, SECRET)

    store.delete(NAME)

    assert store.get(NAME) is None


def test_the_keyring_library_is_loaded_only_when_a_secret_is_needed():
    program = "import sys, crmdesk.core.access.secrets; print('keyring' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "False"
