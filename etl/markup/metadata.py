"""Read the metadata of an article from its page: JSON-LD first, then meta tags, then the text that the page shows."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, pairwise, product

from etl.addresses import original
from etl.authors import begins_byline, names_of, upright, with_office
from etl.calendar import MONTHS
from etl.fold import count_words, ends_sentence
from etl.markup.clues import LANGUAGES, Clues, texts_of
from etl.markup.layout import Clue
from etl.markup.linked_data import bare, in_one_line, read_linked_data
from etl.markup.published import created_of
from etl.markup.shown import Shown, Span
from etl.markup.time_labels import up_to_label
from etl.model import Metadata

# Names of clues, the most reliable first.
HEADLINES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title", "title")
PUBLISHERS = (
    "og:site_name",
    "dc.publisher",
    "dcterms.publisher",
    "citation_publisher",
    "publisher",
    "itemprop publisher",
    "application-name",
)
AUTHORS = (
    *("author", "authors", "byl", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author"),
    *("sailthru.author", "citation_author", "cxenseparse:author", "article:author", "og:author"),
)
# Clues that may name the newspaper and the portal: they are used last, and never for the publisher.
LAST_AUTHOR = "og:article:author"
# Catalogues write the family name first.
CATALOGUED = frozenset(("dc.creator", "dcterms.creator", "citation_author"))
# Clues that the page shows, the most certain first.  Elsewhere on the page, they belong to teasers and comments.
SHOWN_AUTHORS = ("itemprop author", "rel author", "byline", "author link")
ADDRESSES = ("link canonical", "og:url")

# Share of common trigrams of two versions of a headline, for readers and for search engines.
MIN_LIKENESS = 0.5
# The same for the only heading of a page, whose version for search engines may be shorter.
AKIN = 0.15
# Words.  A shorter text behind the name of a site is its motto.
MIN_HEADLINE_WORDS = 4
# Letters of a name that a publisher's begins with, and is its own: "Polar Press" of "Polar Press Agency".
MIN_PUBLISHER = 8
# Words and characters of the longest name of a site.
MAX_SITE_WORDS, MAX_SITE = 6, 50
# A page with 5,000 <h1>, or a title with 200,000 dashes, is an attack: only the first ones are examined.
MAX_HEADINGS = 20
MAX_ENDINGS = 4
# The most names in bylines of one kind.  More names belong to a list.
MAX_SHOWN = 3
# Accounts that templates name as authors; a visible byline is better.
NOBODY = frozenset(
    (
        *("admin", "administrator", "editor", "webmaster", "unknown", "anonymous", "none", "null", "undefined"),
        *("superuser", "siteadmin", "webeditor", "root", "user", "guest", "staff", "system"),
    )
)

_SEPARATOR = re.compile(
    r"\s*[|｜·•»«]\s*|\s+::+\s+|\s+[<>›‹]\s+|[：＿_]|(?<=[\u3040-\u9fff])[-–—](?=[\u3040-\u9fff])|\s*[-–—]\s+|\s+[-–—:]\s*"
)
# Signs between the parts of a path: site, section, story.
PATH_SIGNS = frozenset(("»", "|", "·", "•", "::"))
_NAME_WORDS = re.compile(r"^(?:the|die|der|das|le|la|el|il)|(?:online|news|com|net|org)$")
_MOTTO = re.compile(r"\s::+\s|[:|•·»–—]|\s-\s")
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[a-z]{2,6}", re.IGNORECASE)
_SITE = re.compile(r"https?://(?:[^/?#]*\.)?([^/?#.]+?)(?:\.(?:ac|co|com|gov|net|org))?\.[a-z]+(?::\d+)?(?:[/?#]|$)")
# "jquill": the account of an author, who may be named elsewhere.
_ACCOUNT = re.compile(r"[a-z][a-z0-9._-]*")
# "CNX Wire", "Courier Newsroom": a desk, whose story may name its authors.
_DESK = re.compile(
    r"\w (?:wires?|newsroom|(?:news|web) ?desk|news service|staff|agenc(?:y|ies)|redaktion)$", re.IGNORECASE
)
# How cards for social networks label an author: by Yoast, in the language of the site.
_LABEL = re.compile(
    r"\b(?:by|von|par|por|da|door|av|af|autor|автор|автором|yazan|oleh)\b|著者|作者|執筆者|글쓴이|بواسطة", re.IGNORECASE
)
_CHINESE_BYLINE = re.compile(
    r"(?<![\u4e00-\u9fff])(?:作者|记者|記者|撰文)\s*[:：/]\s*[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])"
)
_KOREAN_BYLINE = re.compile(r"(?<![가-힣])([가-힣]{2,4})\s?(?:기자|특파원|논설위원)(?![가-힣])")
# "Photo by Jane Roe on Unsplash": a credit of a picture.
_CREDIT = re.compile(r"\W*photo", re.IGNORECASE)
# A date or time behind a name.
_FIGURES = re.compile(r"[\s,|·•–—-]+\d")
_MONTHS = sorted({name for names in MONTHS.values() for name in names}, key=lambda name: (-len(name), name))
_LAST_MONTH = re.compile(rf"(?<![\s,|·•–—-])[\s,|·•–—-]+(?:{'|'.join(map(re.escape, _MONTHS))})\.?$", re.IGNORECASE)
# A day or time before a byline.
_BEHIND_DAY = re.compile(
    r"^[^.!?]{0,40}\d(?: ?[APap]\.?[Mm]\.?)?[\s|·•,–—-]+(?=(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]i|[Dd]oor) [A-ZÀ-Þ])"
)
# Separators of the facts in a line.
_BAR = re.compile(r"\s+[|·•]\s+")
_ON = re.compile(r"(?<!\s)\s+(?:on|at|am|em|el|le|il|op|den|à|dne|dnia|от|в)$")
_NOT_LETTERS = re.compile(r"[\W_]+")
_CUT = re.compile(r"(?:…|\.\.\.)$")


def read_metadata(clues: Sequence[Clue], shows: Shown) -> Metadata:
    """Return the metadata of a page's article; "" is unknown."""
    headings = shows.headings
    by_name: dict[str, list[Clue]] = {}
    for clue in clues:
        by_name.setdefault(clue.name, []).append(clue)
    scripts = texts_of(by_name, ["script application/ld+json"])
    linked = read_linked_data(scripts, [in_one_line(title) for title in (*headings[:1], *texts_of(by_name, HEADLINES))])
    url = original(next(filter(_is_address, (*texts_of(by_name, ADDRESSES), linked.url)), ""))
    names = (linked.publisher, *texts_of(by_name, PUBLISHERS))
    publishers = [in_one_line(name) for name in names if not _is_address(name)]
    known = {_folded(name) for name in (*publishers, _site(url), *texts_of(by_name, ["home"]))} - {""}
    said = list(filter(None, (linked.headline, *texts_of(by_name, HEADLINES))))
    known |= {_folded(name) for name in _site_headings(said, headings, shows.titled)}
    titles = [title for title in said if not _is_site_title(title, known)]
    shown = [text for heading in headings[:MAX_HEADINGS] if not _is_site_title(text := in_one_line(heading), known)]
    if not titles and not shown:
        titles, shown = [_behind_site(title) for title in said], list(headings[:1])
        if shows.above and said and titles == said:
            titles, shown = [], [in_one_line(shows.above)]
    heading = "" if len(shown) > 1 else next(iter(shown), in_one_line(shows.above))
    is_told = linked.headline or shows.titled or any(texts_of(by_name, HEADLINES[:-1]))
    if titles and (_is_label(titles[0], heading, shows.titled) or (shown and not is_told and _is_title(heading))):
        titles = [heading]
    homes = {_folded(name) for name in texts_of(by_name, ["home"])}
    lines = [*shown, *(line for line in shows.titled if _folded(line) not in homes)]
    publisher = _without_motto(publishers) or _site_behind(texts_of(by_name, ["title"]), lines, _site(url))
    return Metadata(
        headline=_headline([headline_of(title, known) for title in titles], shown, shows.titled[:MAX_HEADINGS]),
        publisher=publisher,
        author=_author(by_name, linked.author, shows, known | {_folded(publisher)}),
        created=created_of(by_name, clues, shows, linked.created, url),
        url=url,
        language=_language((*texts_of(by_name, LANGUAGES), linked.language)),
    )


