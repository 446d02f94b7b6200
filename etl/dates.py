"""Dates as sources write them -> the one form of the article record."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Forms beyond ISO 8601 and e-mail's that meta tags and JSONL fields hold.
_FORMS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%Y%m%d", "%Y%m%d%H%M%S")


def iso_time(text: str) -> str:
    """Give a time in UTC with milliseconds, or "" if the text is no date.  A date alone is midnight, no zone is UTC.

    >>> iso_time("2020-09-18T17:04:00+02:00"), iso_time("Fri, 18 Sep 2020 15:04:00 GMT"), iso_time("last Friday")
    ('2020-09-18T15:04:00.000Z', '2020-09-18T15:04:00.000Z', '')
    """
    time = _parse(text.strip())
    if time is None:
        return ""
    try:
        utc = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:  # "0001-01-01T00:00:00+02:00", an empty date of .NET
        return ""
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parse(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", text))
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # the zone is given by iso_time
        except ValueError:
            continue
    return None
