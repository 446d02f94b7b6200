"""A page becomes blocks: all of its text, each line once; those of the story apart, the rest in regions."""

from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.markup.clues import said_of, unseen
from etl.markup.features.catalogue import CONTEXT_FEATURES, LINE_FEATURES
from etl.markup.html import read_html
from etl.markup.prediction import explained, predict
from etl.markup.regions import PAGE_NAMES
from etl.markup.walk import lay_out
from etl.model import Page
from etl.packs.load import page_model
from etl.trees import Forest

PAGES = Path(__file__).parent / "pages"
MODEL = page_model()

PROSE = "The bridge was closed on Sunday after a barge with gravel struck its northern pier."
MORE = "Divers will look at the damage today, and the port authority will speak on Monday."
STORY = (
    "The Harbour Bridge was closed on Sunday after a barge with a load of gravel struck its northern pier, the port authority said.",
    "“We heard it in the kitchen,” said Dora Keel, who lives under the approach road and has seen three ships hit it since 1988.",
    "Engineers went down to the pier in the afternoon, and found that it had moved by eleven centimetres towards the bank.",
    "Until they know why, no one may cross, and the buses of lines 4 and 9 turn round in front of the old customs house.",
    "The authority will say on Monday how long the repairs take, and whether a ferry can carry the traffic until then.",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in STORY)
MENU = "<nav><ul><li><a href=/a>News</a><li><a href=/b>Sport</a><li><a href=/c>Culture</a></ul></nav>"
FOOTER = "<footer><ul><li><a href=/d>About us</a></ul><p>© 2026 Tidewater Media. All rights reserved.</p></footer>"


def page_with(story: str, title: str = "Harbour bridge shut") -> str:
    return f"<html><head><title>{title}</title></head><body>{MENU}<h1>{title}</h1>{story}{FOOTER}</body></html>"


def story_of(html: str) -> str:
    return kept(read_html(html, model=MODEL))


