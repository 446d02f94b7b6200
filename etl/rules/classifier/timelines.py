"""Years on lines of their own above what happened in them, and months with a year; titles of entries below their time.

A year may stand in a menu of an archive, and a time and a title in a list of links.  What tells a timeline or a live
text is that below each year, or title, stands a sentence.
"""

from collections.abc import Collection, Sequence

from etl.fold import count_words, ends_sentence
from etl.later import later

MIN_YEARS = MIN_ENTRIES = 2
# Characters of the heading of a timeline.
MAX_HEADING_CHARS = 40
# Words of the title of an entry, and of the sentence below it.
TITLE_WORDS, MIN_ENTRY_WORDS = range(2, 15), 4
_YEAR = later(r"(?:(?:\d{1,2}\.? )?[^\W\d_]{3,12}\.?,? )?(1\d{3}|20\d\d)(?:[-–](?:\d\d){1,2})?(?: ?年)?")
# "14.22", "2:15 p.m.", "14h22".  The time since ("5m ago") stands above teasers as well.
_TIME = later(r"[012]?\d[.:h][0-5]\d(?: ?(?:[AaPp]\.?[Mm]\.?|Uhr|GMT|BST|C?E[SD]?T))?")


def timeline(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of years and of the sentences below them; years are in order, or in reverse order.

    So is the heading above the first year, below a sentence.
    """
    found = [
        (at, int(year[1]))
        for at, text in enumerate(texts[:-1])
        if len(text) <= 24 and at not in named and at + 1 not in named
        if (year := _YEAR.fullmatch(text)) and ends_sentence(texts[at + 1])
    ]
    years = [year for _, year in found]
    is_ordered = years in (sorted(years), sorted(years, reverse=True)) and len(set(years)) >= MIN_YEARS
    if not is_ordered:
        return set()
    above = found[0][0] - 1
    has_heading = above > 0 and above not in named and len(texts[above]) <= MAX_HEADING_CHARS
    heading = {above} if has_heading and not ends_sentence(texts[above]) and ends_sentence(texts[above - 1]) else set()
    return {line for at, _ in found for line in (at, at + 1)} | heading


def entry_titles(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of titles of the entries of a live text, each between its time and a sentence."""
    found = {
        at
        for at in range(1, len(texts) - 1)
        if len(texts[at - 1]) <= 24 and _TIME.fullmatch(texts[at - 1])
        if at not in named and at + 1 not in named and not ends_sentence(texts[at]) and ends_sentence(texts[at + 1])
        if count_words(texts[at]) in TITLE_WORDS and count_words(texts[at + 1]) >= MIN_ENTRY_WORDS
    }
    return found if len(found) >= MIN_ENTRIES else set()
