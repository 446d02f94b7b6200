"""Pages whose story, or what they say of it, stands in an unusual place: state for scripts, frames, folded boxes, walls."""

import json
from collections.abc import Mapping, Sequence
from html import escape

import pytest

import etl
from etl.authors import names_of
from etl.markup.html import read_html
from etl.markup.page_state import story_of
from etl.packs.load import page_model
from etl.record import Record

MODEL = page_model()
TITLE = "Village buys back its railway station"
STORY = (
    "When the last train left Tallberga in 1989 the station master locked the door and hung the key on a nail.",
    "The key was still there on Friday, when the villagers bought the station house back for a single crown.",
    "“We do not know what it is for, but we did not want anyone else to have it,” said Birgitta Akerlund.",
    "The roof leaks, the wiring is from the thirties, and a colony of bats has moved into the waiting room.",
    "The county has promised a grant if the house is painted before the first of October.",
)
OTHER = tuple(text.replace("the", "that") for text in STORY)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in STORY)
MENU = "<nav><ul><li><a href=/a>News</a><li><a href=/b>Sport</a><li><a href=/c>Culture</a></ul></nav>"
TEASERS = "".join(
    f"<div class=card><h3><a href=/{n}>{title}</a></h3><p>The operator says that it has no choice, but passengers have asked the regulator to look at figure {n}.</p></div>"
    for n, title in enumerate(("Bus fares to rise again", "Bakery wins a prize", "Five walks for a wet Sunday"))
)
FOOTER = "<footer>© 2026 Norra Bladet. All rights reserved.</footer>"


def page_with(story: str, head: str = "", tail: str = "") -> str:
    return f"<html lang=en><head><title>{TITLE}</title>{head}</head><body>{MENU}{story}{FOOTER}{tail}</body></html>"


def record_of(html: str) -> Record:
    (record,) = etl.clean(html, kind="html").articles
    return record


def test_the_language_is_that_of_the_story_not_of_the_menu() -> None:
    words = "Nachrichten Wirtschaft Politik Feuilleton Wetter Leserbriefe Abonnement Anmeldung Werbung".split() * 6
    menu = " ".join(f"<a href=/{number}>{word}</a>" for number, word in enumerate(words))
    html = f"<title>{TITLE}</title><nav>{menu}</nav><main><h1>{TITLE}</h1>{PARAGRAPHS}</main>"
    assert record_of(html).language == "en"


def next_data(value: object) -> str:
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"page": value}})}</script>'


HTML = {"title": TITLE, "body": PARAGRAPHS, "related": [{"title": "Fares", "text": "The fares rise again on Monday."}]}
SPANS = [{"_type": "block", "children": [{"text": text[:20]}, {"text": text[20:]}]} for text in STORY]
PARSED = json.dumps(json.dumps(HTML)).replace("</", "<\\/")
ELEMENTS = [["$", "p", str(at), {"children": [one[:20], one[20:]]}] for at, one in enumerate(STORY)]
HEADER = ["$", "header", None, {"children": ["$", "h1", None, {"children": TITLE}]}]
FLIGHT = f'1:I["x"]\n2:{json.dumps([HEADER, ["$", "div", "a", {"children": ELEMENTS}]])}\n'
STATES = {
    "a string of HTML": next_data(HTML),
    "a list of paragraphs": next_data({"headline": TITLE, "content": [{"type": "p", "text": one} for one in STORY]}),
    "spans of paragraphs": next_data({"headline": TITLE, "parts": {"body": SPANS}}),
    "an assignment": f"<script>window.__INITIAL_STATE__ = {json.dumps({'article': HTML})};(function () {{}})();</script>",
    "WordPress": next_data({"title": {"rendered": TITLE}, "content": {"rendered": PARAGRAPHS}}),
    "Arc": "<script type=application/javascript>window.Fusion=window.Fusion||{};Fusion.globalContent="
    + json.dumps(
        {"headlines": {"basic": TITLE}, "content_elements": [{"type": "text", "content": one} for one in STORY]}
    )
    + ";Fusion.config={a:1};</script>",
    "Nuxt": '<script type="application/json" id="__NUXT_DATA__">'
    + json.dumps([{"title": 1}, TITLE, PARAGRAPHS])
    + "</script>",
    "Angular": '<script id="my-state" type="application/json">'
    + "".join({'"': "&q;", "<": "&l;", ">": "&g;"}.get(sign, sign) for sign in json.dumps({"blog": HTML}))
    + "</script>",
    "flight data": "".join(
        f"<script>self.__next_f.push([1,{json.dumps(part)}])</script>" for part in (FLIGHT[:90], FLIGHT[90:])
    ),
    "a cache of Apollo": "<script>window.__APOLLO_STATE__="
    + json.dumps(
        {
            "ROOT_QUERY": {"post": {"__ref": "Post:1"}},
            "Post:1": {"title": TITLE, "content": {"paragraphs": [{"__ref": f"P:{at}"} for at in range(len(STORY))]}},
            **{
                f"P:{at}": {"id": f"P:{at}", "text": text, "post": {"__ref": "Post:1"}} for at, text in enumerate(STORY)
            },
        }
    )
    + ";</script>",
    "an attribute": f"<div data-page='{escape(json.dumps(HTML))}'></div>",
    "in CDATA": f"<script>/*<![CDATA[*/window.pageData={json.dumps(HTML)};/*]]>*/</script>",
    "parsed": f"<script>window.__STATE__ = JSON.parse({PARSED});</script>",
}


