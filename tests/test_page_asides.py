"""What goes from among the lines that the model takes for story, and what stays: cards, buttons, menus, captions, posts."""

from collections.abc import Mapping

import pytest

import etl
from etl.markup.asides import asides
from etl.markup.clues import Said, said_of
from etl.markup.layout import Layout
from etl.markup.put_back import posts
from etl.markup.walk import lay_out

LAMP = "The lamp on the point goes dark in June for the first time since it was lit in 1868."
CABLE = "The engineers who opened the trench found that salt had eaten through the lead in nine places."
BOATS = "Small boats have no satellite, said the harbour master, and there were eleven of them on the reef."
MUSEUM = "The lens is lent to the museum, where it will be turned by hand on Saturdays."
STORY = f"<p>{LAMP}</p><p>{CABLE}</p><p>{BOATS}</p>"
WRIST = "A crewman broke his wrist when the cradle jumped the rail on Tuesday."
KELP = "Two sisters have found a way to dry it without the smell."
CARD = "<div class=card><h3><a href=/1>Slip at the lifeboat station</a></h3><p>{}</p></div>"
PLAN = "<div class=plan><h3>Plus</h3><p>{}</p><button>Choose</button></div>"
ITALIC = "The lamp room on the day of the inspection"


def gone(html: str, likely: Mapping[str, int]) -> list[str]:
    """Return the lines that go if all are taken for story, those named with a probability in thousandths."""
    layout = lay_out(html)
    lines = range(len(layout.lines))
    by_line = {line: next((likely[key] for key in likely if key in layout.lines[line].text), 950) for line in lines}
    found = asides(layout, Said(), set(lines), (), by_line)
    return [layout.lines[line].text for line in sorted(found)]


@pytest.mark.parametrize(
    ("box", "likely", "expected"),
    [
        pytest.param(CARD.format(WRIST) + CARD.format(KELP), 450, {WRIST, KELP}, id="cards with linked headings"),
        pytest.param(PLAN.format(WRIST) + PLAN.format(KELP), 450, {WRIST, KELP}, id="plans with a button"),
        pytest.param(CARD.format(WRIST) + CARD.format(KELP), 650, set(), id="keeps: items that are surely story"),
        pytest.param(CARD.format(WRIST) + CARD.format(KELP), 90, set(), id="keeps: items that were put back"),
        pytest.param(CARD.format(WRIST), 450, set(), id="keeps: one box alone"),
        pytest.param(f"<div class=list><p>{WRIST}</p><p>{KELP}</p></div>", 450, set(), id="keeps: no link or button"),
        pytest.param(
            f"<p>{MUSEUM}</p>{CARD.format(WRIST)}{CARD.format(KELP)}<p>{MUSEUM}</p>",
            450,
            set(),
            id="keeps: items within the story",
        ),
    ],
)
@pytest.mark.parametrize("order", [pytest.param("{0}{1}", id="below"), pytest.param("{1}{0}", id="above")])
def test_cards_beside_the_story(order: str, box: str, likely: int, expected: set[str]) -> None:
    page = f"<main>{order.format(STORY, box)}</main>"
    found = gone(page, dict.fromkeys((WRIST, KELP, "Slip at", "Plus", "Choose"), likely))
    assert set(found) >= expected
    assert (expected != set()) == bool({WRIST, KELP} & set(found))


TEASER = "<article class=post><h2><a href=/1>Slip at the lifeboat station</a></h2><p>{}</p><a href=/1>{}</a></article>"
TEASERS = TEASER.format(WRIST, "Continue reading") + TEASER.format(KELP, "Read more")


