"""A request waits in its job's row and is the same when the job begins."""

from __future__ import annotations

import io
import json

from crmdesk.core.files.dialect import sniff
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.transfer.model import AssociationColumn, FileOptions, ImportRequest
from crmdesk.core.transfer.request_json import request_from_json, request_to_json


def test_a_request_comes_back_with_how_its_file_is_written() -> None:
    dialect = sniff(lambda: io.BytesIO("Name;City\nÅse;Århus\n".encode("cp1252")))
    assert dialect.alternatives
    request = ImportRequest(
        "people.csv",
        "contacts",
        {"Name": "firstname"},
        options=FileOptions(delimiter=";"),
        sha256="ab",
        dialect=dialect,
        associations=(AssociationColumn("City", "companies"),),
        date_orders={"Born": DateOrder.DAY_FIRST},
    )

    assert request_from_json(json.loads(json.dumps(request_to_json(request)))) == request


def test_a_request_of_an_earlier_release_says_nothing_of_it() -> None:
    facts = request_to_json(ImportRequest("people.csv", "contacts"))
    del facts["dialect"]

    assert request_from_json(facts).dialect is None
