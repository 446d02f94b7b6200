"""A run that is killed, interrupted or refused by the machine: nothing half-written, nothing left, and --resume goes on."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest
from conftest import Run

TIME = "2026-11-22T00:00:00.000Z"
RECORDS = 180
# Marks our processes in their environment, so that orphans are found.
MARK = "COPYDESK_TEST_MARK"
KIND_OF_OUTPUT = {"file": "out.jsonl", "folder": "out/"}


def corpus(folder: Path) -> Path:
    towns = ("Ayton", "Bewick", "Carham", "Doddington")
    said = "The council of {0} met on Monday and spoke for {1} hours about the bridge over the river, said {2}."
    texts = [
        "\n\n".join([said.format(towns[n % 4], n, m) for m in ("Roe", "Poe")] + ["Read More"]) for n in range(RECORDS)
    ]
    (folder / "in.jsonl").write_text(
        "".join(json.dumps({"id": f"r{n}", "text": t}) + "\n" for n, t in enumerate(texts))
    )
    return folder


def words_of(output: str, jobs: int = 1, *more: str) -> list[str]:
    how = ["--shard-size", "4kB", "--added", TIME, "-q", "-j", str(jobs)]
    return ["clean", "in.jsonl", "-o", output, *how, *more]


def command(output: str, jobs: int = 1, *more: str) -> list[str]:
    """Return what starts a run in a process of its own."""
    return [sys.executable, "-m", "etl", *words_of(output, jobs, *more)]


def finals(folder: Path) -> dict[str, bytes]:
    """What a reader sees: files that are not hidden, the account of the run aside."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {
        name: path.read_bytes()
        for name, path in names.items()
        if name != "in.jsonl"
        and not name.endswith(("run.json", "lock", "lock-holder", "manifest.json"))
        and "/." not in f"/{name}"
    }


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*"))


