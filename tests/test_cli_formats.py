"""Formats and shapes from the command line: one story gives one article, and every output gives the input back."""

import base64
import csv
import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Run
from corpus import read_lines, write_lines
from pyarrow import fs

from etl.errors import UsageError
from etl.formats.own_records import read_outputs
from etl.pipeline import to_store
from etl.record import Record
from etl.shapes import SHAPES

ADDED = ("--added", "2026-11-22T13:00:00Z")
STORY = "\n\n".join(
    [
        "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board.",
        "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp.",
        "Read more: All that we know about the ferry",
        "The county says that the ageing vessel would have needed four million crowns of repairs.",
    ]
)
ROW = {"id": "7", "title": "Last ferry sails", "text": STORY, "date": "2026-03-02", "publisher": "Harwick Post"}


def as_csv() -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(ROW))
    writer.writeheader()
    writer.writerow(ROW)
    return file.getvalue().encode()


def as_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([ROW]), file)
    return file.getvalue()


def as_arrow() -> bytes:
    file = io.BytesIO()
    table = pa.Table.from_pylist([ROW])
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


INPUTS = {
    "a.jsonl": json.dumps(ROW).encode(),
    "a.json": json.dumps([ROW], indent=1).encode(),
    "a.csv": as_csv(),
    "a.parquet": as_parquet(),
    "a.arrow": as_arrow(),
}
# What says where an article came from; all else must be the same.
PLACES = ("id", "source", "origin")
AUDIT_PLACES = ("path", "row", "article_id", "also", "record")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("name", INPUTS)
def test_the_same_story_gives_the_same_article_and_audit(run: Run, tmp_path: Path, name: str, packed: bool) -> None:
    (tmp_path / "first.jsonl").write_bytes(INPUTS["a.jsonl"])
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(INPUTS[name]) if packed else INPUTS[name])
    for given, output in (("first.jsonl", "one.jsonl"), (path.name, "other.jsonl")):
        assert run("clean", given, "-o", output, *ADDED).code == 0
    for output, places in (("", PLACES), (".audit", AUDIT_PLACES)):
        one, other = (
            [{key: value for key, value in row.items() if key not in places} for row in read_lines(tmp_path / f"{stem}{output}.jsonl")]
            for stem in ("one", "other")
        )  # fmt: skip
        assert [row | {"line_sha256": ""} for row in one if row.get("action") != "end"] == [
            row | {"line_sha256": ""} for row in other if row.get("action") != "end"
        ]
    assert run("restore", "other.jsonl").out == STORY


