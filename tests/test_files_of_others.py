"""Files that copydesk did not write stay as they are, whatever they are; files that it wrote are no input of the next."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from conftest import Run
from corpus import read_lines

STORY = (
    "The council met on Monday to talk about the bridge over the river.\n\nRead More\n\nThe mayor of the town agreed.\n"
)
OTHERS = "precious"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two inputs, their articles, and an index."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "in").mkdir()
    for name in ("in/a.txt", "in/b.txt"):
        (folder / name).write_text(STORY.replace("bridge", name))
    words = ["clean", "in", "-o", "c.jsonl", "--index", "seen", "-q"]
    subprocess.run([sys.executable, "-m", "etl", *words], cwd=folder, check=True, timeout=60)
    return folder


@pytest.fixture
def cleaned(made_once: Path, tmp_path: Path) -> Path:
    """A copy of that folder, where `run` is at home."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


FORMATS = ("text", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab", "rdjson", "markdown")
# Commands that write the file TARGET.
WRITERS = [
    "clean in -o TARGET.jsonl -f",
    "clean in -o fresh.jsonl --report TARGET -f",
    "dedup c.jsonl -o fresh.jsonl --pairs TARGET.jsonl -f",
    "dedup c.jsonl -o fresh.jsonl --clusters TARGET.jsonl -f",
    "restore c.jsonl --path in/a.txt -o TARGET -f",
    "report c.jsonl -o TARGET -f",
    "baseline write c.jsonl --baseline TARGET",
    "audit sample c.audit.jsonl --no-judge -o TARGET -f",
    "index export seen -o TARGET.jsonl -f",
    *(f"check in -q --format {name}=TARGET" for name in FORMATS),
]


def _identity(path: Path) -> tuple[int, int, int]:
    status = path.lstat()
    return status.st_ino, status.st_mode, status.st_mtime_ns


@pytest.mark.parametrize(
    ("words", "sort"),
    [
        (words, sort)
        for words, sort in product(WRITERS, ("a file", "a link", "a pipe", "a folder"))
        if not (words.startswith("restore") and sort == "a folder")  # it adds to a folder
    ],
)
def test_what_is_there_stays_what_it_is(run: Run, cleaned: Path, words: str, sort: str) -> None:
    name = "there.jsonl" if "TARGET.jsonl" in words else "there"
    target, linked = cleaned / name, cleaned / "linked"
    linked.write_text(OTHERS)
    make: dict[str, Callable[[], object]] = {
        "a file": lambda: target.write_text(OTHERS),
        "a link": lambda: target.symlink_to("linked"),
        "a pipe": lambda: os.mkfifo(target),
        "a folder": lambda: (target / "in").mkdir(parents=True),
    }
    make[sort]()
    before = _identity(target)
    done = run(*words.replace("TARGET", "there").split())
    assert done.code == 2, done.err
    assert _identity(target) == before and linked.read_text() == OTHERS
    assert sort != "a file" or target.read_text() == OTHERS
    assert not list(cleaned.rglob(".*"))


@pytest.mark.parametrize("words", ["in", "c.jsonl"], ids=["with findings", "without"])
@pytest.mark.parametrize("name", FORMATS)
def test_an_earlier_report_of_a_check_is_replaced(run: Run, cleaned: Path, name: str, words: str) -> None:
    line = ("check", words, "-q", "--format", f"{name}=report")
    code = run(*line).code
    first = (cleaned / "report").read_text()
    assert (run(*line).code, (cleaned / "report").read_text()) == (code, first)


def test_restore_adds_to_a_folder_and_replaces_no_other_text(run: Run, cleaned: Path) -> None:
    assert run("restore", "c.jsonl", "-o", "back").code == 0
    (cleaned / "back/in/a.txt").unlink()
    (cleaned / "back/in/mine.txt").write_text(OTHERS)
    assert run("restore", "c.jsonl", "-o", "back").code == 2
    assert run("restore", "c.jsonl", "-o", "back", "-f").code == 0
    for name in ("a", "b"):
        assert (cleaned / f"back/in/{name}.txt").read_text() == (cleaned / f"in/{name}.txt").read_text()
    (cleaned / "back/in/b.txt").write_text(OTHERS)
    (cleaned / "back/in/a.txt").unlink()
    assert run("restore", "c.jsonl", "-o", "back", "-f").code == 2
    assert not (cleaned / "back/in/a.txt").exists()  # all of it or nothing
    assert [(cleaned / f"back/in/{name}.txt").read_text() for name in ("b", "mine")] == [OTHERS, OTHERS]


def test_a_single_input_is_restored_into_a_folder_or_to_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("A tale of Bewick.")
    assert run("clean", "in/a.txt", "-o", "c.jsonl").code == 0
    for output, file in (("back/", "back/in/a.txt"), ("back/in/b.txt", "back/in/b.txt"), ("new", "new")):
        assert run("restore", "c.jsonl", "-o", output).code == 0
        assert (tmp_path / file).read_text() == "A tale of Bewick."
    (tmp_path / "empty").mkdir()
    assert run("restore", "c.jsonl", "-o", "empty").code == 0
    assert (tmp_path / "empty/in/a.txt").read_text() == "A tale of Bewick."


def test_restored_records_are_replaced(run: Run, cleaned: Path) -> None:
    for count in (2, 3):
        lines = "".join(json.dumps({"id": str(at), "text": f"{STORY} {at}"}) + "\n" for at in range(count))
        (cleaned / "in.jsonl").write_text(lines)
        assert run("clean", "in.jsonl", "-o", "d.jsonl", "-f", "-q", "--dedup", "off").code == 0
        assert run("restore", "d.jsonl", "-o", "back", "-f").code == 0
        assert len((cleaned / "back/in.jsonl").read_text().splitlines()) == count


def test_pages_of_rules_are_written_over_pages_of_rules_alone(run: Run, cleaned: Path) -> None:
    (cleaned / "manual").mkdir()
    (cleaned / "manual/README.md").write_bytes(b"precious \xff")
    assert run("rules", "docs", "manual").code == 2
    assert [path.name for path in (cleaned / "manual").rglob("*")] == ["README.md"]
    (cleaned / "manual/README.md").unlink()
    assert run("rules", "docs", "manual").code == 0
    assert run("rules", "docs", "manual", "--check").code == 0


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_copydesk_wrote_beside_articles_is_no_input(run: Run, cleaned: Path, form: str) -> None:
    (cleaned / "in/damaged.jsonl").write_text("{\n")
    assert run("clean", "in", "-o", f"c2.{form}", "-q").code == 4
    (cleaned / "in/damaged.jsonl").unlink()
    assert run("dedup", "c.jsonl", "c.jsonl", "-o", "d.jsonl", "--index", "in/again", "-q").code == 0
    two = "".join(json.dumps({"id": name, "text": f"{STORY} {STORY}"}) + "\n" for name in "ab")
    (cleaned / "two.jsonl").write_text(two)
    run("dedup", "two.jsonl", "-o", "d2.jsonl", "--pairs", "in/pairs.jsonl", "--clusters", "in/clusters.jsonl", "-q")
    run("report", "c.jsonl", "-o", "in/report.html")
    run("report", "c.jsonl", "--out", "in/report")
    run("audit", "sample", "c.audit.jsonl", "--no-judge", "-o", "in/verdicts.csv")
    run("baseline", "write", "in/a.txt", "--baseline", "in/base.jsonl")
    run("index", "export", "seen", "-o", "in/signatures.jsonl.gz")
    for name, suffix in (("json", "json"), ("junit", "xml"), ("gitlab", "g.json"), ("rdjson", "r.json")):
        run("check", "in/a.txt", "-q", "--format", f"{name}=in/check.{suffix}")
    for kind in ("audit", "rejects"):
        (cleaned / f"c2.{kind}.{form}").rename(cleaned / f"in/c2.{kind}.{form}")
    (cleaned / "in/.copydesk-lock").write_text("")
    done = run("clean", "in", "-o", "again.jsonl", "-v")
    assert done.code == 0, done.err
    assert len((cleaned / "again.jsonl").read_bytes().splitlines()) == 2
    own = {path.relative_to(cleaned).parts[1] for path in (cleaned / "in").rglob("*") if path.is_file()}
    pages = len(list((cleaned / "in/report").iterdir()))
    assert f"passed over {len(own) - 2 + pages - 1} inputs" in done.err


def test_paths_of_odd_bytes_are_told_apart(run: Run, tmp_path: Path) -> None:
    names = [b"lat\xe9.txt", b"lat\\xe9.txt", b"lat\\\xe9.txt", b"lat\\\\xe9.txt", b"lat\\\\\xe9.txt", b"lat\\n.txt"]
    (tmp_path / "in").mkdir()
    for number, name in enumerate(names):
        (tmp_path / "in" / os.fsdecode(name)).write_text(STORY.replace("river", f"river {number}"))
    assert run("clean", "in", "-o", "c.jsonl", "--dedup", "off", "-q").code == 0
    articles = read_lines(tmp_path / "c.jsonl")
    assert len({article["id"] for article in articles}) == len(names)
    assert {article["origin"]["path"] for article in articles} >= {"in/lat\\xe9.txt", "in/lat\\n.txt"}
    assert run("restore", "c.jsonl", "-o", "back").code == 0
    assert len([path for path in (tmp_path / "back").rglob("*") if path.is_file()]) == len(names)


# A work folder or a lock that somebody else has prepared.


@pytest.mark.parametrize("resume", [(), ("--resume",)])
@pytest.mark.parametrize("sort", ["others may write to it", "a link", "a file"])
def test_a_work_folder_that_others_prepared_is_refused(
    run: Run, cleaned: Path, sort: str, resume: tuple[str, ...]
) -> None:
    planted = cleaned / ".copydesk-o.jsonl-0123456789ab"
    (cleaned / "elsewhere").mkdir()
    (cleaned / "elsewhere/mine.txt").write_text(OTHERS)
    make: dict[str, Callable[[], object]] = {
        "others may write to it": lambda: planted.mkdir(mode=0o777),
        "a link": lambda: planted.symlink_to("elsewhere"),
        "a file": lambda: planted.write_text(OTHERS),
    }
    before = os.umask(0)
    make[sort]()
    os.umask(before)
    done = run("clean", "in", "-o", "o.jsonl", *resume)
    assert (done.code, ".copydesk-o.jsonl-0123456789ab: belongs to another user" in done.err) == (2, True)
    assert not (cleaned / "o.jsonl").exists() and (cleaned / "elsewhere/mine.txt").read_text() == OTHERS


def test_nobody_else_may_write_into_a_work_folder(run: Run, tmp_path: Path) -> None:
    from etl.pipeline.workspace import Claim, Identity

    before = os.umask(0)
    try:
        with Claim(tmp_path, "o.jsonl") as claim:
            assert Path(claim.open(Identity({}), ".jsonl").folder).stat().st_mode & 0o022 == 0
    finally:
        os.umask(before)


@pytest.mark.parametrize("name", [".copydesk-o.jsonl.lock", "seen/lock", "seen/.lock-holder", "seen/manifest.json"])
@pytest.mark.parametrize("sort", ["a link", "a second name", "a pipe"])
def test_a_lock_that_is_another_file_destroys_nothing(run: Run, cleaned: Path, name: str, sort: str) -> None:
    mine = cleaned / "mine.txt"
    mine.write_text(OTHERS)
    (cleaned / name).unlink(missing_ok=True)
    make: dict[str, Callable[[], object]] = {
        "a link": lambda: (cleaned / name).symlink_to(mine),
        "a second name": lambda: (cleaned / name).hardlink_to(mine),
        "a pipe": lambda: os.mkfifo(cleaned / name),
    }
    make[sort]()
    done = run("clean", "in", "-o", "o.jsonl", "--index", "seen")
    is_replaced = name == "seen/manifest.json" and sort == "a second name"
    assert done.code == 2 or is_replaced, done.err
    assert mine.read_text() == OTHERS


def test_a_part_of_an_index_that_is_a_link_is_not_followed(run: Run, cleaned: Path) -> None:
    mine = cleaned / "mine.txt"
    mine.write_text(OTHERS)
    (cleaned / "seen/part-00002.blocks.parquet").symlink_to(mine)
    for words in ("clean in -o o.jsonl --index seen", "index compact seen", "index forget seen run-00001"):
        assert run(*words.split()).code == 2
    assert mine.read_text() == OTHERS


# Starts a run that stays with what it has in a folder for temporary files.
STAYS = """
import sys, time
from etl.pipeline.workspace import scratch
with scratch(sys.argv[1]) as workspace:
    print(workspace.folder, flush=True)
    time.sleep(60)
"""


def test_work_folders_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    from etl.pipeline.workspace import scratch

    (tmp_path / ".copydesk-0123456789abcdef").mkdir()  # nobody knows whose it is
    line = [sys.executable, "-c", STAYS, str(tmp_path)]
    start = partial(subprocess.Popen[str], line, stdout=subprocess.PIPE, text=True)
    with start() as first, start() as second:
        assert first.stdout and second.stdout
        assert Path(first.stdout.readline().strip()).is_dir()
        living = Path(second.stdout.readline().strip())
        first.kill()
        first.wait()
        with scratch(str(tmp_path)) as own:
            names = {path.name for path in tmp_path.iterdir()}
        assert names == {living.name, Path(own.folder).name, ".copydesk-0123456789abcdef"}
        second.kill()


@pytest.mark.parametrize("words", ["restore o.jsonl -o back", "report o.jsonl --out back"])
def test_what_a_killed_restore_or_report_left_is_swept_by_the_next(run: Run, cleaned: Path, words: str) -> None:
    line = [sys.executable, "-c", STAYS, "."]
    (cleaned / "in2.txt").write_text("Sun in Bonn on Monday.\n")
    assert run("clean", "in", "in2.txt", "-o", "o.jsonl", "-f", "-q").code == 0
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout
        left = Path(killed.stdout.readline().strip())
        killed.kill()
    assert left.is_dir()
    assert run(*words.split()).code == 0
    assert (cleaned / "back").is_dir()
    assert not list(cleaned.glob(".copydesk-*"))
    assert not list((cleaned / "back").rglob("*lock*"))


def test_a_forked_process_that_ends_removes_no_work_folder_of_its_parent(tmp_path: Path) -> None:
    code = """
import os, sys
from etl.pipeline.workspace import scratch
with scratch(sys.argv[1]) as workspace:
    if (child := os.fork()) == 0:
        sys.exit()
    os.waitpid(child, 0)
    print(os.path.isdir(workspace.folder))
"""
    found = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "True"
    assert not list(tmp_path.iterdir())


def test_where_all_inputs_are_what_copydesk_wrote_there_is_nothing_to_do(run: Run, cleaned: Path) -> None:
    (cleaned / "odd.jsonl").write_text("{}\n")
    assert run("check", "odd.jsonl", "--format", "gitlab=g.json").code == 1
    for words in ("clean g.json", "clean g.json -o o.jsonl", "clean g.json --dedup off", "diff g.json"):
        done = run(*words.split())
        assert (done.code, "there is nothing to read" in done.err) == (3, True), (words, done.err)
        assert "The inputs are empty, or copydesk wrote them, and they have no articles." in done.err
