"""What the sandbox tells of its own accord: signed, and, by its switches, late, twice, overtaken, never, or forged."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

import msgspec

from commerce.payments.provider import NotAuthenticError, Outcome
from commerce.payments.sandbox.faults import Faults
from core import clock

# How far the clock of a signature may be from ours: whoever records a notification cannot send it again after that.
TOLERANCE: Final = timedelta(minutes=5)
# One that is overtaken leaves so much later.
_OVERTAKEN: Final = timedelta(seconds=2)
_SIGNATURE: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
_STRANGER: Final = b"a stranger's secret"


class _Notification(msgspec.Struct):
    key: str
    outcome: str


class _Waiting(msgspec.Struct, frozen=True):
    due_at: datetime
    body: bytes
    secret: bytes


def body_of(key: str, outcome: Outcome) -> bytes:
    """What a notification says."""
    return msgspec.json.encode(_Notification(key, outcome.value))


def sign(secret: bytes, body: bytes, at: datetime) -> str:
    """A signature of the body and of the second in which it was made."""
    stamp = int(at.timestamp())
    return f"t={stamp},v1={_digest(secret, stamp, body)}"


def key_in(secret: bytes, body: bytes, signature: str) -> str | None:
    """The charge that a notification is about; None for none. Raises NotAuthenticError."""
    found = _SIGNATURE.fullmatch(signature)
    if found is None:
        raise NotAuthenticError("no signature")
    stamp = int(found[1])
    if not hmac.compare_digest(_digest(secret, stamp, body), found[2]):
        raise NotAuthenticError("another's signature")
    if abs(clock.now().timestamp() - stamp) > TOLERANCE.total_seconds():
        raise NotAuthenticError("a signature of another time")
    try:
        return msgspec.json.decode(body, type=_Notification).key
    except msgspec.MsgspecError:
        return None


def _digest(secret: bytes, stamp: int, body: bytes) -> str:
    return hmac.new(secret, b"%d.%s" % (stamp, body), hashlib.sha256).hexdigest()


class Notifications:
    """What waits to be sent. Kept in memory alone: a network that forgets to tell is one we must live with."""

    def __init__(self, secret: bytes, faults: Faults) -> None:
        self._secret = secret
        self._faults = faults
        self._waiting: list[_Waiting] = []

    def add(self, key: str, outcome: Outcome) -> None:
        """Tells of a decision in time; of nothing unless the network's notifications are switched on."""
        faults = self._faults
        if not faults.notifications or faults.take("lost_notifications"):
            return
        due_at = clock.now() + timedelta(seconds=faults.notification_delay)
        if faults.take("forged_notifications"):
            opposite = Outcome.CAPTURED if outcome is Outcome.DECLINED else Outcome.DECLINED
            self._waiting.append(_Waiting(due_at, body_of(key, opposite), _STRANGER))
        if faults.take("reordered_notifications"):
            due_at += _OVERTAKEN
        times = 2 if faults.take("duplicated_notifications") else 1
        self._waiting += [_Waiting(due_at, body_of(key, outcome), self._secret)] * times

    def due(self) -> list[tuple[bytes, str]]:
        """The bodies and signatures to send now, each of which is returned once."""
        now = clock.now()
        due = sorted((one for one in self._waiting if one.due_at <= now), key=lambda one: one.due_at)
        self._waiting = [one for one in self._waiting if one.due_at > now]
        return [(one.body, sign(one.secret, one.body, now)) for one in due]
