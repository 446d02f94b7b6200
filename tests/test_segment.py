"""A roundup is split where its own layout proves a new story; a page of one story stays one."""

import re

import pytest
from conftest import edited

from etl.fold import fold
from etl.markup.plain import read_plain
from etl.model import Article, Document, Kind, Metadata, Publisher
from etl.segment import Layouts, headline, segment

KNOWN = [
    Publisher("bbc", "BBC News", ("BBC",), ("bbc.com", "bbc.co.uk")),
    Publisher("guardian", "The Guardian", (), ("theguardian.com",)),
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


def started(text: str, lines: tuple[str, ...] = (), ends: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """Headline, publisher and created of the articles of an archive."""
    page = read_plain(text)
    empty: tuple[tuple[()], ...] = ((),) * len(page.blocks)
    document = Document(
        "a.txt", "", 1, "text", "", "utf-8", text, page.gap, page.blocks, empty, Metadata(publisher=""), "{}"
    )
    layouts = Layouts(
        frozenset({"read more"}),
        LAYOUTS.publishers,
        start_lines=tuple(re.compile(line, re.I) for line in lines),
        end_lines=tuple(re.compile(line, re.I) for line in ends),
    )
    return [
        (article.metadata.headline, article.metadata.publisher, article.metadata.created[:10])
        for article in segment(document, layouts)
    ]


SAID = "The committee met on Sunday for the first time since the vote, its chairman said."
NUMBERED = (r"document \d+ of \d+|\d+ of \d+ documents",)
LAST_LINE = (r"end of document|document [a-z]{4}0{4}\d{8}\w+",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            f"1 of 2 DOCUMENTS\n\nAshdale Gazette\n\nJune 3, 2021 Thursday\nFinal Edition\n\nPupils in tents\n\n"
            f"BYLINE: Jane Roe\n\nLENGTH: 135 words\n\n{SAID}\n\n2 of 2 DOCUMENTS\n\nThe Guardian\n\n"
            f"June 4, 2021 Friday\n\nMayor jailed\n\nSECTION: NEWS\n\n{SAID}",
            [("Pupils in tents", "Ashdale Gazette", "2021-06-03"), ("Mayor jailed", "The Guardian", "2021-06-04")],
            id="LexisNexis",
        ),
        pytest.param(
            f"__________\n\nDocument 1 of 2\n\nPupils in tents\n\n{SAID}\n\n__________\n\nDocument 2 of 2\n\n"
            f"Mayor jailed\n\nAuthor: Roe, Jane\n\nPublication info: The Guardian ; London\n\n{SAID}",
            [("Pupils in tents", "", ""), ("Mayor jailed", "", "")],
            id="ProQuest",
        ),
        pytest.param(
            f"Pupils in tents\nThe Guardian\nJune 3, 2021 Thursday\n\nCopyright 2021 Guardian\n\nSection: NEWS\n\nBody\n\n"
            f"{SAID}\n\nLoad-Date: June 3, 2021\n\nEnd of Document\n\nMayor jailed\nThe Guardian\nJune 4, 2021\n\n"
            f"Length: 99 words\n\n{SAID}\n\nEnd of Document",
            [("Pupils in tents", "The Guardian", "2021-06-03"), ("Mayor jailed", "The Guardian", "2021-06-04")],
            id="Nexis Uni",
        ),
        pytest.param(
            f"Pupils in tents\nBy Jane Roe\n135 words\n3 June 2021\nThe Guardian\nGRDN\nEnglish\n© 2021.\n\n{SAID}\n\n"
            f"Document GRDN000020210603eh6300001\n\nMayor jailed\n99 words\n\n{SAID}\n\nDocument GRDN000020210604eh640002p",
            [("Pupils in tents", "", ""), ("Mayor jailed", "", "")],
            id="Factiva",
        ),
        pytest.param(
            f"Document 1 of 2\nHD Pupils in tents\nBY By Jane Roe\nWC 135 words\n\n{SAID}\n\nDocument 2 of 2\n"
            f"HEADLINE: Mayor jailed\n\n{SAID}",
            [("Pupils in tents", "", ""), ("Mayor jailed", "", "")],
            id="headlines as fields",
        ),
        pytest.param(
            f"==========\nTitle: Pupils in tents\nDate: 2021-06-03\n\n{SAID}\n\n==========\nTitle: Mayor jailed\n\n{SAID}",
            [("Pupils in tents", "", ""), ("Mayor jailed", "", "")],
            id="rules above fields",
        ),
        pytest.param(
            f"Pupils in tents\n\n{SAID}\n\n----------\n\nA second part\n\n{SAID}\n\n----------\n\n{SAID}",
            [("", "", "")],
            id="keeps: rules within one story",
        ),
        pytest.param(
            f"{SAID}\n\nTitle: a word\n\n----------\n\nBy Jane Roe", [("", "", "")], id="keeps: one rule alone"
        ),
        pytest.param(
            f"Title: A day at sea\n\nSource: AP\n\n{SAID}\n\n----------\n\nSource: the ministry",
            [("", "", "")],
            id="keeps: fields below the only rule, and no story",
        ),
        pytest.param(
            f"Title: Pupils in tents\nDate: 2021-06-03\n\n{SAID}\n\nTitle: Mayor jailed\nDate: 2021-06-04\n\n{SAID}",
            [("Pupils in tents", "", ""), ("Mayor jailed", "", "")],
            id="the same fields above each story",
        ),
        pytest.param(
            f"URL: a.example/1\nTitle: Pupils in tents\nDate: 2021-06-03\n\n{SAID}\n\nURL: a.example/2\nTitle: Mayor jailed\n"
            f"Date: 2021-06-04\n\n{SAID}",
            [("Pupils in tents", "", ""), ("Mayor jailed", "", "")],
            id="the address above each title",
        ),
        pytest.param(
            f"Date: 3 June\nPlace: the park\n\n{SAID}\n\nDate: 4 June\nPlace: the hall\n\n{SAID}",
            [("", "", "")],
            id="keeps: a programme, with no title",
        ),
        pytest.param(
            f"Pupils in tents – NPR\n\n{SAID}\n\n----------\n\nMayor jailed – BBC News\n\n{SAID}",
            [("Pupils in tents", "NPR", ""), ("Mayor jailed", "BBC News", "")],
            id="a rule above a headline and its publisher",
        ),
        pytest.param(
            f"Pupils in tents – NPR\n\n{SAID}\n\n----------\n\nMayor jailed – BBC News",
            [("Pupils in tents", "NPR", "")],
            id="keeps: a link below a rule, and no story",
        ),
        pytest.param(
            f"Title: A day at sea\n\n{SAID}\n\nTitle: A night at sea\n\n{SAID}",
            [("", "", "")],
            id="keeps: titles of books, with no field below",
        ),
        pytest.param(f"Document 1 of 1\n\n{SAID}", [("", "", "")], id="a story without a headline"),
    ],
)
def test_archive_is_split_and_its_headlines_are_recorded(text: str, found: list[tuple[str, str, str]]) -> None:
    assert started(text, NUMBERED, LAST_LINE) == found


