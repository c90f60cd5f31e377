"""What must be true of stock, seats, orders and money whatever happened: one query each, which finds what offends.

It reads the tables of every room of commerce, as no room alone can say whether they agree. Each query sees one instant,
and what one transaction leaves to the next (a payment just captured, a refund just done) has a minute to be finished.
"""

from datetime import timedelta
from typing import Final

import msgspec

from core import clock, db

UNFINISHED_FOR: Final = timedelta(minutes=1)


class Invariant(msgspec.Struct, frozen=True):
    """A statement that holds, and the query for (subject, detail) where it does not. $1, if used: a minute ago."""

    name: str
    says: str
    sql: str


class Violation(msgspec.Struct, frozen=True):
    """A row that offends against an invariant."""

    invariant: str
    subject: str
    detail: str


UNITS = (
    Invariant(
        "no_unit_oversold",
        "No variant holds more than its stock, no offer more than was set aside for it.",
        "SELECT 'variant ' || id, format('%s held of %s', held, stock) FROM variants"
        " WHERE held < 0 OR held > stock UNION ALL"
        " SELECT 'group-buy ' || id, format('%s held and %s sold of %s', held, sold, stock) FROM group_buys"
        " WHERE held < 0 OR sold < 0 OR held + sold > stock",
    ),
    Invariant(
        "held_units_are_promised",
        "A variant holds exactly what unpaid plain orders and unfinished offers were promised.",
        "SELECT 'variant ' || v.id, format('%s held, %s promised', v.held, coalesce(p.units, 0)) FROM variants v"
        " LEFT JOIN (SELECT variant_id, sum(units) AS units FROM ("
        " SELECT l.variant_id, l.quantity AS units FROM order_lines l JOIN orders o ON o.id = l.order_id"
        " WHERE o.kind = 'PLAIN' AND o.status = 'PENDING_PAYMENT' UNION ALL"
        " SELECT variant_id, stock - sold FROM group_buys WHERE phase <> 'CLOSED') promises"
        " GROUP BY variant_id) p ON p.variant_id = v.id WHERE v.held <> coalesce(p.units, 0)",
    ),
    Invariant(
        "offer_counters_are_their_seats",
        "An offer's units held and sold and its count of people are those of its seats.",
        "SELECT 'group-buy ' || g.id, format('held %s (%s), sold %s (%s), joined %s (%s)', g.held,"
        " coalesce(s.held, 0), g.sold, coalesce(s.sold, 0), g.joined_count, coalesce(s.people, 0)) FROM group_buys g"
        " LEFT JOIN (SELECT group_buy_id,"
        " sum(quantity) FILTER (WHERE status IN ('HELD', 'PAID')) AS held,"
        " sum(quantity) FILTER (WHERE status = 'CONFIRMED') AS sold,"
        " count(DISTINCT user_id) FILTER (WHERE status IN ('PAID', 'CONFIRMED')) AS people"
        " FROM seats GROUP BY group_buy_id) s ON s.group_buy_id = g.id"
        " WHERE (g.held, g.sold, g.joined_count) IS DISTINCT FROM"
        " (coalesce(s.held, 0)::int, coalesce(s.sold, 0)::int, coalesce(s.people, 0)::int)",
    ),
    Invariant(
        "nobody_has_more_than_their_limit",
        "Nobody has more units of an offer, failed teams not counted, than one person may buy.",
        "SELECT 'user ' || s.user_id, format('%s units of the group-buy %s', sum(s.quantity), g.id) FROM seats s"
        " JOIN group_buys g ON g.id = s.group_buy_id WHERE s.status IN ('HELD', 'PAID', 'CONFIRMED')"
        " GROUP BY s.user_id, g.id, g.per_user_limit HAVING sum(s.quantity) > g.per_user_limit",
    ),
)

