"""A roundup is split where its own layout proves a new story; a page of one story stays one."""

import pytest

from etl.fold import fold
from etl.markup.plain import read_plain
from etl.model import Article, Document, Kind, Metadata, Publisher
from etl.segment import Layouts, headline, segment

KNOWN = [
    Publisher("bbc", "BBC News", ("BBC",), ("bbc.com", "bbc.co.uk")),
    Publisher("guardian", "The Guardian"),
    Publisher("npr", "NPR"),
    Publisher("youtube", "YouTube"),
]
LAYOUTS = Layouts(
    frozenset({"read more"}),
    {fold(name): one for one in KNOWN for name in (one.name, *one.aliases, *one.domains)},
)


def articles(text: str, metadata: Metadata = Metadata(), kind: Kind = "text") -> tuple[Article, ...]:
    page = read_plain(text)
    empty: tuple[tuple[()], ...] = ((),) * len(page.blocks)
    return segment(
        Document("a.txt", "", 1, kind, "", "utf-8", text, page.gap, page.blocks, empty, metadata, "{}"), LAYOUTS
    )


@pytest.mark.parametrize(
    ("line", "text", "printed"),
    [
        ("Belarus: 100,000 join rally – The Guardian", "Belarus: 100,000 join rally", "The Guardian"),
        ("Lukashenko meets Mishustin in Minsk- BBC News – BBC News", "Lukashenko meets Mishustin in Minsk", "BBC News"),
        ("Ceasefire talks in ruins | BBC News – BBC", "Ceasefire talks in ruins", "BBC"),
        ("Oil slips as stocks drift near highs – U.S.", "Oil slips as stocks drift near highs", "U.S."),
        ("Kepa signs – LinkNaija | Nigeria's news platform", "Kepa signs", "LinkNaija | Nigeria's news platform"),
        ("Poll: Trump - not Biden - ahead | NPR", "Poll: Trump - not Biden - ahead", "NPR"),
        (
            "Four officials – two of them ministers of the outgoing cabinet of Belarus",
            "Four officials – two of them ministers of the outgoing cabinet of Belarus",
            "",
        ),
        ("The well-known four-year plan", "The well-known four-year plan", ""),
        ("He was right – the BBC was not.", "He was right – the BBC was not.", ""),
    ],
)
def test_headline_gives_publisher(line: str, text: str, printed: str) -> None:
    found = headline(line, LAYOUTS)
    assert (found.text, found.printed) == (text, printed)


ONE = "Belarus rally\n\nBelarus: 100,000 join rally against Lukashenko – The Guardian\n\nThey marched on Sunday.\n\nRead More"
TWO = "Jailed Husband\n\nDiplomat asks Belarus to release her jailed husband – NPR\n\nA diplomat warns.\n\nRead More"
UNKNOWN = "Blossom show\n\nDoobie Brothers to reunite for Blossom show – cleveland\n\nThey will tour.\n\nRead More"


