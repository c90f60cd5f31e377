"""Demo data: a small, lifelike world, written through the public actions, so that the first page is alive."""

from demo.bustling import bustle
from demo.founding import PASSWORD
from demo.seeding import Summary, seed
from demo.world import SHOP_HANDLE, VIEWER_HANDLE

__all__ = ["PASSWORD", "SHOP_HANDLE", "VIEWER_HANDLE", "Summary", "bustle", "seed"]
