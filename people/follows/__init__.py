"""Follows: who wants to hear of whom."""
