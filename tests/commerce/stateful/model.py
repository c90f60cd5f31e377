"""What commerce should do, in the plainest words: one thing after another, no database, no lock, no event.

Every deed returns the codes with which it may be refused: none means that it is done. Where several reasons hold at
once any may be told. Refused deeds change nothing, but for payments that came too late, which are refunded.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.commerce.stateful.book import LIVE, Offer, Order, Payment, Refund, Seat, Team, Variant

HOLD, PAY_WITHIN = 600, 900
ASK_AFTER, ASK_AGAIN, CAPTURE_WITHIN = 10, 30, 120
STUCK_AFTER, LONGEST_WAIT = 8, 1800
PLACES = ("authorise", "authorised", "capture", "captured")
EARNED = ("CONFIRMED", "SHIPPED", "COMPLETED")

Codes = frozenset[str]
DONE: Codes = frozenset()


def refused(*codes: str) -> Codes:
    return frozenset(codes)


@dataclass(frozen=True)
class Way:
    """How a payment goes: the token, whether it takes two steps, and the call whose request or answer is lost."""

    good: bool = True
    two_steps: bool = False
    # One of PLACES: lost before or after it happened. None: nothing is.
    lost: str | None = None
    # One of PLACES: where the network takes its time.
    waits: str | None = None


@dataclass
class Waiting:
    """A payment on its way: where it is, and what the network said there."""

    payment: int
    way: Way
    place: str
    said: str | None = None


@dataclass
class Model:
    now: int = 0
    variants: list[Variant] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    # What was told and not yet reacted to.
    captured: list[int] = field(default_factory=list)
    requested: list[Refund] = field(default_factory=list)
    completed: list[Refund] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    # How often what happened, by which a run shows that it tried everything.
    happened: Counter[str] = field(default_factory=Counter)

    # What can be read off.

    def seats(self, offer: int) -> list[tuple[Order, Seat]]:
        return [(o, o.seat) for o in self.orders if o.seat and self.teams[o.seat.team].offer == offer]

    def seats_in(self, team: int, *statuses: str) -> list[int]:
        """The orders of a team's seats in certain states, by number."""
        return [n for n, o in enumerate(self.orders) if o.seat and o.seat.team == team and o.seat.status in statuses]

    def held(self, offer: int) -> int:
        return sum(seat.quantity for _, seat in self.seats(offer) if seat.status in ("HELD", "PAID"))

    def sold(self, offer: int) -> int:
        return sum(seat.quantity for _, seat in self.seats(offer) if seat.status == "CONFIRMED")

    def people(self, offer: int) -> int:
        return len({o.buyer for o, seat in self.seats(offer) if seat.status in ("PAID", "CONFIRMED")})

    def free(self, offer: int) -> int:
        terms = self.offers[offer]
        return 0 if terms.phase == "CLOSED" else terms.stock - self.held(offer) - self.sold(offer)

    def open_seats(self, offer: int) -> int:
        """Places that somebody may still take in the offer's teams."""
        there = [n for n, team in enumerate(self.teams) if team.offer == offer and team.status in ("PENDING", "OPEN")]
        return sum(self.offers[offer].largest - len(self.seats_in(n, "HELD", "PAID")) for n in there)

    def lowered(self, team: int) -> bool:
        """Whether those in a team reached a lower price together."""
        there = self.teams[team]
        offer = self.offers[there.offer]
        return offer.price_for(len(there.members)) < offer.price

    def promised(self, variant: int) -> int:
        """Units of a variant that unpaid plain orders and unfinished offers hold."""
        plain = [o for o in self.orders if o.seat is None and o.status == "PENDING_PAYMENT"]
        open_offers = [n for n, offer in enumerate(self.offers) if offer.variant == variant and offer.phase != "CLOSED"]
        return sum(units for o in plain for which, units in o.lines if which == variant) + sum(
            self.offers[n].stock - self.sold(n) for n in open_offers
        )

    def given_back(self, order: int) -> int:
        return sum(refund.minor for refund in self.refunds if refund.order == order)

    def is_over(self, team: Team) -> bool:
        end = self.offers[team.offer].ends if team.status == "PENDING" else team.expires
        return end is None or self.now >= end

    # Selling.

    def create_offer(self, offer: Offer) -> Codes:
        if offer.stock < offer.largest:
            return refused("INVALID")
        if self.variants[offer.variant].stock - self.promised(offer.variant) < offer.stock:
            return refused("OUT_OF_STOCK")
        self.offers.append(offer)
        self.happened["offer made"] += 1
        return DONE

    def fill(self, team: int) -> Codes:
        """The shop fills what an open team lacks."""
        there = self.teams[team]
        if there.expires is None:
            return refused("NOT_FOUND")
        if there.filled:
            return DONE
        if there.status != "OPEN" or self.is_over(there):
            return refused("TEAM_CLOSED")
        if len(there.members) >= self.offers[there.offer].size:
            return refused("WRONG_STATE")
        there.filled = True
        self.happened["team filled by its shop"] += 1
        self._succeed(team)
        return DONE

    def ship(self, order: int) -> Codes:
        o = self.orders[order]
        if o.status not in ("CONFIRMED", "SHIPPED"):
            return refused("WRONG_STATE")
        o.status = "SHIPPED"
        self.happened["shipped"] += 1
        return DONE

    def receive(self, order: int) -> Codes:
        o = self.orders[order]
        if o.status not in ("SHIPPED", "COMPLETED"):
            return refused("WRONG_STATE")
        o.status = "COMPLETED"
        self.happened["received"] += 1
        return DONE

    def give_back(self, order: int, minor: int) -> Codes:
        """The shop gives a part back, or all that is left."""
        o = self.orders[order]
        if o.status not in EARNED:
            return refused("WRONG_STATE")
        left = o.total - self.given_back(order)
        if minor > left:
            return refused("LIMIT_EXCEEDED")
        self.happened["given back by the shop"] += 1
        if o.status == "CONFIRMED" and minor == left:
            self._return(order, "SHOP")
        else:
            self._refund(order, minor, "SHOP")
        return DONE

    # Buying.

    def open(self, buyer: int, offer: int, quantity: int) -> Codes:
        terms, reasons = self.offers[offer], self.why_not_open(buyer, offer, quantity)
        if not reasons:
            self.teams.append(Team(offer, buyer))
            self.happened["team opened"] += 1
            self._take(buyer, len(self.teams) - 1, quantity, terms.ends)
        return frozenset(reasons)

    def why_not_open(self, buyer: int, offer: int, quantity: int) -> set[str]:
        terms = self.offers[offer]
        reasons = self._why_no_units(buyer, offer, quantity, terms.largest - 1)
        if self.now < terms.starts:
            reasons.add("NOT_STARTED")
        if self.now >= terms.ends:
            reasons.add("ENDED")
        return reasons

    def join(self, buyer: int, team: int, quantity: int) -> Codes:
        there, reasons = self.teams[team], self.why_not_join(buyer, team, quantity)
        if not reasons:
            assert there.expires is not None
            self.happened["team joined"] += 1
            self._take(buyer, team, quantity, there.expires)
        return frozenset(reasons)

    def why_not_join(self, buyer: int, team: int, quantity: int) -> set[str]:
        there = self.teams[team]
        mine = [n for n in self.seats_in(team, *LIVE) if self.orders[n].buyer == buyer]
        if there.expires is None and there.leader != buyer:
            return {"NOT_FOUND"}
        reasons = self._why_no_units(buyer, there.offer, quantity, -1)
        if there.status not in ("PENDING", "OPEN") or (there.expires is not None and self.now >= there.expires):
            reasons.add("TEAM_CLOSED")
        if mine:
            reasons.add("ALREADY_IN_TEAM")
        if len(self.seats_in(team, *LIVE)) >= self.offers[there.offer].largest:
            reasons.add("TEAM_FULL")
        return reasons

    def _why_no_units(self, buyer: int, offer: int, quantity: int, opened: int) -> set[str]:
        """With so many more seats open afterwards, each of which needs a unit."""
        mine = sum(s.quantity for o, s in self.seats(offer) if o.buyer == buyer and s.status in LIVE)
        limited = {"LIMIT_EXCEEDED"} if mine + quantity > self.offers[offer].limit else set()
        return limited | ({"OUT_OF_STOCK"} if self.free(offer) - quantity < self.open_seats(offer) + opened else set())

    def _take(self, buyer: int, team: int, quantity: int, end: int) -> None:
        offer = self.offers[self.teams[team].offer]
        until = min(self.now + HOLD, end)
        seat = Seat(team, quantity)
        self.orders.append(Order(buyer, offer.price * quantity, until, [(offer.variant, quantity)], seat))

    def place(self, buyer: int, variant: int, quantity: int) -> Codes:
        there = self.variants[variant]
        if there.stock - self.promised(variant) < quantity:
            return refused("OUT_OF_STOCK")
        until = self.now + PAY_WITHIN
        self.happened["order placed"] += 1
        self.orders.append(Order(buyer, there.price * quantity, until, [(variant, quantity)], None))
        return DONE

    def cancel(self, order: int) -> Codes:
        o = self.orders[order]
        if o.status == "PENDING_PAYMENT":
            self._close_unpaid(order)
        elif o.status == "CONFIRMED" and o.seat is not None and self.lowered(o.seat.team):
            return refused("WRONG_STATE")
        elif o.status == "CONFIRMED":
            self.happened["paid order cancelled"] += 1
            self._return(order, "CANCELLED")
        elif o.status == "AWAITING_TEAM":
            return self._leave(order)
        elif o.status in ("SHIPPED", "COMPLETED"):
            return refused("WRONG_STATE")
        return DONE

    def _leave(self, order: int) -> Codes:
        o = self.orders[order]
        assert o.seat is not None
        team = self.teams[o.seat.team]
        if self.is_over(team):
            return refused("TEAM_CLOSED")
        o.seat.status = "REFUNDING"
        team.members.remove(order)
        self._send_back(order, "LEFT_TEAM")
        if not team.members:
            self._fail(o.seat.team)
        elif team.leader == o.buyer:
            self.happened["leader left two or more" if len(team.members) > 1 else "leader left one"] += 1
            team.leader = self.orders[team.members[0]].buyer
        return DONE

    def _close_unpaid(self, order: int) -> None:
        o = self.orders[order]
        o.status, o.pay_by = "CANCELLED", None
        if o.seat is not None:
            o.seat.status = "RELEASED"
            self.happened["seat released"] += 1
            if self.teams[o.seat.team].status == "PENDING":
                self.teams[o.seat.team].status = "FAILED"

    # Teams.

    def _end(self, team: int) -> None:
        """Its deadline has passed."""
        there = self.teams[team]
        if len(there.members) >= self.offers[there.offer].size:
            self._succeed(team)
        else:
            self._fail(team)

    def _succeed(self, team: int) -> None:
        there = self.teams[team]
        offer = self.offers[there.offer]
        there.status = "SUCCEEDED"
        self.happened["team succeeded"] += 1
        too_much = offer.price - offer.price_for(len(there.members))
        for order in self.seats_in(team, "HELD"):
            self._close_unpaid(order)
        for order in there.members:
            o = self.orders[order]
            assert o.seat is not None
            o.seat.status, o.status = "CONFIRMED", "CONFIRMED"
            self.variants[offer.variant].stock -= o.seat.quantity
            if too_much:
                self.happened[f"tier reached with {o.seat.quantity} units"] += 1
                self._refund(order, too_much * o.seat.quantity, "PRICE_TIER")

    def _fail(self, team: int) -> None:
        self.teams[team].status = "FAILED"
        self.happened["team failed"] += 1
        for order in self.seats_in(team, "HELD"):
            self._close_unpaid(order)
        for order in self.teams[team].members:
            seat = self.orders[order].seat
            assert seat is not None
            seat.status = "REFUNDING"
            self._send_back(order, "TEAM_FAILED")

    # Money.

    def pay(self, order: int, key: str, way: Way) -> Codes | None:
        """None while the network is waited for: `go_on` tells what comes of it then."""
        o = self.orders[order]
        number = next((n for n, p in enumerate(self.payments) if p.order == order and p.key == key), None)
        live = [p for p in self.payments if p.order == order and p.status != "DECLINED"]
        if number is None:
            if not self.can_be_paid(o):
                return self._why_no_payment(o)
            if live:
                return refused("CONFLICT" if live[0].status == "PENDING" else "WRONG_STATE")
            self.payments.append(Payment(order, key, o.total, self.now, self.now + ASK_AFTER))
            number = len(self.payments) - 1
        payment = self.payments[number]
        if payment.status == "CAPTURED":
            return self._settle(order)
        if not self.can_be_paid(o):
            if payment.status == "PENDING" and self._closed(payment) == "CAPTURED":
                return self._record_and_settle(number, "CAPTURED")
            self._record(number, "DECLINED")
            return self._why_no_payment(o)
        if payment.status == "DECLINED":
            return refused("PAYMENT_DECLINED")
        return self._arrive(Waiting(number, way, "authorise"))

    def go_on(self, waiting: int) -> Codes:
        """The network answers, or its answer is lost; nothing else is waited for."""
        there = self.waiting.pop(waiting)
        codes = self._leave_place(there)
        assert codes is not None
        return codes

    def hang_up(self, waiting: int) -> None:
        """Whoever waits for an answer goes away."""
        del self.waiting[waiting]

    def _arrive(self, there: Waiting) -> Codes | None:
        """Does what happens at a place on the way to the money and back."""
        payment = self.payments[there.payment]
        if there.place == "authorised" and payment.charge is None:
            payment.charge = "DECLINED" if not there.way.good else "AUTHORISED" if there.way.two_steps else "CAPTURED"
        if there.place == "captured" and payment.charge == "AUTHORISED":
            payment.charge = "CAPTURED"
        there.said = payment.charge
        if there.way.waits == there.place:
            self.waiting.append(there)
            return None
        return self._leave_place(there)

    def _leave_place(self, there: Waiting) -> Codes | None:
        if there.way.lost == there.place:
            return refused("CONFLICT")
        if there.place == "captured" or (there.place == "authorised" and there.said != "AUTHORISED"):
            assert there.said is not None
            return self._record_and_settle(there.payment, there.said)
        return self._arrive(Waiting(there.payment, there.way, PLACES[PLACES.index(there.place) + 1]))

    def can_be_paid(self, o: Order) -> bool:
        return o.status == "PENDING_PAYMENT" and o.pay_by is not None and self.now < o.pay_by

    def _why_no_payment(self, o: Order) -> Codes:
        if o.status not in ("PENDING_PAYMENT", "CANCELLED"):
            return refused("WRONG_STATE")
        if o.seat is not None:
            return refused("SEAT_EXPIRED")
        return refused("WRONG_STATE" if o.status == "CANCELLED" else "ENDED")

    def _closed(self, payment: Payment) -> str:
        """What the network says of a charge that is to end: whatever was not captured is declined for good."""
        if payment.charge != "CAPTURED":
            payment.charge = "DECLINED"
        return payment.charge

    def _record(self, number: int, outcome: str) -> None:
        payment = self.payments[number]
        if payment.status == "PENDING":
            payment.status = outcome
            self.happened[f"payment {outcome.lower()}"] += 1
            if outcome == "CAPTURED":
                self.captured.append(payment.order)

    def _record_and_settle(self, number: int, outcome: str) -> Codes:
        self._record(number, outcome)
        return refused("PAYMENT_DECLINED") if outcome == "DECLINED" else self._settle(self.payments[number].order)

    def _settle(self, order: int) -> Codes:
        o = self.orders[order]
        if o.status == "PENDING_PAYMENT" and o.seat is not None and self.is_over(self.teams[o.seat.team]):
            if self.teams[o.seat.team].status == "OPEN":
                self._end(o.seat.team)
            else:
                self._close_unpaid(order)
        if o.status == "PENDING_PAYMENT":
            self._paid(order)
            return DONE
        if o.status != "CANCELLED":
            return DONE
        left = o.total - self.given_back(order)
        if left:
            self._refund(order, left, "PAID_TOO_LATE")
        return refused("ENDED") if o.seat is None else refused("SEAT_EXPIRED", "TEAM_CLOSED")

    def _paid(self, order: int) -> None:
        o = self.orders[order]
        o.pay_by = None
        if o.seat is None:
            o.status = "CONFIRMED"
            for variant, units in o.lines:
                self.variants[variant].stock -= units
            return
        o.status, o.seat.status = "AWAITING_TEAM", "PAID"
        team = self.teams[o.seat.team]
        offer = self.offers[team.offer]
        team.members.append(order)
        if team.status == "PENDING":
            team.status, team.expires = "OPEN", self.now + offer.ttl
        if len(team.members) == offer.largest:
            self._succeed(o.seat.team)

    def _return(self, order: int, reason: str) -> None:
        """An order that was not shipped goes back whole, and its units are on sale again."""
        for variant, units in self.orders[order].lines:
            self.variants[variant].stock += units
        self._send_back(order, reason)

    def _send_back(self, order: int, reason: str) -> None:
        self.orders[order].status = "REFUNDING"
        self._refund(order, self.orders[order].total - self.given_back(order), reason)

    def _refund(self, order: int, minor: int, reason: str) -> None:
        [payment] = [n for n, p in enumerate(self.payments) if p.order == order and p.status == "CAPTURED"]
        self.happened[f"refund {reason}"] += 1
        refund = Refund(order, payment, minor, reason, self.now)
        self.refunds.append(refund)
        self.requested.append(refund)
