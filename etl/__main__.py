"""The program: `copydesk`, and `python -m etl`."""

import signal
import sys


def main() -> None:
    """Run the command line.  A signal while it is loaded shows no traceback."""
    try:
        from etl.cli.main import main
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    main()


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder, which `-m` puts first: nothing in it is run
    main()