def kept(page: Page) -> str:
    gone = {one.block for one in page.outside if one.action != "tag"}
    return "\n\n".join(block.text for block in page.blocks if block.index not in gone)


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
        pytest.param(
            "<p>a<span style='color: red; display:block'>b</span>c</p>", ["a", "b", "c"], id="a span set as a block"
        ),
        pytest.param(
            "<p>a <span style='display: inline-block'>b</span></p>", ["a b"], id="keeps: a span set otherwise"
        ),
        pytest.param("<p>a <br> b</p>", ["a\nb"], id="keeps: one line break stays in the block"),
        pytest.param("<p>a<br> <br/>b</p>", ["a", "b"], id="two line breaks end the block"),
        pytest.param("<p><br>a<br></p>", ["a"], id="line breaks at the ends are no text"),
        pytest.param(
            "<pre>a  b\r\n  c\n \nd</pre>", ["a  b\n  c", "d"], id="preformatted lines stay, a blank one ends"
        ),
        pytest.param("<x-a>a</x-a><x-a>b</x-a>", ["a", "b"], id="custom elements break"),
        pytest.param("<p>a <x-a>b</x-a> c</p>", ["a b c"], id="keeps: a custom element in a line"),
        pytest.param("<p>a <button>B</button> c</p>", ["a c", "B"], id="a part in a line comes after the line"),
        pytest.param("<p>a <span hidden>b</span>c</p>", ["a c", "b"], id="hidden in a line comes after the line"),
        pytest.param("<p>a <i aria-hidden=true>b</i>c</p>", ["a bc"], id="keeps: what is only not read out"),
        pytest.param(
            "<p>a<b style='position:absolute;clip: rect(0px, 0px, 0px, 0px)'>b</b>c</p>",
            ["ac", "b"],
            id="cut to nothing",
        ),
        pytest.param("<p>a<span style='text-indent:-9999px'>b</span>c</p>", ["ac", "b"], id="beside the page"),
        pytest.param("<p>a<span style='left: -10px'>b</span>c</p>", ["abc"], id="keeps: a bit to the left"),
        pytest.param("<p>a<span class='icon sr-only'>b</span>c</p>", ["ac", "b"], id="words that are read out alone"),
        pytest.param("<p>a<span class=tooltiptext>b</span>c</p>", ["ac", "b"], id="words for those that point at some"),
        pytest.param("<h2>a<span class=sr-only>: </span>c</h2>", ["a: c"], id="keeps: the colon of a heading"),
        pytest.param(
            "<p><ruby>石油<rt>せきゆ</rt></ruby>など</p>", ["石油など", "せきゆ"], id="a reading above a word"
        ),
        pytest.param(
            "<p><ruby>石油<rp>（</rp><rt>せきゆ</rt><rp>）</rp></ruby>など</p>",
            ["石油（せきゆ）など"],
            id="keeps: a reading in brackets",
        ),
        pytest.param(
            "<p>a<script>b</script><style>c</style></p><template>d</template>", ["a"], id="markup is not text"
        ),
        pytest.param("<svg><text>a</text></svg><math><mi>x</mi><annotation>x</annotation></math>", ["x"], id="math is"),
        pytest.param(
            "<svg><g><text>a</text></g><p>b</p><b>c</b>d</svg>e",
            ["b", "cde"],
            id="but for what breaks out of a picture",
        ),
        pytest.param("<div><svg><path><p>b</p>c</div>", ["b", "c"], id="and for what follows it"),
        pytest.param("<svg><path><br>b<svg><img>c<p>d", ["bc", "d"], id="a break and an image break out of a picture"),
        pytest.param(
            "<svg><foreignObject>a<section>b</section></foreignObject><text>c</text></svg>d",
            ["a", "b", "d"],
            id="HTML within a picture is shown",
        ),
        pytest.param("<svg><desc>By <b>Sketch</b></desc><text>b</text></svg>c", ["c"], id="a description is not"),
        pytest.param(
            "<svg><style>a</style><p>b<svg><path/></svg>c</p>", ["bc"], id="or stands behind one that is not closed"
        ),
        pytest.param("a <annotation>b</annotation> c", ["a b c"], id="a note on a formula is shown without one"),
        pytest.param(
            "<math><mi>x</mi><annotation>y<p>b</p>c</math>d<p>e",
            ["x", "b", "cd", "e"],
            id="and ends at what breaks out of a formula",
        ),
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
    ("before", "after"),
    [
        pytest.param("<article>", "</article>", id="article"),
        pytest.param("<div>", "</div>", id="div"),
        pytest.param("<aside>", "</aside>", id="aside"),
        pytest.param("<header>", "</header>", id="header"),
        pytest.param("<form>", "</form>", id="form: old ASP.NET"),
        pytest.param("<div hidden>", "</div>", id="hidden"),
        pytest.param("<div style='display:none'>", "</div>", id="not shown"),
        pytest.param("<div aria-hidden=true>", "</div>", id="behind a dialog"),
        pytest.param("<div class=comments>", "</div>", id="class: comments"),
        pytest.param("<section id=respond>", "</section>", id="id: respond"),
        pytest.param("<table><tr><td>", "</table>", id="table"),
        pytest.param("<x-story>", "</x-story>", id="custom element"),
    ],
)
def test_a_marker_around_the_story_does_not_condemn_it(before: str, after: str) -> None:
    text = story_of(page_with(before + PARAGRAPHS + after))
    assert [part for part in STORY if part not in text] == []
    assert "About us" not in text
    assert "Sport" not in text


