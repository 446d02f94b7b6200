"""Headlines without the names of publishers; publishers and layouts from packs."""

import re

from msgspec import Struct, structs

from etl.fold import fold
from etl.lazy_regex import lazy
from etl.model import Publisher, Searcher

# Words.  "Associated Press of Pakistan" has four, "The New Zealand Herald on Sunday" six.
MAX_PUBLISHER_WORDS = 7
# The most names of sites that are cut from one title.
MAX_NAMES = 8

# Separators before a publisher, the most certain first: "Minsk – BBC News", "Minsk | BBC News", "Minsk- BBC News". Each
# has characters that it requires: most lines have none of them, and need no regex.
_MARKS = tuple(
    (characters, lazy(rf"(.*\S)(?:{mark})\s+(\S.*)", re.DOTALL))
    for characters, mark in (
        ("–—", r"\s+[–—]"),
        ("|│｜", r"\s+[|│｜]"),
        ("•·»", r"\s+[•·»]"),
        (":", r"\s+::"),
        ("-", r"\s+-|(?<=\w)-"),
    )
)
# Chinese and Japanese sites put no space around the mark.
_CLOSE_MARK = lazy(r"(.*\S)\s*[-–—_|｜]\s*(\S.*)", re.DOTALL)
# NPR and Le Monde put a colon before their name, where French puts one before anything.
_COLON = lazy(r"(.*\S)\s+:\s+(\S.*)", re.DOTALL)
# Separators after a name at the start of a headline, or before a name at its end.
_ANY_MARK = lazy("[-–—_|│｜•·»:]")


class Layouts(Struct, frozen=True):
    """The layout of roundups and archives, from packs: publishers by folded name or domain, labels and lines.

    `ends` are labels that end a story if a headline follows.  `end_lines` are lines that always end a story.  `starts`
    and `start_lines` divide a document.  In a document with them, headlines do not divide it.
    """

    ends: frozenset[str]
    publishers: dict[str, Publisher]
    starts: frozenset[str] = frozenset()
    start_lines: tuple[Searcher, ...] = ()
    end_lines: tuple[Searcher, ...] = ()


class Headline(Struct, frozen=True, gc=False):
    """A headline without its publisher, the publisher as printed, and the known publisher of that name."""

    text: str
    printed: str
    publisher: Publisher | None


def headline(line: str, layouts: Layouts) -> Headline:
    """Return a headline without the publisher at its end, which may be there twice.

    >>> uk = Layouts(frozenset(), {"bbc news": Publisher("bbc", "BBC News")})
    >>> headline("Lukashenko meets Mishustin in Minsk- BBC News – BBC News", uk).text
    'Lukashenko meets Mishustin in Minsk'
    """
    found = _split_tail(line, layouts)
    if not found.printed:
        return found
    again = _split_tail(found.text, layouts)
    is_same = fold(again.printed) == fold(found.printed) or (found.publisher and again.publisher == found.publisher)
    return structs.replace(found, text=again.text) if is_same else found


def own_headline(line: str, publisher: Publisher | None, printed: str, layouts: Layouts) -> str:
    """Return the headline that a source gives, without the name of its site.

    The name is removed if it is the publisher of the article, by any of its names or domains.  It is also removed if it
    is another known publisher in a place of site names: at the end of a title, or at its start before a colon or bar.

    >>> own_headline("Pupils taught in tents | Ashdale Gazette", None, "Ashdale Gazette", Layouts(frozenset(), {}))
    'Pupils taught in tents'
    """
    names = {fold(name) for name in (printed, *_names(publisher)) if name}
    text = line
    for _ in range(MAX_NAMES):
        if (shorter := _without_name(text, names, layouts)) == text:
            break
        text = shorter
    return text


def names_publisher(tail: str) -> bool:
    """Return whether the text behind the last dash could be a name: short, not a sentence ("U.S." is a publisher)."""
    words = tail.split()
    if len(words) > 1 and tail.endswith("."):
        return False
    return len(words) <= MAX_PUBLISHER_WORDS and not tail.endswith(("?", "!", "…", ":", ",", ";", "”", '"'))


def _names(publisher: Publisher | None) -> tuple[str, ...]:
    return (publisher.name, *publisher.aliases, *publisher.domains) if publisher else ()


def _without_name(text: str, names: set[str], layouts: Layouts) -> str:
    if not _ANY_MARK.search(text):
        return text
    for mark in (*(mark for _, mark in _MARKS), _CLOSE_MARK):
        if (match := mark.fullmatch(text)) and _is_site(match[2], names, layouts, mark is not _CLOSE_MARK):
            return match[1].strip()
    if (match := _COLON.fullmatch(text)) and _is_site(match[2], names, layouts, is_spaced=False):
        return match[1]
    begins = re.match(r"(\S[^:|]{1,40}?)(?:\s*[|│｜»]|:|\s[-–—])\s+(?=\S)", text)
    # A name at the start may also be a word ("The Guardian: a profile"), so only the article's own publisher counts
    # there.
    return text[begins.end() :] if begins and fold(begins[1]) in names else text


def _is_site(tail: str, names: set[str], layouts: Layouts, is_spaced: bool) -> bool:
    """Return whether a tail is the name of a site: the article's, or any known one behind a separator with spaces."""
    name = fold(tail).strip().removeprefix("www.")
    return name in names or f"the {name}" in names or (is_spaced and name in layouts.publishers)


def _split_tail(line: str, layouts: Layouts) -> Headline:
    """Split before a known publisher, else at the separator that is most probably before a publisher."""
    # If the text after the last separator is too long for a name, so is any longer tail.
    marks = [
        mark
        for characters, mark in _MARKS
        if (last := max(map(line.rfind, characters))) >= 0 and names_publisher(line[last + 1 :])
    ]
    matches = [match for mark in marks if (match := mark.fullmatch(line)) and names_publisher(match[2])]
    splits = [Headline(match[1], match[2], layouts.publishers.get(fold(match[2]))) for match in matches]
    return next((split for split in splits if split.publisher), splits[0] if splits else Headline(line, "", None))
