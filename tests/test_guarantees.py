"""The ten promises of docs/guarantees.md, each attacked.  R1 to R24 are the faults that the first attack found."""

import base64
import errno
import gzip
import io
import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Run, write
from corpus import read_lines, write_lines
from msgspec import structs

import etl
import etl.audit
from etl import formats
from etl.check.formats import FORMATS as CHECK_FORMATS
from etl.errors import MachineError, UsageError
from etl.formats import json_documents
from etl.index import maintenance, manifest
from etl.pipeline import delivery, to_store
from etl.pipeline.output import output_of
from etl.pipeline.session import Session
from etl.pipeline.workspace import Claim, Identity
from etl.report.files import appearing_folder
from etl.writers import to_lines

COPYDESK = (sys.executable, "-m", "etl")
STORY = (
    "The council met on Monday to talk about bridge {0} over the river.\n\nRead More\n\nThe mayor of town {0} agreed.\n"
)
RULE = (
    '[pack]\nid = "mine"\nversion = "1"\n[[rule]]\nid = "a"\ntitle = "t"\nkind = "link"\nwhy = "w"\n'
    "match.regex = '''{}'''\ndrops = [\"x\"]\nkeeps = [\"y\"]\n"
)
# What root may do, whatever the mode of a file says, is taken from a process by this.
UNPRIVILEGED = ("setpriv", "--inh-caps=-all", "--bounding-set=-all") if os.geteuid() == 0 else ()
MODES = [pytest.param("one.jsonl", id="one file"), pytest.param("out/", id="a folder")]


