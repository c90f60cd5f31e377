"""Accounts: people, how they prove who they are, and their sessions."""

from people.accounts.records import Account, Identity, IssuedSession

__all__ = ["Account", "Identity", "IssuedSession"]
