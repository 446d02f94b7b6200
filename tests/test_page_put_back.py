"""Lines of a story that stand in odd boxes among its others, and furniture that stands among them."""

import pytest

import etl
from etl.markup.asides import asides, headings_alone
from etl.markup.clues import Said
from etl.markup.folds import folded, unfolded
from etl.markup.layout import Layout
from etl.markup.put_back import alike, enclosed, headed, in_one_box, items, numbered, tabular, whole
from etl.markup.put_back import section as below
from etl.markup.walk import lay_out

NAV = "<header><div class=css-n><a href=/1>Home</a><a href=/2>Local</a><a href=/3>Sport</a></div></header>"
FOOT = "<footer><p>© 2026 Portside Mail. All rights reserved.</p></footer></body></html>"
TITLE = "Seven in court over quay fire"
HEAD = f"<html lang=en><head><title>{TITLE} - Portside Mail</title></head><body>"
ASIDE = (
    "<div class=css-side><div>Most read</div>"
    + "".join(f"<a href=/m{n}><div>{title}</div></a>" for n, title in enumerate(("Bridge shut", "A new park", "Fares")))
    + "</div>"
)
COURT = "District judge Amir Sethi sent the case to the crown court, where it will be heard in March."
FIRE = "Seven people have appeared in court, charged over the fire that destroyed the old quay warehouse."
PLEA = "None of the others entered a plea before the hearing was over."
BROTHERS = "On Monday, two brothers from Dock Road both denied a charge of arson with intent."
NOTE = "A pier is a pillar that carries the load of a bridge, and a cap is what it wears."
NAMES = ("Ryan Stokes, 34, of Dock Road", "Carla Jansen, 28, of no fixed address")


def block(number: int, text: str) -> str:
    """Return a paragraph as a framework writes it: its own class is the same for all, that around it never."""
    return f'<div class="css-{number:x} Block_wrap__{number}"><div class=css-1yg><span class=css-8j>{text}</span></div></div>'


def wrapped(*texts: str) -> str:
    return "".join(block(4000 + 37 * number, text) for number, text in enumerate(texts))


PROMO = "<div class=css-promo9><div class=css-ttl>The Mail at breakfast</div><div class=css-sub>All of it, each day.</div></div>"
LINKED = f"<a href=/earlier><strong>{BROTHERS}</strong></a>"
WRAPPERS = (
    f"{NAV}<div class=css-main><h1>{TITLE}</h1><div class=css-by><span>By </span><a href=/a>Bronwen Achebe</a></div>"
    f"<div class=css-body1>{wrapped(FIRE, LINKED, *NAMES)}{PROMO}{wrapped(PLEA, COURT)}</div></div>{ASIDE}"
)
SECTIONS = ("Wer nachts am Kai steht, hört zuerst die Möwen.", "Dann kommen die Lastwagen.", "Er verkauft hier Fisch.")
MORE = ("Der Senat will das Gelände räumen.", "Dort sollen Wohnungen entstehen.", "»Abwarten«, sagt er am Kai.")
LEAD = "Seit sechs Jahrzehnten verkauft Hinrich Boysen Fisch. Nun soll er gehen."


def section(*texts: str) -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in texts)
    return f"<section class=relative><div class=lg:mx-auto><div class='RichText font-brandUI'>{paragraphs}</div></div></section>"


