"""A run: one path for all commands, atomic parts, streaming, sums that add up."""

import errno
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import zstandard
from conftest import Run
from corpus import read_lines
from hypothesis import given
from hypothesis import strategies as st

from etl.audit import Balance, Tally
from etl.cli.progress import ProgressLine
from etl.document import Judged, finish, judge, parse
from etl.errors import PackError, UsageError
from etl.formats.own_records import read_texts
from etl.model import Metadata, Raw
from etl.packs import Selection, compile_rules, pack_versions, settled
from etl.packs import selection as packs_selection
from etl.pipeline import run as pipeline_run
from etl.pipeline.delivery import finish_delivery
from etl.pipeline.documents import JUDGED, read_judged, write_documents
from etl.pipeline.job import Job
from etl.pipeline.output import Output, output_of
from etl.pipeline.run import ALL_AT_ONCE
from etl.pipeline.tasks import run_task
from etl.pipeline.workspace import Claim, Done, Identity, Workspace

ADDED = ("--added", "2026-11-22")
STORY = (
    "The council of {town} met on Monday and spoke for {number} hours about the bridge over the river.\n\nRead More\n\n"
)
SLOW = "(a|aa)+"
PACK = f"""\
[pack]
id = "mine"
version = "1"

[[rule]]
id = "slow"
title = "A run of letters"
kind = "notice"
match.regex = "{SLOW}"
why = "Somebody tried."
drops = ["aaa"]
keeps = ["b"]
"""


