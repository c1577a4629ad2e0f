"""What a verification of the log found, as a banner."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.audit.verdict import ChainVerification, Unproven
from crmdesk.ui import words
from crmdesk.ui.audit.entry_facts import fault
from crmdesk.ui.audit.say import say
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.banner import Banner, BannerTone


def verified_banner(
    found: ChainVerification, show: Callable[[int], object], close: Callable[[], object]
) -> Banner:
    """The banner of a verification.

    Args:
        found: the finding.
        show: opens the first bad entry.
        close: takes the banner away; a log that is not as it was written goes on saying so.
    """
    if found.ok:
        banner = _good(found)
        banner.acted.connect(close)
        return banner
    bad = found.first_bad
    title = say("The log is not as it was written")
    where = "" if bad is None else say("Entry %1: ").replace("%1", words.number(bad))
    right = say("%Ln entr{y|ies} before it are right.", found.events)
    reason = "" if found.reason is None else fault(found.reason)
    action = "" if bad is None else say("Show entry")
    text = f"{where}{reason} {right}".strip()
    banner = Banner(BannerTone.DANGER, title, text, action, icon="shield-x")
    banner.setObjectName("audit_verdict")
    if bad is not None:
        banner.acted.connect(lambda: show(bad))
    return banner


def failed_banner(error: Exception, again: Callable[[], object]) -> Banner:
    """The banner of a verification that could not be done."""
    said = message(error)
    banner = Banner(BannerTone.WARN, said.title, said.advice, say("Try again"))
    banner.setObjectName("audit_verdict")
    banner.acted.connect(again)
    return banner


def _good(found: ChainVerification) -> Banner:
    title = say("%Ln entr{y|ies} verified", found.events)
    parts = [say("No entry is missing, changed or out of order.")]
    if found.erased:
        parts.append(say("%Ln of them had personal details erased.", found.erased))
    if found.anchored:
        anchored = say("Entry %1 and all before it are confirmed by a kept signature.")
        parts.append(anchored.replace("%1", words.number(found.anchored)))
    if found.misfits:
        odd = say("%Ln seal{s} did not fit; the entries were proven one by one.", found.misfits)
        parts.append(odd)
    parts += [_unproven(kind) for kind in found.unproven]
    tone = BannerTone.WARN if found.unproven else BannerTone.OK
    banner = Banner(tone, title, " ".join(parts), say("Close"), icon="shield-check")
    banner.setObjectName("audit_verdict")
    return banner


def _unproven(kind: Unproven) -> str:
    return {
        Unproven.MACS: say("Without the workspace key a rewritten log looks right."),
        Unproven.TAIL: say("Without a kept signature nothing tells of entries cut off at the end."),
        Unproven.SIGNATURES: say("Kept signatures could not be checked."),
        Unproven.KEYRING: say("The keyring did not answer, so the signature in it was not asked."),
    }[kind]