@pytest.mark.parametrize(
    ("text", "headlines"),
    [
        pytest.param(
            f"Minsk rally grows – NPR\n\n{SAID}\n\n\nKiev waits for it – BBC News\n\n{SAID}",
            ["Minsk rally grows", "Kiev waits for it"],
            id="two blank lines",
        ),
        pytest.param(
            f"Minsk rally grows – NPR\n{SAID}\n{SAID}\n\n\nKiev waits for it – BBC News\n{SAID}\n{SAID}",
            ["Minsk rally grows", "Kiev waits for it"],
            id="two blank lines among single line breaks",
        ),
        pytest.param(
            f"Minsk\n\nMinsk rally grows – NPR\n\n{SAID}\n\n\n\nKiev\n\nKiev waits for it – BBC News\n\n{SAID}",
            ["Minsk rally grows", "Kiev waits for it"],
            id="with kickers",
        ),
        pytest.param(
            f"Minsk rally grows – NPR\n\n\n{SAID}\n\n\nKiev waits for it – BBC News\n\n\n{SAID}",
            ["Minsk rally grows"],
            id="keeps: two blank lines are usual here",
        ),
        pytest.param(
            f"Minsk rally grows – NPR\n\n{SAID}\n\n\nKiev waits for it – BBC News\n\nBelarus – BBC News",
            ["Minsk rally grows"],
            id="keeps: links below a story",
        ),
        pytest.param(
            f"{SAID}\n\n\nKiev waits for it – BBC News\n\n{SAID}", [""], id="keeps: a page that opens with no headline"
        ),
        pytest.param(
            f"Minsk rally grows – NPR\n\n{SAID}\n\n\nAn end – or a beginning\n\n{SAID}",
            ["Minsk rally grows"],
            id="keeps: a dash before what is no publisher",
        ),
    ],
)
def test_blank_lines_set_off_a_headline_with_a_known_publisher(text: str, headlines: list[str]) -> None:
    assert [article.metadata.headline for article in articles(text)] == headlines