def _without_motto(publishers: Iterable[str]) -> str:
    """Return the first name of a publisher that has no motto, else the first."""
    named = [name for name in publishers if name]
    return next((name for name in named if not _MOTTO.search(name)), next(iter(named), ""))


def _site_behind(titles: Iterable[str], headings: Iterable[str], site: str = "") -> str:
    """Return the name of the site at the end of a title, behind a heading that the page shows; "" if there is none.

    Or with the name in the address of the page, `site`.

    >>> [_site_behind([title], ["Lock shut"]) for title in ("Lock shut | News | Courier", "Lock shut - live updates")]
    ['Courier', '']
    """
    title = in_one_line(next(iter(titles), ""))
    separators = [*_SEPARATOR.finditer(title)][-MAX_ENDINGS:]
    shown = {_folded(heading) for heading in headings}
    ending = title[separators[-1].end() :] if separators else ""
    is_behind = any(_folded(title[: at.start()] or " ") in shown - {""} for at in separators)
    if not is_behind and not (ending and _folded(ending) == _folded(site)):
        return ""
    is_short = 0 < count_words(ending) <= MAX_SITE_WORDS and len(ending) <= MAX_SITE
    is_name = not (ends_sentence(ending) or ending[:1].islower()) or _DOMAIN.fullmatch(ending)
    return ending if is_short and is_name and _folded(ending) not in shown else ""


