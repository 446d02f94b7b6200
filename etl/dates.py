"""Dates as sources write them -> the form of the article record.

Only what is certain is read: a year of four digits, one date, one time, no other digit in the text.  `dateutil` is not
used: it completes what is missing from today's date, reads "1 2 3" as 2 January 2003 and 08/09/2020 as 9 August, and
knows English months alone.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from etl.calendar import AMERICAN_ZONES, DAY_FIRST, DAY_FIRST_COUNTRIES, MONTH_FIRST_COUNTRIES, MONTHS, ZONES
from etl.lazy_regex import lazy

# Older dates are the zeros of some system ("0001-01-01T00:00:00"): the first newspaper is Relation, Strasbourg 1605.
FIRST_YEAR = 1605
# Later dates belong to another calendar, or are the largest date of a system ("9999-12-31").
LAST_YEAR = 2200
# In Thailand, the year 2020 is 2563.
BUDDHIST_YEARS = 543
# Seconds since 1970: 1973 to 2286. A smaller number is a count or a year.
MIN_EPOCH, MAX_EPOCH = 10**8, 10**10
# Milliseconds, microseconds and nanoseconds, as JavaScript, Elasticsearch and pandas write epochs.
EPOCH_UNITS = (1, 10**3, 10**6, 10**9)
# Characters.  A longer text is no date, and a regex need not look at it.
MAX_LENGTH = 100

_DIGITS = lazy(r"\d")
# For `re`, the vowel signs of Indic scripts are not letters.
_WORD = lazy(r"[^\s\d@,;:./|()\[\]-]+\.?")
_EPOCH = lazy(r"(?:/Date\()?(-?\d{9,19}(?:\.\d+)?|\d\.\d+e\+?\d{1,2})(?:[+-]\d{4})?(?:\)/)?", re.I)
_COMPACT = lazy(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?Z?")
# datetime.datetime(2020, 8, 23, 16, 18), Timestamp('2020-08-23 16:18:00'): as Python prints its own; and
# ISODate("2020-08-23T16:18:00Z"), as MongoDB does.
_NUMBERS = lazy(r"(?:datetime\.)?date(?:time)?\((\d{4}(?:, \d{1,6}){2,6})\)")
_TIMESTAMP = lazy(r"""[\w.]+\((?:'([^']*)'.*|"([^"]*)")\)""")
# "Sun, 23 Aug 20 16:18:00 GMT", as mail and RSS wrote it before 1989, and some still do.
_SHORT_YEAR = lazy(r"(\w{3}, \d{1,2} \w{3}) (\d\d)(?= \d\d:\d\d)")
_THAI = lazy("[\u0e01-\u0e4e]")
# "มี.ค.": points within the short names of Thai months.
_THAI_POINT = lazy(r"(?<=[\u0e01-\u0e4e])\.(?=[\u0e01-\u0e4e])")
# "16:18 Europe/London" without an offset: the hour in UTC cannot be computed here.
_PLACE = lazy(r"\b[A-Z][a-z]+/[A-Z][a-z]")
# After `_in_numbers` a month that stood as a word is "@8".
_DATES = tuple(
    lazy(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4}) ?[-./年년] ?@?(?P<m>\d{1,2}) ?[-./月월] ?(?P<d>\d{1,2})(?!\d) ?(?:日|일|\.(?!\d))?",
        r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|[.º°ª])?[-/., ]*(?:(?:of|de|del|di|tháng) )?@(?P<m>\d{1,2})"
        r"[-/.,’' ]*(?:(?:de|del|di|năm) )?(?P<y>\d{4})(?!\d)",
        r"@(?P<m>\d{1,2})[-/., ]*(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/., ]+(?P<y>\d{4})(?!\d)",
        r"(?<!\d)(?P<y>\d{4})[-/., ]+(?:m\. )?@(?P<m>\d{1,2})[-/., ]+(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<y>\d{4})\. gada (?P<d>\d{1,2})\. @(?P<m>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<a>\d{1,2}) ?(?P<mark>[-./]) ?(?P<b>\d{1,2}) ?(?P=mark) ?(?P<y>\d{4})(?!\d)",
    )
)
# "下午4:05": the word for afternoon stands before the hour.
_HALF_FIRST = lazy(r"(오전|오후|上午|下午|午前|午後)\s*(\d\S*(?: ?\d\d?분)?)")
# Names of four Arabic months are two words; and a month may have both its names: "ديسمبر/ كانون الأول".
_TWO_WORDS, _TWO_NAMES = lazy(r"(كانون|تشرين)\s+(?=ال(?:أول|ثاني)(?!\w))"), lazy(r"(@\d{1,2}) ?/ ?\1(?!\d)")
# "Mon Aug 23 16:18:00 UTC 2020", as Twitter and Unix write it.
_YEAR_LAST = lazy(r"(@\d{1,2} \d{1,2}) (\d\d:\d\d:\d\d(?: [a-z]+| [+-]\d{4})?) (\d{4})$")
_CLOCK = lazy(
    r"(?<!\d)(?P<h>\d{1,2})(?:[:.h시時时点] ?(?P<min>\d{1,2})(?:[:.분分] ?(?P<s>\d\d))?(?:[.,](?P<f>\d{1,9}))?"
    r"|(?=\s*[ap]\.?m))\s*(?:분|分|초|秒)?\s*(?P<half>[ap]\.?m\b\.?)?",
    re.I,
)
_CLOCK_WORDS = (("noon", "12:00"), ("midnight", "0:00"))
_OFFSET = lazy(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d\d)?(?!\d)")
# "16:18 GMT-0400 (Eastern Daylight Time)", "[Europe/Berlin]": the name says again what the figure said.
_ZONE_NAME = lazy(r"\([^()]*\)|\[[^\[\]]*\]")