RELATED = "<section><div><span>Mehr</span><article><a href=/r><span>Bad bleibt zu</span></a></article></div></section>"
STUB = (
    f"{NAV}<main><article><header><h2>{TITLE}</h2><div class=leading-loose>{LEAD}</div></header>"
    f"<div>{section(*SECTIONS)}{RELATED}{section(*MORE)}</div></article></main>"
)
TABLE = (
    "<table width=780><tr><td width=460><font size=5><b>Appeal court restores fishing rights</b></font><br><br>"
    f"{FIRE}<br><br>{PLEA}<br><br>{COURT}<br><br>{BROTHERS}</td>"
    "<td width=200><b>Most popular</b><br><a href=/1>Bridge repairs to close Route 9</a><br><a href=/2>Teacher of the year</a>"
    "<br><a href=/3>What the new parking app means</a><br><br>Nobody in the county has more readers than this paper.</td></tr></table>"
)
CHINESE = ("1月15日傍晚，运行了九十一年的老渡口完成了最后一班航行。", "船上只有十一名乘客，他们都是镇上的老人。")
DRUPAL = (
    "<article><h1>老渡口停航</h1><div class='field field--name-field-caption field__item'>周一清晨的码头，货车尚未到达。</div>"
    f"<div class='field field--name-body'>{''.join(f'<p>{text}</p>' for text in CHINESE)}</div></article>"
)
MARKETS = (
    f"<article><h1>{TITLE}</h1><p>{FIRE}</p><p>{PLEA}</p><table><tr><th>Contract</th><th>Close</th></tr>"
    f"<tr><td>Corn (March)</td><td>4.31</td></tr><tr><td>Hogs (April)</td><td>91.75</td></tr></table><p>{COURT}</p></article>"
)
DEKS = (
    f"{NAV}<article><div class=post-header><h1>{TITLE}</h1><h3 class=subtitle>Two deny arson with intent</h3>"
    f"<div class=wrapper><a href=/@b>Bronwen Achebe</a></div></div><div class=body>"
    f"{''.join(f'<p>{text}</p>' for text in (FIRE, PLEA, COURT, BROTHERS))}</div></article>"
)


@pytest.mark.parametrize(
    ("page", "kept", "gone"),
    [
        pytest.param(
            WRAPPERS,
            (FIRE, BROTHERS, *NAMES, PLEA, COURT),
            ("The Mail at breakfast", "Bridge shut"),
            id="lines in wrappers like those of the story",
        ),
        pytest.param(STUB, (LEAD, *SECTIONS, *MORE), ("Bad bleibt zu",), id="sections of short paragraphs"),
        pytest.param(
            TABLE,
            (FIRE, COURT),
            ("Most popular", "Bridge repairs to close Route 9", "Nobody in the county"),
            id="a column of links with its heading and a line of praise",
        ),
        pytest.param(DRUPAL, CHINESE, ("周一清晨的码头",), id="a caption beside a short Chinese story"),
        pytest.param(MARKETS, ("Close", "4.31"), (), id="a column that is headed like a button"),
        pytest.param(
            f"{NAV}<section class=paywall><section class=info><p>{FIRE}</p></section><figure><img src=a.jpg>"
            f"<figcaption>The square last week</figcaption></figure>"
            f"{''.join(f'<p>{text}</p>' for text in (PLEA, COURT, BROTHERS) * 2)}</section>",
            (FIRE, BROTHERS),
            ("The square",),
            id="a lead above a picture, and no headline",
        ),
        pytest.param(DEKS, ("Two deny arson with intent", FIRE), ("Bronwen",), id="a second headline"),
    ],
)
def test_the_story_is_whole(page: str, kept: tuple[str, ...], gone: tuple[str, ...]) -> None:
    (record,) = etl.clean(f"{HEAD}{page}{FOOT}", kind="html").articles
    assert [text for text in kept if text not in record.text] == []
    assert [text for text in gone if text in record.text] == []


CARDS = "".join(
    f"<div class=card><a href=/{n}>Story number {n}</a><p>The council has said that it will look at matter {n} again.</p></div>"
    for n in range(5)
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in (FIRE, PLEA, COURT))
GALLERY = "".join(f"<figure><figcaption>{text}<p>Iris Bolt</figure>" for text in (FIRE, PLEA, COURT))


@pytest.mark.parametrize(
    ("page", "found"),
    [
        pytest.param(
            f"<main><h1>{TITLE}</h1><div class=text>{PARAGRAPHS}</div></main>", 3, id="paragraphs of an article"
        ),
        pytest.param(f"<div><h1>{TITLE}</h1><div class=text>{PARAGRAPHS}</div></div>", 0, id="no article"),
        pytest.param(f"<main><h1>{TITLE}</h1><aside class=text>{PARAGRAPHS}</aside></main>", 0, id="an aside"),
        pytest.param(f"<main><h1>{TITLE}</h1>{CARDS}</main>", 0, id="teasers, each with its link"),
        pytest.param(f"<main><h1>{TITLE}</h1>{GALLERY}</main>", 3, id="captions that are sentences"),
        pytest.param(f"<main><h1>{TITLE}</h1><nav>{GALLERY}</nav></main>", 0, id="captions in a menu"),
    ],
)
def test_a_stub_is_filled_with_the_paragraphs_of_its_article(page: str, found: int) -> None:
    layout = lay_out(page)
    assert len(whole(layout, (), (0,), [line.text.endswith(".") for line in layout.lines])) == found


