"""The `zhongcao` command from its first moment: it can be interrupted silently before it has loaded anything."""

import signal

# Python's own handler would print where it was.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from api import cli  # noqa: E402 - this is what takes long to load


def main() -> None:
    """The command."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
