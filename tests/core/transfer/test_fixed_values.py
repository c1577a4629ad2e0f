"""Values beside the file: fixed ones, orders of dates, lifecycle stages that may go back."""

from __future__ import annotations

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.types import PropertyType
from tests.core.transfer.conftest import Bench, numbers

TWO = "Email\nann@example.org\nbo@example.org\n"


def test_every_row_gets_the_fixed_value(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", city="Rome")

    done = bench.run(bench.file(TWO), static={"city": "Oslo", "lifecyclestage": "Lead"})

    assert numbers(done) == (1, 1, 0, 0)
    assert bench.desk.value(ann, "city") == "Oslo"
    rows = bench.desk.sql("SELECT DISTINCT city, lifecyclestage FROM obj_contacts")
    assert rows == [("Oslo", "lead")]
    assert bench.run(bench.file(TWO), static={"city": "Oslo"}).unchanged == 2


@pytest.mark.parametrize(
    ("static", "code"),
    [
        ({"email": "a@example.org"}, "property_mapped_twice"),
        ({"lifecyclestage": "nonsense"}, "static_value_invalid"),
        ({"city": " "}, "static_value_invalid"),
        ({"createdate": "2026-01-01"}, "property_calculated"),
    ],
)
def test_what_cannot_stand_in_every_row_is_refused(
    bench: Bench, static: dict[str, str], code: str
) -> None:
    with pytest.raises(UserError) as refused:
        bench.run(bench.file(TWO), static=static)
    assert refused.value.code == code


def test_a_fixed_stage_is_read_in_its_pipeline(bench: Bench) -> None:
    bench.desk.pipeline("trade_fairs", "met", "called")

    done = bench.run(
        bench.file("Deal name\nBoat\n", "deals.csv"),
        static={"pipeline": "trade_fairs", "dealstage": "called"},
    )

    assert numbers(done) == (1, 0, 0, 0)
    assert bench.desk.sql("SELECT pipeline, dealstage FROM obj_deals")[0][1] is not None


def test_the_order_of_dates_is_chosen_for_each_column(bench: Bench) -> None:
    definitions = bench.desk.workspace.definitions
    for name in ("born", "met"):
        definitions.add_property(
            bench.desk.admin, "contacts", PropertyDefinition(name, name, PropertyType.DATE)
        )
    text = "Email,born,met\nann@example.org,03/04/2024,03/04/2024\n"

    bench.run(
        bench.file(text),
        date_orders={"born": DateOrder.DAY_FIRST, "met": DateOrder.MONTH_FIRST},
    )

    assert bench.desk.sql("SELECT born, met FROM obj_contacts") == [("2024-04-03", "2024-03-04")]


def test_the_lifecycle_stage_goes_back_only_where_that_is_asked_for(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", lifecyclestage="customer")
    text = "Email,Lifecycle stage\nann@example.org,lead\n"

    kept = bench.run(bench.file(text))
    assert (numbers(kept), dict(kept.notes)) == ((0, 0, 1, 0), {"lifecycle_backwards": 1})
    moved = bench.run(bench.file(text), lifecycle_back=True)

    assert numbers(moved) == (0, 1, 0, 0)
    assert bench.desk.value(ann, "lifecyclestage") == "lead"
