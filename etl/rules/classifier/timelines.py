"""Years, months and days on lines of their own above what happened in them; titles of entries below their time.

A menu of an archive has years, too, and a list of links has times and titles.  In a timeline or a live text, a sentence
follows each year or title.
"""

from collections.abc import Collection, Sequence

from etl.fold import count_words, ends_sentence
from etl.lazy_regex import lazy

MIN_YEARS = MIN_ENTRIES = 2
# Days, and blocks between two of them.  A date of the page is one.
MIN_DAYS, MAX_BLOCKS_BETWEEN_DAYS = 3, 8
# Characters of the heading of a timeline.
MAX_HEADING_CHARS = 40
# Times in a live text, and words of the sentence below each.
MIN_TIMES, MIN_WORDS_BELOW = 3, 3
# Words of the title of an entry, and of the sentence below it.
TITLE_WORDS, MIN_ENTRY_WORDS = range(2, 15), 4
_YEAR = lazy(r"(?:(?:\d{1,2}\.? )?[^\W\d_]{3,12}\.?,? )?(1\d{3}|20\d\d)(?:[-–](?:\d\d){1,2})?(?: ?年)?")
_DAY = lazy(
    r"(?:[^\W\d_]{2,13}\.?,? )?(?:\d{1,2}(?:\.|st|nd|rd|th|er)? (?:de )?[^\W\d_]{3,12}\.?,? (?:de )?"
    r"|[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? |\d{1,2}[./-]\d{1,2}[./-])(?P<year>(?:19|20)\d\d)[.:]?"
    r"|(?P<first>(?:19|20)\d\d)(?:年\d{1,2}月\d{1,2}日|[-. ] ?\d{1,2}[-. ] ?\d{1,2}\.?)"
)
# "14.22", "2:15 p.m.", "14h22".  The time since ("5m ago") stands above teasers as well.
_TIME = lazy(r"(?:\+{3} )?[012]?\d[.:h][0-5]\d(?: ?(?:[AaPp]\.?[Mm]\.?|Uhr|GMT|BST|C?E[SD]?T))?(?: \+{3})?")


def timeline(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of years and of the sentences below them; years are in order, or in reverse order.

    The heading above the first year is included if it is below a sentence.
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


def chronicle(texts: Sequence[str]) -> set[int]:
    """Return the positions of the days of a chronicle: a sentence stands above each of them, and below.

    Above the first one may stand a heading, too.  Teasers have a title above their date.
    """
    found = [
        (at, int(day["year"] or day["first"]))
        for at in range(1, len(texts) - 1)
        if len(texts[at]) <= MAX_HEADING_CHARS and (day := _DAY.fullmatch(texts[at]))
        if ends_sentence(texts[at + 1]) and count_words(texts[at + 1]) >= MIN_ENTRY_WORDS
    ]
    days: list[tuple[int, int]] = []
    for at, year in found:
        above = at - 1 if days or ends_sentence(texts[at - 1]) or texts[at - 1].endswith(":") else at - 2
        is_near = not days or at - days[-1][0] <= MAX_BLOCKS_BETWEEN_DAYS
        if above >= 0 and is_near and (ends_sentence(texts[above]) or texts[above].endswith(":")):
            days.append((at, year))
    years = [year for _, year in days]
    is_ordered = years in (sorted(years), sorted(years, reverse=True))
    is_chronicle = is_ordered and len({texts[at] for at, _ in days}) == len(days) >= MIN_DAYS
    return {at for at, _ in days} if is_chronicle else set()


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


def entry_times(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of the times of a live text, in order or in reverse order, each above a sentence."""
    found = {
        at: time[0].strip("+ ").replace(".", ":").replace("h", ":").zfill(5)
        for at in range(len(texts) - 1)
        if len(texts[at]) <= 24 and (time := _TIME.fullmatch(texts[at]))
        if at + 1 not in named and ends_sentence(texts[at + 1]) and count_words(texts[at + 1]) >= MIN_WORDS_BELOW
    }
    times = list(found.values())
    is_ordered = times in (sorted(times), sorted(times, reverse=True)) and len(set(times)) == len(times) >= MIN_TIMES
    return set(found) if is_ordered else set()
