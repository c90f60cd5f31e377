"""Shops and products in the graph."""