LIST = "<p>He lost:<ul><li>300 barrels of tar<li>150 coils of rope<li>A boat<li>Salt</ul><p>None was insured."
TOLD = (
    f"<p>{FIRE}<p>Not to cross:<ul><li>Buses of lines 4 and 9, which turn at the <a href=/c>customs house</a>"
    f"<li>Carts and wagons of any weight</ul><p>{PLEA}"
)
QUIZ = (
    "<div class=ask><p>Where did the fox sit?</p><ul><li>The floor<li>The chair</ul></div>"
    "<div class=ask><p>What shut the road?</p><ul><li>Carrots<li>Leeks</ul></div>"
)
PROS = f"<p>{FIRE}<div><h3>Pros</h3><ul><li>It burns</ul><h3>Cons</h3><ul><li>It smells</ul></div><p>{PLEA}"
LINKS = "<p>He lost.<ul><li>300 barrels of tar<li>150 coils of rope<li><a href=/b>A boat</a><li>Salt</ul><p>None was insured."


def put_back(layout: Layout, found: set[int]) -> list[str]:
    return [layout.lines[line].text for line in sorted(found)]


@pytest.mark.parametrize(
    ("page", "story", "likely", "found"),
    [
        pytest.param(LIST, {0, 1, 2, 3, 5}, 10, ["Salt"], id="most items are story"),
        pytest.param(
            LIST, {0, 5}, 100, ["300 barrels of tar", "150 coils of rope", "A boat", "Salt"], id="within a story"
        ),
        pytest.param(LIST, {0, 1, 2}, 10, ["A boat", "Salt"], id="half of the items, below a line of the story"),
        pytest.param(LIST, {1, 2}, 10, [], id="half of the items, below no line of the story"),
        pytest.param(LIST, {0, 5}, 80, [], id="within a story, and unlike it"),
        pytest.param(LIST, {0}, 100, [], id="below a story"),
        pytest.param(LINKS, {0, 1, 2, 5}, 100, [], id="with a link"),
        pytest.param(
            TOLD,
            {0, 4},
            10,
            [
                "Not to cross:",
                "Buses of lines 4 and 9, which turn at the customs house",
                "Carts and wagons of any weight",
            ],
            id="below a colon, with a link in its words",
        ),
        pytest.param(
            TOLD.replace("cross:", "cross"), {0, 2, 3, 4}, 10, [], id="all are story, and no label above them"
        ),
        pytest.param(TOLD.replace("cross:", "cross"), {0, 4}, 10, [], id="below no colon"),
        pytest.param(PROS, {0, 1, 2, 5}, 90, ["Cons", "It smells"], id="beside a list that is story"),
        pytest.param(PROS, {0, 1, 2, 5}, 80, [], id="beside a list that is story, and unlike it"),
        pytest.param(PROS, {0, 1, 2}, 90, [], id="beside a list, at the end of the story"),
        pytest.param(QUIZ, {0, 1, 2, 3}, 90, ["Carrots", "Leeks"], id="in a box like that of a list that is story"),
        pytest.param(QUIZ, {0, 1, 2}, 90, [], id="below no line of the story"),
        pytest.param(QUIZ.replace(" class=ask", ""), {0, 1, 2, 3}, 90, [], id="in boxes without names"),
        pytest.param(TOLD.replace("<li>", "<li><a href=/d>"), {0, 4}, 10, [], id="of links below a colon"),
        pytest.param(TOLD, {0}, 10, [], id="below a colon and the story"),
    ],
)
def test_items_of_lists(page: str, story: set[int], likely: int, found: list[str]) -> None:
    layout = lay_out(page)
    assert put_back(layout, items(layout, story, dict.fromkeys(range(len(layout.lines)), likely))) == found


def test_the_label_of_a_list_that_is_story() -> None:
    layout = lay_out(TOLD)
    assert 1 in items(layout, {0, 2, 3, 4}, dict.fromkeys(range(5), 10))


POST = f"<div class=content>{FIRE}<br><br>{PLEA}</div><div class=content>Was it him?<br><br>Read on</div>"


