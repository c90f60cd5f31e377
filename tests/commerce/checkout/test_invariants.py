"""Every invariant can fail: a row spoilt behind the rules' back is found, by its name."""

from uuid import UUID

import pytest

from commerce.checkout import invariants
from commerce.group_buys import TakenSeat, actions
from commerce.payments import Outcome
from commerce.payments import actions as payments
from core import db
from core.clock import MovableClock
from tests.factories import group_buys as factory

pytestmark = pytest.mark.usefixtures("database")

_UNITS = "ALTER TABLE group_buys DROP CONSTRAINT group_buys_units"
_ONE_EACH = "DROP INDEX seats_one_a_person"
_LEDGER = "ALTER TABLE ledger_entries DISABLE TRIGGER ALL; ALTER TABLE ledger_postings DISABLE TRIGGER ALL"


async def world() -> dict[str, TakenSeat]:
    """A bit of everything: a team that succeeded, an open one with a held seat, and a member who left."""
    offer = await factory.offer(stock=20, team_size=3, per_user_limit=2)
    leader = await factory.opened(offer)
    done = [leader, await factory.joined(leader.team), await factory.joined(leader.team)]
    growing = await factory.opened(offer)
    gone = await factory.joined(growing.team)
    await actions.leave(gone.order.id)
    held = await factory.joining(growing.team)
    assert await invariants.violations() == []
    return {"confirmed": done[0], "paid": growing, "gone": gone, "held": held}


async def spoil(*statements: str, **places: UUID) -> set[tuple[str, str]]:
    """Runs SQL with :names for ids; the invariants that are offended now, each with its subject."""
    for statement in statements:
        for name, identity in places.items():
            statement = statement.replace(f":{name}", f"'{identity}'")
        for part in statement.split(";"):
            await db.execute(part)
    return {(found.invariant, found.subject) for found in await invariants.violations()}


CASES = {
    "no_unit_oversold": (_UNITS, "UPDATE group_buys SET sold = 21"),
    "held_units_are_promised": ("UPDATE variants SET held = held - 1",),
    "offer_counters_are_their_seats": ("UPDATE group_buys SET held = held + 1",),
    "nobody_has_more_than_their_limit": ("UPDATE group_buys SET per_user_limit = 1; UPDATE seats SET quantity = 2",),
    "every_open_seat_has_a_unit": ("UPDATE group_buys SET open_seats = open_seats + 1",),
    "team_counters_are_its_seats": ("UPDATE teams SET held_count = 0 WHERE id = :open",),
    "team_is_of_its_offers_size": ("UPDATE teams SET size = 4 WHERE id = :open",),
    "one_live_seat_a_person": (_ONE_EACH, "UPDATE seats SET user_id = :leader WHERE id = :held"),
    "seat_fits_its_team": ("UPDATE seats SET status = 'PAID' WHERE id = :confirmed",),
    "seat_fits_its_order": ("UPDATE orders SET status = 'CANCELLED' WHERE id = :held_order",),
    "leader_is_a_member": ("UPDATE teams SET leader_id = :stranger WHERE id = :open",),
    "captured_payment_is_kept_or_refunded": ("UPDATE orders SET status = 'CANCELLED' WHERE id = :paid_order",),
    "paid_order_has_its_payment": ("UPDATE payments SET minor = minor - 1 WHERE order_id = :paid_order",),
    "refunds_are_counted": ("UPDATE refunds SET minor = minor - 1",),
    "everybody_pays_the_price_reached": ("""UPDATE group_buys SET ladder = '[[3, 8900]]'""",),
    "ledger_balances": (_LEDGER, "UPDATE ledger_entries SET minor = minor + 1 WHERE account LIKE 'shop:%'"),
    "ledger_agrees_with_payments": (
        _LEDGER,
        "UPDATE ledger_entries SET account = 'shop:nobody' WHERE account LIKE 'shop:%'",
    ),
}


class TestViolations:
    @pytest.mark.parametrize("name", [invariant.name for invariant in invariants.INVARIANTS])
    async def test_each_finds_what_offends(self, name: str, moving_clock: MovableClock) -> None:
        made = await world()
        moving_clock.move(90)
        found = await spoil(
            *CASES[name],
            open=made["paid"].team.id,
            leader=made["paid"].seat.user_id,
            stranger=made["gone"].seat.user_id,
            held_order=made["held"].order.id,
            held=made["held"].seat.id,
            confirmed=made["confirmed"].seat.id,
            paid_order=made["paid"].order.id,
        )
        assert name in {invariant for invariant, _ in found}

    async def test_they_name_the_offending_row(self) -> None:
        made = await world()
        await spoil("UPDATE teams SET held_count = 0 WHERE id = :open", open=made["paid"].team.id)
        [found] = [one for one in await invariants.violations() if one.invariant == "team_counters_are_its_seats"]
        assert found.subject == f"team {made['paid'].team.id}"
        assert found.detail == "1 joined (1), 0 held (1) of 3"

    async def test_a_payment_just_captured_has_a_minute_to_be_settled(self, moving_clock: MovableClock) -> None:
        made = await world()
        await factory.captured(made["held"])
        assert await invariants.violations() == []
        moving_clock.move(61)
        assert [found.invariant for found in await invariants.violations()] == ["captured_payment_is_kept_or_refunded"]
        await actions.settle_payment(made["held"].order.id)
        assert await invariants.violations() == []

    async def test_a_payment_that_was_begun_long_ago_has_its_minute_from_its_capture(
        self, moving_clock: MovableClock
    ) -> None:
        order = (await world())["held"].order
        payment = await payments.begin(order.id, order.buyer_id, "SANDBOX", order.total, "钥匙", "")
        moving_clock.move(90)
        await payments.record_outcome(payment.id, Outcome.CAPTURED)
        assert await invariants.violations() == []

    def test_each_says_what_it_is_for(self) -> None:
        names = [invariant.name for invariant in invariants.INVARIANTS]
        assert len(set(names)) == len(names) == len(CASES)
        assert all(invariant.says.endswith(".") for invariant in invariants.INVARIANTS)
