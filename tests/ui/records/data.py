"""A small, believable workspace for the Records tab."""

from __future__ import annotations

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk

PEOPLE = (
    ("Ann", "Devon", "Eastern Connection", "customer", "Sales Agent", "London"),
    ("Antonio", "Moreno", "Antonio Moreno Taquería", "customer", "Owner", "México D.F."),
    ("Aria", "Cruz", "Familia Arquibaldo", "lead", "Marketing Assistant", "São Paulo"),
    ("Bernardo", "Batista", "Que Delícia", "opportunity", "Accounting Manager", "Rio de Janeiro"),
    ("Carlos", "Hernández", "HILARIÓN-Abastos", "customer", "Sales Representative", "Táchira"),
    ("Christina", "Berglund", "Berglunds snabbköp", "customer", "Order Administrator", "Luleå"),
    ("Diego", "Roel", "FISSA Fabrica Inter. Salchichas", "other", "Accounting Manager", "Madrid"),
    ("Elizabeth", "Brown", "Consolidated Holdings", "customer", "Sales Representative", "London"),
    ("Elizabeth", "Lincoln", "Bottom-Dollar Markets", "opportunity", "Accounting Manager", "Delta"),
    ("Francisco", "Chang", "Centro comercial Moctezuma", "lead", "Owner", "México D.F."),
    ("Frédérique", "Citeaux", "Blondesddsl père et fils", "customer", "Owner", "Strasbourg"),
    ("Hanna", "Moos", "Blauer See Delikatessen", "customer", "Sales Representative", "Mannheim"),
    ("Howard", "Snyder", "Great Lakes Food Market", "lead", "Marketing Manager", "Eugene"),
    ("Janine", "Labrune", "Du monde entier", "customer", "Owner", "Nantes"),
    ("Laurence", "Lebihan", "Bon app'", "customer", "Owner", "Marseille"),
    ("Lino", "Rodriguez", "Furia Bacalhau", "subscriber", "Sales Manager", "Lisboa"),
)  # fmt: skip
DEALS = (
    ("Autumn order", "48200", "contractsent"),
    ("Spring fittings", "9900.5", "closedwon"),
    ("Cold store", "120000", "qualifiedtobuy"),
)


def add_bank_account(desk: Desk) -> None:
    """A sensitive property of contacts."""
    desk.workspace.definitions.add_property(
        desk.admin,
        "contacts",
        PropertyDefinition("bank_account", "Bank account", PropertyType.STRING, sensitive=True),
    )


def fill(desk: Desk) -> None:
    """Contacts, deals, some in the recycle bin, and colleagues who own them."""
    add_bank_account(desk)
    owners = [desk.user("Sanne de Vries", Permission.IMPORT), desk.user("Marc Dubois")]
    for place, (first, last, company, stage, title, city) in enumerate(PEOPLE):
        desk.contact(
            firstname=first,
            lastname=last,
            company=company,
            lifecyclestage=stage,
            jobtitle=title,
            city=city,
            email=f"{first}.{last}@{company.split()[0].strip('.')}.example".lower(),
            phone=f"+44 20 7946 {297 + place:04}",
            hubspot_owner_id=str(owners[place % 2].user_id),
            bank_account=f"NO93 8601 1117 9{place:02}",
        )
    for name, amount, stage in DEALS:
        desk.deal(dealname=name, amount=amount, pipeline="default", dealstage=stage)
    gone = [desk.contact(firstname="Peter", lastname=f"Franken {n}") for n in range(3)]
    desk.delete(*gone)
