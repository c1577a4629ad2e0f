"""Who may come in: sign-in, second factors, passwords, people and teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmdesk.core.access.accounts import PasswordCheck
    from crmdesk.core.access.own_password import PasswordService
    from crmdesk.core.access.password_resets import PasswordResets
    from crmdesk.core.access.recovery_key_service import RecoveryKeyService
    from crmdesk.core.access.second_factor import SecondFactor
    from crmdesk.core.access.sign_in import SignInService
    from crmdesk.core.access.teams import TeamService
    from crmdesk.core.access.two_factor import TwoFactorService
    from crmdesk.core.access.users import UserService
    from crmdesk.core.access.viewing import ViewingService
    from crmdesk.core.workspace import Workspace


def _password_check(workspace: Workspace) -> PasswordCheck:
    from crmdesk.core.access.accounts import PasswordCheck

    return PasswordCheck(workspace.key)


def _second_factor(workspace: Workspace) -> SecondFactor:
    from crmdesk.core.access.second_factor import SecondFactor

    return SecondFactor(workspace.key)


def sign_in(workspace: Workspace) -> SignInService:
    """Make the service of sessions."""
    from crmdesk.core.access.sign_in import SignInService

    return SignInService(*workspace.basis, _password_check(workspace), _second_factor(workspace))


def two_factor(workspace: Workspace) -> TwoFactorService:
    """Make the service of one's own second factor."""
    from crmdesk.core.access.two_factor import TwoFactorService

    return TwoFactorService(*workspace.basis, _second_factor(workspace), workspace.inbox)


def recovery_keys(workspace: Workspace) -> RecoveryKeyService:
    """Make the service of the recovery key."""
    from crmdesk.core.access.proofs import Proofs
    from crmdesk.core.access.recovery_key_service import RecoveryKeyService

    proofs = Proofs(workspace.database, workspace.audit_log, _second_factor(workspace))
    return RecoveryKeyService(*workspace.basis, workspace.inbox, proofs, workspace.key)


def passwords(workspace: Workspace) -> PasswordService:
    """Make the service of one's own password."""
    from crmdesk.core.access.own_password import PasswordService

    return PasswordService(*workspace.basis, _password_check(workspace), _second_factor(workspace))


def users(workspace: Workspace) -> UserService:
    """Make the service of people and their rights."""
    from crmdesk.core.access.users import UserService

    return UserService(*workspace.basis, _second_factor(workspace))


def password_resets(workspace: Workspace) -> PasswordResets:
    """Make the service of codes for new passwords."""
    from crmdesk.core.access import keys
    from crmdesk.core.access.keys import KeyPurpose
    from crmdesk.core.access.password_resets import PasswordResets

    key = keys.derive(workspace.key, KeyPurpose.DATABASE_SECRETS)
    return PasswordResets(*workspace.basis, key)


def viewing(workspace: Workspace) -> ViewingService:
    """Make the service of looking as another user."""
    from crmdesk.core.access.viewing import ViewingService

    return ViewingService(*workspace.basis)


def teams(workspace: Workspace) -> TeamService:
    """Make the service of teams."""
    from crmdesk.core.access.teams import TeamService

    return TeamService(*workspace.basis)
