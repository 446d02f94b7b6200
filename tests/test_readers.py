"""Bytes become raw documents; what cannot be read becomes a reject in its place."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from etl.errors import NoInput
from etl.model import Metadata, Raw
from etl.readers import Format, Reading, Reject, Share, find, read, shares, sniff


def results(path: Path, reading: Reading = Reading()) -> list[Raw | Reject]:
    return [result for share in shares_of(path, reading) for result in read(share, reading)]


def shares_of(path: Path, reading: Reading = Reading(), size: int = 4 << 20) -> list[Share]:
    return [share for source in find([str(path)], reading).sources for share in shares(source, reading, size)]


def jsonl(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"<!DOCTYPE html><html>", "html"),
        (b"\xef\xbb\xbf\n <html lang=en>", "html"),
        (b'{"id": "a", "text": "x"}\n', "jsonl"),
        (b"Belarus rally\n\nBelarus: 100,000 join rally", "text"),
        (b"{curly braces} in prose", "text"),
        (b"< 5 percent of voters", "text"),
        (b"", "text"),
    ],
)
def test_format_is_told_by_content(head: bytes, form: Format) -> None:
    assert sniff(head) == form


@pytest.mark.parametrize(
    ("name", "body", "form"),
    [
        pytest.param("a.txt", b"<html><body>x", "html", id="content beats the name"),
        pytest.param("a.html", b"no tag at its start <p>", "html", id="the name, where content does not tell"),
        pytest.param("a.jsonl", b'{"id": "a", "text": "x"}', "jsonl", id="jsonl"),
        pytest.param("a.dat", b"prose", "text", id="an unknown name that the user gave"),
        pytest.param("a.html.gz", gzip.compress(b"some text"), "html", id="the name below .gz"),
    ],
)
def test_format_of_a_file(tmp_path: Path, name: str, body: bytes, form: Format) -> None:
    (tmp_path / name).write_bytes(body)
    assert [share.format for share in shares_of(tmp_path / name)] == [form]


def test_folder_is_walked_in_sorted_order_and_says_what_it_passes_over(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.html", "a/c.txt.gz", ".hidden/x.txt", "picture.png", ".dot.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = find([str(tmp_path)], Reading())
    assert [source.name.removeprefix(f"{tmp_path}/") for source in found.sources] == ["a/c.txt.gz", "a/z.html", "b.txt"]
    assert [name for name, _ in found.passed_over] == [f"{tmp_path}/picture.png"]


def test_glob_is_expanded(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.html"):
        (tmp_path / name).write_bytes(b"x")
    found = find([f"{tmp_path}/*.txt"], Reading())
    assert [Path(source.name).name for source in found.sources] == ["a.txt", "b.txt"]


@pytest.mark.parametrize("name", ["nowhere.txt", "none-*.txt", "empty-folder"])
def test_a_name_that_matches_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty-folder").mkdir()
    with pytest.raises(NoInput) as raised:
        find([f"{tmp_path}/{name}"], Reading())
    assert name in str(raised.value)


@pytest.mark.parametrize(
    "compress",
    [
        pytest.param(lambda body: body, id="plain"),
        pytest.param(gzip.compress, id="gzip"),
        pytest.param(lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]), id="gzip of two members"),
        pytest.param(zstandard.compress, id="zstd"),
        pytest.param(lambda body: zstandard.compress(body[:9]) + zstandard.compress(body[9:]), id="zstd of two frames"),
    ],
)
def test_compression_is_read_through(tmp_path: Path, compress) -> None:  # type: ignore[no-untyped-def]  # bytes to bytes
    path = tmp_path / "a.jsonl"
    path.write_bytes(compress(b'{"id": 1, "text": "One."}\n{"id": 2, "text": "Two."}\n'))
    assert [result.body for result in results(path, Reading(format="jsonl"))] == ["One.", "Two."]


def test_cut_gzip_gives_what_is_whole_and_a_reject(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": i, "text": f"Text {i * i}."}) + "\n" for i in range(5000))
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(lines.encode())[:-2000])
    *whole, last = results(path)
    assert len(whole) > 100
    assert all(isinstance(raw, Raw) for raw in whole)
    assert isinstance(last, Reject)
    assert "damaged from here on" in last.reason


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_bomb_is_put_down_and_what_stands_before_it_read(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(compress(b'{"text": "Before."}\n' + b" " * (65 << 20) + b'\n{"text": "Behind."}\n'))
    first, last = results(path, Reading(format="jsonl"))
    assert isinstance(first, Raw)
    assert isinstance(last, Reject)
    assert "it holds more than 200 times its own size" in last.reason


def test_record_gives_document_with_its_facts_and_the_rest_passes_through(tmp_path: Path) -> None:
    record = {
        "id": 7, "text": "One.", "title": " Rally ", "url": "https://bbc.com/1", "date": "2020-09-18", "site_name": "BBC",
        "lang": "en", "author": "Jane Roe", "score": 0.5, "tags": ["a"],
    }  # fmt: skip
    (raw,) = results(jsonl(tmp_path / "a.jsonl", json.dumps(record)))
    assert isinstance(raw, Raw)
    assert (raw.record, raw.row, raw.body) == ("7", 1, "One.")
    assert raw.metadata == Metadata("Rally", "BBC", "Jane Roe", "2020-09-18T00:00:00.000Z", "https://bbc.com/1", "en")
    assert json.loads(raw.extra) == {"score": 0.5, "tags": ["a"]}


@pytest.mark.parametrize(
    ("record", "own", "left"),
    [
        pytest.param({"text": "x"}, "2", {}, id="none: the row"),
        pytest.param({"id": "", "text": "x"}, "2", {"id": ""}, id="empty: the row"),
        pytest.param({"id": True, "text": "x"}, "2", {"id": True}, id="no id at all: the row"),
        pytest.param({"id": ["a"], "text": "x"}, "2", {"id": ["a"]}, id="a list: the row"),
        pytest.param({"id": 12, "text": "x"}, "12", {}, id="a number"),
    ],
)
def test_own_id_of_a_record(tmp_path: Path, record: dict[str, object], own: str, left: dict[str, object]) -> None:
    raw = results(jsonl(tmp_path / "a.jsonl", '{"text": "first"}', json.dumps(record)))[1]
    assert isinstance(raw, Raw)
    assert (raw.record, json.loads(raw.extra)) == (own, left)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b'{"id":"x","text":"cut', "is not JSON", id="cut"),
        pytest.param(b"[1,2,3]", "is a JSON list", id="list"),
        pytest.param(b'{"id":"a","text":null}', "field 'text' holds no text but null", id="null"),
        pytest.param(b'{"id":"a","text":["p"]}', "holds no text", id="list of paragraphs"),
        pytest.param(b'{"id":"d"}', "has none of the fields", id="no text"),
        pytest.param(b'{"id":NaN,"text":"x"}', "NaN is no number", id="NaN"),
        pytest.param(b'{"id":"n","text":"bad \xff utf8"}', "is not UTF-8, from byte 22", id="not UTF-8"),
        pytest.param(b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", id="deep"),
    ],
)
def test_a_line_that_is_no_record_is_rejected_and_the_others_are_read(tmp_path: Path, line: bytes, reason: str) -> None:
    good = '{"id":"good","text":"One."}'
    before, reject, after = results(jsonl(tmp_path / "a.jsonl", good, line, good))
    assert isinstance(before, Raw)
    assert isinstance(after, Raw)
    assert isinstance(reject, Reject)
    assert (reject.row, reject.body) == (2, line)
    assert reason in reject.reason


@pytest.mark.parametrize(
    ("line", "text"),
    [
        pytest.param(b'\xef\xbb\xbf{"text":"a byte order mark"}', "a byte order mark", id="BOM"),
        pytest.param(b'{"text":"dup","text":"keys"}', "keys", id="the last of two keys"),
        pytest.param(b'{"text":"tab\\there \\ud83d\\ude00"}', "tab\there 😀", id="escapes"),
        pytest.param(b'{"content":"in another field"}', "in another field", id="another field"),
    ],
)
def test_odd_records_are_read(tmp_path: Path, line: bytes, text: str) -> None:
    (raw,) = results(jsonl(tmp_path / "a.jsonl", line))
    assert raw.body == text


def test_fields_of_text_and_html_can_be_named(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", '{"text":"t","story":"s","page":"<p>h"}')
    found = [results(path, reading)[0] for reading in (Reading(text_field="story"), Reading(html_field="page"))]
    assert [(raw.body, raw.kind) for raw in found if isinstance(raw, Raw)] == [("s", "text"), ("<p>h", "html")]


@pytest.mark.parametrize("size", [1, 7, 50, 1000, 10**6])
def test_shares_of_a_file_have_each_line_once(tmp_path: Path, size: int) -> None:
    path = jsonl(tmp_path / "a.jsonl", *(json.dumps({"text": "x" * (i % 40)}) for i in range(60)))
    found = shares_of(path, size=size)
    parts = [(raw.row, raw.body) for share in found for raw in read(share, Reading()) if isinstance(raw, Raw)]
    assert parts == [(i + 1, "x" * (i % 40)) for i in range(60)]
    assert len(found) > 1 or size >= path.stat().st_size
