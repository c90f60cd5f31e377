"""Every provider of the port behind one face, so that one suite holds them all to the same promises."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from commerce.payments import Faults, Outcome, Provider, SandboxProvider
from commerce.payments.stripe import StripeProvider
from core import db
from tests.services import stripe


class Network(Protocol):
    """A provider with the far side of it: the tokens it takes, its books, and what can be lost on the way to it."""

    provider: Provider
    good: str
    declining: str

    async def taken(self) -> int:
        """What it captured and did not give back, in minor units."""
        ...

    def lose_request(self) -> None:
        """The next call never arrives."""
        ...

    def lose_answer(self, step: str) -> None:
        """The next "authorise", "capture" or "refund" happens, and its answer is lost."""
        ...

    def notification(self, key: str) -> tuple[bytes, str]:
        """What it would send about a charge now."""
        ...


class Sandbox:
    good, declining = "一张卡", "decline"

    def __init__(self, two_steps: bool) -> None:
        self.faults = Faults(two_steps=two_steps)
        self.provider = SandboxProvider(faults=self.faults)

    async def taken(self) -> int:
        return int(
            await db.value(
                "SELECT (SELECT coalesce(sum(minor), 0) FROM payments_sandbox_charges WHERE status = 'CAPTURED')"
                " - (SELECT coalesce(sum(minor), 0) FROM payments_sandbox_refunds)"
            )
        )

    def lose_request(self) -> None:
        self.faults.lost_requests = 1

    def lose_answer(self, step: str) -> None:
        if step == "refund":
            self.faults.lost_refund_answers = 1
        elif step == "authorise" and self.faults.two_steps:
            self.faults.lost_authorisations = 1
        else:
            self.faults.lost_answers = 1

    def notification(self, key: str) -> tuple[bytes, str]:
        return self.provider.notification(key, Outcome.CAPTURED)


class Stripe:
    good, declining = stripe.GOOD, stripe.DECLINING

    def __init__(self, provider: StripeProvider, replica: stripe.Replica) -> None:
        self.provider = provider
        self.replica = replica

    async def taken(self) -> int:
        return self.replica.taken()

    def lose_request(self) -> None:
        self.replica.lost_requests = 1

    def lose_answer(self, step: str) -> None:
        self.replica.lost_answers = {{"authorise": "/confirm", "capture": "/capture", "refund": "/refunds"}[step]: 1}

    def notification(self, key: str) -> tuple[bytes, str]:
        return self.replica.notification(key, "payment_intent.succeeded")


@asynccontextmanager
async def sandbox(two_steps: bool = False) -> AsyncIterator[Network]:
    yield Sandbox(two_steps)


@asynccontextmanager
async def sandbox_in_two_steps() -> AsyncIterator[Network]:
    yield Sandbox(True)


@asynccontextmanager
async def by_stripe(**given: Any) -> AsyncIterator[Stripe]:
    async with stripe.started() as (replica, url):
        provider = StripeProvider(stripe.SECRET_KEY, stripe.WEBHOOK_SECRET, url, **given)
        try:
            yield Stripe(provider, replica)
        finally:
            await provider.disconnect()


NETWORKS: dict[str, Callable[[], AbstractAsyncContextManager[Network]]] = {
    "sandbox": sandbox,
    "sandbox in two steps": sandbox_in_two_steps,
    "Stripe": by_stripe,
}