@pytest.mark.parametrize(
    ("story", "likely", "found"),
    [
        pytest.param({1}, 90, [FIRE], id="above a sentence of the story"),
        pytest.param({0}, 90, [], id="below one"),
        pytest.param({1}, 80, [], id="unlike the story"),
        pytest.param({3}, 90, [], id="no sentence"),
    ],
)
def test_sentences_in_one_box(story: set[int], likely: int, found: list[str]) -> None:
    layout = lay_out(POST)
    is_sentence = [line.text.endswith(".") for line in layout.lines]
    assert put_back(layout, in_one_box(layout, story, dict.fromkeys(range(4), likely), is_sentence)) == found


def rows(*texts: str, tag: str = "div") -> str:
    return "".join(f"<section class=s{n}><{tag} class=x>{text}</{tag}></section>" for n, text in enumerate(texts))


@pytest.mark.parametrize(
    ("page", "story", "likely", "found"),
    [
        pytest.param(rows(FIRE, PLEA, "Why?", COURT, "Yes."), {0, 1, 3}, 60, ["Why?", "Yes."], id="in rows like its own"),
        pytest.param(rows(FIRE, PLEA, "Why?", COURT), {0, 1, 3}, 30, [], id="unlike the story"),
        pytest.param(rows(FIRE, "Why?", COURT), {0, 2}, 60, [], id="beside two rows only"),
        pytest.param(
            "".join(f"<div class=a{n}>{rows(text)}</div>" for n, text in enumerate((FIRE, PLEA, "Why?", COURT))),
            {0, 1, 3}, 60, ["Why?"], id="each in boxes of its own, three deep",
        ),
        pytest.param(rows(FIRE, PLEA, "<a href=/>Read on</a>", COURT), {0, 1, 3}, 60, [], id="but a link"),
        pytest.param(rows(FIRE, PLEA, LINKED, COURT), {0, 1, 3}, 60, [BROTHERS], id="a sentence that is linked"),
        pytest.param(
            "".join(f"<div class=t><p>{text}</div>" for text in (FIRE, PLEA, "Why?", COURT, "Jane Roe writes.")),
            {0, 1, 3}, 60, ["Why?"], id="paragraphs in boxes of one class, but none below",
        ),
        pytest.param(
            "".join(f"<div class=t><h2>{n}. Boats</h2><p>{text}</div>" for n, text in enumerate((FIRE, PLEA, COURT))),
            {0, 1, 2, 3, 4}, 60, [COURT], id="unless their heading is story",
        ),
        pytest.param(
            "".join(f"<div class=t><h2>{n}. Boats</h2><p>{text}</div>" for n, text in enumerate((FIRE, PLEA, COURT))),
            {0, 1, 2, 3}, 60, [], id="below a heading that is none",
        ),
    ],
)  # fmt: skip
def test_rows_alike(page: str, story: set[int], likely: int, found: list[str]) -> None:
    layout = lay_out(page)
    is_sentence = [line.text.endswith(".") for line in layout.lines]
    odds = dict.fromkeys(range(len(layout.lines)), likely)
    assert put_back(layout, alike(layout, story, odds, is_sentence)) == found


@pytest.mark.parametrize(
    ("box", "likely", "is_found"),
    [
        pytest.param(f"<div><div>{BROTHERS}</div></div>", 200, True, id="a callout"),
        pytest.param(f"<div><div><p>{BROTHERS}</p></div></div>", 200, True, id="a paragraph in two wrappers"),
        pytest.param(f"<div><div><div><p>{BROTHERS}</p></div></div></div>", 200, True, id="a paragraph in three"),
        pytest.param(f"<div><div>{BROTHERS}</div></div>", 100, True, id="in a box without links"),
        pytest.param(f"<div><div>{BROTHERS}</div></div>", 90, False, id="unlike the story"),
        pytest.param(f"<div><img><div>{BROTHERS}</div></div>", 190, False, id="unlike the story, with a picture"),
        pytest.param(
            f"<div><div>{BROTHERS}</div><button></button></div>", 190, False, id="unlike the story, with a button"
        ),
        pytest.param(f"<aside><div><p>{BROTHERS}</p></div></aside>", 100, True, id="in an aside without links"),
        pytest.param(f"<div><div><a href=/>{BROTHERS}</a></div></div>", 200, False, id="a teaser"),
        pytest.param("<div><div>Read on.</div></div>", 200, False, id="a few words"),
        pytest.param(f"<div class=photo><div><p>{BROTHERS}</p></div></div>", 200, False, id="a caption"),
    ],
)
def test_a_sentence_within_the_story(box: str, likely: int, is_found: bool) -> None:
    layout = lay_out(f"<article><p>{FIRE}</p><p>{PLEA}</p>{box}<p>{COURT}</p></article>")
    assert enclosed(layout, {0, 1, 3}, dict.fromkeys(range(4), likely), [True] * 4) == ({2} if is_found else set())


