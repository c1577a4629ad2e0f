"""A QR code of an ``otpauth://`` address. Black on white always: many apps read nothing else."""

from __future__ import annotations

import io

import segno

_QUIET_ZONE = 4


def qr_png(content: str, scale: int = 8) -> bytes:
    """A PNG, ``scale`` pixels a module, with the quiet zone of four modules around it."""
    out = io.BytesIO()
    # Level M still reads with a smudge over a seventh of it; a micro QR most apps do not read.
    code = segno.make_qr(content, error="m")
    code.save(out, kind="png", scale=scale, border=_QUIET_ZONE, dark="#000", light="#fff")
    return out.getvalue()