@pytest.mark.parametrize(
    ("page", "goes"),
    [
        pytest.param(f"<article>{STORY}</article>{TEASERS}", True, id="below a story"),
        pytest.param(TEASERS * 3, False, id="keeps: teasers alone"),
        pytest.param(f"{TEASERS}<article>{STORY}</article>", False, id="keeps: above a story"),
        pytest.param(f"<p>{LAMP}</p>{TEASERS}", False, id="keeps: more than the story above"),
        pytest.param(f"{STORY}{TEASER.format(KELP, 'Read more')}", False, id="keeps: one box alone"),
        pytest.param(f"{STORY}{TEASER.format(KELP, 'Buy it') * 2}", False, id="keeps: a link that does not lead on"),
    ],
)
def test_beginnings_of_other_stories(page: str, goes: bool) -> None:
    assert (KELP in gone(f"<main>{page}</main>", {})) == goes


@pytest.mark.parametrize(
    ("box", "likely", "expected"),
    [
        pytest.param("<div><button>Boost</button></div>", 400, ["Boost"], id="a button below a paragraph"),
        pytest.param(f"<button>Why?</button><p>{MUSEUM}</p>", 400, [], id="keeps: a question above its answer"),
        pytest.param("<div><button>Boost</button></div>", 700, [], id="keeps: what is surely story"),
        pytest.param("<div class=a><a href=/1>The last keeper</a></div>", 400, ["The last keeper"], id="a link apart"),
        pytest.param("<p><a href=/1>The last keeper</a></p>", 400, [], id="keeps: a link in a paragraph"),
        pytest.param(f"<div class=a><a href=/1>{MUSEUM}</a></div>", 400, [], id="keeps: a sentence that is a link"),
        pytest.param(
            "<p><a href=/1>Print</a> | <a href=/2>Mail it on</a></p>", 950, ["Print | Mail it on"], id="a menu"
        ),
        pytest.param(f"<p><a href=/1>{MUSEUM} | {KELP}</a></p>", 950, [], id="keeps: a bar in a sentence"),
        pytest.param(f"<img src=a><p><em>{ITALIC}</em></p>", 950, [ITALIC], id="a caption in italics"),
        pytest.param(f"<img src=a><p><em>{MUSEUM}</em></p>", 950, [], id="keeps: a note in italics"),
        pytest.param(f"<div class=ImageCaption>{MUSEUM}</div>", 950, [MUSEUM], id="a caption by a class in camel case"),
        pytest.param(f"<div class=captionLead><p class=lead>{MUSEUM}</div>", 950, [], id="keeps: a lead by its class"),
        pytest.param(f"<div class=paywall-text>{MUSEUM}</div>", 950, [MUSEUM], id="an offer"),
        pytest.param(f"<p class='cta lead'>{MUSEUM}</p>", 950, [], id="keeps: a lead that is called an offer, too"),
        pytest.param(f"<div class=paywall>{MUSEUM}</div>", 950, [], id="keeps: the story behind a wall"),
        pytest.param(
            f"<div class=paywall>{MUSEUM}</div><p>{KELP}", 950, [], id="keeps: within the story, in a box called a wall"
        ),
        pytest.param(
            f"<div class=paywall>{MUSEUM} <a href=/in>Log in</a></div>",
            950,
            [f"{MUSEUM} Log in"],
            id="what a wall says, with a link to log in",
        ),
        pytest.param(
            f"<div class=paywall>{MUSEUM} <a href=/1>The museum</a></div>", 950, [], id="keeps: with another link"
        ),
        pytest.param(
            f"<div class=paywall><p>{MUSEUM}</p><a href=/in>Log in</a></div>",
            950,
            [],
            id="keeps: the story in a wall with a link",
        ),
        pytest.param(
            "<center><a href=/>The last keeper</a></center>", 400, ["The last keeper"], id="a link in the centre"
        ),
        pytest.param(
            "<div><h4>The last keepers</h4><ul><li><a href=/1>The last keeper</a></ul></div><p>" + KELP,
            400,
            ["The last keeper"],
            id="a list of links below a heading",
        ),
        pytest.param(
            "<center>[ <a href=/>Home</a> | <a href=/a>Why?</a> ]</center>",
            400,
            ["[ Home | Why? ]"],
            id="a menu in brackets",
        ),
        pytest.param(f"<amp-ad><div>{MUSEUM}</div></amp-ad>", 950, [MUSEUM], id="an ad of AMP"),
        pytest.param(
            "<div class=related><h4>More</h4><a href=/1>The last keeper</a></div>",
            950,
            ["More", "The last keeper"],
            id="a link below a label",
        ),
        pytest.param(
            f"<p><a href=/author/jory>Jory Nance</a> {KELP}", 950, [f"Jory Nance {KELP}"], id="a line about the author"
        ),
        pytest.param(f"<p>Jory Nance {KELP}", 950, [], id="keeps: a name without a link"),
    ],
)
def test_lines_below_the_story(box: str, likely: int, expected: list[str]) -> None:
    names = ("Boost", "Why?", "The last keeper", MUSEUM)
    assert gone(f"<main>{STORY}{box}</main>", dict.fromkeys(names, likely)) == expected