@pytest.mark.parametrize(
    ("second", "likely", "count"),
    [
        (FIRE, 120, 2),
        (FIRE, 110, 0),
        (f"<a href=/>{FIRE}</a>", 120, 0),
        ("Read it.", 120, 0),
        (f"</div><div>{FIRE}", 120, 0),
    ],
    ids=["two", "unlike the story", "a link", "a few words", "each in its own"],
)
def test_two_long_sentences_in_a_box_beside_a_picture(second: str, likely: int, count: int) -> None:
    box = f"<div><figure></figure><p>{BROTHERS}</p><p>{second}</p><button></button></div>"
    layout = lay_out(f"<article><p>{FIRE}<p>{PLEA}{box}<p>{COURT}</article>")
    assert len(enclosed(layout, {0, 1, 4}, dict.fromkeys(range(5), likely), [True] * 5)) == count


@pytest.mark.parametrize(
    ("box", "around", "likely", "count"),
    [
        pytest.param(f"<h2>Who denied it</h2><p>{BROTHERS}<p>{COURT}", "article", 160, 3, id="a section"),
        pytest.param(f"<p>{BROTHERS}<p>{COURT}", "article", 140, 0, id="unlike the story"),
        pytest.param(f"<p>{BROTHERS}", "article", 160, 0, id="a single sentence"),
        pytest.param(f"<p>{BROTHERS}<p><a href=/>{COURT}</a>", "article", 160, 0, id="a link"),
        pytest.param(f"<p>{BROTHERS}<p>{COURT}<p>Register", "article", 160, 0, id="a word"),
        pytest.param(f"<p>{BROTHERS}<p>{COURT}", "body", 160, 0, id="beside the story in the page"),
    ],
)
def test_a_section_right_below_the_story(box: str, around: str, likely: int, count: int) -> None:
    layout = lay_out(
        f"<{around}><div><p>{FIRE}</p><p>{PLEA}</p><p>{NOTE}</p></div><div class=more>{box}</div></{around}>"
    )
    lines = range(len(layout.lines))
    is_sentence = [layout.lines[line].text.endswith(".") for line in lines]
    assert len(below(layout, {0, 1, 2}, dict.fromkeys(lines, likely), is_sentence)) == count


@pytest.mark.parametrize(
    ("box", "found"),
    [
        pytest.param("<div><h3>The law</h3><p>{}</p></div>", ["The law"], id="a heading"),
        pytest.param("<div><p class=box-title>The law</p><p>{}</p></div>", ["The law"], id="a title by name"),
        pytest.param("<div><p>The law</p><p>{}</p></div>", [], id="words"),
        pytest.param("<div><h3><a href=/>The law</a></h3><p>{}</p></div>", [], id="a link"),
        pytest.param("<div><h3>The law</h3><p>{}</p><p>More</p></div>", [], id="above what is no story"),
        pytest.param("<aside><h3>The law</h3><p>{}</p></aside>", [], id="in another part"),
        pytest.param("<div><h3>The law</h3></div><div><p>{}</p></div>", [], id="alone in its box"),
        pytest.param("<div><div><h3>The law</h3></div><div><p>{}</p></div></div>", ["The law"], id="in a wrapper"),
        pytest.param("<div><p class=box-title>The law</p><div><p>{}</p></div></div>", ["The law"], id="beside a box"),
        pytest.param("<div><button>The law</button><div><p>{}</p></div></div>", ["The law"], id="a button"),
    ],
)
def test_headings_of_boxes_that_are_story(box: str, found: list[str]) -> None:
    layout = lay_out(f"<article><p>{FIRE}</p>{box.format(NOTE)}<p>{COURT}</p></article>")
    story = {line for line, one in enumerate(layout.lines) if one.text in (FIRE, NOTE, COURT)}
    assert put_back(layout, headed(layout, story, ())) == found


SLIDE = "<div class=slide><span>{}</span><h2>{}</h2><p>{}</p></div>"


