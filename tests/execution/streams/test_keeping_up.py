"""Nothing is missed or told twice, whenever one joins and whatever is lost; slow clients get the newest state."""

import asyncio
import itertools
import random

import pytest

from tests.execution.streams.log import Client, Log, Room, settled


def sequences(client: Client) -> list[tuple[bool, int]]:
    """What a client was told, as (whether it was the whole state, sequence)."""
    return [(told.startswith("all of"), int(told.split()[-1])) for told in client.told]


def is_unbroken(client: Client, after: int | None) -> bool:
    """Whether each step follows what was told before; the whole state may come at any later sequence."""
    told = [(False, -1 if after is None else after), *sequences(client)]
    return all(
        later > earlier if whole else later == earlier + 1 for (_, earlier), (whole, later) in itertools.pairwise(told)
    )


async def begun() -> None:
    """Lets what was started begin, but not end what takes long."""
    for _ in range(15):
        await asyncio.sleep(0)


class TestJoining:
    async def test_late_comers_get_the_whole_state_then_the_steps_of_all(self) -> None:
        room, first, second = Room(), Client(), Client()
        room.join(first)
        await settled()
        room.log.happen()
        room.log.happen()
        await settled()
        room.join(second)
        await settled()
        room.log.happen()
        await settled()
        assert first.told == ["all of 0", "step 1", "step 2", "step 3"]
        assert second.told == ["all of 2", "step 3"]
        assert first.payloads[-1] is second.payloads[-1]

    async def test_resuming_brings_exactly_what_was_missed(self) -> None:
        room, clients = Room(), [Client(), Client(), Client(), Client()]
        for _ in range(4):
            room.log.happen()
        for client, after in zip(clients, (4, 2, 99, 0), strict=True):
            room.join(client, after=after)
        await settled()
        room.log.happen()
        await settled()
        assert clients[0].told == ["step 5"]
        assert clients[1].told == ["step 3", "step 4", "step 5"]
        assert clients[2].told == ["all of 4", "step 5"]
        assert clients[3].told == [f"step {n}" for n in range(1, 6)]

    async def test_who_resumes_before_what_is_kept_gets_the_whole_state(self) -> None:
        room, client = Room(Log(first=3)), Client()
        for _ in range(4):
            room.log.happen()
        room.join(client, after=1)
        await settled()
        assert client.told == ["all of 4"]

    async def test_many_who_resume_alike_are_read_for_once(self) -> None:
        room, clients = Room(), [Client() for _ in range(20)]
        for _ in range(3):
            room.log.happen()
        for client in clients:
            room.join(client, after=1)
        await settled()
        assert room.log.reads == 1 and room.executed == ["step 2", "step 3"]
        assert all(client.told == ["step 2", "step 3"] for client in clients)

    @pytest.mark.parametrize("after_joining", [0, 1, 2])
    async def test_a_reading_that_began_before_one_joined_is_not_all_there_is(self, after_joining: int) -> None:
        room, live, first, second = Room(), Client(), Client(), Client()
        room.join(live)
        await settled()
        room.log.delay = 50
        room.join(first)
        await begun()
        room.log.happen()
        await begun()
        room.join(second)
        for _ in range(after_joining):
            room.log.happen()
        for _ in range(5):
            await settled()
        steps = [f"step {n}" for n in range(1, 2 + after_joining)]
        assert first.told == second.told == live.told == ["all of 0", *steps]

    async def test_one_who_reads_for_long_misses_nothing_of_what_others_began_after(self) -> None:
        room, slow, quick = Room(), Client(), Client()
        room.log.delay = 50
        room.join(slow, asked="a")
        await begun()
        room.log.delay = 0
        room.log.happen()
        room.join(quick, asked="b")
        for _ in range(5):
            await settled()
        assert quick.told == ["all of 1"] and slow.told == ["all of 0", "step 1"]