def command(
    folder: Path, *words: str, before: Sequence[str] = (), limit: Callable[[], None] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command line in a process of its own."""
    line = [*before, *COPYDESK, *words]
    return subprocess.run(line, cwd=folder, capture_output=True, check=False, timeout=120, preexec_fn=limit)


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_bytes().splitlines()]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# 1. Any bytes, names or permissions end in exit 0, 3 or 4; one bad input never costs the others.

DEEP = {
    depth: '{"text": "A record.", "x": ' + "[" * depth + "]" * depth + "}\n" for depth in (150, 900, 990, 1005, 90_000)
}


# An Arrow stream whose length of a text was damaged: 2^60 bytes are asked for.
LONG_ARROW = zlib.decompress(base64.b85decode(
    b"c-nPNF%H5&4D+=|IiVA}p{f`d8M^Z!7IuaXj68#pC-B3=NsX!^VJUGOB~EIs^#-88utP?N4H7FNL~2ka=BUgzqxYSjy$)NSD)I;i<D+IFp04+4uA^(7"
    b"t#A1lG6r4F?uItH$I~8Ztg)vq`XW;S7sg4yk5~{CU$pp-M>F$FJfyYH_%naT2eJDQ3;"
))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param(b"odd.txt", b"Read More\nFlood hits north \xe2\x80\x93 Fox News\nVote delayed \xe2\x80\x93 CNN\n", id="R5 two headlines in a row under a label"),
        pytest.param(b"odd.html", rb'<html><script type="application/ld+json">{"@type":"NewsArticle","headline":"half \ud800 pair"}</script><p>A paragraph of it.</p>', id="R5 half a surrogate pair in JSON-LD"),
        pytest.param(b"lat\xe9.txt", b"A file whose name is not UTF-8.\n", id="R5 a name that is not UTF-8"),
        pytest.param(b"n" * 251 + b".txt", b"A file whose name has 255 bytes.\n", id="R15 the longest name"),
        pytest.param(b"new\nline\x1b[2J.txt", b"A file whose name clears the screen.\n", id="a name with controls"),
        *(pytest.param(b"odd.jsonl", row.encode(), id=f"R5 JSON nested {depth} deep") for depth, row in DEEP.items()),
        pytest.param(b"odd.html", b"<div>" * 20_000 + b"deep", id="R5 a page nested 20,000 deep"),
        pytest.param(b"odd.html", b"<!DOCTYPE html><![CDATA[<p>", id="a page that is all declaration"),
        pytest.param(b"odd.txt", b"\xff\xfe" + "A text in UTF-16".encode("utf-16-le")[:-1], id="UTF-16 cut within a character"),
        pytest.param(b"odd.txt", b"\x00" * 5000, id="NULs"),
        pytest.param(b"odd.txt.gz", gzip.compress(b"A text that is cut. " * 400)[:-20], id="a gzip file that is cut"),
        pytest.param(b"odd.txt.zst", b"\x28\xb5\x2f\xfd\x00\xa8\x29\x00\x00hello", id="a Zstandard frame that asks for 2 GiB"),
        pytest.param(b"odd.arrow", LONG_ARROW, id="an Arrow stream that asks for 2^60 bytes"),
        pytest.param(b"odd.jsonl", b'{"id": ' + b"9" * 50_000 + b', "text": "A record."}\n', id="a number of 50,000 digits"),
        pytest.param(b"odd.jsonl", b'{"text": "A record.", "date": "-99999-01-01", "url": "http://[broken"}\n', id="a date and an address that cannot be"),
    ],
)  # fmt: skip
def test_one_odd_input_never_costs_the_others(run: Run, tmp_path: Path, name: bytes, body: bytes) -> None:
    write(tmp_path / "in" / "good.txt", STORY.format(1))
    (tmp_path / "in" / os.fsdecode(name)).write_bytes(body)
    done = run("clean", "in", "-o", "o.jsonl")
    assert done.code in (0, 4), done.err
    assert "Traceback" not in done.err and "\x1b" not in done.err
    assert any("bridge 1" in text for text in texts(tmp_path / "o.jsonl"))
    assert done.code == 0 or (tmp_path / "o.rejects.jsonl").exists()
    assert run("restore", "o.jsonl", "-o", "back").code == 0


def test_a_fault_of_a_reader_costs_one_input_and_is_a_reject_with_its_bytes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> Iterator[object]:
        raise ZeroDivisionError

    monkeypatch.setattr(json_documents, "read", fails)
    write(tmp_path / "in" / "good.txt", STORY.format(1))
    write(tmp_path / "in" / "odd.json", '[{"text": "A record."}]')
    assert run("clean", "in", "-o", "o.jsonl", "-j", "1").code == 4
    (reject,) = read_lines(tmp_path / "o.rejects.jsonl")
    assert (reject["path"], base64.b64decode(reject["bytes"])) == ("in/odd.json", b'[{"text": "A record."}]')
    results = list(etl.Cleaner().clean_many([tmp_path / "in" / "odd.json", "A text of the day."]))
    assert [result.status for result in results] == ["unreadable", "full"]


@pytest.mark.parametrize("name", ["o.jsonl", "o.audit.jsonl"])
@pytest.mark.parametrize(
    "words", ["restore o.jsonl", "stats o.jsonl", "report o.jsonl -o x.html", "audit sample o.jsonl -o v.csv"]
)
def test_a_byte_that_is_not_utf_8_in_what_copydesk_wrote_is_named(
    run: Run, tmp_path: Path, name: str, words: str
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "o.jsonl").code == 0
    body = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(
        body.replace(b"copydesk/a", b"copydesk\xe2a", 1).replace(b"Read More", b"Re\xe2d More")
    )
    done = run(*words.split())
    is_read = name == "o.audit.jsonl" or not words.startswith("stats")
    assert (done.code in (2, 5), "internal error" in done.err) == (is_read, False), done.err


def test_half_a_surrogate_pair_costs_no_tagged_record(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"id": "a", "text": "half \\ud83d pair"}\n{"id": "b", "text": "One."}\n')
    assert run("dedup", "a.jsonl", "--action", "tag", "-o", "o.jsonl").code == 0
    assert texts(tmp_path / "o.jsonl") == ["half \ud83d pair", "One."]


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("a.jsonl", "file://{0}/a.jsonl"),
        ("file://{0}/a.jsonl", "a.jsonl"),
        ("file://{0}/a.jsonl", "file://{0}/a.jsonl"),
        ("in", "file://{0}/in/out/"),
        ("file://{0}/in/", "in/out/"),
    ],
)
def test_an_address_of_an_input_is_refused_as_its_path_is(run: Run, tmp_path: Path, source: str, output: str) -> None:
    write(tmp_path / "in" / "a.txt", STORY.format(1))
    assert run("clean", "in", "-o", "a.jsonl").code == 0
    before = everything(tmp_path)
    done = run("clean", source.format(tmp_path), "-o", output.format(tmp_path), "-f")
    assert (done.code, everything(tmp_path)) == (2, before), done.err


def test_pages_of_rules_replace_and_remove_pages_of_rules_alone(run: Run, tmp_path: Path) -> None:
    assert run("rules", "docs", "pages").code == 0
    made = (tmp_path / "pages" / "README.md").read_text()
    write(tmp_path / "pages" / "core" / "gone.md", made)
    quoting = "# My notes\n\nThe pages say: Made from the rules by `copydesk rules docs docs/rules`. I wrote this.\n"
    for name in ("notes.md", "core/notes.md", "core/deep/notes.md"):
        write(tmp_path / "pages" / name, quoting)
    assert run("rules", "docs", "pages").code == 0
    assert not (tmp_path / "pages/core/gone.md").exists()
    assert len([path for path in (tmp_path / "pages").rglob("notes.md") if path.read_text() == quoting]) == 3
    write(tmp_path / "other" / "README.md", quoting)
    assert run("rules", "docs", "other").code == 2


def test_folders_may_be_nested_deeper_than_python_calls(run: Run, tmp_path: Path) -> None:
    deep = tmp_path / "in"
    deep.mkdir()
    write(deep / "y.txt", STORY.format(1))
    here = Path.cwd()
    try:
        os.chdir(deep)
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.txt").write_text(STORY.format(2))
    finally:
        os.chdir(here)
    assert run("clean", "in", "-o", "o.jsonl", "-j", "1").code == 0
    assert len(texts(tmp_path / "o.jsonl")) == 2
    assert run("restore", "o.jsonl", "-o", "back").code == 0
    assert sorted(path.read_text() for path in (tmp_path / "back").rglob("*") if path.is_file()) == [
        STORY.format(1),
        STORY.format(2),
    ]
    subprocess.run(["rm", "-rf", deep], check=True)  # the fixture's own removal calls itself


def test_a_line_feed_in_a_name_begins_no_line_of_a_message(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "in" / "x\n::error file=x::pwn.txt", "\x00" * 50)
    write(tmp_path / "in" / "y\n::error file=y::pwn.txt", STORY.format(1))
    done = [run("clean", "in", "-o", "o.jsonl"), run("check", "in", "--format", "concise"), run("check", "in")]
    assert not [line for one in done for line in (one.out + one.err).splitlines() if line.startswith("::")]


def test_an_index_may_be_begun_with_no_text_at_all(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"id": "a"}\n')
    done = run("clean", "a.jsonl", "-o", "o.jsonl", "--keep", "longest", "--index", "seen")
    assert (done.code, "internal error" in done.err) == (4, False)


@pytest.mark.parametrize("name", ["file.txt", "folder"])
def test_a_named_input_that_may_not_be_read_costs_no_other(tmp_path: Path, name: str) -> None:
    write(tmp_path / "good.txt", STORY.format(1))
    write(tmp_path / "file.txt", STORY.format(2)).chmod(0)
    write(tmp_path / "folder" / "a.txt", STORY.format(2)).parent.chmod(0)
    done = command(tmp_path, "clean", "good.txt", name, "-o", "o.jsonl", before=UNPRIVILEGED)
    (tmp_path / "folder").chmod(0o755)
    assert done.returncode == 4, done.stderr
    assert any("bridge 1" in text for text in texts(tmp_path / "o.jsonl"))


def test_a_folder_that_was_removed_can_be_the_current_one(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    (tmp_path / "gone").mkdir()
    words = [*COPYDESK, "clean", str(tmp_path / "a.txt"), "-o", str(tmp_path / "o.jsonl")]
    script = "import os, subprocess, sys; os.rmdir(os.getcwd()); sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    assert subprocess.run([sys.executable, "-c", script, *words], cwd=tmp_path / "gone", check=False).returncode == 0


def test_statistics_of_parquet_that_lie_do_not_end_the_process(tmp_path: Path) -> None:
    write(tmp_path / "in" / "good.txt", STORY.format(1))
    table = io.BytesIO()
    pq.write_table(pa.table({"text": [["A paragraph."], ["Another."], None]}), table)
    lists = b"\x35\x02\x18\x04text"  # the column may be null; its statistics count how often it is
    assert lists in table.getvalue()
    (tmp_path / "in" / "odd.parquet").write_bytes(table.getvalue().replace(lists, b"\x35\x03\x18\x04text"))
    done = command(tmp_path, "clean", "in", "-o", "o.jsonl", "-j", "1")
    assert done.returncode == 4, done.stderr
    assert "odd.parquet" in (tmp_path / "o.rejects.jsonl").read_text()
    assert any("bridge 1" in text for text in texts(tmp_path / "o.jsonl"))


@pytest.mark.parametrize("inputs", [["in"], ["in/**"], ["in/*.txt", "in/sub/*", "in/*/*.txt"]], ids=str)
def test_what_may_not_be_read_is_a_reject(tmp_path: Path, inputs: list[str]) -> None:
    write(tmp_path / "in" / "good.txt", STORY.format(1))
    for name in ("file.txt", "sub/b.txt", "names/c.txt"):
        write(tmp_path / "in" / name, STORY.format(2))
    for name, mode in (("file.txt", 0), ("sub", 0), ("names", 0o444)):
        (tmp_path / "in" / name).chmod(mode)
    (tmp_path / "in" / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "in" / "loop.txt").symlink_to("loop.txt")
    done = command(tmp_path, "clean", *inputs, "-o", "o.jsonl", before=UNPRIVILEGED)
    for name in ("sub", "names"):
        (tmp_path / "in" / name).chmod(0o755)
    assert done.returncode == 4, done.stderr
    rejects = [json.loads(line)["path"] for line in (tmp_path / "o.rejects.jsonl").read_bytes().splitlines()]
    assert sorted(set(rejects)) == ["in/file.txt", "in/gone.txt", "in/loop.txt", "in/names/c.txt", "in/sub"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param("--memory .", 2, id="a size that is none"),
        pytest.param("--memory " + "9" * 400, 2, id="a size of 400 digits"),
        pytest.param("--threshold nan", 2, id="a threshold that is not a number"),
        pytest.param(os.fsdecode(b"--publisher \xff"), 2, id="a publisher that is not UTF-8"),
        pytest.param(os.fsdecode(b"--rules \xff.toml"), 2, id="a pack whose name is not UTF-8"),
        pytest.param("--jobs 0", 2, id="no process"),
        pytest.param("--memory 0", 2, id="no memory"),
        pytest.param("--shard-size 0", 2, id="shards of nothing"),
        pytest.param("--work nowhere", 2, id="a folder for temporary files that is not there"),
        pytest.param("-o " + "n" * 300 + ".jsonl", 2, id="a name that is too long"),
        pytest.param("n" * 300, 3, id="an input whose name is too long"),
        pytest.param("--threshold 0.7", 0, id="a threshold"),
        pytest.param("--publisher Größe", 0, id="a publisher beyond ASCII"),
    ],
)
def test_r21_options_that_cannot_be_meant(run: Run, tmp_path: Path, words: str, code: int) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    done = run("clean", "a.txt", "-n", *words.split(" "))
    assert (done.code, "internal error" in done.err) == (code, False), done.err


@pytest.mark.parametrize("force", [(), ("-f",)])
def test_a_name_of_an_audit_that_is_too_long_is_refused_before_the_run(
    run: Run, tmp_path: Path, force: tuple[str, ...]
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    done = run("clean", "a.txt", "-o", "n" * 249 + ".jsonl", *force)
    assert (done.code, "Give a shorter -o" in done.err) == (2, True), done.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    "words",
    [
        "restore a.jsonl -o f/x",
        "restore a.jsonl -o dangling/x",
        "restore a.jsonl -o /proc/x/y",
        "report a.jsonl -o f/x",
        "rules docs f",
        "check a.jsonl --format json=nowhere/x.json",
        "baseline write a.jsonl --baseline nowhere/b",
        "clean a.txt -o /dev/fd/77.jsonl",
    ],
)
def test_a_name_that_cannot_be_made_is_no_fault_of_the_machine(run: Run, tmp_path: Path, words: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    write(tmp_path / "f", "")
    (tmp_path / "dangling").symlink_to("nowhere")
    assert run("clean", "a.txt", "-o", "a.jsonl").code == 0
    done = run(*words.split())
    assert (done.code, "--resume" in done.err, "internal error" in done.err) == (2, False, False), done.err


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        pytest.param("clean a.txt -q >&-", 2, "standard output: is closed", id="standard output"),
        pytest.param("schema article >&-", 2, "standard output: is closed", id="standard output of a page"),
        pytest.param("clean - -q <&-", 2, "standard input is closed", id="standard input"),
        pytest.param("clean a.txt -o o.jsonl >&- <&-", 0, "", id="streams that are not needed"),
        pytest.param("clean a.txt -o p.jsonl 2>&-", 0, "", id="standard error"),
        pytest.param("clean a.txt -q >/dev/full", 6, "standard output: No space left", id="a full device"),
        pytest.param("schema article >/dev/full", 6, "standard output: No space left", id="a page into a full device"),
    ],
)
def test_r21_streams_that_are_closed_or_full(tmp_path: Path, line: str, code: int, said: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    shell = f"{sys.executable} -m etl {line}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # it hides faults
    done = subprocess.run(
        ["bash", "-c", shell], cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, said in done.stderr.decode()) == (code, True), done.stderr
    for path in tmp_path.glob("[op].jsonl"):
        assert len(texts(path)) == 1


@pytest.mark.parametrize("words", ["clean in -o o.jsonl", "clean nowhere"])
@pytest.mark.parametrize("is_full", [True, False], ids=["full", "closed by its reader"])
def test_messages_that_nobody_takes_change_nothing(tmp_path: Path, words: str, is_full: bool) -> None:
    write(tmp_path / "in" / "a.txt", STORY.format(1))
    write(tmp_path / "in" / "b.txt", "%PDF-1.7 \x00")
    reader, writer = os.pipe()
    os.close(reader)
    with Path("/dev/full").open("wb") if is_full else os.fdopen(writer, "wb") as closed:
        line = [*COPYDESK, *words.split()]
        done = subprocess.run(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=closed, check=False, timeout=60)
    assert done.returncode == (4 if "-o" in words else 3)
    assert "-o" not in words or len(texts(tmp_path / "o.jsonl")) == 1


# 2. No byte is lost in silence.


def test_r4_a_pipe_is_read_whole(run: Run, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {i} of a longer story about the council and the bridge." for i in range(3000)) + "\n"
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(text,))
    writer.start()
    assert run("clean", "pipe", "-o", "o.jsonl").code == 0
    writer.join()
    assert run("restore", "o.jsonl").out == text


def test_a_pipe_that_another_program_made_non_blocking_is_waited_for(tmp_path: Path) -> None:
    """A pause of its writer is not its end, and what its reader does not take yet is not lost."""
    lines = [json.dumps({"text": STORY.format(number)}) + "\n" for number in range(2)]
    for words, is_read, count in (("clean - --dedup off", True, 2), ("rules list", False, 1000)):
        reader, writer = os.pipe()
        os.set_blocking(reader if is_read else writer, False)
        ends = {"stdin": reader, "stdout": subprocess.PIPE} if is_read else {"stdout": writer}
        with subprocess.Popen([*COPYDESK, *words.split()], cwd=tmp_path, **ends) as process:  # type: ignore[call-overload]
            os.close(reader if is_read else writer)
            for line in lines if is_read else ():
                os.write(writer, line.encode())
                time.sleep(2)
            if is_read:
                os.close(writer)
            else:
                time.sleep(2)
            with process.stdout if is_read else os.fdopen(reader, "rb") as out:
                assert len(out.readlines()) >= count
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("clean in/a.txt >> in/a.txt", 2),
        ("dedup in in/a.txt 1<> in/a.txt", 2),
        ("clean in >> in/a.txt", 3),
        ("check - < in/a.txt >> in/a.txt", 2),
    ],
)
def test_a_file_to_which_standard_output_goes_is_no_input(tmp_path: Path, words: str, code: int) -> None:
    write(tmp_path / "in" / "a.txt", STORY.format(1))
    shell = f"{sys.executable} -m etl {words}"
    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert (done.returncode, b"standard output goes to it" in done.stderr) == (code, True), done.stderr
    assert (tmp_path / "in" / "a.txt").read_text() == STORY.format(1)


def test_r14_what_is_passed_over_is_named(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.txt", STORY.format(1))
    write(tmp_path / "other" / "b.txt", STORY.format(2))
    (tmp_path / "in" / "linked").symlink_to("../other")
    os.mkfifo(tmp_path / "in" / "pipe.txt")
    write(tmp_path / "in" / "picture.png", "")
    done = run("clean", "in", "-o", "o.jsonl")
    assert (done.code, "passed over 3 inputs, first in/linked: it is a link to a folder" in done.err) == (0, True)


def test_r23_a_loop_of_links_gives_each_file_once(run: Run, tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "in" / f"{number}" / "a.txt", STORY.format(number))
        (tmp_path / "in" / f"{number}" / "loop").symlink_to("../..")
    assert run("clean", "in/**/*.txt", "-o", "o.jsonl", "--dedup", "off").code == 0
    assert len(texts(tmp_path / "o.jsonl")) == 3
    assert run("clean", f"in/{'**/' * 1200}*.txt", "-o", "again.jsonl", "--dedup", "off").code == 0
    assert len(texts(tmp_path / "again.jsonl")) == 3
    assert run("clean", "in/[a]" * 600).code == 3


# 3. Without -f no existing file changes.  With -f only files that copydesk wrote.  Never an input.


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("clean a.txt -o mine.jsonl", id="R9 an audit that is there"),
        pytest.param("clean mine.audit.jsonl -o mine.jsonl", id="R9 an input where the audit would go"),
        pytest.param("clean in.jsonl -o in.jsonl -f", id="R9 an output that is an input"),
        pytest.param("clean p/articles -o p -f", id="R2 a folder that holds the input"),
        pytest.param("clean a.txt -o p -f", id="R2 a folder of others"),
        pytest.param("clean a.txt -o stranger.jsonl -f", id="R2 a file of others"),
        pytest.param("clean p -o p/out", id="R19 an output within the input"),
        pytest.param("dedup in.jsonl -o o.jsonl --pairs in.jsonl -f", id="pairs over the input"),
    ],
)
def test_what_copydesk_did_not_write_stays(run: Run, tmp_path: Path, words: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    for name in ("in.jsonl", "mine.audit.jsonl", "stranger.jsonl"):
        write(tmp_path / name, '{"text": "A record of somebody else."}\n')
    write(tmp_path / "p" / "articles" / "one.txt", STORY.format(2))
    write(tmp_path / "p" / "audit" / "tax.txt", "tax")
    before = everything(tmp_path)
    done = run(*words.split())
    assert done.code == 2, done.err
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("clean a.txt -o out/ -f", id="a folder of ours with a file of others in it"),
        pytest.param("clean a.txt -o named/ -f", id="a folder of ours with a file of others that is named like a part"),
        pytest.param("clean a.txt -o edited/ -f", id="a folder of ours with a part that was written over"),
        pytest.param("clean a.txt -o deep/ -f", id="a folder whose run.json is nested too deep"),
        pytest.param("report c.jsonl --out pages -f", id="a report with a file of others in it"),
        pytest.param("restore c.jsonl --path a.txt -o c.jsonl -f", id="a text over its articles"),
        pytest.param("restore c.jsonl --path a.txt -o c.audit.jsonl -f", id="a text over its audit"),
        pytest.param("restore c.jsonl --path a.txt -o a.txt -f", id="a text over its input"),
        pytest.param("restore c.jsonl -o . -f", id="texts over their inputs"),
        pytest.param("check c.jsonl -q --format json=c.jsonl", id="a report over what is checked"),
        pytest.param("audit sample c.audit.jsonl --no-judge -o c.jsonl -f", id="a sample over articles"),
        pytest.param("dedup c.jsonl -o d.jsonl --pairs stranger.jsonl -f", id="pairs over a file of others"),
        pytest.param("index export seen -o stranger.jsonl -f", id="signatures over a file of others"),
        pytest.param("baseline write c.jsonl --baseline stranger.jsonl", id="a baseline over a file of others"),
    ],
)
def test_force_spares_inputs_and_what_others_wrote(run: Run, tmp_path: Path, words: str) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.txt", STORY.format(name))
    assert run("clean", "a.txt", "b.txt", "-o", "c.jsonl", "--index", "seen").code == 0
    for folder in ("out/", "named/", "edited/"):
        assert run("clean", "a.txt", "-o", folder).code == 0
    assert run("report", "c.jsonl", "--out", "pages").code == 0
    for name in ("named/articles/part-00007.jsonl.zst", "edited/articles/part-00000.jsonl.zst"):
        write(tmp_path / name, "precious")
    write(tmp_path / "deep/run.json", '{"schema": "copydesk/run/1", "a": ' + "[" * 100_000)
    for name in ("out/articles/thesis.txt", "pages/thesis.txt", "stranger.jsonl"):
        write(tmp_path / name, "precious")
    before = everything(tmp_path)
    done = run(*words.split())
    assert done.code == 2, done.err
    assert everything(tmp_path) == before


@pytest.mark.parametrize("place", ["", "file://{}/"], ids=["a folder", "a store"])
@pytest.mark.parametrize("output", ["o.jsonl", "o.jsonl.gz"])
@pytest.mark.parametrize(
    "words",
    ["clean a.txt", "clean a.txt --shape dolma", "dedup in.jsonl", "dedup in.jsonl --action tag"],
)
def test_force_spares_a_file_of_others_beside_an_audit_of_ours(
    run: Run, tmp_path: Path, words: str, output: str, place: str
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    write(
        tmp_path / "in.jsonl", "".join(json.dumps({"text": STORY.format(name) * 2}) + "\n" for name in "aabcdefghijk")
    )
    run_ = [*words.split(), "-o", place.format(tmp_path) + output, "-q", "--shard-size", "1kB", "-j", "1"]
    assert [run(*run_).code, run(*run_, "-f").code] == [0, 0]
    for body in ("precious", '{"id": "1", "text": "precious"}\n', (tmp_path / "in.jsonl").read_text() + "precious\n"):
        write(tmp_path / output, body)
        assert (run(*run_, "-f").code, (tmp_path / output).read_text()) == (2, body)
    (tmp_path / "o.audit.jsonl.gz").unlink(missing_ok=True)
    write(tmp_path / "o.audit.jsonl", "")
    assert (run(*run_, "-f").code, (tmp_path / output).read_text()) == (2, body)


@pytest.mark.parametrize("place", ["", "file://{}/"], ids=["a folder", "a store"])
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.zst", ".parquet"])
@pytest.mark.parametrize(("first", "second"), [("c", "c.audit"), ("c.audit", "c")])
def test_force_spares_the_audit_of_other_articles(
    run: Run, tmp_path: Path, first: str, second: str, suffix: str, place: str
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", first + suffix).code == 0
    before = everything(tmp_path)
    assert run("clean", "a.txt", "-o", f"{place.format(tmp_path)}{second}{suffix}", "-f").code == 2
    assert everything(tmp_path) == before


@pytest.mark.parametrize("options", [(), ("-f",)], ids=["", "force"])
@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("o.jsonl", "o.jsonl"),
        ("o.jsonl", "o.audit.jsonl"),
        ("o.jsonl", "o.rejects.jsonl"),
        ("o/", "o/articles"),
        ("o/", "o/run.json"),
    ],
)
def test_a_file_that_appears_while_a_run_lives_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, name: str, options: tuple[str, ...]
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    make_ready = delivery._make_ready

    def appearing(*values: Any) -> None:
        write(tmp_path / name, "precious")
        make_ready(*values)

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_make_ready", appearing)
        done = run("clean", "a.txt", "-o", output, "-j", "1", *options)
    assert (done.code, (tmp_path / name).read_text()) == (6, "precious")
    assert f"{name}: appeared while the run was under way" in done.err
    again = run("clean", "a.txt", "-o", output, "-j", "1", "--resume", *options)
    assert (again.code, (tmp_path / name).read_text()) == (2, "precious")
    (tmp_path / name).unlink()
    assert run("clean", "a.txt", "-o", output, "-j", "1", "--resume").code == 0
    assert run("restore", output).out == STORY.format(1)
    assert not list(tmp_path.rglob(".copydesk-*"))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("report c.jsonl -o new", "new"),
        ("clean b.txt -o d.jsonl --report new", "new"),
        ("index export seen -o new.jsonl", "new.jsonl"),
        ("dedup c.jsonl -o d.jsonl --pairs new.jsonl", "new.jsonl"),
        ("check c.jsonl --format json=new", "new"),
    ],
)
def test_a_file_that_appears_while_another_file_is_written_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, name: str
) -> None:
    for source in "ab":
        write(tmp_path / f"{source}.txt", STORY.format(source))
    assert run("clean", "a.txt", "-o", "c.jsonl", "--index", "seen").code == 0
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: write(tmp_path / name, "precious"))
        done = run(*words.split())
    assert (done.code, (tmp_path / name).read_text()) == (2, "precious"), done.err


@pytest.mark.parametrize("output", ["o.jsonl", "o/", "o.parquet", "-", "file://{}/o.jsonl", "file://{}/o/"])
@pytest.mark.parametrize("change", [Path.unlink, lambda part: part.write_bytes(b"")], ids=["removed", "emptied"])
def test_a_part_that_another_program_removes_is_noticed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, change: Callable[[Path], object]
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    write(tmp_path / "b.txt", STORY.format(2))
    deliver = Session.deliver

    def losing(one: Session) -> None:
        change(min(Path(one.workspace.folder, "articles").glob("part-00000.*")))
        deliver(one)

    monkeypatch.setattr(Session, "deliver", losing)
    words = ("--dedup", "run", "-r", "none.toml") if output == "-" else ("--shard-size", "1kB")
    write(tmp_path / "none.toml", '[pack]\nid = "mine"\nversion = "1"\n')
    done = run("clean", "a.txt", "b.txt", "-o", output.format(tmp_path), "-j", "1", *words)
    assert (done.code, done.out) == (6, "") and "was removed or changed while the run was under way" in done.err
    assert not {"o.jsonl", "o.audit.jsonl", "o/articles"} & everything(tmp_path).keys()


@pytest.mark.parametrize("kind", ["articles", "audit", "rejects"])
def test_a_resumed_run_notices_what_is_lost(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    write(tmp_path / "in.jsonl", "".join(json.dumps({"text": STORY.format(n) * 9}) + "\nno JSON\n" for n in range(9)))
    words = ("clean", "in.jsonl", "-j", "1", "--shard-size", "1kB", "--added", "2026-01-01", "-o")

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("etl.audit.close", full)
        assert run(*words, "o.jsonl").code == 6
    next(tmp_path.glob(f".copydesk-*/{kind}/part-00001.jsonl")).unlink()
    done = run(*words, "o.jsonl", "--resume")
    assert done.code == 6 and f"{kind}/part-00001.jsonl: was removed or changed" in done.err
    assert (run(*words, "o.jsonl").code, run("restore", "o.jsonl", "-o", "back").code) == (4, 0)


def test_a_folder_that_appears_while_a_report_is_made_stays(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exists already"), appearing_folder(tmp_path / "new", force=False):
        write(tmp_path / "new" / "index.html", "precious")
    assert everything(tmp_path) == {"new/index.html": b"precious"}


def test_an_index_may_stand_in_the_folder_of_the_output_but_not_where_results_go(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    write(tmp_path / "b.txt", STORY.format(2))
    for name in ("articles", "articles/deep", "run.json"):
        done = run("clean", "a.txt", "-o", "out/", "--index", f"out/{name}")
        assert (done.code, "is the output, or contains it" in done.err, (tmp_path / "out").exists()) == (2, True, False)
    assert run("clean", "a.txt", "-o", "out/", "--index", "out/index").code == 0
    assert run("clean", "b.txt", "-o", "out/", "--index", "out/index").code == 2
    assert run("index", "forget", "out/index", "run-00001").code == 0
    assert run("clean", "b.txt", "-o", "out/", "--index", "out/index", "-f").code == 0
    assert run("restore", "out").out == STORY.format(2)
    assert run("index", "stats", "out/index").code == 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_an_index_learns_what_a_killed_run_has_delivered(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))

    def killed(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(maintenance, "extend", killed)
        assert run("clean", "a.txt", "-o", "a.jsonl", "--index", "seen").code == 6
    assert run("clean", "a.txt", "-o", "a.jsonl", "--index", "seen").code == 2  # it exists already, and is complete
    assert run("clean", "a.txt", "-o", "b.jsonl", "--index", "seen").code == 0
    assert (tmp_path / "b.jsonl").read_text() == ""
    assert not list(tmp_path.glob(".copydesk-*"))


def test_a_file_of_a_store_on_this_disk_is_there_whole_or_not_at_all(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))

    def half(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:20])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(to_store, "copyfile", half)
    assert run("clean", "a.txt", "-o", f"file://{tmp_path}/s/a.jsonl").code == 6
    assert not list((tmp_path / "s").iterdir())


def test_a_folder_of_a_store_has_no_manifest_while_its_parts_are_replaced(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("clean", "a.txt", "-o", f"file://{tmp_path}/s/", "-f")
    write(tmp_path / "a.txt", STORY.format(1))
    assert (run(*words).code, (tmp_path / "s/run.json").exists()) == (0, True)
    write(tmp_path / "a.txt", STORY.format(2))
    articles = str(tmp_path / "s/articles")

    def interrupted(source: Path, target: Path) -> None:
        if str(target).startswith(articles):
            raise KeyboardInterrupt
        target.write_bytes(source.read_bytes())

    with monkeypatch.context() as patched:
        patched.setattr(to_store, "copyfile", interrupted)
        run(*words)
    assert not (tmp_path / "s/run.json").exists()
    assert (run(*words).code, run("restore", "s").out) == (0, STORY.format(2))


def test_a_full_disk_of_an_index_is_a_fault_of_the_machine(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "a.jsonl", "--index", "seen").code == 0

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(manifest, "check_regular", full)
    done = run("index", "compact", "seen")
    assert (done.code, done.err.split("\n")[0]) == (6, "copydesk: seen: cannot be written to: No space left on device")


@pytest.mark.parametrize(
    ("module", "name", "store"),
    [(delivery, "finish_delivery", ""), (maintenance, "extend", ""), (maintenance, "extend", "file://")],
)
def test_an_index_learns_what_an_interrupted_run_has_delivered(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, store: str
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    output = f"{store}{tmp_path}/a.jsonl"

    def interrupted(*_: Any) -> None:
        patched.undo()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, name, interrupted)
        assert run("clean", "a.txt", "-o", output, "--index", "seen").code == 130
    assert run("restore", "a.jsonl").out == STORY.format(1)
    assert run("clean", "a.txt", "-o", "b.jsonl", "--index", "seen").code == 0
    assert (tmp_path / "b.jsonl").read_text() == ""
    assert not list(tmp_path.glob(".copydesk-*"))


@pytest.mark.parametrize("replaced", ["{}", '{"articles": [1, 2, 3]}'], ids=["where none was", "where another was"])
def test_a_file_that_appears_while_names_are_moved_stays(tmp_path: Path, replaced: str) -> None:
    output = output_of(str(tmp_path / "o.jsonl"))
    with Claim(output.parent, output.claim) as claim:
        workspace = Path(claim.open(Identity({}), ".jsonl").folder)
    write(workspace / "ready" / "articles", "new")
    write(workspace / delivery.JOURNAL, f'{{"ready": ["articles"], "replaced": {replaced}}}')
    write(tmp_path / "o.jsonl", "precious")
    with pytest.raises(MachineError, match="appeared"):
        delivery.finish_delivery(output, workspace)
    assert (tmp_path / "o.jsonl").read_text() == "precious"


@pytest.mark.parametrize("output", MODES)
def test_r8_r11_a_full_disk_leaves_the_old_pair_and_names_the_place(run: Run, tmp_path: Path, output: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", output).code == 0
    before = everything(tmp_path)
    write(tmp_path / "a.txt", "".join(STORY.format(number) for number in range(3000)))
    again = ("clean", "a.txt", "-o", output, "-f", "-j", "1")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    failed = command(tmp_path, *again, limit=limit)
    assert (failed.returncode, b"File too large" in failed.stderr, b"the system" in failed.stderr) == (6, True, False)
    assert output.strip("/").encode() in failed.stderr
    kept = {
        name: body for name, body in everything(tmp_path).items() if not name.startswith((".copydesk", "out/.copydesk"))
    }
    assert kept.keys() == before.keys() and all(kept[name] == before[name] for name in before if name != "a.txt")
    assert run(*again).code == 0
    assert run("restore", output, "-o", "back.txt").code == 0
    assert (tmp_path / "back.txt").read_bytes() == (tmp_path / "a.txt").read_bytes()


@pytest.mark.parametrize(
    "words", ["clean", "check", "explain", "restore", "rules lint", "index stats", "clean a.txt -r"]
)
def test_a_name_begins_no_line_of_a_message(run: Run, tmp_path: Path, words: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    done = run(*words.split(), "evil\n::error::pwn.txt")
    assert done.code in (2, 3)
    assert "evil\\n::error::pwn.txt" in done.err and "\n::error" not in done.err


def test_a_name_of_a_file_begins_no_line_either(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "in" / "evil\n::error::pwn.txt", STORY.format(1))
    write(tmp_path / "in" / "evil\n::error::pwn.unknown", STORY.format(1))
    words = ("clean in -v -o o.jsonl", "diff in", "clean in --show-files", "inspect o.jsonl", "check in")
    for done in (run(*each.split()) for each in words):
        assert "evil\\n::error::pwn.txt" in done.out + done.err
        assert "\n::error" not in done.out + done.err


def test_a_sample_of_what_is_cut_is_refused(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "o.jsonl.gz").code == 0
    (tmp_path / "cut.jsonl.gz").write_bytes((tmp_path / "o.jsonl.gz").read_bytes()[:100])
    done = run("audit", "sample", "cut.jsonl.gz")
    assert (done.code, "internal error" in done.err) == (2, False), done.err


@pytest.mark.parametrize("files", range(5, 12))
def test_too_few_files_that_may_be_open_are_no_fault_of_an_input(tmp_path: Path, files: int) -> None:
    for name in "ab":
        write(tmp_path / "in" / f"{name}.txt", STORY.format(name))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    done = command(tmp_path, "clean", "in", "-o", "o.jsonl", "-j", "1", limit=limit)
    assert done.returncode in (0, 6), done.stderr
    assert (b"Too many open files" in done.stderr) is (done.returncode == 6)
    assert (tmp_path / "o.jsonl").exists() is (done.returncode == 0)


@pytest.mark.parametrize(
    "words",
    ["check a.txt --baseline /dev/zero", "baseline show --baseline /dev/zero", "audit bound /dev/zero"],
)
def test_a_file_without_an_end_is_refused(run: Run, tmp_path: Path, words: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    done = run(*words.split())
    assert (done.code, "/dev/zero" in done.err) == (2, True), done.err


def test_r16_names_of_temporary_files_cannot_be_prepared(tmp_path: Path) -> None:
    from etl.writers import atomic

    with atomic(tmp_path / "o.jsonl") as one, atomic(tmp_path / "o.jsonl") as other:
        assert one.name != other.name and len(one.name) > 16
        assert (one.stat().st_size, one.is_symlink()) == (0, False)


# 4. `restore` stays inside its folder, gives one file per input, and exits 5 when anything does not fit.


def test_r3_r15_restore_stays_inside_and_gives_one_file_per_input(run: Run, tmp_path: Path) -> None:
    names = ["x/p.txt", f"{tmp_path}/in/../x/../other.txt", f"/{tmp_path}/abs.txt", "in/./p.txt", "p.txt"]
    for number, name in enumerate(names):
        write(Path(name) if name.startswith("/") else tmp_path / name, STORY.format(number))
    assert run("clean", *names, "-o", "o.jsonl", "--dedup", "off").code == 0
    before = everything(tmp_path)
    assert run("restore", "o.jsonl", "-o", "back").code == 0
    after = everything(tmp_path)
    assert {name: body for name, body in after.items() if not name.startswith("back/")} == before
    back = [body.decode() for name, body in after.items() if name.startswith("back/")]
    assert sorted(back) == [STORY.format(number) for number in range(len(names))]
    assert run("restore", "o.jsonl", "-o", "back").code == 2


def _lines(edit: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda body: b"".join(edit(body.splitlines(keepends=True)))


@pytest.mark.parametrize("name", ["o.jsonl", "o.audit.jsonl"])
@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda body: b"", id="emptied"),
        pytest.param(_lines(lambda lines: lines[:-1]), id="its last line gone"),
        pytest.param(_lines(lambda lines: lines[1:]), id="its first line gone"),
        pytest.param(_lines(lambda lines: [*lines[:2], *lines[1:]]), id="a line twice"),
        pytest.param(_lines(lambda lines: lines[::-1]), id="turned around"),
        pytest.param(lambda body: body.replace(b"bridge 1", b"bridge 7"), id="a figure changed"),
        pytest.param(lambda body: body.replace(b"Read More", b"Read Mole").replace(b"mayor", b"major"), id="a letter changed"),
        pytest.param(lambda body: body[: len(body) // 2], id="cut"),
        pytest.param(lambda body: body.replace(b"a.txt", b"b.txt"), id="another path"),
        pytest.param(lambda body: body.replace(b"core/", b"mine/"), id="another rule"),
    ],
)  # fmt: skip
def test_r6_restore_notices_what_was_changed(
    run: Run, tmp_path: Path, name: str, edit: Callable[[bytes], bytes]
) -> None:
    for number, source in enumerate("ac"):
        write(tmp_path / f"{source}.txt", STORY.format(number))
    assert run("clean", "a.txt", "c.txt", "-o", "o.jsonl", "--dedup", "off").code == 0
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(edit(whole))
    done = run("restore", "o.jsonl", "-o", "back")
    if edit(whole) == whole or (name == "o.jsonl" and edit(whole) == whole.replace(b"a.txt", b"b.txt")):
        assert done.code == 0  # what is kept stands in no audit, and the path that holds is the audit's
    else:
        assert done.code in (2, 5), done.err
        assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    "shape, fields",
    [
        ("schema.org", {"id": "identifier", "text": "articleBody"}),
        ("copydesk", {"identifier": "id", "articleBody": "text"}),
        ("trafilatura", {"raw_text": "text"}),
    ],
)
def test_a_second_text_in_a_record_is_refused(run: Run, tmp_path: Path, shape: str, fields: dict[str, str]) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "o.jsonl", "--shape", shape).code == 0
    record = json.loads((tmp_path / "o.jsonl").read_text())
    record |= {name: record[told] for name, told in fields.items()}
    write(tmp_path / "o.jsonl", json.dumps(record) + "\n")
    assert run("restore", "o.jsonl", "-o", "back.txt").code == 0
    write(tmp_path / "o.jsonl", json.dumps(record | {list(fields)[-1]: "Nobody marched."}) + "\n")
    for command in ("restore o.jsonl -o again.txt", "check o.audit.jsonl", "report o.jsonl -o r.html"):
        done = run(*command.split())
        assert done.code in (1, 5) and "two texts" in done.err + done.out, (command, done)


@pytest.mark.parametrize("name, field", [("o.jsonl", "text"), ("o.audit.jsonl", "line_sha256")])
def test_a_field_that_stands_twice_is_refused(run: Run, tmp_path: Path, name: str, field: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "o.jsonl").code == 0
    twice = f'"{field}":"Nobody marched.","{field}":'
    write(tmp_path / name, (tmp_path / name).read_text().replace(f'"{field}":', twice, 1))
    for command in ("restore o.jsonl -o again.txt", "check o.audit.jsonl", "report o.jsonl -o r.html"):
        done = run(*command.split())
        assert done.code in (1, 5) and "has a field twice" in done.err + done.out, (command, done)


def _changed(action: str, **values: object) -> Callable[[bytes], bytes]:
    """Change fields of the first entry of an action."""

    def edit(body: bytes) -> bytes:
        entries = [json.loads(line) for line in body.splitlines()]
        next(entry for entry in entries if entry["action"] == action).update(values)
        return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)

    return edit


@pytest.mark.parametrize("command", ["restore o.jsonl -o back", "stats o.jsonl", "report o.jsonl -o r.html"])
@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(_changed("document", char_end=5), id="a document is shorter"),
        pytest.param(_changed("document", char_end=-5), id="a document has a negative length"),
        pytest.param(_changed("document", char_end=10**30), id="a document has a huge length"),
        pytest.param(_changed("end", char_end=5), id="the run is shorter"),
        pytest.param(_changed("end", row=10**30), id="the run has more documents than there are"),
        pytest.param(lambda body: gzip.compress(body)[:-9], id="packed, and cut"),
        pytest.param(lambda body: gzip.compress(body) + b"x", id="packed, and something behind it"),
        pytest.param(lambda body: gzip.compress(gzip.compress(body)), id="packed twice"),
    ],
)
def test_an_audit_that_lies_of_its_lengths_or_is_damaged_is_refused(
    run: Run, tmp_path: Path, command: str, edit: Callable[[bytes], bytes]
) -> None:
    for number, source in enumerate("ac"):
        write(tmp_path / f"{source}.txt", STORY.format(number))
    assert run("clean", "a.txt", "c.txt", "-o", "o.jsonl", "--dedup", "off").code == 0
    (tmp_path / "o.audit.jsonl").write_bytes(edit((tmp_path / "o.audit.jsonl").read_bytes()))
    done = run(*command.split())
    assert done.code in (2, 5) and "internal error" not in done.err, done.err


def test_a_forged_path_that_no_file_can_have_is_restored_as_a_name(run: Run, tmp_path: Path) -> None:
    (audit, end) = etl.clean(STORY.format(1)).audit, etl.audit.end_entry(etl.audit.Tally())
    articles = etl.clean(STORY.format(1)).articles
    entries = [structs.replace(entry, path="a\0b/c") for entry in audit]
    document = etl.audit.document_checksum(entries[0], entries[1:])
    checksum = etl.audit.checksum_of([("", 0), (document, 1)])
    end = structs.replace(end, row=1, char_end=entries[0].char_end, line_sha256=checksum)
    for name, records in (("o.jsonl", articles), ("o.audit.jsonl", [*entries, end])):
        (tmp_path / name).write_bytes(to_lines(records))
    for output in ("back/", "back.txt"):
        done = run("restore", "o.jsonl", "-o", output)
        assert done.code == 0, done.err
    assert [path.read_text() for path in (tmp_path / "back").rglob("c")] == [STORY.format(1)]


@pytest.mark.parametrize("shape", ["trafilatura", "schema.org", "hf"])
def test_a_shape_that_has_no_field_for_metadata_says_so(run: Run, tmp_path: Path, shape: str) -> None:
    records = ({"text": STORY.format(1), "section": "Ports", "date": "soon"}, {"text": STORY.format(2)})
    write_lines(tmp_path / "a.jsonl", records)
    done = run("clean", "a.jsonl", "-o", "o.jsonl", "--shape", shape, "--dedup", "off")
    is_written = "Ports" in (tmp_path / "o.jsonl").read_text()
    assert is_written == (shape == "hf") == ("in the metadata, unchanged" in done.err)
    assert ("1 article with metadata without a field in this shape" in done.err) == (not is_written)


def test_documents_that_changed_places_in_articles_and_audit_are_refused(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "".join(json.dumps({"text": STORY.format(number)}) + "\n" for number in range(3)))
    write(tmp_path / "b.txt", STORY.format(4))
    assert run("clean", "a.jsonl", "b.txt", "-o", "o.jsonl", "--dedup", "off", "--shard-size", "1kB").code == 0
    assert run("restore", "o.jsonl", "-o", "back/").code == 0
    for name in ("o.jsonl", "o.audit.jsonl"):
        first, second, *rest = (tmp_path / name).read_bytes().splitlines(keepends=True)
        (tmp_path / name).write_bytes(b"".join([second, first, *rest]))
    done = run("restore", "o.jsonl", "-o", "other/")
    assert done.code == 5 and not (tmp_path / "other").exists(), done.err


@pytest.mark.parametrize("command", ["restore", "stats", "inspect", "report -o r.html"])
def test_articles_nested_too_deep_are_no_internal_error(run: Run, tmp_path: Path, command: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "o.jsonl").code == 0
    (tmp_path / "o.jsonl").write_text('{"id": ' + "[" * 5000 + "]" * 5000 + "}\n")
    done = run(*command.split(), "o.jsonl")
    assert done.code == 2 or command == "stats", done.err


def test_a_report_reads_no_pipe(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "o.jsonl").code == 0
    os.mkfifo(tmp_path / "pipe")
    for words in ("pipe --audit o.audit.jsonl", "o.jsonl --audit pipe"):
        for command in ("report", "inspect"):
            assert "pipe: is a pipe, and would be read twice" in run(command, *words.split()).err


@pytest.mark.parametrize("count", [1, 4], ids=["without copies", "with copies"])
def test_the_output_of_dedup_is_shown_and_what_is_cut_from_it_is_noticed(run: Run, tmp_path: Path, count: int) -> None:
    write(tmp_path / "i.jsonl", "".join(json.dumps({"text": STORY.format(1) * 3}) + "\n" for _ in range(count)))
    assert run("dedup", "i.jsonl", "-o", "o.jsonl").code == 0
    assert run("report", "o.jsonl", "-o", "r.html").code == 0
    assert run("inspect", "o.jsonl").code == 0
    for command in ("restore", "stats"):
        done = run(command, "o.jsonl")
        assert (done.code, "o.audit.jsonl: was written by `dedup`" in done.err) == (2, True)
    for name in ("o.jsonl", "o.audit.jsonl"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
        done = run("report", "o.jsonl")
        assert done.code == 5 and "o.audit.jsonl" in done.err
        (tmp_path / name).write_bytes(whole)


# 5. After any signal no process and no work folder is left, and the same command works again.


def _started(folder: Path, output: str) -> "subprocess.Popen[bytes]":
    """A run with two workers, under way: its first parts are there."""
    write(folder / "in.jsonl", "".join(json.dumps({"text": STORY.format(i) * 3}) + "\n" for i in range(9000)))
    words = ["clean", "in.jsonl", "-o", output, "-q", "-j", "2", "--shard-size", "100kB"]
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen([*COPYDESK, *words, "-vv"], cwd=folder, stderr=said, start_new_session=True)
    end = time.monotonic() + 60
    while not list(folder.rglob(".copydesk-*/done/*")):
        assert time.monotonic() < end and process.poll() is None, (folder / "said.txt").read_text()
        time.sleep(0.02)
    return process


def _processes(group: int) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    return [
        line for line in listed.splitlines() if line.split()[0] == str(group) and not line.split()[1].startswith("Z")
    ]


@pytest.mark.parametrize("output", MODES)
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_r11_nothing_is_left_after_a_signal(
    run: Run, tmp_path: Path, output: str, number: signal.Signals, code: int
) -> None:
    process = _started(tmp_path, output)
    process.send_signal(number)
    assert process.wait(30) == code
    end = time.monotonic() + 10
    while _processes(process.pid):
        assert time.monotonic() < end, _processes(process.pid)
        time.sleep(0.05)
    left = [path for path in tmp_path.rglob(".copydesk-*") if number != signal.SIGKILL]
    assert not left
    write(tmp_path / "in.jsonl", '{"text": "A record."}\n')
    assert run("clean", "in.jsonl", "-o", output).code == 0
    assert not list(tmp_path.rglob(".copydesk-*"))


# Handles a signal that came while the importer's own code ran, which is then the code that was interrupted.
WHILE_IMPORTING = """
import signal, sys, time
from etl.cli.main import _end
from etl.errors import Terminated
frames = []
class Finder:
    def find_spec(*_):
        frames.append(sys._getframe(1))
sys.meta_path.insert(0, Finder)
try:
    import no_such_module
except ImportError:
    signal.signal(signal.SIGTERM, _end)
    _end(signal.SIGTERM, frames[0])
try:
    print("goes on", flush=True)
    time.sleep(60)
except Terminated:
    print("ended")
"""


def test_r11_a_signal_never_interrupts_the_importer_itself() -> None:
    """Its locks would stay locked, and a thread that imports a module would wait for them for ever."""
    done = subprocess.run([sys.executable, "-c", WHILE_IMPORTING], capture_output=True, text=True, timeout=50)
    assert (done.stdout.split("\n"), done.returncode) == (["goes on", "ended", ""], 0)


# Runs copydesk, and sends the process a signal as it moves the Nth name to its place.
MOVES = """
import os, signal, sys
left = [int(sys.argv.pop(1))]
def hook(event, values):
    if event == "os.rename" and not os.path.basename(os.fsdecode(values[0])).endswith(".tmp"):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGTERM)