FEED = "".join(
    f"<div class=post_recommend_item><h3 class=post_recommend_title><a href=/{number}>{title}</a></h3>"
    "<div class=post_recommend_source>Evening Post</div></div>"
    for number, title in enumerate(("Slip at the lifeboat station", "Eleven boats on the reef", "A lens of glass"))
)
FOLDED = f"<div class='trs-read-more'><p>{LAMP}</p><h3>The trench</h3><p>{CABLE}</p><a href=/1>Salt and lead</a><p><a href=/2>Nine places on one map</a></div>"


@pytest.mark.parametrize(
    ("box", "likely", "expected"),
    [
        pytest.param(f"<div class=post_recommends>{FEED}</div>", 650, 6, id="a feed whose parts are called the same"),
        pytest.param(FOLDED, 960, 0, id="keeps: the rest of a story, folded in"),
        pytest.param(FOLDED, 800, 5, id="a list with summaries"),
        pytest.param("<div><p>Share it</p></div>" * 5, 250, 5, id="a line that stands five times"),
        pytest.param("<div><p>Share it</p></div>" * 4, 250, 0, id="keeps: four times"),
        pytest.param("<div><p>Share it</p></div>" * 5, 450, 0, id="keeps: what the model would keep"),
        pytest.param("<div><p>Roe:</p></div>" * 5, 250, 0, id="keeps: who speaks"),
        pytest.param(f"<p>{'O lamp, o lamp<br>dark in June<br>' * 5}", 250, 0, id="keeps: a refrain"),
    ],
)
def test_lists_of_other_stories_and_lines_of_each(box: str, likely: int, expected: int) -> None:
    page = f"<main><p>{BOATS}</p><p>{MUSEUM}</p><p>{WRIST} {KELP} {BOATS}</p>{box}</main>"
    by_line = {BOATS: 950, MUSEUM: 950, "": likely}
    assert len(gone(page, by_line)) == expected


@pytest.mark.parametrize(
    ("furniture", "likely", "goes"),
    [
        pytest.param(3, 400, True, id="far below the story"),
        pytest.param(2, 400, False, id="keeps: below two lines of furniture"),
        pytest.param(3, 550, False, id="keeps: what is surely story"),
        pytest.param(3, 200, False, id="keeps: what was put back"),
    ],
)
def test_a_line_far_below_the_story(furniture: int, likely: int, goes: bool) -> None:
    layout = lay_out(f"<main>{STORY}{'<p>Share' * furniture}<p>{MUSEUM}</main>")
    last = len(layout.lines) - 1
    assert asides(layout, Said(), {0, 1, 2, last}, (), {0: 950, 1: 950, 2: 950, last: likely}) == (
        {last} if goes else set()
    )


