"""One sample record of each kind, made from the dice and the words of its scene."""

from __future__ import annotations

import random
from collections.abc import Callable

from crmdesk.core.records.catalogue import load_catalogue
from crmdesk.core.records.multi import SEPARATOR
from crmdesk.core.records.sample_world import (
    Row,
    Scene,
    address_in,
    company_of,
    money,
    person_of,
    phone_in,
)


def _contact(index: int, scene: Scene) -> Row:
    dice, words = scene.dice, scene.words
    culture, given, family, local = person_of(index, words)
    step = len(words["cultures"])
    own = index % step
    company = None
    if own < scene.companies:
        firms = (scene.companies - own - 1) // step + 1
        company = company_of(own + step * dice.randrange(firms), words)
    title, function, seniority = scene.pick("titles")
    stage = dice.choices(
        ("subscriber", "lead", "marketingqualifiedlead", "opportunity", "customer", "other"),
        (18, 25, 14, 13, 26, 4),
    )[0]
    mail = company.domain if company else f"mail.{culture['code']}.example"
    return {
        "firstname": given,
        "lastname": family,
        "email": f"{local}@{mail}",
        "phone": scene.sometimes(0.85, phone_in(culture, dice)),
        "mobilephone": scene.sometimes(0.4, phone_in(culture, dice)),
        "company": company.name if company else "",
        "jobtitle": title,
        "job_function": function,
        "seniority": seniority,
        **address_in(culture, dice),
        "hs_language": culture["language"],
        "lifecyclestage": stage,
        "hs_lead_status": scene.sometimes(
            0.5, dice.choice(("NEW", "OPEN", "IN_PROGRESS", "CONNECTED", "BAD_TIMING"))
        ),
        "date_of_birth": scene.sometimes(0.2, _birthday(dice)),
        "hs_buying_role": scene.sometimes(
            0.3, SEPARATOR.join(dice.sample(("CHAMPION", "DECISION_MAKER", "END_USER"), 2))
        ),
        "hs_analytics_source": dice.choice(
            ("ORGANIC_SEARCH", "DIRECT_TRAFFIC", "REFERRALS", "OFFLINE", "EMAIL_MARKETING")
        ),
        "hs_email_optout": "true" if dice.random() < 0.06 else "false",
        "notes_last_contacted": scene.sometimes(0.7, scene.moment(-400, -1)),
        "hubspot_owner_id": scene.owner(),
    }


def _birthday(dice: random.Random) -> str:
    return f"{dice.randint(1955, 2003)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"


def _company_row(index: int, scene: Scene) -> Row:
    dice, words = scene.dice, scene.words
    culture = words["cultures"][index % len(words["cultures"])]
    company = company_of(index, words)
    employees = max(2, int(dice.lognormvariate(4, 1.4)))
    return {
        "name": company.name,
        "domain": company.domain,
        "website": f"https://www.{company.domain}/",
        "phone": phone_in(culture, dice),
        "industry": company.trade[1],
        "type": dice.choice(("PROSPECT", "PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER")),
        "numberofemployees": str(employees),
        "annualrevenue": str(employees * dice.randint(60, 240) * 1000),
        "founded_year": str(dice.randint(1890, 2024)),
        **address_in(culture, dice),
        "description": scene.sometimes(0.4, scene.pick("notes")),
        "lifecyclestage": dice.choice(("lead", "opportunity", "customer", "customer", "other")),
        "is_public": "true" if dice.random() < 0.08 else "false",
        "hubspot_owner_id": scene.owner(),
    }


def _product(index: int, scene: Scene) -> Row:
    products, variants = scene.words["products"], scene.words["variants"]
    name, kind, price, cost = products[index % len(products)]
    number = index // len(products) % len(variants)
    factor = 1 + number * 0.15
    row = {
        "name": f"{name} {variants[number]}".strip(),
        "hs_sku": f"{kind[:3].upper()}-{index % len(products) + 1:03}-{number:02}",
        "hs_product_type": kind,
        "hs_status": "active" if scene.dice.random() < 0.92 else "inactive",
        "price": f"{price * factor:.2f}".rstrip("0").rstrip("."),
        "hs_cost_of_goods_sold": f"{cost * factor:.2f}".rstrip("0").rstrip("."),
    }
    if kind != "inventory":
        row["recurringbillingfrequency"] = scene.dice.choice(("monthly", "annually"))
    return row