def marked(mark: str) -> list[int]:
    """Processes that have the mark, and are no zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"{MARK}={mark}".encode() in (entry / "environ").read_bytes():
                found += [int(entry.name)] if " Z " not in (entry / "stat").read_text() else []
        except OSError:
            continue
    return found


def wait_until(holds: Callable[[], object], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)  # polling what another process does
    return False


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], dict[str, bytes]]:
    """What an unbroken run writes, by kind of output and with or without an index."""
    known: dict[tuple[str, bool], dict[str, bytes]] = {}

    def reference_(kind: str, indexed: bool) -> dict[str, bytes]:
        if (kind, indexed) not in known:
            folder = corpus(tmp_path_factory.mktemp("reference"))
            index = ["--index", "index"] if indexed else []
            subprocess.run(command(KIND_OF_OUTPUT[kind], 1, *index), cwd=folder, check=True)
            known[kind, indexed] = finals(folder)
        return known[kind, indexed]

    return reference_


# The moments are shares of the stages of a run: kinds of files that appear one after the other.
MOMENTS = [
    "staged/part-00003*",
    "fingerprints/part-00009*",
    "drops/part-00002*",
    "articles/part-00001*",
    "ready/a*",
    "delivery.json",
]


def trials() -> Iterator[tuple[signal.Signals, str, int, bool, str]]:
    """Each moment, with another signal, output, number of workers and index each time."""
    for place, (kind, moment) in enumerate(product(KIND_OF_OUTPUT, MOMENTS)):
        yield signal.SIGKILL, kind, 1 + place % 2, place % 3 == 0, moment
        if place % 3 == 0:
            number = signal.SIGTERM if place % 2 else signal.SIGINT
            yield number, kind, 1 + place // 3 % 2, place % 2 == 0, moment


@pytest.mark.parametrize(("number", "kind", "jobs", "indexed", "moment"), list(trials()))
def test_a_run_that_is_ended_and_resumed_gives_the_bytes_of_an_unbroken_one(  # a trial
    run: Run,
    tmp_path: Path,
    reference: Callable[[str, bool], dict[str, bytes]],
    number: signal.Signals,
    kind: str,
    jobs: int,
    indexed: bool,
    moment: str,
) -> None:
    corpus(tmp_path)
    wanted = reference(kind, indexed)
    output = KIND_OF_OUTPUT[kind]
    more = ["--index", "index"] if indexed else []
    mark = f"{os.getpid()}-{random.random()}"
    environment = {**os.environ, MARK: mark}
    process = subprocess.Popen(command(output, jobs, *more), cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    beside = tmp_path / output if kind == "folder" else tmp_path
    wait_until(lambda: any(beside.glob(f".copydesk-*/{moment}")) or process.poll() is not None)
    if number is not signal.SIGKILL:
        started = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert b"Traceback" not in said
    assert {name: body for name, body in finals(tmp_path).items() if wanted.get(name) != body} == {}  # no half file
    assert wait_until(lambda: not marked(mark)), "processes are left"
    if number is not signal.SIGKILL and process.returncode:
        assert process.returncode == 128 + number
        assert time.monotonic() - started < 20  # two seconds on a machine that is not loaded
        assert hidden(tmp_path) == []
    again = run(*words_of(output, jobs, *more), "--resume")
    is_done_already = again.code == 2 and "exists already" in again.err
    assert again.code == 0 or is_done_already, again.err
    assert finals(tmp_path) == wanted
    assert hidden(tmp_path) == []


def test_the_same_command_without_resume_begins_anew_and_removes_what_was_left(
    run: Run, tmp_path: Path, reference: Callable[[str, bool], dict[str, bytes]]
) -> None:
    corpus(tmp_path)
    process = subprocess.Popen(command("out.jsonl"), cwd=tmp_path)
    assert wait_until(lambda: any(tmp_path.glob(".copydesk-*/staged/part-*")))
    process.kill()
    process.wait()
    assert any(name.startswith(".copydesk-out.jsonl-") for name in hidden(tmp_path))
    assert run(*words_of("out.jsonl")).code == 0
    assert finals(tmp_path) == reference("file", False)
    assert hidden(tmp_path) == []


def test_what_a_killed_worker_had_begun_to_write_is_not_delivered(
    run: Run, tmp_path: Path, reference: Callable[[str, bool], dict[str, bytes]]
) -> None:
    corpus(tmp_path)
    process = subprocess.Popen(command("out/"), cwd=tmp_path)
    assert wait_until(lambda: any(tmp_path.glob("out/.copydesk-*/articles/part-*")))
    process.kill()
    process.wait()
    (articles,) = tmp_path.glob("out/.copydesk-*/articles")
    (articles / ".0123456789abcdef.tmp").write_bytes(b"half a li")
    assert run(*words_of("out/"), "--resume").code == 0
    assert finals(tmp_path) == reference("folder", False)
    assert hidden(tmp_path) == []


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that was killed before its articles were written."""
    folder = corpus(tmp_path_factory.mktemp("killed"))
    (folder / "mine.toml").write_text(PACK)
    process = subprocess.Popen(command("out.jsonl", 1, "-r", "mine.toml"), cwd=folder)
    assert wait_until(lambda: any(folder.glob(".copydesk-*/staged/part-00009*")))
    process.kill()
    process.wait()
    return folder


