"""The date of publication of a page: from its data, else from text beside the story."""

import re
from collections.abc import Iterable, Sequence

from etl.dates import instant
from etl.markup.clues import LANGUAGES, TIMES, Clues, texts_of
from etl.markup.layout import Clue
from etl.markup.shown import Shown, Span
from etl.markup.shown_dates import shown_date
from etl.markup.time_labels import begins_joined, begins_updated, published_in, tells_publication

DATES = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "pubdate"),
    *("publishdate", "publish-date", "publication_date", "sailthru.date", "dc.date.issued", "dcterms.created"),
    *("article:published", "article.published", "og:published_time", "published_time", "rnews:datepublished"),
    *("mediator_published_time", "cxenseparse:recs:publishtime", "bt:pubdate", "originalpublicationdate"),
    *("dc.issued", "dc.date.created", "dc.date", "dcterms.date", "date"),
    *("article_date_original", "citation_publication_date", "citation_online_date", "citation_date", "dcterms.issued"),
    *("publish_date", "published_at", "pdate", "ptime", "article:create_at", "date.available", "newsdate", "created"),
    "date.created",
)
# Dates of teasers have the same markup, so dates beside the story come first.
MARKED_DATES = ("itemprop datepublished", "time datepublished", "itemprop datecreated")
SHOWN_DATES = (*MARKED_DATES, *TIMES, "time modified")
# "OAKHAM, March 2, 2026 /PRNewswire/ --": the place, the day, maybe the agency, and a dash.
_DATELINE = re.compile(
    r"[^\W\d_][^\d—–|]{1,60}[,(] ?((?:[^\W\d_]{3,12}\.? \d{1,2}|\d{1,2}\.? (?:de )?[^\W\d_]{3,12}),? (?:de )?\d{4})\)?"
    r" ?(?:[/(][^/()]{1,30}[/)] ?)?(?:[—–/]|--?(?!\w))"
)
# A section may stand behind the year: "/2010/POLITICS/08/13/".
_DAY_IN_PATH = re.compile(r"/((?:19|20)\d\d)(?:/[A-Za-z][A-Za-z.]*(?=/))?[/-](\d\d?)[/-](\d\d?)(?=[/-])")
_FIGURE = re.compile(r"\d")
# Between the facts in a line: "09/10/2026 - Par Jeanne Roe - 4 min".
_PARTS = re.compile(r"\s+[-–—|·•]\s+")
# Words in lower case before the first figure of a line.  A line with so many is a sentence about another day.
MIN_SENTENCE_WORDS = 5


def created_of(by_name: Clues, clues: Sequence[Clue], shows: Shown, linked: str, url: str) -> str:
    """Return when an article was published, the surest first; `linked` is what linked data says.  "" is unknown."""
    story, language = shows.story, next(texts_of(by_name, LANGUAGES), "")
    return (
        _told_day(by_name, linked)
        or _marked_day(by_name, SHOWN_DATES, story.below())
        or _day_in_path(url)
        or _first_day(shows.beside, by_name)
        or _marked_day(by_name, MARKED_DATES, story.at_end())
        or _marked_day(by_name, SHOWN_DATES, story.above())
        or _marked_day(by_name, SHOWN_DATES, story.at_end())
        or _dateline_day(shows.opening)
        or _only_day([clue for clue in clues if clue.name in SHOWN_DATES], language, story)
    )


def _first_day(lines: Iterable[str], by_name: Clues) -> str:
    """Return the first day in some lines; a day of publication is preferred, and a day of change comes last."""
    language = next(texts_of(by_name, LANGUAGES), "")
    told = (line for line in lines if not (_is_sentence(line) or begins_joined(line)))
    ordered = sorted(told, key=lambda line: (not tells_publication(line), begins_updated(line)))
    said = [published_in(line) for line in ordered]
    read = (instant(line, language) or shown_date(line) for line in said)
    parts = (instant(part, language) for line in said for part in _PARTS.split(line))
    return next(filter(None, read), "") or next(filter(None, parts), "")


def _is_sentence(line: str) -> bool:
    """Return whether a line is a sentence with a day of its story in it.

    >>> _is_sentence("The Social Security Act was signed into law on August 14, 1935")
    True
    >>> _is_sentence("Von Jana Roe und Tom Doe, aktualisiert am 3. März 2026")
    False
    """
    words = _FIGURE.split(line, 1)[0].split()
    return sum(word[0].islower() for word in words) >= MIN_SENTENCE_WORDS and not tells_publication(line)


def _dateline_day(opening: str) -> str:
    """Return the day in the dateline of a story.

    >>> _dateline_day("OAKHAM, March 2, 2026 (Newswire) -- The rink will get a new roof.")
    '2026-03-02T00:00:00.000Z'
    >>> _dateline_day("On Monday, March 2, 2026 the rink got a new roof.")
    ''
    """
    match = _DATELINE.match(opening)
    return shown_date(match[1]) if match else ""


def _told_day(by_name: Clues, linked: str) -> str:
    """Return the date of publication from linked data, else from meta tags."""
    language = next(texts_of(by_name, LANGUAGES), "")
    return next(filter(None, (instant(said, language) for said in (linked, *texts_of(by_name, DATES)))), "")


def _marked_day(by_name: Clues, names: Sequence[str], lines: range) -> str:
    """Return the first time with the most reliable markup in some lines."""
    language = next(texts_of(by_name, LANGUAGES), "")
    shown = (clue.content for name in names for clue in by_name.get(name, ()) if clue.line in lines)
    return next(filter(None, (instant(said, language) or shown_date(said) for said in shown)), "")


def _only_day(dated: Sequence[Clue], language: str, story: Span) -> str:
    """Return the first time with markup within the story, else the only one on the page."""
    read = [(clue.line, instant(clue.content, language) or shown_date(clue.content)) for clue in dated]
    inside = (day for line, day in read if day and story.start <= line <= story.end)
    times = {day for _, day in read if day}
    days = {time[:10] for time in times}
    return (
        next(inside, "")
        or (times if len(times) == 1 else {instant(day) for day in days if len(days) == 1} or {""}).pop()
    )


def _day_in_path(url: str) -> str:
    """Return the day that an address names; "" if it names none.

    >>> _day_in_path("https://www.example.org/world/2026/03/02/bridge-opens")
    '2026-03-02T00:00:00.000Z'
    """
    match = _DAY_IN_PATH.search(url)
    return instant(f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}") if match else ""
