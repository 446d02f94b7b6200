"""Where tasks run: results in order, and processes that stay for all stages of a run."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.engines.local import LocalEngine
from etl.engines.worker import Worker
from etl.errors import MachineError, UsageError


def squared_where(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


@pytest.mark.parametrize(("jobs", "items"), [(1, 9), (2, 1), (2, 0)], ids=["one job", "one item", "nothing"])
def test_little_work_is_done_here(jobs: int, items: int) -> None:
    with LocalEngine(jobs) as engine:
        assert list(engine.map(squared_where, range(items))) == [(number**2, os.getpid()) for number in range(items)]


def test_processes_stay_until_the_engine_is_closed() -> None:
    with LocalEngine(2) as engine:
        done = [*engine.map(squared_where, range(9)), *engine.map(squared_where, range(9, 18))]
        assert [square for square, _ in done] == [number**2 for number in range(18)]
        processes = {process for _, process in done}
    assert os.getpid() not in processes and len(processes) <= 2
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def refused(number: int) -> int:
    if number == 1:
        raise UsageError("here", "is refused")
    return number


def test_an_error_in_a_task_comes_out() -> None:
    with LocalEngine(2) as engine, pytest.raises(UsageError, match="here: is refused"):
        list(engine.map(refused, [2, 1, 0]))


def one_over(number: int) -> float:
    return 1 / number


def end_at_once(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("task", "fault"),
    [(one_over, "internal error: ZeroDivisionError"), (end_at_once, "killed by signal 9")],
    ids=["a fault of ours", "a worker that is killed"],
)
def test_a_task_that_fails_is_a_fault_of_the_machine(task: Callable[[int], object], fault: str) -> None:
    with LocalEngine(2) as engine, pytest.raises(MachineError, match=fault) as raised:
        list(engine.map(task, [0, 0, 0]))
    assert raised.value.exit_code == 6 and "--resume" in raised.value.way_out


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []
    with LocalEngine(2) as engine:
        results = engine.map(squared_where, (taken.append(number) or number for number in range(1000)))  # type: ignore[func-returns-value]  # None or
        assert next(results)[0] == 0
        assert len(taken) < 100


def test_the_first_items_may_be_done_here() -> None:
    with LocalEngine(2, here=3) as engine:
        places = [place for _, place in engine.map(squared_where, range(9))]
    assert places[:3] == [os.getpid()] * 3 and os.getpid() not in places[3:]


def test_after_stop_no_task_runs_and_the_next_map_starts_anew() -> None:
    with LocalEngine(2) as engine:
        first = {place for _, place in engine.map(squared_where, range(9))}
        engine.stop()
        second = {place for _, place in engine.map(squared_where, range(9))}
    assert first.isdisjoint(second)


def test_a_process_that_is_killed_while_it_is_idle_is_a_fault_of_the_machine() -> None:
    with LocalEngine(2) as engine:
        for place in {place for _, place in engine.map(squared_where, range(9))}:
            os.kill(place, signal.SIGKILL)
            os.waitid(os.P_PID, place, os.WEXITED | os.WNOWAIT)
        with pytest.raises(MachineError, match="killed by signal 9"):
            list(engine.map(squared_where, range(9)))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="signals of a process are read from /proc")
def test_an_interrupt_reaches_no_worker_that_is_just_starting() -> None:
    worker = Worker()
    try:
        status = Path(f"/proc/{worker.process.pid}/status").read_text()
        mask = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk"))
        assert mask >> (signal.SIGINT - 1) & 1
        assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        worker.kill()
