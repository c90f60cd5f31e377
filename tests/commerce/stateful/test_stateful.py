"""Whatever happens, in whatever order, whatever fails: what is there is what the model says, and nothing offends."""

import asyncio
import copy
import os
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from commerce.payments import Outcome, rules
from commerce.payments import actions as payments
from commerce.payments import queries as payment_queries
from core import clock, db
from tests.commerce import books
from tests.commerce.stateful import background
from tests.commerce.stateful.book import Offer, Refund, Team, Variant
from tests.commerce.stateful.deeds import Deed, Deeds
from tests.commerce.stateful.model import EARNED, PLACES, Codes, Model, Way
from tests.commerce.stateful.world import (
    BEGINNING,
    BUYERS,
    VARIANTS,
    Call,
    Ids,
    Outcomes,
    World,
    calling,
    expected,
    seen,
)
from tests.services import postgres

# How many interleavings are tried, and of how many steps; `make soak` tries more, and others each time.
SOAK = int(os.environ.get("STEPS", "0"))
_STEPS = 80
_EXAMPLES = (SOAK // _STEPS) or 30

Given = TypeVar("Given")
Done = TypeVar("Done")
Function = TypeVar("Function", bound=Callable[..., Any])

# Most happens to what is new.
number = st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 7, 9, 14, 23])
units = st.sampled_from([2, 1, 1, 2])
buyer = st.integers(0, BUYERS - 1)
tokens = st.sampled_from([True, True, True, True, False])
losses = st.sampled_from([*[None] * 8, *PLACES])
ways = st.builds(Way, good=tokens, two_steps=st.booleans(), lost=losses)
slow_ways = st.builds(Way, good=tokens, two_steps=st.booleans(), lost=losses, waits=st.sampled_from(PLACES))
fates = st.lists(st.sampled_from([None, None, "lost", "answer lost"]), min_size=1, max_size=4)
kinds = st.sampled_from(
    ["join"] * 10
    + ["open"] * 3
    + ["place", "place", "cancel", "leave", "leave", "ship", "receive", "give back", "fill"]
)
deeds = st.tuples(kinds, number, buyer, units)
TIMERS = (
    ("orders.release_overdue", background.release_orders),
    ("group_buys.release_overdue_seats", background.release_seats),
    ("group_buys.expire_teams", background.expire_teams),
    ("group_buys.start_offers", background.start_offers),
    ("group_buys.end_offers", background.end_offers),
)
offers = st.fixed_dictionaries(
    {
        "variant": st.integers(0, len(VARIANTS) - 1),
        "size": st.sampled_from([3, 2, 3, 4]),
        "ladder": st.sampled_from([[], [], [1], [1, 2]]),
        "ttl": st.sampled_from([5000, 700, 120]),
        "stock": st.sampled_from([12, 9, 5, 3, 1]),
        "limit": st.sampled_from([9, 9, 4, 2, 1]),
        "opens": st.sampled_from([0, 0, 0, 0, 100]),
        "lasts": st.sampled_from([90_000, 5000, 300]),
    }
)

# What can happen: how often among other things, and with which particulars.
HAPPENINGS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {}


def happens(times: int, /, **given: st.SearchStrategy[Any]) -> Callable[[Function], Function]:
    """Marks a method as something that happens; for want of what it is about, somebody opens a team."""

    def mark(method: Function) -> Function:
        HAPPENINGS[method.__name__] = (times, given)
        return method

    return mark


def _happenings() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    names = [name for name, (times, _) in HAPPENINGS.items() for _ in range(times)]
    return st.sampled_from(names).flatmap(
        lambda name: st.tuples(st.just(name), st.fixed_dictionaries(HAPPENINGS[name][1]))
    )


def one_of(found: Sequence[Given], at: int) -> Given:
    """The latest first."""
    return found[-1 - at % len(found)]


