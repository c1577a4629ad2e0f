"""Whether a folder lies where a database breaks: on a network disk or in a synchronised folder.

SQLite's write-ahead log needs shared memory between processes, which network file systems do
not give; a program that synchronises folders copies the database between two of its writes.
The branches for Windows and macOS are unit-tested by naming the system, but were not run there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PureWindowsPath

from crmdesk.core.files.presence import absolute_path, resolved
from crmdesk.core.platform.system import System, current_system, run_program

_MOUNT_TABLE = Path("/proc/self/mountinfo")
# File systems whose other end is another machine, or the host of a virtual one. FUSE as such
# is not among them: NTFS, encrypted folders and many a local disk come through FUSE.
_NETWORK_TYPES = frozenset(
    {"9p", "afs", "afpfs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "gfs2", "glusterfs"}
    | {"gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb2", "smb3"}
    | {"smbfs", "vboxsf", "vmhgfs", "webdav"}
)
_NETWORK_FUSE = frozenset(
    {"blobfuse", "blobfuse2", "ceph", "cephfs", "curlftpfs", "davfs", "gcsfuse", "glusterfs"}
    | {"google-drive-ocamlfuse", "goofys", "grpcfuse", "gvfs-fuse-daemon", "gvfsd-fuse", "juicefs"}
    | {"kio-fuse", "mount.sshfs", "onedriver", "rclone", "s3fs", "seaweedfs", "smbnetfs", "sshfs"}
    | {"vmhgfs-fuse"}
)

# Names that the programs themselves give to their folders, and files they leave in them.
_SYNC_NAMES = (
    ("Dropbox", re.compile(r"Dropbox( \(.+\))?", re.IGNORECASE)),
    ("OneDrive", re.compile(r"OneDrive( - .+)?", re.IGNORECASE)),
    ("Google Drive", re.compile(r"Google ?Drive", re.IGNORECASE)),
    ("iCloud Drive", re.compile(r"iCloud ?Drive|Mobile Documents", re.IGNORECASE)),
    ("Nextcloud", re.compile(r"Nextcloud", re.IGNORECASE)),
    ("ownCloud", re.compile(r"ownCloud", re.IGNORECASE)),
    ("Box", re.compile(r"Box Sync", re.IGNORECASE)),
    ("pCloud", re.compile(r"pCloud ?Drive", re.IGNORECASE)),
    ("MEGA", re.compile(r"MEGAsync|MEGA", re.IGNORECASE)),
    ("Yandex Disk", re.compile(r"Yandex\.Disk", re.IGNORECASE)),
)
_SYNC_MARKERS = (
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
    (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
    (".tmp.drivedownload", "Google Drive"),
    (".tmp.driveupload", "Google Drive"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".stfolder", "Syncthing"),
)
_ONEDRIVE_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
# macOS keeps every provider's files in one place: "CloudStorage/OneDrive-ExampleLtd".
_MACOS_CLOUD_FOLDER = "CloudStorage"
_DRIVE_REMOTE = 4


class PlaceProblem(StrEnum):
    """Why a database must not lie in a folder."""

    NETWORK = "network"
    SYNCHRONISED = "synchronised"


@dataclass(frozen=True, slots=True)
class UnsafePlace:
    """What is wrong with a folder.

    Attributes:
        problem: the kind of trouble.
        name: the file system's type, e.g. ``"nfs4"``, or the program's name, e.g. ``"Dropbox"``.
    """

    problem: PlaceProblem
    name: str

    def __str__(self) -> str:
        if self.problem is PlaceProblem.NETWORK:
            return f"a network disk ({self.name})"
        return f"a {self.name} folder"


def is_network_or_sync_folder(
    path: Path,
    system: System | None = None,
    *,
    mount_table: Path = _MOUNT_TABLE,
    run: Callable[[Sequence[str]], str] = run_program,
    drive_type: Callable[[str], int] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> UnsafePlace | None:
    """Say why a database must not lie in ``path``, or None when nothing speaks against it.

    The folder need not exist; the nearest one above that does is judged. A synchronised folder
    of a program unknown here, or one under a name of the user's own, is not recognised.
    Not run here on Windows and macOS.
    """
    system = system or current_system()
    place = path if system is System.WINDOWS else absolute_path(path)
    kinds = {
        System.LINUX: lambda: _linux_network(resolved(place), mount_table),
        System.MACOS: lambda: _macos_network(resolved(place), run),
        System.WINDOWS: lambda: _windows_network(str(place), drive_type or _windows_drive_type),
    }
    network = kinds[system]()
    if network is not None:
        return UnsafePlace(PlaceProblem.NETWORK, network)
    program = _sync_program(place, environ)
    return None if program is None else UnsafePlace(PlaceProblem.SYNCHRONISED, program)


def _linux_network(place: Path, mount_table: Path) -> str | None:
    # proc(5) mountinfo: the fifth field is the mount point, the type follows a lone hyphen.
    try:
        lines = mount_table.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    mounts = []
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(), after.split()
        if len(fields) >= 5 and kinds:
            mounts.append((Path(_without_escapes(fields[4])), kinds[0]))
    return _network_type(_type_of_mount(place, mounts))


def _without_escapes(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _type_of_mount(place: Path, mounts: Sequence[tuple[Path, str]]) -> str:
    best, best_type = -1, ""
    for point, kind in mounts:
        # >=: of two mounts on one point the later one lies on top.
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, best_type = len(point.parts), kind
    return best_type


def _network_type(kind: str) -> str | None:
    kind = kind.lower()
    is_network = kind in _NETWORK_TYPES or kind.removeprefix("fuse.") in _NETWORK_FUSE
    return kind if is_network else None


def _macos_network(place: Path, run: Callable[[Sequence[str]], str]) -> str | None:
    # "//anna@server/crm on /Volumes/crm (smbfs, nodev, nosuid, mounted by anna)"; a disk of
    # this machine has "local" among its words.
    try:
        printed = run(["mount"])
    except OSError:
        return None
    mounts = []
    for line in printed.splitlines():
        found = re.fullmatch(r".+? on (/.*) \(([^()]+)\)", line)
        if found:
            words = [word.strip() for word in found[2].split(",")]
            mounts.append((Path(found[1]), "" if "local" in words else words[0]))
    return _type_of_mount(place, mounts) or None


def _windows_network(place: str, drive_type: Callable[[str], int]) -> str | None:
    anchor = PureWindowsPath(place).anchor
    plain = anchor.replace("/", "\\")
    if plain.startswith("\\\\") and not plain.startswith(("\\\\?\\", "\\\\.\\")):
        return "unc"
    if plain.upper().startswith("\\\\?\\UNC\\"):
        return "unc"
    return "network drive" if anchor and drive_type(anchor) == _DRIVE_REMOTE else None


def _windows_drive_type(anchor: str) -> int:
    from crmdesk.core.platform.processes import load_kernel32

    return int(load_kernel32().GetDriveTypeW(anchor))


def _sync_program(place: Path, environ: Mapping[str, str]) -> str | None:
    real = resolved(place)
    folders = [place, *place.parents, real, *real.parents]
    for variable in _ONEDRIVE_VARIABLES:
        root = environ.get(variable)
        if root and Path(root) in folders:
            return "OneDrive"
    for folder in folders:
        if folder.parent.name == _MACOS_CLOUD_FOLDER:
            return folder.name.partition("-")[0]
        for program, name in _SYNC_NAMES:
            if name.fullmatch(folder.name):
                return program
        for marker, program in _SYNC_MARKERS:
            if os.path.lexists(folder / marker):
                return program
    return None
