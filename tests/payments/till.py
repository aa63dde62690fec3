"""The till: takes, holds and gives back money in few words, at the sandbox if nothing else is said.

What would happen later is done when the test says so, and every job is done twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID

import asyncpg
import msgspec

from guilder.customers.customers import create_customer
from guilder.db import Tx
from guilder.kernel import Money, Problem, tools_in
from guilder.payments.agreement.check import Findings, check
from guilder.payments.attempts import carry_out
from guilder.payments.cancellations import cancel
from guilder.payments.captures import capture
from guilder.payments.confirmations import confirm
from guilder.payments.draft import NewPayment
from guilder.payments.gateways import AttemptId
from guilder.payments.intake import Taken, create_payments
from guilder.payments.manifest import MANIFEST
from guilder.payments.payment import CaptureMode, Payment, PaymentId, PaymentStatus
from guilder.payments.payments import payment_by_id
from guilder.payments.refunds import refund
from guilder.payments.transaction import Transaction
from guilder.payments.transactions import transaction_by_id, transactions_of
from tests.ledger.books import Books
from tests.world import World

VISA = "pm_card_visa"
HANDLERS = {handler.job.name: handler for handler in MANIFEST.handlers}

JOBS = """
    delete from jobs.job
    where tenant_id = $1 and kind = any($2) and (status = 'ready' or $3)
    returning id, kind, payload::text as payload
