"""The audit log verified from its first entry to its last."""

from __future__ import annotations

from shlex import quote

from benchmarks import peers
from benchmarks.measure import Contestant
from benchmarks.proving_data import proving_file

TITLE = "Audit log: verifying it"
NOTE = (
    "So many entries of the measured log, chained. Ours: the whole command, by as many processes "
    "as there are processors; then by one. Each whole thousand of entries is sealed, as the "
    "program does it behind the writes once it has proven them one by one; of a sealed thousand "
    "one digest is taken over every stored byte, and its place in the chain is looked at. "
    "“Nothing sealed” looks at every entry's hash, link, MAC, order and details by itself. All "
    "look at the comments too. The floor is the bare driver in one process: it reads the same "
    "columns and takes the two digests of each entry, and compares nothing. The last is the "
    "verifier that stands alone, which knows neither MACs nor seals. Memory is that of the "
    "largest process."
)


def contestants(rows: int) -> list[Contestant]:
    """Ours first, then less and less."""
    path = quote(str(proving_file(rows)))
    python = quote(peers.our_python())
    ours = f"{python} -m benchmarks.do_proving {path}"
    alone = f"{python} resources/verify_audit_log.py {path} /dev/null"
    return [
        Contestant("CRM Desk", f"{ours} all"),
        Contestant("CRM Desk, one process", f"{ours} one"),
        Contestant("CRM Desk, nothing sealed", f"{ours} anew"),
        Contestant("the driver reads and takes digests", f"{ours} floor"),
        Contestant("the verifier that stands alone", alone, most_rows=1_000_000),
    ]
