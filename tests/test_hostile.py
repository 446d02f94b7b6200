"""Hostile inputs, as those of promise 1: whatever the bytes, each document comes out, or is a reject that is named."""

import bz2
import gzip
import io
import json
import lzma
import random
import struct
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
import zstandard
from conftest import Run, results
from corpus import read_lines
from pyarrow import ipc, parquet

from etl.formats import Reject
from etl.model import Raw

GOOD = '{"id": "good-1", "text": "A clean record before the odd ones."}\n'
LAST = '{"id": "good-2", "text": "A clean record behind the odd ones."}\n'
SENTENCE = "The council of town {0} met on Monday to talk about bridge {0} over the river."


def _table() -> pa.Table:
    return pa.table({"id": list("abc"), "text": [SENTENCE.format(i) for i in range(3)], "tags": [["x"], [], None]})


def _arrow(open_writer: Callable[..., ipc.RecordBatchStreamWriter]) -> bytes:
    target = io.BytesIO()
    with open_writer(target, _table().schema) as writer:
        writer.write_table(_table())
    return target.getvalue()


def _parquet() -> bytes:
    target = io.BytesIO()
    parquet.write_table(_table(), target)
    return target.getvalue()


def _warc() -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>%s</p>" % SENTENCE.encode()
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://e.org/\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
    return b"%sContent-Length: %d\r\n\r\n%s\r\n\r\n" % (head.encode(), len(http), http) * 3


_ITEM = f"<item><title>T</title><description>&lt;p&gt;{SENTENCE}&lt;/p&gt;</description></item>"
FILES: Mapping[str, bytes] = {
    "a.arrow": _arrow(ipc.new_file),
    "b.arrow": _arrow(ipc.new_stream),
    "a.parquet": _parquet(),
    "a.warc": _warc(),
    "a.xml": f'<?xml version="1.0"?><rss version="2.0"><channel>{_ITEM * 3}</channel></rss>'.encode(),
    "a.csv": "".join(["id,title,text\n", *(f'{i},"T","{SENTENCE}"\n' for i in range(9))]).encode(),
    "a.json": json.dumps([{"id": i, "text": SENTENCE} for i in range(9)], indent=1).encode(),
    "a.html": f"<html><body><p>{SENTENCE}</p></body></html>".encode(),
}
PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    **{"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress, ".bz2": bz2.compress, ".xz": lzma.compress},
}
_ENDS = (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4), b"\0\0\0\x80")


def mutated(body: bytes, chance: random.Random) -> bytes:
    """Return some bytes with one to five of them changed, cut out or put in."""
    found = bytearray(body)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(found))
        match chance.randrange(5):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                found[at : at + 4] = chance.choice(_ENDS)
            case 2:
                del found[at : at + chance.randrange(1, 40)]
            case 3:
                found[at:at] = chance.randbytes(8)
            case _:
                found = found[: at + 1]
    return bytes(found)


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_are_read_or_rejected(tmp_path: Path, name: str) -> None:
    chance = random.Random(name)
    for number in range(30):
        packer = chance.choice(list(PACKERS))
        body = FILES[name]
        packed = PACKERS[packer](mutated(body, chance)) if number % 2 else mutated(PACKERS[packer](body), chance)
        path = tmp_path / f"{number}.{name}{packer}"
        path.write_bytes(packed)
        faults = [one.reason for one in results(path) if isinstance(one, Reject)]
        assert not [fault for fault in faults if "copydesk's" in fault]


def test_offsets_of_a_damaged_arrow_file_are_not_followed(tmp_path: Path) -> None:
    lengths = [0, *(len(text) * (at + 1) for at, text in enumerate(_table()["text"].to_pylist()))]
    for name in ("a.arrow", "b.arrow"):
        good, bad = struct.pack("<4i", *lengths), struct.pack("<4i", 0, 1 << 30, -5, lengths[3])
        assert good in FILES[name]
        (tmp_path / name).write_bytes(FILES[name].replace(good, bad))
        (reject,) = results(tmp_path / name)
        assert isinstance(reject, Reject) and "row group 1 is damaged, 3 rows are lost" in reject.reason


def test_an_empty_column_costs_nothing(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"note": ["", None], "words": [SENTENCE * 9, SENTENCE * 8]}), tmp_path / "a.parquet")
    assert [isinstance(one, Raw) for one in results(tmp_path / "a.parquet")] == [True, True]


