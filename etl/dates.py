"""Dates as sources write them -> the one form of the article record."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

# Besides ISO 8601: as in mail, in JavaScript and in American and British words.  Not 11/12/2026: day first, or month?
# Not email.utils: it reads "November 22, 2026, 01:00 PM" as one in the morning.
DATE_FORMATS = (
    *("%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S GMT", "%a %b %d %Y %H:%M:%S GMT%z"),
    *("%B %d, %Y", "%B %d, %Y, %I:%M %p", "%b %d, %Y", "%d %B %Y", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S %z"),
)
# Older dates are the zeros of some system ("0001-01-01T00:00:00"): the first newspaper is Relation, Strasbourg 1605.
FIRST_YEAR = 1605


def instant(date: str) -> str:
    """Give a date as ISO 8601 in UTC with milliseconds; "" when it cannot be read.  Without a time zone it is UTC.

    >>> instant("2020-08-23T16:18:00+03:00"), instant("August 23, 2020"), instant("yesterday")
    ('2020-08-23T13:18:00.000Z', '2020-08-23T00:00:00.000Z', '')
    """
    readers: list[Callable[[str], datetime]] = [datetime.fromisoformat]
    readers += [partial(_strptime, form) for form in DATE_FORMATS]
    moment = next(filter(None, (_read(date.strip(), reader) for reader in readers)), None)
    return written(moment) if moment and moment.year >= FIRST_YEAR else ""


def written(moment: datetime) -> str:
    """Write a time, which must be in UTC, as records have it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _strptime(form: str, date: str) -> datetime:
    return datetime.strptime(date, form)


def _read(date: str, reader: Callable[[str], datetime]) -> datetime | None:
    try:
        moment = reader(date)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
