"""The network itself: durable, idempotent, and never asked for more than it took."""

import asyncio
from datetime import datetime

from commerce.payments.provider import Captured, Charge, NoAnswerError, Outcome
from commerce.payments.sandbox import notifications
from commerce.payments.sandbox.faults import Faults
from core import clock, db

DECLINING_TOKEN = "decline"


class SandboxProvider:
    """Takes whatever token it is given, except "decline"."""

    name = "SANDBOX"
    signature_header = "X-Signature"

    def __init__(self, secret: bytes = b"sandbox", faults: Faults | None = None) -> None:
        self._secret = secret
        self.faults = faults or Faults()
        self.notifications = notifications.Notifications(secret, self.faults)

    async def authorise(self, charge: Charge) -> Outcome:
        await self._reach(charge.key)
        outcome = await self._decide(charge.key, self._wanted(charge.token), charge.minor, charge.currency)
        return self._answer(outcome)

    async def capture(self, key: str) -> Outcome:
        await self._reach(key)
        if self.faults.take("lost_captures"):
            raise NoAnswerError("the request to capture was lost")
        captured = await db.execute(
            "UPDATE payments_sandbox_charges SET status = 'CAPTURED' WHERE key = $1 AND status = 'AUTHORISED'", key
        )
        outcome = Outcome.CAPTURED if captured else await self._decided(key)
        if captured:
            self.notifications.add(key, outcome)
        return self._answer(outcome)

    async def query(self, key: str) -> Outcome | None:
        await self._reach(key)
        status = await self._status(key)
        return None if status is None else Outcome(status)

    async def close(self, key: str) -> Outcome:
        await self._reach(key)
        return await self._decide(key, Outcome.DECLINED, 0, "")

    async def refund(self, key: str, charge_key: str, minor: int, currency: str) -> None:
        await self._reach(key)
        if self.faults.take("failing_refunds"):
            raise NoAnswerError("refunds are failing")
        given = await db.execute(
            "WITH charge AS (SELECT * FROM payments_sandbox_charges"
            " WHERE key = $2::text AND status = 'CAPTURED' FOR UPDATE)"
            " INSERT INTO payments_sandbox_refunds (key, charge_key, minor, currency, created_at)"
            " SELECT $1::text, c.key, $3::bigint, c.currency, $5::timestamptz FROM charge c"
            " WHERE c.currency = $4 AND c.minor >= $3"
            " + (SELECT coalesce(sum(r.minor), 0) FROM payments_sandbox_refunds r"
            " WHERE r.charge_key = $2::text AND r.key <> $1::text)"
            " ON CONFLICT (key) DO UPDATE SET key = excluded.key",
            key,
            charge_key,
            minor,
            currency,
            clock.now(),
        )
        if not given:
            raise ValueError(f"nothing left to refund of the charge {charge_key}")
        if self.faults.take("lost_refund_answers"):
            raise NoAnswerError("the answer about a refund was lost")

    async def captures(self, since: datetime, until: datetime) -> list[Captured]:
        await self._reach("")
        return await db.records(
            Captured,
            "SELECT c.key, c.minor, c.currency, coalesce(sum(r.minor), 0)::bigint, c.created_at"
            " FROM payments_sandbox_charges c LEFT JOIN payments_sandbox_refunds r ON r.charge_key = c.key"
            " WHERE c.status = 'CAPTURED' AND c.created_at >= $1 AND c.created_at < $2 GROUP BY c.key",
            since,
            until,
        )

    def verify(self, body: bytes, signature: str) -> str | None:
        return notifications.key_in(self._secret, body, signature)

    def notification(self, key: str, outcome: Outcome) -> tuple[bytes, str]:
        """What this network would send about a charge now: the body and its signature."""
        body = notifications.body_of(key, outcome)
        return body, notifications.sign(self._secret, body, clock.now())

    async def _reach(self, key: str) -> None:
        if self.faults.delay:
            await asyncio.sleep(self.faults.delay)
        if self.faults.take("lost_requests") or self.faults.take_key(key):
            raise NoAnswerError("the request was lost")

    def _wanted(self, token: str) -> Outcome:
        if token == DECLINING_TOKEN or self.faults.take("declines"):
            return Outcome.DECLINED
        return Outcome.AUTHORISED if self.faults.two_steps else Outcome.CAPTURED

    def _answer(self, outcome: Outcome) -> Outcome:
        """Answers, unless that gets lost."""
        if self.faults.take("lost_authorisations" if outcome is Outcome.AUTHORISED else "lost_answers"):
            raise NoAnswerError("the answer was lost")
        return outcome

    async def _decide(self, key: str, wanted: Outcome, minor: int, currency: str) -> Outcome:
        """What was decided first about a charge holds for ever; but an authorisation can still be closed."""
        status = await db.value(
            "INSERT INTO payments_sandbox_charges AS c (key, status, minor, currency, created_at)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE SET status = excluded.status"
            " WHERE c.status = 'AUTHORISED' AND excluded.status = 'DECLINED' AND excluded.minor = 0 RETURNING status",
            key,
            wanted.value,
            minor,
            currency,
            clock.now(),
        )
        if status is None:
            return await self._decided(key)
        self.notifications.add(key, Outcome(status))
        return Outcome(status)

    async def _decided(self, key: str) -> Outcome:
        status = await self._status(key)
        if status is None:
            raise ValueError(f"the charge {key} was never authorised")
        return Outcome(status)

    async def _status(self, key: str) -> str | None:
        status: str | None = await db.value("SELECT status FROM payments_sandbox_charges WHERE key = $1", key)
        return status
