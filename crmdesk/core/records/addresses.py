"""Whether a text can be an e-mail address or a domain at all; nobody is asked over a network."""

from __future__ import annotations

import re

# RFC 5321 section 4.5.3.1: 64 octets for the local part, 255 for the domain, 254 in practice
# for the whole. RFC 6531 allows letters beyond ASCII in both parts.
_MAX_ADDRESS = 254
_MAX_LOCAL = 64
_MAX_DOMAIN = 253
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")


def is_domain(text: str) -> bool:
    """Whether the text is a host name with at least one dot, such as ``example.com``."""
    labels = text.split(".")
    if len(text) > _MAX_DOMAIN or len(labels) < 2 or labels[-1].isdigit():
        return False
    return all(_LABEL.fullmatch(label) for label in labels) and "__" not in text


def is_email(text: str) -> bool:
    """Whether the text is one plain address, without a display name or comment."""
    local, at, domain = text.rpartition("@")
    if not at or len(text) > _MAX_ADDRESS or len(local) > _MAX_LOCAL:
        return False
    return _LOCAL.fullmatch(local) is not None and is_domain(domain)
