"""Wrong passwords: however many workers guess, so many are judged; and the owner's own device comes in meanwhile."""

import asyncio
import base64
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from core import db
from core.clock import MovableClock
from core.errors import RateLimited
from core.ids import new_id
from people.accounts import actions, guessing, rules, sessions
from people.accounts.errors import WrongCredentials

pytestmark = pytest.mark.usefixtures("database")

HANDLE, PASSWORD = "xiaolu", "correct horse"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.1"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of passwords are judged here."""
    monkeypatch.setattr(actions, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    actions._decoy.cache_clear()


class Judge:
    """Counts the passwords that are judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.judged = 0
        verify = actions._verify

        def counting(password_hash: str, password: str) -> bool:
            self.judged += 1
            return verify(password_hash, password)

        monkeypatch.setattr(actions, "_verify", counting)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    return Judge(monkeypatch)


async def outcome(password: str, *, handle: str = HANDLE, address: str | None = HOME, device: str | None = None) -> str:
    try:
        await actions.sign_in(handle, password, address=address, device_token=device)
    except (WrongCredentials, RateLimited) as refusal:
        return refusal.code
    return "in"


async def wrongly(times: int, *, handle: str = HANDLE, address: str | None = HOME, device: str | None = None) -> None:
    for _ in range(times):
        assert await outcome("wrong horse", handle=handle, address=address, device=device) == "UNAUTHENTICATED"


@pytest.fixture
async def device() -> str:
    """What the owner's device was given."""
    return (await actions.sign_up(HANDLE, "小鹿", PASSWORD)).device_token


class TestWrongPasswords:
    @pytest.mark.parametrize("address", [HOME, None])
    async def test_are_judged_ten_times_of_an_address(
        self, device: str, judge: Judge, address: str | None, moving_clock: MovableClock
    ) -> None:
        await wrongly(10, address=address)
        with pytest.raises(RateLimited) as refused:
            await actions.sign_in(HANDLE, PASSWORD, address=address)
        assert refused.value.retry_after is not None and 0 < refused.value.retry_after <= 600
        assert judge.judged == 10
        # What is refused sets no lock back, and hardly makes it longer.
        moving_clock.move(300)
        assert await outcome(PASSWORD, address=address) == "RATE_LIMITED" and judge.judged == 10
        moving_clock.move(301)
        assert await outcome(PASSWORD, address=address) == "in"

    async def test_at_once_are_judged_ten_times(self, device: str, judge: Judge) -> None:
        answers = await asyncio.gather(*(outcome("wrong horse") for _ in range(200)))
        assert judge.judged == answers.count("UNAUTHENTICATED") == 10
        assert answers.count("RATE_LIMITED") == 190

    async def test_of_a_stranger_do_not_lock_the_owner_out(self, device: str) -> None:
        await wrongly(10, address=ELSEWHERE)
        for _ in range(200):
            assert await outcome("wrong horse", address=ELSEWHERE) == "RATE_LIMITED"
        assert await outcome(PASSWORD, address=HOME) == "in"

    async def test_at_many_handles_are_judged_fifty_times_of_an_address(self, device: str, judge: Judge) -> None:
        for number in range(50):
            await wrongly(1, handle=f"somebody{number}")
        assert await outcome("wrong horse", handle="somebody99") == "RATE_LIMITED" and judge.judged == 50
        assert await outcome("wrong horse", handle="somebody99", address=None) == "UNAUTHENTICATED"
        assert await outcome(PASSWORD) == "RATE_LIMITED" and await outcome(PASSWORD, device=device) == "in"

    async def test_of_many_addresses_are_judged_a_hundred_times_an_hour(
        self, device: str, judge: Judge, moving_clock: MovableClock
    ) -> None:
        for number in range(10):
            await wrongly(10, address=f"192.0.2.{number}")
        assert await outcome("wrong horse", address="192.0.2.99") == "RATE_LIMITED" and judge.judged == 100
        assert await outcome(PASSWORD, address=HOME) == "RATE_LIMITED"
        assert await outcome(PASSWORD, address="192.0.2.99", device=device) == "in"
        moving_clock.move(3601)
        assert await outcome(PASSWORD, address=HOME) == "in"

    async def test_of_an_unknown_handle_count_alike(self, judge: Judge) -> None:
        await wrongly(10, handle="nobody")
        assert await outcome("wrong horse", handle="nobody") == "RATE_LIMITED" and judge.judged == 10

    async def test_are_forgotten_when_they_mean_nothing_any_more(self, device: str, moving_clock: MovableClock) -> None:
        await wrongly(1)
        moving_clock.move(700)
        assert await guessing.forget() == 2
        moving_clock.move(3000)
        assert await guessing.forget() == 1 and await db.value("SELECT count(*) FROM guesses") == 0

    async def test_tell_nobody_who_reads_the_table_of_whom(self, device: str) -> None:
        await wrongly(1)
        stored = str(await db.rows("SELECT * FROM guesses"))
        assert HANDLE not in stored and HOME not in stored


class TestRightPasswords:
    async def test_are_not_counted(self, device: str, judge: Judge) -> None:
        await wrongly(9)
        for _ in range(30):
            assert await outcome(PASSWORD) == "in"
        await wrongly(1)
        assert await outcome(PASSWORD) == "RATE_LIMITED"
        instants = await db.rows("SELECT cardinality(instants) FROM guesses")
        assert sorted(count for (count,) in instants) == [10, 10, 11]


class TestKnownDevices:
    async def test_guess_ten_times_themselves(self, device: str, judge: Judge) -> None:
        await wrongly(10, device=device)
        assert await outcome(PASSWORD, device=device) == "RATE_LIMITED" and judge.judged == 10
        assert await outcome(PASSWORD) == "in"

    async def test_stay_known_after_signing_out_and_by_new_tokens(self, device: str) -> None:
        session = await actions.sign_in(HANDLE, PASSWORD, device_token=device)
        refreshed = await sessions.refresh(session.refresh_token, timedelta())
        await wrongly(10)
        for token in (device, session.device_token, refreshed.device_token):
            assert await outcome(PASSWORD, device=token) == "in"

    async def test_share_the_tries_of_a_session_that_is_refreshed(self) -> None:
        session = await actions.sign_up(HANDLE, "小鹿", PASSWORD)
        await wrongly(10, device=session.device_token)
        refreshed = await sessions.refresh(session.refresh_token, timedelta())
        assert await outcome("wrong horse", device=refreshed.device_token) == "RATE_LIMITED"

    async def test_are_known_for_a_year(self, device: str, moving_clock: MovableClock) -> None:
        moving_clock.move(timedelta(days=364).total_seconds())
        await wrongly(10)
        assert await outcome(PASSWORD, device=device) == "in"
        moving_clock.move(timedelta(days=2).total_seconds())
        await wrongly(10)
        assert await outcome(PASSWORD, device=device) == "RATE_LIMITED"

    async def test_are_not_known_by_what_anybody_can_make(self, device: str) -> None:
        other = (await actions.sign_up("other", "别人", PASSWORD)).device_token
        raw = base64.urlsafe_b64decode(device)
        longer = raw[:16] + (2**40).to_bytes(8, "big") + raw[24:]
        forged = [other, "", "x", "长" * 64, "\ud800", "=" * 64, device[:-1], device * 2, "a" * 1_000_000]
        forged += [base64.urlsafe_b64encode(changed).decode() for changed in (longer, new_id().bytes + raw[16:])]
        await wrongly(10)
        for token in forged:
            assert await outcome(PASSWORD, device=token) == "RATE_LIMITED"

    async def test_are_not_known_any_more_when_the_password_changed(self, device: str) -> None:
        session = await db.row("SELECT password_hash, now() AS at FROM accounts WHERE handle = $1", HANDLE)
        assert session is not None and rules.device_of(device, session["password_hash"], session["at"]) is not None
        assert rules.device_of(device, session["password_hash"] + "x", session["at"]) is None
