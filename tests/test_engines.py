"""Where tasks run: results in order, and processes that stay for all stages of a run."""

import os

import pytest

from etl.engines.local import LocalEngine


def squared_where(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


@pytest.mark.parametrize(("jobs", "items"), [(1, 9), (2, 1), (2, 0)], ids=["one job", "one item", "nothing"])
def test_little_work_is_done_here(jobs: int, items: int) -> None:
    with LocalEngine(jobs) as engine:
        assert engine.map(squared_where, range(items)) == [(number**2, os.getpid()) for number in range(items)]


def test_processes_stay_until_the_engine_is_closed() -> None:
    with LocalEngine(2) as engine:
        done = engine.map(squared_where, range(9)) + engine.map(squared_where, range(9, 18))
        assert [square for square, _ in done] == [number**2 for number in range(18)]
        processes = {process for _, process in done}
    assert os.getpid() not in processes and len(processes) <= 2
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_an_error_in_a_task_comes_out() -> None:
    with LocalEngine(2) as engine, pytest.raises(ZeroDivisionError):
        engine.map(one_over, [2, 1, 0])


def one_over(number: int) -> float:
    return 1 / number