def cleaned(run: Run, path: Path, code: int = 0) -> list[dict[str, str]]:
    """Clean a file, restore what came of it, and return its articles."""
    done = run("clean", path.name, "-o", "o.jsonl")
    assert done.code == code, done.err
    assert run("restore", "o.jsonl", "-o", "back").code == 0
    return read_lines(path.parent / "o.jsonl")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        pytest.param("a.csv", "Überschrift;Text\nEins;Der erste Satz.\n".encode("cp1252"), 0, id="names of columns in Windows-1252"),
        pytest.param("a.jsonl", (GOOD + LAST).encode("utf-16") + b"\0", 4, id="JSON lines in UTF-16, and half a character"),
        pytest.param("a.jsonl", GOOD + '{"text": "Keys of half a pair.", "\\ud800": {"\\udfff": ["\\ud800"]}}\n' + LAST, 0, id="keys that are half a pair"),
        pytest.param("a.jsonl", GOOD + '{"before\\ud800": "A name that is half a pair, in a record without a text."}\n' + LAST, 4, id="a name that a reject tells"),
        pytest.param("a.jsonl", GOOD + "".join(f'{{"text": "A figure.", "x": [{figure}]}}\n' for figure in ("9" * 5000, "1e999", "-0", "1E-400", "NaN")) + LAST, 0, id="figures of every sort"),
        pytest.param("a.jsonl", GOOD + '{"schema": "copydesk/audit/1", "text": "An audit line among records."}\n' + LAST, 0, id="a line of an audit among records"),
        pytest.param("a.jsonl", GOOD + '{"text": "Ours.", "metadata": "{", "origin": {"path": "/etc/passwd"}}\n' + LAST, 0, id="fields that are called like ours"),
        pytest.param("a.jsonl.gz", gzip.compress(b"") * 5000 + gzip.compress((GOOD + LAST).encode()), 0, id="empty members before the data"),
        pytest.param("a.txt", "One\r\r\nTwo\n\rThree\x85Four\u2028Five\x0b\x0cSix\x1cSeven\r", 0, id="every line end"),
        pytest.param("a.txt", "Words.\U000e0041\u200b\u202e\n\n" + "\u3164" * 1000 + "\n\na" + "\u0301" * 50_000, 0, id="what cannot be seen"),
        pytest.param("a.html", "<html><body><p>Before it.</p><plaintext><p>Behind it.</p><!-- never closed", 0, id="a page without an end"),
        pytest.param("a.html", '<script type="application/ld+json">' + '{"@graph":[' * 3000 + "]}" * 3000 + '</script><script type="application/ld+json">{"@type":["NewsArticle",null],"headline":{"@value":["x"]},"datePublished":-1e999,"author":[[{"name":{"name":"n"}}]]}</script><p>The story.</p>', 0, id="linked data without an end"),
        pytest.param("a.csv", 'id,title,text\n1,T,"Whole."\n2,T,"never closed\n' + "a," * 5000 + '\n3,\0,"The last."\n', 4, id="a table of broken rows"),
    ],
)  # fmt: skip
def test_hostile_documents_come_out_and_come_back(
    run: Run, tmp_path: Path, name: str, body: str | bytes, code: int
) -> None:
    path = tmp_path / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    articles = cleaned(run, path, code)
    assert articles
    for article in articles:
        metadata = json.loads(article["metadata"], parse_constant=pytest.fail)
        assert msgspec.json.encode(metadata)  # no half of a surrogate pair
    if GOOD in str(body):
        assert {"good-1", "good-2"} <= {article["origin"]["record"] for article in articles}  # type: ignore[index]


@pytest.mark.parametrize(
    ("field", "value"),
    [("author", "a@b.c "), ("author", "Mc"), ("url", "a."), ("publisher", "www."), ("date", "Monday ")],
)
def test_a_huge_field_takes_no_time(run: Run, tmp_path: Path, field: str, value: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "A record.", field: value * 60_000}) + "\n")
    began = time.process_time()
    (article,) = cleaned(run, tmp_path / "a.jsonl")
    assert time.process_time() - began < 5
    assert value * 100 in json.dumps(article) or value.strip() * 100 in json.dumps(article)


SAID = "<p>The council of Sandford voted on Tuesday to close the old bridge over the river.</p>"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param(
            "a.jsonl", json.dumps({"id": "x" * 50_000, "text": "Read more\n\nA sentence.\n\n" * 500}), id="a huge id"
        ),
        pytest.param(
            "a.html",
            f"<link rel=canonical href='http://a.org/{'a/' * 20_000}'><h1>Bridge</h1>"
            + f"{SAID}<p><a href=b>The bridge</a> was closed on Monday.</p>" * 200,
            id="a huge address before each link",
        ),
        pytest.param(
            "a.html",
            f"<h1>Bridge</h1>{SAID * 5}<table><tr>{'<td>1' * 2_000}{'<tr><td>2' * 2_000}</table>{SAID * 5}",
            id="a table of empty cells",
        ),
        pytest.param(
            "a.jsonl",
            json.dumps(
                {
                    **{"note": "z" * 50_000, "author": "Jo " * 9_000, "url": f"http://a.org/{'a' * 30_000}"},
                    "text": "".join(
                        f"{at} of 900 DOCUMENTS\n\nBridge {at} shut\n\nIt is old.\n\n" for at in range(900)
                    ),
                }
            ),
            id="huge fields of a record of many stories",
        ),
        pytest.param(
            "a.rss",
            f"<rss><channel><title>{'Word ' * 9_000}</title>"
            + "".join(f"<item><description>It is {at} years old.</description></item>" for at in range(900)),
            id="a huge title of a feed",
        ),
        pytest.param(
            "a.warc",
            f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://a.org/{'a' * 60_000}\r\n"
            f"Content-Type: text/html\r\nContent-Length: {len(SAID) + 9_000}\r\n\r\n{SAID}{'<p>Share</p>' * 750}",
            id="a huge address of a page in a WARC",
        ),
        pytest.param("a.txt", "â€œ\ufffd" * 3_000, id="a long word that is all damaged"),
    ],
)
def test_a_small_input_has_no_huge_output(run: Run, tmp_path: Path, name: str, body: str) -> None:
    (tmp_path / name).write_text(body)
    assert run("clean", name, "-o", "o.jsonl", "--structure", "markdown", "--links").code == 0
    assert run("restore", "o.jsonl", "-o", "back").code == 0
    assert sum((tmp_path / one).stat().st_size for one in ("o.jsonl", "o.audit.jsonl")) < 60 * len(body)
