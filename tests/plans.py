"""What a statement reads: PostgreSQL's own account of it, for tests that hold a page to the cost of a page."""

from typing import Any

import orjson

from core import db
from core.unit_of_work import transaction


async def rows_read(statement: str, *arguments: str) -> int:
    """The most rows that any one step of a prepared statement touches, planned for these arguments or for any.

    `arguments` are SQL, e.g. "21".
    """
    return max([await _planned(mode, statement, arguments) for mode in ("force_custom_plan", "force_generic_plan")])


async def _planned(mode: str, statement: str, arguments: tuple[str, ...]) -> int:
    async with transaction():
        await db.execute(f"SET LOCAL plan_cache_mode = {mode}")
        await db.execute(f"PREPARE probe AS {statement}")
        answer = await db.value(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE probe ({', '.join(arguments)})")
        await db.execute("DEALLOCATE probe")
    [explained] = orjson.loads(answer)
    return _most(explained["Plan"])


def _most(plan: dict[str, Any]) -> int:
    own = int(plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0))
    return max([own, *(_most(part) for part in plan.get("Plans", ()))])
