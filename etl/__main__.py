"""`python -m etl` is `copydesk`."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder, which `-m` puts first: nothing in it is run
    from etl.cli import main

    main()
