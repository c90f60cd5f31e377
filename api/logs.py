"""Where the process says what it does: standard error, a line each."""

import logging


def configure() -> None:
    """Sets up logging for a process that serves or works."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    # One line a request to the search server, or a socket of a client, tells an operator nothing.
    for name in ("httpx", "httpx2", "tortoise", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