@pytest.mark.parametrize(
    ("numbers", "title", "count"),
    [
        pytest.param(("1", "2", "3"), "The quay", 6, id="one after the other"),
        pytest.param(("#3", "#2", "#1"), "The quay", 6, id="down to one"),
        pytest.param(("1", "2", "4"), "The quay", 0, id="other numbers"),
        pytest.param(("1", "2"), "The quay", 0, id="two items"),
        pytest.param(("1", "2", "3"), "<a href=/1>The quay</a>", 0, id="teasers"),
    ],
)
def test_items_with_numbers(numbers: tuple[str, ...], title: str, count: int) -> None:
    layout = lay_out(f"<div><p>{FIRE}</p>{''.join(SLIDE.format(number, title, PLEA) for number in numbers)}</div>")
    is_sentence = [line.text.endswith(".") for line in layout.lines]
    assert len(numbered(layout, {0}, (), is_sentence)) == count


@pytest.mark.parametrize("name", ["wp-block-jetpack-subscriptions", "newsletters", "box-offers", "sponsored-content"])
def test_boxes_of_offers_are_named_in_the_plural(name: str) -> None:
    layout = lay_out(
        f"<article><p>{FIRE}</p><p>{PLEA}</p><div class={name}><p>All of it, each day.</div><p>{COURT}</p></article>"
    )
    assert asides(layout, Said(), {0, 1, 2, 3}) == {2}


@pytest.mark.parametrize(
    ("box", "goes"),
    [
        pytest.param("<div class=pic><img src=a><span>{}</span></div>", True, id="a caption in a picture's box"),
        pytest.param("<div class=topic><img src=a><span>{}</span></div>", False, id="keeps: beside a picture"),
        pytest.param("<ul class=gallery><li><small>Picture 2 of 3</small></ul>", True, id="a count in a gallery"),
        pytest.param("<ul class=results><li><small>2 of 3 voted</small></ul>", False, id="keeps: a count elsewhere"),
        pytest.param("<style>#g{visibility:hidden}</style><div id=g>{}</div>", True, id="a note that is not shown"),
        pytest.param("<div>{}</div>", False, id="keeps: a note that is shown"),
        pytest.param("<p style='display:none'>{}</p>", False, id="keeps: a paragraph among others, behind a wall"),
        pytest.param("<div hidden><p>{}<p>{}</div>", False, id="keeps: paragraphs that are not shown"),
        pytest.param("<h4>{}</h4><div id=a hidden>{}</div><div hidden>{}</div>", False, id="keeps: what it unfolds"),
        pytest.param("<h4>{}</h4><div hidden>{}</div>", False, id="keeps: what a heading unfolds"),
    ],
)
def test_notes_among_the_story(box: str, goes: bool) -> None:
    layout = lay_out(f"<article><p>{FIRE}</p><p>{PLEA}</p>{box.replace('{}', NOTE)}<p>{COURT}</p></article>")
    story = set(range(len(layout.lines)))
    assert bool(asides(layout, Said(), story)) == goes


def test_two_notes_that_are_not_shown() -> None:
    notes = f"<div id=a style='display:none'>{NOTE}</div><div hidden>{NOTE}</div>"
    layout = lay_out(f"<article><p>{FIRE}</p><p>{PLEA}</p>{notes}<p>{COURT}</p></article>")
    assert asides(layout, Said(), set(range(5))) == {2, 3}


def test_an_offer_below_a_teaser_of_one_sentence() -> None:
    offer = "<section class=offer><p>Try the Mail for four weeks and read all of it.</p></section>"
    layout = lay_out(f"<article><p>{FIRE} Who lit it?</p>{offer}</article>")
    assert asides(layout, Said(), {0, 1}) == {1}
    assert asides(lay_out(f"<article><p>{PLEA}</p>{offer}</article>"), Said(), {0, 1}) == set()


@pytest.mark.parametrize(
    ("box", "story", "goes"),
    [
        pytest.param(f"<div><h3>Have your say</h3><p>{NOTE}</div>", {1}, True, id="above furniture alone"),
        pytest.param(f"<div><h3>How piers work</h3><p>{NOTE}</div>", {1, 2}, False, id="above a part of the story"),
        pytest.param("<div><h3>History</h3><a href=/e>[edit]</a></div>", {1}, False, id="beside a link to edit it"),
        pytest.param(f"<div><h3>{PLEA}</h3><p>{NOTE}</div>", {1}, False, id="a lead that is set as a heading"),
        pytest.param(f"<div><h3>The pier</h3><figure><p>{NOTE}</figure></div>", {1}, False, id="above a picture"),
        pytest.param(f"<h3>The pier</h3><p>{NOTE}", {1}, False, id="in the box of the story"),
    ],
)
def test_headings_of_boxes_in_which_all_else_goes(box: str, story: set[int], goes: bool) -> None:
    layout = lay_out(f"<article><p>{FIRE}</p>{box}</article>")
    assert headings_alone(layout, {0, *story}, {0, *story}) == ({1} if goes else set())


