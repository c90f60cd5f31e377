"""What an operator can set, read once from the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_LOCAL = "http://127.0.0.1:8000"


class SettingsError(ValueError):
    """A setting that cannot be right, in one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Without a server's URL, its embedded twin runs in `data`."""

    data: Path = Path("data")
    database_url: str | None = None
    redis_url: str | None = None
    meili_url: str | None = None
    meili_key: str | None = None
    # A list of synonyms beside the project's own.
    synonyms: Path | None = None
    # Search by meaning, when all but the last are given: the API of a provider of vectors, its key and model, how many
    # numbers a vector of that model has, and from which cosine on texts are alike.
    embeddings_url: str | None = None
    embeddings_key: str | None = None
    embeddings_model: str | None = None
    embeddings_dimensions: int | None = None
    embeddings_floor: float = 0.5
    public_url: str = _LOCAL
    # Development conveniences: GraphiQL, field suggestions.
    debug: bool = True
    # Whether clients may ask for the schema itself; code generators need it.
    introspection: bool = True
    # Web pages of which origins may call; "*" is any. Nothing is at stake but reading: there are no cookies.
    cors_origins: tuple[str, ...] = ("*",)
    # Connections to PostgreSQL that one process may hold.
    pool_size: int = 10
    # What runs GraphQL operations: "breadth-first", or "graphql-core" itself.
    executor: str = "breadth-first"
    # Documents that clients may ask for by their hash, and whether those are all that is executed.
    persisted_documents: Path | None = None
    only_persisted: bool = False
    # Seconds for which caches may keep what anybody is answered to a persisted document asked for by GET.
    public_max_age: int = 0
    # Seconds that one query or mutation may take.
    operation_timeout: float = 10
    # Seconds in which a spent refresh token gives its successors once more.
    refresh_grace: float = 10
    # Operations that one websocket may have running.
    operations_per_socket: int = 100
    # Websockets that one public network address may hold in one process.
    sockets_per_address: int = 1000
    # Whether what people do is counted and refused when it is too often; wrong passwords and codes always are.
    rate_limits: bool = True
    # What the sandbox signs its notifications with; kept in `data` when not given.
    sandbox_secret: str | None = None
    # Sandbox payments capture without a payment network: in production only on purpose.
    sandbox_payments: bool = True
    # What goes wrong with the sandbox, for rehearsals, e.g. "delay=2,lost_answers=3".
    sandbox_faults: str = ""
    # Stripe takes payments when both secrets are given. Its address is another one in tests alone.
    stripe_secret_key: str | None = None
    stripe_webhook_secret: str | None = None
    stripe_api_base: str | None = None
    # The platform's share of a payout, in hundredths of a percent.
    commission_basis_points: int = 0

    @property
    def embedded(self) -> bool:
        """Whether this process must do the background work itself, as nobody else can reach all its parts."""
        return bool(self.missing_servers)

    @property
    def missing_servers(self) -> list[str]:
        """The variables that several processes would need to share everything."""
        servers = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url, "MEILI_URL": self.meili_url}
        return [name for name, url in servers.items() if url is None]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: object) -> "Settings":
        """Settings of the process; `given` (from the command line) wins over the environment. Raises SettingsError."""
        read = _Reader(environment)
        debug = read.flag("ZHONGCAO_DEBUG", True)
        persisted = environment.get("ZHONGCAO_PERSISTED_DOCUMENTS")
        synonyms = environment.get("ZHONGCAO_SYNONYMS")
        only_persisted = read.flag("ZHONGCAO_ONLY_PERSISTED", False)
        if only_persisted and not persisted:
            raise SettingsError("ZHONGCAO_ONLY_PERSISTED needs ZHONGCAO_PERSISTED_DOCUMENTS")
        values: dict[str, object] = {
            "data": Path(environment.get("ZHONGCAO_DATA") or "data"),
            "database_url": read.url("DATABASE_URL", "postgresql", "postgres"),
            "redis_url": read.url("REDIS_URL", "redis", "rediss", "unix"),
            "meili_url": read.url("MEILI_URL", "http", "https"),
            "meili_key": environment.get("MEILI_KEY") or None,
            "synonyms": Path(synonyms) if synonyms else None,
            **read.embeddings(),
            "public_url": (read.url("PUBLIC_URL", "http", "https") or _LOCAL).rstrip("/"),
            "debug": debug,
            "introspection": read.flag("ZHONGCAO_INTROSPECTION", debug),
            "cors_origins": read.words("ZHONGCAO_CORS_ORIGINS", ("*",) if debug else ()),
            "pool_size": read.number("ZHONGCAO_POOL_SIZE", 10, int),
            "executor": read.one_of("ZHONGCAO_EXECUTOR", "breadth-first", "graphql-core"),
            "persisted_documents": Path(persisted) if persisted else None,
            "only_persisted": only_persisted,
            "public_max_age": read.number("ZHONGCAO_PUBLIC_MAX_AGE", 0, int, zero=True),
            "operation_timeout": read.number("ZHONGCAO_OPERATION_TIMEOUT", 10, float),
            "refresh_grace": read.number("ZHONGCAO_REFRESH_GRACE", 10, float, zero=True),
            "operations_per_socket": read.number("ZHONGCAO_OPERATIONS_PER_SOCKET", 100, int),
            "sockets_per_address": read.number("ZHONGCAO_SOCKETS_PER_ADDRESS", 1000, int),
            "rate_limits": read.flag("ZHONGCAO_RATE_LIMITS", True),
            "sandbox_secret": environment.get("ZHONGCAO_SANDBOX_SECRET") or None,
            "sandbox_payments": read.flag("ZHONGCAO_SANDBOX_PAYMENTS", debug),
            "sandbox_faults": environment.get("ZHONGCAO_SANDBOX_FAULTS", ""),
            **read.together("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
            "stripe_api_base": read.url("STRIPE_API_BASE", "http", "https"),
            "commission_basis_points": read.basis_points("ZHONGCAO_COMMISSION_BPS"),
        }
        return cls(**{**values, **given})  # type: ignore[arg-type]


class _Reader:
    """Reads one variable at a time, and says which one is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def flag(self, name: str, default: bool) -> bool:
        text = self._environment.get(name, "").lower()
        if text not in ("", "0", "1", "false", "true"):
            raise SettingsError(f"{name} must be 1 or 0, not {text!r}")
        return text in ("1", "true") if text else default

    def number(self, name: str, default: float, kind: Callable[[str], float], *, zero: bool = False) -> float:
        text = self._environment.get(name, "")
        if not text:
            return default
        try:
            number = kind(text)
        except ValueError:
            number = -1
        if not (0 < number < float("inf") or (zero and number == 0)):
            raise SettingsError(f"{name} must be a number {'from 0 on' if zero else 'above 0'}, not {text!r}")
        return number

    def basis_points(self, name: str) -> int:
        text = self._environment.get(name) or "0"
        if not (text.isascii() and text.isdigit() and int(text) < 10_000):
            raise SettingsError(f"{name} must be 0 to 9999 hundredths of a percent, not {text!r}")
        return int(text)

    def one_of(self, name: str, default: str, *others: str) -> str:
        text = self._environment.get(name) or default
        if text not in (default, *others):
            raise SettingsError(f"{name} must be {' or '.join((default, *others))}, not {text!r}")
        return text

    def words(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        words = tuple(word.strip() for word in self._environment.get(name, "").split(",") if word.strip())
        return words or default

    def together(self, *names: str) -> dict[str, str | None]:
        """Variables of which none means anything without the others, by the names of their settings."""
        given = {name: self._environment.get(name) or None for name in names}
        missing = [name for name, text in given.items() if text is None]
        if missing and len(missing) < len(names):
            raise SettingsError(f"{missing[0]} is missing: {' and '.join(names)} are set together, or not at all")
        return {name.lower(): text for name, text in given.items()}

    def embeddings(self) -> dict[str, object]:
        prefix = "ZHONGCAO_EMBEDDINGS_"
        given = self.together(*(f"{prefix}{name}" for name in ("URL", "KEY", "MODEL", "DIMENSIONS")))
        floor = self.number(f"{prefix}FLOOR", 0.5, float)
        if floor >= 1:
            raise SettingsError(f"{prefix}FLOOR must be a cosine below 1, not {floor}")
        if None in given.values():
            return {}
        return {
            "embeddings_url": self.url(f"{prefix}URL", "http", "https"),
            "embeddings_key": given["zhongcao_embeddings_key"],
            "embeddings_model": given["zhongcao_embeddings_model"],
            "embeddings_dimensions": self.number(f"{prefix}DIMENSIONS", 0, int),
            "embeddings_floor": floor,
        }

    def url(self, name: str, *schemes: str) -> str | None:
        text = self._environment.get(name) or None
        if text is not None and text.partition("://")[0] not in schemes:
            raise SettingsError(f"{name} must be a URL that starts with {schemes[0]}://")
        return text
