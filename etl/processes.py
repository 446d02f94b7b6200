"""Start our processes safely, hold signals, and limit their memory."""

import gc
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

# Signals that end a process and can be held; Windows has no SIGHUP.
ENDING_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# Bytes of address space that are enough to clean a page of text.  Python needs 40 MB, the libraries need the rest.
# With fewer, OpenBLAS or the C library ends the process with its own exit code.
MIN_ADDRESS_SPACE = 512 << 20
# Messages of the system, Python and Arrow if there is no memory to load a library or to start a thread.
_NO_ROOM = re.compile("failed to map segment|cannot allocate memory|can't start new thread|failed to launch", re.I)
# Thresholds of Python's search for cycles: numbers of objects, and multiples.  Imports and packs make hundreds of
# thousands of permanent objects.  A search after every 700 takes a tenth of a small run.  The search is not off,
# because trees of pages have cycles.
COLLECT_AFTER = 10_000, 5, 5
# Parameters of mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


@contextmanager
def safe_path() -> Iterator[None]:
    """Start processes in this block.

    They do not search modules in the current folder (`python -P`).  Otherwise Python would search there first, and
    would run a file `multiprocessing.py`.
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


@contextmanager
def signals_held() -> Iterator[None]:
    """Complete this block before a signal ends the process.

    This works only in the main thread, where signals raise exceptions.
    """
    if current_thread() is not main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)


def address_space() -> int | None:
    """Return the bytes of address space that this process may have (`ulimit -v`); None if there is no limit."""
    try:
        import resource
    except ImportError:  # Windows has none
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def has_no_room(error: Exception) -> bool:
    """Return whether an error comes from a lack of memory, also for a library or a thread."""
    return isinstance(error, MemoryError) or _NO_ROOM.search(str(error)) is not None


def collect_seldom() -> None:
    """Make Python search for cycles seldom, because objects that a process loads at the start have none."""
    gc.set_threshold(*COLLECT_AFTER)


def return_freed_memory(block_bytes: int) -> None:
    """Make the C library return freed blocks of so many bytes or more to the system at once.

    This is for glibc, which otherwise raises this size up to 32 MiB, keeps smaller blocks, and keeps 64 MiB of freed
    memory.
    """
    if sys.platform == "linux":
        import ctypes

        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):  # musl has none, and returns its blocks anyway
            library.mallopt(_M_MMAP_THRESHOLD, block_bytes)
            library.mallopt(_M_TRIM_THRESHOLD, block_bytes)
