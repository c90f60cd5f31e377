"""Shared streams: what many subscribers asked alike is heard once, executed once an event, and encoded once.

`channels` hear a topic for all of this process and hand each step to every one of its `audiences`, those who asked the
same of it. `members` are the subscribers: one that came late or has a slow client catches up by itself, then hears with
the others. `asking` says who asked the same, `telling` what goes from one to the other, `told` what that is by then.

A subscription's resolver returns a `Source` to be shared; any other stream is told to its subscriber `alone`.
"""

from execution.streams.alone import alone
from execution.streams.asking import relevant
from execution.streams.channels import Streams
from execution.streams.telling import Event, Outlet, Payload, Source, Subscription, Viewing

__all__ = ["Event", "Outlet", "Payload", "Source", "Streams", "Subscription", "Viewing", "alone", "relevant"]