@pytest.mark.parametrize(
    ("part", "line"),
    [
        pytest.param("<h2>{}</h2>", "What is known so far", id="subhead"),
        pytest.param("<p>{}</p>", "Then it was quiet.", id="short paragraph"),
        pytest.param("<p>{}</p>", "“No,” he said.", id="short quotation"),
        pytest.param("<p>{}</p>", "“Harbour bridge shut.”", id="a line that has the words of the headline"),
        pytest.param("<blockquote><p>{}</p></blockquote>", "We shall build it again, and this time we shall build it of stone.", id="quotation"),
        pytest.param("<ul><li>{}</li><li>The barge is held in the inner harbour until Monday.</li></ul>", "No one was hurt when the barge struck the pier.", id="list"),
        pytest.param("<story-text>{}</story-text>", "A petition with more than two thousand names was handed to the council last week.", id="custom element"),
        pytest.param("<div class=pollution><p>{}</p></div>", "A petition with more than two thousand names was handed to the council last week.", id="pollution is no poll"),
        pytest.param("<div class=related-text><p>{}</p></div>", "A petition with more than two thousand names was handed to the council last week.", id="a box called related, without links"),
        pytest.param("<table><tr><td><a href=/x>Pier one</a><td>{}</table>", "It moved by eleven centimetres towards the bank.", id="a table with links"),
        pytest.param("<h4><button aria-expanded=false>Who pays for the pier?</button></h4><div hidden=until-found><p>{}</p></div>", "The owner of the barge does, up to the value of its cargo.", id="an answer that a search in the page finds"),
        pytest.param("<div class=mw-heading><h2>{}</h2><span>[<a href=/e>edit</a>]</span></div>", "History", id="a heading beside a link to edit it"),
        pytest.param("<p style='display:none' class=wall>{}</p>", "A petition with more than two thousand names was handed to the council last week.", id="a paragraph that is not shown, among others"),
        pytest.param("<div>{}</div>", "A petition with more than two thousand names was handed to the council last week.", id="bare div"),
        pytest.param("<div class=newsletter><h3>Get the Chronicle in your inbox</h3><p>Sign up for our free daily newsletter.</p></div><p>Asked if more would follow, she said: “No.”</p><table><tr><th>Library</th><th>{}</th></tr><tr><td>Armley</td><td>41,200</td></tr><tr><td>Bramley</td><td>22,918</td></tr></table>", "Visits 2025", id="headings of columns"),
    ],
)  # fmt: skip
def test_parts_of_the_story_stay(part: str, line: str) -> None:
    body = PARAGRAPHS.replace("</p><p>Until", f"</p>{part.format(line)}<p>Until")
    assert line in story_of(page_with(f"<article>{body}</article>"))


TEASER = "<div class=card><a href=/x><h4>{}</h4></a></div>"


@pytest.mark.parametrize(
    ("furniture", "line"),
    [
        pytest.param("<figure><img src=a><figcaption>{}</figcaption></figure>", "The bridge on Sunday. Photograph: Cleo Lens", id="caption"),
        pytest.param("<div class=wp-caption><img src=a><p class=wp-caption-text>{}</p></div>", "The bridge on Sunday, seen from the old customs house", id="caption by class"),
        pytest.param("<div>" + "".join(TEASER.format(f"{name} elected mayor of the lighthouse") for name in ("Cat", "Dog", "Gull")) + TEASER + "</div>", "Pupil numbers have fallen again", id="teasers"),
        pytest.param("<nav><a href=/y>{}</a></nav>", "More from the harbour", id="links"),
        pytest.param("<div role=dialog><p>{}</p></div>", "We and our partners use cookies to show you advertising that fits your interests.", id="consent"),
        pytest.param("<div class=newsletter><p>{}</p><form><input><button>Sign up</button></form></div>", "Sign up for our newsletter and never miss a story from the harbour.", id="promotion"),
        pytest.param("<select><option>{}</option></select>", "Choose a county", id="control"),
        pytest.param("<noscript><p>{}</p></noscript>", "Please turn on JavaScript to read the comments of our readers.", id="noscript"),
        pytest.param("<p>[&nbsp;<a href=/x>How a pier is built</a>&nbsp;]</p>", "How a pier is built", id="a link in brackets"),
        pytest.param("<div class=yarpp-related><ol><li><a href=/x>How a pier is built</a> <small>{}</small><li><a href=/y>Ferry fares go up again</a></ol></div>", "A short guide to piles, caps and patience.", id="a list of other stories by its name"),
        pytest.param("<h4>More</h4><table><tr><th><a href=/x>How a pier is built</a> (0)<td>2.5.<tr><th><a href=/y>{}</a><td>1.5.</table>", "Ferry fares go up again", id="a table of links at the end"),
        pytest.param("<ul class=gallery><li><img src=a><p>{}</p></li><li><img src=b><p>The pier from the other bank</p></li></ul>", "The bridge on Sunday, in fog", id="a gallery"),
        pytest.param("<div class=toc><ul><li><a href=#a>What the divers found</a><li><a href=#b>{}</a></ul></div>", "What comes next for drivers", id="a table of contents"),
        pytest.param("<div class=poll><h4>{}</h4><label><input type=radio>Yes, at once</label></div>", "Should the bridge be built anew?", id="a poll"),
        pytest.param("<div class=sr-only>{}</div>", "Skip to the article below the gallery", id="words for screen readers"),
        pytest.param("<div class=author-box><p>{}</p></div>", "Ada Quill has written about the harbour for this paper since 2014.", id="a biography"),
        pytest.param("<ul class=photo-gallery><li><img src=a><p>The pier.</p><small>{}</small></li></ul>", "Picture 2 of 3 | Cleo Lens", id="a count in a gallery"),
        pytest.param("<p><a href=/t>#harbour</a> <a href=/u>#barge</a></p>", "#barge", id="hashtags"),
    ],
)  # fmt: skip
def test_furniture_among_the_story_goes(furniture: str, line: str) -> None:
    body = PARAGRAPHS + furniture.replace("{}", line)
    text = story_of(page_with(f"<article>{body}</article>"))
    assert line not in text
    assert [part for part in STORY if part not in text] == []