@pytest.mark.parametrize(
    ("metadata", "headline_", "publisher"),
    [
        (Metadata("Mayor jailed | The Guardian", url="https://www.theguardian.com/x"), "Mayor jailed", "The Guardian"),
        (Metadata("Pupils in tents - BBC News", url="https://bbc.co.uk/1"), "Pupils in tents", "BBC News"),
        (Metadata("Rovers win | Ashdale Gazette", "Ashdale Gazette"), "Rovers win", "Ashdale Gazette"),
        (Metadata("Ashdale Gazette: Rovers win", "Ashdale Gazette"), "Rovers win", "Ashdale Gazette"),
        (Metadata("Rovers win · NPR", "NPR"), "Rovers win", "NPR"),
        (Metadata("Rovers win | News | NPR", "NPR"), "Rovers win | News", "NPR"),
        (Metadata("Rovers win", "bbc.co.uk"), "Rovers win", "BBC News"),
        (Metadata("Rovers win", "https://www.bbc.com/sport"), "Rovers win", "BBC News"),
        (Metadata("三座大桥通车_青江日报", "青江日报"), "三座大桥通车", "青江日报"),
        (Metadata("Trump - not Biden - ahead", "NPR"), "Trump - not Biden - ahead", "NPR"),
        (Metadata("Guardian of the Galaxy | A review", "NPR"), "Guardian of the Galaxy | A review", "NPR"),
        (Metadata("What the BBC knew", "BBC"), "What the BBC knew", "BBC"),
        (Metadata("NPR", "NPR"), "NPR", "NPR"),
    ],
)
def test_headline_loses_the_name_of_its_site(metadata: Metadata, headline_: str, publisher: str) -> None:
    found = articles("One paragraph.", metadata)[0].metadata
    assert (found.headline, found.publisher) == (headline_, publisher)


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Jane Roe", "Jane Roe"),
        ("By Jane Roe", "Jane Roe"),
        ("By JANE ROE", "JANE ROE"),
        ("By Jane Roe and John Doe", "Jane Roe, John Doe"),
        ("Jane Roe For Mailonline", "Jane Roe"),
        ("By Jane Roe for Daily Mail Australia and John Doe", "Jane Roe, John Doe"),
        ("Jane Roe for NPR", "Jane Roe"),
        ("https://www.facebook.com/bbcnews", ""),
        ("Jane Roe, https://www.theguardian.com/profile/jane-roe", "Jane Roe"),
        ("jane.roe@example.com (Jane Roe)", "Jane Roe"),
        ("Jane Roe (jane.roe@example.com)", "Jane Roe"),
        ("Jane Roe, Political Editor", "Jane Roe"),
        ("Jane Roe, BBC News", "Jane Roe"),
        ("BBC News", "BBC News"),
        ("Von Jürgen Müller", "Jürgen Müller"),
        ("Par Claire Besson et Jean Doux", "Claire Besson, Jean Doux"),
        ("Автор: Нина Платонова", "Нина Платонова"),
        ("Jane Roe | Updated: 12:00, 5 May 2020", "Jane Roe"),
        ("Byron Smith", "Byron Smith"),
        ("Vonda Shepard", "Vonda Shepard"),
        ("Anderson Cooper", "Anderson Cooper"),
        ("Martin Luther King Jr.", "Martin Luther King Jr."),
        ("", ""),
    ],
)
def test_author_is_a_name(author: str, names: str) -> None:
    assert articles("One paragraph.", Metadata(author=author))[0].metadata.author == names


STORY = "Tens of thousands of people marched through the centre of Minsk on Sunday, and the police stood by for hours."
LABELS = "\n\n".join(["Read More", "Sign up to our newsletter", "Image caption", "Advertisement", "Share this page"])


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        pytest.param(f"{LABELS}\n\nMinsk rally grows\n\n{STORY}", True, id="below furniture that goes"),
        pytest.param(f"{LABELS}\n\n{STORY} 1\n\n{STORY} 2\n\n{STORY} 3\n\n{STORY} 4\n\nMinsk rally grows", False, id="keeps: below the story"),
        pytest.param(f"{LABELS}\n\nMinsk rally grows as police look on\n\n{STORY}", False, id="keeps: more words"),
    ],
)  # fmt: skip
def test_headline_is_taken_where_it_is_near_the_top_when_furniture_is_gone(text: str, taken: bool) -> None:
    removals = edited(text, metadata=Metadata(headline="Minsk rally grows")).removals[0]
    assert any(removal.rule == "structure/headline-again" for removal in removals) == taken
