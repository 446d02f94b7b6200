"""Tasks in threads of this process, which run in parallel while numpy computes or the disk is read."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")


def in_threads(tasks: Iterable[Callable[[], Result]], threads: int) -> Iterator[Result]:
    """Run tasks in threads; yield results in order.

    One more task than threads is submitted, so that no thread waits while the caller makes the next one.
    """
    if threads == 1:
        yield from (task() for task in tasks)
        return

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[Result]] = deque()
        for task in tasks:
            under_way.append(pool.submit(task))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


@contextmanager
def in_background(threads: int) -> Iterator[Callable[[Callable[[], None]], None]]:
    """Yield a function that starts a task, which must not raise; the block ends when all tasks have ended.

    With one thread, a task runs at once, before the next statement of the block.
    """
    started: list[Thread] = []

    def start(task: Callable[[], None]) -> None:
        if threads == 1:
            task()
        else:
            started.append(Thread(target=task))
            started[-1].start()

    try:
        yield start
    finally:
        for thread in started:
            if thread.is_alive():  # a signal may have come before it was started
                thread.join()
