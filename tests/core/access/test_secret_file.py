from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crmdesk.core.access.secret_file import ENVIRONMENT_NAME, FileStore, passphrase_source
from crmdesk.core.access.secrets import check_store, open_store
from crmdesk.core.errors import UserError

NAME = "5f0c/workspace-key"
SECRET = "canary-3c9e"
PASSPHRASE = "canary of the file"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.crmdesk"


@pytest.fixture
def store(path: Path) -> FileStore:
    return FileStore(path, lambda: PASSPHRASE)


def refusal_of(work: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        work()
    error = refusal.value
    assert error.hint
    told = error.message + error.hint + repr(error)
    assert SECRET not in told
    assert PASSPHRASE not in told
    return error


def test_secrets_are_kept_for_the_next_process(store: FileStore, path: Path):
    store.set(NAME, "earlier")
    store.set(NAME, SECRET)
    store.set("other/token", "Zürich 🙂")

    later = FileStore(path, lambda: PASSPHRASE)

    assert later.get(NAME) == SECRET
    assert later.get("other/token") == "Zürich 🙂"
    assert later.get("nothing/here") is None


def test_a_forgotten_secret_is_gone_from_the_file(store: FileStore, path: Path):
    store.set(NAME, SECRET)
    store.set("other/token", "stays")

    store.delete(NAME)
    store.delete(NAME)

    later = FileStore(path, lambda: PASSPHRASE)
    assert later.get(NAME) is None
    assert later.get("other/token") == "stays"


def test_the_file_tells_neither_secret_nor_name_and_is_for_its_owner_alone(
    store: FileStore, path: Path
):
    store.set(NAME, SECRET)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    assert SECRET.encode() not in content
    assert b"workspace-key" not in content


def test_no_passphrase_is_asked_for_while_there_is_no_file(path: Path):
    def nobody() -> str:
        raise AssertionError("asked")

    store = FileStore(path, nobody)

    assert store.get(NAME) is None
    store.delete(NAME)
    assert list(path.parent.iterdir()) == []


def test_the_passphrase_is_asked_for_once(path: Path):
    asked: list[str] = []

    def ask() -> str:
        asked.append("")
        return PASSPHRASE

    store = FileStore(path, ask)
    store.set(NAME, SECRET)
    store.get(NAME)
    store.delete(NAME)

    assert len(asked) == 1


def test_a_wrong_passphrase_is_told_apart_and_asked_for_again(store: FileStore, path: Path):
    store.set(NAME, SECRET)
    before = path.read_bytes()
    answers = ["not it", PASSPHRASE]
    other = FileStore(path, lambda: answers.pop(0))

    assert refusal_of(lambda: other.set(NAME, "overwritten")).code == "keyring_passphrase_wrong"

    assert path.read_bytes() == before
    assert other.get(NAME) == SECRET


def test_the_same_passphrase_written_otherwise_opens(path: Path):
    FileStore(path, lambda: "Zürich").set(NAME, SECRET)

    assert FileStore(path, lambda: "Zu\u0308rich").get(NAME) == SECRET


def test_a_damaged_file_is_told_apart_from_a_wrong_passphrase(store: FileStore, path: Path):
    store.set(NAME, SECRET)
    whole = path.read_bytes()
    flipped = whole[:-1] + bytes([whole[-1] ^ 1])

    for content in (b"", b"PK\x03\x04", whole[:20], whole[:47], whole[:60], flipped, whole[:-3]):
        path.write_bytes(content)
        assert refusal_of(lambda: store.get(NAME)).code == "keyring_file_damaged"
        assert refusal_of(lambda: store.set(NAME, SECRET)).code == "keyring_file_damaged"
        assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_unreadable(store: FileStore, path: Path):
    path.mkdir()

    assert refusal_of(lambda: store.get(NAME)).code == "keyring_file_unreadable"


def test_a_missing_folder_is_a_clear_refusal(tmp_path: Path):
    store = FileStore(tmp_path / "gone" / "secrets", lambda: PASSPHRASE)

    assert refusal_of(lambda: store.set(NAME, SECRET)).code == "folder_missing"


def test_a_value_too_long_for_a_keyring_is_too_long_here_as_well(store: FileStore):
    with pytest.raises(ValueError, match="1280"):
        store.set(NAME, "x" * 1280)


def test_the_store_passes_its_check_and_says_where_it_is(store: FileStore, path: Path):
    check_store(store)

    assert (store.backend, store.detail) == ("file", str(path))


@pytest.mark.real_password_cost
def test_processes_that_write_at_a_time_lose_nothing(store: FileStore, path: Path):
    store.set("first", "0")
    program = (
        "import sys; from pathlib import Path\n"
        "from crmdesk.core.access.secret_file import FileStore\n"
        f"store = FileStore(Path(sys.argv[1]), lambda: {PASSPHRASE!r})\n"
        "for number in range(5):\n"
        "    store.set(f'{sys.argv[2]}/{number}', 'kept')\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program, str(path), str(number)])
        for number in range(3)
    ]

    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]
    kept = [store.get(f"{process}/{number}") for process in range(3) for number in range(5)]
    assert kept == ["kept"] * 15


def test_the_passphrase_comes_from_the_file_the_environment_names(tmp_path: Path, path: Path):
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\r\nsecond line\n", encoding="utf-8")
    environ = {ENVIRONMENT_NAME: str(file)}

    open_store("file", path, environ=environ).set(NAME, SECRET)

    assert open_store("file", path, lambda: PASSPHRASE, environ={}).get(NAME) == SECRET


@pytest.mark.parametrize("prompt", [None, lambda: ""])
def test_nobody_to_ask_is_a_clear_refusal(prompt: Callable[[], str] | None):
    source = passphrase_source(prompt, {})

    assert refusal_of(source).code == "keyring_passphrase_missing"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_passphrase_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None):
    file = tmp_path / "passphrase"
    if content is not None:
        file.write_bytes(content)

    error = refusal_of(passphrase_source(lambda: "unused", {ENVIRONMENT_NAME: str(file)}))

    assert error.code == "keyring_passphrase_unreadable"
    assert str(file) in error.message


def test_an_unknown_choice_is_a_mistake_of_the_program(path: Path):
    with pytest.raises(ValueError, match="paper"):
        open_store("paper", path)