def instant(date: str | float, language: str = "", country: str = "") -> str:
    """Return a date as ISO 8601 in UTC with milliseconds; "" when it cannot be read.  Without a time zone it is UTC.

    Numbers are seconds since 1970, or thousandths of them.  `language` ("de", "en-GB") and `country` ("gb") say which
    of 08/09/2020 is the day; without them it is not read.

    >>> instant("2020-08-23T16:18:00+03:00"), instant("Aug. 23, 2020, 4:05 p.m. EDT"), instant("yesterday")
    ('2020-08-23T13:18:00.000Z', '2020-08-23T20:05:00.000Z', '')
    >>> instant("08/09/2020"), instant("08/09/2020", "en-US"), instant("08/09/2020", "fr")
    ('', '2020-08-09T00:00:00.000Z', '2020-09-08T00:00:00.000Z')
    """
    text = str(date).strip()[: MAX_LENGTH + 1]
    if len(text) > MAX_LENGTH or not _DIGITS.search(text):
        return ""
    readers: Sequence[Callable[[], datetime | None]] = (
        lambda: _epoch(text),
        lambda: _compact(text),
        lambda: _of_python(text),
        lambda: datetime.fromisoformat(text),
        lambda: _in_words(text, language, country),
    )
    moment = next(filter(None, map(_read, readers)), None)
    is_thai = "th" in (language[:2].lower(), country.lower()) or bool(_THAI.search(text))
    if moment and moment.year > LAST_YEAR and is_thai:
        moment = moment.replace(year=moment.year - BUDDHIST_YEARS)
    return written(moment) if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else ""


