"""What a job of the recycle bin is asked for: a row of plans, vouched for by the job's own row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.changes.apply import plan_outdated
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import plans
from crmdesk.core.records.bulk_plans import PLANS_LAST, new_plan_id
from crmdesk.core.records.recycle_bin_model import Answer, Wish

_KIND = "bulk_bin"


def save_wish(tx: Tx, actor: Actor, wish: Wish) -> dict[str, str]:
    """Keep a wish for its job; returns the job's parameters.

    A wish may name hundreds of thousands of records, and rows of jobs are read several times a
    second.
    """
    text = json.dumps(_facts(wish), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    plan_id = new_plan_id()
    tx.execute(
        insert(plans).values(
            id=plan_id,
            kind=_KIND,
            user_id=actor.user_id,
            created_at=tx.now_text,
            expires_at=to_text(tx.steady_now + PLANS_LAST),
            plan_hash=digest,
            params=text,
            summary="{}",
            used_at=tx.now_text,
        )
    )
    return {"plan_id": plan_id, "plan_hash": digest}


def load_wish(tx: Tx, params: Mapping[str, Any]) -> Wish:
    """Read the wish of a job.

    Raises:
        UserError: ``plan_outdated`` when it is gone, or not what was asked for.
    """
    text = tx.scalar(select(plans.c.params).where(plans.c.id == str(params["plan_id"])))
    if text is None or hashlib.sha256(text.encode()).hexdigest() != params["plan_hash"]:
        raise plan_outdated(1)
    facts = json.loads(text)
    otherwise = facts["otherwise"]
    return Wish(
        keys=tuple(_unrolled(facts["keys"])),
        answers={(key, name): Answer(answer) for key, name, answer in facts["answers"]},
        otherwise=None if otherwise is None else Answer(otherwise),
        children=facts["children"],
    )


def _facts(wish: Wish) -> dict[str, Any]:
    return {
        "keys": _runs(wish.keys),
        "answers": [[key, name, answer.value] for (key, name), answer in wish.answers.items()],
        "otherwise": None if wish.otherwise is None else wish.otherwise.value,
        "children": wish.children,
    }


def _runs(keys: Iterable[int]) -> list[list[int]]:
    """Keys as first and count: what was deleted together mostly has ids in a row."""
    runs: list[list[int]] = []
    for key in sorted(set(keys)):
        if runs and key == runs[-1][0] + runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([key, 1])
    return runs


def _unrolled(runs: Sequence[Sequence[int]]) -> Iterator[int]:
    for first, count in runs:
        yield from range(first, first + count)
