"""Every arrow of every life, walked and refused: Python decides, PostgreSQL refuses."""

import re
from collections.abc import Awaitable, Callable
from itertools import product
from typing import Any

import asyncpg
import pytest

from guilder.kernel import IllegalMove, Lifecycle, Problem
from guilder.payments.agreement.checks import LedgerCheckLife
from guilder.payments.agreement.reconciliation import ReconciliationLife
from guilder.payments.disputes.dispute import DisputeLife, DisputeStatus
from guilder.payments.gateways.sandbox.book import LineLife, StageLife
from guilder.payments.payment import Payment, PaymentLife, PaymentStatus
from guilder.payments.transaction import TransactionLife, TransactionStatus
from tests.house import SRC
from tests.payments.till import Till
from tests.specimens import plant

S = PaymentStatus
LIVES = (
    PaymentLife,
    TransactionLife,
    DisputeLife,
    ReconciliationLife,
    LedgerCheckLife,
    LineLife,
    StageLife,
)

P, T, D = PaymentStatus, TransactionStatus, DisputeStatus
BEGUN = (P.PENDING, P.REQUIRES_ACTION, P.PROCESSING)

ARROWS: dict[Any, tuple[tuple[Any, ...], Any]] = {
    PaymentLife.await_buyer: ((P.PENDING, P.PROCESSING), P.REQUIRES_ACTION),
    PaymentLife.process: ((P.PENDING, P.REQUIRES_ACTION), P.PROCESSING),
    PaymentLife.authorize: (BEGUN, P.AUTHORIZED),
    PaymentLife.succeed: ((*BEGUN, P.AUTHORIZED), P.SUCCEEDED),
    PaymentLife.fail: (BEGUN, P.FAILED),
    PaymentLife.cancel: ((*BEGUN, P.AUTHORIZED), P.CANCELED),
    PaymentLife.refund: ((P.SUCCEEDED,), P.REFUNDED),
    PaymentLife.take_back_refund: ((P.REFUNDED,), P.SUCCEEDED),
    TransactionLife.await_buyer: ((T.OPEN,), T.WAITING),
    TransactionLife.succeed: ((T.OPEN, T.WAITING), T.SUCCEEDED),
    TransactionLife.fail: ((T.OPEN, T.WAITING, T.SUCCEEDED), T.FAILED),
    DisputeLife.review: ((D.OPEN,), D.UNDER_REVIEW),
    DisputeLife.ask_again: ((D.UNDER_REVIEW,), D.OPEN),
    DisputeLife.win: ((D.OPEN, D.UNDER_REVIEW), D.WON),
    DisputeLife.lose: ((D.OPEN, D.UNDER_REVIEW), D.LOST),
}
"""The lives as they are drawn in the mission: a move, whence, and whither."""

PAIRS = [(move, state) for move, (_, target) in ARROWS.items() for state in type(target)]


def states_of(life: type[Lifecycle]) -> list[Any]:
    return list(type(life.moves[0].target))


@pytest.mark.parametrize(("move", "state"), PAIRS, ids=lambda one: getattr(one, "name", one))
def test_a_move_is_made_from_its_sources_only(move: Any, state: Any) -> None:
    sources, target = ARROWS[move]
    if state in sources:
        assert move(state) is target
        return
    with pytest.raises(IllegalMove) as refused:
        move(state)
    assert refused.value.details == {"move": move.name, "state": state}


def test_every_move_is_drawn() -> None:
    lives = (PaymentLife, TransactionLife, DisputeLife)
    assert set(ARROWS) == {move for life in lives for move in life.moves}


@pytest.mark.parametrize("life", [PaymentLife, TransactionLife])
def test_every_move_is_made_by_some_verb(life: type[Lifecycle]) -> None:
    code = "".join(path.read_text("utf-8") for path in (SRC / "payments").rglob("*.py"))

    assert [
        move.name
        for move in life.moves
        if not re.search(rf"\b{life.__name__}\.{move.name}\b", code)
    ] == []


