"""Notes in the graph."""
