"""Dates as pages show them to readers: "2nd March 2026", "2. März 2026", "2026年3月2日".  Used where no markup says it.

Months are known by how they begin, in the languages that most pages are in.  "03/02/2026" is read only if one of the
two cannot be a month, or if the day of the week tells: which comes first depends on the country.
"""

import re
from datetime import UTC, datetime

from etl.dates import FIRST_YEAR, written

# How the names of the twelve months begin, in lower case; the longest that fits is meant.
MONTHS = (
    "jan gen ene янв січ sty led ιαν يناير ocak",
    "feb fév fev feb фев лют lut úno φεβ فبراير şub",
    "mar mär mär mars mart мар бер mar bře μαρ μάρ مارس",
    "apr avr abr апр кві kwi dub απρ أبريل nis",
    "may mai mag maj mei май мая тра maj kvě μαΐ μαι مايو mayıs",
    "jun juin giu июн чер cze čvn ιουν يونيو haz",
    "jul juil lug июл лип lip čvc ιουλ يوليو tem",
    "aug aoû aou ago авг сер sie srp αυγ أغسطس ağu",
    "sep set сен вер wrz zář σεπ سبتمبر eyl",
    "oct okt out ott окт жов paź říj οκτ أكتوبر eki",
    "nov ноя лис lis νοε نوفمبر kas",
    "dec dez dic déc дек гру gru pro δεκ ديسمبر ara",
)
_BEGINNINGS = sorted(
    ((name, at) for at, names in enumerate(MONTHS, 1) for name in names.split()), key=lambda one: -len(one[0])
)

_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|d['’]|of\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(\d{4})(?!\d)"
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d.])(\d\d)\.(\d\d)\.(2\d)(?![\d.])")
# In the order of `datetime.weekday`: Drupal writes "Wed, 02/07/2024 - 14:32".
_WEEKDAY = re.compile(r"\b(?:(mon)|(tue)|(wed)|(thu)|(fri)|(sat)|(sun))[a-z]{0,6}\.?,? *$", re.IGNORECASE)
# "4 min readMar 2, 2026": elements that a style sheet sets apart.
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})")
# Characters.  Dates stand at the beginning of what is marked up as one.
MAX_CHARS = 200


def shown_date(text: str) -> str:
    """Return the first date in a text, as records have it; "" if there is none.

    >>> shown_date("Published on Monday, 2nd March 2026"), shown_date("2. März 2026"), shown_date("May 1")
    ('2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z', '')
    """
    text = _GLUED.sub(" ", text[:MAX_CHARS])
    if match := _YEAR_FIRST.search(text):
        return _written(match[1], int(match[2]), match[3])
    if match := _DAY_MONTH.search(text):
        return _written(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.search(text):
        return _written(match[3], _month(match[1]), match[2])
    if match := _YEAR_LAST.search(text):
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12:
            return _written(match[4], second, match[1])
        if second > 12:
            return _written(match[4], first, match[3])
        if weekday := _WEEKDAY.search(text[: match.start()]):
            days = [_written(match[4], first, match[3]), _written(match[4], second, match[1])]
            told = [day for day in days if day and datetime.fromisoformat(day).weekday() + 1 == weekday.lastindex]
            return told[0] if len(told) == 1 else ""
    if match := _SHORT_YEAR.search(text):
        return _written(f"20{match[3]}", int(match[2]), match[1])
    return ""


def _month(name: str) -> int:
    name = name.lower()
    return next((at for beginning, at in _BEGINNINGS if name.startswith(beginning)), 0)


def _written(year: str, month: int, day: str) -> str:
    try:
        moment = datetime(int(year), month, int(day), tzinfo=UTC)
    except ValueError:
        return ""
    return written(moment) if moment.year >= FIRST_YEAR else ""