@pytest.mark.parametrize("output", ["out.jsonl", "out.jsonl.zst", "out.parquet", "out"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_and_format_gives_the_input_back(run: Run, tmp_path: Path, shape: str, output: str) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    assert run("clean", "a.txt", "-o", output, "--shape", shape).code == 0
    assert run("restore", output).out == STORY


def test_parquet_holds_what_json_lines_hold(run: Run, sample: Path, tmp_path: Path) -> None:
    for output in ("out.jsonl", "out.parquet"):
        assert run("clean", sample, "-o", output, *ADDED).code == 0
    assert list(read_outputs(tmp_path / "out.parquet", Record)) == list(read_outputs(tmp_path / "out.jsonl", Record))
    audit = pq.read_table(tmp_path / "out.audit.parquet")
    assert audit["rule"].to_pylist() == [row["rule"] or None for row in read_lines(tmp_path / "out.audit.jsonl")]
    assert run("stats", "out.parquet").out == run("stats", "out.jsonl").out
    assert run("clean", sample, "-o", "out.parquet", "-f", *ADDED).code == 0  # it is known as ours


def test_audit_in_parquet_is_small(run: Run, tmp_path: Path) -> None:
    records = [
        {"text": f"{STORY}\n\nThis is story number {number}, which is told by {number * 7919} people."}
        for number in range(400)
    ]
    write_lines(tmp_path / "a.jsonl", records)
    for output in ("out.jsonl", "out.parquet"):
        assert run("clean", "a.jsonl", "-o", output, *ADDED, "--dedup", "off").code == 0
    sizes = [(tmp_path / f"out.audit.{suffix}").stat().st_size for suffix in ("parquet", "jsonl")]
    assert sizes[0] <= 0.15 * sizes[1]


def test_a_stranger_s_parquet_is_not_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "out.parquet").write_bytes(as_parquet())
    result = run("clean", "a.txt", "-o", "out.parquet", "-f")
    assert (result.code, "was not written by copydesk" in result.err) == (2, True)


def test_output_below_an_address_is_a_folder_with_a_manifest_of_its_parts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    assert run("clean", f"file://{tmp_path}/a.txt", "-o", f"file://{tmp_path}/out/").code == 0
    manifest = json.loads((tmp_path / "out/run.json").read_bytes())
    named = {part["path"] for part in manifest["parts"]}
    assert named == {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").glob("*/part-*")}
    assert run("restore", "out").out == STORY
    refused = run("clean", f"file://{tmp_path}/a.txt", "-o", f"file://{tmp_path}/out/")
    assert (refused.code, "exists already" in refused.err) == (2, True)
    for name in ("out/.0123456789abcdef.tmp", "out/articles/.0123456789abcdef.tmp"):  # a killed run had begun them
        (tmp_path / name).touch()
    assert run("clean", f"file://{tmp_path}/a.txt", "-o", f"file://{tmp_path}/out/", "-f", "--no-audit").code == 0
    assert not [*(tmp_path / "out").glob("audit/part-*"), *(tmp_path / "out").rglob("*.tmp")]


def test_output_at_an_address_is_one_file_with_its_audit(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    assert run("clean", "a.txt", "-o", f"file://{tmp_path}/deep/out.jsonl.gz").code == 0
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["out.audit.jsonl.gz", "out.jsonl.gz"]
    assert run("restore", "deep/out.jsonl.gz").out == STORY


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (STORY, "en"),
        (
            "Nach dem Unfall auf der Autobahn ist die Fahrbahn in Richtung Süden bis Mittwochabend gesperrt geblieben.",
            "de",
        ),
        ("Последний автомобильный паром ушёл в пятницу вечером, и на борту было одиннадцать пассажиров.", "ru"),
        ("最后一班汽车渡轮在星期五晚上启航，船上有十一名乘客和一辆卡车，结束了九十一年的服务。", "zh"),
        ("Kurz.", ""),
        ("Lorem ipsum dolor sit amet, consectetur adipisicing elit, sed do eiusmod tempor incididunt ut labore.", ""),
    ],
)
def test_language_is_that_of_the_text_where_the_source_does_not_say(
    run: Run, tmp_path: Path, text: str, language: str
) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"text": text}) + "\n" + json.dumps({"text": text, "lang": "fr"}) + "\n"
    )
    found = [json.loads(line)["language"] for line in run("clean", "a.jsonl", "--dedup", "off").out.splitlines()]
    assert found == [language, "fr"]
    left = [
        json.loads(line)["language"]
        for line in run("clean", "a.jsonl", "--dedup", "off", "--no-detect").out.splitlines()
    ]
    assert left == ["", "fr"]


PACK = """
[pack]
id = "mine"
version = "1"
[[rule]]
id = "unfall"
title = "A label"
kind = "link"
why = "It leads to another story."
match.prefix = ["Mehr zum Unfall"]
scope = {{ language = ["{language}"] }}
drops = ["Mehr zum Unfall"]
keeps = ["Der Unfall"]
"""