@pytest.mark.parametrize(
    "lead",
    [
        pytest.param("<h1>{title}</h1><p>{lead}</p>", id="that says the headline again"),
        pytest.param(
            "<div class=top><img src=a><div class=intro-text><b>{lead}</b></div></div>", id="beside a picture"
        ),
        pytest.param(
            "<div data-name=standfirst><p>{lead}</p></div>", id="that an attribute names, without a full stop"
        ),
    ],
)
def test_a_lead_in_an_unusual_place_stays(lead: str) -> None:
    said = "The harbour bridge shut on Sunday, after a barge with a load of gravel had struck its northern pier"
    end = "" if "data-name" in lead else "."
    story = lead.format(title="Harbour bridge shut", lead=f"{said}{end}") + f"<div class=rest>{PARAGRAPHS}</div>"
    assert said in story_of(f"<title>Harbour bridge shut</title>{MENU}{story}{FOOTER}")


def test_a_story_for_browsers_without_scripts_is_read() -> None:
    shell = "<div id=app>Loading</div><script>start()</script>"
    assert story_of(page_with(f"{shell}<noscript><article>{PARAGRAPHS}</article></noscript>")) == story_of(
        page_with(f"{shell}<article>{PARAGRAPHS}</article>")
    )


COMMENT = "<div class=item><span class=who>Reader {0}</span><p>I took that bridge to school for {0} years, and nobody ever asked us what we needed.</p><a href=#>Reply</a></div>"


@pytest.mark.parametrize(
    "group",
    [
        pytest.param("<div class='fb-discussion'>{}</div>", id="a discussion longer than the story"),
        pytest.param("<section id=comments>{}</section>", id="comments"),
        pytest.param("<div class=w2>{}</div>", id="comments in a box that says nothing, each with a link to reply"),
        pytest.param("<div class=nodebb-posts>{}</div>", id="a system of comments"),
        pytest.param("<table class=NewsComments><tr><td>{}</table>", id="comments in a table"),
    ],
)  # fmt: skip
def test_what_readers_say_below_a_story_is_not_its_text(group: str) -> None:
    comments = "".join(COMMENT.format(number) for number in range(3, 15))
    text = story_of(page_with(f"<article>{PARAGRAPHS}</article>{group.replace('{}', comments)}"))
    assert [part for part in STORY if part not in text] == []
    assert "nobody ever asked us" not in text