@pytest.mark.parametrize("state", [pytest.param(state, id=name) for name, state in STATES.items()])
@pytest.mark.parametrize("shown", ["<div id=root></div>", f"<div id=root><p>Loading…</p></div><div>{TEASERS}</div>"])
def test_a_shell_has_its_story_in_the_state_for_scripts(state: str, shown: str) -> None:
    record = record_of(page_with(shown, tail=state))
    assert record.text == "\n\n".join(STORY)
    assert record.status == "full"


@pytest.mark.parametrize("state", ["window.__STATE__ = %s;", "window.__STATE__ = JSON.parse(%s);", "%s"])
def test_half_a_character_in_the_state_costs_no_page(state: str) -> None:
    value = json.dumps({"title": TITLE, "teaser": "Cut within \ud83d", "body": f"{PARAGRAPHS}<p>Also \ud83d.</p>"})
    value = json.dumps(value) if "parse" in state else value
    kind = "" if "=" in state else " type=application/json"
    record = record_of(page_with("<div id=root></div>", tail=f"<script{kind}>{state % value}</script>"))
    assert record.text.startswith("\n\n".join(STORY))


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        pytest.param(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>", HTML, id="the page shows it"),
        pytest.param(
            f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>",
            {"title": "Another story", "body": [{"text": text} for text in OTHER * 3]},
            id="the state has another story",
        ),
    ],
)
def test_a_page_that_shows_its_story_is_read_as_it_shows_it(shown: str, state: object) -> None:
    assert record_of(page_with(shown, tail=next_data(state))).text == "\n\n".join(STORY)


@pytest.mark.parametrize(
    ("state", "count"),
    [
        pytest.param({"title": TITLE, "body": PARAGRAPHS}, 5, id="beside the title"),
        pytest.param({"page": {"title": TITLE}, "notice": PARAGRAPHS}, 0, id="keeps: beside no title"),
        pytest.param({"title": "Privacy policy", "body": PARAGRAPHS}, 0, id="keeps: beside another title"),
        pytest.param({"title": TITLE, "more": [{"slug": "x", "text": one} for one in STORY]}, 0, id="keeps: teasers"),
        pytest.param({"title": TITLE, "next": {}}, 0, id="keeps: no text"),
        pytest.param(["[" * 5_000], 0, id="keeps: brackets"),
    ],
)
def test_only_text_beside_the_title_is_a_story(state: object, count: int) -> None:
    assert len(story_of([json.dumps(state)], [TITLE])) == count


@pytest.mark.parametrize("begin", ["", "window.__STATE__ = "])
def test_a_number_that_python_does_not_convert_costs_no_story(begin: str) -> None:
    script = begin + json.dumps({"title": TITLE, "body": "\n".join(STORY)}).replace("{", '{"n": %s, ' % ("9" * 5000), 1)
    assert story_of([script], [TITLE]) == STORY


JAPANESE = (
    "二〇二二年に閉館した北浜町の映画館「港座」が、十二日、四年ぶりに再開した。",
    "町の有志およそ八十人が週末ごとに集まり、座席の張り替えや映写機の修理を続けてきた。",
    "再開初日には、閉館の日に上映されるはずだった作品が上映され、百二十席が満席となった。",
)


