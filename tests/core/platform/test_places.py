from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.platform import PlaceProblem, System, UnsafePlace, is_network_or_sync_folder

MOUNTS = r"""22 27 0:21 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:40 / /mnt/team rw shared:2 - nfs4 server:/team rw
24 23 0:41 / /mnt/team/local rw - xfs /dev/sdb1 rw
25 22 0:42 / /mnt/my\040share rw - cifs //server/share rw
26 22 0:43 / /mnt/far rw - fuse.sshfs anna@far:/ rw
27 22 0:44 / /mnt/stick rw - fuseblk /dev/sdc1 rw
28 22 0:45 / /mnt/twice rw - nfs server:/a rw
29 22 0:46 / /mnt/twice rw - tmpfs none rw
30 22 0:47 / /mnt/vault rw - fuse.gocryptfs /home/anna/.vault rw
"""
MACOS_MOUNTS = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//anna@server/crm on /Volumes/crm (2) (smbfs, nodev, nosuid, mounted by anna)
/dev/disk5s1 on /Volumes/stick (exfat, local, nodev)
"""


@pytest.fixture
def mount_table(tmp_path: Path) -> Path:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    return table


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/mnt/team/crm", "nfs4"),
        ("/mnt/my share/crm", "cifs"),
        ("/mnt/far", "fuse.sshfs"),
        ("/home/anna/crm", None),
        ("/mnt/team/local/crm", None),
        ("/mnt/teamwork", None),
        ("/mnt/stick/crm", None),
        ("/mnt/vault/crm", None),
        ("/mnt/twice/crm", None),
    ],
)
def test_linux_knows_a_network_disk_by_its_mount(place: str, kind: str | None, mount_table: Path):
    found = is_network_or_sync_folder(Path(place), System.LINUX, mount_table=mount_table)

    assert found == (None if kind is None else UnsafePlace(PlaceProblem.NETWORK, kind))


def test_a_link_to_a_network_disk_is_followed(tmp_path: Path, mount_table: Path):
    (tmp_path / "crm").symlink_to("/mnt/team/crm")

    found = is_network_or_sync_folder(tmp_path / "crm", System.LINUX, mount_table=mount_table)

    assert found == UnsafePlace(PlaceProblem.NETWORK, "nfs4")


@pytest.mark.parametrize(
    ("place", "kind"),
    [("/Volumes/crm (2)/desk", "smbfs"), ("/Volumes/stick/desk", None), ("/Users/anna", None)],
)
def test_macos_knows_a_network_disk_by_its_mount(place: str, kind: str | None):
    found = is_network_or_sync_folder(
        Path(place), System.MACOS, run=lambda command: MACOS_MOUNTS, environ={}
    )

    assert found == (None if kind is None else UnsafePlace(PlaceProblem.NETWORK, kind))


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (r"\\server\crm\desk", "unc"),
        (r"//server/crm/desk", "unc"),
        (r"\\?\UNC\server\crm\desk", "unc"),
        (r"Z:\desk", "network drive"),
        (r"C:\Users\anna\desk", None),
        (r"\\?\C:\Users\anna\desk", None),
    ],
)
def test_windows_knows_a_network_disk_by_its_drive(place: str, kind: str | None):
    found = is_network_or_sync_folder(
        Path(place),
        System.WINDOWS,
        drive_type=lambda anchor: 4 if anchor.startswith("Z:") else 3,
        environ={},
    )

    assert found == (None if kind is None else UnsafePlace(PlaceProblem.NETWORK, kind))


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        ("Dropbox", "Dropbox"),
        ("Dropbox (Example Ltd)", "Dropbox"),
        ("OneDrive - Example Ltd", "OneDrive"),
        ("Google Drive", "Google Drive"),
        ("CloudStorage/GoogleDrive-anna@example.com", "GoogleDrive"),
        ("Mobile Documents", "iCloud Drive"),
        ("iCloudDrive", "iCloud Drive"),
        ("Nextcloud", "Nextcloud"),
    ],
)
def test_a_synchronised_folder_is_known_by_its_name(tmp_path: Path, folder: str, program: str):
    found = is_network_or_sync_folder(tmp_path / folder / "crm" / "desk")

    assert found == UnsafePlace(PlaceProblem.SYNCHRONISED, program)


@pytest.mark.parametrize(
    ("marker", "program"),
    [(".dropbox", "Dropbox"), (".stfolder", "Syncthing"), (".nextcloudsync.log", "Nextcloud")],
)
def test_a_synchronised_folder_is_known_by_what_its_program_left_in_it(
    tmp_path: Path, marker: str, program: str
):
    (tmp_path / marker).touch()

    found = is_network_or_sync_folder(tmp_path / "crm")

    assert found == UnsafePlace(PlaceProblem.SYNCHRONISED, program)


def test_a_link_into_a_synchronised_folder_is_followed(tmp_path: Path):
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "crm").symlink_to(tmp_path / "Dropbox")

    assert is_network_or_sync_folder(tmp_path / "crm" / "desk") is not None


def test_windows_tells_where_onedrive_is(tmp_path: Path):
    found = is_network_or_sync_folder(
        tmp_path / "desk",
        System.WINDOWS,
        drive_type=lambda anchor: 3,
        environ={"OneDriveCommercial": str(tmp_path)},
    )

    assert found == UnsafePlace(PlaceProblem.SYNCHRONISED, "OneDrive")


@pytest.mark.parametrize("name", ["crm", "dropbox-export", "my onedrive notes", "omega"])
def test_an_ordinary_folder_is_safe(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()

    assert is_network_or_sync_folder(tmp_path / name) is None


def test_what_is_wrong_can_stand_in_a_sentence():
    assert str(UnsafePlace(PlaceProblem.NETWORK, "nfs4")) == "a network disk (nfs4)"
    assert str(UnsafePlace(PlaceProblem.SYNCHRONISED, "Dropbox")) == "a Dropbox folder"
