"""Nine programs and libraries that read a zip to its end, each as a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("yauzl@3", "adm-zip@0.5", "jszip@3")
_PYTHON = "import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)"
_YAUZL = """
require('yauzl').open(process.argv[1], {lazyEntries: true}, (error, zip) => {
  if (error) throw error;
  zip.on('entry', entry => zip.openReadStream(entry, (failed, stream) => {
    if (failed) throw failed;
    stream.on('end', () => zip.readEntry()).resume();
  }));
  zip.readEntry();
});
"""
_ADM_ZIP = """
for (const entry of new (require('adm-zip'))(process.argv[1]).getEntries()) {
  const length = entry.getData().length;
  if (length !== entry.header.size) throw new Error(entry.entryName);
}
"""
_JSZIP = """
const data = require('fs').readFileSync(process.argv[1]);
require('jszip').loadAsync(data, {checkCRC32: true})
  .then(zip => Promise.all(Object.values(zip.files).map(file => file.async('nodebuffer'))));
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read a zip.

    Attributes:
        command: the file's name follows it.
        in_memory: it holds the whole file in memory, and takes no large one.
        prints_content: what it prints is the content, and what it says goes elsewhere.
    """

    name: str
    command: tuple[str, ...]
    in_memory: bool = False
    prints_content: bool = False

    def complaint(self, zip_file: Path, variables: Mapping[str, str]) -> str:
        """What it has against a file; empty when it read all of it without a warning."""
        done = subprocess.run(
            [*self.command, str(zip_file)],
            env=dict(variables),
            stdout=subprocess.DEVNULL if self.prints_content else subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=900,
            check=False,
        )
        said = ((done.stdout or "") + done.stderr).casefold()
        if done.returncode or "warning" in said or "error" in done.stderr.casefold():
            return f"{self.name} ({done.returncode}): {said[-500:]}"
        return ""


def installed() -> list[Reader]:
    """The programs that are on this computer, and Python."""
    commands = {
        "unzip": ("unzip", "-tqq"),
        "zipinfo": ("zipinfo", "-l"),
        "7-Zip": ("7z", "t", "-bd"),
        "Java": ("jar", "tf"),
    }
    found = [Reader(name, words) for name, words in commands.items() if shutil.which(words[0])]
    if shutil.which("bsdtar"):
        found.append(Reader("bsdtar", ("bsdtar", "-xOf"), prints_content=True))
    return [*found, Reader("Python", (sys.executable, "-c", _PYTHON))]


def node_readers() -> tuple[Reader, ...]:
    """Node's libraries."""
    return (
        Reader("yauzl", ("node", "-e", _YAUZL)),
        Reader("adm-zip", ("node", "-e", _ADM_ZIP), in_memory=True),
        Reader("jszip", ("node", "-e", _JSZIP), in_memory=True),
    )


def install_node_packages(folder: Path) -> bool:
    """Fetch Node's libraries into a folder; whether that could be done."""
    if not (shutil.which("npm") and shutil.which("node")):
        return False
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    return not subprocess.run([*command, *PACKAGES], capture_output=True, check=False).returncode