class TestLoss:
    async def test_a_lost_step_is_made_up_for_all_by_one_reading(self) -> None:
        room, clients = Room(), [Client() for _ in range(20)]
        for client in clients:
            room.join(client)
        await settled()
        room.log.happen(lost=True)
        room.log.happen()
        await settled()
        assert all(client.told == ["all of 0", "step 1", "step 2"] for client in clients) and room.log.reads == 2

    async def test_what_is_said_twice_is_told_once(self) -> None:
        room, client = Room(), Client()
        room.join(client)
        await settled()
        room.log.happen()
        for said in (1, 1, None, None):
            room.log.say(said)
        await settled()
        assert client.told == ["all of 0", "step 1"]

    async def test_more_events_than_may_wait_for_their_execution_are_read(self) -> None:
        room, client = Room(), Client()
        room.join(client)
        await settled()
        for _ in range(400):
            room.log.happen()
        for _ in range(40):
            await settled()
        assert sequences(client) == [(True, 0), *((False, n) for n in range(1, 401))]

    @pytest.mark.parametrize("seed", range(40))
    async def test_whatever_happens_in_whatever_order(self, seed: int) -> None:
        chaos = Chaos(seed)
        for _ in range(150):
            chaos.turn()
            for _ in range(chaos.dice.randrange(4)):
                await asyncio.sleep(0)
        for client in chaos.clients:
            client.take()
        chaos.room.log.say(None)
        for _ in range(5):
            await settled()
        for client, after in chaos.clients.items():
            if chaos.room.asks_viewer:
                assert all(told.endswith(f" for {client.context.viewer_id}") for told in client.told)
                client.told = [told.partition(" for ")[0] for told in client.told]
            told = [after, *(sequence for _, sequence in sequences(client))]
            assert is_unbroken(client, after) and told[-1] == chaos.room.log.last


class Chaos:
    """A room in which one thing after another happens by chance."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.room = Room()
        self.room.asks_viewer = seed % 2 == 0
        self.clients: dict[Client, int | None] = {}  # With the sequence after which each began.

    def turn(self) -> None:
        log = self.room.log
        log.delay = self.dice.choice([0, 1, 12])
        match self.dice.randrange(8):
            case 0 | 1 | 2:
                log.happen(lost=self.dice.random() < 0.2)
            case 3:
                log.say(self.dice.choice([None, max(1, log.last - 1)]))
            case 4:
                self.join(self.dice.choice([None, log.last, max(0, log.last - 3)]))
            case other if self.clients:
                self.disturb(self.dice.choice(list(self.clients)), other)

    def join(self, after: int | None) -> None:
        client = Client(self.dice.choice(["小鹿", "阿豪"]))
        self.clients[client] = after
        self.room.join(client, after, asked=self.dice.choice("ab"), patience=self.dice.choice([1, 4]))

    def disturb(self, client: Client, how: int) -> None:
        if how == 5:
            client.full()
        elif how == 6:
            client.take()
        else:
            del self.clients[client]
            client.subscription.cancel()


class TestSlowClients:
    async def test_the_newest_state_takes_the_place_of_what_could_not_wait(self) -> None:
        room, slow, quick = Room(), Client(), Client()
        for client in (slow, quick):
            room.join(client)
        await settled()
        slow.full()
        for _ in range(5):
            room.log.happen()
            await settled()
        assert slow.told == ["all of 0", "step 1"]
        assert quick.told == ["all of 0", *(f"step {n}" for n in range(1, 6))]
        slow.take()
        await settled()
        room.log.happen()
        await settled()
        assert slow.told == ["all of 0", "step 1", "all of 5", "step 6"]

    async def test_one_that_missed_little_misses_nothing(self) -> None:
        room, slow = Room(), Client()
        room.join(slow, patience=3)
        await settled()
        slow.full()
        for _ in range(4):
            room.log.happen()
            await settled()
        assert slow.told == ["all of 0", "step 1"]
        slow.take()
        await settled()
        assert slow.told == ["all of 0", *(f"step {n}" for n in range(1, 5))] and room.log.reads == 1

    async def test_it_keeps_no_more_than_its_patience(self) -> None:
        room, slow = Room(), Client()
        room.join(slow, patience=3)
        await settled()
        slow.full()
        for _ in range(1000):
            room.log.happen()
            await asyncio.sleep(0)
        await settled()
        waiting = slow.subscription._waiting  # type: ignore[attr-defined]
        assert slow.told == ["all of 0", "step 1"] and len(waiting) <= 3

    async def test_one_that_leaves_while_it_is_slow_leaves_nothing(self) -> None:
        room, slow = Room(), Client()
        room.join(slow)
        await settled()
        slow.full()
        room.log.happen()
        await settled()
        slow.subscription.cancel()
        await settled()
        assert room.log.heard_by == [] and slow.ended == []
