"""A worker process of this machine, and the pipe to it.

Workers are spawned, so that none inherits the locks of another thread.  A worker ends when its parent ends.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Thread
from typing import Any

from etl.engines.outcome import WAY_OUT, outcome
from etl.errors import MachineError
from etl.processes import collect_seldom, safe_path


class Worker:
    """A process, the pipe to it, and the number of the item that it has."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        with safe_path(), _interrupts_held():
            self.process.start()
        theirs.close()
        self.number: int | None = None

    def take(self, task: Callable[[Any], Any], number: int, item: object) -> None:
        """Begin a task.  Raises MachineError if the process was killed while it had none."""
        self.number = number
        try:
            self.pipe.send((task, item))
        except ConnectionError:
            raise _died(self.process, number) from None

    def result(self) -> tuple[int, Any]:
        """Return the number of the item, and its outcome.  Raises MachineError if the process was killed."""
        number, self.number = self.number or 0, None
        try:
            return number, self.pipe.recv()
        except (EOFError, ConnectionError):
            raise _died(self.process, number) from None

    def kill(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes in this block: ^C never reaches them, and reaches this process after the block."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # starting a process would do this, and let signals through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ready(workers: Sequence[Worker]) -> list[Worker]:
    """Wait until some of these have a result, and return them."""
    waiting = connection.wait([worker.pipe for worker in workers]) if workers else []
    return [worker for worker in workers if worker.pipe in waiting]


def _died(process: SpawnProcess, number: int) -> MachineError:
    process.join(1)
    code = process.exitcode or 0
    how = f"killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return MachineError(f"task {number}", f"its worker process was {how}", WAY_OUT)


def _work(pipe: Connection) -> None:
    """Run tasks until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C goes to all processes of the terminal; the parent ends this one
    Thread(target=_end_with_parent, daemon=True).start()
    collect_seldom()
    with suppress(EOFError, ConnectionError):
        while True:
            task, item = pipe.recv()
            pipe.send(outcome(task, item))


def _end_with_parent() -> None:
    """Wait until the parent has ended in any way, and end this process at once."""
    if parent := parent_process():
        parent.join()
        os._exit(1)