sys.addaudithook(hook)
from etl.cli.main import main
main()
"""


@pytest.mark.parametrize("output", MODES)
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_r8_a_signal_while_names_are_moved_leaves_the_files_of_one_run(
    run: Run, tmp_path: Path, output: str, number: int
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", output).code == 0
    write(tmp_path / "a.txt", STORY.format(2))
    words = ["-c", MOVES, str(number), "clean", "a.txt", "-o", output, "-f", "-j", "1", "--dedup", "off"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 143, done.stderr
    assert not list(tmp_path.rglob(".copydesk-*"))
    assert run("restore", output, "-o", "back.txt").code == 0
    assert (tmp_path / "back.txt").read_text() in (STORY.format(1), STORY.format(2))


@pytest.mark.parametrize("output", MODES)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_second_signal_while_names_are_moved_changes_nothing(
    run: Run, tmp_path: Path, output: str, number: int
) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", output).code == 0
    write(tmp_path / "a.txt", STORY.format(2))
    moves = MOVES.replace("if not left[0]", "if left[0] <= 0")
    words = ["-c", moves, str(number), "clean", "a.txt", "-o", output, "-f", "-j", "1", "--dedup", "off"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert (done.returncode, b"Traceback" in done.stderr) == (143, False)
    assert not list(tmp_path.rglob(".copydesk-*"))
    assert run("restore", output, "-o", "back.txt").code == 0
    assert (tmp_path / "back.txt").read_text() in (STORY.format(1), STORY.format(2))


# Runs copydesk, and sends the process a signal as it begins to remove a work folder.
REMOVES = """
import os, signal, sys
def hook(event, values):
    if event == "shutil.rmtree" and os.path.basename(os.fsdecode(values[0])).startswith(".copydesk-"):
        os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(hook)
