"""Payouts in the graph."""
