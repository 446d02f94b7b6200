"""Runs on a Spark cluster of two executors, each a process of its own, on this machine.  Run by `tox` and by `tox -e spark`.

It needs Java 17 or later (apt-get install openjdk-17-jre-headless).
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from conftest import Run

import etl
from etl.dedup import DedupSettings
from etl.dedup.settings import Copies, Keep, Numbers
from etl.engines.local import LocalEngine
from etl.engines.spark import SparkEngine, spark_engine
from etl.errors import MachineError, UsageError
from etl.formats import Reading, find
from etl.pipeline.job import Job
from etl.pipeline.run import Run as PipelineRun
from etl.pipeline.run import Silent
from etl.pipeline.select_duplicates import select
from etl.pipeline.tasks import run_task
from etl.pipeline.workspace import Workspace, scratch

CLUSTER = "local-cluster[2,1,1024]"
# For processes that live for seconds: compiling for speed would take most of their time.
CONFIGURATION = {
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
}
# Of what PySpark does, not of what we do: sockets that it leaves to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:.*:DeprecationWarning:pyspark")

WORDS = "rain river square minister court police storm market harbour village school bridge budget strike vote".split()
LETTERS = "abdegilmnorstu"


def name(chance: random.Random) -> str:
    return "".join(chance.choices(LETTERS, k=7)).capitalize()


def paragraph(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(12, 40)))


def edited(chance: random.Random, text: str) -> str:
    words = text.split()
    words[chance.randrange(len(words))] = chance.choice(WORDS)
    return " ".join(words)


def corpus(articles: int) -> str:
    """Return articles that share paragraphs, some edited; a form that is filled in often makes large buckets."""
    chance = random.Random(7)
    base = [paragraph(chance) for _ in range(articles // 4)]
    form = (
        "{} joins the board of {} as a director from the start of next month, the company said in a statement on Monday, "
        "and takes the place of a lawyer who led its office in the capital for many years and now wants to rest"
    )
    makers = (
        lambda: paragraph(chance),
        lambda: chance.choice(base),
        lambda: edited(chance, chance.choice(base)),
        lambda: form.format(name(chance), name(chance)),
        lambda: form.format("Lee", chance.choice(("Acme", "Apex"))),
    )
    texts = ["\n\n".join(chance.choice(makers)() for _ in range(chance.randint(1, 5))) for _ in range(articles)]
    return "".join(json.dumps({"id": f"d{at}", "text": text}) + "\n" for at, text in enumerate(texts))


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    if not shutil.which("java"):
        pytest.fail("there is no java: Spark cannot start.  apt-get install openjdk-17-jre-headless", pytrace=False)
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master(CLUSTER)
    for setting, value in CONFIGURATION.items():
        builder = builder.config(setting, value)
    started = builder.getOrCreate()
    yield started
    started.stop()


def fingerprinted(job: Job, folder: Path, workspace: Workspace) -> int:
    """Fingerprint a corpus in a workspace; return the number of shards."""
    (folder / "in.jsonl").write_text(corpus(240))
    run = PipelineRun(job, find([str(folder / "in.jsonl")], Reading()), LocalEngine(1), Silent())
    shards = list(run.plan(job))
    for shard in shards:
        run_task("fingerprint", job, workspace, shard)
    return len(shards)


def drops(job: Job, workspace: Workspace, shards: int, engine: SparkEngine | None = None) -> list[bytes]:
    select(job, workspace, shards, 1, engine.pair_source if engine else None)
    return [part.read_bytes() for part in workspace.parts("drops")]


@pytest.mark.parametrize(
    ("partitions", "numbers", "copies", "keep"),
    [(1, "same", "similar", "first"), (2, "any", "similar", "longest"), (3, "same", "lossless", "longest")],
    ids=["one partition", "two partitions, figures do not count", "three partitions, lossless"],
)
def test_what_is_dropped_is_the_same_for_any_partitions(
    session: Any, tmp_path: Path, partitions: int, numbers: Numbers, copies: Copies, keep: Keep
) -> None:
    settings = DedupSettings(numbers=numbers, copies=copies, keep=keep)
    job = Job(dedup=settings, shard_bytes=20_000)
    session.conf.set("spark.sql.shuffle.partitions", partitions)
    with scratch(str(tmp_path)) as workspace:
        shards = fingerprinted(job, tmp_path, workspace)
        here = drops(job, workspace, shards)
        assert drops(job, workspace, shards, SparkEngine(session)) == here
    assert sum(map(len, here)) > 2000
    session.conf.unset("spark.sql.shuffle.partitions")


def executors() -> list[int]:
    """Return the process numbers of all executors on this machine that belong to this process."""
    found = list[int]()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"CoarseGrainedExecutorBackend" in words and str(os.getpid()) in ancestors(int(folder.name)):
            found.append(int(folder.name))
    return found


def ancestors(process: int) -> list[str]:
    """Return the process numbers of the parents of a process, up to the first."""
    found = list[str]()
    while process > 1:
        try:
            status = Path(f"/proc/{process}/status").read_text()
        except OSError:
            break
        process = int(status.partition("PPid:")[2].split()[0])
        found.append(str(process))
    return found


def kill_one_after(workspace: Workspace, done: int) -> None:
    """Kill an executor as soon as so many tasks are done."""
    until = monotonic() + 300
    while len(workspace.parts("done")) < done and monotonic() < until:
        sleep(0.05)
    os.kill(executors()[0], signal.SIGKILL)


def published(workspace: Workspace) -> dict[str, bytes]:
    kinds: Sequence[str] = ("articles", "audit", "rejects")
    return {f"{kind}/{part.name}": part.read_bytes() for kind in kinds for part in workspace.parts(kind)}


def test_an_executor_that_is_killed_changes_no_byte(session: Any, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(corpus(60))
    job = Job(added="2026-01-01T00:00:00Z", shard_bytes=3_000)
    found = find([str(tmp_path / "in.jsonl")], Reading())
    stages = ("prepare", "select", "publish")
    with scratch(str(tmp_path)) as here, scratch(str(tmp_path)) as there:
        PipelineRun(job, found, LocalEngine(1), Silent()).into(here, stages)
        killer = Thread(target=kill_one_after, args=(there, 3))
        before = executors()
        killer.start()
        PipelineRun(job, found, SparkEngine(session), Silent()).into(there, stages)
        killer.join()
        assert set(before) - set(executors()), "none was killed"
        assert published(there) == published(here)
        assert len(published(here)) > 10


def test_a_cleaner_is_a_function_of_a_data_frame(session: Any) -> None:
    import pyarrow as pa

    cleaner = etl.Cleaner(profile="careful")

    def with_pandas(frames: Any) -> Any:
        for frame in frames:
            yield frame.assign(text=[cleaner.clean(text).text for text in frame["text"]])

    def with_arrow(batches: Any) -> Any:
        for batch in batches:
            texts = [result.text for result in cleaner.clean_many(batch["text"].to_pylist())]
            yield batch.set_column(0, "text", pa.array(texts))

    story = "Belarus rally grows\n\nImage copyright\n\nTens of thousands marched on Sunday."
    pages = session.createDataFrame([(story,), (story.replace("Sunday", "Monday"),)], "text string")
    expected = sorted(cleaner.clean(page.text).text for page in pages.collect())
    assert "Image copyright" not in expected[0]
    for cleaned in (pages.mapInPandas(with_pandas, pages.schema), pages.mapInArrow(with_arrow, pages.schema)):
        assert sorted(row.text for row in cleaned.collect()) == expected


def test_an_error_in_a_task_comes_out(session: Any) -> None:
    with pytest.raises(MachineError, match="task 0: no number: No such file or directory"):
        list(SparkEngine(session).map(os.listdir, ["no number"]))


def test_without_java_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(UsageError, match=r"no bin/java in JAVA_HOME[\s\S]*Install Java 17"), spark_engine("", 1):
        pass


def test_a_master_without_spark_is_refused(run: Run) -> None:
    Path("a.txt").write_text("Rain on Monday")
    result = run("clean", "a.txt", "-o", "a.jsonl", "--master", "local[2]")
    assert result.code == 2 and "needs --engine spark" in result.err


def test_nothing_from_the_current_folder_is_executed(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(corpus(4))
    for module in ("warnings", "json", "struct", "pyspark"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'RAN')!r}, 'a').write({module!r})\n")
    words = ["clean", "in.jsonl", "-o", "o.jsonl", "--engine", "spark", "--master", "local[1]"]
    # A session that other tests have begun would be used again: this one begins its own.
    line = [str(Path(sys.prefix) / "bin" / "copydesk"), *words]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=300)
    assert not (tmp_path / "RAN").exists()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("moment", ["the JVM starts", "tasks run"])
def test_an_interrupt_shows_no_traceback_and_a_second_one_changes_nothing(tmp_path: Path, moment: str) -> None:
    (tmp_path / "in").mkdir()
    for number in range(40):
        (tmp_path / "in" / f"{number}.txt").write_text("Rain fell on Monday in the north of the city.\n\n" * 40_000)
    words = ["clean", "in", "-o", "o.jsonl", "--engine", "spark", "--master", "local[1]"]
    line = [str(Path(sys.prefix) / "bin" / "copydesk"), *words]
    with subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert running.stderr is not None
        next(said for said in running.stderr if "log level to" in said)
        while moment == "tasks run" and not list(tmp_path.rglob("part-*")):
            sleep(0.1)
        for _ in range(2):
            os.killpg(running.pid, signal.SIGINT)
            sleep(0.1)
        _, said = running.communicate(timeout=60)  # to the end of stderr, so that no process of the run is left
    assert running.returncode == 130 and "interrupted; nothing half-written is left" in said, said
    assert "Traceback" not in said and [path.name for path in tmp_path.iterdir()] == ["in"]
