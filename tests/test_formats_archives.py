"""WARC, WET and feeds: records and items become documents; what is none is counted, and damage costs one of them."""

import bz2
import gzip
import lzma
import re
import struct
import time
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from conftest import results

from etl.decode import decode
from etl.formats import Reject
from etl.formats.source import MAX_DOCUMENT_BYTES
from etl.model import Raw

PAGE = "<html><head><title>Паром</title></head><body><p>Последний паром ушёл в пятницу вечером.</p></body></html>"


def record(
    number: int, body: bytes, kind: str = "response", media: str = "text/html", more: str = "", status: str = "200 OK"
) -> bytes:
    """One WARC record; of kind "conversion" the body stands as it is."""
    block = (
        body if kind == "conversion" else f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n{more}\r\n".encode() + body
    )
    outer = "text/plain" if kind == "conversion" else "application/http; msgtype=response"
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://x/{number}\r\nWARC-Date: 2026-03-03T08:00:01Z\r\nContent-Type: {outer}\r\nContent-Length: {len(block)}\r\n"
    language = "WARC-Identified-Content-Language: rus\r\n" if kind == "conversion" else ""
    return f"{head}{language}\r\n".encode() + block + b"\r\n\r\n"


def as_chunks(body: bytes) -> bytes:
    return b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "text", "encoding"),
    [
        pytest.param(record(1, PAGE.encode()), PAGE, "utf-8", id="page"),
        pytest.param(record(1, PAGE.encode("koi8-r"), media="text/html; charset=koi8-r"), PAGE, "koi8-r", id="charset of the server"),
        pytest.param(record(1, PAGE.encode(), media="text/html; charset=iso-8859-1"), PAGE, "utf-8", id="charset that is wrong"),
        pytest.param(record(1, gzip.compress(PAGE.encode()), more="Content-Encoding: gzip\r\n"), PAGE, "utf-8", id="packed"),
        pytest.param(record(1, as_chunks(gzip.compress(PAGE.encode())), more="Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), PAGE, "utf-8", id="packed and in chunks"),
        pytest.param(record(1, PAGE.encode(), more="Content-Encoding: gzip\r\n"), PAGE, "utf-8", id="unpacked by the crawler, who left the header"),
        pytest.param(record(1, b"One.\n\nTwo.", kind="conversion"), "One.\n\nTwo.", "utf-8", id="WET"),
        pytest.param(record(1, b"One.", media="text/plain"), "One.", "utf-8", id="text"),
        pytest.param(record(1, PAGE.encode()).replace(b"\r\n", b"\n", 6), PAGE, "utf-8", id="LF alone in the header of the record"),
    ],
)  # fmt: skip
def test_documents_of_a_warc(tmp_path: Path, body: bytes, text: str, encoding: str) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(body)
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    decoded = decode(raw)
    assert (decoded.text, decoded.encoding) == (text, encoding)
    assert (raw.record, raw.metadata.url, raw.row) == ("https://x/1", "https://x/1", 0)
    assert '"warc_date":"2026-03-03T08:00:01Z"' in raw.extra
    assert raw.metadata.language == ("ru" if b"conversion" in body else "")


def test_a_page_that_unpacks_to_more_than_a_document_is_one_reject(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<p>" + bytes(MAX_DOCUMENT_BYTES))
    path = tmp_path / "a.warc"
    path.write_bytes(record(1, bomb, more="Content-Encoding: gzip\r\n") + record(2, PAGE.encode()))
    reject, page = results(path)
    assert isinstance(reject, Reject)
    assert reject.reason == "is one record of more than 64 MiB"
    assert isinstance(page, Raw)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (record(1, b"\x89PNG", media="image/png"), "image/png"),
        (record(1, b"{}", media="application/json"), "application/json"),
        (record(1, PAGE.encode(), status="404 Not Found"), "HTTP 404"),
        (record(1, PAGE.encode(), status="301 Moved Permanently"), "HTTP 301"),
        (record(1, b"GET / HTTP/1.1", kind="request"), "request"),
        (record(1, b"software: x", kind="warcinfo"), "warcinfo"),
        (record(1, b" \n"), "empty"),
    ],
)
def test_records_that_are_no_documents_are_passed_over(tmp_path: Path, body: bytes, kind: str) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(body)
    assert results(path) == [Reject(str(path), 0, kind, b"", is_error=False)]


