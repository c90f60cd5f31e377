"""Products in the graph."""
