"""What a page says about its article, from whichever clue says it."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from etl.markup.html import read_html
from etl.markup.metadata import headline_of
from etl.model import Metadata
from etl.packs.load import page_model

PAGES = Path(__file__).parent / "pages"
LD = "<script type='application/ld+json'>{}</script>"


@pytest.mark.parametrize(
    ("page", "metadata"),
    [
        pytest.param(
            "story",
            Metadata(
                headline="Harbour bridge shut after barge strikes pier",
                publisher="The Tidewater Courier",
                author="Ada Quill; Ben Nib",
                created="2026-11-22T13:00:00.000Z",
                url="https://www.tidewatercourier.example/news/harbour-bridge-shut",
                language="en",
            ),
            id="a list of JSON-LD",
        ),
        pytest.param(
            "graph",
            Metadata(
                headline="Brücke gesperrt",
                publisher="Nordpost",
                author="Ada Köhler",
                created="2026-11-22T00:00:00.000Z",
                url="https://nordpost.example/bruecke",
                language="de",
            ),
            id="a graph of JSON-LD in CDATA, with references",
        ),
        pytest.param(
            "form",
            Metadata(headline="Ferry to run until midnight", author="The newsroom", created="2026-11-22T13:00:00.000Z"),
            id="broken JSON-LD, some meta tags",
        ),
    ],
)
def test_page_gives_facts(page: str, metadata: Metadata) -> None:
    assert read_html((PAGES / f"{page}.html").read_text(encoding="utf-8")).metadata == metadata


OG = "<meta property=og:title content='{}'><meta property=og:site_name content=Courier><title>Courier</title>"
LINKED = '<script type=\'application/ld+json\'>{{"@type": "Article", "headline": "{}"}}</script>'


@pytest.mark.parametrize(
    ("html", "headline"),
    [
        pytest.param("<title>Bridge shut</title>", "Bridge shut", id="title alone"),
        pytest.param("<h1>Bridge shut</h1>", "Bridge shut", id="heading alone"),
        pytest.param(OG.format("Bridge shut") + "<h1>Courier</h1>", "Bridge shut", id="the heading is the site's"),
        pytest.param(
            OG.format("Bridge shut") + "<h1>Log in</h1><h1>Bridge  shut!</h1>", "Bridge shut!", id="second heading"
        ),
        pytest.param(
            OG.format("Harbour bridge shut, barge to blame") + "<h1>Harbour bridge shut; barge is to blame</h1>",
            "Harbour bridge shut; barge is to blame",
            id="readers are told it in other words",
        ),
        pytest.param(
            OG.format("Harbour bridge shut") + "<h1><b>News</b>Harbour bridge shut</h1>",
            "Harbour bridge shut",
            id="kicker",
        ),
        pytest.param(
            OG.format("Harbour bridge sh...") + "<h1>Harbour bridge shut</h1>", "Harbour bridge shut", id="cut short"
        ),
        pytest.param(
            LINKED.format("Bridge &amp; tunnel") + OG.format("Tunnel"), "Bridge & tunnel", id="JSON-LD, entities"
        ),
        pytest.param("<!--" + LINKED.format("Old") + "-->" + OG.format("New"), "New", id="keeps: JSON-LD in a comment"),
        pytest.param(LINKED.format("x")[:-12] + "</script>" + OG.format("New"), "New", id="broken JSON-LD"),
        pytest.param(
            "<script type='application/ld+json'>" + "[" * 50_000 + "</script>" + OG.format("New"), "New", id="deep"
        ),
        pytest.param(
            "<a href=/>Courier</a><title>Bridge shut » Courier</title>",
            "Bridge shut",
            id="the link home names the site",
        ),
        pytest.param("<a href=/uk>Shut</a><title>Bridge » Shut</title>", "Bridge » Shut", id="keeps: another link"),
        pytest.param(
            OG.format("Courier - The old bridge is shut"), "The old bridge is shut", id="behind the site's name"
        ),
        pytest.param(OG.format("Courier - News for all"), "Courier - News for all", id="keeps: a motto"),
        pytest.param(
            OG.format("Courier - The old bridge is shut") + "<h1>Shut!</h1>", "Shut!", id="the heading says more"
        ),
        pytest.param(
            OG.format("Corley canal: lock gate failure latest")
            + "<h1>Canal closed until April after lock gate fails</h1>",
            "Canal closed until April after lock gate fails",
            id="search engines are told other words",
        ),
        pytest.param(
            OG.format("Corley canal: lock gate failure latest") + "<h1>Watch our film about bees</h1>",
            "Corley canal: lock gate failure latest",
            id="keeps: the heading is of something else",
        ),
        pytest.param("<title>Bridge</title><h1>Shut for a year</h1>", "Shut for a year", id="the title is a label"),
        pytest.param(
            "<title>Courier - the paper of the fens</title><h1>Bridge shut for a year</h1>",
            "Bridge shut for a year",
            id="the title is the motto of the site",
        ),
        pytest.param("<title>Bridge shut</title><h1>News</h1>", "Bridge shut", id="keeps: the heading is a label"),
        pytest.param(LINKED.format("Bridge <i>shut</i>"), "Bridge shut", id="JSON-LD, tags"),
        pytest.param("<h1>Har&shy;bour bridge shut</h1>", "Harbour bridge shut", id="soft hyphen"),
        pytest.param("<p>Only text.</p>", "", id="none"),
    ],
)
def test_headline_is_what_readers_see(html: str, headline: str) -> None:
    assert read_html(html).metadata.headline == headline


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        pytest.param("Bridge shut | The Courier", "Bridge shut", id="bar"),
        pytest.param("Bridge shut – THE COURIER", "Bridge shut", id="dash, other case"),
        pytest.param("Bridge shut- The Courier - The Courier", "Bridge shut", id="twice"),
        pytest.param("Bridge shut - courier.example.com", "Bridge shut", id="a domain"),
        pytest.param("Bridge &#8217;shut&#8217; | The Courier", "Bridge ’shut’", id="entities"),
        pytest.param("Bridge – the old one – shut", "Bridge – the old one – shut", id="keeps: dashes, no publisher"),
        pytest.param(
            "Bridge shut, says The Courier", "Bridge shut, says The Courier", id="keeps: named in the sentence"
        ),
        pytest.param(
            "Bridge shut | The Courier of Leeds", "Bridge shut | The Courier of Leeds", id="keeps: another paper"
        ),
        pytest.param("The Courier", "The Courier", id="keeps: nothing else"),
    ],
)
def test_headline_holds_no_publisher(title: str, headline: str) -> None:
    assert headline_of(title, ["The Courier"]) == headline


@pytest.mark.parametrize(
    ("html", "metadata"),
    [
        pytest.param(
            "<meta name=author content='Ada'><meta name=author content='Ben'>",
            Metadata(author="Ada; Ben"),
            id="authors",
        ),
        pytest.param(
            "<meta name=author content=''><meta name=dc.creator content=Ada>", Metadata(author="Ada"), id="empty first"
        ),
        pytest.param("<meta name=authors content='Ada Quill'>", Metadata(author="Ada Quill"), id="in the plural"),
        pytest.param(
            "<meta property=article:author content='https://fb.example/a'>",
            Metadata(),
            id="keeps: an address is no author",
        ),
        pytest.param(
            "<meta property=article:author content='Ada'>", Metadata(author="Ada"), id="keeps: a name in its place"
        ),
        pytest.param("<link rel=canonical href='/news/1'>", Metadata(), id="keeps: half an address"),
        pytest.param(
            "<meta property=og:url content='http://a.example/1'>", Metadata(url="http://a.example/1"), id="address"
        ),
        pytest.param("<meta property=og:locale content=pt_BR>", Metadata(language="pt"), id="locale"),
        pytest.param(
            "<html lang=''><meta property=og:locale content=english>", Metadata(), id="keeps: no language code"
        ),
        pytest.param("<time datetime=2026-11-22>x</time>", Metadata(created="2026-11-22T00:00:00.000Z"), id="time"),
        pytest.param("<time>yesterday</time>", Metadata(), id="keeps: time in words"),
        pytest.param(
            "<time class=last-updated datetime=2026-11-23>x</time><p><time class=published datetime=2026-11-22>y</time>",
            Metadata(created="2026-11-22T00:00:00.000Z"),
            id="published, not updated",
        ),
        pytest.param(
            "<time class=updated datetime=2026-11-23>x</time>",
            Metadata(created="2026-11-23T00:00:00.000Z"),
            id="updated is better than nothing",
        ),
        pytest.param(
            "<html lang=fr-FR><div class=article-date>03/05/2026</div>",
            Metadata(created="2026-05-03T00:00:00.000Z", language="fr"),
            id="the day before the month",
        ),
        pytest.param(
            "<html lang=en><div class=article-date>03/05/2026</div>",
            Metadata(language="en"),
            id="keeps: either way in English",
        ),
        pytest.param(
            "<link rel=canonical href='https://a.example/2026/5/03/bridge'>",
            Metadata(created="2026-05-03T00:00:00.000Z", url="https://a.example/2026/5/03/bridge"),
            id="a day in the address",
        ),
        pytest.param(
            "<link rel=canonical href='https://a.example/2026/POLITICS/05/03/bridge'>",
            Metadata(created="2026-05-03T00:00:00.000Z", url="https://a.example/2026/POLITICS/05/03/bridge"),
            id="a section between year and month in the address",
        ),
        pytest.param(
            "<link rel=canonical href='https://web.archive.org/web/20220724231339/https://a.example/1'>",
            Metadata(url="https://a.example/1"),
            id="a copy in the Wayback Machine",
        ),
        pytest.param(
            "<link rel=canonical href='https://a.example/2026/33/03/bridge'>",
            Metadata(url="https://a.example/2026/33/03/bridge"),
            id="keeps: no month 33",
        ),
        pytest.param(
            "<meta name=DC.creator content='Quill, Ada'>", Metadata(author="Ada Quill"), id="as catalogues write it"
        ),
        pytest.param(
            "<meta name=DC.creator content='Ada Quill, Ben Nib'>",
            Metadata(author="Ada Quill; Ben Nib"),
            id="keeps: two authors",
        ),
        pytest.param(
            "<meta name=author content='ada@a.example (Ada Quill)'>",
            Metadata(author="Ada Quill"),
            id="as feeds write it",
        ),
        pytest.param(
            "<meta name=author content='Ada Quill <ada@a.example>'>",
            Metadata(author="Ada Quill"),
            id="as mail writes it",
        ),
        pytest.param(
            "<meta property=og:author content='By &lt;a href=/q&gt;Ada Quill&lt;/a&gt; and Ben Nib'>",
            Metadata(author="Ada Quill; Ben Nib"),
            id="with links",
        ),
        pytest.param(
            "<link rel=canonical href=https://courier.example/1><title>Lock shut for the winter — Courier</title>",
            Metadata(headline="Lock shut for the winter", publisher="Courier", url="https://courier.example/1"),
            id="the name in the address",
        ),
        pytest.param(
            "<meta property=og:site_name content='A &amp;amp; B'>", Metadata(publisher="A & B"), id="escaped twice"
        ),
    ],
)
def test_clue_gives_fact(html: str, metadata: Metadata) -> None:
    assert read_html(html).metadata == metadata


def test_linked_data_with_a_comma_too_many_is_read() -> None:
    page = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Ada Quill",},}</script><p>Text.'
    assert read_html(page).metadata.author == "Ada Quill"


@pytest.mark.parametrize(
    ("objects", "author"),
    [
        pytest.param([{"@id": "a", "name": "Ada Quill"}, {"@id": "a", "name": ""}], "Ada Quill", id="a name left out"),
        pytest.param([{"@id": "a", "name": {"@id": "a"}}], "", id="an object that refers to itself"),
        pytest.param([{"@id": "a", "name": {"@id": "b"}}, {"@id": "b", "name": {"@id": "a"}}], "", id="two in a circle"),
        pytest.param(
            [{"@id": one, "name": [{"@id": other}] * 2} for one, other in pairwise("abcdefghijklmnopqrstuvwxyz0123456789")]
            + [{"@id": "9", "name": "Ada Quill"}],
            "Ada Quill",
            id="names that double with each step",
        ),
    ],
)  # fmt: skip
def test_linked_data_whose_objects_refer_to_one_another_is_read(objects: list[object], author: str) -> None:
    data = json.dumps([*objects, {"@type": "NewsArticle", "author": {"@id": "a"}}])
    program = (
        "import sys; from etl.markup.linked_data import read_linked_data; print(read_linked_data(sys.argv[1:]).author)"
    )
    done = subprocess.run([sys.executable, "-c", program, data], capture_output=True, check=True, timeout=60)
    assert done.stdout.decode().strip() == author


def test_linked_data_with_comments_is_read() -> None:
    data = '<!-- // told\n{"@type": "NewsArticle", "url": "https://a.example/b", /* who */ "author": "Ada Quill"} -->'
    metadata = read_html(f'<script type="application/ld+json">{data}</script><p>Text.').metadata
    assert (metadata.author, metadata.url) == ("Ada Quill", "https://a.example/b")


def test_a_byline_says_more_than_the_account_of_a_template() -> None:
    page = '<meta name=author content=admin><h1>The mill shuts</h1><a rel=author href="/a">Ada Quill</a><p>Text of the story.'
    assert read_html(page).metadata.author == "Ada Quill"
    paper = page.replace("content=admin>", "content=Courier><title>The mill shuts | Courier</title>")
    assert read_html(paper).metadata.author == "Ada Quill"


LINES = "".join(
    f"<p>{text}</p>"
    for text in (
        "The old lock at Corley is to be cast anew in a foundry abroad, the waterways board said on Tuesday.",
        "Eleven boats wait for it on the mud, and two families live on theirs all year.",
        "“We woke up because the bed was at an angle,” said one of them, who has lived there for nine years.",
        "The board will pay for rooms in a hotel until the end of April, but not for the parrot.",
    )
)


@pytest.mark.parametrize(
    ("head", "above", "author", "day"),
    [
        pytest.param("", "<span class=NewsAuthor>By Ada Quill</span>", "Ada Quill", "", id="a word within a name"),
        pytest.param("", "<b class=NewsDate>2nd March 2026</b>", "", "2026-03-02", id="a date within a name"),
        pytest.param(
            "", "<b class=date>Mon, 03/02/2026 - 14:32</b>", "", "2026-03-02", id="day of the week, month first"
        ),
        pytest.param(
            "", "<b class=date>Tue, 03/02/2026 - 14:32</b>", "", "2026-02-03", id="day of the week, day first"
        ),
        pytest.param("", "<b class=date>02.03.26, 14:32</b>", "", "2026-03-02", id="a year of two figures"),
        pytest.param("", "<i class=noauthority>Ada Quill</i>", "", "", id="keeps: no word of its own"),
        pytest.param("", "<a href=/author/ada-quill/>Ada Quill</a>", "Ada Quill", "", id="a link to an author"),
        pytest.param("", "<a href=/user/login>Member Login</a>", "", "", id="keeps: a link to sign in"),
        pytest.param("", "<p>By Ada Quill</p><p>2 March 2026</p>", "Ada Quill", "2026-03-02", id="unmarked"),
        pytest.param("", "<p>Ada Quill, Crime Correspondent</p>", "Ada Quill", "", id="a name and an office"),
        pytest.param("", "<p>Ada Quill, Harwick</p>", "", "", id="keeps: a name and a place"),
        pytest.param("", "<p>Posted 2 March 2026, 2:14 p.m.</p>", "", "2026-03-02", id="a time ends in a full stop"),
        pytest.param(
            "<meta property=og:site_name content='Polar Press Agency'>",
            "<p>By Ada Quill | Polar Press | Mon, 2 March 2026</p>",
            "Ada Quill",
            "2026-03-02",
            id="the beginning of the publisher's name",
        ),
        pytest.param("", "<p>Article rédigé par Ada Quill</p>", "Ada Quill", "", id="what she wrote, and that she did"),
        pytest.param(
            "<html lang=pl>",
            "<p>Data aktualizacji: 7 marca 2026</p><p>Data publikacji: 2 marca 2026</p>",
            "",
            "2026-03-02",
            id="the day of a change comes first",
        ),
        pytest.param(
            "<html lang=es>",
            "<p>Última actualización: 7 de marzo de 2026</p><p>Fecha de publicación: 2 de marzo de 2026</p>",
            "",
            "2026-03-02",
            id="the day of a change comes first, Spanish",
        ),
        pytest.param("", "<p>Photo by Ada Quill</p>", "", "", id="keeps: whose the picture is"),
        pytest.param("", "<p>Joined: 5 January 2009</p><p>2 March 2026</p>", "", "2026-03-02", id="day of a member"),
        pytest.param("", "<p>Published 2 March 2026 by Ada Quill</p>", "Ada Quill", "2026-03-02", id="a day before"),
        pytest.param(
            "",
            "<ul><li>The act on locks was signed into law on 14 August 1935</li><li>It falls in May</li></ul>",
            "",
            "",
            id="keeps: a day in a sentence",
        ),
        pytest.param("", "<p>Published on Paper Mills</p>", "", "", id="keeps: no name follows"),
        pytest.param(
            "", "<p class=byline>Ada Quill<br>Health Reporter</p>", "Ada Quill", "", id="an office in the next line"
        ),
        pytest.param(
            "", "<ul class=authors><li>Ada Quill</li><li>Ben Nib</li></ul>", "Ada Quill; Ben Nib", "", id="items"
        ),
        pytest.param("", "<p class=byline>Ada Quill @aquill</p>", "Ada Quill", "", id="an account beside the name"),
        pytest.param("", "<p>Text: Ada Quill</p>", "Ada Quill", "", id="text by"),
        pytest.param("", "<p>Text messages</p>", "", "", id="keeps: no colon"),
        pytest.param("", "<p>2 มีนาคม 2569</p>", "", "2026-03-02", id="a day in Thai, alone in its line"),
        pytest.param("", "<p>It rained in 2019.</p>", "", "", id="keeps: a sentence"),
        pytest.param("", "<i class=date data-timestamp=1772445600>3 days ago</i>", "", "2026-03-02", id="an epoch"),
        pytest.param(
            "",
            "<div class=author-line>By <a href=/author/ada>Ada Quill</a><button>Follow</button></div>",
            "Ada Quill",
            "",
            id="a button beside the name",
        ),
        pytest.param(
            "",
            f"<p>OAKHAM, March 2, 2026 -- The {'very ' * 18}old lock is shut.</p>",
            "",
            "2026-03-02",
            id="a dateline",
        ),
        pytest.param("", "<i class=timeago title=2026-03-02T18:30Z>3 h ago</i>", "", "2026-03-02", id="a title"),
        pytest.param("", "<i class=date data-time=30>2 March 2026</i>", "", "2026-03-02", id="keeps: no epoch"),
        pytest.param(
            "",
            "<p>Updated: <time datetime=2026-03-09>9 March</time><p>Published: <time datetime=2026-03-02>2 March</time>",
            "",
            "2026-03-02",
            id="a change before publication, by their labels",
        ),
        pytest.param(
            "", "<p>Updated 9 March 2026 | Published on 2 March 2026</p>", "", "2026-03-02", id="both in one line"
        ),
        pytest.param("", "<i class=date>Updated: 9 March 2026</i>", "", "2026-03-09", id="keeps: a change alone"),
        pytest.param(
            "<meta property=og:article:author content='Ada Quill'>",
            "",
            "Ada Quill",
            "",
            id="what Chinese sites and newswires write",
        ),
        pytest.param(
            "<meta property=og:article:author content='Courier | Portal'><meta property=og:site_name content=Courier>",
            "<p class=byline>By Ada Quill</p>",
            "Ada Quill",
            "",
            id="keeps: a byline says more than that",
        ),
        pytest.param("", "<p class=byline>박서연 기자</p>", "박서연", "", id="a Korean name is a word"),
        pytest.param("", "<p class=byline>편집부</p>", "", "", id="keeps: a Korean office"),
        pytest.param("", "<p class=byline>记者 陈晓雯</p>", "陈晓雯", "", id="a Chinese name is a word"),
        pytest.param("", "<p class=byline>بقلم ليلى حداد</p>", "ليلى حداد", "", id="by, in Arabic"),
        pytest.param("", "<p class=byline>Haber: Elif Soylu</p>", "Elif Soylu", "", id="by, in Turkish"),
        pytest.param(
            "",
            "<i itemprop=author itemscope itemtype=Person><meta itemprop=name content='Ada Quill'></i>",
            "Ada Quill",
            "",
            id="a name that is not shown",
        ),
        pytest.param(
            "<meta property=og:site_name content=Courier><meta name=author content=Courier><meta name=author content=Ada>",
            "",
            "Ada",
            "",
            id="the paper beside a person",
        ),
        pytest.param(
            "<meta property=og:site_name content=Courier><meta name=author content=Courier>",
            "",
            "Courier",
            "",
            id="keeps: the paper alone",
        ),
        pytest.param(
            "",
            "<ul><li>Last updated: 3 April 2026<li>Posted: 1 April 2026</ul>",
            "",
            "2026-04-01",
            id="publication below a change",
        ),
        pytest.param("", "<ul><li>Last updated: 3 April 2026</ul>", "", "2026-04-03", id="a change alone"),
        pytest.param(
            "",
            "<div><time datetime=2026-02-27>27 Feb</time> Watch</div><div><time class=pubdate datetime=2026-03-04>4 March</time></div>",
            "",
            "2026-03-04",
            id="a time that its class calls that of publication",
        ),
        pytest.param("", "<p class=by>Words: Ada Quill. Pictures: Eve Roe</p>", "Ada Quill", "", id="not the pictures"),
        pytest.param(
            LD.format('{"@graph": [{"@type": "WebPage", "datePublished": "2026-03-04"}, {"@type": "WebSite"}]}'),
            "",
            "",
            "2026-03-04",
            id="a page without an article in its data",
        ),
        pytest.param(
            "",
            "<p>2 марта 2026, 07:15 | Автор: Анна Белова | 245 просмотров</p>",
            "Анна Белова",
            "2026-03-02",
            id="behind a bar",
        ),
        pytest.param(
            "", "<p><b>4 min read</b><b>Mar 2, 2026, 7:15 AM</b></p>", "", "2026-03-02", id="without a space before"
        ),
        pytest.param("", "<p>Von unserer Redakteurin Anke Beek</p>", "Anke Beek", "", id="behind a role"),
        pytest.param(
            "",
            "<div itemprop=author itemscope><b itemprop=name>Ada Quill</b><i itemprop=jobTitle>Boats editor</i></div>",
            "Ada Quill",
            "",
            id="a name within an author",
        ),
        pytest.param(
            "",
            "<div itemprop=author><b itemprop=name>Ada Quill</b> and <b itemprop=name>Eve Roe</b></div>",
            "Ada Quill; Eve Roe",
            "",
            id="two names within an author",
        ),
        pytest.param(
            "", "<p class=byline>BY ADA QUILL aquill@courier.example</p>", "ADA QUILL", "", id="with an address"
        ),
        pytest.param("", "<p>By staff writer Jane Roe</p>", "Jane Roe", "", id="behind a role, in English"),
        pytest.param(
            "", "<p class=byline>Jane Roe 10:03 am Mon Mar 2, 2026</p>", "Jane Roe", "2026-03-02", id="before a day"
        ),
        pytest.param(
            "",
            "<p class=byline>Jane Roe | Port Corley | 2.3.2026</p>",
            "Jane Roe",
            "2026-03-02",
            id="a place and a day",
        ),
        pytest.param(
            "", "<p class=author><b>Jane Roe</b><i>dnes 18:20</i></p>", "Jane Roe", "", id="set apart by a style sheet"
        ),
        pytest.param(
            "", "<blockquote>It was cold.<cite class=author>Jane Roe</cite></blockquote>", "", "", id="quoted"
        ),
        pytest.param("<meta name=author content='CNX Wire'>", "<p>By Jane Roe</p>", "Jane Roe", "", id="not a desk"),
        pytest.param(
            "<meta http-equiv=content-language content=fr>",
            "<p>Le 02/03/2026 - Par Jane Roe - 4 min</p>",
            "Jane Roe",
            "2026-03-02",
            id="between other facts",
        ),
        pytest.param(
            "", "<p>Av Jane Roe Publicerad 2 mars 2026</p>", "Jane Roe", "2026-03-02", id="before a word and a day"
        ),
        pytest.param("", "<p>2 มี.ค. 2569 07:15 น.</p>", "", "2026-03-02", id="Thai, in short"),
        pytest.param(
            "<meta http-equiv=content-language content=es>",
            "<p>02/03/2026 a las 07:15h | Actualizado el 03/03/2026 a las 18:40h</p>",
            "",
            "2026-03-02",
            id="in figures, before a change",
        ),
    ],
)
def test_what_stands_above_a_story_tells_author_and_day(head: str, above: str, author: str, day: str) -> None:
    title, menu = (
        "Lock at Corley shut until April",
        "<nav><ul><li><a href=/n>News</a><li><a href=/s>Sport</a></ul></nav>",
    )
    page = (
        f"<title>{title}</title>{head}<body>{menu}<main><h1>{title}</h1>{above}{LINES}</main><footer>© Courier</footer>"
    )
    metadata = read_html(page, model=page_model()).metadata
    assert (metadata.author, metadata.created[:10]) == (author, day)


@pytest.mark.parametrize(
    ("page", "day"),
    [
        pytest.param(
            "<div class=head><small>12 April 2026</small><h1>{0}</h1></div>{1}", "2026-04-12", id="in its box"
        ),
        pytest.param("<div><p>12 April 2026</div><main><h1>{0}</h1>{1}</main>", "", id="keeps away: above that"),
    ],
)
def test_the_day_above_a_headline(page: str, day: str) -> None:
    title = "Lock at Corley shut until April"
    html = f"<title>{title}</title><body>{page.format(title, LINES)}"
    assert read_html(html, model=page_model()).metadata.created[:10] == day


@pytest.mark.parametrize(
    ("below", "author"),
    [
        pytest.param("<p>Reporting by Jane Roe in Corley; editing by Ben Nib</p>", "Jane Roe", id="who reported"),
        pytest.param("<p>autor: Jan Wilk</p>", "Jan Wilk", id="a label"),
        pytest.param("<p>By Monday Evening Market Street was dry.</p>", "", id="keeps away: a sentence"),
        pytest.param("</main><div><p>By Jane Roe</p></div>", "", id="keeps away: outside of the story"),
    ],
)
def test_a_byline_at_the_end_of_a_story(below: str, author: str) -> None:
    page = f"<title>Lock shut</title><main><h1>Lock shut</h1>{LINES}{below}"
    assert read_html(page, model=page_model()).metadata.author == author


def test_authors_of_teasers_below_the_story_are_not_its_own() -> None:
    teasers = "".join(
        f"<div class=card><h4><a href=/{at}>{title}</a></h4><i class=author>{name}</i></div>"
        for at, (title, name) in enumerate((("Fares go up", "Ben Nib"), ("A mill is sold", "Cleo Lens")))
    )
    page = f"<title>The lock is shut</title><main><h1>The lock is shut</h1>{LINES}</main>"
    assert read_html(page + teasers, model=page_model()).metadata.author == ""
    assert read_html(f"{page}<i class=author>Ada Quill</i>", model=page_model()).metadata.author == "Ada Quill"


@pytest.mark.parametrize(
    ("html", "headline"),
    [
        pytest.param(
            "<a href=/>Courier</a><title>Courier » Canals » The old lock is shut</title>",
            "The old lock is shut",
            id="behind the names of the site and of a section",
        ),
        pytest.param(
            "<h1><a href=/>Courier</a></h1><title>Courier - News</title><h2>The old lock is shut</h2>",
            "The old lock is shut",
            id="a heading of the second rank, below that of the site",
        ),
        pytest.param(
            "<h1>The Boat Friends Forum of Corley</h1><title>The old lock is shut - The Boat Friends Forum of Corley</title><h2>The old lock is shut</h2>",
            "The old lock is shut",
            id="a heading that is the end of the title, behind what is shown",
        ),
        pytest.param(
            "<a href=index.php>Courier</a><title>Courier: The old lock is shut</title>",
            "The old lock is shut",
            id="the site before a colon",
        ),
        pytest.param(
            "<title>The old lock is shut | Boats | News</title><h2>The old lock is shut</h2>",
            "The old lock is shut",
            id="up to what is shown",
        ),
        pytest.param(
            "<title>Untitled</title><h2>The old lock is shut</h2>",
            "The old lock is shut",
            id="a heading of the second rank, below a title that says nothing",
        ),
        pytest.param(
            "<title>Board lets the old lock rust: Ada Lorne</title><h2>Old lock will rust</h2>",
            "Board lets the old lock rust: Ada Lorne",
            id="keeps: above a heading of the second rank",
        ),
        pytest.param(
            "<title>The old lock | shut again</title><h2>Boats</h2>", "The old lock | shut again", id="keeps: not shown"
        ),
        pytest.param(
            "<title>The old lock is shut until...</title><h2>The old lock is shut until April</h2>",
            "The old lock is shut until April",
            id="cut off in the title",
        ),
        pytest.param(
            "<title>The old lock is shut: Chamber of Boats</title><h3>The old lock is shut</h3>",
            "The old lock is shut",
            id="up to what is shown, before a colon",
        ),
        pytest.param(
            "<title>Courier :: Boats :: The old lock is shut</title><meta property=og:site_name content=Courier>",
            "The old lock is shut",
            id="behind two colons",
        ),
    ],
)
def test_headline_is_parted_from_its_site(html: str, headline: str) -> None:
    assert read_html(html + LINES, model=page_model()).metadata.headline == headline


def test_data_of_the_site_names_the_publisher() -> None:
    data = '[{"@type": "WebSite", "name": "Courier"}, {"@type": "NewsArticle", "headline": "Lock shut"}]'
    assert read_html(LD.format(data)).metadata.publisher == "Courier"


@pytest.mark.parametrize(
    ("title", "publisher"),
    [
        pytest.param("Lock shut until April | News | The Courier", "The Courier", id="behind what the page shows"),
        pytest.param("Lock shut until April - courier.org", "courier.org", id="a domain"),
        pytest.param("Lock shut until April - live updates", "", id="keeps away: no name"),
        pytest.param("The lock that was shut | The Courier", "", id="keeps away: the page shows something else"),
    ],
)
def test_title_names_the_site(title: str, publisher: str) -> None:
    page = f"<title>{title}</title>{{}}<h1>Lock shut until April</h1>{LINES}"
    logo = "<a href=/ class=logo>The Courier</a>"
    for above in ("", logo):
        assert read_html(page.format(above), model=page_model()).metadata.publisher == publisher


@pytest.mark.parametrize(
    "meta",
    [
        pytest.param("citation_publication_date=2026/03/02", id="of a journal"),
        pytest.param("originalpublicationdate=2026/03/02 10:00:00", id="of a broadcaster"),
        pytest.param("cXenseParse:recs:publishtime=2026-03-02T10:00:00.000Z", id="of a counter of readers"),
        pytest.param("bt:pubDate=2026-03-02T10:00:00Z", id="of a newsroom's system"),
        pytest.param("pdate=20260302", id="in digits"),
        pytest.param("publish_date=Mon Mar 02 10:00:00 UTC 2026", id="as Unix writes it"),
    ],
)
def test_dates_are_known_by_many_names(meta: str) -> None:
    name, content = meta.split("=")
    assert read_html(f"<meta name='{name}' content='{content}'>").metadata.created.startswith("2026-03-02")


def test_the_day_of_publication_comes_before_that_of_a_journal() -> None:
    page = "<meta name=citation_online_date content=2026/03/05><meta name=dc.date content=2026-03-02>"
    assert read_html(page).metadata.created.startswith("2026-03-02")


@pytest.mark.parametrize(
    ("html", "metadata"),
    [
        pytest.param(
            LD.format('{"@type": "Article", "author": {"givenName": "Ada", "familyName": "Quill"}}'),
            Metadata(author="Ada Quill"),
            id="given and family name",
        ),
        pytest.param(
            LD.format('{"@type": "ItemList", "item": [{"@type": "NewsArticle", "author": "Eve Other"}]}')
            + LD.format('{"@graph": [{"@type": "NewsArticle", "author": "Ada Quill"}]}'),
            Metadata(author="Ada Quill"),
            id="an article in a list is another",
        ),
        pytest.param(
            LD.format('{"@type": "WebPage", "about": {"@type": "NewsArticle", "author": "Ada Quill"}}'),
            Metadata(author="Ada Quill"),
            id="keeps: the only article",
        ),
        pytest.param(
            LD.format('{"@type": "Article", "mainEntityOfPage": {"@id": "https://a.example/1"}}'),
            Metadata(url="https://a.example/1"),
            id="the page that it is on",
        ),
        pytest.param(
            "<i itemprop=publisher itemscope><meta itemprop=name content=Courier></i>",
            Metadata(publisher="Courier"),
            id="a publisher that is not shown",
        ),
        pytest.param(
            LD.format('{"@graph": [{"@type": "WebSite", "name": "Courier"}]}'),
            Metadata(publisher="Courier"),
            id="the site of a page without an article",
        ),
        pytest.param(
            LD.format('{"@type": "NewsArticle", "datePublished": 1707460200000}'),
            Metadata(created="2024-02-09T06:30:00.000Z"),
            id="milliseconds since 1970",
        ),
        pytest.param(
            "<main><h1>The mill shuts</h1><time title='9 February 2024 06:30'>3 hours ago</time><p>Text of the story.",
            Metadata(headline="The mill shuts", created="2024-02-09T06:30:00.000Z"),
            id="a time that is told in its title",
        ),
        pytest.param("<meta name=application-name content=Courier>", Metadata(publisher="Courier"), id="application"),
        pytest.param(
            "<meta name=publisher content='Courier - All the News'><meta name=application-name content=Courier>",
            Metadata(publisher="Courier"),
            id="without its motto",
        ),
        pytest.param(
            "<meta name=twitter:label1 content='Verfasst von'><meta name=twitter:data1 content='Ada Quill'>",
            Metadata(author="Ada Quill"),
            id="a card",
        ),
        pytest.param(
            "<meta name=twitter:label1 content=Availability><meta name=twitter:data1 content='In Stock'>",
            Metadata(),
            id="keeps: another card",
        ),
    ],
)
def test_facts_in_data_of_the_page(html: str, metadata: Metadata) -> None:
    assert read_html(html).metadata == metadata


def test_an_account_is_an_author_if_no_name_is_shown() -> None:
    account = "<meta name=author content=aquill><h1>The mill shuts</h1>"
    assert read_html(f"{account}<p>Text of the story.").metadata.author == "aquill"
    assert (
        read_html(f"{account}<a rel=author href='/a'>Ada Quill</a><p>Text of the story.").metadata.author == "Ada Quill"
    )
