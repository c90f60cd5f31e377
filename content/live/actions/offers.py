"""What becomes of the group-buys on a stream's table."""

from commerce.group_buys import GroupBuy, Team
from commerce.group_buys import queries as group_buy_queries
from content.live.actions import steps
from content.live.events import LiveGroupBuyChanged
from core import db
from core.unit_of_work import action


@action
async def tell_group_buy(group_buy: GroupBuy, team: Team | None) -> None:
    """Tells the viewers of each live stream that lists a group-buy what became of it; records LiveGroupBuyChanged."""
    rows = await db.rows(
        "SELECT s.id FROM live_streams s JOIN live_listings l ON l.live_stream_id = s.id"
        " WHERE l.group_buy_id = $1 AND l.on_air AND s.status = 'LIVE' ORDER BY s.id FOR UPDATE OF s",
        group_buy.id,
    )
    if not rows:
        return
    told = await db.execute(
        "UPDATE live_listings SET told_sequence = $3 WHERE group_buy_id = $1 AND live_stream_id = ANY($2)"
        " AND on_air AND told_sequence < $3",
        group_buy.id,
        [row["id"] for row in rows],
        group_buy.sequence,
    )
    if told < len(rows):
        # Another worker was faster with later news: say how things are now, not how they were.
        group_buy, team = await _as_of_now(group_buy, team)
    advanced = await db.rows(
        "UPDATE live_streams SET sequence = sequence + 1 WHERE id = ANY($1) RETURNING id, sequence",
        [row["id"] for row in rows],
    )
    for stream_id, sequence in advanced:
        steps.tell(stream_id, sequence, LiveGroupBuyChanged(live_stream_id=stream_id, group_buy=group_buy, team=team))


async def _as_of_now(group_buy: GroupBuy, team: Team | None) -> tuple[GroupBuy, Team | None]:
    [offer] = await group_buy_queries.by_ids([group_buy.id])
    [now] = [team] if team is None else await group_buy_queries.teams_by_ids(team.leader_id, [team.id])
    return offer or group_buy, now or team