def test_a_short_japanese_story_for_browsers_without_scripts() -> None:
    story = [f"{text}{number}人の客が港まで歩いて海を見たという。" for number, text in enumerate(JAPANESE)]
    paragraphs = "".join(f"<p>{text}</p>" for text in story)
    record = record_of(page_with(f"<div id=root></div><noscript><article>{paragraphs}</article></noscript>"))
    assert [text for text in story if text not in record.text] == []


def test_a_short_article_body_in_japanese_is_a_story() -> None:
    linked = json.dumps(
        {"@type": "NewsArticle", "headline": "映画館再開", "articleBody": "<p>" + "</p><p>".join(JAPANESE)}
    )
    teasers = (
        "<div><a href=/1>バス運転手がスト</a><p>組合は七パーセントの賃上げを求め、対話の不足を訴えている。</p></div>"
        * 3
    )
    script = f'<script type="application/ld+json">{linked}</script>'
    assert record_of(page_with(f"<div id=app></div>{teasers}", head=script)).text == "\n\n".join(JAPANESE)


def test_the_story_of_a_page_of_frames_is_what_it_shows_without() -> None:
    body = f"<noframes><body><h1>{TITLE}</h1>{PARAGRAPHS}</body></noframes>"
    frames = f"<frameset cols='20%,*'><frame src=menu.html><frame src=text.html>{body}</frameset>"
    record = record_of(f"<html lang=en><head><title>{TITLE}</title></head>{frames}</html>")
    assert record.text == "\n\n".join(STORY)


@pytest.mark.parametrize("name", ["script", "STYLE"])
def test_a_script_that_a_slash_and_a_tag_close_is_no_text(name: str) -> None:
    paragraphs = [f"<p>{text}</p>" for text in STORY]
    closed_twice = f"<{name} class=a />var newsletter = 'Sign up to our newsletter';</{name}>"
    assert record_of(page_with(f"{paragraphs[0]}{closed_twice}{''.join(paragraphs[1:])}")).text == "\n\n".join(STORY)


def test_text_behind_a_script_that_only_a_slash_closes_stays() -> None:
    paragraphs = "<script src=a.js />".join(f"<p>{text}</p>" for text in STORY)
    assert record_of(page_with(paragraphs)).text == "\n\n".join(STORY)


TIMED = (
    ("14:05", "Pound steady", "The pound has barely moved since the announcement."),
    ("13:20", "Two wanted a cut", "The minutes show that two members voted for a cut."),
    ("12:00", "Rates held", "The central bank has left its main rate unchanged."),
)
ENTRIES = "".join(
    f"<div class=lb-item><div class=lb-time>{time}</div><div class=lb-ttl>{head}</div><div class=lb-txt><p>{text}</p></div><div><a>Share</a></div></div>"
    for time, head, text in TIMED
)
LIVE = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "The bank decides"}</script>'


@pytest.mark.parametrize(
    ("title", "head"),
    [
        pytest.param("Live: the bank decides", "", id="its title"),
        pytest.param("Liveticker zur Zinsentscheidung", "", id="its title in German"),
        pytest.param("The bank decides", LIVE, id="its linked data"),
    ],
)
def test_a_page_that_calls_itself_a_live_blog_keeps_its_entries(title: str, head: str) -> None:
    lead = "<p>Follow the decision on rates and the reactions to it here, minute by minute.</p>"
    html = f"<html><head><title>{title}</title>{head}</head><body>{MENU}<main><h1>{title}</h1>{lead}<div>{ENTRIES}</div></main>{FOOTER}</body></html>"
    text = record_of(html).text
    assert [part for entry in TIMED for part in entry if part not in text] == []
    assert "All rights reserved" not in text
    assert "Share" not in text