class Machine(RuleBasedStateMachine):
    """The model, the real thing, and everything that can be done to both."""

    # Set by the test: where it runs, and what empties its database.
    runner: asyncio.Runner
    database: postgres.Reused

    def __init__(self) -> None:
        super().__init__()
        self._clock = clock.movable(BEGINNING)
        self.clock = self._clock.__enter__()
        self.model = Model(variants=[Variant(price, stock) for price, stock in VARIANTS])
        self.world, self.ids = World(), Ids()
        self.deeds = Deeds(self.world, self.ids)
        self.sent: list[tuple[Deed, Outcomes]] = []
        self.paid: list[tuple[int, str, Way]] = []
        self.calls: list[tuple[Call, asyncio.Task[Outcomes]]] = []
        self.run(self.database.lend())
        self.run(self.world.begin())

    def run(self, coroutine: Coroutine[Any, Any, Done]) -> Done:
        return self.runner.run(coroutine)

    @initialize(some=st.lists(offers, min_size=1, max_size=2))
    def begins(self, some: list[dict[str, Any]]) -> None:
        for terms in some:
            self.an_offer_is_made({**terms, "opens": 0, "stock": terms["stock"] + 4})

    # One rule, as hypothesis leaves out half of several, and without offers or payments little is to be seen.
    @rule(what=st.deferred(_happenings))
    def something_happens(self, what: tuple[str, dict[str, Any]]) -> None:
        name, given = what
        getattr(self, name)(**given)

    # Deeds of people.

    @happens(14, what=deeds)
    def somebody_does(self, what: tuple[str, int, int, int]) -> None:
        self.does(self.deed(*what))

    @happens(1, terms=offers)
    def an_offer_is_made(self, terms: dict[str, Any]) -> None:
        price = VARIANTS[terms["variant"]][0] - 1000
        ladder = [(terms["size"] + more, price - 500 * more) for more in terms["ladder"]]
        starts = self.model.now + terms["opens"]
        offer = Offer(
            terms["variant"],
            price,
            terms["size"],
            ladder,
            terms["ttl"],
            starts,
            starts + terms["lasts"],
            terms["stock"],
            terms["limit"],
            "SCHEDULED" if terms["opens"] else "RUNNING",
        )
        self.does(self.deeds.create_offer(offer))

    @happens(5, one=deeds, other=deeds)
    def two_do_at_once(self, one: tuple[str, int, int, int], other: tuple[str, int, int, int]) -> None:
        """Both happen, as if one after the other."""
        self.do_at_once([self.deed(*one), self.deed(*other)])

    @happens(2, at=number)
    def a_request_is_repeated(self, at: int) -> None:
        """The same once more is answered as it was, and changes nothing."""
        if not self.sent:
            return self.does(self.deed("open", at, at % BUYERS, 1))
        deed, before = one_of(self.sent, at)
        note(f"again: {deed.name}")
        assert self.run(_outcome(deed)) == before
        return self.compare()

    @happens(10, at=number, way=ways)
    def somebody_pays(self, at: int, way: Way) -> None:
        if not self.model.orders:
            return self.does(self.deed("open", at, at % BUYERS, 1))
        unpaid = self.order(at, "PENDING_PAYMENT", without=self.being_paid())
        self.paid.append((unpaid, self.deeds.key(), way))
        return self.pays(*self.paid[-1])

    @happens(2, at=number)
    def a_payment_is_repeated(self, at: int) -> None:
        if self.paid:
            order, key, way = one_of(self.paid, at)
            self.pays(order, key, Way(way.good, way.two_steps))

    # The network.

    @happens(4, at=number, way=slow_ways)
    def somebody_begins_to_pay(self, at: int, way: Way) -> None:
        if len(self.calls) < 4:
            self.somebody_pays(at, way)

    @happens(4, at=number)
    def the_network_answers(self, at: int) -> None:
        if not self.calls:
            return self.somebody_pays(at, Way())
        at %= len(self.calls)
        call, task = self.calls.pop(at)
        codes = self.model.go_on(at)
        call.answered.set()
        return self.agree("the network answers", codes, self.run(_result(task)))

    @happens(1, at=number)
    def a_client_hangs_up(self, at: int) -> None:
        if not self.calls:
            return
        at %= len(self.calls)
        _, task = self.calls.pop(at)
        self.model.hang_up(at)
        task.cancel()
        self.run(_ended(task))
        self.compare()

    @happens(2, at=number, says=st.sampled_from([Outcome.CAPTURED, Outcome.DECLINED]), times=st.sampled_from([1, 2]))
    def a_notification_comes(self, at: int, says: Outcome, times: int) -> None:
        """Late, twice, overtaken: it may say what is not so, or not any more, and only makes us ask."""
        if not self.model.payments:
            return
        payment = self.payment_key(at)
        background.notified(self.model, one_of(range(len(self.model.payments)), at))
        for _ in range(times):
            body, signature = self.world.network.notification(payment, says)
            assert self.run(payments.receive(self.world.network, body, signature))
        self.compare()

    @happens(1, at=number, old=st.booleans())
    def a_notification_is_forged(self, at: int, old: bool) -> None:
        """Somebody else's, or one recorded long ago: refused, and nothing is asked."""
        if not self.model.payments:
            return
        body, signature = self.world.network.notification(self.payment_key(at), Outcome.CAPTURED)
        stamp, _, digest = signature.partition(",")
        forged = f"t={int(stamp[2:]) - 1000},{digest}" if old else f"{stamp},v1={'0' * 64}"
        assert not self.run(payments.receive(self.world.network, body, forged))
        self.compare()

    # Time, and what it brings.

    @happens(4, seconds=st.sampled_from([1, 1, 9, 31, 59, 59, 300, 600, 1000, 5000]))
    def time_passes(self, seconds: int) -> None:
        self.reacted([None])
        self.clock.move(seconds)
        self.model.now += seconds
        self.compare()

    @happens(5, timer=st.sampled_from(TIMERS))
    def a_timer_runs(self, timer: tuple[str, Any]) -> None:
        name, works = timer
        note(name)
        works(self.model)
        self.run(self.world.timers[name]())
        self.compare()

    @happens(2, silence=st.lists(st.booleans(), min_size=1, max_size=3))
    def payments_are_reconciled(self, silence: list[bool]) -> None:
        silent = [silence[n % len(silence)] for n in range(len(self.model.payments))]
        keys = self.run(_payment_keys(self.ids, self.model))
        self.world.network.silent = {key for key, quiet in zip(keys, silent, strict=True) if quiet}
        background.reconcile(self.model, lambda n: silent[n])
        self.run(self.world.timers["payments.reconcile"]())
        self.world.network.silent = set()
        self.compare()

    @happens(2, fate=fates)
    def due_refunds_run(self, fate: list[str | None]) -> None:
        background.run_due_refunds(self.model, self.destined(fate))
        self.run(self.world.timers["payments.run_due_refunds"]())
        self.compare()

    @happens(4, fate=fates)
    def what_was_told_is_reacted_to(self, fate: list[str | None]) -> None:
        self.reacted(fate)
        self.compare()

    # How it is done.

    def deed(self, kind: str, at: int, who: int, quantity: int) -> Deed:
        """A deed on one of the things that there are."""
        model, make = self.model, self.deeds
        if kind == "place" or not model.offers:
            return make.place(who, at % len(VARIANTS), quantity)
        if kind == "join" and any(team.status == "OPEN" or at > 8 for team in model.teams):
            return make.join(who, self.team(at), quantity)
        if kind == "fill" and model.teams:
            return make.fill(self.team(at))
        if kind in ("open", "join", "fill") or not model.orders:
            return make.open(who, one_of(range(len(model.offers)), at), quantity)
        return self.deed_on_order(kind, at)

    def deed_on_order(self, kind: str, at: int) -> Deed:
        model, make = self.model, self.deeds
        if kind == "leave":
            largest = max((team for team in model.teams if team.status == "OPEN"), key=_size, default=None)
            order = largest.members[at % len(largest.members)] if largest else 0
            return make.cancel(order, model.orders[order].buyer)
        if kind == "cancel":
            order = self.order(at, "PENDING_PAYMENT", "AWAITING_TEAM", "CONFIRMED")
            return make.cancel(order, model.orders[order].buyer)
        if kind == "ship":
            return make.ship(self.order(at, "CONFIRMED"))
        if kind == "receive":
            order = self.order(at, "SHIPPED")
            return make.receive(order, model.orders[order].buyer)
        order = self.order(at, *EARNED)
        left = model.orders[order].total - model.given_back(order)
        return make.give_back(order, [500, max(left, 1), left + 1][at % 3])

    def being_paid(self) -> set[int]:
        """Orders of which a payment is on its way."""
        return {payment.order for payment in self.model.payments if payment.status == "PENDING"}

    def order(self, at: int, *statuses: str, without: Collection[int] = ()) -> int:
        """An order, mostly in one of those states."""
        found = [
            n for n, order in enumerate(self.model.orders) if (order.status in statuses and n not in without) or at > 8
        ]
        return one_of(found or range(len(self.model.orders)), at)

    def team(self, at: int) -> int:
        """A team, mostly an open one."""
        found = [n for n, team in enumerate(self.model.teams) if team.status == "OPEN" or at > 8]
        return one_of(found or range(len(self.model.teams)), at)

    def does(self, deed: Deed) -> None:
        codes = deed.predict(self.model)
        outcome = self.run(_outcome(deed))
        self.remember(deed, outcome)
        self.agree(deed.name, codes, outcome)

    def do_at_once(self, both: Sequence[Deed]) -> None:
        outcomes = dict(zip(both, self.run(_at_once(both)), strict=True))
        note(" while ".join(f"{deed.name}: {outcomes[deed].code or 'done'}" for deed in both))
        unlike = []
        for order in (both, both[::-1]):
            model, ids = copy.deepcopy(self.model), copy.deepcopy(self.ids)
            answers = [_agrees(deed.predict(model), outcomes[deed]) for deed in order]
            for deed in order:
                _name(ids, outcomes[deed])
            found, wanted = self.run(seen(self.world, ids)), expected(model)
            if all(answers) and found == wanted:
                self.model = model
                for deed in order:
                    self.remember(deed, outcomes[deed])
                return self.compare()
            unlike.append((answers, found, wanted))
        raise AssertionError(f"neither one after the other: {unlike}")

    def remember(self, deed: Deed, outcome: Outcomes) -> None:
        _name(self.ids, outcome)
        if deed.again and outcome.code is None:
            self.sent.append((deed, outcome))

    def pays(self, order: int, key: str, way: Way) -> None:
        codes = self.model.pay(order, key, way)
        who, what = self.world.buyers[self.model.orders[order].buyer], self.ids.orders[order]
        call, task = self.run(calling(self.world.network, way, who, what, key))
        if codes is None:
            assert not task.done(), f"payment of {order}: {task}"
            self.calls.append((call, task))
            self.compare()
        else:
            self.agree(f"pay {order} with {key}: {way}", codes, self.run(_result(task)))

    def reacted(self, fate: list[str | None]) -> None:
        background.react(self.model, self.destined(fate))
        self.run(self.world.react())

    def destined(self, fate: list[str | None]) -> background.Fate:
        """What becomes of each refund that there is already; those to come are carried out."""
        of = {id(refund): fate[n % len(fate)] for n, refund in enumerate(self.model.refunds)}
        keys = self.run(_refund_keys(self.ids, self.model.refunds))
        self.world.network.fates = {key: decided for key, refund in keys if (decided := of[id(refund)]) is not None}
        return lambda refund: of.get(id(refund))

    def payment_key(self, at: int) -> str:
        return one_of(self.run(_payment_keys(self.ids, self.model)), at)

    def agree(self, name: str, codes: Codes, outcome: Outcomes) -> None:
        note(f"{name}: {outcome.code or 'done'}")
        assert _agrees(codes, outcome), f"{name}: {outcome.code or 'done'} where {set(codes) or 'done'} was to be"
        self.compare()

    def compare(self) -> None:
        """What is there is what the model says, and nothing offends against an invariant."""
        assert self.run(seen(self.world, self.ids)) == expected(self.model)
        assert self.run(books.offending()) == []

    def teardown(self) -> None:
        """In the end all comes to rest, and the network's books are ours."""
        try:
            while self.calls:
                self.the_network_answers(0)
            self._come_to_rest()
        finally:
            for _, task in self.calls:
                task.cancel()
            self._clock.__exit__(None, None, None)

    def _come_to_rest(self) -> None:
        for _ in range(4):
            self.time_passes(20_000)
            for timer in TIMERS:
                self.a_timer_runs(timer)
            self.payments_are_reconciled([False])
            self.what_was_told_is_reacted_to([None])
            self.due_refunds_run([None])
            self.what_was_told_is_reacted_to([None])
        assert self.run(books.unfinished()) == {}
        assert self.run(books.disagreements()) == []


