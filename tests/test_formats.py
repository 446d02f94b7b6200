"""Names become sources, sources shares, and shares documents, whatever the format and the compression."""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
import zstandard
from conftest import results
from msgspec import structs

from etl.cleaner import Cleaner
from etl.errors import NoInput
from etl.formats import Format, Reading, Reject, Share, find, format_of, read, shares
from etl.formats.opening import open_packed
from etl.formats.source import Source
from etl.model import Metadata, Raw

Compress = Callable[[bytes], bytes]


def shares_of(path: Path, reading: Reading = Reading(), size: int = 4 << 20) -> list[Share]:
    return [share for source in find([str(path)], reading).sources for share in shares(source, reading, size)]


def jsonl(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("name", "body", "form"),
    [
        pytest.param("a.txt", b"<html><body>x", "html", id="content beats the name"),
        pytest.param("a.html", b"no tag at its start <p>", "html", id="the name, where content does not tell"),
        pytest.param("a.jsonl", b'{"id": "a", "text": "x"}', "jsonl", id="jsonl"),
        pytest.param("a.dat", b"prose", "text", id="an unknown name that the user gave"),
        pytest.param("a.html.gz", gzip.compress(b"some text"), "html", id="the name below .gz"),
        pytest.param("a.txt", b"\xef\xbb\xbf\n <html lang=en>", "html", id="behind a mark"),
        pytest.param("a.txt", b"{curly braces} in prose", "text", id="keeps: braces"),
        pytest.param("a.txt", b"< 5 percent of voters", "text", id="keeps: less than"),
    ],
)
def test_format_of_a_file(tmp_path: Path, name: str, body: bytes, form: Format) -> None:
    (tmp_path / name).write_bytes(body)
    assert [share.format for share in shares_of(tmp_path / name)] == [form]


def test_given_format_goes_before_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,One\n")
    assert [raw.body for raw in results(path, Reading(format="text")) if isinstance(raw, Raw)] == [b"id,text\n1,One\n"]


