"""A Spark cluster: tasks run on its executors, and pairs of similar blocks are found by its shuffles.

All machines need the folder of the run and the inputs at the same paths, and an installed copydesk.  Tasks run in the
current folder of the command, so that relative paths work.  If an executor dies, Spark gives its tasks to another one.
Each task writes under a unique name, so both may finish.
"""

import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir, contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from secrets import token_hex
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

from etl.engines import FindPairs, Item, Result
from etl.engines.outcome import outcome, result_of
from etl.errors import MachineError, Terminated, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Items per core that are sent to Spark at a time and kept in memory: so many that cores seldom wait.
ITEMS_A_CORE = 4


class SparkEngine:
    """Runs tasks in a Spark session, which its owner must stop; `jobs` is the number of threads of this process."""

    def __init__(self, session: "SparkSession", jobs: int = 1) -> None:
        self.jobs, self._session = jobs, session
        self._tag = f"copydesk-{token_hex(8)}"

    @property
    def pair_source(self) -> FindPairs:
        """Return what finds pairs of similar blocks."""
        from etl.engines.spark_pairs import SparkPairs

        return partial(SparkPairs, self._session)

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Run a task on each item; yield results in item order.  Raises MachineError if Spark gives up."""
        context, items, done = self._session.sparkContext, iter(items), 0
        here = partial(outcome, partial(_in_folder, Path.cwd(), task))
        while some := list(islice(items, ITEMS_A_CORE * context.defaultParallelism)):
            with spark_faults(), self._tagged():
                came = context.parallelize(some, len(some)).map(here).collect()
            for number, one in enumerate(came, done):
                yield result_of(number, one)
            done += len(some)

    def stop(self) -> None:
        """Cancel all running jobs.  A `map` ends its tasks before it raises an error of one of them."""
        self._session.sparkContext.cancelJobsWithTag(self._tag)

    @contextmanager
    def _tagged(self) -> Iterator[None]:
        context = self._session.sparkContext
        context.addJobTag(self._tag)
        try:
            with spark_faults():  # here too: after a signal, the next command is below
                yield
        finally:
            context.removeJobTag(self._tag)


@contextmanager
def spark_engine(master: str, jobs: int) -> Iterator[SparkEngine]:
    """Yield an engine in a session of its own; `master` is the cluster, "" for that of Spark's own configuration.

    Raises UsageError if there is no PySpark or no Java, and MachineError if the cluster does not answer.
    """
    _check_installed()
    from py4j.protocol import Py4JError
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("copydesk").config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.log.level", "ERROR")
    # Spark starts workers with `python -m`, which would look for modules in the current folder first.
    builder = builder.config("spark.executorEnv.PYTHONSAFEPATH", "1")
    logging.getLogger().addHandler(logging.NullHandler())  # Py4J logs a traceback for a signal, and for a lost JVM
    with spark_faults(), _own_interrupt():
        session = (builder.master(master) if master else builder).getOrCreate()
    try:
        yield SparkEngine(session, jobs)
    finally:
        with suppress(Py4JError, ConnectionError):  # if its process died, there is nothing to stop
            session.stop()


@contextmanager
def spark_faults() -> Iterator[None]:
    """Raise MachineError for what Spark raises in a block.  A signal in the block leaves no half-read answer."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (KeyboardInterrupt, Terminated):
        _close_connection()
        raise
    except (Py4JError, PySparkException, ConnectionError) as error:
        words = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise MachineError("Spark", " ".join(words[:2]) or type(error).__name__) from error


@contextmanager
def _own_interrupt() -> Iterator[None]:
    """Keep the handler of ^C: PySpark installs one that a second ^C runs again, in the middle of the cleaning up."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if before is not None and current_thread() is main_thread():
            signal.signal(signal.SIGINT, before)


def _close_connection() -> None:
    """Close this thread's connection to the JVM, so that the next command opens one.

    Otherwise the next command would read the answer to the command that the signal interrupted.
    """
    from pyspark import SparkContext

    client = getattr(SparkContext._gateway, "_gateway_client", None)  # no other way leads to it
    own = getattr(client, "get_thread_connection", lambda: None)()
    if own is not None:
        own.close()


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
