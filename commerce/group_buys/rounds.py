"""A round: what is decided about one offer under one lock. Pure: it reads nothing, and says what is to be written.

Requests are decided in the order of their arrival, each on what those before it left. Any number of them is then
written by a handful of statements.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from commerce.group_buys import rules
from commerce.group_buys.errors import SeatExpired, TeamClosed
from commerce.group_buys.events import TeamEventKind
from commerce.group_buys.records import GroupBuy, Seat, TakenSeat, Team
from commerce.orders import Address, Allowance, DraftOrder, NewLine, Order
from commerce.orders import actions as order_actions
from core.errors import Conflict, NotFound, Refusal
from core.ids import new_id

_MEMBERS = ("PAID", "CONFIRMED")


class Taking(msgspec.Struct, frozen=True):
    """Somebody wants a seat: in a team, or (None) a new team's first. `fingerprint` makes asking twice the same."""

    buyer_id: UUID
    team_id: UUID | None
    quantity: int
    address: Address | None
    key: str
    fingerprint: str
    allowance: Allowance | None = None


class Settling(msgspec.Struct, frozen=True):
    """A seat's order was paid: by a payment that is still to be recorded as captured, if one is named."""

    order_id: UUID
    payment_id: UUID | None = None


class Settled(msgspec.Struct, frozen=True):
    """The seat is paid; or why the payment, which came too late, is on its way back."""

    refusal: Refusal | None = None


Request = Taking | Settling
Answer = TakenSeat | Settled
# Orders by their buyer and the key of the request that made them, with its fingerprint.
Made = Mapping[tuple[UUID, str], tuple[str, Order]]


class Known(msgspec.Struct, frozen=True):
    """What a round needs to know, as it is under the offer's lock.

    `seats` by their orders: all that are asked for, and the live ones of everybody who asks for one or has paid for
    one; `teams`: theirs, and those to be joined. `made` before under the same keys, about this offer or something else.
    `units`: what has been paid for in each team that this round can complete.
    """

    group_buy: GroupBuy
    teams: Mapping[UUID, Team]
    seats: Mapping[UUID, Seat]
    made: Made
    units: Mapping[UUID, int]


class Step(msgspec.Struct, frozen=True):
    """What is to be told: a team's step and the offer's, as of then."""

    kind: TeamEventKind
    team: Team
    group_buy: GroupBuy


