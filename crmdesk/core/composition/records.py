"""Records, what they are made of, what binds them, and what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.core.access import keys
from crmdesk.core.access.keys import KeyPurpose

if TYPE_CHECKING:
    from crmdesk.core.records.association_definitions import AssociationDefinitions
    from crmdesk.core.records.associations import AssociationService
    from crmdesk.core.records.bulk import BulkEditor
    from crmdesk.core.records.bulk_work import BulkWork
    from crmdesk.core.records.create_forms import CreateForms
    from crmdesk.core.records.definitions import Definitions
    from crmdesk.core.records.editor import RecordEditor
    from crmdesk.core.records.expiry import RecycleBinExpiry
    from crmdesk.core.records.merges import MergeService
    from crmdesk.core.records.pipelines import PipelineService
    from crmdesk.core.records.property_groups import PropertyGroups
    from crmdesk.core.records.purging import Purger
    from crmdesk.core.records.reader import RecordReader
    from crmdesk.core.records.recycle_bin import RecycleBin
    from crmdesk.core.records.recycle_bin_work import BinWork
    from crmdesk.core.records.segments import Segments
    from crmdesk.core.records.type_changes import TypeChanges
    from crmdesk.core.records.undoing import Undoing
    from crmdesk.core.records.views import SavedViews
    from crmdesk.core.workspace import Workspace


def definitions(workspace: Workspace) -> Definitions:
    """Make the service of objects and properties."""
    from crmdesk.core.records.definitions import Definitions

    return Definitions(*workspace.basis)


def records(workspace: Workspace) -> RecordReader:
    """Make the service that reads records."""
    from crmdesk.core.records.reader import RecordReader

    return RecordReader(*workspace.basis)


def editor(workspace: Workspace) -> RecordEditor:
    """Make the service that changes single records."""
    from crmdesk.core.records.editor import RecordEditor

    return RecordEditor(*workspace.basis, purger(workspace))


def views(workspace: Workspace) -> SavedViews:
    """Make the service of saved views."""
    from crmdesk.core.records.views import SavedViews

    return SavedViews(workspace.database, workspace.guard)


def segments(workspace: Workspace) -> Segments:
    """Make the service of segments."""
    from crmdesk.core.records.segments import Segments

    return Segments(*workspace.basis)


def associations(workspace: Workspace) -> AssociationService:
    """Make the service of associations between records."""
    from crmdesk.core.records.associations import AssociationService

    return AssociationService(*workspace.basis)


def association_definitions(workspace: Workspace) -> AssociationDefinitions:
    """Make the service of association labels and limits."""
    from crmdesk.core.records.association_definitions import AssociationDefinitions

    return AssociationDefinitions(*workspace.basis)


def merges(workspace: Workspace) -> MergeService:
    """Make the service that merges two records."""
    from crmdesk.core.records.merges import MergeService

    return MergeService(*workspace.basis)


def pipelines(workspace: Workspace) -> PipelineService:
    """Make the service of pipelines and stages."""
    from crmdesk.core.records.pipelines import PipelineService

    return PipelineService(*workspace.basis)


def property_groups(workspace: Workspace) -> PropertyGroups:
    """Make the service of property groups."""
    from crmdesk.core.records.property_groups import PropertyGroups

    return PropertyGroups(*workspace.basis)


def create_forms(workspace: Workspace) -> CreateForms:
    """Make the service of the fields asked for when a record is created."""
    from crmdesk.core.records.create_forms import CreateForms

    return CreateForms(*workspace.basis)


def type_changes(workspace: Workspace) -> TypeChanges:
    """Make the service that changes a property's type."""
    from crmdesk.core.records.type_changes import TypeChanges

    return TypeChanges(*workspace.basis, workspace.inbox)


def bulk(workspace: Workspace) -> BulkEditor:
    """Make the service that plans and starts bulk changes."""
    from crmdesk.core.records.bulk import BulkEditor

    return BulkEditor(workspace.database, workspace.guard, workspace.jobs, workspace.staging)


def bulk_work(workspace: Workspace) -> BulkWork:
    """Make what does the jobs of bulk changes."""
    from crmdesk.core.records.bulk_work import BulkWork

    return BulkWork(*workspace.basis, workspace.inbox, workspace.staging)


def undoing(workspace: Workspace) -> Undoing:
    """Make the service that takes the last act back, and does its jobs."""
    from crmdesk.core.records.undoing import Undoing

    return Undoing(
        *workspace.basis,
        workspace.jobs,
        workspace.associations,
        workspace.merges,
        workspace.staging,
    )


def purger(workspace: Workspace) -> Purger:
    """Make what erases records, for the recycle bin and its jobs."""
    from crmdesk.core.records.purging import Purger

    key = keys.derive(workspace.key, KeyPurpose.TOMBSTONES)
    return Purger(workspace.audit_log, key, workspace.staging)


def recycle_bin(workspace: Workspace) -> RecycleBin:
    """Make the service of the recycle bin."""
    from crmdesk.core.records.recycle_bin import RecycleBin

    return RecycleBin(*workspace.basis, workspace.settings, workspace.jobs, purger(workspace))


def bin_work(workspace: Workspace) -> BinWork:
    """Make what does the jobs of the recycle bin."""
    from crmdesk.core.records.recycle_bin_work import BinWork

    return BinWork(*workspace.basis, workspace.inbox, purger(workspace))


def recycle_bin_expiry(workspace: Workspace) -> RecycleBinExpiry:
    """Make what purges records whose days in the recycle bin are over."""
    from crmdesk.core.records.expiry import RecycleBinExpiry

    return RecycleBinExpiry(workspace.database, workspace.audit_log, workspace.settings)