@pytest.mark.parametrize("element", ["article", "main", "section", "div"])
def test_a_page_may_leave_out_html_head_and_body(element: str) -> None:
    page = f"<!doctype html><title>Harbour bridge shut</title><style>p {{}}</style><{element}>{PARAGRAPHS}</{element}>"
    assert story_of(page) == "\n\n".join(STORY)


def test_what_stands_outside_is_one_entry_a_region() -> None:
    page = read_html(page_with(f"<article>{PARAGRAPHS}</article>"), model=MODEL)
    named = {page.blocks[one.block].text.split("\n")[0]: one.rule for one in page.outside}
    assert named == {"News": "page/nav", "Harbour bridge shut": "page/headline", "About us": "page/footer"}
    assert {one.rule for one in page.outside} <= set(PAGE_NAMES)


BODY = "\\n\\n".join(STORY)
BRIEF = "One lane of the coast road is shut after a lorry shed its load of carrots."
LINKED = '<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": "%s"%s}</script>'


@pytest.mark.parametrize(
    ("shown", "more", "status", "tags"),
    [
        pytest.param("<div id=root>Loading</div>", "", "", ["article-body"] * 5, id="a shell"),
        pytest.param(f"<p>{STORY[0]}</p>", "", "", ["article-body"] * 5, id="a teaser"),
        pytest.param(PARAGRAPHS, "", "", ["p"] * 5, id="keeps: the page shows it"),
        pytest.param(PARAGRAPHS, ', "isAccessibleForFree": false', "paywalled", ["p"] * 5, id="paywalled"),
    ],
)
def test_article_body_is_the_story_of_a_page_that_does_not_show_it(
    shown: str, more: str, status: str, tags: list[str]
) -> None:
    page = read_html(page_with(LINKED % (BODY, more) + f"<main>{shown}</main>"), model=MODEL)
    assert kept(page) == "\n\n".join(STORY)
    assert [block.tag for block in page.blocks if block.text in STORY][:5] == tags
    assert page.status == status


@pytest.mark.parametrize(
    ("shown", "story"),
    [
        pytest.param(
            "<noscript>Please enable JavaScript to read this page, then load it again.</noscript>", BRIEF, id="a shell"
        ),
        pytest.param(PARAGRAPHS, "\n\n".join(STORY), id="keeps: a page with prose of its own"),
    ],
)
def test_a_brief_in_the_article_body_is_the_story_of_a_page_without_prose(shown: str, story: str) -> None:
    assert kept(read_html(page_with(LINKED % (BRIEF, "") + f"<main>{shown}</main>"), model=MODEL)) == story


def test_a_page_whose_prose_was_all_taken_for_furniture_is_suspect() -> None:
    outside = f"<footer><div class='legal cookie-notice' hidden>{PARAGRAPHS}</div></footer>"
    page = read_html(f"<body>{MENU}{outside}</body>", model=MODEL)
    assert kept(page) or page.status == "suspect"


def test_contributions_add_up_to_the_score_of_every_line() -> None:
    assert MODEL
    for path in sorted(PAGES.glob("*.html")):
        layout = lay_out(path.read_text(encoding="utf-8"))
        prediction = predict(layout, said_of(layout.clues), MODEL)
        assert prediction
        for line, odds in enumerate(prediction.odds.tolist()):
            bias, parts = explained(prediction, MODEL, line)
            assert bias + sum(value for _, value in parts) == odds


STEPS = ("Whisk the eggs with the sugar until pale.", "Fold in the flour, then bake for forty minutes.")
RECIPE = (
    '<script type="application/ld+json">{"@type": "Recipe", "recipeIngredient": ["3 large eggs from hens", "salt"],'
    f'"recipeInstructions": [{{"@type": "HowToStep", "text": "{STEPS[0]}"}}, {{"@type": "HowToStep", "text": "{STEPS[1]}"}}]}}'
    "</script>"
)
CARD = (
    "<div class=rcp-box><ul><li class=rcp-ing>3 large eggs from hens<li class=rcp-ing>salt</ul>"
    f"<div class=rcp-txt>{STEPS[0]}</div><div class=rcp-txt>{STEPS[1]}</div></div>"
)