@pytest.mark.parametrize(
    ("story", "lost", "left"),
    [
        pytest.param(
            f"<div class=teaser-text itemprop=description><p>{STORY[0]}</p></div><div class=news-text>{''.join(f'<div>{text}</div>' for text in STORY[1:])}</div>",
            STORY,
            (),
            id="a lead in a box of its own",
        ),
        pytest.param(
            f"<p>{STORY[0]}</p><p>{STORY[1]}</p><div style='display:none' id=rest><p>{STORY[2]}</p><p>{STORY[3]}</p><p>{STORY[4]}</p></div><button>Read on</button>",
            STORY,
            (),
            id="the second half is folded away",
        ),
        pytest.param(
            f"<div role=tabpanel>{PARAGRAPHS}</div><div role=tabpanel hidden><p>{OTHER[2]}</p><p>{OTHER[3]}</p></div>",
            (*STORY, OTHER[2], OTHER[3]),
            (),
            id="a chapter is folded away",
        ),
        pytest.param(
            f"{PARAGRAPHS}<div hidden class=newsletter><p>Sign up for our morning briefing and get the stories of the day.</p><p>You can unsubscribe from it at any time, with a single click.</p></div>",
            STORY,
            ("morning briefing",),
            id="keeps: a hidden offer goes",
        ),
        pytest.param(
            f"<figure><img src=a.jpg><figcaption>The station house in winter, when the snow lay as high as its windows.</figcaption></figure>{PARAGRAPHS}",
            STORY,
            ("The station house in winter",),
            id="keeps: a caption below the headline goes",
        ),
        pytest.param(
            f"<div style='display:none'><p>Choose a county, a party and a year to filter the list below. Your choice is kept.</p></div>{PARAGRAPHS}",
            STORY,
            ("Choose a county",),
            id="keeps: hidden words below the headline go",
        ),
        pytest.param(
            f"<table><tr><td><a href=/1>Politics</a><br><a href=/2>Bakery wins a prize</a><br><a href=/3>Bus fares to rise again</a></td><td>{PARAGRAPHS}</td></tr></table>",
            STORY,
            ("Bakery wins",),
            id="a menu in a cell goes",
        ),
        pytest.param(
            f"{PARAGRAPHS}<table><tr><td>1951</td><td><a href=/m>Marsham</a></td></tr><tr><td>1968</td><td><a href=/o>Little Ouse</a></td></tr></table><p>{OTHER[0]}</p>",
            (*STORY, "Marsham", "Little Ouse"),
            (),
            id="keeps: a table of the story",
        ),
        pytest.param(
            f"{PARAGRAPHS}<div class=jp-relatedposts><p><a href=/1>Bakery wins a prize for its pie</a></p><p><a href=/2>Bus fares to rise again</a></p></div>",
            STORY,
            ("Bakery wins",),
            id="related stories by one word go",
        ),
    ],
)
def test_what_stands_beside_the_story(story: str, lost: Sequence[str], left: Sequence[str]) -> None:
    text = record_of(page_with(f"<article><h1>{TITLE}</h1>{story}</article>")).text
    assert [part for part in lost if part not in text] == []
    assert [part for part in left if part in text] == []


def test_a_box_with_the_headline_is_no_offer_though_readers_say_more_below() -> None:
    said = "".join(
        f"<div class=c><b>user{n}</b> <time>12:0{n}</time><p>{text}</p></div>" for n, text in enumerate(OTHER)
    )
    story = f"<section class='promo newsletter'><h1>{TITLE}</h1>{PARAGRAPHS}</section><div>{said}</div>"
    text = record_of(page_with(story)).text
    assert [part for part in STORY if part not in text] == []


@pytest.mark.parametrize(
    ("below", "head", "status"),
    [
        pytest.param("<p>This article is for subscribers only.</p><a>Offers</a>", "", "teaser", id="English"),
        pytest.param(
            "<p>Cet article est réservé aux abonnés. Il vous reste 78 % de cet article à lire.</p><a>S’abonner</a>",
            "",
            "teaser",
            id="French",
        ),
        pytest.param(
            "<p>Este contenido es exclusivo para suscriptores. Suscríbete por un euro al mes.</p><a>Suscríbete</a>",
            "",
            "teaser",
            id="Spanish, with a price",
        ),
        pytest.param("<p>You must be a subscriber to comment.</p>", "", "full", id="keeps: comments"),
        pytest.param("<p>Subscribe to our newsletter.</p>", "", "full", id="keeps: a newsletter"),
        pytest.param(
            "",
            '<script type="application/ld+json">{"@type": "NewsArticle", "hasPart": {"isAccessibleForFree": "False"}}</script>',
            "paywalled",
            id="a part is not free",
        ),
        pytest.param(
            "",
            '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": true, "hasPart": [{"isAccessibleForFree": false}]}</script>',
            "full",
            id="keeps: the article is free",
        ),
    ],
)
def test_status_of_a_page_with_a_wall(below: str, head: str, status: str) -> None:
    language = {"C": "fr", "E": "es"}.get(below[3:4], "en")
    html = page_with(
        f"<article><h1>{TITLE}</h1><p>{STORY[0]}</p><p>{STORY[1]}</p><div class=wall>{below}</div></article>", head
    )
    assert record_of(html.replace("lang=en", f"lang={language}")).status == status