PAGES = [
    f"<html><body><p>{number} {'Der Fährbetrieb endet. ' * number}</p></body></html>".encode()
    for number in range(1, 40)
]
RECORDS = [record(number, page) for number, page in enumerate(PAGES)]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
@pytest.mark.parametrize("more", ["", "Transfer-Encoding: chunked\r\n"], ids=["whole", "in chunks"])
def test_a_packed_page_that_is_cut_is_a_reject(tmp_path: Path, pack: Callable[[bytes], bytes], more: str) -> None:
    cut = pack(PAGE.encode())[:-12]
    body = as_chunks(cut) if more else cut
    coding = "gzip" if pack is gzip.compress else "deflate"
    first = record(1, body, more=f"Content-Encoding: {coding}\r\n{more}")
    (tmp_path / "a.warc").write_bytes(first + record(2, PAGE.encode()))
    one, other = results(tmp_path / "a.warc")
    assert isinstance(one, Reject) and "its compressed page is cut off" in one.reason
    assert isinstance(other, Raw)


def bare(body: bytes) -> bytes:
    return zlib.compress(body)[2:-4]


def packed(codings: str, body: bytes) -> bytes:
    return record(1, body, more=f"Content-Encoding: {codings}\r\n" if codings else "")


WHOLE = PAGE.encode()
HALVES = WHOLE[:70], WHOLE[70:]


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        pytest.param("x-gzip", gzip.compress(WHOLE)[:-12], id="under another name"),
        pytest.param("GZIP ,", gzip.compress(WHOLE)[:-12], id="with a comma"),
        pytest.param("deflate", bare(WHOLE)[:-12], id="without a head"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(WHOLE)[:-12]), id="packed twice"),
        pytest.param("gzip", gzip.compress(HALVES[0]) + gzip.compress(HALVES[1])[:-12], id="in its second member"),
        pytest.param("zstd", zstandard.compress(WHOLE)[:-6], id="with Zstandard"),
    ],
)
def test_a_page_that_is_cut_in_any_packing_is_a_reject(tmp_path: Path, codings: str, body: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(packed(codings, body) + record(2, WHOLE))
    one, other = results(tmp_path / "a.warc")
    assert isinstance(one, Reject) and "its compressed page is cut off" in one.reason
    assert isinstance(other, Raw)


@pytest.mark.parametrize("codings", ["gzip", "x-gzip", "gzip, gzip"])
def test_all_members_of_a_page_are_read(tmp_path: Path, codings: str) -> None:
    body = b"".join(map(gzip.compress, HALVES))
    (tmp_path / "a.warc").write_bytes(packed(codings, gzip.compress(body) if "," in codings else body))
    (page,) = results(tmp_path / "a.warc")
    assert isinstance(page, Raw) and page.body == WHOLE


@pytest.mark.parametrize(
    ("more", "body"),
    [
        pytest.param("Content-Encoding: gzip\r\n", gzip.compress(WHOLE) + b"<p>More.", id="gzip"),
        pytest.param("Content-Encoding: deflate\r\n", zlib.compress(WHOLE) + b"<p>More.", id="deflate"),
        pytest.param("Content-Encoding: deflate\r\n", bare(WHOLE) + b"<p>More.", id="without a head"),
        pytest.param("Transfer-Encoding: chunked\r\n", as_chunks(WHOLE) + b"<p>More.", id="chunks"),
    ],
)
def test_what_stands_behind_the_end_of_a_page_is_a_reject(tmp_path: Path, more: str, body: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(record(1, body, more=more))
    page, rest = results(tmp_path / "a.warc")
    assert isinstance(page, Raw) and page.body == WHOLE
    assert isinstance(rest, Reject) and rest.body == b"<p>More."


def test_chunks_may_have_extensions_and_trailers(tmp_path: Path) -> None:
    body = b"%x;name=value\r\n%s\r\n0\r\nExpires: never\r\n\r\n" % (len(WHOLE), WHOLE)
    (tmp_path / "a.warc").write_bytes(record(1, body, more="Transfer-Encoding: chunked\r\n"))
    (page,) = results(tmp_path / "a.warc")
    assert isinstance(page, Raw) and page.body == WHOLE


@pytest.mark.parametrize("size", [1, 500, 1 << 20])
def test_rows_behind_damage_are_those_of_the_plain_file(tmp_path: Path, size: int) -> None:
    body = record(1, WHOLE) + b"no record\r\n" + record(2, WHOLE) + b"\r\n" + record(3, WHOLE)
    plain, whole = tmp_path / "a.warc", tmp_path / "whole.warc.gz"
    plain.write_bytes(body)
    whole.write_bytes(gzip.compress(body))
    rows = [one.row for one in results(plain)]
    assert len(rows) == 4 and [one.row for one in results(whole, size=size)] == rows


def test_items_that_are_not_ended_are_rejects_however_many_they_are(tmp_path: Path) -> None:
    items = "".join(f"<item><title>Number {number}" for number in range(5000))
    (tmp_path / "a.xml").write_text(f"<rss><channel><!-- <item> -->{items}")
    started = time.process_time()
    found = results(tmp_path / "a.xml")
    assert [one.body.decode() for one in found if isinstance(one, Reject)] == items.replace("<item>", "|<item>").split(
        "|"
    )[1:]
    assert time.process_time() - started < 5


MEMBERS = [gzip.compress(one) for one in RECORDS]


@pytest.mark.parametrize("size", [500, 5000, 1 << 20])
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("plain.warc", b"".join(RECORDS)),
        ("members.warc.gz", b"".join(MEMBERS)),
        ("whole.warc.gz", gzip.compress(b"".join(RECORDS))),
        ("bare", b"".join(MEMBERS)),
    ],
)
def test_shares_of_a_warc_have_each_record_once(tmp_path: Path, name: str, body: bytes, size: int) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    found = results(path, size=size)
    assert [one.body for one in found if isinstance(one, Raw)] == PAGES
    assert len({one.row for one in found}) == len(PAGES)


