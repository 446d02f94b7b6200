"""The program: `copydesk`, and `python -m etl`."""

import signal
import sys


def main() -> None:
    """Run the command line. If a signal arrives while it is loaded, no traceback is shown."""
    try:
        from etl.cli.main import main
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    main()


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder, which `-m` puts first: nothing in it is run
    main()