def headline_of(title: str, publishers: Iterable[str]) -> str:
    """Return a title without publishers at its end.

    >>> headline_of("Lukashenko meets Mishustin in Minsk- BBC News – BBC News", ["BBC News"])
    'Lukashenko meets Mishustin in Minsk'
    >>> headline_of("Four officials – two of them ministers – resign", ["BBC News"])
    'Four officials – two of them ministers – resign'
    """
    title = in_one_line(title)
    names = {_folded(name) for name in publishers if name}
    for separator in reversed([*_SEPARATOR.finditer(title)][-MAX_ENDINGS:]):
        ending = title[separator.end() :]
        if separator.start() and (_is_site(_folded(ending), names) or _DOMAIN.fullmatch(ending)):
            title = title[: separator.start()]
    return title


def _is_site(ending: str, names: Collection[str]) -> bool:
    """Return whether the end of a title is the name of its site, ignoring words that names and addresses leave out.

    "The Harwick Post" is harwickpost.example, and "Courier Online" the Courier.
    """
    return _NAME_WORDS.sub("", ending) in {_NAME_WORDS.sub("", name) for name in names} or ending in names


def _site_headings(titles: Iterable[str], headings: Collection[str], titled: Collection[str]) -> Iterator[str]:
    """Yield the headings that a title ends in, behind what the page shows, too: names of its site."""
    headings, titled = frozenset(headings), frozenset(titled)
    for title in titles:
        for separator in [*_SEPARATOR.finditer(title)][-MAX_ENDINGS:]:
            ending = title[separator.end() :]
            if ending in headings and title[: separator.start()] in titled:
                yield ending


def _headline(titles: Sequence[str], headings: Sequence[str], titled: Sequence[str]) -> str:
    """Return the heading that one of the titles confirms: the version for readers, not for search engines.

    Without such a heading, return the part of the title that the page shows: "Bridge shut" of "Bridge shut | News |
    Courier".
    """
    for heading, title in product(headings, titles):
        if _likeness(heading, title) >= MIN_LIKENESS:
            has_more = _folded(heading) != _folded(title) and _folded(title) in _folded(heading)
            return title if has_more and not _CUT.search(title) else heading  # with a kicker: "OpinionThe war ..."
    title = next(filter(None, (*titles, *headings)), "")
    if (cut := _CUT.search(title)) and (whole := _begins(title[: cut.start()], (*headings, *titled))):
        return whole
    if len(headings) == 1 and _is_akin(headings[0], title):
        return headings[0]
    parts = [*islice(_SEPARATOR.finditer(title), MAX_ENDINGS)]
    ends = [*(at.end() for at in parts), title.find(": ") + 2]
    backs = (back for end in ends if count_words(back := title[end:]) >= MIN_HEADLINE_WORDS)
    fronts = [front for end in (*(at.start() for at in parts), title.rfind(": ")) if (front := title[:end]) in titled]
    return max(fronts or [back for back in backs if back in titled], key=count_words, default=title)


