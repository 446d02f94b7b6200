"""Engines decide where tasks run; the work of a task is in `pipeline/tasks.py`.

local        this process, or worker processes of this machine
worker       a worker process, and the pipe to it
spark        a Spark cluster
spark_pairs  pairs of similar blocks, found by shuffles of Spark
outcome      the result of a task, as a value
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from etl.array_types import I64
    from etl.dedup.pairs.buckets import ComparisonInput
    from etl.dedup.pairs.source import PairSource

Item = TypeVar("Item")
Result = TypeVar("Result")


class FindPairs(Protocol):
    """Finds pairs among fingerprints in files: one file per shard, whose first blocks have these numbers."""

    def __call__(
        self, paths: Sequence[str], starts: "I64", compared: "ComparisonInput", blocks: "I64", /
    ) -> "PairSource":
        """Return the source of pairs among some blocks, which are in order."""
        ...


class Engine(Protocol):
    """Runs tasks, at most `jobs` at a time in processes or threads of this machine.

    `pair_source` finds the pairs of similar blocks; None if this process finds them.
    """

    jobs: int

    @property
    def pair_source(self) -> FindPairs | None:
        """Return the function that finds pairs."""
        ...

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Run a task on each item, perhaps more than once, and yield its small results in the order of items.

        Items are taken as they are needed.  Raises MachineError if the process of a task dies, and what a task raises.
        """
        ...

    def stop(self) -> None:
        """End all running tasks.  When this returns, no task runs; the next `map` starts new ones."""
        ...
