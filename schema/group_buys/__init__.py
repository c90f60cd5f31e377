"""Group-buys in the graph."""
