"""Read the metadata of an article from what its page says: JSON-LD first, then meta tags, then what is shown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from etl.dates import instant
from etl.markup.layout import Clue
from etl.markup.linked_data import authors, in_one_line, read_linked_data
from etl.model import Metadata

# Names of clues, the most trusted first.
HEADLINES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title", "title")
PUBLISHERS = ("og:site_name", "dc.publisher", "publisher")
AUTHORS = ("author", "article:author_name", "dc.creator", "parsely-author", "sailthru.author", "article:author")
DATES = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "pubdate"),
    *("publishdate", "publish-date", "sailthru.date", "dc.date.issued", "dc.date", "date", "time"),
)
ADDRESSES = ("link canonical", "og:url")
LANGUAGES = ("lang", "og:locale", "content-language")

# Share of trigrams.  Two wordings of one headline, for readers and for search engines, have this much in common.
MIN_LIKENESS = 0.5
# A page of 5,000 <h1>, or a title of 200,000 dashes, is an attack: further on there is no headline and no publisher.
MAX_HEADINGS = 20
MAX_ENDINGS = 4

_SEPARATOR = re.compile(r"\s*[|·•»]\s*|\s*[-–—]\s+|\s+[-–—:]\s*")
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[a-z]{2,6}", re.IGNORECASE)
_SITE = re.compile(r"https?://(?:[^/?#]*\.)?([^/?#.]+?)(?:\.(?:ac|co|com|gov|net|org))?\.[a-z]+(?::\d+)?(?:[/?#]|$)")
_NOT_LETTERS = re.compile(r"[\W_]+")
_CUT = re.compile(r"(?:…|\.\.\.)$")


def read_metadata(clues: Sequence[Clue], headings: Sequence[str]) -> Metadata:
    """Give the metadata of a page's article; "" is unknown.  `headings` are its <h1>, the likeliest first."""
    linked = read_linked_data(clue.content for clue in clues if clue.name == "script application/ld+json")
    url = next(filter(_is_address, (*_said(clues, ADDRESSES), linked.url)), "")
    publishers = [in_one_line(name) for name in (linked.publisher, *_said(clues, PUBLISHERS)) if not _is_address(name)]
    known = {*map(_folded, publishers), _folded(_site(url))} - {""}
    titles = [title for title in (linked.headline, *_said(clues, HEADLINES)) if _folded(title) not in known]
    return Metadata(
        headline=_headline(
            [headline_of(title, known) for title in titles],
            [in_one_line(heading) for heading in headings[:MAX_HEADINGS]],
        ),
        publisher=next(filter(None, publishers), ""),
        author=linked.author or _author(clues),
        created=next(filter(None, map(instant, (linked.created, *_said(clues, DATES)))), ""),
        url=url,
        language=_language((*_said(clues, LANGUAGES), linked.language)),
    )


def headline_of(title: str, publishers: Iterable[str]) -> str:
    """Give a title without the publisher it ends in, once or more.

    >>> headline_of("Lukashenko meets Mishustin in Minsk- BBC News – BBC News", ["BBC News"])
    'Lukashenko meets Mishustin in Minsk'
    >>> headline_of("Four officials – two of them ministers – resign", ["BBC News"])
    'Four officials – two of them ministers – resign'
    """
    title = in_one_line(title)
    names = {_folded(name) for name in publishers if name}
    for separator in reversed([*_SEPARATOR.finditer(title)][-MAX_ENDINGS:]):
        ending = title[separator.end() :]
        if separator.start() and (_folded(ending) in names or _DOMAIN.fullmatch(ending)):
            title = title[: separator.start()]
    return title


def _headline(titles: Sequence[str], headings: Sequence[str]) -> str:
    """Choose the heading that one of the titles confirms: what readers see, not what search engines are told."""
    for heading, title in product(headings, titles):
        if _likeness(heading, title) >= MIN_LIKENESS:
            has_more = _folded(heading) != _folded(title) and _folded(title) in _folded(heading)
            return title if has_more and not _CUT.search(title) else heading  # more is a kicker: "OpinionThe war ..."
    return next(filter(None, (*titles, *headings)), "")


def _likeness(one: str, other: str) -> float:
    """Give the share of the longer text's character trigrams that are in the other; words would fail for Chinese."""
    first, second = (_trigrams(_folded(text)) for text in (one, other))
    return len(first & second) / max(1, len(first), len(second))


def _trigrams(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(max(1, len(text) - 2))}


def _author(clues: Sequence[Clue]) -> str:
    return next(filter(None, (authors(map(in_one_line, _said(clues, [name]))) for name in AUTHORS)), "")


def _language(codes: Iterable[str]) -> str:
    """Give the first subtag of the first language code.

    >>> _language(["", "pt_BR"])
    'pt'
    """
    return next((match[0].lower() for code in codes if (match := re.match("[a-zA-Z]{2,3}(?![a-zA-Z])", code))), "")


def _said(clues: Sequence[Clue], names: Iterable[str]) -> Iterator[str]:
    """Give what the clues of these names say, in the order of the names."""
    return (clue.content for name in names for clue in clues if clue.name == name and clue.content)


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _site(url: str) -> str:
    """Give the name in an address: "bbc" for www.bbc.co.uk."""
    match = _SITE.match(url)
    return match[1] if match else ""


def _folded(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()
