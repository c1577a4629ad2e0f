"""How each service of a workspace is made, and when: at its first use, with its imports.

A command needs two or three services of forty, and to import them all costs more than most
commands do. Each function here takes the workspace and makes one service for it.
"""

from crmdesk.core.composition import (
    access,
    audit,
    backups,
    mail,
    privacy,
    records,
    restores,
    transfers,
)

__all__ = ["access", "audit", "backups", "mail", "privacy", "records", "restores", "transfers"]