def _begins(cut: str, lines: Iterable[str]) -> str:
    """Return the first line that begins with a shortened title and is longer; "" if there is none."""
    begin = _folded(cut)
    return next((line for line in lines if begin and _folded(line).startswith(begin) and _folded(line) != begin), "")


def _is_akin(heading: str, title: str) -> bool:
    """Return whether the only heading of a page is another version of its title, and not a longer text."""
    is_long = count_words(heading) >= MIN_HEADLINE_WORDS and _folded(title) not in _folded(heading)
    return is_long and _likeness(heading, title) >= AKIN


def _is_label(title: str, heading: str, titled: Sequence[str]) -> bool:
    """Return whether a title is some words that no line of the page has, above a longer heading: "News"."""
    is_short = count_words(title) < min(MIN_HEADLINE_WORDS, count_words(heading))
    return is_short and _folded(title) not in map(_folded, titled)


def _is_title(heading: str) -> bool:
    """Return whether the only <h1> of a page is its title, if nothing in the <title> is shown: that of the site."""
    return count_words(heading) >= MIN_HEADLINE_WORDS and not ends_sentence(heading)


def _is_site_title(title: str, known: Collection[str]) -> bool:
    """Return whether a title is that of the site: its name, alone or before a motto ("Harwick Post: local news")."""
    return _folded(title) in known or (_folded(_MOTTO.split(title)[0]) in known)


def _behind_site(title: str) -> str:
    """Return what stands behind the name of the site that a title begins with, if it is long enough for a headline."""
    match = _MOTTO.search(title)
    rest = title[match.end() :].strip() if match else title
    if match and match[0].strip() in PATH_SIGNS:  # "Courier » Sport » Lock shut until April"
        rest = rest.rpartition(match[0])[2].strip()
    return rest if count_words(rest) >= MIN_HEADLINE_WORDS else title


def _likeness(one: str, other: str) -> float:
    """Return the share of the longer text's character trigrams in the other text; words would not work for Chinese."""
    first, second = (_trigrams(_folded(text)) for text in (one, other))
    return len(first & second) / max(1, len(first), len(second))


def _trigrams(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(max(1, len(text) - 2))}


def _author(by_name: Clues, linked: str, shows: Shown, publishers: set[str]) -> str:
    """Return the authors from linked data, else from meta tags, else from the byline beside the story.

    A publisher or an account in linked data or meta tags is used only if there is no byline.
    """
    told = [linked.split("; ")]
    for name in AUTHORS:
        said = [bare(one) for one in texts_of(by_name, [name])]
        told.append([upright(one) for one in said] if name in CATALOGUED else said)
    told.append(_of_card(by_name))
    named = ["; ".join(names_of(map(in_one_line, said), "marked")) for said in told]
    beside = (names_of(_beside(by_name, name, shows.story), "shown") for name in SHOWN_AUTHORS)
    sure = filter(None, (_persons(one, publishers) for one in named))
    shown = (_but_publisher(names, publishers) for names in beside)
    return (
        next(sure, "")
        or next(filter(None, shown), "")
        or _first_byline(shows.beside, publishers)
        or _first_byline(filter(begins_byline, shows.ending), publishers)
        or next(filter(None, named), "")
        or _persons("; ".join(names_of(texts_of(by_name, [LAST_AUTHOR]), "marked")), publishers)
    )


def _of_card(by_name: Clues) -> list[str]:
    """Return the author in the labels and values of a card for social networks."""
    label, value = (next(texts_of(by_name, [f"twitter:{name}1"]), "") for name in ("label", "data"))
    return list(names_of([value], "shown")) if _LABEL.search(label) else []