FINISHED = "finished_at = case when $2 in ('succeeded', 'failed') then now() end"
BESIDE: dict[str, str] = {
    "payments.payment": (
        "authorized_minor = 1, action_url = 'x', canceled_by = case when $2 = 'canceled' then 'x'"
        " end, refunded_minor = case when $2 = 'refunded' then"
        " 1 else 0 end, captured_minor ="
        " case when $2 in ('authorized', 'succeeded', 'refunded') then 1 else 0 end"
    ),
    "payments.transaction": FINISHED,
    "payments.dispute": "closed_at = case when $2 in ('won', 'lost') then now() end",
    "payments.reconciliation": "finished_at = case when $2 <> 'running' then now() end",
    "payments.ledger_check": (
        "finished_at = case when $2 <> 'running' then now() end,"
        " findings = case when $2 = 'finished' then '{}'::jsonb end"
    ),
    "payments.sandbox_movement": "is_final = false",
    "payments.sandbox_dispute": "evidence = 'x'",
}
"""What has to change with the status, so that nothing but the arrow is refused."""


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
async def test_the_database_lets_pass_what_the_life_allows(
    till: Till, life: type[Lifecycle]
) -> None:
    """Every pair of states, by plain SQL of the owner, whom no code of ours restrains."""
    table = life.column.rpartition(".")[0]
    planted = await plant(till.owner, till.world.tenant_id, only={table})
    found = {
        (before, after)
        for before, after in product(states_of(life), repeat=2)
        if before != after and await passes(till.owner, planted.rows[table], table, before, after)
    }

    assert found == life.edges()


async def passes(
    owner: asyncpg.Connection, row: asyncpg.Record, table: str, before: str, after: str
) -> bool:
    to_state = f"update {table} set status = $2, {BESIDE[table]} where id = $1"
    attempt = owner.transaction()
    await attempt.start()
    try:
        await owner.execute("set local session_replication_role = replica")
        await owner.execute(to_state, row["id"], before)
        await owner.execute("set local session_replication_role = origin")
        await owner.execute(to_state, row["id"], after)
    except asyncpg.CheckViolationError as refused:
        return refused.constraint_name != f"guard_{table.partition('.')[2]}_status"
    else:
        return True
    finally:
        await attempt.rollback()


VERBS: dict[str, Callable[[Till, Payment], Awaitable[Any]]] = {
    "confirm": lambda till, payment: till.confirm(payment),
    "capture": lambda till, payment: till.capture(payment, "1.00"),
    "capture all": lambda till, payment: till.capture(payment),
    "cancel": lambda till, payment: till.cancel(payment),
    "refund": lambda till, payment: till.refund(payment, "1.00"),
    "refund all": lambda till, payment: till.refund(payment),
}

COMES_TO: dict[tuple[str, PaymentStatus], PaymentStatus] = {
    ("confirm", S.PENDING): S.SUCCEEDED,
    ("capture", S.AUTHORIZED): S.AUTHORIZED,
    ("capture all", S.AUTHORIZED): S.SUCCEEDED,
    ("cancel", S.PENDING): S.CANCELED,
    ("cancel", S.REQUIRES_ACTION): S.CANCELED,
    ("cancel", S.AUTHORIZED): S.CANCELED,
    ("cancel", S.CANCELED): S.CANCELED,
    ("refund", S.SUCCEEDED): S.SUCCEEDED,
    ("refund all", S.SUCCEEDED): S.REFUNDED,
}
"""What may be done with a payment, and how it stands afterwards. All else is refused."""

REFUSED: dict[str, str] = {
    "confirm": "illegal_move",
    "capture": "illegal_move",
    "capture all": "illegal_move",
    "cancel": "illegal_move",
    "refund": "refund_not_allowed",
    "refund all": "refund_not_allowed",
}


@pytest.mark.parametrize(("verb", "status"), list(product(VERBS, S)))
async def test_what_may_be_done_with_a_payment(
    till: Till, verb: str, status: PaymentStatus
) -> None:
    payment = await till.come_to(status)
    refusal = "payment_underway" if (verb, status) == ("cancel", S.PROCESSING) else REFUSED[verb]

    outcome = await outcome_of(VERBS[verb](till, payment))

    after = await till.look(payment)
    if (verb, status) in COMES_TO:
        assert (outcome, after.status) == ("done", COMES_TO[verb, status])
    else:
        assert (outcome, after) == (refusal, payment)
    assert (await till.check()).agrees


async def outcome_of(work: Awaitable[Any]) -> str:
    try:
        await work
    except Problem as problem:
        return problem.code
    return "done"


async def test_every_status_is_come_to(till: Till) -> None:
    """The table above begins where it says."""
    for status in S:
        assert (await till.come_to(status)).status is status
    assert {one.status for one in await till.transactions(await till.come_to(S.PROCESSING))} == {
        TransactionStatus.OPEN
    }
