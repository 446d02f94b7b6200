"""A Spark cluster: tasks run on its executors, and pairs of similar blocks are found by its shuffles.

All machines need the folder of the run and the inputs at the same paths, and an installed copydesk.  Tasks run in the
current folder of the command, so that relative paths work.  If an executor dies, Spark gives its tasks to another one.
Each task writes under a unique name, so both may finish.
"""

import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import chdir, contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from secrets import token_hex
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

from etl.engines import FindPairs, Item, Result
from etl.engines.outcome import outcome, result_of
from etl.errors import MachineError, Terminated, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Answer = TypeVar("Answer")

# Items per core that are sent to Spark at a time and kept in memory: so many that cores seldom wait.
ITEMS_A_CORE = 4


class SparkEngine:
    """Runs tasks in a Spark session, which its owner must stop; `jobs` is the number of threads of this process."""

    def __init__(self, session: "SparkSession", jobs: int = 1) -> None:
        self.jobs, self.session = jobs, session
        self._tag = f"copydesk-{token_hex(8)}"

    @property
    def pair_source(self) -> FindPairs:
        """Return what finds pairs of similar blocks."""
        from etl.engines.spark_pairs import SparkPairs

        return partial(SparkPairs, self)

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Run a task on each item; yield results in item order.  Raises MachineError if Spark gives up."""
        context, items, done = self.session.sparkContext, iter(items), 0
        here = partial(outcome, partial(_in_folder, Path.cwd(), task))

        def run(some: list[Item]) -> list[object]:
            outcomes: list[object] = context.parallelize(some, len(some)).map(here).collect()
            return outcomes

        width = self.ask(lambda: ITEMS_A_CORE * context.defaultParallelism)
        while some := list(islice(items, width)):
            came = self.ask(partial(run, some))
            for number, one in enumerate(came, done):
                yield result_of(number, one)
            done += len(some)

    def ask(self, call: Callable[[], Answer]) -> Answer:
        """Return what some commands to Spark return, whose jobs `stop` cancels.  Raises MachineError."""
        context = self.session.sparkContext

        def tagged() -> Answer:
            context.addJobTag(self._tag)  # a tag is of the thread
            return call()

        return _answer(tagged)

    def stop(self) -> None:
        """Cancel all running jobs.  A `map` ends its tasks before it raises an error of one of them."""
        with no_spark():
            self.session.sparkContext.cancelJobsWithTag(self._tag)


@contextmanager
def spark_engine(master: str, jobs: int) -> Iterator[SparkEngine]:
    """Yield an engine in a session of its own; `master` is the cluster, "" for that of Spark's own configuration.

    Raises UsageError if there is no PySpark or no Java, and MachineError if the cluster does not answer.
    """
    _check_installed()
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("copydesk").config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.log.level", "ERROR")
    # Spark starts workers with `python -m`, which would look for modules in the current folder first.
    builder = builder.config("spark.executorEnv.PYTHONSAFEPATH", "1")
    logging.getLogger().addHandler(logging.NullHandler())  # Py4J logs a traceback for a lost JVM
    # A JVM that starts while this process ends is not ended by it.
    session = _answer((builder.master(master) if master else builder).getOrCreate, lambda: bool(SparkContext._gateway))
    try:
        yield SparkEngine(session, jobs)
    finally:
        with no_spark():
            session.stop()


@contextmanager
def no_spark() -> Iterator[None]:
    """Release what Spark holds in a block: if its process died, there is nothing, and its errors are suppressed."""
    from py4j.protocol import Py4JError

    with suppress(Py4JError, ConnectionError):
        yield


def _answer(call: Callable[[], Answer], may_leave: Callable[[], bool] = lambda: True) -> Answer:
    """Return what a call of Spark returns.  Raises MachineError for what it raises.

    The call is made in a thread, where no signal interrupts it: the next command would read the rest of its answer.
    In the main thread, PySpark would also install a handler of its own for ^C.  A signal ends the wait for the answer,
    once the call may be left.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    answer: Future[Answer] = Future()

    def ask() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    try:
        return answer.result()
    except (KeyboardInterrupt, Terminated):
        while not (may_leave() or answer.done()):
            sleep(0.05)
        raise
    except (Py4JError, PySparkException, ConnectionError) as error:
        words = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise MachineError("Spark", " ".join(words[:2]) or type(error).__name__) from error


def _check_installed() -> None:
    try:
        import pyspark  # noqa: F401  # whether it is there is all that is asked
    except ImportError:
        way_out = "In the folder of copydesk: pip install '.[spark]'"
        raise UsageError("--engine spark", "PySpark is not installed", way_out) from None
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=f"{home}/bin" if home else None):
        where = f"no bin/java in JAVA_HOME ({home})" if home else "there is no java on the PATH"
        way_out = "Install Java 17 or later (apt-get install openjdk-17-jre-headless), or set JAVA_HOME."
        raise UsageError("--engine spark", f"Spark needs Java, and {where}", way_out)


def _in_folder(folder: Path, task: Callable[[Any], object], item: object) -> object:
    """Run a task in a folder, and restore the worker's own folder, because others may use the worker next."""
    with chdir(folder):
        return task(item)