@pytest.mark.parametrize("size", [500, 1 << 20])
@pytest.mark.parametrize(
    ("name", "body", "lost"),
    [
        pytest.param("a.warc.gz", b"".join([*MEMBERS[:5], MEMBERS[5][:60] + b"xxxx" + MEMBERS[5][64:], *MEMBERS[6:]]), 5, id="damaged member"),
        pytest.param("a.warc.gz", b"".join([*MEMBERS[:5], MEMBERS[5][:-20], *MEMBERS[6:]]), 5, id="cut member"),
        pytest.param("a.warc.gz", b"".join([MEMBERS[0][:-8] + b"xxxx" + MEMBERS[0][-4:], *MEMBERS[1:]]), 0, id="first member"),
        pytest.param("a.warc.gz", b"".join([MEMBERS[0], MEMBERS[1][:-20], *MEMBERS[2:]]), 1, id="second member"),
        pytest.param("a.warc", b"".join([*RECORDS[:5], RECORDS[5].replace(b"Content-Length: ", b"Content-Length: x"), *RECORDS[6:]]), 5, id="record without a length"),
        pytest.param("a.warc", b"".join(RECORDS)[:-50], len(RECORDS) - 1, id="cut at the end"),
        pytest.param("a.warc.gz", b"".join(MEMBERS)[:-50], len(RECORDS) - 1, id="cut in its last member"),
    ],
)  # fmt: skip
def test_damage_costs_one_record(tmp_path: Path, name: str, body: bytes, lost: int, size: int) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    found = results(path, size=size)
    assert [one.body for one in found if isinstance(one, Raw)] == [
        page for number, page in enumerate(PAGES) if number != lost
    ]
    assert sum(isinstance(one, Reject) for one in found) == 1