from etl.cli.main import main
main()
"""


@pytest.mark.parametrize(
    "words",
    [
        "clean a.txt -o o.jsonl -j 1",
        "clean a.txt -o out/ -j 1",
        "clean a.txt -j 1",
        "restore c.jsonl -o back/",
        "report c.jsonl --out pages",
    ],
)
def test_a_signal_while_a_work_folder_is_removed_leaves_none(run: Run, tmp_path: Path, words: str) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    assert run("clean", "a.txt", "-o", "c.jsonl").code == 0
    line = [sys.executable, "-c", REMOVES, *words.split()]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=120)
    assert done.returncode == 130, done.stderr
    assert not list(tmp_path.rglob(".copydesk-*"))


IMPORTS = """
import os, signal, sys
def hook(event, values):
    if event == "import" and values[0] == "click":
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(hook)
from etl.__main__ import main
main()
"""
LEAVES = """
import atexit, os, signal
from etl.__main__ import main
from etl.cli import main as commands
settle = commands._settle_output
commands._settle_output = lambda: (settle(), atexit.register(os.kill, os.getpid(), signal.{name}))
main()
"""
SETTLES = """
import os, signal
from etl.__main__ import main
from etl.cli import main as commands
commands._settle_output = lambda: os.kill(os.getpid(), signal.SIGTERM)
main()
"""
TOGETHER = """
import os, signal, time
from etl.__main__ import main
from etl.cli import main as commands
def run():
    own = os.getpid()
    if not os.fork():
        time.sleep(0.2)
        for name in ("STOP", "HUP", "INT", "TERM", "CONT"):
            os.kill(own, getattr(signal, f"SIG{name}"))
        os._exit(0)
    while True:
        pass