"""


@dataclass(frozen=True)
class Till:
    world: World
    owner: asyncpg.Connection

    async def create(self, *asked: NewPayment) -> list[Taken | Problem]:
        """Ask for payments, all in one batch; nobody asks a gateway yet."""
        return await self.world.do(lambda tx: create_payments(tx, asked))

    async def take(self, asked: NewPayment) -> Payment:
        """Ask for one payment, and have its gateway asked where that is needed."""
        (taken,) = await self.create(asked)
        if isinstance(taken, Problem):
            raise taken
        return await self.carried_out(taken.payment, taken.attempt_id)

    async def carried_out(self, payment: Payment, attempt_id: AttemptId | None) -> Payment:
        if attempt_id is not None:
            gateways = self.world.system.gateways
            await carry_out(self.world.pool, gateways, self.world.tenant_id, attempt_id=attempt_id)
        return await self.look(payment)

    async def paid(self, amount: str = "20.00", **further: Any) -> Payment:
        return await self.take(new(amount, **further))

    async def authorized(self, amount: str = "20.00", **further: Any) -> Payment:
        return await self.take(new(amount, capture=CaptureMode.MANUAL, **further))

    async def pending(self, amount: str = "20.00", **further: Any) -> Payment:
        return await self.take(new(amount, is_confirmed=False, **further))

    async def waiting(self, amount: str = "20.00", **further: Any) -> Payment:
        """A payment whose buyer has to act."""
        return await self.paid(amount, payment_method="pm_card_authenticationRequired", **further)

    async def underway(self, amount: str = "20.00", **further: Any) -> Payment:
        """A payment of which nobody knows what its gateway did."""
        return await self.paid(amount, payment_method="pm_card_timeoutAfterCharge", **further)

    async def refunded(self, amount: str = "20.00", **further: Any) -> Payment:
        payment = await self.paid(amount, **further)
        await self.refund(payment)
        return await self.look(payment)

    async def canceled(self, amount: str = "20.00", **further: Any) -> Payment:
        return await self.cancel(await self.pending(amount, **further))

    async def failed(self, amount: str = "20.00", **further: Any) -> Payment:
        return await self.paid(amount, payment_method="pm_card_chargeDeclined", **further)

    async def come_to(self, status: PaymentStatus) -> Payment:
        """A payment that came so far."""
        ways = {
            PaymentStatus.REQUIRES_ACTION: self.waiting,
            PaymentStatus.PROCESSING: self.underway,
            PaymentStatus.SUCCEEDED: self.paid,
        }
        payment = await ways.get(status, getattr(self, status, None))()
        assert payment.status is status
        return payment

    async def confirm(self, payment: Payment, method: str | None = VISA) -> Payment:
        taken, attempt_id = await self.world.do(
            lambda tx: confirm(tx, payment.id, method, return_url=None)
        )
        return await self.carried_out(taken, attempt_id)

    async def cancel(self, payment: Payment) -> Payment:
        taken, attempt_id = await self.world.do(lambda tx: cancel(tx, payment.id))
        return await self.carried_out(taken, attempt_id)

    async def capture(
        self, payment: Payment, amount: str | None = None, *, is_final: bool = False
    ) -> Transaction:
        """Take of what is held; answer what became of it."""
        minor = minor_of(amount, payment)
        attempt, is_done = await self.world.do(
            lambda tx: capture(tx, payment.id, minor, is_final=is_final)
        )
        await self.carried_out(payment, None if is_done else attempt.id)
        return await self.transaction(attempt.id)

    async def refund(self, payment: Payment, amount: str | None = None) -> list[Transaction]:
        """Give back; answer what became of each part."""
        minor = minor_of(amount, payment)
        parts = await self.world.do(lambda tx: refund(tx, payment.id, minor, reason="late"))
        for attempt, is_done in parts:
            await self.carried_out(payment, None if is_done else attempt.id)
        return [await self.transaction(attempt.id) for attempt, _ in parts]

    async def look(self, payment: Payment) -> Payment:
        """The payment as it stands now."""
        return await self.world.do(lambda tx: payment_by_id(tx, payment.id))

    async def transaction(self, attempt_id: AttemptId) -> Transaction:
        return await self.world.do(lambda tx: transaction_by_id(tx, attempt_id))

    async def transactions(self, payment: Payment) -> list[Transaction]:
        async with self.world.tx() as tx:
            return await transactions_of(tx, tenant_id=self.world.tenant_id, payment_id=payment.id)

    async def moved(self, payment: Payment) -> list[str]:
        """What was asked of the gateway and what became of it: `capture 20.00 succeeded`."""
        return [
            f"{one.type} {one.amount.decimal} {one.status}"
            for one in await self.transactions(payment)
        ]

    async def balances(self, unit: str = "EUR") -> dict[str, str]:
        return await Books(self.world).balances(unit)

    async def check(self) -> Findings:
        return await self.world.do(check)

    async def customer(self, name: str = "Ada") -> UUID:
        def verb(tx: Tx) -> Any:
            return create_customer(
                tx, email=None, name=name, phone=None, app_metadata={}, internal_metadata={}
            )

        return (await self.world.do(verb)).id

    async def work(self, *, later: bool = False) -> list[str]:
        """Do what is due, and with `later` what would be due some day, each of it twice.

        Answers what was done, by name.
        """
        done: list[str] = []
        while jobs := await self.owner.fetch(
            JOBS, self.world.tenant_id, list(HANDLERS), later and not done
        ):
            for job in sorted(jobs, key=lambda one: one["id"]):
                await self.do_twice(job["kind"], job["payload"])
                done.append(job["kind"].removeprefix("payments."))
        return done

    async def do_twice(self, kind: str, payload: str) -> None:
        handler = HANDLERS[kind]
        job = msgspec.json.decode(payload, type=handler.job)
        wanted = tools_in(get_type_hints(handler.run))
        tools = {name: self.world.system.tools[kind] for name, kind in wanted.items()}
        for _ in range(2):
            await handler.run(self.world.pool, self.world.tenant_id, job, **tools)

    async def waiting_jobs(self) -> Sequence[str]:
        """What is to be done some day, by name."""
        rows = await self.owner.fetch(
            "select kind from jobs.job where tenant_id = $1 order by run_at",
            self.world.tenant_id,
        )
        return [row["kind"].removeprefix("payments.") for row in rows]

    async def sends_to(self, gateway: str, payment: Payment) -> None:
        """Have a payment be at another gateway, of which the tenant has an account."""
        await self.owner.execute(
            "insert into payments.gateway (tenant_id, name, is_enabled, position)"
            " values ($1, $2, true, 0) on conflict do nothing",
            self.world.tenant_id,
            gateway,
        )
        await self.owner.execute(
            "update payments.payment set gateway = $2 where id = $1", payment.id, gateway
        )

    async def run_out(self, payment: Payment) -> Payment:
        """Let the time of a payment be over."""
        await self.owner.execute(
            "update payments.payment set expires_at = now() - interval '1 second' where id = $1",
            payment.id,
        )
        return await self.look(payment)

    async def now(self) -> datetime:
        async with self.world.tx() as tx:
            return await tx.now()


def new(amount: str = "20.00", **further: Any) -> NewPayment:
    """A payment that is asked for, to be paid at once with a good card."""
    currency = further.pop("currency", "EUR")
    wanted = {"payment_method": VISA, "is_confirmed": True, **further}
    if not wanted["is_confirmed"] and "payment_method" not in further:
        del wanted["payment_method"]
    return NewPayment(amount_minor=Money.parse(amount, currency).minor, currency=currency, **wanted)


def minor_of(amount: str | None, payment: Payment) -> int | None:
    return None if amount is None else Money.parse(amount, payment.currency).minor


def payment_id(shown: dict[str, Any]) -> PaymentId:
    """The id of a payment as the API shows it."""
    return PaymentId(UUID(shown["id"]))
