"""Secrets in one encrypted file, for computers without a keyring, by the user's own choice.

The file is 16 bytes that say what it is, 16 bytes of salt, 16 bytes that tell a wrong passphrase
from a damaged file, and a JSON object under AES-256-GCM. Key and check come from the passphrase by
scrypt (RFC 7914) with N = 2^17, r = 8, p = 1: 128 MiB and about a third of a second a guess.
"""

from __future__ import annotations

import hmac
import json
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crmdesk.core.access.keys import KEY_BYTES, DecryptionFailed, decrypt, encrypt
from crmdesk.core.access.secret_store import StoreChoice, checked
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.disk_errors import as_user_error
from crmdesk.core.platform import exclusive_lock

ENVIRONMENT_NAME = "CRMDESK_KEYRING_PASSPHRASE_FILE"
_MAGIC = b"CRMDESK-SECRETS\x01"
_SALT_BYTES = 16
_CHECK_BYTES = 16
_HEADER_BYTES = len(_MAGIC) + _SALT_BYTES + _CHECK_BYTES
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 17, 8, 1


class FileStore:
    """An encrypted file (0600); the passphrase is asked for once, when first needed.

    Several processes may use the file at a time: a change is made under a lock, and a reader
    sees the file before or after it.

    Args:
        path: the file; its folder must exist. It is made by the first :meth:`set`.
        passphrase: gives the passphrase, see :func:`passphrase_source`.
    """

    def __init__(self, path: Path, passphrase: Callable[[], str]) -> None:
        self._path = path
        self._passphrase = passphrase
        self._derived: tuple[bytes, bytes, bytes] | None = None

    @property
    def backend(self) -> str:
        """Always ``"file"``."""
        return StoreChoice.FILE.value

    @property
    def detail(self) -> str:
        """The path of the file."""
        return str(self._path)

    def get(self, name: str) -> str | None:
        """Return a secret, or None.

        Raises:
            UserError: ``keyring_passphrase_wrong``, ``keyring_file_damaged``,
                ``keyring_file_unreadable``, or why there is no passphrase.
        """
        return self._read()[1].get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a secret.

        Raises:
            UserError: as :meth:`get`, and what :func:`atomic_write` says of a full disk.
        """
        checked(value)
        with self._locked():
            salt, entries = self._read()
            self._write(salt, {**entries, name: value})

    def delete(self, name: str) -> None:
        """Forget a secret, if there is one; errors as :meth:`set`."""
        if self.get(name) is None:
            return
        with self._locked():
            salt, entries = self._read()
            self._write(salt, {key: each for key, each in entries.items() if key != name})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                lock = exclusive_lock(self._path.with_name(self._path.name + ".lock"))
                stack.enter_context(lock)
            except OSError as error:
                raise as_user_error(error, self._path, 0) from error
            yield

    def _read(self) -> tuple[bytes, dict[str, str]]:
        """The salt and the entries; a new salt and none when there is no file yet."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return os.urandom(_SALT_BYTES), {}
        except OSError as error:
            raise _unreadable(self._path, error) from error
        if not content.startswith(_MAGIC) or len(content) < _HEADER_BYTES:
            raise _damaged(self._path)
        salt = content[len(_MAGIC) : len(_MAGIC) + _SALT_BYTES]
        key, check = self._key(salt)
        if not hmac.compare_digest(check, content[_HEADER_BYTES - _CHECK_BYTES : _HEADER_BYTES]):
            self._derived = None
            raise UserError(
                "keyring_passphrase_wrong",
                "The passphrase of the encrypted key file is wrong.",
                "Type it again; capitals and spaces count.",
            )
        return salt, self._entries(key, salt, content[_HEADER_BYTES:])

    def _entries(self, key: bytes, salt: bytes, envelope: bytes) -> dict[str, str]:
        try:
            entries: dict[str, str] = json.loads(decrypt(key, envelope, _MAGIC + salt))
        except DecryptionFailed:
            raise _damaged(self._path) from None
        return entries

    def _write(self, salt: bytes, entries: Mapping[str, str]) -> None:
        key, check = self._key(salt)
        plain = json.dumps(entries, sort_keys=True).encode("ascii")
        with atomic_write(self._path, 0o600) as file:
            file.write(_MAGIC + salt + check + encrypt(key, plain, _MAGIC + salt))

    def _key(self, salt: bytes) -> tuple[bytes, bytes]:
        if self._derived is None or self._derived[0] != salt:
            passphrase = unicodedata.normalize("NFKC", self._passphrase())
            size = KEY_BYTES + _CHECK_BYTES
            slow = Scrypt(salt=salt, length=size, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
            made = slow.derive(passphrase.encode("utf-8", "surrogatepass"))
            self._derived = (salt, made[:KEY_BYTES], made[KEY_BYTES:])
        return self._derived[1:]


def passphrase_source(
    prompt: Callable[[], str] | None = None, environ: Mapping[str, str] = os.environ
) -> Callable[[], str]:
    """Where the passphrase comes from: the file the environment names, else the prompt.

    Args:
        prompt: asks the person; None where nobody can be asked.
        environ: may name a file in ``CRMDESK_KEYRING_PASSPHRASE_FILE``; its first line counts.

    Returns:
        A callable that raises UserError: ``keyring_passphrase_missing`` when there is none or a
        blank one, ``keyring_passphrase_unreadable`` when the named file cannot be read.
    """

    def ask() -> str:
        named = environ.get(ENVIRONMENT_NAME)
        ask_person = prompt if prompt is not None else str
        passphrase = _first_line(Path(named)) if named else ask_person()
        if not passphrase:
            raise UserError(
                "keyring_passphrase_missing",
                "The encrypted key file needs its passphrase.",
                f"Type it, or name a file that holds it in {ENVIRONMENT_NAME}.",
            )
        return passphrase

    return ask


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            "keyring_passphrase_unreadable",
            f"The passphrase file {path} cannot be read.",
            f"Correct {ENVIRONMENT_NAME}; the file holds the passphrase in its first line.",
            path=str(path),
        ) from error


def _damaged(path: Path) -> UserError:
    return UserError(
        "keyring_file_damaged",
        f"The encrypted key file {path} is damaged or is another kind of file.",
        "Move it away, run `crmdesk keyring recover` and give the recovery key.",
        path=str(path),
    )


def _unreadable(path: Path, error: OSError) -> UserError:
    return UserError(
        "keyring_file_unreadable",
        f"The encrypted key file {path} cannot be read: {error.strerror}.",
        "Give it back to your account, for you alone.",
        path=str(path),
    )
