"""Shops in the graph."""