def _persons(names: str, publishers: set[str]) -> str:
    """Return those of some names that are no publisher's and no account's."""
    if _folded(names) in publishers:
        return ""
    persons = (name for name in names.split("; ") if _folded(name) not in publishers | NOBODY)
    return "; ".join(name for name in persons if not (_ACCOUNT.fullmatch(name) or _DESK.search(name)))


def _first_byline(lines: Iterable[str], publishers: set[str]) -> str:
    """Return the names in the first line that begins with "By" or the like, up to a date behind them.

    Else in the first that is a name and an office: "Jane Roe, crime correspondent".
    """
    bylines = (_up_to_day(_byline_in(line)) for line in lines)
    named = (names_of([line], "shown") for line in bylines if begins_byline(line) and not _CREDIT.match(line))
    said = next(filter(None, (_but_publisher(names, publishers) for names in named)), "")
    return said or next(filter(None, map(with_office, lines)), "")


def _but_publisher(names: Sequence[str], publishers: set[str]) -> str:
    """Return names without that of the publisher, or most of it, unless it stands alone: "Jane Roe, The Courier"."""

    def is_publisher(name: str) -> bool:
        folded = _folded(name)
        return folded in publishers or (
            len(folded) >= MIN_PUBLISHER and any(known.startswith(folded) for known in publishers)
        )

    return "; ".join([name for name in names if not is_publisher(name)] or names)


def _up_to_day(line: str) -> str:
    """Return a line up to a date in it.

    >>> _up_to_day("By Jane Roe March 3, 2026"), _up_to_day("By Theresa May")
    ('By Jane Roe', 'By Theresa May')
    """
    match = _FIGURES.search(line)
    return up_to_label(_ON.sub("", _LAST_MONTH.sub("", line[: match.start()])).rstrip(" :：")) if match else line


def _byline_in(line: str) -> str:
    """Return the byline in a line of facts: as Korean and Chinese papers set it, behind a day or a bar, else the line.

    >>> _byline_in("2026-06-21 08:15　来源：晚报　作者：林知远　字号：大"), _byline_in("한서윤 기자 입력 2026.03.08")
    ('作者：林知远', '記者 한서윤')
    >>> _byline_in("March 8, 2026 by Jane Roe")
    'by Jane Roe'
    >>> _byline_in("2 марта 2026 | Автор: Анна Белова | 245 просмотров")
    'Автор: Анна Белова'
    """
    if match := _CHINESE_BYLINE.search(line):
        return match[0]
    if match := _KOREAN_BYLINE.search(line):
        return f"記者 {match[1]}"
    line = _BEHIND_DAY.sub("", line)
    return line if begins_byline(line) else next(filter(begins_byline, _BAR.split(line)), line)


def _beside(by_name: Clues, name: str, story: Span) -> list[str]:
    """Return the texts of the first clue with a name beside a story, and of those directly below it."""
    found = list(_near(by_name, name, story))
    said = [clue.content for clue in found if abs(clue.line - found[0].line) <= 1][:MAX_SHOWN]
    parts = [text.split("\n") for text in said]
    return ["\n".join(line if "|" in line else _up_to_day(_byline_in(line)) for line in lines) for lines in parts]


def _near(by_name: Clues, name: str, story: Span) -> Iterator[Clue]:
    """Yield the clues with a name beside a story: first those around its headline, then those at its end.

    If others follow at a distance, the clues at its end belong to teasers.
    """
    of_name = by_name.get(name, ())
    around = range(story.above().start, story.below().stop)
    yield from (clue for clue in of_name if clue.line in around)
    ends = [clue for clue in of_name if clue.line >= story.at_end().start]
    is_one = all(after.line - before.line <= 1 for before, after in pairwise(ends))
    yield from (clue for clue in ends if is_one and clue.line in story.at_end())


def _language(codes: Iterable[str]) -> str:
    """Return the first subtag of the first language code.

    >>> _language(["", "pt_BR"])
    'pt'
    """
    return next((match[0].lower() for code in codes if (match := re.match("[a-zA-Z]{2,3}(?![a-zA-Z])", code))), "")


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _site(url: str) -> str:
    """Return the name in an address: "bbc" for www.bbc.co.uk."""
    match = _SITE.match(url)
    return match[1] if match else ""


def _folded(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()
