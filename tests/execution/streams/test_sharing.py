"""What many subscribers ask alike is heard, executed and encoded once; what differs, or asks who they are, is not."""

from unittest.mock import Mock

import pytest

from tests.execution.streams.log import Client, Room, settled


class TestOneForAll:
    async def test_an_event_is_heard_executed_and_encoded_once(self) -> None:
        room, clients = Room(), [Client(f"viewer {n}") for n in range(50)]
        for client in clients:
            room.join(client)
        await settled()
        assert room.executed == ["all of 0"] and room.log.reads == 1
        room.log.happen()
        await settled()
        assert room.executed == ["all of 0", "step 1"] and room.log.most_heard_by == 1
        assert all(client.told == ["all of 0", "step 1"] for client in clients)
        assert len({id(client.payloads[1].json) for client in clients}) == 1

    async def test_each_question_has_its_own_execution_of_one_hearing(self) -> None:
        room, clients = Room(), [Client() for _ in range(6)]
        for number, client in enumerate(clients):
            room.join(client, asked=f"question {number % 2}")
        await settled()
        room.log.happen()
        await settled()
        assert room.executed.count("step 1") == 2 and room.log.most_heard_by == 1
        assert all(client.told[-1] == "step 1" for client in clients)

    async def test_a_viewer_who_is_asked_for_has_an_execution_and_only_its_own(self) -> None:
        room, clients = Room(), [Client(name) for name in ("小鹿", "阿豪", "小鹿", None)]
        room.asks_viewer = True
        for client in clients:
            room.join(client)
        await settled()
        room.executed.clear()
        room.log.happen()
        await settled()
        assert [client.told[-1] for client in clients] == [
            "step 1 for 小鹿",
            "step 1 for 阿豪",
            "step 1 for 小鹿",
            "step 1 for None",
        ]
        # First for all, which asks who it is; then once for each viewer, however many listen for them.
        assert sorted(room.executed[1:]) == ["step 1 for None", "step 1 for 小鹿", "step 1 for 阿豪"]

    async def test_a_viewer_apart_has_an_execution_and_the_others_one_for_all(self) -> None:
        room, clients = Room(), [Client("小鹿"), Client("阿豪", apart=True), Client("小禾")]
        for client in clients:
            room.join(client)
        await settled()
        room.executed.clear()
        room.log.happen()
        await settled()
        assert len(room.executed) == 2
        assert clients[0].payloads[-1] is clients[2].payloads[-1] is not clients[1].payloads[-1]

    async def test_a_viewer_who_joins_while_others_are_executed_for_is_not_forgotten(self) -> None:
        room, early, late = Room(), Client("小鹿"), Client("阿豪")
        room.asks_viewer = True
        room.join(early)
        await settled()
        room.log.happen()
        room.join(late, after=0)
        await settled()
        assert late.told == ["step 1 for 阿豪"] and early.told[-1] == "step 1 for 小鹿"


class TestLeaving:
    async def test_who_left_is_told_nothing_and_the_last_one_ends_the_hearing(self) -> None:
        room, stays, leaves = Room(), Client(), Client()
        asked = [room.join(stays), room.join(leaves)]
        await settled()
        assert [asker.attended for asker in asked] == [1, 1]
        leaves.subscription.cancel()
        room.log.happen()
        await settled()
        assert leaves.told == ["all of 0"] and stays.told[-1] == "step 1" and len(room.log.heard_by) == 1
        stays.subscription.cancel()
        stays.subscription.cancel()
        await settled()
        assert room.log.heard_by == [] and [asker.attended for asker in asked] == [0, 0]
        assert stays.ended == leaves.ended == []

    async def test_the_topic_can_be_followed_anew(self) -> None:
        room = Room()
        for number in range(3):
            client = Client()
            room.join(client)
            await settled()
            room.log.happen()
            await settled()
            assert client.told == [f"all of {number}", f"step {number + 1}"]
            client.subscription.cancel()
            await settled()

    async def test_leaving_at_once_leaves_nothing(self) -> None:
        room, client = Room(), Client()
        room.join(client)
        client.subscription.cancel()
        await settled()
        assert client.told == [] and room.log.heard_by == []


class TestEnding:
    async def test_all_are_told_when_there_is_no_such_topic_any_more(self) -> None:
        room, clients = Room(), [Client(), Client()]
        for number, client in enumerate(clients):
            room.join(client, asked=str(number))
        await settled()
        room.log.gone = True
        room.log.say(None)
        await settled()
        assert [client.ended for client in clients] == [[None], [None]] and room.log.heard_by == []

    async def test_a_topic_that_never_was_ends_at_once(self) -> None:
        room, client = Room(), Client()
        room.log.gone = True
        asker = room.join(client)
        await settled()
        assert client.told == [] and client.ended == [None] and asker.attended == 0

    async def test_an_execution_that_fails_ends_those_whose_it_is(self) -> None:
        room, ends, stays = Room(), Client(), Client()
        room.join(ends)
        await settled()
        other = Room(room.log)
        other.join(stays)
        await settled()
        room.failure = RuntimeError("broken")
        room.log.happen()
        await settled()
        assert ends.ended == [room.failure] and stays.ended == [] and stays.told[-1] == "step 1"

    async def test_a_client_that_cannot_be_told_ends_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        room, ends, stays, broken = Room(), Client(), Client(), RuntimeError("broken")
        for client in (ends, stays):
            room.join(client)
        await settled()
        monkeypatch.setattr(ends, "tell", Mock(side_effect=broken))
        for _ in range(2):
            room.log.happen()
            await settled()
        assert ends.ended == [broken] and stays.ended == [] and stays.told[-1] == "step 2"