def test_what_a_page_has_as_ingredients_and_steps_is_story() -> None:
    found = story_of(page_with(RECIPE + f"<aside>{MENU}<a href=/s>Salt</a></aside>" + PARAGRAPHS + CARD))
    assert [text for text in ("3 large eggs from hens", "salt", *STEPS) if text not in found.split("\n\n")] == []
    assert "Salt" not in found


def test_no_feature_has_the_name_of_another() -> None:
    assert LINE_FEATURES.keys() & CONTEXT_FEATURES.keys() == set()


def test_features_are_documented_and_computed() -> None:
    assert MODEL
    layout = lay_out(page_with(PARAGRAPHS))
    prediction = predict(layout, said_of(layout.clues), MODEL)
    assert prediction
    assert {*LINE_FEATURES, *CONTEXT_FEATURES} <= set(prediction.page.columns)
    for forest, known in ((MODEL.first, LINE_FEATURES), (MODEL.second, {**LINE_FEATURES, **CONTEXT_FEATURES})):
        assert isinstance(forest, Forest)
        assert [name for name in forest.features if name not in known] == []
    assert LINE_FEATURES["in-aside"] == "1 if it is inside an aside"


def test_columns_are_numbers_on_every_page() -> None:
    for html in ("<p>x", "<p>x<p>y", f"<p>{PROSE}", "<a href=/>x</a>", "<select><option>x</select><p>y"):
        layout = lay_out(html)
        prediction = predict(layout, said_of(layout.clues), MODEL) if MODEL else None
        assert prediction
        for name, column in prediction.page.columns.items():
            assert np.isfinite(column).all(), name


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        pytest.param(".a{display:none}", {".a"}, id="a class"),
        pytest.param("#a, .b { color: red; visibility : hidden }", {"#a", ".b"}, id="a list"),
        pytest.param("@media print{.a{display:none}}", set(), id="keeps: on paper alone"),
        pytest.param(".a .b{display:none}", set(), id="keeps: inside another"),
        pytest.param(".a:hover{display:none}", set(), id="keeps: at times"),
        pytest.param(".a{display:none;top:0;display:none} .b{x:y} .c{top:0;display:none}", {".a", ".c"}, id="twice"),
        pytest.param(f"{'.a,' * 30_000}.b{{{'display:none;' * 3_000}}}", {".a", ".b"}, id="a list, again and again"),
        pytest.param(".a{display:none}" + "@" * 100_000, {".a"}, id="a rule without an end, again and again"),
        pytest.param(".a{display:none}" + "/* " * 60_000, {".a"}, id="comments without an end"),
    ],
)
def test_style_sheets_hide_classes(style: str, hidden: set[str]) -> None:
    start = process_time()
    assert unseen(style) == hidden
    assert process_time() - start < 5  # in quadratic time, 20 and more


