"""Live streams in the graph."""