@pytest.mark.parametrize(("language", "is_dropped"), [("de", True), ("fr", False)])
def test_rules_of_a_language_follow_what_is_detected(run: Run, tmp_path: Path, language: str, is_dropped: bool) -> None:
    text = "Nach dem Unfall auf der Autobahn ist die Fahrbahn in Richtung Süden bis Mittwochabend gesperrt geblieben."
    (tmp_path / "a.txt").write_text(f"{text}\n\nMehr zum Unfall, und was er bedeutet, steht hier")
    (tmp_path / "mine.toml").write_text(PACK.format(language=language))
    rules = ("-r", "mine.toml", "--only-rules")
    assert ("Mehr zum Unfall" not in run("clean", "a.txt", *rules).out) == is_dropped
    assert "Mehr zum Unfall" in run("clean", "a.txt", *rules, "--no-detect").out


def test_fields_are_mapped(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"inhalt": STORY, "kopf": {"zeile": "A ferry"}, "stand": "23.08.2020"})
    )
    result = run("clean", "a.jsonl", "--text-field", "inhalt", "--map", "headline=kopf.zeile", "--map", "created=stand")
    record = json.loads(result.out)
    assert (record["headline"], record["created"]) == ("A ferry", "2020-08-23T00:00:00.000Z")
    assert run("clean", "a.jsonl", "--map", "heading=kopf").code == 2


def test_a_summary_says_what_was_read_and_what_is_no_document(run: Run, tmp_path: Path) -> None:
    page = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>Gone</p>"
    head = b"WARC/1.0\r\nWARC-Type: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(
        head % (b"response", b"application/http", len(page)) + page + b"\r\n\r\n"
        + head % (b"conversion", b"text/plain", len(STORY)) + STORY.encode() + b"\r\n\r\n"
    )  # fmt: skip
    result = run("clean", "a.warc", "-o", "out.jsonl")
    assert result.code == 0
    assert "read as WARC: 1 input" in result.err
    assert "passed over 1 record without a document: 1 HTTP 404" in result.err


@pytest.mark.parametrize(
    ("name", "body", "code", "said"),
    [
        ("a.txt", b"%PDF-1.7\n%\xe2\xe3\n" * 99, 4, "is PDF: not supported"),
        ("a.parquet", b"prose", 4, "is not in the format Parquet"),
        ("a.csv", b"One line of prose that is long enough, and it has a comma\n", 4, "is CSV, and has no records"),
        ("a.csv", b"One line\nand; another, one\n", 4, "is not CSV: its lines have different delimiters"),
    ],
)
def test_what_cannot_be_read_is_a_reject_that_names_it(
    run: Run, tmp_path: Path, name: str, body: bytes, code: int, said: str
) -> None:
    (tmp_path / name).write_bytes(body)
    result = run("clean", name, "-o", "o.jsonl")
    (rejected,) = map(json.loads, (tmp_path / "o.rejects.jsonl").read_text().splitlines())
    assert (result.code, base64.b64decode(rejected["bytes"])) == (code, body)
    assert said in result.err


def test_dedup_names_a_field_that_is_not_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": " "}\n{"id": "2", "nope": " "}\n')
    done = run("dedup", "a.jsonl", "--text-field", "nope", "-o", "b.jsonl")
    assert (done.code, "a.jsonl:1: has no field 'nope'" in done.err) == (4, True)
    assert (tmp_path / "b.jsonl").read_text() == '{"id": "2", "nope": " "}\n'


def test_dedup_reads_a_field_of_any_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"the \\"text\\"": "A story."}\n')
    done = run("dedup", "a.jsonl", "--text-field", 'the "text"', "-o", "b.jsonl")
    assert (done.code, (tmp_path / "b.jsonl").read_text()) == (0, (tmp_path / "a.jsonl").read_text())


def test_dedup_takes_json_lines_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(as_csv())
    (tmp_path / "a.jsonl").write_bytes(INPUTS["a.jsonl"])
    assert run("dedup", "a.csv").code == 2
    assert run("dedup", "a.jsonl", "-o", "out.parquet").code == 2
    assert run("clean", "a.jsonl", "-o", "b.parquet").code == 0
    for name in ("a.csv", "b.parquet"):
        done = run("index", "import", "seen", name)
        assert (done.code, f"{name}: is not JSON lines" in done.err) == (2, True)