@pytest.mark.parametrize(
    ("text", "headlines"),
    [
        pytest.param(
            f"{ONE}\n\n{TWO}",
            ["Belarus: 100,000 join rally against Lukashenko", "Diplomat asks Belarus to release her jailed husband"],
            id="two stories",
        ),
        pytest.param(
            f"{ONE}\n\n{UNKNOWN}",
            ["Belarus: 100,000 join rally against Lukashenko", "Doobie Brothers to reunite for Blossom show"],
            id="a kicker that fits vouches for an unknown publisher",
        ),
        pytest.param(
            "Minsk rally grows – NPR\n\nText of one.\n\nRead More\n\nKiev waits – BBC News\n\nText of two.",
            ["Minsk rally grows", "Kiev waits"],
            id="no kickers, known publishers",
        ),
        pytest.param(
            f"{ONE}\n\nPolice fire on crowd – BBC News\n\nMore text.",
            ["Belarus: 100,000 join rally against Lukashenko"],
            id="keeps: a related link without the kicker that the layout has",
        ),
        pytest.param(
            f"{ONE}\n\nBelarus protests\n\nPolice fire on crowd – cleveland\n\nMore text.",
            ["Belarus: 100,000 join rally against Lukashenko"],
            id="keeps: a kicker that does not fit, a publisher nobody knows",
        ),
        pytest.param(
            f"{ONE}\n\nThe story goes on here.\n\nAnd on.\n\n{TWO}",
            ["Belarus: 100,000 join rally against Lukashenko"],
            id="keeps: Read More in the middle, a headline far below",
        ),
        pytest.param(
            "First paragraph.\n\nRead More\n\nSecond paragraph.", [""], id="keeps: one story with Read More inside"
        ),
        pytest.param("Just a line\n\nAnd another – with a dash", [""], id="keeps: a dash in prose"),
    ],
)
def test_roundup_is_split_where_layout_proves_it(text: str, headlines: list[str]) -> None:
    assert [article.metadata.headline for article in articles(text)] == headlines


def test_articles_hold_every_block_once() -> None:
    text = f"A preface to it all.\n\nRead More\n\n{ONE}\n\n{TWO}"
    found = articles(text)
    places = [at for article in found for at in range(article.start, article.end)]
    assert places == list(range(len(read_plain(text).blocks)))
    assert found[0].metadata.headline == ""


def test_frame_is_kicker_headline_and_its_repeats() -> None:
    text = f"{ONE}\n\nMinsk meeting\n\nA meeting in Minsk- BBC News – BBC News\n\nA meeting in Minsk- BBC News – YouTube\n\nRead More"
    frame = [(removal.block, removal.action, removal.rule) for removal in articles(text)[1].frame]
    assert frame == [
        (4, "drop", "structure/kicker"),
        (5, "extract", "structure/headline"),
        (6, "extract", "structure/headline-again"),
    ]


@pytest.mark.parametrize(
    ("metadata", "publisher"),
    [
        pytest.param(Metadata(publisher="BBC"), "bbc", id="by name"),
        pytest.param(Metadata(url="https://www.bbc.co.uk/news/1"), "bbc", id="by domain"),
        pytest.param(Metadata(url="http://news.bbc.com:8080?x"), "bbc", id="by domain, with port"),
        pytest.param(Metadata(url="https://notbbc.com/news"), None, id="keeps: another domain that ends alike"),
        pytest.param(Metadata(), None, id="nothing known"),
    ],
)
def test_publisher_is_known_by_name_or_domain(metadata: Metadata, publisher: str | None) -> None:
    found = articles("One paragraph.", metadata)[0].publisher
    assert (found and found.id) == publisher


@pytest.mark.parametrize(
    ("first_block", "is_frame"),
    [
        pytest.param("Minsk rally grows", True, id="the same"),
        pytest.param("Minsk rally grows | BBC News", True, id="with a publisher"),
        pytest.param("MINSK RALLY GROWS", True, id="in capitals"),
        pytest.param("Minsk rally grows as police look on", False, id="keeps: more words"),
        pytest.param(
            "Minsk rally grows – but the police, who have stood by for days, now wait for orders.",
            False,
            id="keeps: a sentence",
        ),
    ],
)
def test_headline_known_from_beside_the_text_is_taken_out(first_block: str, is_frame: bool) -> None:
    article = articles(f"{first_block}\n\nThey marched on Sunday.", Metadata(headline="Minsk rally grows"))[0]
    assert [removal.block for removal in article.frame] == ([0] if is_frame else [])


def test_page_is_one_article_whatever_it_holds() -> None:
    assert len(articles(f"{ONE}\n\n{TWO}", kind="html")) == 1


def test_document_without_blocks_is_an_article_without_text() -> None:
    assert [(article.start, article.end) for article in articles("")] == [(0, 0)]