def crawl(path: Path, records: int, town: str = "Ayton") -> Path:
    texts = [STORY.format(town=f"{town} {number}", number=number * 7) for number in range(records)]
    lines = [json.dumps({"id": f"r{number}", "text": text}) for number, text in enumerate(texts)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# --- atomic parts -----------------------------------------------------------------------------------------------------


def test_a_rule_that_runs_out_of_time_in_one_of_many_shards_leaves_whole_files(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path / "in.jsonl", 300)
    line = json.dumps({"id": "slow", "text": "a" * 60 + "b"})
    (tmp_path / "in.jsonl").write_text((tmp_path / "in.jsonl").read_text() + line + "\n")
    (tmp_path / "mine.toml").write_text(PACK)
    how = ("--dedup", "off", "-r", "mine.toml", *ADDED)
    done = run("clean", "in.jsonl", "-o", "two.jsonl", "-j", "2", "--shard-size", "2kB", *how)
    assert done.code == 0 and "left out mine/slow" in done.err
    assert run("clean", "in.jsonl", "-o", "one.jsonl", "-j", "1", *how, "--ignore", "mine/slow").code == 0
    for kind in ("", ".audit"):
        assert (tmp_path / f"two{kind}.jsonl").read_bytes() == (tmp_path / f"one{kind}.jsonl").read_bytes()
    assert run("restore", "two.jsonl", "-o", "back").code == 0


def test_a_run_judges_by_the_packs_that_it_began_with(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl(tmp_path / "in.jsonl", 100)
    first = PACK.replace(SLOW, "The council of .{1,200}")
    (tmp_path / "mine.toml").write_text(first)

    def edits_the_pack(*task: Any) -> Done:
        done = run_task(*task)
        (tmp_path / "mine.toml").write_text(first.replace("council", "mayor").replace('"1"', '"2"'))
        return done

    monkeypatch.setattr(pipeline_run, "run_task", edits_the_pack)
    how = ("--dedup", "off", "-j", "1", "--shard-size", "2kB", "-r", "mine.toml")
    assert run("clean", "in.jsonl", "-o", "out/", *how).code == 0
    dropped = {row["rule"]: row["changes"] for row in json.loads(run("stats", "out", "--json").out)}
    assert dropped["mine/slow"] == 100
    assert json.loads((tmp_path / "out" / "run.json").read_bytes())["packs"]["mine.toml"]["version"] == "1"


def test_a_process_that_starts_later_refuses_a_pack_that_changed(tmp_path: Path) -> None:
    pack = tmp_path / "mine.toml"
    pack.write_text(PACK)
    selection = settled(Selection(packs=(str(pack),)))
    before, versions = compile_rules(selection), pack_versions(selection)
    pack.write_text(PACK.replace('"1"', '"2"'))
    assert (compile_rules(selection), pack_versions(selection)) == (before, versions)
    packs_selection._compiled.cache_clear()  # as in a new process
    packs_selection._loaded.cache_clear()
    with pytest.raises(PackError, match=r"mine\.toml: changed while the command was running"):
        compile_rules(selection)
    pack.write_text(PACK)
    compile_rules(selection)


def test_a_part_appears_when_it_is_whole(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    with pytest.raises(ZeroDivisionError), workspace.writing("articles", 0) as path:
        path.write_text("half")
        assert workspace.parts("articles") == []
        _ = 1 / 0
    assert list((tmp_path / "articles").iterdir()) == []


def test_two_attempts_at_one_task_never_share_a_name(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    with workspace.writing("articles", 0) as first, workspace.writing("articles", 0) as second:
        assert first != second
        first.write_text("whole")
        second.write_text("whole")
    assert [path.read_text() for path in workspace.parts("articles")] == ["whole"]


def test_what_a_stage_counted_is_there_when_it_is_done(tmp_path: Path) -> None:
    workspace, tally = Workspace(str(tmp_path)), Tally(documents=3, books=Balance(9, 5, 1, 3), rules=(("a", 2),))
    assert workspace.tally("clean", 7) is None
    assert workspace.finish("clean", Done(7, tally, [])) == tally
    assert (workspace.tally("clean", 7), workspace.tally("publish", 7)) == (tally, None)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_shard_is_done_when_the_disk_has_its_parts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    synced = set[str]()

    def sync(part: Path) -> None:
        done = part.parents[1] / "done" / f"{part.name.partition('.')[0]}.publish"
        assert part.parent.name != "articles" or not done.exists()
        synced.add(f"{part.parent.name}/{part.name}")

    monkeypatch.setattr("etl.pipeline.workspace.fsync", sync)
    crawl(tmp_path / "in.jsonl", 20)
    assert run("clean", "in.jsonl", "-o", "out/", "-j", str(jobs), "--shard-size", "2kB").code == 0
    published = {f"{path.parent.name}/{path.name}" for path in (tmp_path / "out").rglob("part-*")}
    assert len(published) >= 5
    assert published <= synced
    assert {"staged/part-00001.msgpack", "fingerprints/part-00001.blocks.arrow", "drops/part-00001.msgpack"} <= synced


def test_a_disk_that_is_full_when_parts_are_synced_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(part: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("etl.pipeline.workspace.fsync", fail)
    crawl(tmp_path / "in.jsonl", 20)
    for jobs in ("1", "2"):
        done = run("clean", "in.jsonl", "-o", "out/", "-j", jobs, "--shard-size", "2kB")
        assert (done.code, "part-00000" in done.err, "internal error" in done.err) == (6, True, False), done.err


def test_a_disk_that_is_full_when_the_output_is_made_is_a_fault_of_the_machine(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    crawl(tmp_path / "in.jsonl", 2)
    monkeypatch.setattr(Path, "mkdir", fail)
    done = run("clean", "in.jsonl", "-o", "out/")
    assert (done.code, done.err.splitlines()[0]) == (6, "copydesk: out/: No space left on device")


TEXTS = st.lists(
    st.sampled_from(["Belarusâ€™ rally", "Read More", "They marched.", "“No”", "\ud83d", "don?t", " "]), max_size=6
)


@given(st.lists(TEXTS.map("\n\n".join), max_size=3))
def test_documents_come_back_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    rules = compile_rules(Selection())
    raws = [Raw("a.txt", text, "0" * 64, metadata=Metadata(publisher="BBC News")) for text in texts]
    judged = judge([parse(raw, rules) for raw in raws], rules)
    workspace = Workspace(str(tmp_path_factory.mktemp("work")))
    list(write_documents(workspace, JUDGED, 0, judged))
    back = list(read_judged(workspace, 0))
    assert back == judged
    assert [finish(one).records for one in back if isinstance(one, Judged)] == [finish(one).records for one in judged]


def test_each_character_is_staged_once(tmp_path: Path) -> None:
    rules = compile_rules(Selection())
    text = "\n\n".join(STORY.format(town=number, number=number)[:-13] * 4 for number in range(500))
    workspace = Workspace(str(tmp_path))
    list(write_documents(workspace, JUDGED, 0, judge([parse(Raw("a", text, "0" * 64), rules)], rules)))
    assert workspace.path(JUDGED, 0, ".msgpack").stat().st_size < 1.5 * len(text)


# --- outputs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [("", "stdout"), ("-", "stdout"), ("a.jsonl", "file"), ("a.jsonl.zst", "file"), ("a", "folder"), ("a.d/", "folder"), ("/dev/null", "stream")],
)  # fmt: skip
def test_outputs_by_name(name: str, kind: str) -> None:
    assert output_of(name).kind == kind


@pytest.mark.parametrize("folder", ["~", os.fsdecode(b"\xff")], ids=["no home", "not UTF-8"])
@pytest.mark.parametrize("name", ["o.jsonl", "o.parquet"])
def test_an_output_may_have_any_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, name: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for town in ("Ayton", "Beeton"):
        (tmp_path / f"{town}.txt").write_text(STORY.format(town=town, number=1))
    index = ("--index", "~/seen") if folder == "~" else ()  # the name of an index is UTF-8
    for output in (f"{folder}/{name}", f"{folder}/again-{name}"):
        done = run("clean", "Ayton.txt", "Beeton.txt", "-o", output, "--shard-size", "1kB", *index)
        assert done.code == 0, done.err
    assert run("restore", f"{folder}/{name}", "-o", "back/").code == 0
    assert (tmp_path / "back/Beeton.txt").read_text() == STORY.format(town="Beeton", number=1)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "http://localhost/a.jsonl"),
        ("-o", "memory://a/"),
        ("-o", "o.jsonl", "--index", "s3://bucket/seen"),
        ("-o", "o.jsonl", "--work", "file:///tmp"),
    ],
)
def test_an_address_makes_no_folder_here(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text("The mayor spoke.\n")
    done = run("clean", "a.txt", *words)
    assert done.code == 2 and "address" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl.bz2", "a.txt"])
def test_an_ending_that_cannot_be_written_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is not the ending of a format"):
        output_of(name)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("clean in/a.txt -o in/a.jsonl", "exists already"),
        ("clean in/a.txt -o in/a.jsonl -f", "was not written by copydesk"),
        ("clean in/i.audit.jsonl -o in/i.jsonl", "would write over the input"),
        ("clean in/i.jsonl -o in/i.jsonl -f", "would write over the input"),
        ("clean in -o in/out", "is inside the input folder"),
        ("clean in/articles/a.txt -o in -f", "holds the input"),
        ("dedup in/i.jsonl -o u.jsonl --pairs u.jsonl", "is written for u.jsonl"),
        ("dedup in/i.jsonl -o u.jsonl --pairs u.audit.jsonl", "is written for u.jsonl"),
        ("dedup in/i.jsonl -o u.jsonl --pairs p.jsonl --clusters p.jsonl", "is written for --pairs"),
        ("dedup in/i.jsonl -o u.jsonl --pairs in/i.jsonl -f", "is an input"),
    ],
)
def test_what_is_there_and_is_not_ours_stays(run: Run, tmp_path: Path, words: str, fault: str) -> None:
    (tmp_path / "in/articles").mkdir(parents=True)
    for name, body in (
        ("a.txt", "A story."),
        ("articles/a.txt", "A story."),
        ("a.jsonl", "mine"),
        ("i.jsonl", '{"text": "x"}\n'),
        ("i.audit.jsonl", '{"text": "x"}\n'),
    ):
        (tmp_path / "in" / name).write_text(body)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = run(*words.split())
    assert (done.code, fault in done.err) == (2, True), done.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("output", ["o.jsonl", "o/"])
def test_force_replaces_what_copydesk_wrote_and_all_of_it(run: Run, tmp_path: Path, output: str) -> None:
    (tmp_path / "a.txt").write_text("A story of Ayton.\n\nRead More\n")
    (tmp_path / "b.txt").write_text("A tale of Bewick.\n\nRead More\n")
    assert run("clean", "a.txt", "-o", output).code == 0
    assert run("clean", "b.txt", "-o", output).code == 2
    assert run("clean", "b.txt", "-o", output, "-f", "--no-audit").code == 0
    assert run("restore", output).code == 2  # no audit of the first run is left
    assert run("clean", "b.txt", "-o", output, "-f").code == 0
    assert run("restore", output).out == "A tale of Bewick.\n\nRead More\n"
    assert not list(tmp_path.rglob(".*"))


def test_a_name_between_two_runs_is_delivered_by_the_next(tmp_path: Path) -> None:
    """A run that was killed while it moved names: the next one into the same output moves the rest."""
    output = Output("file", str(tmp_path / "o.jsonl"))
    (tmp_path / "o.jsonl").write_text("old")
    (tmp_path / "o.audit.jsonl").write_text("new audit, moved already")
    with Claim(output.parent, output.claim) as claim:
        workspace = Path(claim.open(Identity({}), ".jsonl").folder)
    (workspace / "ready").mkdir()
    (workspace / "ready/articles").write_text("new")
    status = (tmp_path / "o.jsonl").stat()
    replaced = [status.st_ino, status.st_size, status.st_mtime_ns]
    (workspace / "delivery.json").write_text(
        f'{{"ready": ["articles", "audit"], "replaced": {{"articles": {replaced}}}}}'
    )
    assert finish_delivery(output, workspace)
    assert ((tmp_path / "o.jsonl").read_text(), (tmp_path / "o.audit.jsonl").read_text()) == (
        "new",
        "new audit, moved already",
    )
    assert finish_delivery(output, workspace)
    assert (tmp_path / "o.jsonl").read_text() == "new"


def test_parts_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    for number in (100_000, 99_999, 2, 10_001):
        path = workspace.path("articles", number)
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'{{"id": "{number}", "text": "One."}}\n')
    names = ["part-00002", "part-10001", "part-99999", "part-100000"]
    assert [path.stem for path in workspace.parts("articles")] == names
    assert [name for name, _ in read_texts(tmp_path / "articles")] == ["2", "10001", "99999", "100000"]