@pytest.mark.parametrize(
    ("furniture", "likely", "goes"),
    [
        pytest.param("<p>Share<h2>More from Jane Roe</h2>", 550, True, id="below the heading of a list"),
        pytest.param("<p>Share<h2>More from Jane Roe</h2>", 650, False, id="keeps: what is surely story"),
        pytest.param("<h2>What comes next</h2>", 550, False, id="keeps: right below the story"),
    ],
)
def test_a_line_below_a_heading_that_goes(furniture: str, likely: int, goes: bool) -> None:
    layout = lay_out(f"<main>{STORY}{furniture}<p>{MUSEUM}</main>")
    last = len(layout.lines) - 1
    found = asides(layout, Said(), {0, 1, 2, last}, (), {0: 950, 1: 950, 2: 950, last: likely})
    assert found == ({last} if goes else set())


@pytest.mark.parametrize(
    ("between", "goes"),
    [
        pytest.param(["<a href=/m>A museum for the boats of Corley</a>"], True, id="the title of another story"),
        pytest.param(["<section><a href=/m>A museum for the boats of Corley</a></section>"], True, id="in its own box"),
        pytest.param(["<a href=/m>Museum</a>"], False, id="keeps: a word"),
        pytest.param(
            ["<div><a href=/m><img src=a>A museum asks for the boats.</a></div>"], True, id="a card with a picture"
        ),
        pytest.param(["<a href=/m><img src=a>A museum asks for boats</a>"], False, id="keeps: a picture in the text"),
        pytest.param(["<a href=/m>The museum has asked for the boats of Corley.</a>"], False, id="keeps: a sentence"),
        pytest.param(["<b><a href=/m>A museum for the boats of Corley</a></b>"], False, id="keeps: a heading in bold"),
        pytest.param(["See <a href=/m>a museum for the boats of Corley</a>"], False, id="keeps: not a link alone"),
        pytest.param(
            ["<a href=/m>A museum for the boats of Corley</a>"] * 3, False, id="keeps: one thing after another"
        ),
    ],
)
def test_a_link_between_two_sentences(between: list[str], goes: bool) -> None:
    layout = lay_out(f"<main>{STORY}{''.join(f'<p>{link}</p><p>{MUSEUM}</p>' for link in between)}</main>")
    story = dict.fromkeys(range(len(layout.lines)), 950)
    assert asides(layout, Said(), set(story), (), story) == ({3} if goes else set())


def in_table(beside: str) -> str:
    return f"<table><tr><td>{''.join(f'{text}<br><br>' for text in (LAMP, CABLE, BOATS))}</td><td>{beside}</td></tr></table>"


@pytest.mark.parametrize(
    ("beside", "goes"),
    [
        pytest.param("Visitors<br>Today: 41<br>Total: 88,214", True, id="counters beside the story"),
        pytest.param(f"Visitors<br>Today: 41<br>{MUSEUM}", False, id="keeps: a cell with a sentence"),
        pytest.param("1868<br>June", False, id="keeps: a cell of two lines"),
    ],
)
def test_a_cell_beside_the_story(beside: str, goes: bool) -> None:
    assert bool(gone(in_table(beside), {})) == goes


def channel(texts: tuple[str, ...], names: str = "post") -> Layout:
    posts_of = "".join(
        f"<div class={names}><div class=bubble><div class=text>{text}</div></div></div>" for text in texts
    )
    return lay_out(f"<main>{posts_of}</main>")


@pytest.mark.parametrize(
    ("layout", "story", "likely", "expected"),
    [
        pytest.param(channel((LAMP, CABLE, KELP)), {0, 1}, 100, {2}, id="the last post"),
        pytest.param(channel((LAMP, KELP, CABLE)), {0, 2}, 100, {1}, id="a post between"),
        pytest.param(channel((LAMP, CABLE, KELP)), {0, 1}, 20, set(), id="keeps away: nothing like the story"),
        pytest.param(channel((LAMP, CABLE, KELP)), {0}, 100, set(), id="keeps away: most of the posts"),
        pytest.param(channel((LAMP, CABLE, KELP), "''"), {0, 1}, 100, set(), id="keeps away: boxes without names"),
    ],
)
def test_posts_of_a_channel(layout: Layout, story: set[int], likely: int, expected: set[int]) -> None:
    assert posts(layout, story, dict.fromkeys(range(3), likely), [True] * 3) == expected


