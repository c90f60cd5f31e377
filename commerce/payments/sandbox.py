"""A payment network without money: durable, idempotent, signed, and able to fail in every way that real ones do."""

import asyncio
import hashlib
import hmac
from collections import Counter

import msgspec

from commerce.payments.provider import Charge, NoAnswerError, Outcome
from core import clock, db

DECLINING_TOKEN = "decline"


class Faults:
    """How often each thing still has to go wrong; all zero at first. For tests and rehearsals."""

    def __init__(self) -> None:
        # Fail before anything happened, or after it did.
        self.lost_requests = 0
        self.lost_answers = 0
        self.failing_refunds = 0
        # The same, for certain refund or charge keys only.
        self.failing_keys: Counter[str] = Counter()
        # Seconds that each call takes.
        self.delay = 0.0

    def take(self, name: str) -> bool:
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return left > 0

    def take_key(self, key: str) -> bool:
        if not self.failing_keys[key]:
            return False
        self.failing_keys[key] -= 1
        return True


class _Notification(msgspec.Struct):
    key: str
    outcome: str


class SandboxProvider:
    """Captures whatever token it is given, except "decline"."""

    name = "SANDBOX"

    def __init__(self, secret: bytes = b"sandbox", faults: Faults | None = None) -> None:
        self._secret = secret
        self.faults = faults or Faults()

    async def capture(self, charge: Charge) -> Outcome:
        await self._reach(charge.key)
        wanted = Outcome.DECLINED if charge.token == DECLINING_TOKEN else Outcome.CAPTURED
        outcome = await self._decide(charge.key, wanted, charge.minor, charge.currency)
        if self.faults.take("lost_answers"):
            raise NoAnswerError("the answer was lost")
        return outcome

    async def query(self, key: str) -> Outcome | None:
        await self._reach(key)
        status = await db.value("SELECT status FROM payments_sandbox_charges WHERE key = $1", key)
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

    def verify(self, body: bytes, signature: str) -> str | None:
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode()):
            return None
        try:
            return msgspec.json.decode(body, type=_Notification).key
        except msgspec.MsgspecError:
            return None

    def notification(self, key: str, outcome: Outcome) -> tuple[bytes, str]:
        """What this network would send about a charge: the body and its signature. Send it late, twice, or never."""
        body = msgspec.json.encode(_Notification(key, outcome.value))
        return body, self._sign(body)

    def _sign(self, body: bytes) -> str:
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()

    async def _reach(self, key: str) -> None:
        if self.faults.delay:
            await asyncio.sleep(self.faults.delay)
        if self.faults.take("lost_requests") or self.faults.take_key(key):
            raise NoAnswerError("the request was lost")

    async def _decide(self, key: str, wanted: Outcome, minor: int, currency: str) -> Outcome:
        """What was decided first about a charge holds for ever."""
        status = await db.value(
            "INSERT INTO payments_sandbox_charges (key, status, minor, currency, created_at)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING RETURNING status",
            key,
            wanted.value,
            minor,
            currency,
            clock.now(),
        )
        if status is None:
            status = await db.value("SELECT status FROM payments_sandbox_charges WHERE key = $1", key)
        return Outcome(status)