@pytest.mark.parametrize("name", ["o.jsonl", "o.audit.jsonl", "o.rejects.jsonl"])
@pytest.mark.parametrize("options", [(), ("-f",)], ids=["", "force"])
def test_what_others_wrote_stays_in_a_store(run: Run, tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / name).write_text("precious\n")
    done = run("clean", "a.txt", "-o", f"file://{tmp_path}/s/o.jsonl", *options)
    assert (done.code, name in done.err) == (2, True)
    assert [path.read_text() for path in (tmp_path / "s").iterdir()] == ["precious\n"]


@pytest.mark.parametrize("options", [(), ("-f",)], ids=["", "force"])
@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nothing")], ids=["folder", "link"])
def test_what_no_file_can_be_put_over_in_a_store_is_refused_before_the_run(
    run: Run, tmp_path: Path, make: Callable[[Path], None], options: tuple[str, ...]
) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "s").mkdir()
    make(tmp_path / "s/o.jsonl")
    done = run("clean", "a.txt", "-o", f"file://{tmp_path}/s/o.jsonl", *options)
    assert (done.code, "exists already" in done.err) == (2, True)
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["o.jsonl"]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.zst", ".parquet"])
def test_own_output_in_a_store_is_replaced_with_force_and_after_a_kill(run: Run, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    words = ("clean", "a.txt", "-o", f"file://{tmp_path}/s/o{suffix}")
    assert [run(*words).code, run(*words).code, run(*words, "-f").code] == [0, 2, 0]
    (tmp_path / f"s/o{suffix}").unlink()  # a run that was killed before it put the articles
    assert [run(*words).code, run(*words, "-f").code] == [2, 0]


def test_a_folder_is_walked_alike_by_its_address(run: Run, tmp_path: Path) -> None:
    for name in ("in/a.txt", "in/.hidden/b.txt", "in/.copydesk-o.jsonl-0123456789ab/articles/part-00000.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(STORY)
    found = [run("clean", name, "--show-files").out for name in (f"{tmp_path}/in", f"file://{tmp_path}/in")]
    assert found == [f"{tmp_path}/in/a.txt\n"] * 2


def test_a_name_that_is_not_utf8_costs_a_glob_at_an_address_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in (b"a.txt", b"\xff.txt"):
        (tmp_path / "in" / os.fsdecode(name)).write_text(STORY)
    done = run("clean", f"file://{tmp_path}/in/*.txt", "-o", "out.jsonl", "--dedup", "off")
    assert (done.code, (tmp_path / "out.jsonl").read_text().count("\n")) == (0, 2), done.err


def test_any_name_at_an_address_is_read(run: Run, tmp_path: Path) -> None:
    names = ("a.txt", "my page.txt", "x%41.txt", "a?b=c.txt", "#1 [2].txt", "naïve.txt", "deep/a.txt")
    for name in names:
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(STORY)
    done = run("clean", f"file://{tmp_path}/in/*.txt", "-o", "out.jsonl", "--dedup", "off")
    assert done.code == 0, done.err
    paths = [json.loads(line)["origin"]["path"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert sorted(paths) == sorted(f"{tmp_path}/in/{name}" for name in names[:-1])
    addresses = (*(f"file://{quote(path)}" for path in paths), f"file://{tmp_path}/in/my page.txt")
    again = [run("clean", address, "-o", "again.jsonl", "-f").code for address in addresses]
    assert again == [0] * 7


def test_a_pipe_or_a_link_at_an_address_stays(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    os.mkfifo(tmp_path / "b.jsonl")
    (tmp_path / "target").write_text("")
    (tmp_path / "c.jsonl").symlink_to(tmp_path / "target")
    for name in ("b.jsonl", "c.jsonl"):
        words = ("clean", "a.txt", "-o", f"file://{tmp_path}/{name}")
        assert [run(*words).code, run(*words, "-f").code] == [2, 2]
    assert (tmp_path / "target").read_text() == ""


@pytest.mark.parametrize(("other", "code"), [("", 0), ("mine.txt", 2), ("articles/mine.txt", 2)])
def test_parts_that_a_killed_run_left_in_a_store_are_replaced_with_force(
    run: Run, tmp_path: Path, other: str, code: int
) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    words = ("clean", "a.txt", "-o", f"file://{tmp_path}/out/")
    assert run(*words).code == 0
    (tmp_path / "out/run.json").unlink()
    if other:
        (tmp_path / "out" / other).write_text("precious")
    assert [run(*words).code, run(*words, "-f").code] == [2, code]
    assert not other or (tmp_path / "out" / other).read_text() == "precious"


@pytest.mark.parametrize("output", ["s3://bucket/o.jsonl", "s3://bucket/out/"])
@pytest.mark.parametrize(("made", "code"), [("bucket", 0), ("other", 2)])
def test_a_bucket_that_does_not_exist_is_known_before_the_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, made: str, code: int
) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / made).mkdir()
    store = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    monkeypatch.setattr(to_store, "connect", lambda address: (store, address.removeprefix("s3://")))
    monkeypatch.setattr(to_store, "_put", lambda *_: None)
    result = run("clean", "a.txt", "-o", output)
    assert (result.code, "there is no bucket 'bucket'" in result.err) == (code, code == 2), result.err


class CutOff(io.BytesIO):
    """An upload that fails when it is completed, as those of S3 do."""

    def close(self) -> None:
        if not self.closed:
            super().close()
            raise OSError("AWS Error NETWORK_CONNECTION during UploadPart operation")


class EmptyStore:
    """A store as `FSSpecHandler` calls it, which has nothing and gets nothing."""

    protocol = "s3"

    def info(self, path: str) -> dict[str, Any]:
        raise FileNotFoundError(path)

    def exists(self, path: str) -> bool:
        return False

    isdir = exists

    def open(self, path: str, mode: str) -> CutOff:
        return CutOff()


@pytest.mark.parametrize("output", ["s3://bucket/o.jsonl", "s3://bucket/out/"])
def test_an_upload_that_fails_at_its_end_is_no_success(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    store = fs.PyFileSystem(fs.FSSpecHandler(EmptyStore()))
    monkeypatch.setattr(to_store, "connect", lambda address: (store, address.removeprefix("s3://")))
    monkeypatch.setattr(to_store, "_check_bucket", lambda _: None)
    result = run("clean", "a.txt", "-o", output, "--index", "seen")
    assert (result.code, "cannot be written: AWS Error" in result.err) == (6, True), result.err
    assert not (tmp_path / "seen/manifest.json").exists()


@pytest.mark.parametrize(
    "words",
    ["clean a.jsonl -o s3://bucket/out/", "clean a.jsonl", "clean a.jsonl --dedup off", "dedup a.jsonl", "dedup a.jsonl -o -"],
)  # fmt: skip
def test_only_a_run_into_local_files_can_be_resumed(run: Run, tmp_path: Path, words: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "The ferry sailed on Friday evening."}\n')
    result = run(*words.split(), "--resume")
    assert (result.code, "continues only runs into local files and folders" in result.err) == (2, True)


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xe9"], pa.binary()).buffers()), id="not UTF-8"),
        pytest.param(pa.array([2**62], pa.timestamp("us")), id="a year that Python lacks"),
    ],
)
def test_parquet_of_others_is_named(tmp_path: Path, column: pa.Array) -> None:
    path = tmp_path / "out.audit.parquet"
    pq.write_table(pa.table({"path": column}), path)
    with pytest.raises(UsageError, match=r"out\.audit\.parquet: cannot be read: "):
        list(read_outputs(path, dict[str, Any]))
