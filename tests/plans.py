"""What a statement reads: PostgreSQL's own account of it, for tests that hold a page to the cost of a page."""

from typing import Any

import orjson

from core import db
from core.unit_of_work import transaction


async def rows_read(statement: str, *args: object) -> int:
    """The most rows that any one step of a statement touches, planned as for a prepared statement that runs often."""
    async with transaction():
        await db.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        answer = await db.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *args)
    [explained] = orjson.loads(answer)
    return _most(explained["Plan"])


def _most(plan: dict[str, Any]) -> int:
    own = int(plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0))
    return max([own, *(_most(part) for part in plan.get("Plans", ()))])
