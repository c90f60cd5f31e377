"""How often what may be done, in one table with its reasons. A mutation that has no row has the general one.

The numbers are those of the contract, and hold from a person's first minute on: trust only adds to them.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec

from commerce.orders import Allowance
from core import clock
from core.errors import RateLimited
from core.rates import Charge, Rate, Rates, whole_seconds
from people.accounts import Identity
from schema.context import Context

_MINUTE: Final = 60
_HOUR: Final = 3600


class Limit(msgspec.Struct, frozen=True):
    """How often a person may do something; and those who are not signed in, or (`address`) all, of one address.

    `grows`: whether more is trusted to who has been here for long, and bought.
    """

    person: Rate = Rate(120, _MINUTE)
    # Behind one address there may be a school.
    nobody: Rate = Rate(600, _MINUTE)
    address: Rate | None = None
    grows: bool = True


# No hand does anything twice a second for a whole minute: liking, following, ordering, filling a shop's shelves.
GENERAL: Final = Limit()
# By the names of the graph's fields.
LIMITS: Final[Mapping[str, Limit]] = {
    # A household, an office's newcomers, a class: but not a farm of accounts.
    "signUp": Limit(address=Rate(20, _HOUR)),
    # Wrong passwords are counted by people/accounts; a right one costs 20 ms of a core.
    "signIn": Limit(nobody=Rate(120, _MINUTE)),
    # Followers are told of each, and it is indexed: nobody writes one every half minute.
    "publishNote": Limit(Rate(20, 10 * _MINUTE)),
    "scheduleLiveStream": Limit(Rate(20, 10 * _MINUTE)),
    # One in ten seconds is a lively conversation, and not yet a flood under somebody's note.
    "addComment": Limit(Rate(30, 5 * _MINUTE)),
    # What others can read, whoever writes it; each line goes to everybody in the room.
    "sendLiveMessage": Limit(Rate(5, 10), grows=False),
    # An engine's work, some milliseconds: as fast as one types words, and as one types letters.
    "search": Limit(Rate(120, _MINUTE), Rate(1200, _MINUTE)),
    "searchSuggestions": Limit(Rate(300, _MINUTE), Rate(3000, _MINUTE)),
}
# A page has a handful, and all of a socket's come again when it breaks. Most that ask the same are told at once.
SUBSCRIBING: Final = Limit(Rate(1000, _MINUTE), Rate(6000, _MINUTE))
# Opened by whom, a socket says later. All that one address may hold, twice a minute.
SOCKETS: Final = Rate(2000, _MINUTE)

# What is held unpaid nobody else can buy: a cart or two for each hand, and never a whole offer by one person.
UNPAID: Final = Allowance(orders=5, units=50)


class Trust(msgspec.Struct, frozen=True):
    """So many times as often may who has been here for so long, and has received so many orders."""

    times: int
    age: timedelta
    purchases: int


# Time can't be bought and purchases cost money: an account that has both is seldom one of a thousand made to spam.
TRUST: Final = (Trust(4, timedelta(days=365), 10), Trust(2, timedelta(days=30), 1))


def trust(who: Identity) -> int:
    """How many times the numbers of the table somebody may."""
    age = clock.now() - who.since if who.since else timedelta()
    return next((level.times for level in TRUST if age >= level.age and who.purchases >= level.purchases), 1)


def allowance(context: Context) -> Allowance | None:
    """How much whoever asks may have ordered and not paid for; None where limits are lifted."""
    if context.viewer is None or not context.services.settings.rate_limits:
        return None
    times = trust(context.viewer)
    return Allowance(UNPAID.orders * times, UNPAID.units * times)


async def require(context: Context, name: str, limit: Limit | None = None) -> None:
    """Counts a call of the graph's field `name`. Raises RateLimited when there were too many."""
    wait = await context.services.rates.count(_charges(context, name, limit or LIMITS.get(name, GENERAL)))
    if wait:
        raise RateLimited(retry_after=whole_seconds(wait))


def _charges(context: Context, name: str, limit: Limit) -> list[Charge]:
    who, address = context.viewer, context.address
    charges = []
    if who is not None:
        rate = limit.person.times(trust(who)) if limit.grows else limit.person
        charges.append(Charge(f"{name}:{who.account_id.hex}", rate))
    elif address is not None:
        charges.append(Charge(f"{name}:nobody:{address}", limit.nobody))
    if address is not None and limit.address is not None:
        charges.append(Charge(f"{name}:{address}", limit.address))
    return charges


async def admits_socket(rates: Rates, address: str | None) -> bool:
    """Whether one more websocket may be opened from an address, as it is counted."""
    return address is None or not await rates.count([Charge(f"socket:{address}", SOCKETS)])
