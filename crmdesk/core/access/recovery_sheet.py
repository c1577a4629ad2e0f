"""The printable sheet that a recovery key is kept on."""

from __future__ import annotations

from datetime import date
from html import escape

from crmdesk.core.access.recovery_key import RecoveryKey

# Only what Qt's rich text knows, since the window prints it too: tables, and each padding in
# pixels by its own name.
_SHEET = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Recovery key of {name}</title>
<style>
body {{ font-family: sans-serif; font-size: 11pt; color: #000000; background: #ffffff; }}
h1 {{ font-size: 20pt; }}
h2 {{ font-size: 13pt; }}
td {{ padding-top: 3px; padding-bottom: 3px; padding-right: 20px; vertical-align: top; }}
.key td {{ font-family: monospace; font-size: 18pt; font-weight: bold; padding-right: 36px; }}
.plain {{ font-family: monospace; }}
</style>
</head>
<body>
<h1>Recovery key</h1>
<table>
<tr><td>Workspace</td><td><b>{name}</b></td></tr>
<tr><td>Workspace id</td><td class="plain">{identity}</td></tr>
<tr><td>Made on</td><td>{made_on}</td></tr>
</table>
<h2>The key</h2>
<table class="key">
{rows}
</table>
<p>Read it from left to right, line by line. It has no letters I, L, O and U:
a round one is a zero, a straight one is a one.</p>
<h2>What it is for</h2>
<p>It opens this workspace on another computer, or on this one when its keyring is gone: run
<span class="plain">crmdesk keyring recover</span>, or choose <i>Recover</i> when the program asks
for the key. Without this sheet and without the keyring, the two-factor secrets and signatures of
the workspace cannot be had back.</p>
<p>Keep it where you keep contracts, not beside the computer and not in it. Whoever has this sheet
and the workspace's files has its keys.</p>
<h2>Fingerprint of the signing key</h2>
<p class="plain">{fingerprint}</p>
<p>This is no secret. Compare it with the fingerprint that a check of the audit log or of a backup
shows: if the two are the same, this workspace signed it.</p>
</body>
</html>
"""
_GROUPS_A_ROW = 3


def sheet_html(
    workspace_name: str,
    workspace_id: str,
    fingerprint: str,
    recovery_key: RecoveryKey,
    made_on: date,
) -> str:
    """Return the sheet as one HTML page that loads nothing from anywhere.

    It holds the recovery key in the clear: print or save it, and keep it out of logs.
    """
    groups = recovery_key.text.split("-")
    rows = [groups[start : start + _GROUPS_A_ROW] for start in range(0, len(groups), _GROUPS_A_ROW)]
    return _SHEET.format(
        name=escape(workspace_name),
        identity=escape(workspace_id),
        made_on=made_on.isoformat(),
        rows="\n".join(_row(groups) for groups in rows),
        fingerprint=escape(fingerprint),
    )


def _row(groups: list[str]) -> str:
    return "<tr>" + "".join(f"<td>{group}</td>" for group in groups) + "</tr>"
