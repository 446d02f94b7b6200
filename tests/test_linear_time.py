"""Documents whose parts are many: the time that they take grows with their number, not with its square."""

import json
from collections import deque
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from time import process_time

import numpy as np
import pytest

import etl
from etl.dedup.pairs.names_filter import NearTerms
from etl.formats.warc_records import MEMBER, next_member, records
from etl.markup.features.sources import shares_in
from etl.markup.layout import Layout
from etl.markup.metadata import _site_headings
from etl.markup.put_back import enclosed
from etl.markup.walk import lay_out
from etl.model import Block
from etl.refrains import refrains

SAID = "The council of Sandford voted on Tuesday to close the old bridge over the river."
CASES: dict[str, Callable[[int], str]] = {
    "figures in tables of their own": lambda count: "<article>" + "<table><tr><td>a<td>1</table>" * count,
    "lines with the words of the headline": lambda count: (
        f"<title>{SAID}</title><h1>{SAID}</h1>" + f"<p>{SAID}</p><hr>" * count
    ),
    "lists between paragraphs": lambda count: (
        f"<h1>{SAID}</h1><article>" + f"<p>{SAID}</p><ul><li>{SAID}<li>Two items</ul>" * (count // 4)
    ),
    "captions that are printed twice": lambda count: (
        "Storm over Minsk – NPR\n\n"
        + f"A boat.\n\nhide caption\n\ntoggle caption\n\nA boat.\n\n{SAID}\n\n" * (count // 2)
    ),
    "cuts within one line": lambda count: f"{SAID} Advertisement " * (3 * count),
    "one long word behind a bracket": lambda count: "<" + "a" * (20 * count) + f"\n\n{SAID}",
    "strings in the state of a page": lambda count: (
        f"<h1>{SAID}</h1><script id='__NEXT_DATA__' type='application/json'>"
        + json.dumps({"list": [f"message number {number} of the translations" for number in range(count)]})
        + "</script>"
    ),
    "line breaks in scripts": lambda count: (
        f"<h1>{SAID}</h1>" + f"<script>window.a=1;{NEWLINES}!=[</script>" * (count // 20)
    ),
    "style sheets": lambda count: (
        f"<h1>{SAID}</h1>" + "".join(f"<style>.a{number}{{display:none}}</style>" for number in range(count))
    ),
    "sections within one another": lambda count: (
        f"<h1>{SAID}</h1>" + "".join(f"<section><h2>Part {number}</h2><p>{SAID}</p>" for number in range(count // 2))
    ),
    "paragraphs that are hidden": lambda count: (
        f"<h1>{SAID}</h1>" + f"<p style='display:none'>{SAID}</p>" * (2 * count)
    ),
    "authors of an item of a feed": lambda count: (
        (f"<rss><channel><item><description>{SAID}</description>" + "<author>Jane Roe</author>" * (2 * count))
        + "</item></channel></rss>"
    ),
    "comments that do not end, in a feed that is cut": lambda count: (
        f"<rss><channel><item><description>{SAID}</description></item><item><title>" + "<!--" * (5 * count)
    ),
    "labels behind a glued word": lambda count: "x" + "Read more " * count + " y",
    "a long word behind one that is broken": lambda count: (
        f"<h1>{SAID}</h1><p>{SAID} The presidentâ€™s inter-<br>national meeting " + "a" * (2 * count) + " ended."
    ),
    "objects without a bracket": lambda count: (
        "[" + ",\n".join([f'{{"id": 1, "tags": ["a", "text": "{SAID}"}}'] * count) + "]"
    ),
    "an array that is cut within a string": lambda count: (
        f'[\n{{"id": 1, "text": "{SAID}"}},\n{{"id": 2, "html": "' + r"<p class=\"a\">" * count
    ),
    "marks between objects": lambda count: f'[\n{{"id": 1, "text": "{SAID}"}},\n' + '\\"' * (2 * count) + "\n",
    "a title of names": lambda count: json.dumps({"text": SAID, "publisher": "Gaz", "title": "Gaz: " * count + "Hi"}),
    "articles in the data of a page": lambda count: (
        f"<meta property=og:title content='{'word ' * (5 * count)}'><script type='application/ld+json'>"
        + json.dumps([{"@type": "NewsArticle", "headline": f"Head {number}"} for number in range(count)])
        + f"</script><h1>{SAID}</h1><p>{SAID}"
    ),
    "stories of an archive": lambda count: "".join(
        f"{number} of {count} DOCUMENTS\n\nThe Times\n\nMarch 3, 2021\n\nBridge {number} closed\n\n{SAID}\n\n"
        for number in range(count)
    ),
    "feeds behind one another": lambda count: (
        f"<rss><channel><item><description>{SAID}</description></item></channel></rss>" * (2 * count)
    ),
    "sections of CDATA that are not closed": lambda count: (
        "<rss><channel>" + f"<item><description><![CDATA[{SAID}</description></item>" * count
    ),
    "prefixes of namespaces in a feed": lambda count: (
        "<rss " + " ".join(f"xmlns:n{number}='http://a.org/{number}'" for number in range(count // 2)) + "><channel>"
        f"{f'<item><description>{SAID}</description></item>' * (count // 20)}</channel></rss>"
    ),
    "records that a page of a WARC shows": lambda count: _record(EMPTY_RECORD * count + f"{SAID} " * 9),
}
# Functions whose share of the time of a document is small, and grew with its square; each works on so many parts.
WORK: dict[str, Callable[[int], Callable[[], object]]] = {
    "lines that come twice": lambda count: partial(
        refrains, [Block(at, at, 0, 0, f"Is it {at % (count // 2)}?") for at in range(count)]
    ),
    "records behind one that is cut": lambda count: partial(
        deque, records(BytesIO(f"{CUT_RECORD}{_record(SAID) * count}".encode())), 0
    ),
    "records that hold one that claims the rest": lambda count: partial(
        deque, records(BytesIO("".join(map(_holding_rest, reversed(range(count // 10)))).encode())), 0
    ),
    "lines that begin records": lambda count: partial(deque, records(BytesIO(b"WARC/0.9\n" * (count // 5))), 0),
    "marks of gzip members": lambda count: partial(next_member, BytesIO(MEMBER * count), 1),
    "short lines beside an articleBody": lambda count: partial(
        shares_in, [f"part {at} begins" for at in range(count)], f"{SAID} " * (count // 8)
    ),
    "readings of one long text": lambda count: partial(lay_out, f"<p>{'word ' * (10 * count)}{'<rt></rt>' * count}"),
    "hidden parts behind line breaks": lambda count: partial(
        lay_out, f"<pre>{'<br>' * (count // 4)}{'<span hidden>a</span>' * (count // 4)}"
    ),
    "names that begin alike": lambda count: partial(
        NearTerms(
            np.unique(np.random.default_rng(0).integers(1 << 23, size=count, dtype=np.uint32) | 9 << 23 | 1 << 5)
        ).pairs,
        np.arange(count // 2),
    ),
    "times in one line": lambda count: partial(lay_out, "<p>" + "a<time>b</time>" * count),
    "sentences in a box within the story": lambda count: _enclosing(
        lay_out(f"<p>{SAID}</p>" * 2 + f"<div><div>{f'<p>{SAID}</p>' * count}</div></div><p>{SAID}</p>")
    ),
    "titles and headings": lambda count: partial(
        deque, _site_headings([f"A | {at}" for at in range(count // 4)], [f"A {at}" for at in range(count // 4)], ""), 0
    ),
}
COUNT = 3_000
TRIALS = 3
NEWLINES = "\n" * 1_900
CUT_RECORD = "WARC/1.0\r\nContent-Length: 90000000\r\n\r\n"
EMPTY_RECORD = "WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n"


def _record(page: str) -> str:
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}"
    return (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://example.com/\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}\r\n\r\n"
    )


def _enclosing(layout: Layout) -> Callable[[], object]:
    """Return the search for sentences between the first two lines and the last one, of which the model is not sure."""
    count = len(layout.lines)
    return partial(enclosed, layout, {0, 1, count - 1}, dict.fromkeys(range(count), 150), [True] * count)


def _holding_rest(behind: int) -> str:
    """Return a record of a fixed length, in which one begins that also has all the records behind it."""
    held = f"WARC/1.0\r\nContent-Length: {4 + 80 * behind:09d}\r\n\r\n"
    return f"WARC/1.0\r\nContent-Length: 0000039\r\n\r\n{held}\r\n\r\n"


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in CASES.items()])
def test_many_parts_take_linear_time(text: Callable[[int], str], tmp_path: Path) -> None:
    cleaner = etl.Cleaner()

    def taken(count: int) -> float:
        document = tmp_path / "document"
        document.write_text(text(count), encoding="utf-8", newline="")
        start = process_time()
        deque(cleaner.clean_many([document]), maxlen=0)
        return process_time() - start

    taken(10)  # loads what is needed
    least = min(taken(COUNT), taken(COUNT))
    # In quadratic time, 12 to 16 times as much; what else the machine does may spoil one measurement.
    assert any(taken(4 * COUNT) < 9 * least for _ in range(TRIALS))


@pytest.mark.parametrize("work", [pytest.param(work, id=name) for name, work in WORK.items()])
def test_work_on_many_parts_takes_linear_time(work: Callable[[int], Callable[[], object]]) -> None:
    def taken(count: int) -> float:
        do, start = work(count), process_time()
        do()
        return process_time() - start

    least = min(taken(4 * COUNT), taken(4 * COUNT))
    assert any(taken(16 * COUNT) < 9 * least for _ in range(TRIALS))