def test_folder_is_walked_in_sorted_order_and_says_what_it_passes_over(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.html",
        "a/c.txt.gz",
        ".hidden/x.txt",
        "__MACOSX/a.txt",
        "picture.png",
        ".dot.txt",
        ".copydesk-a.lock",
        "c.warc.gz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = find([str(tmp_path)], Reading())
    names = [source.name.removeprefix(f"{tmp_path}/") for source in found.sources]
    assert names == ["a/c.txt.gz", "a/z.html", "b.txt", "c.warc.gz"]
    assert {name.removeprefix(f"{tmp_path}/"): reason for name, reason in found.passed_over} == {
        ".copydesk-a.lock": "it is a work file of copydesk",
        ".dot.txt": "it is hidden",
        ".hidden": "it is hidden",
        "__MACOSX": "it is hidden",
        "picture.png": "its name does not end in a known suffix",
    }


def test_glob_is_expanded(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.html"):
        (tmp_path / name).write_bytes(b"x")
    found = find([f"{tmp_path}/*.txt"], Reading())
    assert [Path(source.name).name for source in found.sources] == ["a.txt", "b.txt"]


def test_a_folder_that_a_glob_matches_is_named(tmp_path: Path) -> None:
    (tmp_path / "crawl/sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt"):
        (tmp_path / "crawl" / name).write_bytes(b"x")
    folder = f"{tmp_path}/crawl"
    found = find([f"{folder}/*"], Reading())
    assert found.passed_over == ((f"{folder}/sub", "it is a folder, and a pattern stands for files"),)
    assert len(find([f"{folder}/**"], Reading()).sources) == 2


def test_address_of_a_local_file_is_opened_like_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(b'{"text": "One."}\n'))
    (source,) = find([f"file://{path}"], Reading()).sources
    assert source.name == f"file://{path}"
    assert [raw.body for share in shares(source, Reading(), 99) for raw in read(share, Reading())] == ["One."]


@pytest.mark.parametrize("name", ["nowhere.txt", "none-*.txt", "empty-folder"])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_name_that_matches_nothing(tmp_path: Path, name: str, scheme: str) -> None:
    (tmp_path / "empty-folder").mkdir()
    with pytest.raises(NoInput) as raised:
        find([f"{scheme}{tmp_path}/{name}"], Reading())
    assert name in str(raised.value)


TEXTS = [
    f"Story {number}: the ferry, which was late, sailed on Friday.\n\nImage caption\n\nThe quay at night\n\n"
    "The countyâ€™s ageing vessel needed four million crowns of repairs.\n\nRead more\n\n"
    "The countyâ€™s ageing vessel needed four million crowns of repairs.\n\nIt said “no”."
    for number in range(7)
]
ROWS = [{"id": str(number), "title": f"T{number}", "text": text} for number, text in enumerate(TEXTS)]


def as_csv(delimiter: str) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(ROWS[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return file.getvalue().encode()


def as_arrow() -> bytes:
    file = io.BytesIO()
    with pa.ipc.new_file(file, pa.Table.from_pylist(ROWS).schema) as writer:
        writer.write_table(pa.Table.from_pylist(ROWS), 2)
    return file.getvalue()


def as_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), file, row_group_size=2)
    return file.getvalue()


def as_wet() -> bytes:
    parts = [text.encode() for text in TEXTS]
    head = "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n"
    return b"".join(head.format(number, len(part)).encode() + part + b"\r\n\r\n" for number, part in enumerate(parts))


def as_feed() -> bytes:
    items = "".join(f"<item><guid>{row['id']}</guid><description>{row['text']}</description></item>" for row in ROWS)
    return f"<?xml version='1.0'?><rss><channel>{items}</channel></rss>".encode()


BODIES = {
    "a.jsonl": "\n".join(json.dumps(row) for row in ROWS).encode(),
    "utf16.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode("utf-16"),
    "array.json": json.dumps(ROWS).encode(),
    "pretty.json": json.dumps(ROWS, indent=2).encode(),
    "a.csv": as_csv(","),
    "a.tsv": as_csv("\t"),
    "utf16.csv": as_csv(";").decode().encode("utf-16"),
    "a.parquet": as_parquet(),
    "a.arrow": as_arrow(),
    "a.wet": as_wet(),
    "a.rss": as_feed(),
}
COMPRESSIONS: dict[str, Compress] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


@pytest.mark.parametrize("size", [150, 1 << 20])
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("name", BODIES)
def test_the_same_stories_come_out_of_any_format_and_compression(
    tmp_path: Path, name: str, suffix: str, is_named: bool, size: int
) -> None:
    path = tmp_path / (name + suffix if is_named else "download")
    path.write_bytes(COMPRESSIONS[suffix](BODIES[name]))
    found = [raw for share in shares_of(path, size=size) for raw in read(share, Reading())]
    texts = [raw.body if isinstance(raw, Raw) else raw.reason for raw in found]
    said = [text.decode() if isinstance(text, bytes) else text.replace("\r\n", "\n") for text in texts]
    assert said == TEXTS
    assert [raw.record for raw in found if isinstance(raw, Raw)] == [row["id"] for row in ROWS]


# The texts of a document's articles, and its audit.
Account = tuple[list[str], list[dict[str, object]]]


def accounts(path: Path, cleaner: Cleaner) -> list[Account]:
    """Return of each document its texts, and its audit without the names of places."""
    found = []
    for result in cleaner.clean_many([path]):
        assert result.reason == ""
        entries = [structs.asdict(entry) for entry in result.audit if entry.action != "document"]
        places = ("path", "record", "row", "article_id", "duplicate_of")
        audit = [{key: value for key, value in entry.items() if key not in places} for entry in entries]
        found.append(([article.text for article in result.articles], audit))
    return found


@pytest.fixture(scope="module")
def of_files(cleaner: Cleaner, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Account]:
    """What comes of the stories and of the page, each as a file of its own."""
    folder = tmp_path_factory.mktemp("plain")
    bodies = {**{f"{number}.txt": text for number, text in enumerate(TEXTS)}, "page.html": PAGE}
    for name, body in bodies.items():
        (folder / name).write_text(body, encoding="utf-8")
    return {name: accounts(folder / name, cleaner)[0] for name in bodies}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("name", BODIES)
def test_any_format_and_compression_gives_the_same_articles_and_audit(
    tmp_path: Path, cleaner: Cleaner, of_files: dict[str, Account], name: str, suffix: str
) -> None:
    path = tmp_path / (name + suffix)
    path.write_bytes(COMPRESSIONS[suffix](BODIES[name]))
    expected = [of_files[f"{number}.txt"] for number in range(len(TEXTS))]
    assert {entry["rule"] for entry in expected[0][1]} >= {"core/read-more", "core/caption-label", "duplicate/exact"}
    assert accounts(path, cleaner) == expected


PAGE = (
    "<html><body><nav><a href='/'>Home</a></nav><article><h1>Last ferry sails</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in TEXTS[0].split("\n\n"))
    + "</article><footer>Contact</footer></body></html>"
)


def as_warc() -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: {len(answer)}\r\n\r\n"
    return head.encode() + answer + b"\r\n\r\n"


def as_html_column(write: Callable[[pa.Table, io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    write(pa.table({"html": [PAGE]}), file)
    return file.getvalue()


PAGES = {
    "a.html": PAGE.encode(),
    "a.jsonl": json.dumps({"html": PAGE}).encode(),
    "array.json": json.dumps([{"html": PAGE}]).encode(),
    "a.csv": ('id,html\n1,"' + PAGE.replace('"', '""') + '"\n').encode(),
    "a.parquet": as_html_column(lambda table, file: pq.write_table(table, file)),
    "a.arrow": as_html_column(lambda table, file: feather.write_feather(table, file, compression="uncompressed")),
    "a.warc": as_warc(),
    "a.rss": f"<?xml version='1.0'?><rss><channel><item><description><![CDATA[{PAGE}]]></description></item></channel></rss>".encode(),
}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_gives_the_same_article_and_audit_in_any_format_and_compression(
    tmp_path: Path, cleaner: Cleaner, of_files: dict[str, Account], name: str, suffix: str
) -> None:
    path = tmp_path / (name + suffix)
    path.write_bytes(COMPRESSIONS[suffix](PAGES[name]))
    assert {"page/nav", "core/read-more"} <= {entry["rule"] for entry in of_files["page.html"][1]}
    assert accounts(path, cleaner) == [of_files["page.html"]]


@pytest.mark.parametrize(
    "compress",
    [
        pytest.param(lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]), id="gzip of two members"),
        pytest.param(lambda body: zstandard.compress(body[:9]) + zstandard.compress(body[9:]), id="zstd of two frames"),
        pytest.param(lambda body: bz2.compress(body[:9]) + bz2.compress(body[9:]), id="bzip2 of two streams"),
        pytest.param(lambda body: lzma.compress(body[:9]) + lzma.compress(body[9:]), id="xz of two streams"),
    ],
)
def test_compressed_parts_in_a_row_are_one_file(tmp_path: Path, compress: Compress) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(compress(b'{"id": 1, "text": "One."}\n{"id": 2, "text": "Two."}\n'))
    assert [raw.body for raw in results(path) if isinstance(raw, Raw)] == ["One.", "Two."]


@pytest.mark.parametrize("compress", list(COMPRESSIONS.values())[1:], ids=list(COMPRESSIONS)[1:])
def test_what_stands_before_a_damaged_place_is_read(tmp_path: Path, compress: Compress) -> None:
    texts = (" ".join(str(i * j * 7919 % 1000003) for j in range(200)) for i in range(1_000))
    path = tmp_path / "a.jsonl"
    path.write_bytes(compress("".join(json.dumps({"text": text}) + "\n" for text in texts).encode())[:-2000])
    *whole, last = results(path)
    assert len(whole) > 100
    assert all(isinstance(raw, Raw) for raw in whole)
    assert isinstance(last, Reject)
    assert "damaged from here on" in last.reason


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_bomb_is_put_down_and_what_stands_before_it_read(tmp_path: Path, compress: Compress) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(compress(b'{"text": "Before."}\n' + b" " * (65 << 20) + b'\n{"text": "Behind."}\n'))
    first, last = results(path, Reading(format="jsonl"))
    assert isinstance(first, Raw)
    assert isinstance(last, Reject)
    assert "it holds more than 200 times its own size" in last.reason


def test_record_gives_document_with_its_metadata_and_the_rest_passes_through(tmp_path: Path) -> None:
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
        pytest.param({"_id": {"$oid": "5f"}, "text": "x"}, "5f", {}, id="Mongo"),
    ],
)
def test_own_id_of_a_record(tmp_path: Path, record: dict[str, object], own: str, left: dict[str, object]) -> None:
    raw = results(jsonl(tmp_path / "a.jsonl", '{"text": "first"}', json.dumps(record)))[1]
    assert isinstance(raw, Raw)
    assert (raw.record, json.loads(raw.extra)) == (own, left)


