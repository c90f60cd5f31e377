"""Follows in the graph."""
