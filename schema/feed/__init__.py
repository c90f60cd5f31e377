"""Feeds in the graph."""
