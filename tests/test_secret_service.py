from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keyring.errors
import pytest
import secretstorage
from keyring.backends.SecretService import Keyring

from tests.secret_service import SecretService

_READ = (
    "from keyring.backends.SecretService import Keyring;"
    "print(Keyring().get_password('crmdesk-test', 'anna'))"
)


@pytest.fixture
def backend() -> Keyring:
    return Keyring()


def test_a_child_process_reads_what_the_test_kept(backend: Keyring):
    backend.set_password("crmdesk-test", "anna", "s3cret")

    child = subprocess.run(
        [sys.executable, "-c", _READ], capture_output=True, text=True, check=True, timeout=60
    )

    assert child.stdout.strip() == "s3cret"


def test_a_locked_keyring_refuses_and_keeps_the_secret(
    restored_keyring: SecretService, backend: Keyring
):
    backend.set_password("crmdesk-test", "anna", "s3cret")

    restored_keyring.restart_locked()

    with pytest.raises(keyring.errors.KeyringLocked):
        backend.get_password("crmdesk-test", "anna")


def test_a_wiped_keyring_is_empty_and_usable(restored_keyring: SecretService, backend: Keyring):
    backend.set_password("crmdesk-test", "anna", "s3cret")

    restored_keyring.wipe()

    assert backend.get_password("crmdesk-test", "anna") is None
    backend.set_password("crmdesk-test", "anna", "another")
    assert backend.get_password("crmdesk-test", "anna") == "another"


def test_without_a_service_the_library_says_so(no_keyring: None, backend: Keyring):
    with pytest.raises(secretstorage.SecretServiceNotAvailableException):
        backend.get_password("crmdesk-test", "anna")


def test_the_home_is_private_to_this_process():
    home = Path(os.environ["HOME"])

    assert home.name.startswith("crmdesk-home-")
    assert Path(os.environ["XDG_DATA_HOME"]).is_relative_to(home)
    assert home.stat().st_mode & 0o777 == 0o700
