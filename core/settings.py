"""What an operator can set, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Without a server's URL, its embedded twin runs in `data`."""

    data: Path = Path("data")
    database_url: str | None = None
    redis_url: str | None = None
    meili_url: str | None = None
    meili_key: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    # Development conveniences: GraphiQL, introspection, field suggestions.
    debug: bool = True
    # Connections to PostgreSQL that one process may hold.
    pool_size: int = 10
    # Sandbox payments capture without a payment network: refuse them where real money is expected.
    sandbox_payments: bool = True

    @property
    def embedded(self) -> bool:
        """Whether this process must do the background work itself, as nobody else can reach its parts."""
        return self.database_url is None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: object) -> "Settings":
        """Settings of the process; `given` (from the command line) wins over the environment."""
        values: dict[str, object] = {
            "database_url": environment.get("DATABASE_URL") or None,
            "redis_url": environment.get("REDIS_URL") or None,
            "meili_url": environment.get("MEILI_URL") or None,
            "meili_key": environment.get("MEILI_KEY") or None,
            "debug": environment.get("ZHONGCAO_DEBUG", "1") != "0",
            "pool_size": int(environment.get("ZHONGCAO_POOL_SIZE", "10")),
            "sandbox_payments": environment.get("ZHONGCAO_SANDBOX_PAYMENTS", "1") != "0",
        }
        if "PUBLIC_URL" in environment:
            values["public_url"] = environment["PUBLIC_URL"].rstrip("/")
        return cls(**{**values, **given})  # type: ignore[arg-type]