REPLY = "<li><cite>N. Oake</cite> <small>5 March at 9:14</small><p>{}</p></li>"


@pytest.mark.parametrize(
    ("box", "goes"),
    [
        pytest.param("<ol class=commentlist>{}{}</ol>", True, id="comments in a list without other marks"),
        pytest.param("<ol class=commentlist>{}</ol>", False, id="keeps: one item alone"),
        pytest.param("<ol class=remarks>{}{}</ol>", False, id="keeps: a list that is not called so"),
    ],
)
def test_comments_in_a_list(box: str, goes: bool) -> None:
    layout = lay_out(f"<main>{STORY}{box.format(REPLY.format(WRIST), REPLY.format(KELP))}</main>")
    found = asides(layout, Said(), set(range(len(layout.lines))))
    assert any(layout.lines[line].text == WRIST for line in found) == goes


@pytest.mark.parametrize(
    ("label", "title", "likely", "goes"),
    [
        pytest.param("<b>More:</b>", "Vicar blames a mouse again", 450, True, id="a label with a colon"),
        pytest.param("<b>More:</b>", "Vicar blames a mouse again", 800, True, id="a label in bold with a colon"),
        pytest.param("More:", "Vicar blames a mouse again", 800, False, id="keeps: surer, and not in bold"),
        pytest.param("<b>Leggi anche</b>", "Il parroco accusa un topo", 450, True, id="a label in bold"),
        pytest.param("<b>LEGGI ANCHE</b>", "Il parroco accusa un topo", 800, True, id="a label in bold capitals"),
        pytest.param("<b>Leggi anche</b>", "Il parroco accusa un topo", 800, False, id="keeps: surer"),
        pytest.param("<b>Best:</b>", "Vicar brand lamp oil", 900, False, id="keeps: of which the model is sure"),
        pytest.param("Tickets:", "lamp.example", 450, False, id="keeps: an address"),
        pytest.param("Read also", "the vicar on his mouse", 450, False, id="keeps: no label"),
        pytest.param("<b>Note:</b>", "The lamp goes dark in June.", 450, False, id="keeps: a sentence"),
    ],
)
def test_a_label_with_the_title_of_another_story(label: str, title: str, likely: int, goes: bool) -> None:
    page = f"<main>{STORY}<p>{label} <a href=/1>{title}</a></p><p>{MUSEUM}</p></main>"
    assert bool(gone(page, {title: likely})) == goes


@pytest.mark.parametrize(
    ("above", "likely", "goes"),
    [
        pytest.param("<span class=author>Jane Roe</span><span class=date>5 May 2026</span>", 400, True, id="both"),
        pytest.param(
            "<span class=author>Jane Roe</span><span class=date>5 May 2026</span>", 650, False, id="surely story"
        ),
        pytest.param("<span class=author>Jane Roe</span>", 400, False, id="keeps: a name alone"),
    ],
)
def test_a_byline_with_a_date_above_the_story(above: str, likely: int, goes: bool) -> None:
    layout = lay_out(f"<main><div>{above}</div>{STORY}</main>")
    found = asides(layout, said_of(layout.clues), range(4), (), {0: likely})
    assert found == ({0} if goes else set())


@pytest.mark.parametrize(
    ("item", "likely", "goes"),
    [
        pytest.param("Slip at the lifeboat station", 350, True, id="a title"),
        pytest.param("Slip at the lifeboat station", 650, False, id="keeps: surely story"),
        pytest.param(KELP, 350, False, id="keeps: a sentence"),
    ],
)
def test_one_item_below_a_heading_that_the_model_lets_go(item: str, likely: int, goes: bool) -> None:
    layout = lay_out(f"<div>{STORY}</div><div class=xg><h3>Also</h3><ul><li>{item}</ul></div>")
    found = asides(layout, Said(), {0, 1, 2, 4}, (), {0: 950, 1: 950, 2: 950, 4: likely})
    assert found == ({4} if goes else set())