CARDS = "".join(
    f"<div><span class=date>{day} June 2026</span> <a href=/{day}>Bakery wins a prize</a></div>" for day in (3, 4)
)
LINKED = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "%s", "datePublished": "%s", "author": {"name": "%s"}}</script>'


@pytest.mark.parametrize(
    ("head", "above", "beside", "facts"),
    [
        pytest.param(
            "", CARDS, "<p>By Ada Quill, 5 May 2026</p>", {"created": "2026-05-05", "author": "Ada Quill"}, id="teasers"
        ),
        pytest.param(
            "",
            CARDS,
            "<time datetime=2026-05-05T07:00:00+02:00>5 May</time>",
            {"created": "2026-05-05T05:00"},
            id="a time, not the class of a teaser",
        ),
        pytest.param(
            "<meta name=date content=2026-05-05>", CARDS, "", {"created": "2026-05-05"}, id="keeps: a meta date"
        ),
        pytest.param(
            LINKED % ("Bakery wins a prize", "2026-06-03", "Ben Nib") + LINKED % (TITLE, "2026-05-05", "Ada Quill"),
            "",
            "",
            {"created": "2026-05-05", "author": "Ada Quill"},
            id="linked data of a teaser first",
        ),
        pytest.param("", "", "<p>By Jane Roe March 3, 2026</p>", {"author": "Jane Roe"}, id="a day behind the name"),
        pytest.param(
            "", "", "<p>Por Ana Lobo em 3 de abril de 2026</p>", {"author": "Ana Lobo"}, id="on a day, in Portuguese"
        ),
        pytest.param(
            "<meta name=author content=admin>", "", "<p>By Ada Quill</p>", {"author": "Ada Quill"}, id="an account"
        ),
        pytest.param(
            "",
            "",
            "<p>By Ada Quill</p><article><a href=/1>Bakery wins</a><span class=byline>by Ben Nib</span></article>",
            {"author": "Ada Quill"},
            id="beside the byline of another article",
        ),
        pytest.param("", "", "<p>By Theresa May</p>", {"author": "Theresa May"}, id="keeps: a name that is a month"),
        pytest.param("", "", "<p>한서윤 기자 입력 2026.03.08. 06:30</p>", {"author": "한서윤"}, id="Korean"),
        pytest.param(
            "",
            "",
            "<p>2026-06-21 08:15　来源：江岸晚报　作者：林知远　字号：大</p>",
            {"author": "林知远", "created": "2026-06-21"},
            id="Chinese",
        ),
        pytest.param(
            "", "", "<div class=assinatura>Teresa Quintela</div>", {"author": "Teresa Quintela"}, id="Portuguese"
        ),
        pytest.param(
            "",
            "",
            "<div class=firma>NURIA CASTELAO | Punta Brava | 01.03.2026</div>",
            {"author": "NURIA CASTELAO"},
            id="keeps: a place is no author",
        ),
        pytest.param(
            "<meta property=og:site_name content='Norra Bladet'>",
            "",
            "<p>By Ada Quill, Norra Bladet</p>",
            {"author": "Ada Quill", "publisher": "Norra Bladet"},
            id="a publisher is no second author",
        ),
        pytest.param(
            "<meta name=dcterms.publisher content='Town of Tallberga'>",
            "",
            "",
            {"publisher": "Town of Tallberga"},
            id="Dublin Core",
        ),
    ],
)
def test_facts_are_those_of_the_story(head: str, above: str, beside: str, facts: Mapping[str, str]) -> None:
    metadata = read_html(
        page_with(f"<div>{above}</div><article><h1>{TITLE}</h1>{beside}{PARAGRAPHS}</article>", head), model=MODEL
    ).metadata
    assert {name: getattr(metadata, name)[: len(value)] for name, value in facts.items()} == facts


