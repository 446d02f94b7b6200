"""Where tasks run.  An engine decides only that; what a task does is in `pipeline/tasks.py`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine(Protocol):
    """Runs tasks; `jobs` is how many at a time."""

    jobs: int

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Run a task on each item, once or more, anywhere; yield small results in item order.

        Items are taken as they are needed.  Raises MachineError if the process of a task dies, and what a task raises.
        """
        ...

    def stop(self) -> None:
        """End all tasks that are under way.  When this returns none of them runs; the next `map` starts anew."""
        ...