def test_a_record_with_a_blank_text_is_a_document_without_one(tmp_path: Path) -> None:
    found = results(jsonl(tmp_path / "a.jsonl", '{"text": ""}', '{"text": null}', '{"text": "", "summary": "One."}'))
    assert [raw.body if isinstance(raw, Raw) else raw.reason for raw in found] == [
        "",
        "field 'text' does not hold text but null",
        "One.",
    ]


@pytest.mark.parametrize("size", [1, 7, 50, 1000, 10**6])
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_shares_of_a_file_have_each_line_once(tmp_path: Path, size: int, end: str) -> None:
    """A range of a plain file is not sent to the task that reads it; of a packed file, a chunk is."""
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"
    text = "".join(json.dumps({"text": "x" * (i % 40)}) + "\n" * (1 + i % 3) for i in range(60)) + '{"text": "z"}' + end
    plain.write_text(text)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    wanted = [(row, json.loads(line)["text"]) for row, line in enumerate(text.split("\n"), 1) if line]
    for path in (plain, packed):
        found = shares_of(path, size=size)
        assert [(one.row, one.body) for share in found for one in read(share, Reading())] == wanted
        assert len(found) > 1 or size >= plain.stat().st_size
        assert {share.body is None for share in found} == {path == plain}


def test_format_of_bytes_without_a_name() -> None:
    assert format_of("download", b'{"text": "x"}\n') == "jsonl"


