"""Years on lines of their own above what happened in them, and months with a year.

A year may stand in a menu of an archive, too.  What tells a timeline is that below each year stands a sentence.
"""

import re
from collections.abc import Collection, Sequence

from etl.fold import ends_sentence

MIN_YEARS = 2
_YEAR = re.compile(r"(?:(?:\d{1,2}\.? )?[^\W\d_]{3,12}\.?,? )?(1\d{3}|20\d\d)(?:[-–](?:\d\d){1,2})?(?: ?年)?")


def timeline(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of years and of the sentences below them; years are in order, or in reverse order."""
    found = [
        (at, int(year[1]))
        for at, text in enumerate(texts[:-1])
        if len(text) <= 24 and at not in named and at + 1 not in named
        if (year := _YEAR.fullmatch(text)) and ends_sentence(texts[at + 1])
    ]
    years = [year for _, year in found]
    is_ordered = years in (sorted(years), sorted(years, reverse=True)) and len(set(years)) >= MIN_YEARS
    return {line for at, _ in found for line in (at, at + 1)} if is_ordered else set()