commands._run = run
main()
"""
ENDED = """
import os, signal
class Last:
    def __del__(self, kill=os.kill, own=os.getpid(), number=signal.{name}):
        kill(own, number)
last = Last()
from etl.__main__ import main
from etl.cli import main as commands
{first}
main()
"""


INTERRUPTED = "commands._run = lambda: os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.parametrize(
    ("program", "code"),
    [
        pytest.param(IMPORTS, 130, id="while it is loaded"),
        pytest.param(LEAVES.format(name="SIGINT"), 130, id="INT as Python ends"),
        pytest.param(LEAVES.format(name="SIGTERM"), 143, id="TERM as Python ends"),
        pytest.param(SETTLES, 143, id="TERM when all is done"),
        pytest.param(TOGETHER, 129, id="all of them at once"),
        pytest.param(ENDED.format(name="SIGINT", first=""), 0, id="INT when Python has given up its handlers"),
        pytest.param(ENDED.format(name="SIGTERM", first=""), 0, id="TERM when Python has given up its handlers"),
        pytest.param(ENDED.format(name="SIGTERM", first=INTERRUPTED), 130, id="TERM there, after INT"),
    ],
)
def test_a_signal_at_the_start_or_the_end_shows_no_traceback(tmp_path: Path, program: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program, "rules", "list"], cwd=tmp_path, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


def test_a_signal_that_the_caller_ignores_ends_no_run(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", STORY.format(1))
    hangs_up = MOVES.replace("SIGTERM", "SIGHUP").replace(
        "left =", "signal.signal(signal.SIGHUP, signal.SIG_IGN); left ="
    )
    words = ["-c", hangs_up, "1", "clean", "a.txt", "-o", "o.jsonl", "-j", "1"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0
    assert (tmp_path / "o.jsonl").exists()


# 6. Nothing from the current folder is executed; a config of another user is never obeyed.


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("clean", "in.jsonl", "-n", "-j", "2", "--shard-size", "1kB"), id="R1 workers"),
        pytest.param(("rules", "lint", "p.toml"), id="R1 the attack on regexes"),
        pytest.param(("dedup", "in.jsonl", "-o", "o.jsonl"), id="duplicates"),
    ],
)
@pytest.mark.parametrize(
    "start", [COPYDESK, (str(Path(sys.prefix) / "bin" / "copydesk"),)], ids=["python -m", "script"]
)
def test_nothing_from_the_current_folder_is_executed(
    tmp_path: Path, start: Sequence[str], words: Sequence[str]
) -> None:
    write(tmp_path / "in.jsonl", "".join(json.dumps({"text": STORY.format(number)}) + "\n" for number in range(40)))
    write(tmp_path / "p.toml", RULE.format("Read [A-Z]{3,9}"))
    for module in (
        "multiprocessing",
        "numpy",
        "regex",
        "ftfy",
        "lxml",
        "msgspec",
        "pyarrow",
        "zstandard",
        "sitecustomize",
    ):
        write(tmp_path / f"{module}.py", f"open({str(tmp_path / 'RAN')!r}, 'a').write({module!r})\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [*start, *words], cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=120
    )
    assert done.returncode in (0, 1), done.stderr
    assert not (tmp_path / "RAN").exists()


# 7. Peak memory is bounded by --memory + c x the largest document.


def test_r12_a_record_over_the_limit_is_a_reject_and_is_not_held(tmp_path: Path) -> None:
    with (tmp_path / "in.jsonl").open("wb") as file:
        file.write(b'{"text": "A record."}\n{"text": "')
        for _ in range(300):
            file.write(b"word " * 200_000)
        file.write(b'"}\n{"text": "Another record."}\n')
    script = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]).returncode;"
        "print(done, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)"
    )
    words = [*COPYDESK, "clean", "in.jsonl", "-o", "o.jsonl", "-q", "-j", "1"]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=tmp_path, capture_output=True, check=True, timeout=120
    )
    code, megabytes = map(int, done.stdout.split())
    assert (code, texts(tmp_path / "o.jsonl")) == (4, ["A record.", "Another record."])
    assert megabytes < 64 * 8


def test_many_large_rejects_wait_with_their_first_bytes_alone(tmp_path: Path) -> None:
    from etl.formats import Reading, Reject, find, read, shares

    path = write(tmp_path / "in.jsonl", f"{{{'x' * 200_000}\n" * 3)
    (source,) = find([str(path)], Reading()).sources
    found = [one for share in shares(source, Reading(), 1 << 20) for one in read(share, Reading())]
    assert [len(one.body) for one in found if isinstance(one, Reject)] == [64 << 10] * 3


# 8. An input that changes while it is read is noticed.


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_r10_an_input_that_changes_is_noticed(tmp_path: Path, name: str) -> None:
    from etl.check.records import records_of
    from etl.formats import Reading, Reject, find, read, shares

    path = write(tmp_path / name, '{"text": "One."}\n')
    (source,) = find([str(path)], Reading()).sources
    (share,) = shares(source, Reading(), 1 << 20)
    write(path, '{"text": "Another."}\n' + path.read_text())
    (found,) = read(share, Reading())
    assert isinstance(found, Reject) and "changed while the run was at work" in found.reason
    assert records_of(share, "") == {}


@pytest.mark.parametrize("name", ["a.txt", "a.parquet"])
def test_a_pipe_in_the_place_of_an_input_is_not_waited_for(tmp_path: Path, name: str) -> None:
    from etl.formats import Reading, find, shares

    path = write(tmp_path / name, "One.")
    (source,) = find([str(path)], Reading()).sources
    path.unlink()
    os.mkfifo(path)
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it is waited for"))
    signal.alarm(10)
    (share,) = shares(source, Reading(), 1 << 20)
    signal.alarm(0)
    assert "changed while the run was at work" in share.fault


@pytest.mark.parametrize("change", ["cut", "longer"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.json", "a.jsonl.gz", "a.warc.gz"])
def test_r10_an_input_that_changes_while_it_is_cut_into_shares_is_noticed(
    tmp_path: Path, name: str, change: str
) -> None:
    records = [json.dumps({"id": str(number), "text": STORY.format(number)}) for number in range(50)]
    body = {
        "a.csv": "id,text\n" + "".join(f"{number},Story {number} of the day.\n" for number in range(50)),
        "a.json": "[" + ",\n".join(records) + "]",
        "a.warc.gz": "".join(
            f"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: {len(one)}\r\n\r\n{one}\r\n\r\n" for one in records
        ),
    }.get(name, "\n".join(records) + "\n").encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    (source,) = formats.find([str(path)], formats.Reading()).sources
    cut = formats.shares(source, formats.Reading(), 200)
    found = [next(cut)]
    path.write_bytes(path.read_bytes()[:-40] if change == "cut" else path.read_bytes() + b"\n")
    os.utime(path, ns=(1, 1))
    found += cut
    assert "changed" in found[-1].fault or "damaged" in found[-1].fault


def test_r10_dedup_reads_a_pipe_as_it_reads_a_file(run: Run, tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": i, "text": f"{STORY.format(i % 5)} {i % 7}"}) + "\n" for i in range(300))
    write(tmp_path / "file.jsonl", lines)
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(lines,))
    writer.start()
    assert run("dedup", "pipe", "-o", "from-pipe.jsonl").code == 0
    writer.join()
    assert run("dedup", "file.jsonl", "-o", "from-file.jsonl").code == 0
    assert (tmp_path / "from-pipe.jsonl").read_bytes() == (tmp_path / "from-file.jsonl").read_bytes()


# 9. Every pack and regex has a total time budget: tests/test_packs_hostile.py.

# 10. Messages never carry raw control characters of data; files carry data as it is.

CONTROLS = "The \x90 council \x9d0;x\x9c met \u202e on \x1b[31m Monday \x7f\u2066."


def on_terminal(folder: Path, *words: str) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COPYDESK, *words], cwd=folder, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 1 << 16):
            shown += part
    except OSError:  # the other end is closed
        pass
    process.wait(60)
    os.close(ours)
    return shown.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("clean", "a.jsonl", "-q"), id="articles as they are made"),
        pytest.param(("clean", "a.jsonl", "-q", "--index", "seen"), id="articles at the end"),
        pytest.param(("--color", "never", "diff", "a.jsonl"), id="a diff"),
        pytest.param(("stats", "o.jsonl", "--by", "publisher", "--json"), id="counts as JSON"),
        pytest.param(("stats", "o.jsonl", "--by", "publisher"), id="counts"),
        pytest.param(("restore", "o.jsonl"), id="a text"),
        pytest.param(("dedup", "a.jsonl", "-q"), id="records"),
        pytest.param(("clean", "a.jsonl", "-n", "--json"), id="a summary as JSON"),
        pytest.param(("audit", "sample", "o.audit.jsonl", "--no-judge"), id="a sample"),
        *(pytest.param(("check", "a.jsonl", "--format", name), id=f"findings, {name}") for name in CHECK_FORMATS),
        pytest.param(("clean", "\x1b[2J.txt"), id="an error"),
        pytest.param(("clean", "--\x9b2J"), id="an option that is none"),
    ],
)
def test_r18_no_control_of_the_data_reaches_a_terminal(run: Run, tmp_path: Path, words: Sequence[str]) -> None:
    fields = {"publisher": CONTROLS, "title": CONTROLS, "text": f"{CONTROLS}\n\nRead More\n\nMore of it."}
    write(tmp_path / "a.jsonl", json.dumps(fields, ensure_ascii=False) + "\n")
    assert run("clean", "a.jsonl", "-o", "o.jsonl", "-q").code == 0
    shown = on_terminal(tmp_path, *words)
    assert shown
    assert re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown) == []
    for line in shown.splitlines() if "Error" not in shown else ():
        if line.startswith("{"):
            json.loads(line)


def test_files_and_pipes_carry_data_as_it_is(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", json.dumps({"text": CONTROLS.replace("\x1b", "")}, ensure_ascii=False) + "\n")
    piped = command(tmp_path, "clean", "a.jsonl", "-q", "--added", "2026-11-22")
    assert run("clean", "a.jsonl", "-o", "o.jsonl", "--added", "2026-11-22").code == 0
    assert piped.stdout == (tmp_path / "o.jsonl").read_bytes()
    assert "\u202e" in piped.stdout.decode()
    assert run("restore", "o.jsonl").out == CONTROLS.replace("\x1b", "")
    shutil.rmtree(tmp_path / "seen", ignore_errors=True)


@pytest.mark.parametrize(
    "words", ["check a.txt", "explain a.txt:1", "diff a.txt", "report o.jsonl", "stats o.jsonl --by publisher --json"]
)
def test_files_and_pipes_carry_utf_8_whatever_the_locale(run: Run, tmp_path: Path, words: str) -> None:
    write(tmp_path / "a.txt", "“Δρόμος” — 東京 \U0001f600\n\nRead More: “Δρόμος”\n\n“Δρόμος” is a street in Athens…\n")
    assert run("clean", "a.txt", "-o", "o.jsonl", "--added", "2026-11-22").code == 0
    printed = []
    for encoding in ("utf-8", "latin-1"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding, "SOURCE_DATE_EPOCH": "0"}
        line = [*COPYDESK, *words.split()]
        done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    printed[0].decode()


def test_a_terminal_shows_what_its_encoding_lacks_as_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt", "Δρόμος\n\nRead More\n\nThe street is in Athens.\n")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    monkeypatch.setenv("PAGER", "cat")
    shown = on_terminal(tmp_path, "--color", "never", "diff", "a.txt")
    assert "Read More" in shown and "internal error" not in shown