@pytest.fixture
def unfinished(killed: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return shutil.copytree(killed, tmp_path, dirs_exist_ok=True)


PACK = """\
[pack]
id = "mine"
version = "1"

[[rule]]
id = "a"
title = "t"
kind = "notice"
match.exact = ["Nobody says this"]
why = "w"
drops = ["Nobody says this"]
keeps = ["b"]
"""


@pytest.mark.parametrize(
    ("change", "options", "differs"),
    [
        (lambda folder: (folder / "in.jsonl").write_text('{"text": "x"}\n'), [], "inputs"),
        (lambda folder: (folder / "mine.toml").write_text(PACK.replace("Nobody", "No one")), [], "rules"),
        (lambda folder: None, ["--profile", "careful"], "rules"),
        (lambda folder: None, ["--threshold", "0.9"], "settings"),
        (lambda folder: None, ["--dedup", "article"], "settings"),
        (lambda folder: None, ["--added", "2026-11-23"], "added"),
        (lambda folder: None, ["--index", "index"], "settings"),
        (lambda folder: None, ["--structure", "markdown"], "settings"),
    ],
    ids=["another input", "an edited pack", "another profile", "another threshold", "other stages", "another time", "an index", "another structure"],
)  # fmt: skip
def test_another_run_is_not_resumed(
    run: Run, unfinished: Path, change: Callable[[Path], object], options: Sequence[str], differs: str
) -> None:
    change(unfinished)
    done = run(*words_of("out.jsonl", 1, "-r", "mine.toml"), "--resume", *options)
    assert done.code == 2
    assert f"the unfinished run had other {differs}" in done.err


def test_a_resumed_run_does_only_what_is_missing(unfinished: Path) -> None:
    (folder,) = unfinished.glob(".copydesk-out.jsonl-*")
    done = folder / "done/part-00000.prepare"
    before, size = done.stat().st_mtime_ns, len(list((folder / "done").iterdir()))
    assert size > 1
    done.with_name("part-00000.kept").hardlink_to(done)
    words = [*command("out.jsonl", 1, "-r", "mine.toml"), "--resume"]
    process = subprocess.Popen(words, cwd=unfinished, stderr=subprocess.PIPE)
    assert wait_until(lambda: len(list((folder / "done").iterdir())) > size + 3)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1].decode()
    assert (process.returncode, "interrupted; the same command continues the run" in said) == (130, True), said
    assert done.stat().st_mtime_ns == before


def test_the_output_of_a_live_run_is_refused_and_its_process_named(run: Run, tmp_path: Path) -> None:
    corpus(tmp_path)
    process = subprocess.Popen(command("out.jsonl"), cwd=tmp_path)
    assert wait_until(lambda: any(tmp_path.glob(".copydesk-*/staged/*")))
    process.send_signal(signal.SIGSTOP)
    for more in ([], ["--resume"], ["-f"]):
        second = run(*words_of("out.jsonl"), *more)
        assert second.code == 2
        assert f"out.jsonl: is being written by process {process.pid} on " in second.err
    process.send_signal(signal.SIGCONT)
    assert process.wait() == 0


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    corpus(tmp_path)
    mark = f"{os.getpid()}-{random.random()}"
    process = subprocess.Popen(command("out.jsonl", 2), cwd=tmp_path, env={**os.environ, MARK: mark})
    assert wait_until(lambda: any(tmp_path.glob(".copydesk-*/done/*")) and len(marked(mark)) >= 3)
    process.kill()
    process.wait()
    assert wait_until(lambda: not marked(mark), 5)