@pytest.mark.parametrize(
    ("box", "found"),
    [
        pytest.param(
            "<dl><dt><button>Who pays?</button><dd aria-hidden=true>He does.</dl>", ["He does."], id="an answer"
        ),
        pytest.param(
            "<h3><button>Who pays?</button></h3><div hidden><p>He does.<ul><li>The whole of it</ul></div>",
            ["He does.", "The whole of it"],
            id="an answer with a list",
        ),
        pytest.param("<dl><dt>Who pays?<dd hidden>Mail, Sport, Fares</dl>", [], id="no sentence"),
        pytest.param("<dl><dt>Who pays?<dd hidden><a href=/p>He does.</a></dl>", [], id="a link"),
        pytest.param("<p>He pays.</p><div hidden>Thank you for your vote.</div>", [], id="below no question"),
        pytest.param(
            f"<div class=tab><p>{BROTHERS}</div><div class=tab style='display:none'><p>{NOTE}</div>", [NOTE], id="a tab"
        ),
        pytest.param(
            f"<div class='tab a'><p>{BROTHERS}</div><div class='tab b' hidden><p>{NOTE}</div>",
            [NOTE],
            id="tabs by name",
        ),
        pytest.param(
            f"<div class=tab><p>{BROTHERS}</div><div class=menu style='display:none'><p>{NOTE}</div>", [], id="no tab"
        ),
        pytest.param(
            f"<div class=part><div class=text><p>{BROTHERS}</div></div>"
            f"<div class=part><h2>II. The note</h2><div class=text hidden><p>{NOTE}</div></div>",
            ["II. The note", NOTE],
            id="a chapter and its heading",
        ),
        pytest.param(
            f"<div class=part><div class=text><p>{BROTHERS}</div></div>"
            f"<div class=menu><h2>II. The note</h2><div class=text hidden><p>{NOTE}</div></div>",
            [],
            id="no chapter",
        ),
    ],
)
def test_what_is_folded_away_within_the_story(box: str, found: list[str]) -> None:
    layout = lay_out(f"<article><p>{FIRE}</p>{box}<p>{COURT}</p></article>")
    is_sentence = [line.text.endswith(".") for line in layout.lines]
    story = {0, 1, len(layout.lines) - 1}
    assert put_back(layout, unfolded(layout, story, is_sentence)) == found


def test_the_next_page_of_the_story_is_unfolded() -> None:
    layout = lay_out(f"<div class='page one'><p>{FIRE}</div><div class='page two' hidden><p>{NOTE}<p>{PLEA}</div>")
    assert unfolded(layout, {0}, [True] * 3) == {1, 2}


@pytest.mark.parametrize(
    ("box", "count"),
    [
        (f"<button>Read on</button><div hidden><p>{NOTE}<p>{BROTHERS}</div>", 2),
        (f"<div><button>Read on</button></div><div hidden><p>{NOTE}<p>{BROTHERS}</div>", 0),
        (f"<button>Read on</button><div hidden><p>{NOTE}</div>", 0),
        (f"<p>Read on</p><div hidden><p>{NOTE}<p>{BROTHERS}</div>", 0),
    ],
)
def test_a_button_unfolds_the_rest_of_the_story(box: str, count: int) -> None:
    layout = lay_out(f"<article><div><p>{FIRE}<p>{COURT}</div>{box}</article>")
    is_sentence = [line.text.endswith(".") for line in layout.lines]
    assert len(unfolded(layout, {0, 1}, is_sentence)) == count