@pytest.mark.parametrize("size", [500, 1 << 20])
@pytest.mark.parametrize("cut", [0, 50])
@pytest.mark.parametrize(
    "compress", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress], ids=["gz", "zst", "bz2", "xz"]
)
def test_records_before_a_damaged_place_are_read(
    tmp_path: Path, compress: Callable[[bytes], bytes], cut: int, size: int
) -> None:
    body = b"".join(RECORDS)[: -cut or None]
    path = tmp_path / "a.warc"
    path.write_bytes(compress(body) + b"junk junk")
    found = results(path, size=size)
    assert [one.body for one in found if isinstance(one, Raw)] == (PAGES[:-1] if cut else PAGES)
    rejects = [(one.row, one.reason[:33]) for one in found if isinstance(one, Reject)]
    of_the_cut = [(len(body) - len(RECORDS[-1]) + cut, "is cut off: its record is longer ")]
    assert rejects == [*(of_the_cut if cut else []), (len(body), "the file is damaged from here on:")]


def claiming(number: int, more: int) -> bytes:
    """A record that says it has so many bytes more than it has."""
    head, mark, rest = record(number, PAGES[number]).partition(b"Content-Length: ")
    length, _, body = rest.partition(b"\r\n")
    return head + mark + b"%d\r\n" % (int(length) + more) + body


NEXT = len(RECORDS[3])


@pytest.mark.parametrize("size", [500, 1 << 20])
@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "members"])
@pytest.mark.parametrize(
    "second",
    [
        *(pytest.param(claiming(2, more), id=str(more)) for more in (50, 1000, NEXT - 20, NEXT, NEXT + 20, 2 * NEXT)),
        *(pytest.param(claiming(2, more), id=f"{more:.0e}") for more in (10**9, 10**17, 10**30)),
        pytest.param(claiming(2, int("9" * 4000)), id="4000 figures"),
        pytest.param(RECORDS[2][:-60], id="cut, and the crawl goes on"),
    ],
)
def test_a_record_that_claims_more_than_it_has_costs_no_other(
    tmp_path: Path, second: bytes, is_packed: bool, size: int
) -> None:
    parts = [*RECORDS[:2], second, *RECORDS[3:]]
    path = tmp_path / ("a.warc.gz" if is_packed else "a.warc")
    path.write_bytes(b"".join(map(gzip.compress, parts) if is_packed else parts))
    found = results(path, size=size)
    assert [one.body for one in found if isinstance(one, Raw)] == [*PAGES[:2], *PAGES[3:]]
    assert sum(isinstance(one, Reject) for one in found) == 1


def test_a_page_that_shows_a_record_is_one_page(tmp_path: Path) -> None:
    page = PAGE.encode().replace(b"<p>", b"<pre>\r\n\r\n" + record(9, b"x") + b"</pre><p>")
    (tmp_path / "a.warc").write_bytes(record(1, page) + record(2, PAGE.encode()))
    assert [one.body for one in results(tmp_path / "a.warc") if isinstance(one, Raw)] == [page, PAGE.encode()]


@pytest.mark.parametrize("size", [500, 1 << 20])
@pytest.mark.parametrize(
    "cuts",
    [
        pytest.param([1], id="the first by itself, the others in one"),
        pytest.param([1, 2], id="two by themselves"),
        pytest.param([1, 2, 3, 6, 7], id="three of them in one"),
    ],
)
def test_a_gzip_member_may_hold_several_records(tmp_path: Path, cuts: Sequence[int], size: int) -> None:
    places = [0, *cuts, len(RECORDS)]
    members = [gzip.compress(b"".join(RECORDS[start:end])) for start, end in pairwise(places)]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(members))
    found = results(tmp_path / "a.warc.gz", size=size)
    assert [one.body for one in found if isinstance(one, Raw)] == PAGES
    assert len({one.row for one in found}) == len(PAGES)


