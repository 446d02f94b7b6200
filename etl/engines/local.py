"""This machine: tasks run in this process where the work is small, else in worker processes.

Workers are spawned, so that none inherits what another thread held, and stay for all stages of a run.  They are killed
when a run ends early: all they write is written under names of their own.  A worker ends when its parent does.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any

from etl.engines import Item, Result
from etl.engines.outcome import WAY_OUT, outcome, result_of
from etl.errors import MachineError
from etl.processes import safe_path

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

# Results that wait for an earlier one, for each worker.  More would let one slow task fill the memory.
MAX_WAITING = 8


class _Worker:
    """A process, the pipe to it, and the number of the item that it has."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_work, args=(theirs,), daemon=True)
        with safe_path():
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

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class LocalEngine:
    """Runs tasks in up to `jobs` processes, which start when there is work for two.

    The first `here` items of a `map` are done in this process: their results come without waiting for a start.
    """

    pair_source = None

    def __init__(self, jobs: int, here: int = 0) -> None:
        self.jobs, self._here = jobs, here
        self._workers: list[_Worker] = []

    def __enter__(self) -> "LocalEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Kill the workers.  When this returns no task runs; the next `map` starts anew."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.kill()

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Run a task on each item; yield results in item order."""
        items = iter(items)
        yield from map(task, items if self.jobs == 1 else islice(items, self._here))
        rest = list(islice(items, 2))
        if len(rest) < 2:
            yield from map(task, rest)
        else:
            yield from self._spread(task, chain(rest, items))

    def _spread(self, task: Callable[[Item], Result], items: Iterator[Item]) -> Iterator[Result]:
        """Yield each idle worker the next item; yield results in order."""
        results: dict[int, Result] = {}
        numbered = enumerate(items)
        pending = next(numbered, None)
        yielded = 0
        while pending or results or any(worker.number is not None for worker in self._workers):
            while pending and pending[0] - yielded < MAX_WAITING * self.jobs and (worker := self._idle()):
                worker.take(task, *pending)
                pending = next(numbered, None)
            self._collect(results)
            while yielded in results:
                yield results.pop(yielded)
                yielded += 1

    def _idle(self) -> _Worker | None:
        idle = next((worker for worker in self._workers if worker.number is None), None)
        if idle is None and len(self._workers) < self.jobs:
            idle = _Worker()
            self._workers.append(idle)
        return idle

    def _collect(self, results: dict[int, Any]) -> None:
        """Wait until a worker has a result, and take it.  Raises what the task raised."""
        busy = {worker.pipe: worker for worker in self._workers if worker.number is not None}
        for pipe in connection.wait(list(busy)) if busy else ():
            worker = busy[pipe]  # type: ignore[index]  # `wait` returns some of what it is given
            number, worker.number = worker.number or 0, None
            try:
                result = worker.pipe.recv()
            except (EOFError, ConnectionError):
                raise _died(worker.process, number) from None
            results[number] = result_of(number, result)


def _died(process: "SpawnProcess", number: int) -> MachineError:
    process.join(1)
    code = process.exitcode or 0
    how = f"killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return MachineError(f"task {number}", f"its worker process was {how}", WAY_OUT)


def _work(pipe: "Connection") -> None:
    """Run tasks until the pipe closes, at whichever end of a task."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C goes to all of the terminal's processes; the parent ends this one
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, ConnectionError):
        while True:
            task, item = pipe.recv()
            pipe.send(outcome(task, item))


def _end_with_parent() -> None:
    """Wait until the parent is gone, however it ended, and end this process at once."""
    if parent := parent_process():
        parent.join()
        os._exit(1)
