"""Processes of our own: what they do not run, and what memory they do not keep."""

import gc
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

# What ends a process, and can be waited for; Windows has no SIGHUP.
ENDING_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# Bytes of address space with which a page of text is cleaned.  Python needs 40 MB of them, the libraries the rest: with
# too few, OpenBLAS or the C library ends the process, with an exit code of its own.
MIN_ADDRESS_SPACE = 512 << 20
# What is said where there is no memory to load a library into, or to start a thread: by the system, Python and Arrow.
_NO_ROOM = re.compile("failed to map segment|cannot allocate memory|can't start new thread|failed to launch", re.I)
# Objects, and times so many, after which Python looks for cycles.  Imports and packs make hundreds of thousands that
# stay: to look through them after every 700 takes a tenth of a small run.  Trees of pages have cycles: it is not off.
COLLECT_AFTER = 10_000, 5, 5
# Parameters of mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


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


@contextmanager
def signals_held() -> Iterator[None]:
    """Do all of this block: a signal that ends the process waits until then.

    Only the main thread of a program may say so, and only there a signal raises an exception.
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
    """Return whether an error comes from too little memory, also for a library or a thread."""
    return isinstance(error, MemoryError) or _NO_ROOM.search(str(error)) is not None


def collect_seldom() -> None:
    """Have Python look for cycles seldom: what a process loads when it starts has none."""
    gc.set_threshold(*COLLECT_AFTER)


def return_freed_memory(block_bytes: int) -> None:
    """Have the C library return blocks of so many bytes and more to the system as soon as they are freed.

    That is for glibc: by itself it raises this size up to 32 MiB, keeps smaller ones, and 64 MiB of what is freed.
    """
    if sys.platform == "linux":
        import ctypes

        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):  # musl has none, and returns its blocks anyway
            library.mallopt(_M_MMAP_THRESHOLD, block_bytes)
            library.mallopt(_M_TRIM_THRESHOLD, block_bytes)
