"""Where tasks run.  An engine decides only that; what a task does is in `stages`."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine(Protocol):
    """One verb; and `jobs`, how many tasks it runs at a time."""

    jobs: int

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run a task on each item, once or more, anywhere; small results, in item order.

        A task is idempotent: it writes to a temporary name and renames.
        """
        ...
