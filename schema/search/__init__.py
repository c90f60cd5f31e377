"""Search in the graph."""
