"""A replica of the part of Stripe that the adapter uses, served on loopback: its states, errors and idempotency.

Written from Stripe's public documentation. It keeps PaymentIntents and refunds in memory, replays answers by
idempotency key, refuses the same key with other parameters, and fails on demand as a network does.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import orjson
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.services.http import serving

SECRET_KEY = "sk_test_replica"
WEBHOOK_SECRET = "whsec_replica"
GOOD, DECLINING, ASKING = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"
_CARDS = {GOOD: None, DECLINING: "card_declined", ASKING: "authentication_required"}
_ZERO_DECIMAL = {"jpy", "krw"}
# Stripe's least sums, in minor units, where tests come near them.
_LEAST = {"usd": 50, "jpy": 50}

Answer = tuple[int, dict[str, Any]]


def _refusal(status: int, kind: str, message: str, **more: Any) -> Answer:
    return status, {"error": {"type": kind, "message": message, **more}}


def _invalid(message: str, **more: Any) -> Answer:
    return _refusal(400, "invalid_request_error", message, **more)


def _metadata(form: dict[str, str]) -> dict[str, str]:
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


class Replica:
    """The network's books, and its switches: how many of the next calls get no answer, before or after their effect."""

    def __init__(self) -> None:
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.lost_requests = 0
        # How many answers are lost of calls whose path ends so, e.g. {"/capture": 1}; "" is any.
        self.lost_answers: dict[str, int] = {}
        self.rate_limited = 0
        # Seconds for which an answer is held back.
        self.delay = 0.0
        # The state in which new refunds are.
        self.refund_status = "succeeded"
        self.calls: list[str] = []
        self._replies: dict[str, tuple[object, Answer | None]] = {}
        self._numbers = itertools.count(1)

    def forget_keys(self) -> None:
        """A day passes: idempotency keys are forgotten."""
        self._replies.clear()

    def intent_of(self, key: str) -> dict[str, Any]:
        """The one intent of a charge that anything was decided about."""
        [found] = [one for one in self.intents.values() if one["metadata"].get("payment") == key]
        return found

    def taken(self) -> int:
        """What was captured and not given back, in minor units."""
        back = sum(refund["amount"] for refund in self.refunds.values() if refund["status"] == "succeeded")
        return sum(int(intent["amount_received"]) for intent in self.intents.values()) - back

    def notification(self, key: str, event_type: str, *, at: float | None = None) -> tuple[bytes, str]:
        """A signed event about a charge: its body and the header Stripe-Signature."""
        data = {"object": {"id": "pi", "object": "payment_intent", "metadata": {"payment": key}}}
        return self.event({"id": "evt_1", "object": "event", "type": event_type, "data": data}, at=at)

    def event(self, content: object, *, at: float | None = None) -> tuple[bytes, str]:
        body = orjson.dumps(content)
        stamp = int(time.time() if at is None else at)
        sign = stripe.WebhookSignature.generate_signature_header
        return body, sign(body.decode(), WEBHOOK_SECRET, stamp)  # type: ignore[no-untyped-call]

    async def answer(self, request: Request) -> Response:
        """One call, with the network between: authorised, idempotent, and lost as its switches say."""
        path = request.url.path
        self.calls.append(f"{request.method} {path}")
        if self.lost_requests:
            self.lost_requests -= 1
            return Response("bad gateway", 502)
        if self.rate_limited:
            self.rate_limited -= 1
            return _as_response(_refusal(429, "rate_limit_error", "Too many requests"))
        if request.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            return _as_response(_refusal(401, "invalid_request_error", "Invalid API Key provided"))
        given = _as_response(await self._once(request, path))
        if self.delay:
            await asyncio.sleep(self.delay)
        for ending, left in self.lost_answers.items():
            if left and request.method == "POST" and path.endswith(ending):
                self.lost_answers[ending] -= 1
                return Response("bad gateway", 502)
        return given

    async def _once(self, request: Request, path: str) -> Answer:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        key = request.headers.get("idempotency-key")
        if request.method == "GET" or not key:
            return self._do(request, path, form)
        parameters = (path, sorted(form.items()))
        if key in self._replies:
            before, reply = self._replies[key]
            if reply is None:
                return _refusal(409, "idempotency_error", "There is currently another in-progress request")
            if before != parameters:
                return _refusal(400, "idempotency_error", "Keys can only be used with the same parameters")
            return reply
        self._replies[key] = (parameters, None)
        await asyncio.sleep(0)
        answer = self._do(request, path, form)
        self._replies[key] = (parameters, answer)
        return answer

    def _do(self, request: Request, path: str, form: dict[str, str]) -> Answer:
        _, _, kind, *rest = path.split("/")
        if kind == "refunds":
            return self._refund(form) if request.method == "POST" else self._listed_refunds(request)
        if not rest:
            return self._make(form) if request.method == "POST" else self._listed(request)
        intent = self.intents.get(rest[0])
        if intent is None:
            return _refusal(404, "invalid_request_error", "No such payment_intent", code="resource_missing")
        steps: dict[str, Callable[[dict[str, Any], dict[str, str]], Answer]] = {
            "confirm": self._confirm,
            "capture": self._capture,
            "cancel": self._cancel,
        }
        return steps[rest[1]](intent, form) if len(rest) > 1 else (200, intent)

    def _make(self, form: dict[str, str]) -> Answer:
        currency, amount = form["currency"], int(form["amount"])
        if amount < _LEAST.get(currency, 1):
            return _invalid("Amount is too small", code="amount_too_small", param="amount")
        if form.get("capture_method") != "manual" or "payment_method" in form:
            return _invalid("the adapter makes intents first, and confirms them later")
        intent = {
            "id": f"pi_{next(self._numbers)}",
            "object": "payment_intent",
            "amount": amount,
            "amount_received": 0,
            "currency": currency,
            "status": "requires_payment_method",
            "last_payment_error": None,
            "metadata": _metadata(form),
            "created": int(time.time()),
            "latest_charge": None,
        }
        self.intents[intent["id"]] = intent
        return 200, dict(intent)

    def _confirm(self, intent: dict[str, Any], form: dict[str, str]) -> Answer:
        if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            return self._unexpected(intent)
        card = form["payment_method"]
        if card not in _CARDS:
            return _invalid(f"No such PaymentMethod: '{card}'", code="resource_missing", param="payment_method")
        code = _CARDS[card]
        if code == "authentication_required" and form.get("error_on_requires_action", "").lower() != "true":
            intent["status"] = "requires_action"
            return 200, dict(intent)
        if code is not None:
            intent["last_payment_error"] = {"type": "card_error", "code": code}
            return _refusal(402, "card_error", "Your card was declined.", code=code)
        intent.update(status="requires_capture", last_payment_error=None, latest_charge=f"ch_{intent['id']}")
        return 200, dict(intent)

    def _capture(self, intent: dict[str, Any], form: dict[str, str]) -> Answer:
        if intent["status"] != "requires_capture":
            return self._unexpected(intent)
        intent.update(status="succeeded", amount_received=intent["amount"])
        return 200, dict(intent)

    def _cancel(self, intent: dict[str, Any], form: dict[str, str]) -> Answer:
        if intent["status"] in ("succeeded", "canceled", "processing"):
            return self._unexpected(intent)
        intent["status"] = "canceled"
        return 200, dict(intent)

    def _unexpected(self, intent: dict[str, Any]) -> Answer:
        message = f"This PaymentIntent could not be changed: its status is {intent['status']}"
        return _invalid(message, code="payment_intent_unexpected_state")

    def _refund(self, form: dict[str, str]) -> Answer:
        intent = self.intents[form["payment_intent"]]
        amount = int(form["amount"])
        live = [one for one in self.refunds.values() if one["payment_intent"] == intent["id"]]
        given = sum(refund["amount"] for refund in live if refund["status"] in ("succeeded", "pending"))
        if given + amount > intent["amount_received"]:
            return _invalid("Refund amount is greater than unrefunded amount on charge", param="amount")
        refund = {
            "id": f"re_{next(self._numbers)}",
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "status": self.refund_status,
            "metadata": _metadata(form),
        }
        self.refunds[refund["id"]] = refund
        return 200, dict(refund)

    def _listed_refunds(self, request: Request) -> Answer:
        wanted = request.query_params["payment_intent"]
        return _page([one for one in self.refunds.values() if one["payment_intent"] == wanted], request)

    def _listed(self, request: Request) -> Answer:
        since, until = (int(request.query_params[f"created[{bound}]"]) for bound in ("gte", "lt"))
        found = [dict(one) for one in self.intents.values() if since <= one["created"] < until]
        if "data.latest_charge" in request.query_params.getlist("expand[0]"):
            for intent in found:
                back = [one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent["id"]]
                if intent["latest_charge"]:
                    charge = {"id": intent["latest_charge"], "object": "charge", "amount_refunded": sum(back)}
                    intent["latest_charge"] = charge
        return _page(found, request)


def _page(found: list[dict[str, Any]], request: Request) -> Answer:
    """Newest first, `limit` at a time, as all of Stripe's lists."""
    newest = found[::-1]
    after = request.query_params.get("starting_after")
    start = 0 if after is None else [one["id"] for one in newest].index(after) + 1
    end = start + int(request.query_params.get("limit", 10))
    return 200, {
        "object": "list",
        "url": request.url.path,
        "data": newest[start:end],
        "has_more": end < len(newest),
    }


def _as_response(answer: Answer) -> Response:
    return Response(orjson.dumps(answer[1]), answer[0], media_type="application/json")


@asynccontextmanager
async def started() -> AsyncIterator[tuple[Replica, str]]:
    """Serves a replica on a free port; lends it and the URL of its API."""
    replica = Replica()
    endpoint: Callable[[Request], Awaitable[Response]] = replica.answer
    async with serving(Starlette(routes=[Route("/v1/{rest:path}", endpoint, methods=["GET", "POST"])])) as address:
        yield replica, f"http://{address}"
