"""Processes of our own: nothing from the current folder is run in them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def safe_path() -> Iterator[None]:
    """Start processes in this block.  They do not look for modules in the current folder (`python -P`).

    Python puts it first otherwise, and a file `multiprocessing.py` there would be run.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before