def _size(team: Team) -> int:
    return len(team.members)


def _agrees(codes: Codes, outcome: Outcomes) -> bool:
    return outcome.code in codes if codes else outcome.code is None


def _name(ids: Ids, outcome: Outcomes) -> None:
    """Gives the next numbers to what was made."""
    for known, made in (
        (ids.offers, outcome.offer_id),
        (ids.teams, outcome.team_id),
        (ids.orders, outcome.order_id),
    ):
        if made is not None and made not in known:
            known.append(made)


async def _outcome(deed: Deed) -> Outcomes:
    return await deed.act()


async def _at_once(both: Sequence[Deed]) -> list[Outcomes]:
    return await asyncio.gather(*(deed.act() for deed in both))


async def _result(task: "asyncio.Task[Outcomes]") -> Outcomes:
    return await task


async def _ended(task: "asyncio.Task[Outcomes]") -> None:
    await asyncio.wait({task})


async def _payment_keys(ids: Ids, model: Model) -> list[str]:
    """The network's keys of the model's payments."""
    keys = {}
    for order in {payment.order for payment in model.payments}:
        rows = await db.rows("SELECT id, idempotency_key FROM payments WHERE order_id = $1", ids.orders[order])
        keys.update({(order, key): identity.hex for identity, key in rows})
    return [keys[payment.order, payment.key] for payment in model.payments]


async def _refund_keys(ids: Ids, refunds: Sequence[Refund]) -> list[tuple[str, Refund]]:
    """The network's keys of the model's refunds."""
    found = []
    for order in {refund.order for refund in refunds}:
        rows = await payment_queries.refunds_of_order(ids.orders[order])
        mine = [refund for refund in refunds if refund.order == order]
        found += [(row.id.hex, refund) for row, refund in zip(rows, mine, strict=True)]
    return found


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_commerce_does_what_the_model_says(reused_database: postgres.Reused, monkeypatch: pytest.MonkeyPatch) -> None:
    # A slow machine is no silent network.
    monkeypatch.setattr(rules, "PATIENCE", 600.0)
    with asyncio.Runner() as runner:
        Machine.runner, Machine.database = runner, reused_database
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
