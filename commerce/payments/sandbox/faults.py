"""The sandbox's switches: everything that goes wrong with real payment networks, to be had on demand."""

from typing import Self

import msgspec


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """How often each thing still has to go wrong, and how the network behaves meanwhile; no fault at first."""

    # Charges that are declined, whatever their token.
    declines: int = 0
    # Seconds that each call takes.
    delay: float = 0.0
    # Calls that get no answer: because they never arrived; of captures, because the answer was lost after it happened.
    lost_requests: int = 0
    lost_answers: int = 0
    # Authorisation and capture are two steps, as with cards; the first's answers, or the second's requests, get lost.
    two_steps: bool = False
    lost_authorisations: int = 0
    lost_captures: int = 0
    # Refunds that fail before anything happened, and refunds that happened and whose answer is lost.
    failing_refunds: int = 0
    lost_refund_answers: int = 0
    # Calls about certain charges or refunds that never arrive, by key.
    failing_keys: dict[str, int] = msgspec.field(default_factory=dict)
    # Whether the network tells of what it decided, how many seconds late, and which of its notifications are never
    # sent, sent twice, overtaken by those that follow, or accompanied by a stranger's that says the opposite.
    notifications: bool = False
    notification_delay: float = 0.0
    lost_notifications: int = 0
    duplicated_notifications: int = 0
    reordered_notifications: int = 0
    forged_notifications: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Switches as an operator writes them, e.g. "delay=2,lost_answers=3". Raises ValueError."""
        given = dict(word.strip().partition("=")[::2] for word in text.split(",") if word.strip())
        try:
            faults = msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None
        for name, value in msgspec.structs.asdict(faults).items():
            if isinstance(value, int | float) and not 0 <= value < float("inf"):
                raise ValueError(f"{name} must be 0 or more, not {value}")
        return faults

    def take(self, name: str) -> bool:
        """Whether this one goes wrong; there is one less to come then."""
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return left > 0

    def take_key(self, key: str) -> bool:
        """`take` of the calls about `key`."""
        left = self.failing_keys.get(key, 0)
        if left:
            self.failing_keys[key] = left - 1
        return left > 0
