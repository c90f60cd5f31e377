"""What is decided of follows without asking anybody."""

from typing import Final

# An author with more followers than this has a crowd, and keeps it for good: what others make of an author by pushing
# to followers (content/feed/fanout.py) or by looking them up must be one or the other for all that they published.
CROWD: Final = 10_000
# How many a person can block: all of them are looked up wherever something is hidden.
MOST_BLOCKED: Final = 1_000
