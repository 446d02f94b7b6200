"""Records, tables, feeds and archives as programs and people write them: the story is read, with its facts."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from conftest import results

from etl.formats import Reading, Reject, find, shares
from etl.formats.lenient_json import as_json
from etl.formats.names import CONTAINERS, KNOWN_NAMES
from etl.formats.rows import Row, read_rows
from etl.formats.stores import GCS_RETRY_SECONDS, connect
from etl.model import Metadata, Raw

A = "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board."
B = "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp."
C = "Engineers have closed the inner gates of the Tolland barrier for the first time since 1987."
S = f"{A}\n\n{B}"
FERRY = Metadata(headline="Last ferry sails")
FACTS = Metadata(
    "Last ferry sails", "", "Marta Oake", "2026-03-02T00:00:00.000Z", "https://harwick-post.example/ferry", "en"
)
GIVEN = {"author": "Marta Oake", "date": "2026-03-02", "url": FACTS.url, "language": "en"}
Found = list[tuple[str, Metadata]]


def outcome(path: Path, size: int = 1 << 20) -> tuple[Found, list[str]]:
    """The text and facts of each document, and the reasons of rejects; what is passed over is in brackets."""
    found = results(path, size=size)
    raws = [one for one in found if isinstance(one, Raw)]
    said = [one.reason if one.is_error else f"({one.reason})" for one in found if isinstance(one, Reject)]
    return [(one.body if isinstance(one.body, str) else one.body.decode(), one.metadata) for one in raws], said


def lines(*records: Any) -> str:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records)


T = json.dumps(S)
TWO: Found = [(S, FERRY), (C, Metadata())]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(f'{{"text": {T}, "title": "Last ferry sails",}}\n{{"text": "{C}"}}', TWO, id="a comma at the end"),
        pytest.param(f"{{\"title\": 'Last ferry sails', \"text\": {T}}}", TWO[:1], id="single quotes"),
        pytest.param(f'{{"text": {T}, "author": None, "paid": False, "title": "Last ferry sails"}}', TWO[:1], id="constants of Python"),
        pytest.param(repr({"title": "Last ferry sails", "text": S, "n": None}) + "\n" + repr({"text": C}), TWO, id="dicts of Python"),
        pytest.param(f'{{"_id": ObjectId("5f"), "seen": ISODate("2026-03-02"), "title": "Last ferry sails", "text": {T}}}', TWO[:1], id="Mongo's shell"),
        pytest.param('{"text": "It\\\'s C:\\\\data \\x41"}', [("It's C:\\data A", Metadata())], id="escapes that JSON does not know"),
        pytest.param(lines({"title": "Last ferry sails", "text": S}, {"text": C}).replace("\n", "\r"), TWO, id="CR alone"),
        pytest.param(lines({"title": "Last ferry sails", "text": S}) + "\n" + "\0" * 99, TWO[:1], id="zeros behind the end"),
        pytest.param(lines({"index": {"_id": "1"}}, {"title": "Last ferry sails", "text": S}, {"index": {"_index": "a"}}, {"text": C}), TWO, id="commands to Elasticsearch"),
        pytest.param(lines({"value": lines({"title": "Last ferry sails", "text": S})}), TWO[:1], id="an object in a string"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.jsonl", "a.txt"])
def test_lines_that_are_almost_json(tmp_path: Path, body: str, expected: Found, name: str) -> None:
    path = tmp_path / name
    path.write_text(body, newline="")
    found, said = outcome(path)
    assert found == expected
    assert all(one.startswith("(Elasticsearch") for one in said)


@pytest.mark.parametrize(
    "text",
    ['{"a": "cut', "{'a': 'cut", '{"a": "b"} and so on', "{it} said", '{"a": "' + '\\"' * 50_000, "'" * 50_001],
)
def test_what_is_damaged_stays_so(text: str) -> None:
    with pytest.raises(ValueError):
        json.loads(as_json(text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"title": {"0": "Last ferry sails", "1": None}, "text": {"0": S, "1": C}}, TWO, id="pandas, columns"),
        pytest.param({"columns": ["title", "text"], "index": [0, 1], "data": [["Last ferry sails", S], ["", C]]}, TWO, id="pandas, split"),
        pytest.param({"schema": {"fields": []}, "data": [{"index": 0, "title": "Last ferry sails", "text": S}, {"text": C}]}, TWO, id="pandas, table"),
        pytest.param({"title": ["Last ferry sails", ""], "text": [S, C]}, TWO, id="columns of datasets"),
        pytest.param({"title": "Last ferry sails", "text": [A, B], "tags": ["a", "b"]}, TWO[:1], id="keeps: paragraphs"),
        pytest.param({"title": ["Last ferry sails"], "text": [A, B], "date": []}, TWO[:1], id="items of Scrapy"),
        pytest.param({"status": "ok", "newsFeed": [{"title": "Last ferry sails", "text": S}, {"text": C}]}, TWO, id="a list under any name"),
        pytest.param({"count": 2, "result": {"page": 1, "list": [{"title": "Last ferry sails", "text": S}, {"text": C}]}}, TWO, id="and deep"),
        pytest.param({"description": "A feed.", "title": "Post", "items": [{"title": "Last ferry sails", "content_text": S}, {"content_text": C}]}, TWO, id="JSON Feed"),
        pytest.param({"@graph": [{"@type": "Organization", "name": "Post"}, {"@type": "NewsArticle", "headline": "Last ferry sails", "articleBody": S}, {"articleBody": C}]}, TWO, id="JSON-LD"),
    ],
)  # fmt: skip
def test_records_within_one_value(tmp_path: Path, value: Any, expected: Found) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value, indent=1))
    found, said = outcome(path)
    assert (found, [one for one in said if not one.startswith("(")]) == (expected, [])


def test_comments_of_a_record_are_no_articles(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"title": "Last ferry sails", "comments": [{"title": "No", "text": "I doubt it."}]}))
    assert outcome(path)[0] == []


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"Title": "Last ferry sails", "Text": S, **{name.upper(): value for name, value in GIVEN.items()}}, id="names in other case"),
        pytest.param({"Article Title": "Last ferry sails", "Article Body": S, "Publish Date": "2026-03-02", "Page-URL": FACTS.url, "author": "Marta Oake", "language": "en"}, id="names with spaces"),
        pytest.param({"_index": "news", "_source": {"title": "Last ferry sails", "maintext": S, **GIVEN}}, id="Elasticsearch"),
        pytest.param({"article": {"title": "Last ferry sails", "body": S}, "meta": GIVEN}, id="objects that hold facts"),
        pytest.param({"row_idx": 0, "row": {"title": "Last ferry sails", "text": S, **GIVEN}, "truncated_cells": []}, id="rows of the Hugging Face hub"),
        pytest.param({"type": "articles", "attributes": {"headline": "Last ferry sails", "body": S, **GIVEN}}, id="JSON:API"),
        pytest.param({"text": "NaN", "content": S, "headline": "null", "title": "Last ferry sails", "authors": ["None", "Marta Oake"], **{**GIVEN, "author": "N/A"}}, id="how programs write null"),
        pytest.param({"title": ["Last ferry sails"], "text": [A, B], **{name: [value] for name, value in GIVEN.items()}}, id="items of Scrapy"),
        pytest.param({"title": "Last ferry sails", "text": str([A, B]), **{**GIVEN, "author": "['Marta Oake']", "date": "datetime.datetime(2026, 3, 2, 0, 0)"}}, id="lists and dates as Python prints them"),
        pytest.param({"title": "<b>Last</b> ferry <i>sails</i>", "content": [{"type": "paragraph", "data": {"text": A}}, {"type": "list", "items": [B]}], **GIVEN}, id="blocks of an editor"),
        pytest.param({"title": "Last ferry sails", "body": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": A[:9]}, {"type": "text", "text": A[9:]}]}, {"type": "paragraph", "content": [{"type": "text", "text": B}]}]}, **GIVEN}, id="rich text"),
        pytest.param({"headlines": {"basic": "Last ferry sails"}, "content_elements": [{"type": "text", "content": A}, {"type": "image", "caption": "The quay."}, {"type": "text", "content": B}], "credits": {"by": [{"name": "Marta Oake"}]}, "canonical_url": FACTS.url, "display_date": "2026-03-02", "language": "en"}, id="Arc"),
        pytest.param({"title": "Last ferry sails", "abstract": A, "lead_paragraph": S, **GIVEN}, id="the longest of the teasers"),
        pytest.param({"title": "Last ferry sails", "document": S, "summary": A, **GIVEN}, id="XSum"),
    ],
)  # fmt: skip
def test_records_of_programs(tmp_path: Path, record: dict[str, Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record))
    assert outcome(path) == ([(S, FACTS)], [])


@pytest.mark.parametrize(
    ("record", "publisher"),
    [
        ({"source": "The Harwick Post"}, "The Harwick Post"),
        ({"source": "cc-news"}, ""),
        ({"source": "Dump 7", "added": "2026-03-02"}, ""),
        ({"source": "https://harwick-post.example"}, ""),
        ({"source": "Dump", "publisher": "The Harwick Post"}, "The Harwick Post"),
    ],
)
def test_a_source_that_is_named_is_the_publisher(tmp_path: Path, record: dict[str, Any], publisher: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": S, **record}))
    assert outcome(path)[0][0][1].publisher == publisher


HTML = f"<p>{A}</p><p>{B}</p>"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"<![CDATA[{HTML}]]>", id="CDATA"),
        pytest.param(HTML.replace("<", "\\u003c").replace(">", "\\u003e"), id="escapes of JSON, twice"),
    ],
)
def test_html_that_was_wrapped_once_too_often(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": text}))
    assert outcome(path)[0] == [(HTML, Metadata())]


@pytest.mark.parametrize("size", [10, 1 << 20])
@pytest.mark.parametrize(
    ("name", "body", "texts"),
    [
        pytest.param("a.csv", f'id,text\n1,A 6" pipe burst\n2,"{A}, too"\n', ['A 6" pipe burst', f"{A}, too"], id="inches"),
        pytest.param("a.csv", f'id|title|text\n1|"|{A}\n2|x|{B}\n', [A, B], id="a lone mark between bars"),
        pytest.param("a.tsv", f'id\ttext\n1\t"It was late," she said.\n2\t{B}\n', ['"It was late," she said.', B], id="speech between tabs"),
        pytest.param("a.csv", f'id, title, text\n1, "A, b", "{A}, c"\n', [f"{A}, c"], id="a blank behind each comma"),
        pytest.param("a.csv", f'# export\n# 2 rows\nid,title,text\n1,x,"{S}"\n', [S], id="remarks above the names"),
        pytest.param("a.csv", f'Export,,\n,,\nid,title,text\n1,x,"{S}"\n', [S], id="a title above the names"),
        pytest.param("a.csv", f'title,title,text\nx,y,"{S}"\n', [S], id="a name twice"),
        pytest.param("a.csv", f"id,text\r1,{C}\r2,x\r", [C, "x"], id="CR alone"),
        pytest.param("a.csv", f'summary,inhalt\nShort.,"{S * 3}"\n', [S * 3], id="a long column before a teaser"),
        pytest.param("a.csv", f'title,text\nx,"{[A, B]}"\n', [S], id="a list in a cell"),
    ],
)  # fmt: skip
def test_tables_as_they_are_found(tmp_path: Path, name: str, body: str, texts: list[str], size: int) -> None:
    path = tmp_path / name
    path.write_text(body, newline="")
    found, said = outcome(path, size)
    assert ([text for text, _ in found], said) == (texts, [])


@pytest.mark.parametrize(
    "record",
    [
        {"full_text": S, "document": C},
        {"Full Text": S, "headline": C},
        {"text": "NaN", "content": S},
        {"text": "None", "articleBody": S},
        {"content": "ONLY AVAILABLE IN PAID PLANS", "description": S},
        {"raw_content": S},
        {"markdown": S, "metadata": {"title": C}},
        {"text": S, "content": C},
    ],
)
def test_dedup_compares_the_text_that_clean_reads(tmp_path: Path, record: dict[str, Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record) + "\n")
    (source,) = find([str(path)], Reading()).sources
    (row,) = [row for share in shares(source, Reading(), 1 << 20) for row in read_rows(share, Reading())]
    assert isinstance(row, Row)
    assert row.text == outcome(path)[0][0][0] == S


def test_the_docs_show_all_names() -> None:
    said = (Path(__file__).parent.parent / "docs" / "formats.md").read_text()
    names = {*CONTAINERS, *(name for names in KNOWN_NAMES.values() for name in names)}
    assert [name for name in sorted(names) if f"`{name}`" not in said] == []


def rss(items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Post</title>{items}</channel></rss>'


ITEM = f"<item><title>Last ferry sails</title><description>{A}</description></item>"


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        pytest.param(rss(f"<item><description>x</description><content:encoded><![CDATA[{HTML}]]></content:encoded></item>"), [HTML], id="a prefix that is not declared"),
        pytest.param(rss(ITEM) + "\n" + rss(f"<item><description>{C}</description></item>"), [A, C], id="two feeds in a row"),
        pytest.param(f"{rss(ITEM)}<!-- two --><?p?>{rss(f'<item><description>{C}</description></item>')}", [A, C], id="a comment between two feeds"),
        pytest.param(rss(f"<item><description>{A} <br> and <b>more</description></item>{ITEM}"), [f"<p>{A} <br> and <b>more</p>", A], id="tags that are not closed"),
        pytest.param(rss(f"<item><description><p>{A}</p></description></item>"), [f"<p>{A}</p>"], id="tags that are not escaped"),
        pytest.param(rss(f"<item><description>{A} a[b[1]]> 3 {A}</description></item>"), [f"{A} a[b[1]]> 3 {A}"], id="an end of CDATA without a start"),
        pytest.param(rss(f"<item><description>{A}<br>a[b[1]]> 3</description></item>"), [f"<p>{A}<br>a[b[1]]> 3</p>"], id="and tags that are not closed"),
        pytest.param(rss(f"<item><description>{A} &#55357;&#56832; &#55296; &#60;b&#0;</description></item>{ITEM}"), [f"{A} \U0001f600 \ufffd <b", A], id="halves of a pair"),
        pytest.param(rss(f"<item><description>{A} &#{'9' * 9999}; &#x110000;</description></item>{ITEM}"), [f"{A} \ufffd \ufffd", A], id="no characters"),
    ],
)  # fmt: skip
def test_feeds_as_they_are_found(tmp_path: Path, body: str, texts: list[str]) -> None:
    path = tmp_path / "a.xml"
    path.write_text(body)
    found, said = outcome(path)
    assert ([text for text, _ in found], said) == (texts, [])


def test_all_creators_of_an_item_are_its_authors(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    two = "<dc:creator>Marta Oake</dc:creator><dc:creator>Iris Holm</dc:creator></item>"
    path.write_text(rss(ITEM.replace("</item>", two)))
    assert outcome(path)[0][0][1].author == "Marta Oake, Iris Holm"


PAGE = f"<html><body>{HTML}</body></html>".encode()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param("Content-Type: text/html\r\nContent-Encoding: x-gzip", gzip.compress(PAGE), id="x-gzip"),
        pytest.param("Content-Type: text/html\r\nContent-Encoding: deflate", zlib.compress(PAGE)[2:-4], id="deflate without a head"),
        pytest.param("Content-Type: text/html\r\nTransfer-Encoding: chunked", PAGE, id="chunks that were joined"),
        pytest.param("Content-Type: application/octet-stream", PAGE, id="a server that does not know"),
    ],
)  # fmt: skip
def test_pages_whose_servers_or_crawlers_lie(tmp_path: Path, headers: str, body: bytes) -> None:
    block = f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://x/1\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    path = tmp_path / "a.warc"
    path.write_bytes(head.encode() + block + b"\r\n\r\n")
    found, said = outcome(path)
    assert ([text for text, _ in found], said) == ([PAGE.decode()], [])


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.mhtml", "From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=x\r\n\r\n--x\r\n", "MHTML"),
        ("a.eml", "Return-Path: <a@x.org>\r\nSubject: x\r\n\r\nOne.\r\n", "mail"),
        ("a.mbox", "From a@x.org Mon Mar  2 18:30:55 2026\nSubject: x\n\nOne.\n", "mail in mbox form"),
        ("a.sql", "-- MySQL dump 10.13\n--\n\nINSERT INTO `articles` VALUES (1,'One.');\n", "an SQL dump"),
        ("a.sql", "--\n-- PostgreSQL database dump\n--\n\nCOPY public.articles (id, text) FROM stdin;\n", "an SQL dump"),
        ("a.arc", "filedesc://a.arc 0.0.0.0 20060101000000 text/plain 76\n1 0 InternetArchive\n", "ARC"),
        ("a.webarchive", "bplist00\x01\x02", "a binary property list"),
        ("a.xml", '<doc title="x"><main><p>One.</p></main></doc>', "XML (<doc>)"),
    ],
)  # fmt: skip
def test_what_is_text_and_no_article_is_named(tmp_path: Path, name: str, body: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(body, newline="")
    assert outcome(path)[0] == []
    assert outcome(path)[1][0].startswith(f"is {said}")


@pytest.mark.parametrize(
    "text",
    [
        "From Harwick to Skerra it is an hour: the ferry took two.\n",
        "Subject: the ferry\n\nReceived wisdom says that it was late.\n",
        "-- The ferry sailed, he wrote. --\n\nIt was late.\n",
        "INSERT coin: the last arcade of Harwick closes.\n",
    ],
)
def test_prose_that_begins_like_mail_is_prose(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    assert [text for text, _ in outcome(path)[0]] == [text]


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("gs://bucket/key", f"gs://bucket/key?retry_limit_seconds={GCS_RETRY_SECONDS}"),
        ("gcs://bucket/?scheme=http", f"gs://bucket/?scheme=http&retry_limit_seconds={GCS_RETRY_SECONDS}"),
        ("gs://bucket/?retry_limit_seconds=900", "gs://bucket/?retry_limit_seconds=900"),
        ("hdfs://host/key", "hdfs://host/key"),
    ],
)
def test_a_store_that_does_not_answer_is_given_up_soon(
    monkeypatch: pytest.MonkeyPatch, address: str, asked: str
) -> None:
    class Store:
        @staticmethod
        def from_uri(uri: str) -> tuple[object, str]:
            return uri, ""

    monkeypatch.setattr("pyarrow.fs.FileSystem", Store)
    assert connect(address)[0] == asked
