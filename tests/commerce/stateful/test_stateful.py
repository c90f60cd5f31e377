"""Whatever happens, in whatever order, whatever fails: what is there is what the model says, and nothing offends."""

import asyncio
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from commerce.payments import rules
from core import db
from tests.commerce.stateful.machine import Machine
from tests.services import postgres

# How many interleavings are tried, and of how many steps; `make soak` tries more, and others each time.
SOAK = int(os.environ.get("STEPS", "0"))
_STEPS = 80
_EXAMPLES = (SOAK // _STEPS) or 30

# How often everything has to have happened, in all examples together: what was never done has proved nothing.
AT_LEAST = {
    "offer made": 15,
    "offer started": 1,
    "offer closed": 7,
    "team opened": 30,
    "team joined": 30,
    "team filled by its shop": 1,
    "team succeeded": 15,
    "team failed": 10,
    "tier reached with 1 units": 5,
    "tier reached with 2 units": 1,
    "seat released": 10,
    "leader left one": 2,
    "leader left two or more": 3,
    "order placed": 10,
    "paid order cancelled": 1,
    "shipped": 1,
    "received": 1,
    "payment captured": 50,
    "payment declined": 7,
    "answered late": 2,
    "client hung up": 1,
    "notification believed": 1,
    "forgery refused": 1,
    "reconciled when the network had it None": 2,
    "reconciled when the network had it AUTHORISED": 1,
    "reconciled when the network had it CAPTURED": 1,
    "refund LEFT_TEAM": 7,
    "refund TEAM_FAILED": 7,
    "refund PRICE_TIER": 7,
    "refund PAID_TOO_LATE": 1,
    "refund CANCELLED": 1,
    "refund SHOP": 1,
    "refund tried again": 2,
    "request repeated": 5,
    "two done at once": 4,
}


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_commerce_does_what_the_model_says(reused_database: postgres.Reused, monkeypatch: pytest.MonkeyPatch) -> None:
    # A slow machine is no silent network.
    monkeypatch.setattr(rules, "PATIENCE", 600.0)
    with asyncio.Runner() as runner:
        Machine.runner, Machine.database, Machine.happened = runner, reused_database, Counter()
        pool = db.connected(runner.run(reused_database.lend()))
        runner.run(pool.__aenter__())
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=_EXAMPLES,
                    stateful_step_count=_STEPS,
                    derandomize=not SOAK,
                    deadline=None,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(pool.__aexit__(None, None, None))
    seldom = {what: Machine.happened[what] for what, times in AT_LEAST.items() if Machine.happened[what] < times}
    assert seldom == {}