def _deal(index: int, scene: Scene) -> Row:
    dice = scene.dice
    company = company_of(dice.randrange(scene.companies), scene.words)
    subject = scene.pick("deals").format(count=dice.randint(5, 120), year=dice.randint(2024, 2027))
    stages = load_catalogue().object("deals").pipelines[0].stages
    stage = dice.choices(stages, (14, 12, 10, 8, 6, 30, 20))[0]
    return {
        "dealname": f"{company.name} – {subject}",
        "pipeline": "default",
        "dealstage": stage.name,
        "amount": scene.sometimes(0.95, money(dice, 9000)),
        "deal_currency_code": dice.choice(("EUR", "EUR", "EUR", "USD", "GBP", "NOK")),
        "closedate": scene.moment(-700, -1) if stage.closed else scene.moment(1, 200),
        "dealtype": dice.choice(("newbusiness", "existingbusiness")),
        "hs_priority": dice.choice(("low", "medium", "high")),
        "closed_lost_reason": "Price" if stage.name == "closedlost" and index % 3 else "",
        "hs_next_step": "" if stage.closed else scene.sometimes(0.6, scene.pick("tasks")),
        "description": scene.sometimes(0.3, scene.pick("notes")),
        "hubspot_owner_id": scene.owner(),
    }


def _ticket(index: int, scene: Scene) -> Row:
    dice = scene.dice
    subject, category = scene.pick("tickets")
    stage = dice.choices(("1", "2", "3", "4"), (2, 2, 3, 8))[0]
    return {
        "subject": f"{subject} (no. {10_000 + index})",
        "content": scene.pick("notes"),
        "hs_pipeline": "0",
        "hs_pipeline_stage": stage,
        "hs_ticket_priority": dice.choices(("LOW", "MEDIUM", "HIGH", "URGENT"), (4, 6, 3, 1))[0],
        "hs_ticket_category": category,
        "source_type": dice.choice(("EMAIL", "CHAT", "FORM", "PHONE")),
        "closed_date": scene.moment(-300, -1) if stage == "4" else "",
        "hs_resolution": "ISSUE_FIXED" if stage == "4" else "",
        "hubspot_owner_id": scene.owner(),
    }


def _call(index: int, scene: Scene) -> Row:
    dice = scene.dice
    culture, given, family, _ = person_of(dice.randrange(1, 5000), scene.words)
    outcomes = load_catalogue().object("calls").find_property("hs_call_disposition")
    outcome = dice.choice(outcomes.options).value if outcomes else ""
    return {
        "hs_call_title": f"{scene.pick('calls')}: {given} {family}",
        "hs_timestamp": scene.moment(-365, -1),
        "hs_call_body": scene.sometimes(0.6, scene.pick("notes")),
        "hs_call_direction": "OUTBOUND" if index % 3 else "INBOUND",
        "hs_call_disposition": outcome,
        "hs_call_duration": str(dice.randint(5, 1800) * 1000),
        "hs_call_status": dice.choices(("COMPLETED", "NO_ANSWER", "BUSY"), (8, 2, 1))[0],
        "hs_call_to_number": phone_in(culture, dice),
        "hubspot_owner_id": scene.owner(),
    }


def _conversation(index: int, scene: Scene) -> Row:
    dice = scene.dice
    culture, given, family, local = person_of(dice.randrange(1, 5000), scene.words)
    is_closed = dice.random() < 0.7
    started = dice.randint(-300, -10)
    return {
        "subject": scene.pick("tickets")[0],
        "status": "CLOSED" if is_closed else "OPEN",
        "channel": dice.choice(("EMAIL", "CHAT", "WHATSAPP", "FACEBOOK_MESSENGER")),
        "inbox": dice.choice(("Sales", "Support")),
        "thread_id": str(7_000_000_000 + index),
        "visitor_name": f"{given} {family}",
        "visitor_email": f"{local}@mail.{culture['code']}.example",
        "language": culture["language"],
        "message_count": str(dice.randint(1, 24)),
        "started_date": scene.moment(started, started),
        "closed_date": scene.moment(started + 1, started + 9) if is_closed else "",
        "satisfaction_rating": scene.sometimes(0.3, str(dice.randint(1, 5))) if is_closed else "",
        "spam": "true" if dice.random() < 0.03 else "false",
        "hubspot_owner_id": scene.owner(),
    }


def _task(index: int, scene: Scene) -> Row:
    dice = scene.dice
    company = company_of(dice.randrange(scene.companies), scene.words)
    is_done = index % 5 < 3
    return {
        "hs_task_subject": f"{scene.pick('tasks')}: {company.name}",
        "hs_task_body": scene.sometimes(0.4, scene.pick("notes")),
        "hs_timestamp": scene.moment(-200, -1) if is_done else scene.moment(-10, 60),
        "hs_task_status": "COMPLETED" if is_done else dice.choice(("NOT_STARTED", "WAITING")),
        "hs_task_priority": dice.choice(("NONE", "LOW", "MEDIUM", "HIGH")),
        "hs_task_type": dice.choice(("TODO", "CALL", "EMAIL")),
        "hs_task_completion_date": scene.moment(-200, -1) if is_done else "",
        "hubspot_owner_id": scene.owner(),
    }


ROW_MAKERS: dict[str, Callable[[int, Scene], Row]] = {
    "companies": _company_row,
    "contacts": _contact,
    "products": _product,
    "deals": _deal,
    "tickets": _ticket,
    "calls": _call,
    "conversations": _conversation,
    "tasks": _task,
}