class Round:
    """Decides requests on what is known, and holds what they change."""

    def __init__(self, known: Known, now: datetime) -> None:
        self.known = known
        self.now = now
        self.group_buy = known.group_buy
        self.teams = dict(known.teams)
        self.drafts: list[DraftOrder] = []
        self.taken: list[Seat] = []
        self.paid: list[Seat] = []
        self.sold = 0
        self.late: list[UUID] = []
        self.steps: list[Step] = []
        self._seats = dict(known.seats)
        self._units = dict(known.units)
        self._of_person: dict[UUID, dict[UUID, Seat]] = {}
        for seat in known.seats.values():
            self._keep(seat)
        self._given = {key: (fingerprint, _before(known, order)) for key, (fingerprint, order) in known.made.items()}

    @property
    def changed_teams(self) -> list[tuple[Team, Team]]:
        """Each team that was there and is another now: before and after."""
        return [(team, self.teams[team.id]) for team in self.known.teams.values() if self.teams[team.id] is not team]

    @property
    def new_teams(self) -> list[Team]:
        return [team for team in self.teams.values() if team.id not in self.known.teams]

    @property
    def succeeded(self) -> list[Team]:
        """The teams that this round completed."""
        return [step.team for step in self.steps if step.kind == "SUCCEEDED"]

    def decide(self, request: Request) -> Answer | Refusal:
        """The answer to one request; a refused one changes nothing."""
        try:
            return self._take(request) if isinstance(request, Taking) else self._settle(request)
        except Refusal as refusal:
            return refusal

    def _take(self, wish: Taking) -> TakenSeat:
        key = (wish.buyer_id, wish.key)
        if key in self._given:
            fingerprint, before = self._given[key]
            if fingerprint != wish.fingerprint or before is None:
                raise Conflict("idempotency_key")
            return before
        if reason := self._why_not(wish):
            raise reason
        taken = self._hold(wish)
        self._given[key] = (wish.fingerprint, taken)
        return taken

    def _why_not(self, wish: Taking) -> Refusal | None:
        mine = [seat for seat in self._of_person.get(wish.buyer_id, {}).values() if seat.status in rules.LIVE]
        team = None if wish.team_id is None else self.teams.get(wish.team_id)
        standing = rules.Standing(
            self.group_buy,
            team,
            any(seat.team_id == wish.team_id for seat in mine),
            sum(seat.quantity for seat in mine),
        )
        if wish.team_id is None:
            return rules.why_not_open(standing, wish.quantity, self.now)
        return rules.why_not_join(standing, wish.buyer_id, wish.quantity, self.now)

    def _hold(self, wish: Taking) -> TakenSeat:
        before = self._new_team(wish.buyer_id) if wish.team_id is None else self.teams[wish.team_id]
        end = self.group_buy.ends_at if wish.team_id is None else before.expires_at
        assert end is not None
        held_until = rules.held_until(self.now, end)
        made = self._draft(wish, held_until)
        team = msgspec.structs.replace(before, held_count=before.held_count + 1)
        seat = Seat(
            id=new_id(),
            team_id=team.id,
            group_buy_id=team.group_buy_id,
            user_id=wish.buyer_id,
            order_id=made.order.id,
            quantity=wish.quantity,
            status="HELD",
            held_until=held_until,
            paid_at=None,
            joined_sequence=None,
            left_sequence=None,
        )
        # Of a new team all other places are open now; of another one, one less.
        opened = team.untaken if wish.team_id is None else -1
        self.group_buy = msgspec.structs.replace(
            self.group_buy,
            held=self.group_buy.held + wish.quantity,
            open_seats=self.group_buy.open_seats + opened,
        )
        self.teams[team.id] = team
        self.drafts.append(made)
        self.taken.append(seat)
        self._keep(seat)
        return TakenSeat(seat, team, made.order)

    def _draft(self, wish: Taking, pay_by: datetime) -> DraftOrder:
        offer = self.group_buy
        return order_actions.draft(
            wish.buyer_id,
            offer.shop_id,
            "TEAM",
            [NewLine(offer.variant_id, offer.title, wish.quantity, offer.price_minor)],
            offer.currency,
            pay_by,
            wish.address,
            wish.key,
            wish.fingerprint,
            wish.allowance,
            now=self.now,
        )

    def _new_team(self, leader_id: UUID) -> Team:
        return Team(
            id=new_id(),
            group_buy_id=self.group_buy.id,
            leader_id=leader_id,
            size=self.group_buy.largest_team,
            spare_size=self.group_buy.largest_team - self.group_buy.team_size,
            joined_count=0,
            held_count=0,
            status="PENDING",
            opened_at=None,
            expires_at=None,
            closed_at=None,
            sequence=0,
        )

    def _settle(self, request: Settling) -> Settled:
        seat = self._seats.get(request.order_id)
        if seat is None:
            raise NotFound("order_id")
        if seat.status == "HELD":
            self._pay(seat)
            return Settled()
        if seat.status != "RELEASED":
            return Settled()
        self.late.append(seat.order_id)
        team = self.teams[seat.team_id]
        closed = team.opened_at is not None and team.closed_at is not None
        return Settled(TeamClosed() if closed else SeatExpired())

    def _pay(self, seat: Seat) -> None:
        """HELD → PAID, with which the team goes from PENDING to OPEN, or grows, or succeeds."""
        before = self.teams[seat.team_id]
        full = before.joined_count + 1 == before.size
        team = msgspec.structs.replace(
            before,
            joined_count=before.joined_count + 1,
            held_count=before.held_count - 1,
            sequence=before.sequence + 1,
            status="SUCCEEDED" if full else "OPEN",
            opened_at=before.opened_at or self.now,
            expires_at=before.expires_at or self.now + timedelta(seconds=self.group_buy.team_ttl_seconds),
            closed_at=self.now if full else None,
        )
        counts = not any(
            other.team_id != team.id and other.status in _MEMBERS for other in self._of_person[seat.user_id].values()
        )
        self.group_buy = msgspec.structs.replace(
            self.group_buy,
            joined_count=self.group_buy.joined_count + counts,
            sequence=self.group_buy.sequence + 1,
        )
        self.teams[team.id] = team
        self._units[team.id] = self._units.get(team.id, 0) + seat.quantity
        paid = msgspec.structs.replace(
            seat, status="PAID", held_until=None, paid_at=self.now, joined_sequence=team.sequence
        )
        self.paid.append(paid)
        self._keep(paid)
        if full:
            self._sell(self._units[team.id])
        kind: TeamEventKind = "SUCCEEDED" if full else "OPENED" if before.status == "PENDING" else "JOINED"
        self.steps.append(Step(kind, team, self.group_buy))

    def _sell(self, units: int) -> None:
        offer = self.group_buy
        self.sold += units
        self.group_buy = msgspec.structs.replace(offer, held=offer.held - units, sold=offer.sold + units)

    def _keep(self, seat: Seat) -> None:
        self._seats[seat.order_id] = seat
        self._of_person.setdefault(seat.user_id, {})[seat.id] = seat


def _before(known: Known, order: Order) -> TakenSeat | None:
    """What the request that made an order was given; None when it was about something else."""
    seat = known.seats.get(order.id)
    return None if seat is None else TakenSeat(seat, known.teams[seat.team_id], order)


def overdue(known: Known, requests: Iterable[Request], now: datetime) -> list[tuple[Team, Seat]]:
    """The held seats among those just paid for that the timers would release in a moment: their teams are over."""
    seats = [known.seats.get(request.order_id) for request in requests if isinstance(request, Settling)]
    held = {seat.id: (known.teams[seat.team_id], seat) for seat in seats if seat is not None and seat.status == "HELD"}
    return [(team, seat) for team, seat in held.values() if rules.is_over(known.group_buy, team, now)]