@pytest.mark.parametrize(
    ("title", "line", "headline"),
    [
        pytest.param("Norra Bladet: " + TITLE, f"<b>{TITLE}</b>", TITLE, id="site in front"),
        pytest.param(
            "町の有志が駅舎を一円で買い戻す：北部新報",
            "<h2>町の有志が駅舎を一円で買い戻す</h2>",
            "町の有志が駅舎を一円で買い戻す",
            id="site behind a wide colon",
        ),
        pytest.param(
            f"{TITLE} &lt; 지역 &lt; 기사본문 - 강변일보", f"<h2>{TITLE}</h2>", TITLE, id="sections behind a <"
        ),
        pytest.param(
            "町の有志が駅舎を一円で買い戻す-北部新報",
            "<h2>町の有志が駅舎を一円で買い戻す</h2>",
            "町の有志が駅舎を一円で買い戻す",
            id="site behind a hyphen in Japanese",
        ),
        pytest.param(f"{TITLE}: Ada Lorne", "<b>Ada Lorne</b>", f"{TITLE}: Ada Lorne", id="keeps: a name behind"),
        pytest.param(
            f"{TITLE} - The new paper of the north",
            f"<i>The new paper of the north</i><p><b>{TITLE}</b>",
            TITLE,
            id="keeps: a long name of the site",
        ),
    ],
)
def test_headline_without_a_heading_is_what_the_page_shows(title: str, line: str, headline: str) -> None:
    html = f"<html><title>{title}</title><body>{MENU}<div>{line}</div>{PARAGRAPHS}</body></html>"
    assert read_html(html, model=MODEL).metadata.headline == headline


@pytest.mark.parametrize(
    ("said", "names"),
    [
        pytest.param("Publié par Mathilde Hervieu", ("Mathilde Hervieu",), id="French"),
        pytest.param("Geschrieben von: Max Muster", ("Max Muster",), id="German"),
        pytest.param("Guest post by Ada Quill", ("Ada Quill",), id="what she wrote"),
        pytest.param("Ein Kommentar von Ada Quill", ("Ada Quill",), id="what she wrote, German"),
        pytest.param("Entretien réalisé par Ada Quill", ("Ada Quill",), id="what she wrote, French"),
        pytest.param("Reporting by Ada Quill; Editing by Ben Nib", ("Ada Quill",), id="keeps: an editor goes"),
        pytest.param("Escrito por Ana Ruiz", ("Ana Ruiz",), id="Spanish"),
        pytest.param("Συντάκτης: Άννα Ρήγα", ("Άννα Ρήγα",), id="Greek label"),
        pytest.param("Γράφει η Ελένη Καραμάνη", ("Ελένη Καραμάνη",), id="Greek"),
        pytest.param("By Ana Lopez-Garcia - Reporter", ("Ana Lopez-Garcia",), id="a hyphen stays, a dash ends"),
        pytest.param(
            "Par Luc Barbot et Jean-Noël Quesnel (photos : Karim Aït)", ("Luc Barbot", "Jean-Noël Quesnel"), id="two"
        ),
        pytest.param("Ada Quill | Ben Nib", ("Ada Quill", "Ben Nib"), id="keeps: two and a bar"),
        pytest.param("By Ada Quill\nAda Quill reports on courts", ("Ada Quill",), id="what she does"),
        pytest.param("Por Inês Lima, enviada a Ribeira Alta", ("Inês Lima",), id="where she was sent"),
        pytest.param("Par Luc Barbot, envoyé spécial à Saint-Lô", ("Luc Barbot",), id="where he was sent"),
        pytest.param("View all posts by Ada Quill →", ("Ada Quill",), id="a link to her other stories"),
        pytest.param("Plus d’articles de Luc Barbot", ("Luc Barbot",), id="a link to his other stories"),
        pytest.param("Oleh Dadang Hermawan", ("Dadang Hermawan",), id="Indonesian"),
        pytest.param("Oleh Kovalenko", ("Oleh Kovalenko",), id="keeps: a given name"),
        pytest.param("取材・文／佐藤美咲", ("佐藤美咲",), id="Japanese, with a wide slash"),
        pytest.param("글 한지우", ("한지우",), id="Korean, without a colon"),
        pytest.param("【佐藤美咲】", ("佐藤美咲",), id="in Japanese brackets"),
        pytest.param("Ada Quill, Product Manager", ("Ada Quill",), id="her post"),
        pytest.param("Ada Quill | Palma de Mallorca | 8/1/2026", ("Ada Quill",), id="where she was, and a day"),
        pytest.param("By Jan van der Beek", ("Jan van der Beek",), id="keeps: particles"),
        pytest.param("By Ada Quill jr.", ("Ada Quill jr",), id="keeps: the son of another"),
        pytest.param("By Ada Quill and Ben Nib | 3 May", ("Ada Quill", "Ben Nib"), id="two, a bar and a day"),
    ],
)
def test_names_in_bylines(said: str, names: Sequence[str]) -> None:
    assert names_of([said], "shown") == names


