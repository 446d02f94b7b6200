"""This machine: in this process where the work is small, else in a pool of processes."""

from collections.abc import Callable, Sequence

from etl.engines import Item, Result


class LocalEngine:
    """Runs tasks in up to `jobs` processes.  They are spawned, so that none inherits what another thread held."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run a task on each item; results in item order."""
        workers = min(self.jobs, len(items))
        if workers <= 1:
            return [task(item) for item in items]
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            return list(pool.map(task, items))