# --- the machine ------------------------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_is_named_and_resume_goes_on(
    run: Run, tmp_path: Path, reference: Callable[[str, bool], dict[str, bytes]]
) -> None:
    corpus(tmp_path)
    mark = f"{os.getpid()}-{random.random()}"
    process = subprocess.Popen(
        command("out.jsonl", 2), cwd=tmp_path, env={**os.environ, MARK: mark}, stderr=subprocess.PIPE
    )

    def workers() -> list[int]:
        found = (pid for pid in marked(mark) if pid != process.pid)
        return [pid for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    assert wait_until(lambda: any(tmp_path.glob(".copydesk-*/done/*")) and len(workers()) == 2)
    os.kill(workers()[0], signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 6
    assert "its worker process was killed by signal 9" in said.decode() and "--resume" in said.decode()
    assert b"Traceback" not in said
    assert run(*words_of("out.jsonl", 2), "--resume").code == 0
    assert finals(tmp_path) == reference("file", False)
    assert hidden(tmp_path) == []


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """Mount a disk of so many kB on a folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "copydesk-test", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
@pytest.mark.parametrize("where", ["output", "work"])
def test_a_full_disk_is_named(tmp_path: Path, where: str, reference: Callable[[str, bool], dict[str, bytes]]) -> None:
    corpus(tmp_path)
    with small_disk(tmp_path / "small", 120):
        words = command("small/out.jsonl") if where == "output" else command("-", 1, "--work", "small")
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 6
        assert b"No space left on device" in done.stderr and b"Traceback" not in done.stderr
        assert b"small" in done.stderr  # the place is named
        assert finals(tmp_path / "small") == {}
        if where == "output":
            subprocess.run(["mount", "-o", "remount,size=8m", "copydesk-test", tmp_path / "small"], check=True)
            subprocess.run([*words, "--resume"], cwd=tmp_path, check=True)
            assert finals(tmp_path / "small") == reference("file", False)


@pytest.mark.parametrize("megabytes", [40, 150, 250])
def test_too_small_a_limit_of_memory_is_named_before_a_library_ends_the_process(megabytes: int) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    done = subprocess.run(
        [sys.executable, "-m", "etl", "--version"], capture_output=True, preexec_fn=limit, check=False
    )
    assert done.returncode == 6
    assert f"may have {megabytes} MiB of memory (ulimit -v): it needs".encode() in done.stderr


def test_memory_that_is_refused_is_named(tmp_path: Path) -> None:
    corpus(tmp_path)
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": "x" * 64_000_000}) + "\n")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (550 << 20, 550 << 20))

    words = command("out.jsonl", 1, "--dedup", "off")
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, preexec_fn=limit, check=False)
    assert done.returncode == 6
    assert b"memory ran out" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("cut"),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["deleted", "cut", "made a folder"],
)
def test_an_input_that_changes_while_others_are_read_is_a_reject(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    (tmp_path / "in").mkdir()
    for number in range(30):
        story = f"The council of {number} met on Monday and spoke for {number} hours about a bridge.\n\n" * 50
        (tmp_path / f"in/{number:02}.txt").write_text(story)
    words = [sys.executable, "-m", "etl", "clean", "in", "-o", "out.jsonl", "--shard-size", "4kB", "-j", "1", "-q"]
    process = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE)
    assert wait_until(lambda: any(tmp_path.glob(".copydesk-*/done/part-00001*")))
    process.send_signal(signal.SIGSTOP)
    change(tmp_path / "in/29.txt")
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, b"in/29.txt:1" in said) == (4, True), said
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 29


# --- restore ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def cleaned(run: Run, tmp_path: Path) -> Path:
    corpus(tmp_path)
    assert run("clean", "in.jsonl", "-o", "c.jsonl", "-q", "--added", TIME).code == 0
    return tmp_path


Lines = list[bytes]


@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        pytest.param(lambda a, e: (a, []), "is cut", id="an empty audit"),
        pytest.param(lambda a, e: (a, e[:-1]), "is cut", id="an audit without its end"),
        pytest.param(lambda a, e: (a, e[: len(e) // 2]), "is cut", id="an audit cut in half"),
        pytest.param(lambda a, e: (a, [*e[:-1], e[-1][:-9]]), "was changed or cut off", id="an audit cut in its last line"),
        pytest.param(lambda a, e: (a, [e[0][:99]]), "was changed or cut off", id="an audit cut in its first line"),
        pytest.param(lambda a, e: ([*a[:-1], a[-1][:-9]], e), "was changed or cut off", id="articles cut in their last line"),
        pytest.param(lambda a, e: ([*a[:-1], b'{"id":7}'], e), "was changed or cut off", id="an article without a text"),
        pytest.param(lambda a, e: ([a[0].replace(b'"text"', b'"words"'), *a[1:]], e), "was changed or cut off", id="a first article without a text"),
        pytest.param(lambda a, e: (a, [*e[:-9], e[-1]]), "", id="an audit without entries near its end"),
        pytest.param(lambda a, e: (a, [line.replace(b"r7", b"r8") for line in e]), "", id="a foreign audit"),
        pytest.param(lambda a, e: (a, [line for line in e if b'"line":5,' not in line]), "do not give the input back", id="an entry of each taken out"),
        pytest.param(lambda a, e: ([a[0].replace(b"Monday", b"Sunday"), *a[1:]], e), "was changed", id="an edited article"),
        pytest.param(lambda a, e: ([a[1], a[0], *a[2:]], e), "is missing", id="two articles that change places"),
        pytest.param(lambda a, e: ([a[0].replace(json.loads(a[0])["id"].encode(), json.loads(a[1])["id"].encode()), *a[1:]], e), "is missing", id="an id of another"),
        pytest.param(lambda a, e: (a[1:], e), "is missing", id="an article that is missing"),
        pytest.param(lambda a, e: (a[:-1], e), "the articles end before it", id="the last article missing"),
        pytest.param(lambda a, e: ([*a, a[-1]], e), "is not in the audit", id="an article twice"),
        pytest.param(lambda a, e: (a, [e[0], e[0], *e[1:]]), "", id="the entry of a document twice"),
        pytest.param(lambda a, e: (a, [*e[:2], e[1], *e[2:]]), "do not give the input back", id="an entry twice"),
        pytest.param(lambda a, e: (a, [*e, e[-2]]), "below its last entry", id="an entry behind the end"),
        pytest.param(lambda a, e: (a, [e[1], e[0], *e[2:]]), "does not belong to the document", id="an entry before its document"),
    ],
)  # fmt: skip
def test_articles_and_audit_that_do_not_fit_restore_nothing(
    run: Run, cleaned: Path, tamper: Callable[[Lines, Lines], tuple[Lines, Lines]], place: str
) -> None:
    articles, audit = ((cleaned / name).read_bytes().splitlines() for name in ("c.jsonl", "c.audit.jsonl"))
    for name, lines in zip(("c.jsonl", "c.audit.jsonl"), tamper(articles, audit), strict=True):
        (cleaned / name).write_bytes(b"".join(line + b"\n" for line in lines))
    done = run("restore", "c.jsonl", "-o", "back")
    assert (done.code, place in done.err) == (5, True), done.err
    assert not (cleaned / "back").exists()


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "//etc/passwd", "../../victim", "a\\u0000b", "x/../../victim", "n" * 400]
)
def test_restore_stays_inside_its_folder_whatever_paths_say(run: Run, tmp_path: Path, path: str) -> None:
    """Names come from the records: a source whose path leads elsewhere is made by hand."""
    from etl.cli.account import _place  # what an audit may say, no file on disk can be called

    folder = tmp_path / "back"
    folder.mkdir()
    place = _place(folder, json.loads(f'"{path}"'))
    place.write_text("x")
    assert place.resolve().is_relative_to(folder.resolve())


def test_two_inputs_never_come_back_under_one_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "in/x").mkdir(parents=True)
    (tmp_path / "x/p.txt").write_text("One.")
    (tmp_path / "in/x/p.txt").write_text("Two.")
    words = [sys.executable, "-m", "etl", "clean", "x/p.txt", "../x/p.txt", "-o", "c.jsonl", "-q"]
    subprocess.run(words, cwd=tmp_path / "in", check=True)
    assert run("restore", "in/c.jsonl", "-o", "back").code == 0
    assert sorted(path.read_text() for path in (tmp_path / "back").rglob("*") if path.is_file()) == ["One.", "Two."]


def test_restore_follows_no_link_out_of_its_folder(run: Run, cleaned: Path) -> None:
    (cleaned / "in").mkdir()
    for name in ("a.txt", "b.txt"):
        (cleaned / "in" / name).write_text(name)
    assert run("clean", "in", "-o", "d.jsonl", "-q").code == 0
    (cleaned / "elsewhere").mkdir()
    (cleaned / "back").mkdir()
    (cleaned / "back/in").symlink_to("../elsewhere")
    assert run("restore", "d.jsonl", "-o", "back", "-f").code == 2
    assert list((cleaned / "elsewhere").iterdir()) == []