def test_of_a_window_that_is_too_large_it_is_said_what_to_do(tmp_path: Path) -> None:
    settings = zstandard.ZstdCompressionParameters.from_level(3, window_log=28, enable_ldm=True)
    stream = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(stream.compress(b'{"text": "One."}\n') + stream.flush())
    (reject,) = results(path)
    assert isinstance(reject, Reject)
    assert "`zstd -d --long=31`" in reject.reason


def test_zstandard_may_begin_and_end_with_frames_that_hold_nothing(tmp_path: Path) -> None:
    def skipped(content: bytes) -> bytes:
        return b"\x5e\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content

    frames = [zstandard.compress(f'{{"text": "{word}"}}\n'.encode()) for word in ("One", "Two")]
    path = tmp_path / "a.jsonl.zst"  # as pzstd writes it, with a table for seeking at its end
    path.write_bytes(b"".join(skipped(len(frame).to_bytes(4, "little")) + frame for frame in frames) + skipped(b"seek"))
    assert [one.body for one in results(path) if isinstance(one, Raw)] == ["One", "Two"]


@pytest.mark.parametrize("count", [-1, 100])
def test_a_file_with_nothing_to_read_yet_is_an_error_of_the_system(tmp_path: Path, count: int) -> None:
    """Like /proc/kmsg, which only root can open, and which is a regular file."""
    pipe = tmp_path / "a.txt"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    source = Source(str(pipe), str(pipe), size=0, modified=pipe.stat().st_mtime_ns)
    with open_packed(source) as file, pytest.raises(BlockingIOError):
        file.read(count)
    os.close(writer)