@pytest.mark.parametrize(
    ("box", "count"),
    [
        pytest.param("<div>{}</div><div class=a hidden>{}</div>", 4, id="two questions"),
        pytest.param("<div>{}</div><div class=a id=a{} hidden>{}</div>", 4, id="two questions with ids of their own"),
        pytest.param("<nav><div>{}</div><div class=a hidden>{}</div></nav>", 0, id="in another part of the page"),
        pytest.param("<div>{}</div><div class=a hidden><a href=/a>{}</a></div>", 0, id="links"),
    ],
)
def test_questions_and_answers_below_the_story(box: str, count: int) -> None:
    said = [
        box.replace("{}", "Who pays?", 1).replace("a{}", "a1").replace("{}", NOTE),
        box.replace("{}", "Who else?", 1).replace("a{}", "a2").replace("{}", PLEA),
    ]
    layout = lay_out(f"<article><p>{FIRE}</p>{said[0]}{said[1]}</article>")
    is_sentence = [line.text.endswith(".") for line in layout.lines]
    assert len(unfolded(layout, {0}, is_sentence)) == count
    assert unfolded(lay_out(f"<article><p>{FIRE}</p>{said[0]}</article>"), {0}, is_sentence[:3]) == set()


ITEM = "<div class=item><h3><button>{}</button></h3><div id={}>{}</div></div>"
FLAT = "<button>{}</button><div id={} hidden>{}</div>"


@pytest.mark.parametrize(
    ("item", "around", "count"),
    [
        pytest.param(ITEM, "{}", 4, id="buttons in headings of items"),
        pytest.param(FLAT, "<div>{}</div>", 4, id="buttons above what they unfold"),
        pytest.param(ITEM, "<nav>{}</nav>", 0, id="in another part of the page"),
        pytest.param(ITEM, "</article><div>{}</div>", 0, id="beside the article: a choice of cookies"),
        pytest.param(FLAT.replace("{} hidden>{}", "{}><a href=/a>{}</a>"), "<div>{}</div>", 0, id="links"),
        pytest.param("<p>{}</p><div id={}>{}</div>", "<div>{}</div>", 0, id="no buttons"),
    ],
)
def test_what_buttons_beside_one_another_unfold(item: str, around: str, count: int) -> None:
    said = [item.format("Who pays", "a", NOTE), item.format("The others", "b", PLEA)]
    page = f"<article><p>{FIRE}</p>{{}}</article>"
    layout = lay_out(page.format(around.format("".join(said))))
    is_sentence = [line.text.endswith(".") for line in layout.lines]
    assert len(folded(layout, {0}, is_sentence)) == count
    assert folded(lay_out(page.format(around.format(said[0]))), {0}, is_sentence) == set()


@pytest.mark.parametrize(("label", "count"), [("Who pays?", 2), ("A tip", 0)])
def test_a_question_on_a_single_button_within_the_story(label: str, count: int) -> None:
    layout = lay_out(f"<article><p>{FIRE}</p><ul><li>{ITEM.format(label, 'a', NOTE)}</ul><p>{COURT}</article>")
    assert len(folded(layout, {0, 3}, [True, False, True, True])) == count


CELLS = "<div class=row><div>{}</div><div>{}</div></div>"


@pytest.mark.parametrize(
    ("row", "around", "is_put_back"),
    [
        pytest.param(CELLS, "{}", True, id="rows of a table"),
        pytest.param(CELLS, "<div class=cards>{}</div>", True, id="cards in a box"),
        pytest.param(CELLS, "<form>{}</form>", False, id="a form"),
        pytest.param(CELLS.replace(" class=row", ""), "{}", False, id="boxes without names"),
        pytest.param(CELLS.replace("{}", "<a href=/a>{}</a>", 1), "{}", False, id="links"),
        pytest.param(CELLS, "{}<div class=row>Total</div>", False, id="a row of another length"),
        pytest.param("<div class=row>{} {}</div>", "{}", False, id="one cell"),
    ],
)
def test_rows_of_a_table_set_in_boxes(row: str, around: str, is_put_back: bool) -> None:
    said = (("Quay", "81%"), ("Dock Road", "77%"), ("Hollin", "none"))
    layout = lay_out(
        f"<article><p>{FIRE}</p>{around.format(''.join(row.format(*one) for one in said))}<p>{PLEA}</p></article>"
    )
    places = range(len(layout.lines))
    found = tabular(layout, {0, places[-1]}, dict.fromkeys(places, 60))
    assert found == (set(places[1:-1]) if is_put_back else set())


def test_boxes_without_figures_are_no_table() -> None:
    box = "".join(CELLS.format(one, other) for one, other in ("ab", "cd", "ef"))
    layout = lay_out(f"<article><p>{FIRE}</p>{box}<p>{PLEA}</p></article>")
    assert tabular(layout, {0, 7}, dict.fromkeys(range(8), 60)) == set()