SEATS = (
    Invariant(
        "every_open_seat_has_a_unit",
        "An offer counts the places that its unfinished teams can still give, and has a unit left for each.",
        "SELECT 'group-buy ' || g.id, format('%s open seats (%s) of %s units left', g.open_seats,"
        " coalesce(t.open, 0), g.stock - g.held - g.sold) FROM group_buys g LEFT JOIN (SELECT group_buy_id,"
        " sum(size - joined_count - held_count) AS open FROM teams WHERE status IN ('PENDING', 'OPEN')"
        " GROUP BY group_buy_id) t ON t.group_buy_id = g.id WHERE g.open_seats <> coalesce(t.open, 0)"
        " OR g.open_seats > g.stock - g.held - g.sold",
    ),
    Invariant(
        "team_counters_are_its_seats",
        "A team's counts of those who paid and of held places are those of its seats, and never exceed its size.",
        "SELECT 'team ' || t.id, format('%s joined (%s), %s held (%s) of %s', t.joined_count, coalesce(s.joined, 0),"
        " t.held_count, coalesce(s.held, 0), t.size) FROM teams t LEFT JOIN (SELECT team_id,"
        " count(*) FILTER (WHERE joined_sequence IS NOT NULL AND left_sequence IS NULL) AS joined,"
        " count(*) FILTER (WHERE status = 'HELD') AS held FROM seats GROUP BY team_id) s ON s.team_id = t.id"
        " WHERE t.joined_count <> coalesce(s.joined, 0) OR t.held_count <> coalesce(s.held, 0)"
        " OR t.joined_count + t.held_count > t.size",
    ),
    Invariant(
        "team_is_of_its_offers_size",
        "A team needs as many people as its offer says, less those the shop filled; it can have its largest tier's.",
        "SELECT 'team ' || t.id, format('%s to %s people, %s by its offer', t.size - t.spare_size, t.size, g.team_size)"
        " FROM teams t JOIN group_buys g ON g.id = t.group_buy_id"
        " WHERE t.size - t.spare_size + t.merchant_filled_count <> g.team_size"
        " OR t.size <> CASE t.merchant_filled_count WHEN 0 THEN coalesce((g.ladder -> -1 ->> 0)::int, g.team_size)"
        " ELSE t.joined_count END",
    ),
    Invariant(
        "one_live_seat_a_person",
        "Nobody holds two live seats in one team.",
        "SELECT 'user ' || user_id, format('%s seats in the team %s', count(*), team_id) FROM seats"
        " WHERE status IN ('HELD', 'PAID', 'CONFIRMED') GROUP BY user_id, team_id HAVING count(*) > 1",
    ),
    Invariant(
        "seat_fits_its_team",
        "A seat's state is one that its team's state allows.",
        "SELECT 'seat ' || s.id, format('%s in a team that is %s', s.status, t.status) FROM seats s"
        " JOIN teams t ON t.id = s.team_id WHERE s.group_buy_id <> t.group_buy_id OR CASE t.status"
        " WHEN 'PENDING' THEN s.status <> 'HELD' WHEN 'OPEN' THEN s.status = 'CONFIRMED'"
        " WHEN 'SUCCEEDED' THEN s.status IN ('HELD', 'PAID') ELSE s.status IN ('HELD', 'PAID', 'CONFIRMED') END",
    ),
    Invariant(
        "seat_fits_its_order",
        "A seat and the order that pays for it are in the same state, and every team order pays for one seat.",
        "SELECT 'seat ' || s.id, format('%s with an order that is %s', s.status, o.status) FROM seats s"
        " JOIN orders o ON o.id = s.order_id WHERE o.kind <> 'TEAM' OR o.buyer_id <> s.user_id OR NOT CASE s.status"
        " WHEN 'HELD' THEN o.status = 'PENDING_PAYMENT' WHEN 'RELEASED' THEN o.status = 'CANCELLED'"
        " WHEN 'PAID' THEN o.status = 'AWAITING_TEAM' WHEN 'CONFIRMED'"
        " THEN o.status IN ('CONFIRMED', 'SHIPPED', 'COMPLETED', 'REFUNDING', 'REFUNDED')"
        " ELSE o.status IN ('REFUNDING', 'REFUNDED') END UNION ALL"
        " SELECT 'order ' || o.id, 'pays for no seat' FROM orders o WHERE o.kind = 'TEAM'"
        " AND NOT EXISTS (SELECT FROM seats s WHERE s.order_id = o.id)",
    ),
    Invariant(
        "leader_is_a_member",
        "An open or successful team is led by one who has paid.",
        "SELECT 'team ' || t.id, 'its leader has no paid seat' FROM teams t WHERE t.status IN ('OPEN', 'SUCCEEDED')"
        " AND NOT EXISTS (SELECT FROM seats s WHERE s.team_id = t.id AND s.user_id = t.leader_id"
        " AND s.status IN ('PAID', 'CONFIRMED'))",
    ),
)