@pytest.mark.parametrize(
    "odd",
    [
        b"Content-Length : 999999999999999999\r\nContent-Length: ",
        b"Content-Length: 999999999999999999999\r\nContent-Length: ",
        b"X: y\r\n content-length: 999999999999999999\r\nContent-Length: ",
        b"content-length \t: ",
        b"X: y\r\n\rContent-Length: 99999999999999999\r\nContent-Length: ",
        b"\x0bContent-Length: 99999999999999999\r\nContent-Length: ",
    ],
)
def test_a_record_with_odd_lengths_ends_no_process(tmp_path: Path, odd: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(RECORDS[1].replace(b"Content-Length: ", odd) + RECORDS[2])
    assert results(tmp_path / "a.warc")[-1].body == PAGES[2]


def test_no_record_behind_many_line_breaks_is_lost(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(RECORDS[1] + b"\r\n" * 300_000 + RECORDS[2])
    assert [one.body for one in results(tmp_path / "a.warc")] == PAGES[1:3]


@pytest.mark.parametrize("length", [b"-5", b"0x10", b"", b"NaN"])
def test_a_record_in_a_member_without_a_length_is_a_reject(tmp_path: Path, length: bytes) -> None:
    odd = re.sub(rb"Content-Length: \d+", b"Content-Length: " + length, RECORDS[2])
    (tmp_path / "a.warc.gz").write_bytes(b"".join(map(gzip.compress, [*RECORDS[:2], odd, *RECORDS[3:]])))
    kinds = [type(one) for one in results(tmp_path / "a.warc.gz")]
    assert kinds == [Raw, Raw, Reject, *[Raw] * (len(RECORDS) - 3)]


def test_members_that_claim_what_follows_take_no_time_and_no_space(tmp_path: Path) -> None:
    count, begin = 600, b"\x1f\x8b\x08\0\0\0\0\0\0\x03\0"  # a member of one stored block: its length, and its bytes
    sizes = [46 * at - 11 - 4 for at in range(count, 0, -1)]
    inner = b"".join(begin + struct.pack("<HH", size, size ^ 0xFFFF) + b"%-31s" % b"WARC/1.0\r\n" for size in sizes)
    bomb = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = inner + bomb.compress(b"a" * (60 << 20)) + bomb.flush()
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(RECORDS[0]) + body + gzip.compress(RECORDS[1]))
    first, *rejects, last = results(tmp_path / "a.warc.gz")
    assert isinstance(first, Raw) and isinstance(last, Raw)
    assert len(rejects) < 10 and sum(len(one.body) for one in rejects) <= len(body)


def test_a_page_without_a_head_of_http_is_read(tmp_path: Path) -> None:
    head, _, _ = record(1, b"").partition(b"Content-Length")
    (tmp_path / "a.warc").write_bytes(head + f"Content-Length: {len(PAGE.encode())}\r\n\r\n{PAGE}\r\n\r\n".encode())
    (raw,) = results(tmp_path / "a.warc")
    assert isinstance(raw, Raw) and raw.body == PAGE.encode()


RSS = """<?xml version="1.0" encoding="{encoding}"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>AT&amp;T News</title><language>en-us</language>{items}</channel></rss>"""


def feed(items: str, encoding: str = "utf-8") -> bytes:
    return RSS.format(items=items, encoding=encoding).encode(encoding)


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        pytest.param(feed("<item><description>Short</description><content:encoded><![CDATA[<p>Long.</p>]]></content:encoded></item>"), "html", "<p>Long.</p>", id="full content before the summary"),
        pytest.param(feed("<item><description>&lt;p&gt;One &amp;amp; two&lt;/p&gt;</description></item>"), "html", "<p>One &amp; two</p>", id="escaped HTML"),
        pytest.param(feed("<item><description>R&D caf&eacute; &mdash; ok</description></item>"), "text", "R&D café — ok", id="ampersands and entities of HTML"),
        pytest.param(feed("<item><description>Fish &amp;amp; chips</description></item>"), "html", "<p>Fish &amp; chips</p>", id="entities are HTML"),
        pytest.param(feed("<item><description>Straße</description></item>", "iso-8859-1"), "text", "Straße", id="its own encoding"),
        pytest.param(feed("<item><description>a\x0bb\x1bc</description></item>"), "text", "a b c", id="controls"),
        pytest.param(b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><summary>S</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <b>two</b></p></div></content></entry></feed>', "html", "<div><p>One <b>two</b></p></div>", id="Atom, XHTML"),
        pytest.param(b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="text">1 &lt; 2</content></entry></feed>', "text", "1 < 2", id="Atom, text"),
        pytest.param(b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item><description>One</description></item></rdf:RDF>', "text", "One", id="RSS 1.0"),
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><rss><channel><item><description>One &b; &c;</description></item></channel></rss>', "html", "<p>One &b; &c;</p>", id="entities of its own"),
    ],
)  # fmt: skip
def test_items_of_a_feed(tmp_path: Path, body: bytes, kind: str, text: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(body)
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    assert (raw.kind, raw.body) == (kind, text)


def test_items_within_one_another_are_documents_of_their_own(tmp_path: Path) -> None:
    inner = "<item><title>Inner</title><description>Two</description></item>"
    path = tmp_path / "a.rss"
    path.write_bytes(feed(f"<item><title>Outer</title><description>One</description><box>{inner} three</box></item>"))
    raws = [raw for raw in results(path) if isinstance(raw, Raw)]
    assert [(raw.metadata.headline, raw.body) for raw in raws] == [("Outer", "One"), ("Inner", "Two")]
    assert [("Two" in raw.extra, "three" in raw.extra) for raw in raws] == [(False, True), (False, False)]


def test_an_item_fills_metadata_and_the_rest_passes_through(tmp_path: Path) -> None:
    item = (
        "<item><title>Fish &amp;amp; &lt;b&gt;chips&lt;/b&gt;</title><link>https://x/1</link><guid>g1</guid>"
        "<pubDate>Mon, 02 Mar 2026 18:30:00 EST</pubDate><author>desk@x.org (Jane Roe)</author>"
        "<category>a</category><category>b</category><description>One</description></item>"
    )
    path = tmp_path / "a.rss"
    path.write_bytes(feed(item))
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    said = raw.metadata
    assert (said.headline, said.publisher, said.author, said.created, said.url, said.language, raw.record) == (
        "Fish & chips", "AT&T News", "Jane Roe", "2026-03-02T23:30:00.000Z", "https://x/1", "en", "g1",
    )  # fmt: skip
    assert raw.extra == '{"category":["a","b"]}'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (feed("<item><description>One</description></item><item><title>T</title></item>"), ["One", "is an item of a feed without any content"]),
        (feed("<item><description>One</description></item><item><description>Two is cu")[:-25], ["One", "is an item of a feed that is cut off"]),
        (feed(""), []),
        (feed("")[:-20], ["is a feed (RSS or Atom) without an item"]),
        (feed("<item/><item><description>One</description></item>"), ["is an item of a feed without any content", "One"]),
        (feed("<Item><description>One</description></Item><item><description>Two</description></item>"), ["One", "Two"]),
    ],
)  # fmt: skip
def test_items_that_cannot_be_read_are_rejects(tmp_path: Path, body: bytes, said: list[str]) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(body)
    assert [
        one.reason if isinstance(one, Reject) else one.body for one in results(path) if isinstance(one, Raw | Reject)
    ] == said
