"""The model, the real thing, and everything that can be done to both."""

import asyncio
import copy
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any, ClassVar, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from commerce.payments import Outcome
from commerce.payments import actions as payments
from core import clock
from tests.commerce import books
from tests.commerce.stateful import background
from tests.commerce.stateful.book import Offer, Team, Variant
from tests.commerce.stateful.deeds import Deed, Deeds
from tests.commerce.stateful.draws import (
    buyer,
    deeds,
    delays,
    fates,
    happenings,
    happens,
    lost_ways,
    number,
    offers,
    slow_ways,
    units,
    ways,
)
from tests.commerce.stateful.model import EARNED, Codes, Model, Way
from tests.commerce.stateful.world import (
    BEGINNING,
    BUYERS,
    VARIANTS,
    Call,
    Ids,
    Outcomes,
    World,
    calling,
    captures_told,
    expected,
    payment_keys,
    refund_keys,
    seen,
    unlike,
)
from tests.services import postgres

Given = TypeVar("Given")
Done = TypeVar("Done")


def one_of(found: Sequence[Given], at: int) -> Given:
    """The latest first."""
    return found[-1 - at % len(found)]


def able(at: int, who: int, quantity: int, why_not: Callable[[int, int], Collection[str]]) -> tuple[int, int]:
    """Who wants how much: mostly somebody to whom nothing is refused, if there is one."""
    wishes = [((who + n) % BUYERS, units) for units in (quantity, 1) for n in range(BUYERS)]
    return next((wish for wish in wishes if at <= 8 and not why_not(*wish)), (who, quantity))


