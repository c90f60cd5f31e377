"""Random interleavings of everything that commerce can do, held to a small pure model after every step."""