@pytest.mark.parametrize(
    ("figure", "likely", "goes"),
    [
        pytest.param(f"<a href=/1><h4>{WRIST}</h4></a>", 450, True, id="a card of another story"),
        pytest.param(f"<a href=/1>{WRIST}</a>", 650, True, id="a link alone"),
        pytest.param(f"<p>{WRIST}</p>", 550, False, id="keeps: surely story"),
        pytest.param(f"<blockquote>{WRIST}</blockquote>", 450, False, id="keeps: a quotation"),
        pytest.param(f"<table><tr><td>{WRIST}</table>", 450, False, id="keeps: a table"),
    ],
)
def test_lines_of_figures(figure: str, likely: int, goes: bool) -> None:
    assert bool(gone(f"{STORY}<figure>{figure}</figure><p>{MUSEUM}</p>", {WRIST: likely})) is goes


@pytest.mark.parametrize(
    ("name", "line", "goes"),
    [
        pytest.param("instagram-media", "<a href=/p>Näytä tämä julkaisu Instagramissa.</a>", True, id="a link"),
        pytest.param("instagram-media", "Henkilön Jory Nance (@jory.n) jakama julkaisu", True, id="whose it is"),
        pytest.param("instagram-media", KELP, False, id="keeps: its text"),
        pytest.param("twitter-tweet", "— Jory Nance (@jory_n) 3. toukokuuta 2026", False, id="keeps: a signature"),
    ],
)
def test_a_post_that_was_embedded(name: str, line: str, goes: bool) -> None:
    assert bool(gone(f"{STORY}<blockquote class={name}><div><p>{line}</p></div></blockquote>", {})) is goes


TOLD = f"<p>{WRIST} He was flown to the mainland.</p><p>{KELP} They will not say how.</p>"


@pytest.mark.parametrize(
    ("box", "likely", "goes"),
    [
        pytest.param(f"<div class=caption>{TOLD}<p>{BOATS} {LAMP}</p></div>", 600, False, id="keeps: three captions"),
        pytest.param(f"<div class=caption>{TOLD}</div>", 600, True, id="two captions"),
        pytest.param(
            f"<div class=newsletter>{TOLD}<p>{BOATS} {LAMP}</p><form><button>Sign up</button></form></div>",
            960,
            False,
            id="keeps: a story in a box with a form",
        ),
        pytest.param(f"<div class=newsletter-part>{TOLD}</div>", 850, False, id="keeps: a part of a letter"),
        pytest.param(f"<div class=newsletter-part>{TOLD}</div>", 700, True, id="an offer that reads like a story"),
        pytest.param(f"<div class=poll>{TOLD}<button>Vote</button></div>", 850, True, id="a button"),
        pytest.param(f"<div class=poll>{TOLD}<form><input></form></div>", 850, True, id="a form without text"),
        pytest.param(f"<div class=poll>{TOLD}<p><a href=/vote>Vote here now</a></p></div>", 850, True, id="a link"),
        pytest.param(f"<div class=offer>{TOLD}<p>Or sign in here.</p></div>", 850, True, id="words that ask"),
        pytest.param(f"<div class=poll><p>{WRIST} He was flown out.</p></div>", 850, True, id="one sentence"),
        pytest.param(f"<div class=slide>{TOLD}</div>", 850, True, id="captions of slides"),
        pytest.param(f"<div class=slide><h2>1. Ness</h2>{TOLD}</div>", 850, False, id="keeps: slides with headings"),
    ],
)
def test_a_name_alone_takes_no_part_of_the_story(box: str, likely: int, goes: bool) -> None:
    found = gone(f"<article>{STORY}{box}</article>", dict.fromkeys((WRIST, KELP, "1. Ness"), likely))
    assert bool(found) is goes


