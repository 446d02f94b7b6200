"""Several stories on one page, and live blogs: one article, with every story and entry in order; teasers stay out."""

import json
from collections.abc import Callable, Sequence

import pytest
from conftest import edited

from etl.document import finish
from etl.markup.linked_data import told

Entry = tuple[str, str, Sequence[str]]

BRIDGE = (
    "The Harbour Bridge was closed on Sunday after a barge with a load of gravel struck its northern pier, the port authority said.",
    "Engineers went down to the pier in the afternoon, and found that it had moved by eleven centimetres towards the bank.",
    "Until they know why, no one may cross, and the buses of lines 4 and 9 turn round in front of the old customs house.",
)
SCHOOLS = (
    "Pupils of two village schools will share one building from autumn, the council decided on Tuesday evening by nine votes to four.",
    "“We have counted the chairs, and there are enough,” said Ines Moll, who heads the larger of the two schools.",
    "The other building, which dates from 1911, is to be sold; a brewery has asked about its cellar.",
)
BEES = (
    "A swarm of some twenty thousand bees settled on a traffic light in Mill Lane on Friday, and stopped the traffic for two hours.",
    "A beekeeper from Overton came with a box and a brush. He said that he had never seen bees wait for green.",
    "No one was stung. The light was switched off until dusk, when the last of them had gone into the box.",
)
STORIES: Sequence[Entry] = (
    ("", "Harbour bridge shut", BRIDGE),
    ("", "Two schools, one roof", SCHOOLS),
    ("", "Bees stop the traffic", BEES),
)
GERMAN: Sequence[Entry] = (
    ("", "Brücke gesperrt", ("Die Hafenbrücke ist am Sonntag gesperrt worden, nachdem ein Kahn mit Kies ihren nördlichen Pfeiler gerammt hatte.", "Ingenieure stellten am Nachmittag fest, dass er sich um elf Zentimeter zum Ufer hin bewegt hat.")),
    ("", "Zwei Schulen, ein Dach", ("Die Kinder zweier Dorfschulen lernen ab Herbst in einem Haus, entschied der Rat am Dienstagabend mit neun zu vier Stimmen.", "Das andere Gebäude, das aus dem Jahr 1911 stammt, wird verkauft; eine Brauerei hat nach dem Keller gefragt.")),
    ("", "Bienen legen Verkehr lahm", ("Ein Schwarm von rund zwanzigtausend Bienen ließ sich am Freitag auf einer Ampel in der Mühlgasse nieder.", "Ein Imker kam mit einem Kasten und einem Besen. Gestochen wurde niemand.")),
)  # fmt: skip
CHINESE: Sequence[Entry] = (
    ("", "海港大桥封闭", ("周日，一艘满载砂石的驳船撞上了海港大桥的北侧桥墩，大桥随后被封闭，港务局表示。", "工程师下午检查了桥墩，发现它向岸边移动了十一厘米。")),
    ("", "两所学校合并", ("议会周二晚间以九票对四票决定，两所乡村学校的学生从秋季起将共用一栋教学楼。", "另一栋建于1911年的楼房将被出售，一家啤酒厂已经询问了它的地窖。")),
)  # fmt: skip
STORM: Sequence[Entry] = (
    ("14:20", "Bridge shut", BRIDGE[:2]),
    ("13:55", "Schools send pupils home", ("All schools on the coast have sent their pupils home, the county says.",)),
    ("13:10", "First trees down", ("Firefighters have cleared two trees from the road to Overton.",)),
    ("12:45", "Ferries stay in port", ("All sailings are cancelled until six in the evening.",)),
    ("12:02", "Good afternoon", ("Welcome to our live coverage of the storm. We shall bring you all that happens.",)),
)
AGO: Sequence[Entry] = tuple(
    (f"{minutes} min ago", head, texts) for minutes, (_, head, texts) in zip((4, 19, 32, 51, 58), STORM, strict=True)
)
MATCH: Sequence[Entry] = (
    ("90+4'", "Full time", ("It is over. Harwick win the cup for the first time since 1954.",)),
    ("71'", "", ("Yellow card for Okoro, who has kicked the ball away.",)),
    ("54'", "", ("Goal! 2-1 by Marsh, from the spot.",)),
    ("46'", "", ("The second half begins in heavy rain; both sides are unchanged.",)),
    ("1'", "Kick-off", ("We are under way at the Saltmere ground, in front of nine thousand people.",)),
)

MENU = "<header><a href=/>Tidewater</a></header><nav><ul><li><a href=/a>News</a><li><a href=/b>Sport</a></ul></nav>"
SIDE = (
    "<aside><h3>Recent posts</h3><ul><li><a href=/1>Ferry fares go up again in the spring</a>"
    "<li><a href=/2>Who painted the lighthouse green</a></ul></aside>"
)
FOOTER = "<footer><ul><li><a href=/d>About us</a></ul><p>© 2026 Tidewater Media. All rights reserved.</p></footer>"


def paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(body: str, title: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{MENU}<main>{body}</main>{SIDE}{FOOTER}</body></html>"


def text_of(html: str) -> str:
    """Return headline and text of the one article that a page is."""
    (record,) = finish(edited(html, "html")).records
    return f"{record.headline}\n\n{record.text}"


def missing(text: str, parts: Sequence[str]) -> str:
    """Return the first part that does not stand behind the one before it, "" if all do."""
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return part
        at = found + len(part)
    return ""


def post(number: int, entry: Entry) -> str:
    _, head, texts = entry
    return (
        f"<article id=post-{number} class='post-{number} post hentry'><header class=entry-header>"
        f"<h2 class=entry-title><a href=/2026/{number}/ rel=bookmark>{head}</a></h2>"
        f"<time datetime=2026-03-0{number}>0{number}.03.2026</time> by <a href=/author/lena/>Lena Ortiz</a></header>"
        f"<div class=entry-content>{paragraphs(texts)}</div><footer><a href=/2026/{number}/#c>3 comments</a></footer></article>"
    )


FRONTS: dict[str, Callable[[int, Entry], str]] = {
    "posts of a blog": post,
    "bare articles": lambda at, one: f"<article><h2>{one[1]}</h2>{paragraphs(one[2])}</article>",
    "articles with h1": lambda at, one: f"<article><h1>{one[1]}</h1>{paragraphs(one[2])}</article>",
    "sections": lambda at, one: f"<section class=story><h2>{one[1]}</h2>{paragraphs(one[2])}</section>",
    "divs with linked heads": lambda at, one: f"<div class=post><h3><a href=/{at}>{one[1]}</a></h3><div>{paragraphs(one[2])}</div></div>",
    "heads by class": lambda at, one: f"<div class=post><div class=post-title><a href=/{at}>{one[1]}</a></div><div>{paragraphs(one[2])}</div></div>",
    "custom elements": lambda at, one: f"<news-item><news-title class=title><a href=/{at}>{one[1]}</a></news-title><news-text>{paragraphs(one[2])}</news-text></news-item>",
    "text without paragraphs": lambda at, one: f"<div class=entry><h3><a href=/{at}>{one[1]}</a></h3>{' '.join(one[2])}</div>",
    "items of a list": lambda at, one: f"<li class=post><h3><a href=/{at}>{one[1]}</a></h3>{paragraphs(one[2])}</li>",
    "flat": lambda at, one: f"<h2>{one[1]}</h2>{paragraphs(one[2])}",
}  # fmt: skip


@pytest.mark.parametrize("title", ["Tidewater", "News in brief"])
@pytest.mark.parametrize("front", FRONTS)
def test_every_story_of_a_page_stays_below_its_headline(front: str, title: str) -> None:
    html = page("".join(FRONTS[front](at, one) for at, one in enumerate(STORIES, 1)), title)
    text = text_of(html)
    assert missing(text, [part for _, head, texts in STORIES for part in (head, *texts)]) == ""
    assert "Ferry fares" not in text


@pytest.mark.parametrize("stories", [pytest.param(GERMAN, id="German"), pytest.param(CHINESE, id="Chinese")])
def test_the_same_in_other_languages(stories: Sequence[Entry]) -> None:
    text = text_of(page("".join(post(at, one) for at, one in enumerate(stories, 1)), "Tidewater"))
    assert missing(text, [part for _, head, texts in stories for part in (head, *texts)]) == ""


def test_a_story_beside_the_one_that_the_title_names_stays() -> None:
    first, *others = (
        f"<article class=story><h1>{head}</h1>{paragraphs(texts)}</article>" for _, head, texts in STORIES
    )
    text = text_of(page(first + "".join(others), "Harbour bridge shut"))
    assert missing(text, [*BRIDGE, "Two schools, one roof", *SCHOOLS, "Bees stop the traffic", *BEES]) == ""


def head_of(entry: Entry, name: str = "h3") -> str:
    return f"<{name}>{entry[1]}</{name}>" if entry[1] else ""


LIVE: dict[str, tuple[str, Callable[[Entry], str]]] = {
    "articles": ("{}", lambda one: f"<article class=live-update><time>{one[0]}</time>{head_of(one)}{paragraphs(one[2])}<div class=share><button>Share</button></div></article>"),
    "items of a list": ("<ol class=liveblog>{}</ol>", lambda one: f"<li class=liveblog-entry><span class=liveblog-time>{one[0]}</span>{head_of(one, 'h4')}<div>{paragraphs(one[2])}</div></li>"),
    "headers with links": ("<div>{}</div>", lambda one: f"<div class=post><header><a href=#p><time>{one[0]}</time></a>{head_of(one, 'h2')}<div class=author>Lena Ortiz</div></header><div>{paragraphs(one[2])}</div><footer><a href=#>Share</a> <a href=#>Tweet</a></footer></div>"),
    "heads above times": ("<div>{}</div>", lambda one: f"<article class=qa-post><header>{head_of(one)}<p><time>{one[0]}</time></p></header><div>{paragraphs(one[2])}</div><ul><li><a href=#>Facebook</a><li><a href=#>Twitter</a></ul></article>"),
    "times and text in divs": ("<div class=timeline>{}</div>", lambda one: f"<div class=entry><div class=when>{one[0]}</div><div class=what>{head_of(one)}{paragraphs(one[2])}</div></div>"),
    "rows of a table": ("<table>{}</table>", lambda one: f"<tr><td class=time>{one[0]}<td><b>{one[1]}</b><br>{' '.join(one[2])}</tr>"),
    "terms of a list": ("<dl>{}</dl>", lambda one: f"<dt>{one[0]} {one[1]}</dt><dd>{paragraphs(one[2])}</dd>"),
    "flat": ("<div>{}</div>", lambda one: f"<div class=t>{one[0]}</div>{head_of(one)}{paragraphs(one[2])}"),
}  # fmt: skip


@pytest.mark.parametrize("story", [pytest.param(STORM, id="clock"), pytest.param(AGO, id="ago"), pytest.param(MATCH, id="minutes")])  # fmt: skip
@pytest.mark.parametrize("live", LIVE)
def test_entries_of_a_live_blog_stay_in_order_with_time_and_head(live: str, story: Sequence[Entry]) -> None:
    around, entry = LIVE[live]
    entries = around.format("".join(map(entry, story)))
    text = text_of(page(f"<h1>Storm hits the coast: live</h1>{entries}", "Storm hits the coast: live"))
    for time, head, texts in story:
        assert missing(text, [part for part in (head, *texts) if part]) == "", time
    orders = [[part for one in story for part in parts(*one) if part] for parts in ORDERS]
    assert "" in [missing(text, order) for order in orders]


ORDERS: tuple[Callable[[str, str, Sequence[str]], Sequence[str]], ...] = (
    lambda time, head, texts: (time, head, *texts),
    lambda time, head, texts: (head, time, *texts),
)

STORY = f"<article class=story><h1>Harbour bridge shut</h1>{paragraphs((*BRIDGE, *SCHOOLS[1:]))}</article>"


@pytest.mark.parametrize(
    ("beside", "gone"),
    [
        pytest.param("".join(f"<article class=card><h3><a href=/{at}>{head}</a></h3><p>{texts[0][:70]}…</p></article>" for at, (_, head, texts) in enumerate(STORIES[1:])), "Bees stop the traffic", id="teasers that are cut"),
        pytest.param("<nav>" + "".join(f"<article><h3><a href=/{at}>{head}</a></h3><p>{texts[0]}</p></article>" for at, (_, head, texts) in enumerate(STORIES[1:])) + "</nav>", "Bees stop the traffic", id="teasers in a list of links"),
        pytest.param("<ul class=ticker>" + "".join(f"<li><time>1{at}:20</time> <a href=/{at}>{head}</a></li>" for at, (_, head, _) in enumerate(STORIES[1:])) + "</ul>", "Bees stop the traffic", id="headlines with times"),
        pytest.param("<section id=comments>" + "".join(f"<article class=comment><b>Reader {at}</b> <time>3 March, 11:2{at}</time><p>I took that bridge to school for {at + 3} years, and nobody ever asked us what we needed.</p></article>" for at in range(6)) + "</section>", "nobody ever asked us", id="comments with times"),
        pytest.param("<p class=time>Published 14:20</p>", "14:20", id="the time of the story"),
    ],
)  # fmt: skip
def test_what_looks_like_entries_beside_a_story_is_none(beside: str, gone: str) -> None:
    text = text_of(page(STORY + beside, "Harbour bridge shut"))
    assert missing(text, BRIDGE) == ""
    assert gone not in text


def test_a_live_blog_that_only_scripts_show_is_read_from_its_linked_data() -> None:
    updates = [{"@type": "BlogPosting", "headline": head, "articleBody": "\n".join(texts)} for _, head, texts in STORM]
    script = json.dumps({"@type": "LiveBlogPosting", "headline": "Storm", "liveBlogUpdate": [*updates, {"image": "x"}]})
    parts = [part for _, head, texts in STORM for part in (head, *texts)]
    assert told([script]).body.split("\n") == parts
    html = f"<html><head><script type=application/ld+json>{script}</script></head><body><div id=app>Loading</div></body></html>"
    assert text_of(html).split("\n\n") == ["Storm", *parts]