class Machine(RuleBasedStateMachine):
    """The model, the real thing, and everything that can be done to both."""

    # Set by the test: where it runs, and what empties its database.
    runner: asyncio.Runner
    database: postgres.Reused
    # What happened how often, in all examples together.
    happened: ClassVar[Counter[str]]

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
    @rule(what=st.deferred(happenings))
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
        self.model.happened["request repeated"] += 1
        return self.compare()

    @happens(10, at=number, way=ways)
    def somebody_pays(self, at: int, way: Way) -> None:
        if not self.model.orders:
            return self.does(self.deed("open", at, at % BUYERS, 1))
        return self.pays_anew(self.order(at, "PENDING_PAYMENT", without=self.being_paid()), way)

    @happens(2, at=number)
    def a_payment_is_repeated(self, at: int) -> None:
        if self.paid:
            order, key, way = one_of(self.paid, at)
            self.pays(order, key, Way(way.good, way.two_steps))

    # Stories: what seldom comes about by itself, told to the end.

    @happens(3, terms=offers, who=buyer, others=st.sampled_from([3, 2, 3, 1]), quantity=units)
    def a_team_grows(self, terms: dict[str, Any], who: int, others: int, quantity: int) -> None:
        """Somebody opens a team, if need be of a new offer, and others join, each for so many units; all pay."""
        there = self.open_to(who, quantity)
        if not there:
            self.an_offer_is_made({**terms, "opens": 0})
            there = self.open_to(who, quantity)
        if not there:
            return self.time_passes(1000)
        self.does(self.deeds.open(who, there[-1], quantity))
        self.pays_anew(len(self.model.orders) - 1, Way())
        return self.others_join(len(self.model.teams) - 1, others, quantity)

    def open_to(self, who: int, quantity: int) -> list[int]:
        return [n for n in range(len(self.model.offers)) if not self.model.why_not_open(who, n, quantity)]

    def others_join(self, team: int, others: int, quantity: int) -> None:
        for _ in range(others):
            willing = [who for who in range(BUYERS) if not self.model.why_not_join(who, team, quantity)]
            if not willing:
                return
            self.does(self.deeds.join(willing[-1], team, quantity))
            self.pays_anew(len(self.model.orders) - 1, Way())

    @happens(2, terms=offers, who=buyer, others=st.sampled_from([2, 3]))
    def a_leader_leaves(self, terms: dict[str, Any], who: int, others: int) -> None:
        """Others are there, where so many find place, and one of them leads from then on."""
        there = [n for n, team in enumerate(self.model.teams) if team.status == "OPEN" and not self.model.is_over(team)]
        if not there:
            return self.a_team_grows(terms, who, others, 1)
        team = max(there, key=lambda n: self.model.offers[self.model.teams[n].offer].largest)
        self.others_join(team, others + 1 - len(self.model.teams[team].members), 1)
        if self.model.teams[team].status == "OPEN":
            order = self.leaders_order(self.model.teams[team])
            self.does(self.deeds.cancel(order, self.model.orders[order].buyer))
        return None

    @happens(3, at=number, who=buyer, way=lost_ways, seconds=delays)
    def an_answer_stays_lost(self, at: int, who: int, way: Way, seconds: int) -> None:
        """Nobody asks again but the timer."""
        asked = self.being_paid()
        unpaid = [n for n, o in enumerate(self.model.orders) if self.model.can_be_paid(o) and n not in asked]
        if not unpaid:
            return self.somebody_does(("place", at, who, 1))
        self.pays_anew(one_of(unpaid, at), way)
        self.time_passes(seconds)
        return self.payments_are_reconciled([False])

    # The network.

    @happens(4, at=number, way=slow_ways)
    def somebody_begins_to_pay(self, at: int, way: Way) -> None:
        if len(self.calls) < 4:
            self.somebody_pays(at, way)

    @happens(4, at=number, way=slow_ways)
    def the_network_answers(self, at: int, way: Way) -> None:
        if not self.calls:
            return self.somebody_pays(at, way)
        at %= len(self.calls)
        call, task = self.calls.pop(at)
        codes = self.model.go_on(at)
        call.answered.set()
        self.model.happened["answered late"] += 1
        return self.agree("the network answers", codes, self.run(_result(task)))

    @happens(1, at=number, way=slow_ways)
    def a_client_hangs_up(self, at: int, way: Way) -> None:
        if not self.calls:
            self.somebody_pays(at, way)
        if not self.calls:
            return
        at %= len(self.calls)
        _, task = self.calls.pop(at)
        self.model.hang_up(at)
        task.cancel()
        self.run(_ended(task))
        self.model.happened["client hung up"] += 1
        self.compare()

    @happens(2, at=number, says=st.sampled_from([Outcome.CAPTURED, Outcome.DECLINED]), times=st.sampled_from([1, 2]))
    def a_notification_comes(self, at: int, says: Outcome, times: int) -> None:
        """Late, twice, overtaken: it may say what is not so, or not any more, and only makes us ask."""
        if not self.model.payments:
            return
        which = one_of(self.decided_elsewhere() or range(len(self.model.payments)), at)
        payment = self.run(payment_keys(self.ids, self.model))[which]
        background.notified(self.model, which)
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
        self.model.happened["forgery refused"] += 1
        self.compare()

    # Time, and what it brings.

    @happens(4, seconds=st.sampled_from([1, 1, 9, 31, 59, 59, 300, 600, 1000, 5000]))
    def time_passes(self, seconds: int) -> None:
        self.reacted([None])
        self.clock.move(seconds)
        self.model.now += seconds
        self.compare()

    @happens(5, timer=st.sampled_from(background.TIMERS))
    def a_timer_runs(self, timer: tuple[str, Any]) -> None:
        name, works = timer
        note(name)
        works(self.model)
        self.run(self.world.timers[name]())
        self.compare()

    @happens(2, silence=st.lists(st.booleans(), min_size=1, max_size=3))
    def payments_are_reconciled(self, silence: list[bool]) -> None:
        silent = [silence[n % len(silence)] for n in range(len(self.model.payments))]
        keys = self.run(payment_keys(self.ids, self.model))
        self.world.network.silent = {key for key, quiet in zip(keys, silent, strict=True) if quiet}
        background.reconcile(self.model, lambda n: silent[n])
        self.run(self.world.timers["payments.reconcile"]())
        self.world.network.silent = set()
        # They are asked about at once: whose money is told of first is paid first.
        self.model.captured.sort(key=self.run(captures_told(self.ids)).index)
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
            team = self.team(at)
            who, quantity = able(at, who, quantity, lambda one, units: model.why_not_join(one, team, units))
            return make.join(who, team, quantity)
        if kind == "fill" and model.teams:
            return make.fill(self.team(at))
        if kind in ("open", "join", "fill") or not model.orders:
            offer = one_of(range(len(model.offers)), at)
            who, quantity = able(at, who, quantity, lambda one, units: model.why_not_open(one, offer, units))
            return make.open(who, offer, quantity)
        return self.deed_on_order(kind, at)

    def deed_on_order(self, kind: str, at: int) -> Deed:
        model, make = self.model, self.deeds
        if kind == "leave":
            largest = max((team for team in model.teams if team.status == "OPEN"), key=_size, default=None)
            order = 0
            if largest is not None:
                order = largest.members[at % len(largest.members)] if at % 2 else self.leaders_order(largest)
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

    def leaders_order(self, team: Team) -> int:
        return next(order for order in team.members if self.model.orders[order].buyer == team.leader)

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
                self.model.happened["two done at once"] += all(outcomes[deed].code is None for deed in both)
                for deed in order:
                    self.remember(deed, outcomes[deed])
                return self.compare()
            unlike.append((answers, found, wanted))
        raise AssertionError(f"neither one after the other: {unlike}")

    def remember(self, deed: Deed, outcome: Outcomes) -> None:
        _name(self.ids, outcome)
        if deed.again and outcome.code is None:
            self.sent.append((deed, outcome))

    def pays_anew(self, order: int, way: Way) -> None:
        self.paid.append((order, self.deeds.key(), way))
        self.pays(*self.paid[-1])

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
        keys = self.run(refund_keys(self.ids, self.model.refunds))
        self.world.network.fates = {key: decided for key, refund in keys if (decided := of[id(refund)]) is not None}
        return lambda refund: of.get(id(refund))

    def decided_elsewhere(self) -> list[int]:
        """Payments of which the network knows more than we."""
        decided = ("CAPTURED", "DECLINED")
        return [n for n, p in enumerate(self.model.payments) if p.status == "PENDING" and p.charge in decided]

    def payment_key(self, at: int) -> str:
        return one_of(self.run(payment_keys(self.ids, self.model)), at)

    def agree(self, name: str, codes: Codes, outcome: Outcomes) -> None:
        note(f"{name}: {outcome.code or 'done'}")
        assert _agrees(codes, outcome), f"{name}: {outcome.code or 'done'} where {set(codes) or 'done'} was to be"
        self.compare()

    def compare(self) -> None:
        """What is there is what the model says, and nothing offends against an invariant."""
        found, wanted = self.run(seen(self.world, self.ids)), expected(self.model)
        assert found == wanted, unlike(found, wanted)
        offending = self.run(books.offending())
        assert offending == [], offending

    def teardown(self) -> None:
        """In the end all comes to rest, and the network's books are ours."""
        try:
            while self.calls:
                self.the_network_answers(0, Way())
            self._come_to_rest()
            self.happened.update(self.model.happened)
        finally:
            for _, task in self.calls:
                task.cancel()
            self._clock.__exit__(None, None, None)

    def _come_to_rest(self) -> None:
        bought = [n for n, order in enumerate(self.model.orders) if order.status == "CONFIRMED"]
        for order in bought[:1]:
            self.does(self.deeds.ship(order))
            self.does(self.deeds.receive(order, self.model.orders[order].buyer))
        for _ in range(4):
            self.time_passes(20_000)
            for timer in background.TIMERS:
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
