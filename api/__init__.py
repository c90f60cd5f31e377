"""The doors: the HTTP application, the command line, the worker, and the one table that wires everything."""