def test_an_output_is_written_by_one_run_at_a_time(tmp_path: Path) -> None:
    with Claim(tmp_path, "o.jsonl"):
        with (
            pytest.raises(UsageError, match=rf"o.jsonl: is being written by process {os.getpid()} on "),
            Claim(tmp_path, "o.jsonl"),
        ):
            pass
        with Claim(tmp_path, "p.jsonl"):
            pass
    with Claim(tmp_path, "o.jsonl"):
        pass
    assert list(tmp_path.iterdir()) == []


# --- inputs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inputs", ["a.txt a.txt", "a.txt .", ". a.txt", "a.txt ./a.txt link.txt", "*.txt a.txt"])
def test_an_input_is_read_once_whatever_it_is_called(run: Run, tmp_path: Path, inputs: str) -> None:
    (tmp_path / "a.txt").write_text(STORY.format(town="Ayton", number=1))
    (tmp_path / "link.txt").symlink_to("a.txt")
    output = tmp_path.with_name(f"{tmp_path.name}-out")  # not inside what is read
    assert run("clean", *inputs.split(), "-o", output, *ADDED).code == 0
    assert run("restore", output).out == (tmp_path / "a.txt").read_text()


def test_own_audits_and_rejects_are_no_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    crawl(tmp_path / "c.jsonl", 3)
    assert run("clean", "c.jsonl", "-o", "in/c.jsonl").code == 0
    done = run("clean", "in", "-o", "again.jsonl")
    assert (done.code, len(read_lines(tmp_path / "again.jsonl"))) == (0, 3)
    assert "in/c.audit.jsonl: copydesk wrote it, and it holds no articles" in done.err


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_a_compressed_file_is_split_as_a_plain_one(run: Run, tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    plain = crawl(tmp_path / "plain.jsonl", 200)
    (tmp_path / "in.jsonl").write_bytes(plain.read_bytes())
    assert run("clean", "in.jsonl", "-o", "plain", "--shard-size", "2kB", *ADDED).code == 0
    (tmp_path / "in.jsonl").unlink()
    suffix = ".gz" if pack is gzip.compress else ".zst"
    (tmp_path / f"in.jsonl{suffix}").write_bytes(pack(plain.read_bytes()))
    assert run("clean", f"in.jsonl{suffix}", "-o", "packed", "--shard-size", "2kB", *ADDED).code == 0
    counts = [len(list((tmp_path / name / "articles").iterdir())) for name in ("plain", "packed")]
    assert counts[0] == counts[1] > 5


@pytest.mark.parametrize(("most", "workers"), [pytest.param(2, 0, id="large"), pytest.param(99, 2, id="small")])
def test_workers_of_a_large_run_end_before_duplicates_are_selected(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, workers: int
) -> None:
    crawl(tmp_path / "in.jsonl", 60)
    found: list[int] = []
    select = ALL_AT_ONCE["select"]

    def counted(job: Job, workspace: Workspace, shards: int, engine: Any) -> None:
        found.append(len(engine._workers))
        select(job, workspace, shards, engine)

    monkeypatch.setattr("etl.pipeline.run.MAX_SHARDS_BESIDE_WORKERS", most)
    monkeypatch.setitem(ALL_AT_ONCE, "select", counted)
    assert run("clean", "in.jsonl", "-o", "out.jsonl", "-j", "2", "--shard-size", "2kB", *ADDED).code == 0
    assert found == [workers]


FREEING = """
import sys
from etl.processes import return_freed_memory
if sys.argv[1] == "returns":
    return_freed_memory(1 << 18)
first = bytearray(2 << 20)
del first  # from here on the C library takes blocks of this size from its heap
held = [bytearray(1 << 20) for _ in range(128)]
del held[::2]
print(open("/proc/self/status").read().split("RssAnon:")[1].split()[0])
"""


def test_blocks_that_are_freed_between_others_go_back_to_the_system() -> None:
    kept, returned = (
        int(subprocess.run([sys.executable, "-c", FREEING, how], capture_output=True, check=True).stdout)
        for how in ("keeps", "returns")
    )
    assert kept - returned > 48 << 10  # of 64 MiB, in KiB


# --- streaming --------------------------------------------------------------------------------------------------------


def test_the_first_article_leaves_before_the_last_input_is_read() -> None:
    command = [sys.executable, "-m", "etl", "clean", "-", "--from", "jsonl", "--dedup", "off", "-q"]
    line = json.dumps({"text": STORY.format(town="Ayton", number=1) * 20}).encode() + b"\n"
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        writing = Thread(target=process.stdin.write, args=(line * (60_000 // len(line)),))
        writing.start()  # the pipe stays open: more may come
        assert json.loads(process.stdout.readline())["status"] == "full"
        reading = Thread(target=process.stdout.read)
        reading.start()
        writing.join()
        process.stdin.close()
        reading.join()
    assert process.returncode == 0


def test_a_closed_pipe_ends_the_run_at_once(tmp_path: Path) -> None:
    crawl(tmp_path / "in.jsonl", 20_000)
    command = f"{sys.executable} -m etl clean {tmp_path}/in.jsonl --dedup off -j 1 -q | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (0, b"", 1)


@pytest.mark.parametrize("scope", ["off", "article"])
def test_nothing_is_put_on_disk_where_nothing_must(tmp_path: Path, scope: str) -> None:
    """The folder for temporary files is one that may not be written to."""
    body = crawl(tmp_path / "in.jsonl", 50).read_bytes()
    command = [sys.executable, "-m", "etl", "clean", "-", "--dedup", scope, "-q"]
    environment = {**os.environ, "TMPDIR": "/proc", "TEMP": "/proc", "TMP": "/proc"}
    done = subprocess.run(command, input=body, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 50)


@pytest.mark.parametrize("options", ["", "-j 2 --shard-size 3kB", "-j 5 --shard-size 50kB", "--memory 20kB"])
def test_the_same_bytes_from_a_file_a_folder_a_glob_and_a_pipe(run: Run, tmp_path: Path, options: str) -> None:
    (tmp_path / "in").mkdir()
    crawl(tmp_path / "in/a.jsonl", 150)
    assert run("clean", "in/a.jsonl", "-o", "base.jsonl", *ADDED).code == 0
    for number, name in enumerate(("in/a.jsonl", "in", "in/*.jsonl")):
        assert run("clean", name, "-o", f"{number}.jsonl", *ADDED, *options.split()).code == 0
        for kind in ("", ".audit"):
            assert (tmp_path / f"{number}{kind}.jsonl").read_bytes() == (tmp_path / f"base{kind}.jsonl").read_bytes()
    piped = run("clean", "in/a.jsonl", *ADDED, *options.split()).out
    assert piped.encode() == (tmp_path / "base.jsonl").read_bytes()


@pytest.mark.parametrize(
    "environment",
    [{"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"}, {"TZ": "Pacific/Apia"}, {"TZ": "America/Caracas"}, {"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "77"}],
    ids=str,
)  # fmt: skip
def test_the_same_bytes_in_any_environment(sample: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "etl", "clean", sample.name, "-q", *ADDED]
    outputs = [
        subprocess.run(command, cwd=sample.parent, env={**os.environ, **more}, capture_output=True, check=True).stdout
        for more in ({}, environment)
    ]
    assert outputs[0] == outputs[1] != b""


def test_names_of_files_do_not_depend_on_the_locale(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    name = "in/d\u00e9j\u00e0.txt"
    for one in (name, "in/b.txt"):
        (tmp_path / one).write_text("The ferry sails on Monday.\n")
    ascii_alone = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (
        ["clean", "in", "-o", "o.jsonl", "--dedup", "off"],
        ["restore", "o.jsonl", "-o", "back"],
        ["explain", f"{name}:1"],
    ):
        command = [sys.executable, "-m", "etl", *words]
        result = subprocess.run(command, cwd=tmp_path, env=ascii_alone, capture_output=True, check=False)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "back" / name).read_text() == "The ferry sails on Monday.\n"


# --- sums -------------------------------------------------------------------------------------------------------------


def test_kept_changed_and_removed_add_up_to_what_was_read(run: Run, sample: Path) -> None:
    summary = json.loads(run("clean", sample, "-o", "o.jsonl", "--json").err)
    books = summary["books"]
    assert books["read"] == books["kept"] + books["changed"] + books["removed"] == len(sample.read_text())
    for by in ("rule", "kind", "action", "publisher"):
        booked = sum(row["characters"] for row in json.loads(run("stats", "o.jsonl", "--by", by, "--json").out))
        assert booked == books["changed"] + books["removed"]
    last = run("stats", "o.jsonl").out.splitlines()[-1].split()
    assert last[1:] == [f"{books['read']:,}", "(read)"]


def test_a_whole_text_changed_by_one_repair_is_changed_and_not_removed(run: Run, tmp_path: Path) -> None:
    text = "Belarusâ€™ president " * 3
    (tmp_path / "a.txt").write_text(text)
    books = json.loads(run("clean", "a.txt", "--json").err)["books"]
    assert (books["removed"] <= 1, books["changed"] > 0) == (True, True)


def test_an_article_of_which_nothing_is_left_is_counted_and_warned_about(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Read More\n")
    done = run("clean", "a.txt")
    assert "1 article without text, because all text was removed" in done.err
    assert json.loads(run("clean", "a.txt", "--json").err)["warnings"] == {"emptied": 1}


def test_whole_articles_that_are_copies_are_counted(run: Run, tmp_path: Path) -> None:
    text = "The mayor of Harwick resigned on Friday after a long vote of the council.\n"
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(text)
    assert "1 article left out as a copy of another\n" in run("clean", "a.txt", "b.txt").err
    assert "2 articles left out as copies of others\n" in run("clean", "a.txt", "b.txt", "c.txt").err
    assert json.loads(run("clean", "a.txt", "b.txt", "--json").err)["warnings"] == {"copy": 1}
    assert "left out" not in run("clean", "a.txt", "b.txt", "--dedup-action", "tag").err


def test_a_date_that_cannot_be_read_is_counted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A story.", "date": "some day"}\n')
    assert "1 date could not be read" in run("clean", "a.jsonl").err


def test_json_is_one_object_on_stderr(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A story.", "date": "some day"}\n{"text": 1}\n')
    done = run("clean", "a.jsonl", "--json")
    summary = json.loads(done.err)
    assert (done.code, summary["rejects"], summary["statuses"]) == (4, 1, {"full": 1})
    assert any("could not be read" in message for message in summary["messages"])


def test_quiet_hides_no_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A story."}\n{"text": 1}\n')
    done = run("clean", "a.jsonl", "-q")
    assert done.code == 4 and "1 file or record could not be read" in done.err and "a.jsonl:2" in done.err
    assert run("clean", "a.jsonl", "-q", "--max-errors", "1").code == 0


# --- the same path for the other commands -----------------------------------------------------------------------------


def test_diff_and_explain_follow_the_config_of_clean(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A story of Ayton.\n\nRead More\n")
    (tmp_path / "copydesk.toml").write_text('[clean]\nignore = ["core/read-more", "classifier/*"]\n')
    assert run("diff", "a.txt").code == 0
    assert "kept" in run("explain", "a.txt:3").out.splitlines()
    (tmp_path / "copydesk.toml").write_text('[common]\nignore = ["core/read-more", "classifier/*"]\n')
    assert run("diff", "a.txt").code == 0
    (tmp_path / "copydesk.toml").write_text('[clean]\nignore = ["core/read-more"]\n[diff]\nignore = []\n')
    assert run("diff", "a.txt").code == 1


def test_explain_says_what_it_did_not_look_at(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A story of Ayton.\n")
    assert "in this document only" in run("explain", "a.txt:1").out
    assert "in this document only" not in run("explain", "a.txt:1", "--dedup", "off").out


def test_explain_says_how_a_duplicate_stays(run: Run, tmp_path: Path) -> None:
    twice = "It rained in the north all day on Monday, and the rivers rose by a metre."
    (tmp_path / "a.txt").write_text(f"{twice}\n\nThe mayor will not stand again.\n\n{twice}\n")
    said = run("explain", "a.txt:5").out
    assert "removed as a duplicate" in said and "use --dedup off or --dedup-action tag" in said
    assert "--dedup-action tag" not in run("explain", "a.txt:1").out
    assert "removed as a duplicate" not in run("explain", "a.txt:5", "--dedup-action", "tag").out


def test_diff_of_an_input_that_cannot_be_read_exits_4(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": 1}\n')
    done = run("diff", "a.jsonl")
    assert done.code == 4 and "a.jsonl:1" in done.err


# --- progress ---------------------------------------------------------------------------------------------------------


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lines_shown(seconds: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("CI", "true")
    clock = Clock()
    progress = ProgressLine(is_quiet=False, clock=clock)
    progress.start("prepare", 8_000_000)
    for second in seconds:
        clock.now = second
        progress.advance(2_000_000, 500)
    return capsys.readouterr().err.splitlines()


def test_progress_is_a_line_every_ten_seconds_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lines_shown([0.5, 10.0, 11.0, 20.0], monkeypatch, capsys) == [
        "cleaning, 1,000 documents, 4.0 MB, 0.4 MB/s, 50%, 10 s left",
        "cleaning, 2,000 documents, 8.0 MB, 0.4 MB/s, 100%, 0 s left",
    ]


def test_a_run_that_is_soon_done_shows_no_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lines_shown([0.2, 0.4, 0.6, 0.8], monkeypatch, capsys) == []


def test_each_line_of_output_is_one_line_for_str_splitlines(run: Run, tmp_path: Path) -> None:
    """JSON may hold U+2028, U+2029 and U+0085 as they are, and some readers of JSON lines break lines there."""
    record = {"id": "1", "text": "She won.\u2029He lost.", "note": "a\u2028b\x85c"}
    lines = f'{json.dumps(record, ensure_ascii=False)}\n{{"id": "2", "text": "A\u2028B\x85C"}}\n'
    (tmp_path / "a.jsonl").write_text(lines, encoding="utf-8")
    run("clean", "a.jsonl", "-o", "o.jsonl")
    run("restore", "o.jsonl", "-o", "back.jsonl")
    for name in ("o.jsonl", "o.audit.jsonl", "back.jsonl"):
        written = (tmp_path / name).read_text(encoding="utf-8")
        assert written.splitlines() == written.split("\n")[:-1]
    article = json.loads((tmp_path / "o.jsonl").read_bytes().splitlines()[0])
    assert json.loads(article["metadata"]) == {"note": record["note"]}