@pytest.mark.parametrize(
    ("box", "likely", "goes"),
    [
        pytest.param("<p>{}</p><button>Sign up</button>", 700, True, id="a button to subscribe"),
        pytest.param("<p>{}</p><button>Sign up</button>", 960, False, id="keeps: certainly story"),
        pytest.param("<p>{}</p><button>Why?</button>", 700, False, id="keeps: another button"),
        pytest.param("<form><h2>{}</h2><label>*</label></form>", 700, True, id="a form"),
        pytest.param(
            "<h3>The lamp letter</h3><p>{}</p><form><input><button>Go</button></form>", 700, True, id="beside a form"
        ),
        pytest.param(
            "<h3>Hm</h3><p>{}</p><form><button>Go</button></form>", 960, False, id="keeps: story beside a form"
        ),
        pytest.param("<form><p>{}<p>{}<p>{}<p>{}<p>{}<p>{}</form>", 700, False, id="keeps: a story in a form"),
        pytest.param("<h4><a href=/1>Slip at the station</a></h4><p>{}</p>", 900, True, id="a teaser"),
        pytest.param("<h4>Slip at the station</h4><p>{}</p>", 900, False, id="keeps: below a subhead"),
    ],
)
def test_an_offer_or_teaser_within_the_story(box: str, likely: int, goes: bool) -> None:
    layout = lay_out(f"<article>{STORY}<div>{box.replace('{}', WRIST)}</div><p>{MUSEUM}</p></article>")
    story = [line for line, one in enumerate(layout.lines) if len(one.text) > len("Slip at the station")]
    by_line = {line: likely if layout.lines[line].text == WRIST else 970 for line in story}
    assert any(layout.lines[line].text == WRIST for line in asides(layout, Said(), story, (), by_line)) is goes


@pytest.mark.parametrize(
    ("second", "goes"), [("<a href=/2>The crank of the lamp</a>", True), ("The crank of the lamp", False)]
)
def test_the_only_link_of_a_list_that_the_model_keeps(second: str, goes: bool) -> None:
    layout = lay_out(f"<article>{STORY}<ul><li><a href=/1>Eleven boats on the reef</a><li>{second}</ul></article>")
    second_line = {4} if goes else set[int]()
    assert bool(asides(layout, Said(), set(range(5)) - second_line, (), dict.fromkeys(range(5), 950))) is goes


MORE = (("Slip at the station", WRIST), ("Kelp without the smell", KELP), ("The lens is lent", CABLE))


@pytest.mark.parametrize(("headings", "count"), [({5}, 4), ({5, 7, 9}, 0)])
def test_teasers_beside_one_another(headings: set[int], count: int) -> None:
    boxes = "".join(f"<div class=more><h4><a href=/1>{title}</a></h4><p>{text}</p></div>" for title, text in MORE)
    layout = lay_out(f"<article>{STORY}<p>{MUSEUM}</p><p>{LAMP} Again.</p></article>{boxes}")
    story = {0, 1, 2, 3, 4, 6, 8, 10} | headings
    by_line = {line: 970 if line < 7 else 800 for line in story}
    assert len(asides(layout, Said(), story, (), by_line)) == count