def written(moment: datetime) -> str:
    """Return a time, which must be in UTC, as records have it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(reader: Callable[[], datetime | None]) -> datetime | None:
    try:
        moment = reader()
        if moment is None:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    number = Decimal(match[1])
    unit = next((unit for unit in EPOCH_UNITS if MIN_EPOCH <= abs(number) / unit < MAX_EPOCH), 0)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(number * 10**6 / unit)) if unit else None


def _compact(text: str) -> datetime | None:
    """Return the time in 20200823, 20200823T1618 (ISO 8601) and 20200823161800 (the Wayback Machine)."""
    match = _COMPACT.fullmatch(text)
    return datetime(*(int(part) for part in match.groups("0"))) if match else None  # type: ignore[arg-type]  # six numbers


def _of_python(text: str) -> datetime | None:
    if match := _NUMBERS.fullmatch(text):
        return datetime(*map(int, match[1].split(",")))  # type: ignore[arg-type]  # three to seven numbers
    match = _TIMESTAMP.fullmatch(text)
    return datetime.fromisoformat(match[1] or match[2]) if match else None


def _in_words(text: str, language: str, country: str) -> datetime | None:
    text = _ZONE_NAME.sub("", text)
    if _PLACE.search(text):
        return None
    text = _in_numbers(_SHORT_YEAR.sub(_with_century, text), language)
    match = next(filter(None, (pattern.search(text) for pattern in _DATES)), None)
    if not match:
        return None
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    day = _day(match.groupdict(), language, country)
    clock, rest = _clock(rest)
    zone, rest = _zone(rest, day)
    if day is None or "@" in rest or _DIGITS.search(rest):
        return None  # another date, a count or a second time: nobody knows which one is meant
    return (day + clock).replace(tzinfo=zone)


def _in_numbers(text: str, language: str) -> str:
    """Return the text with digits of any script as ASCII and names of months as "@8"."""
    text = "".join(str(int(char)) if char.isdecimal() else char for char in _THAI_POINT.sub("", text.casefold()))
    named = MONTHS.get(language[:2].lower(), {})

    def numbered(word: re.Match[str]) -> str:
        name = word[0].removesuffix(".")
        month = named.get(name) or _UNAMBIGUOUS.get(name)
        return f"@{month}" if month else word[0]

    text = _HALF_FIRST.sub(r"\2 \1", text)
    text = re.sub(r"(?<=\d )tháng (\d{1,2})", r"@\1", text)
    text = _TWO_NAMES.sub(r"\1", _WORD.sub(numbered, _TWO_WORDS.sub(r"\1_", text)))
    return _YEAR_LAST.sub(r"\1 \3 \2", " ".join(text.split()))


def _by_any_language() -> dict[str, int]:
    """Return the names that are one month in all languages: "listopad" is November in Poland, October in Croatia."""
    found: dict[str, set[int]] = {}
    for names in MONTHS.values():
        for name, month in names.items():
            found.setdefault(name, set()).add(month)
    return {name: min(months) for name, months in found.items() if len(months) == 1}


_UNAMBIGUOUS = _by_any_language()


def _day(parts: dict[str, str], language: str, country: str) -> datetime | None:
    if "a" not in parts:
        return datetime(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    first, second = int(parts["a"]), int(parts["b"])
    day_first = True if parts["mark"] == "." or first == second else _is_day_first(language, country)
    if first > 12 or second > 12:
        day_first = first > 12
    if day_first is None:
        return None
    day, month = (first, second) if day_first else (second, first)
    return datetime(int(parts["y"]), month, day)


def _with_century(match: re.Match[str]) -> str:
    """Return a day with the century of its year, as RFC 2822 says: 20 is 2020, 99 is 1999."""
    return f"{match[1]} {'20' if int(match[2]) < 50 else '19'}{match[2]}"


def _is_day_first(language: str, country: str) -> bool | None:
    """Return whether the day stands before the month by country, then by language; None if neither says it."""
    subtags = language.lower().replace("_", "-").split("-")
    for place in (country.lower(), *subtags[1:]):
        if place in MONTH_FIRST_COUNTRIES:
            return False
        if place in DAY_FIRST_COUNTRIES:
            return True
    return True if subtags[0] in DAY_FIRST else None


def _clock(text: str) -> tuple[timedelta, str]:
    for word, figure in _CLOCK_WORDS:
        text = text.replace(word, figure)
    match = _CLOCK.search(text)
    if not match:
        return timedelta(), text
    hour, minute, second = (int(match[name] or 0) for name in ("h", "min", "s"))
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    half = (match["half"] or next((word for word in _HALVES if word in rest), "")).replace(".", "")
    if half:
        hour = hour % 12 + 12 * _HALVES.get(half, False)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(text)
    micros = int((match["f"] or "0").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros), rest


# Words for the halves of the day, and whether it is the second.
_HALVES = {
    **{"am": False, "오전": False, "上午": False, "午前": False},
    **{"pm": True, "오후": True, "下午": True, "午後": True},
}


def _zone(text: str, day: datetime | None) -> tuple[timezone | None, str]:
    if match := _OFFSET.search(text.upper()):
        away = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-away if match[1] == "-" else away), text[: match.start()] + text[match.end() :]
    words = re.findall(r"[A-Za-z]+", text.upper())
    hours = next((ZONES[word] for word in words if word in ZONES), None)
    if hours is None and day and (word := next((word for word in words if word in AMERICAN_ZONES), "")):
        hours = AMERICAN_ZONES[word] + _is_american_summer(day)
    return (timezone(timedelta(hours=hours)) if hours is not None else None), text


def _is_american_summer(day: datetime) -> bool:
    """Return whether clocks in America are an hour ahead, which "ET" and "PT" do not say.

    Since 2007 they are from the second Sunday of March to the first of November.  The hour of the change is ignored.
    """
    march, november = (datetime(day.year, month, 1) for month in (3, 11))
    start = march + timedelta(days=(6 - march.weekday()) % 7 + 7)
    end = november + timedelta(days=(6 - november.weekday()) % 7)
    return start <= day < end
