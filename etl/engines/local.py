"""This machine: tasks run in this process where the work is small, else in worker processes.

Workers are used for all stages of a run.  If the run ends early, they are killed, which is safe because they write
under unique names.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from etl.engines import Item, Result
from etl.engines.outcome import result_of

if TYPE_CHECKING:
    from etl.engines.worker import Worker

# Results that wait for an earlier one, for each worker.  More would let one slow task fill the memory.
MAX_WAITING = 8


class LocalEngine:
    """Runs tasks in up to `jobs` processes, which start when there is work for two.

    The first `here` items of a `map` are processed in this process, so that their results need not wait for a worker to
    start.
    """

    pair_source = None

    def __init__(self, jobs: int, here: int = 0) -> None:
        self.jobs, self._here = jobs, here
        self._workers: list[Worker] = []

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
        """Yield results in order; each idle worker gets the next item."""
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

    def _idle(self) -> "Worker | None":
        from etl.engines.worker import Worker  # it takes time to load, and small runs need none

        idle = next((worker for worker in self._workers if worker.number is None), None)
        if idle is None and len(self._workers) < self.jobs:
            idle = Worker()
            self._workers.append(idle)
        return idle

    def _collect(self, results: dict[int, Any]) -> None:
        """Wait until a worker has a result, and take it.  Raises what the task raised."""
        from etl.engines.worker import ready

        for worker in ready([worker for worker in self._workers if worker.number is not None]):
            number, result = worker.result()
            results[number] = result_of(number, result)
