"""This machine: in this process where the work is small, else in a pool of processes."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from etl.engines import Item, Result

if TYPE_CHECKING:
    from concurrent.futures import Executor


class LocalEngine(ExitStack):
    """Runs tasks in up to `jobs` processes, which start when there is work for two and stay until the engine is closed.

    They are spawned, so that none inherits what another thread held.
    """

    def __init__(self, jobs: int) -> None:
        super().__init__()
        self.jobs = jobs

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run a task on each item; results in item order."""
        if min(self.jobs, len(items)) <= 1:
            return [task(item) for item in items]
        return list(self._pool.map(task, items))

    @cached_property
    def _pool(self) -> "Executor":
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        return self.enter_context(ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")))