@pytest.mark.parametrize("title", ["Town", "Village"])
def test_a_title_that_is_a_word_of_the_story_is_no_headline_of_its_lines(title: str) -> None:
    story = ("The town has its station back.", "The village paid a crown for it.", *STORY)
    html = page_with(f"<article><h1>{TITLE}</h1><p>{'<p>'.join(story)}</article>")
    record = record_of(html.replace(f"<title>{TITLE}", f"<title>{title}"))
    assert (record.headline, record.text) == (TITLE, "\n\n".join(story))


@pytest.mark.parametrize(
    ("cells", "stay"),
    [
        pytest.param("Rider|Time|Oake|21:14:08|Holm|21:14:11", True, id="times"),
        pytest.param("Day|Start|12 March 2026|15:00|13 March 2026|17:30|Place|Oakham|Corley", True, id="days"),
        pytest.param("Party|Share|Greens|31%|Reds|22%", True, id="a word that is a button elsewhere"),
        pytest.param("Share|Print|Email|12:10|12:20|12:30", False, id="keeps: a menu in a table goes"),
    ],
)
def test_the_cells_of_a_table_stay(cells: str, stay: bool) -> None:
    table = f"<table><td>{cells.replace('|', '<td>')}</table>"
    above, below = ("".join(f"<p>{text}</p>" for text in part) for part in (STORY[:3], STORY[3:]))
    text = record_of(page_with(f"<article><h1>{TITLE}</h1>{above}{table}{below}</article>")).text.split("\n\n")
    assert [cell in text for cell in cells.split("|")] == [stay] * (cells.count("|") + 1)


@pytest.mark.parametrize(
    "days", [("1874", "1931", "2026"), ("May 1874", "June 1931", "2026"), ("3 May 1874", "1 June 1931", "9 July 2026")]
)
def test_the_days_of_a_timeline_stay(days: Sequence[str]) -> None:
    told = ("The station is built.", "A storm takes the roof.", "The village buys the house.")
    items = "".join(
        f"<div class=item><span class=timeline-date>{day}</span><p>{text}</div>"
        for day, text in zip(days, told, strict=True)
    )
    text = record_of(page_with(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}{items}{PARAGRAPHS}</article>")).text
    assert "\n\n".join(line for pair in zip(days, told, strict=True) for line in pair) in text


def test_an_answer_that_says_the_headline_stays() -> None:
    said = (
        "Why here?",
        "Because of the window.",
        "How long?",
        "Eleven months, one month a minute.",
        "Will you go?",
        "No.",
    )
    story = "".join(f"<p><strong>{said[at]}</strong></p><p>{said[at + 1]}</p>" for at in (0, 2, 4))
    html = f"<html><head><title>“One month a minute”</title></head><body>{MENU}<article><h1>“One month a minute”</h1>{story}</article>{FOOTER}</body></html>"
    text = record_of(html).text
    assert [part for part in said if part not in text] == []


def test_one_title_below_a_heading_that_heads_what_follows_the_story_goes() -> None:
    shown = "".join(f"<p>{text}</p>" for text in JAPANESE)
    html = (
        "<html lang=ja><head><title>映画館「港座」再開：浜新聞</title></head><body><header><a>ログイン</a></header><main>"
        f"<h1>映画館「港座」再開</h1><p class=date>2024年5月12日</p><div class=ArticleText>{shown}</div>"
        "<p class=limited>有料会員になると会員限定の有料記事もお読みいただけます。</p>"
        "<div class=kanren><h2>関連ニュース</h2><ul><li><a>駅そばの名店、惜しまれ閉店</a></ul></div></main></body></html>"
    )
    assert "駅そば" not in record_of(html).text