@pytest.mark.slow
@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 100_000 + f"<p>{PROSE}</p>" + "</div>" * 100_000 + f"<p>{MORE}</p>", id="divs"),
        pytest.param("<b><i>" * 20_000 + PROSE + f"<p>{MORE}", id="inline elements that stay open"),
        pytest.param(f"<p>{PROSE}</p>" + "<a><table><tr><td><b>" * 2_000 + f"<p>{MORE}</p>", id="misnested tables"),
        pytest.param("<pre>" * 20_000 + f"{PROSE}</pre>{MORE}", id="preformatted"),
        pytest.param(f"<p {' '.join(f'a{n}=1' for n in range(300_000))}>{PROSE}</p><p>{MORE}", id="300,000 attributes"),
        pytest.param(f"<p {' '.join(f'a{n}={chr(34)}<>{chr(34)}' for n in range(60_000))}>{PROSE}</p><p>{MORE}", id="brackets in attributes"),
        pytest.param(f"<p>{PROSE[:9]}\0{PROSE[9:]}</p>\0<p>{MORE}", id="NULs"),
        pytest.param(f"<script>for(;i<n;)x=/{chr(34)}/;{'i=0; ' * 9_000}</script><p id={chr(34)}a{chr(34)}>{PROSE}</p><p>{MORE}</p>", id="a script with <"),
        pytest.param(f"<!-- i<n {chr(34)} {'x ' * 20_000} --><p id={chr(34)}a{chr(34)}>{PROSE}</p><p>{MORE}", id="a comment with <"),
        pytest.param(f"<title>i<n {chr(34)} {'x ' * 20_000}</title><p id={chr(34)}a{chr(34)}>{PROSE}</p><p>{MORE}</p>", id="a title with <"),
        pytest.param(f"<title><script></title><p {' '.join(f'a{n}=1' for n in range(300_000))}>{PROSE}</p><p>{MORE}</script>", id="attributes behind a title"),
        pytest.param(f"<p>{PROSE}<plaintext>{MORE}", id="plaintext"),
        pytest.param('<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + f"<p>{PROSE}</p><p>{MORE}", id="entities"),
    ],
)  # fmt: skip
def test_no_page_loses_text_or_takes_long(html: str) -> None:
    start = process_time()
    texts = [block.text for block in read_html(html).blocks]
    assert [text for text in texts if text in (PROSE, MORE)] == [PROSE, MORE]
    assert process_time() - start < 20


@pytest.mark.slow
@pytest.mark.parametrize(
    "rest",
    [
        pytest.param("<div hidden><p>a</p>" * 16_000, id="hidden boxes, one within the other"),
        pytest.param(
            "<table><td>" + "<p><a href=/a>How a pier is built</a></p>" * 9 + "<td>" + f"<div><p>{MORE}</p>" * 20_000,
            id="boxes, one within the other, beside a menu",
        ),
    ],
)
def test_judging_takes_time_in_proportion_to_the_depth_of_a_page(rest: str) -> None:
    start = process_time()
    read_html(f"<article><h1>Title of a story</h1><p>{PROSE}</p></article>{rest}", model=MODEL)
    assert process_time() - start < 15  # in quadratic time, 25


@pytest.mark.slow
def test_judging_takes_time_in_proportion_to_the_lines_of_a_page() -> None:
    title = f"<meta property=og:title content='{'a - ' * 50_000}'>"
    rows = f"<p>{PROSE} <a href=/a>How a pier is built today</a></p>" * 15_000
    start = process_time()
    read_html(f"{title}<div class=related>{rows}</div>", model=MODEL)
    assert process_time() - start < 15


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


@given(st.lists(trees, max_size=5).map("".join), st.booleans())
@settings(deadline=None)
def test_books_every_word_is_in_exactly_one_block(html: str, is_judged: bool) -> None:
    page = read_html(f"<body>{html}</body>", model=MODEL if is_judged else None)
    texts = [block.text for block in page.blocks]
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


@pytest.mark.parametrize("name", ["shadowrootmode", "shadowroot"])
def test_a_story_in_a_declarative_shadow_root_is_read(name: str) -> None:
    page = f"<x-story><template {name}=open>{'<p>The gates of the mill were shut on Friday.' * 3}</template></x-story>"
    assert "The gates of the mill" in " ".join(block.text for block in read_html(page).blocks)


def test_a_place_to_jump_to_is_no_link() -> None:
    lines = lay_out("<p>A<p><a name=top>A tram<p>A bus</a><p><a name=b href=/b>A boat</a><p><a>Menu</a>").lines
    assert [line.linked for line in lines] == [0, 0, 0, 6, 4]


@pytest.mark.parametrize(
    ("page", "texts"),
    [
        (
            "<p><img><em class=img_desc>A tram</em>It left.<p>On <em class=img_desc>time</em>.",
            ["A tram", "It left.", "On time."],
        ),
        ("<p><img><em>A tram</em> left.", ["A tram left."]),
    ],
)
def test_a_caption_in_a_line_stands_apart(page: str, texts: list[str]) -> None:
    assert [line.text for line in lay_out(page).lines] == texts
