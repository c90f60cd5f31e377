"""The sandbox provider keeps every promise of the port, and breaks them on demand."""

import asyncio

import pytest

from commerce.payments import Charge, Faults, Outcome, SandboxProvider
from commerce.payments.provider import NoAnswerError, NotAuthenticError
from commerce.payments.sandbox import notifications
from core import clock, db
from core.clock import MovableClock

pytestmark = pytest.mark.usefixtures("database")


def charge(key: str = "k", token: str = "一张卡") -> Charge:
    return Charge(key, 12800, "CNY", token)


class TestCapture:
    async def test_takes_once_however_often_it_is_asked(self) -> None:
        provider = SandboxProvider()
        outcomes = await asyncio.gather(*(provider.authorise(charge()) for _ in range(20)))
        assert set(outcomes) == {Outcome.CAPTURED}
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_charges") == 12800

    async def test_declines_for_good(self) -> None:
        provider = SandboxProvider()
        assert await provider.authorise(charge(token="decline")) is Outcome.DECLINED
        assert await provider.authorise(charge()) is Outcome.DECLINED

    async def test_outlives_its_process(self) -> None:
        await SandboxProvider().authorise(charge())
        assert await SandboxProvider().query("k") is Outcome.CAPTURED


class TestClose:
    async def test_what_was_never_heard_of_is_declined_even_should_it_still_arrive(self) -> None:
        provider = SandboxProvider()
        assert await provider.query("k") is None
        assert await provider.close("k") is Outcome.DECLINED
        assert await provider.authorise(charge()) is Outcome.DECLINED

    async def test_what_was_captured_stays_captured(self) -> None:
        provider = SandboxProvider()
        await provider.authorise(charge())
        assert await provider.close("k") is Outcome.CAPTURED


class TestRefund:
    async def test_gives_back_once_and_never_more_than_it_took(self) -> None:
        provider = SandboxProvider()
        await provider.authorise(charge())
        for _ in range(3):
            await provider.refund("r1", "k", 10_000, "CNY")
        with pytest.raises(ValueError, match="nothing left"):
            await provider.refund("r2", "k", 2801, "CNY")
        await provider.refund("r3", "k", 2800, "CNY")
        assert await db.value("SELECT sum(minor) FROM payments_sandbox_refunds") == 12800

    async def test_refuses_what_was_never_taken(self) -> None:
        provider = SandboxProvider()
        await provider.close("k")
        with pytest.raises(ValueError, match="nothing left"):
            await provider.refund("r", "k", 1, "CNY")


class TestFaults:
    async def test_a_lost_request_never_happened_and_a_lost_answer_did(self) -> None:
        provider = SandboxProvider()
        provider.faults.lost_requests = 1
        with pytest.raises(NoAnswerError):
            await provider.authorise(charge())
        assert await provider.query("k") is None
        provider.faults.lost_answers = 1
        with pytest.raises(NoAnswerError):
            await provider.authorise(charge())
        assert await provider.query("k") is Outcome.CAPTURED


class TestNotifications:
    async def test_are_signed(self) -> None:
        provider = SandboxProvider(secret=b"ours")
        body, signature = provider.notification("k", Outcome.CAPTURED)
        assert provider.verify(body, signature) == "k"
        for forged in ((body + b" ", signature), (body, "签名"), (body, ""), (body, signature[:-1] + "z")):
            with pytest.raises(NotAuthenticError):
                provider.verify(*forged)
        with pytest.raises(NotAuthenticError):
            SandboxProvider(secret=b"theirs").verify(body, signature)

    async def test_the_time_of_signing_is_signed(self, moving_clock: MovableClock) -> None:
        provider = SandboxProvider()
        body, signature = provider.notification("k", Outcome.CAPTURED)
        moving_clock.move(290)
        _, later = provider.notification("k", Outcome.CAPTURED)
        redated = f"{later.partition(',')[0]},{signature.partition(',')[2]}"
        with pytest.raises(NotAuthenticError, match="another's"):
            provider.verify(body, redated)
        assert provider.verify(body, signature) == "k"

    @pytest.mark.parametrize("seconds", [302, -302])
    async def test_one_of_another_time_is_refused(self, seconds: float, moving_clock: MovableClock) -> None:
        provider = SandboxProvider()
        body, signature = provider.notification("k", Outcome.CAPTURED)
        moving_clock.move(seconds)
        with pytest.raises(NotAuthenticError, match="another time"):
            provider.verify(body, signature)

    async def test_one_about_nothing_we_know_is_authentic_and_about_nothing(self) -> None:
        body = '{"event": "对账"}'.encode()
        assert SandboxProvider(b"ours").verify(body, notifications.sign(b"ours", body, clock.now())) is None

    async def test_are_sent_in_time_when_they_are_switched_on(self, moving_clock: MovableClock) -> None:
        quiet = SandboxProvider()
        await quiet.authorise(charge())
        assert quiet.notifications.due() == []
        provider = SandboxProvider(faults=Faults(notifications=True, notification_delay=30))
        await provider.authorise(charge("另一笔"))
        assert provider.notifications.due() == []
        moving_clock.move(31)
        [(body, signature)] = provider.notifications.due()
        assert provider.verify(body, signature) == "另一笔"
        assert provider.notifications.due() == []


class TestFaultsFromText:
    def test_are_read(self) -> None:
        assert Faults.parse("delay=2, lost_answers=3,notifications=1") == Faults(
            delay=2, lost_answers=3, notifications=True
        )
        assert Faults.parse("") == Faults()

    @pytest.mark.parametrize(
        "text", ["slow=2", "delay", "delay=x", "lost_answers=-1", "lost_answers=1.5", "delay=inf", "delay=nan", "慢=1"]
    )
    def test_refuses_what_is_no_switch(self, text: str) -> None:
        with pytest.raises(ValueError):
            Faults.parse(text)
