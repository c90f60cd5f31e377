"""Search: a read model of all that can be found, served by one of two engines behind one port."""
