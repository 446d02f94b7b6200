"""Where tasks run.  An engine decides only that; what a task does is in `pipeline/tasks.py`.

local        this process, or worker processes of this machine
worker       a worker process, and the pipe to it
spark        a Spark cluster
spark_pairs  pairs of similar blocks, found by shuffles of Spark
outcome      the result of a task, as a value
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from etl.dedup.arrays import I64
    from etl.dedup.pairs.buckets import ComparisonInput
    from etl.dedup.pairs.source import PairSource

Item = TypeVar("Item")
Result = TypeVar("Result")


class FindPairs(Protocol):
    """Finds pairs where the fingerprints are: in files, one a shard, whose first blocks have these numbers."""

    def __call__(
        self, paths: Sequence[str], starts: "I64", compared: "ComparisonInput", blocks: "I64", /
    ) -> "PairSource":
        """Return the source of the pairs among some blocks, which are given in order."""
        ...


class Engine(Protocol):
    """Runs tasks; `jobs` is how many at a time in processes or threads of this machine.

    `pair_source` finds the pairs of similar blocks; None where this process does.
    """

    jobs: int

    @property
    def pair_source(self) -> FindPairs | None:
        """Return what finds pairs."""
        ...

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Run a task on each item, once or more, anywhere; yield small results in item order.

        Items are taken as they are needed.  Raises MachineError if the process of a task dies, and what a task raises.
        """
        ...

    def stop(self) -> None:
        """End all tasks that are under way.  When this returns none of them runs; the next `map` starts anew."""
        ...
