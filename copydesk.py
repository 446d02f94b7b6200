"""copydesk, by its name: `import copydesk` is `import etl`, and `python -m copydesk` is the command."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # the current folder, which `-m` puts first: nothing in it is run, also if it has an `etl`

import etl

if not hasattr(etl, "Cleaner"):
    found = getattr(etl, "__file__", None) or list(etl.__path__)
    raise ImportError(f"copydesk's package is called etl, and another stands before it on sys.path: {found}")

from etl import *  # noqa: F403
from etl import __all__ as _names
from etl import __version__

__all__ = [*_names, "__version__"]

if __name__ == "__main__":
    from etl.__main__ import main

    main()