MONEY = (
    Invariant(
        "captured_payment_is_kept_or_refunded",
        "Every captured payment is matched by an order that goes on with what is left of it, or by refunds of all.",
        "SELECT 'payment ' || p.id, format('%s captured, %s refunded, its order %s', p.minor, p.refunding_minor,"
        " coalesce(o.status, 'missing')) FROM payments p LEFT JOIN orders o ON o.id = p.order_id"
        " WHERE p.status = 'CAPTURED' AND NOT (p.minor = coalesce(o.total_minor, 0) AND CASE coalesce(o.status, '')"
        " WHEN 'AWAITING_TEAM' THEN p.refunding_minor = 0 WHEN 'CONFIRMED' THEN p.refunding_minor < p.minor"
        " ELSE o.status IN ('SHIPPED', 'COMPLETED') END)"
        " AND (p.refunding_minor <> p.minor OR o.status NOT IN ('CANCELLED', 'REFUNDING', 'REFUNDED'))"
        " AND NOT (p.refunding_minor = 0 AND o.status IN ('PENDING_PAYMENT', 'CANCELLED') AND EXISTS ("
        " SELECT FROM ledger_postings l WHERE l.kind = 'payment_captured' AND l.source = p.id AND l.posted_at > $1))",
    ),
    Invariant(
        "paid_order_has_its_payment",
        "Every order past its payment has exactly one captured payment, of its total.",
        "SELECT 'order ' || o.id, format('%s, with %s captured payments', o.status, count(p.id)) FROM orders o"
        " LEFT JOIN payments p ON p.order_id = o.id AND p.status = 'CAPTURED' AND p.minor = o.total_minor"
        " AND p.currency = o.currency WHERE o.status NOT IN ('PENDING_PAYMENT', 'CANCELLED')"
        " GROUP BY o.id HAVING count(p.id) <> 1",
    ),
    Invariant(
        "refunds_are_counted",
        "What a payment gives back is the sum of its refunds, and an order counts those that are done.",
        "SELECT 'payment ' || p.id, format('%s to give back, refunds of %s', p.refunding_minor,"
        " coalesce(sum(r.minor), 0)) FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id"
        " GROUP BY p.id HAVING p.refunding_minor <> coalesce(sum(r.minor), 0) UNION ALL"
        " SELECT 'order ' || o.id, format('%s refunded, refunds of %s done', o.refunded_minor,"
        " coalesce(sum(r.minor), 0)) FROM orders o LEFT JOIN refunds r ON r.order_id = o.id AND r.status = 'DONE'"
        " AND r.done_at <= $1 GROUP BY o.id HAVING o.refunded_minor < coalesce(sum(r.minor), 0) UNION ALL"
        " SELECT 'order ' || o.id, format('%s refunded, refunds of %s done', o.refunded_minor,"
        " coalesce(sum(r.minor), 0)) FROM orders o LEFT JOIN refunds r ON r.order_id = o.id AND r.status = 'DONE'"
        " GROUP BY o.id HAVING o.refunded_minor > coalesce(sum(r.minor), 0)",
    ),
    Invariant(
        "everybody_pays_the_price_reached",
        "In a team that succeeded everybody got back what they had paid above the price of its tier, nobody else did.",
        "SELECT 'order ' || s.order_id, format('%s too much, %s given back', w.minor, coalesce(r.minor, 0))"
        " FROM seats s JOIN teams t ON t.id = s.team_id JOIN group_buys g ON g.id = t.group_buy_id CROSS JOIN LATERAL"
        " (SELECT CASE WHEN s.status = 'CONFIRMED' THEN s.quantity * (g.price_minor - coalesce((SELECT"
        " min((tier ->> 1)::bigint) FROM jsonb_array_elements(g.ladder) AS tier"
        " WHERE (tier ->> 0)::int <= t.joined_count), g.price_minor)) ELSE 0 END AS minor) w"
        " LEFT JOIN (SELECT order_id, sum(minor) AS minor FROM refunds WHERE reason = 'PRICE_TIER'"
        " GROUP BY order_id) r ON r.order_id = s.order_id WHERE w.minor <> coalesce(r.minor, 0)",
    ),
    Invariant(
        "ledger_balances",
        "The entries of every posting sum to zero in each currency.",
        "SELECT 'posting ' || p.id, format('%s %s: sums to %s', p.kind, p.source, coalesce(sum(e.minor), 0))"
        " FROM ledger_postings p LEFT JOIN ledger_entries e ON e.posting_id = p.id GROUP BY p.id, e.currency"
        " HAVING count(e.posting_id) = 0 OR sum(e.minor) <> 0",
    ),
    Invariant(
        "ledger_agrees_with_payments",
        "What lies in the ledger between buyers, shops and the platform is what payments, refunds, orders and"
        " payouts say.",
        "SELECT coalesce(b.account, x.account), format('%s in the ledger, %s by the books', coalesce(b.minor, 0),"
        " coalesce(x.minor, 0)) FROM (SELECT account, currency, sum(minor) AS minor FROM ledger_entries"
        " GROUP BY account, currency) b FULL JOIN (SELECT account, currency, sum(minor) AS minor FROM ("
        " SELECT 'provider:' || provider AS account, currency, -minor AS minor FROM payments"
        " WHERE status = 'CAPTURED' UNION ALL"
        " SELECT 'provider:' || provider, currency, minor FROM refunds WHERE status = 'DONE' UNION ALL"
        " SELECT 'refunds_due:' || order_id, currency, minor FROM refunds WHERE status <> 'DONE' UNION ALL"
        " SELECT 'in_flight:' || o.id, p.currency, p.minor - p.refunding_minor FROM payments p"
        " JOIN orders o ON o.id = p.order_id WHERE p.status = 'CAPTURED'"
        " AND o.status NOT IN ('CONFIRMED', 'SHIPPED', 'COMPLETED') UNION ALL"
        " SELECT 'shop:' || o.shop_id, p.currency, p.minor - p.refunding_minor FROM payments p"
        " JOIN orders o ON o.id = p.order_id WHERE p.status = 'CAPTURED'"
        " AND o.status IN ('CONFIRMED', 'SHIPPED', 'COMPLETED') UNION ALL"
        " SELECT 'shop:' || shop_id, currency, -minor FROM payouts UNION ALL"
        " SELECT 'platform', currency, commission_minor FROM payouts UNION ALL"
        " SELECT CASE status WHEN 'PAID' THEN 'paid_out' ELSE 'payouts_due:' || shop_id END, currency,"
        " minor - commission_minor FROM payouts) books GROUP BY account, currency) x"
        " ON x.account = b.account AND x.currency = b.currency WHERE coalesce(b.minor, 0) <> coalesce(x.minor, 0)",
    ),
)

INVARIANTS: Final = (*UNITS, *SEATS, *MONEY)


async def violations() -> list[Violation]:
    """Everything that offends now, by invariant; none is what there should be."""
    since = clock.now() - UNFINISHED_FOR
    found = []
    for invariant in INVARIANTS:
        given = (since,) if "$1" in invariant.sql else ()
        found += [Violation(invariant.name, *row) for row in await db.rows(invariant.sql, *given)]
    return found
