"""A page becomes blocks: all of its text, each run once, with its part on the page."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.markup.html import read_html

PAGES = Path(__file__).parent / "pages"

PROSE = "The bridge was closed on Sunday after a barge with gravel struck its northern pier."
MORE = "Divers will look at the damage today, and the port authority will speak on Monday."

STORY = """\
header      The Tidewater Courier
button      Menu
nav         News
nav         Sport
dialog      We use cookies
outside     Harbour bridge shut
outside     Thousands face
outside     ShareTweet
figcaption  The bridge on Sunday. Photograph: Cleo Lens
p           The Harbour Bridge was closed on Sunday after a barge with a load of gravel struck
p           “We heard it in the kitchen,” said Dora Keel, who lives under the approach road.
hidden      Keel, D.
aside       Read more: Ferries to run
h2          What is known
li          No one was hurt
li          The barge is held
p           The pier has moved
div         Edda Plumb, engineer
caption     Closures since 2001
th          Year
th          Days
td          2001
td          14
form        Your email
form        Sign up
p           The authority will say
comments    2 comments
comments    I have said for years
aside       Most read
aside       Cat elected mayor
footer      © 2026
footer      English
footer      Cymraeg
noscript    Please turn on
"""
GRAPH = """\
outside     Startseite Abo
h1          Brücke gesperrt
div         Nach dem Unfall
div         Taucher prüfen
div         Die Fähren fahren
div         Am Montag will
outside     Katze wird Bürgermeisterin Leuchtturm verkauft
"""
FORM = """\
outside     Home
h1          Ferry to run
p           The ferry will run
pre         Leaves    Arrives
pre         23.00     23.25
p           Bicycles are carried
form        Write to
"""


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param("story", STORY, id="a story among everything a news page has"),
        pytest.param("graph", GRAPH, id="paragraphs between breaks, no <p> at all"),
        pytest.param("form", FORM, id="the whole page in one form and one table"),
    ],
)
def test_page_gives_blocks_in_reading_order(page: str, expected: str) -> None:
    blocks = read_html((PAGES / f"{page}.html").read_text(encoding="utf-8")).blocks
    lines = expected.splitlines()
    assert [f"{block.tag:12}{block.text}"[: len(line)] for block, line in zip(blocks, lines, strict=True)] == lines


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        pytest.param("<p>one\n\t two</p>", ["one two"], id="white space collapses"),
        pytest.param("<p>100\xa0000</p>", ["100\xa0000"], id="keeps: a no-break space is none of it"),
        pytest.param("<p>a <b>bar</b>ge</p>", ["a barge"], id="inline elements join"),
        pytest.param("<p>a<!-- b -->c</p>", ["ac"], id="a comment joins"),
        pytest.param("<ul><li>a<li>b</ul>", ["a", "b"], id="items break"),
        pytest.param("<div>a<p>b</p>c</div>", ["a", "b", "c"], id="text between blocks is a block"),
        pytest.param("<div>a<hr>b</div>", ["a", "b"], id="a rule breaks"),
        pytest.param("<p>a <br> b</p>", ["a\nb"], id="keeps: one line break stays in the block"),
        pytest.param("<p>a<br> <br/>b</p>", ["a", "b"], id="two line breaks end the block"),
        pytest.param("<p><br>a<br></p>", ["a"], id="line breaks at the ends are no text"),
        pytest.param(
            "<pre>a  b\r\n  c\n \nd</pre>", ["a  b\n  c", "d"], id="preformatted lines stay, a blank one ends"
        ),
        pytest.param("<p>a <button>B</button> c</p>", ["a c", "B"], id="a part in a line comes after the line"),
        pytest.param("<p>a <span hidden>b</span>c</p>", ["a c", "b"], id="hidden in a line comes after the line"),
        pytest.param("<p>a <i aria-hidden=true>b</i>c</p>", ["a bc"], id="keeps: what is only not read out"),
        pytest.param("<p>a<script>b</script><style>c</style></p><template>d</template>", ["a"], id="markup is no text"),
        pytest.param("<svg><text>a</text></svg><math><mi>x</mi><annotation>x</annotation></math>", ["x"], id="math is"),
        pytest.param("a</body>b</html>c", ["a", "b", "c"], id="text after the end of the page"),
        pytest.param("&lt;b&gt; &amp;amp;", ["<b> &amp;"], id="entities are characters, once"),
        pytest.param("lone \ud83d half", ["lone \ufffd half"], id="half a surrogate pair"),
        pytest.param("news.txt", ["news.txt"], id="keeps: no markup, and looks like a path"),
        pytest.param(
            "<?xml version='1.0' encoding='utf-16'?><rss>é</rss>", ["é"], id="keeps: XML, whatever it declares"
        ),
        pytest.param("", [], id="nothing"),
    ],
)
def test_text_is_cut_where_a_browser_breaks(html: str, texts: list[str]) -> None:
    assert [block.text for block in read_html(html).blocks] == texts


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        pytest.param("<nav>X</nav>", "nav", id="by element"),
        pytest.param("<div role=navigation>X</div>", "nav", id="by role"),
        pytest.param("<div id=disqus_thread><p>X</p></div>", "comments", id="by id"),
        pytest.param("<div class='box comments'>X</div>", "comments", id="by a word of the class"),
        pytest.param("<p class='comments-off'>X</p>", "p", id="keeps: half a word of the class"),
        pytest.param("<p style='display : none'>X</p>", "hidden", id="not shown"),
        pytest.param("<p aria-hidden=true>X</p>", "hidden", id="not read out"),
        pytest.param("<p style='display: block'>X</p>", "p", id="keeps: shown"),
        pytest.param("<footer><nav hidden>X</nav></footer>", "nav", id="the strongest of three"),
        pytest.param("<aside><button>X</button></aside>", "button", id="the inner, when it is the stronger"),
        pytest.param("<header>X</header>", "div", id="keeps: a header in the container"),
        pytest.param("<blockquote><footer>X</footer></blockquote>", "div", id="keeps: the source of a quotation"),
        pytest.param("<blockquote>X</blockquote>", "blockquote", id="keeps: a quotation"),
        pytest.param("<table><tr><td>X</table>", "td", id="keeps: a table"),
        pytest.param("<custom-box>X</custom-box>", "div", id="keeps: an element nobody knows"),
    ],
)
def test_tag_is_the_part_on_the_page(html: str, tag: str) -> None:
    page = read_html(f"<body><header>Site</header><div><p>{PROSE}</p>{html}<p>{MORE}</p></div></body>")
    assert [block.tag for block in page.blocks if block.text == "X"] == [tag]
    assert [block.tag for block in page.blocks if block.text in (PROSE, MORE, "Site")] == ["header", "p", "p"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("<form>", "</form>", id="form"),
        pytest.param("<header>", "</header>", id="header"),
        pytest.param("<aside>", "</aside>", id="aside"),
        pytest.param("<table><tr><td>", "</table>", id="table"),
        pytest.param("<article><section><div>", "</div></section></article>", id="sections"),
    ],
)
def test_what_holds_the_article_is_no_furniture(before: str, after: str) -> None:
    page = read_html(f"<nav>Home</nav>{before}<div><p>{PROSE}</p><p>{MORE}</p></div>{after}")
    assert [block.tag for block in page.blocks] == ["nav", "p", "p"]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param("<li><a>News</a></li>" * 40, id="a long menu that is no <nav>"),
        pytest.param("<p><a href=/x>The mayor of the lighthouse is a cat, voters say.</a></p>" * 9, id="teasers"),
        pytest.param(
            f"<div id=onetrust-consent-sdk>{'<p>We and our partners use cookies.</p>' * 30}</div>", id="consent"
        ),
        pytest.param(
            f"<div class=comments>{'<p>I have said so for years, and no one heard.</p>' * 30}</div>", id="comments"
        ),
    ],
)
def test_container_is_the_story_and_not_what_stands_beside_it(beside: str) -> None:
    page = read_html(f"<div><div>{beside}</div><div><p>{PROSE}</p><p>{MORE}</p></div><div>{beside}</div></div>")
    inside = [block.text for block in page.blocks if block.tag == "p"]
    assert inside == [PROSE, MORE]


def test_page_without_prose_is_all_container() -> None:
    assert [block.tag for block in read_html("<nav>Home</nav><div>Loading</div><p>Wait").blocks] == ["nav", "div", "p"]


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 20_000 + f"<p>{PROSE}</p>" + "</div>" * 20_000 + f"<p>{MORE}</p>", id="divs"),
        pytest.param("<b><i>" * 20_000 + PROSE + f"<p>{MORE}", id="inline elements that stay open"),
        pytest.param(f"<p>{PROSE}</p>" + "<a><table><tr><td><b>" * 2_000 + f"<p>{MORE}</p>", id="misnested tables"),
        pytest.param("<pre>" * 20_000 + f"{PROSE}</pre>{MORE}", id="preformatted"),
    ],
)
def test_no_depth_loses_text(html: str) -> None:
    assert [block.text for block in read_html(html).blocks] == [PROSE, MORE]


ELEMENTS = (
    *(
        "div",
        "p",
        "span",
        "a",
        "b",
        "li",
        "ul",
        "table",
        "tr",
        "td",
        "h1",
        "article",
        "section",
        "main",
        "center",
        "form",
    ),
    *(
        "nav",
        "footer",
        "aside",
        "header",
        "button",
        "noscript",
        "iframe",
        "select",
        "option",
        "textarea",
        "dialog",
        "menu",
    ),
    *(
        "figure",
        "figcaption",
        "audio",
        "video",
        "object",
        "blockquote",
        "pre",
        "custom-box",
        "span hidden",
        "p aria-hidden=true",
    ),
)
MARKUP = ("", "<br>", "<hr>", "<img>", "\n", "<!-- note -->", "<script>no()</script>", "</div>", "</p>", "&nbsp;")

trees = st.recursive(
    st.sampled_from(MARKUP).map(lambda markup: f"{markup}word "),
    lambda inner: st.tuples(st.sampled_from(ELEMENTS), st.lists(inner, max_size=4)).map(
        lambda tree: f"<{tree[0]}>{''.join(tree[1])}</{tree[0].split()[0]}>"
    ),
    max_leaves=30,
)


@given(st.lists(trees, max_size=5).map("".join))
def test_books_every_word_is_in_exactly_one_block(html: str) -> None:
    texts = [block.text for block in read_html(f"<body>{html}</body>").blocks]
    assert sum(text.count("word") for text in texts) == html.count("word")
    assert not any("no()" in text for text in texts if "<" not in text)


@given(st.lists(trees, max_size=5).map("".join))
def test_page_is_its_blocks_and_each_knows_its_place(html: str) -> None:
    page = read_html(html)
    assert page.text == "\n\n".join(block.text for block in page.blocks)
    for index, block in enumerate(page.blocks):
        assert block.index == index
        assert block.text == block.text.strip() == page.text[block.char_start : block.char_end]
        assert block.text and "\n\n" not in block.text
        assert block.line == page.text.count("\n", 0, block.char_start) + 1