HEAD = "<html lang=en><head><title>Lamp goes dark</title></head><body><nav><a href=/>Home</a></nav><article><h1>Lamp goes dark</h1>"
QUESTIONS = (
    "<div class=faq><div class=one><strong class=q>Do ships need it?</strong> <p class=a>No, but boats do.</p></div>"
    "<div class=one><strong class=q>Who owns the lens?</strong> <p class=a>The crown, for as long as it turns.</p></div></div>"
)
QUOTE = (
    "<div class=quote-block><figure><blockquote>A keeper never wrote the word fog.</blockquote>"
    "<figcaption>Jory Nance</figcaption></figure></div>"
)


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        pytest.param(
            QUESTIONS, ("Do ships need it?", "Who owns the lens?"), id="questions in bold above their answers"
        ),
        pytest.param(
            f"<h2>Travel</h2><p>{KELP}</p><p><b>Economy</b></p><p>{WRIST}</p>", ("Travel", "Economy"), id="subheads"
        ),
        pytest.param(QUOTE, ("A keeper never wrote the word fog.",), id="a quotation in a figure"),
    ],
)
def test_what_stays_within_the_story(box: str, kept: tuple[str, ...]) -> None:
    (record,) = etl.clean(f"{HEAD}{STORY}{box}<p>{MUSEUM}</p></article></body></html>", kind="html").articles
    assert [text for text in kept if text not in record.text] == []


SLIDES = "".join(f"<div class=slide><p>{text}</p><i>Jane Roe</i></div>" for text in (CABLE, BOATS, MUSEUM, LAMP) * 3)


@pytest.mark.parametrize(
    ("lead", "count"),
    [
        pytest.param(f"<p>{LAMP} {MUSEUM}", 12, id="keeps: a photo essay"),
        pytest.param(STORY * 3, 24, id="pictures of a story"),
    ],
)
def test_captions_in_slides(lead: str, count: int) -> None:
    assert len(gone(f"<main>{lead}{SLIDES}</main>", {})) == count


@pytest.mark.parametrize(
    ("items", "likely", "count"),
    [
        pytest.param(("Slip at the old lifeboat station", "Eleven boats on the reef"), 700, 3, id="titles"),
        pytest.param(
            ("Slip at the old lifeboat station", "Eleven boats on the reef"), 900, 0, id="keeps: surely story"
        ),
        pytest.param(("Monday, 7 pm: the lamp is lit", "Friday, 8 pm: it is put out"), 700, 0, id="keeps: a programme"),
        pytest.param(("Jory Nance", "Marta Oake"), 700, 0, id="keeps: names"),
    ],
)
def test_a_list_of_links_below_a_heading_among_paragraphs(items: tuple[str, ...], likely: int, count: int) -> None:
    links = "".join(f"<li><a href=/{number}>{text}</a></li>" for number, text in enumerate(items))
    page = f"<main>{STORY}<h4>See this too</h4><ul>{links}</ul><p>{MUSEUM}</p><p>{KELP}</p></main>"
    assert len(gone(page, dict.fromkeys(("See", *items), likely))) == count
    in_bold = page.replace("<h4>See this too</h4>", "<p><b>See this too</b></p>")
    assert len(gone(in_bold, dict.fromkeys(("See", *items), likely))) == count
    assert gone(page.replace("h4>", "p>"), dict.fromkeys(("See", *items), likely)) == []


@pytest.mark.parametrize("names", ["", " class=comment"])
def test_comments_with_a_link_to_reply(names: str) -> None:
    said = f"<div{names}><b>Jory</b><p>{WRIST}</p><a href=#>Balas</a></div>"
    assert gone(f"<main>{STORY}<p>{MUSEUM}</p><h3>Komentar</h3>{said * 2}</main>", {}).count(WRIST) == 2


@pytest.mark.parametrize(
    ("around", "more", "count"),
    [("<div>{}</div>", "<a href=/1>More</a>", 1), ("<div>{}</div>", "", 0), ("<article>{}</article>", "", 1)],
)
def test_a_teaser_whose_title_the_model_keeps(around: str, more: str, count: int) -> None:
    """It ends in a link, or is an article of its own."""
    box = around.format(f"<h4><a href=/1>Slip at the lifeboat station</a></h4><div><p>{WRIST}</div>{more}")
    assert (
        gone(f"<main>{STORY}{box}<p>{MUSEUM}</p><p>{KELP}</p></main>", {"Slip": 450, WRIST: 700}).count(WRIST) == count
    )
